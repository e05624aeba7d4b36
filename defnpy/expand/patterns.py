"""Patterns and guards."""

from __future__ import annotations

from math import copysign
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import UNDEFINED_PIN, Env, Var, is_compiler_name
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect

ANONYMOUS_CALL = "invalid pattern in match, anonymous call is not allowed in matches"
UNDERSCORE = Atom("_")
RANGE = alias("Range")
NX_KERNEL = alias("Nx.Defn.Kernel")

GUARD_FUNCTIONS = frozenset(
    """!=/2 !==/2 */2 +/1 +/2 -/1 -/2 //2 </2 <=/2 ==/2 ===/2 >/2 >=/2 abs/1 and/2 or/2 not/1 binary_part/3 bit_size/1
    byte_size/1 ceil/1 div/2 elem/2 floor/1 hd/1 in/2 is_atom/1 is_binary/1 is_bitstring/1 is_boolean/1 is_exception/1
    is_exception/2 is_float/1 is_function/1 is_function/2 is_integer/1 is_list/1 is_map/1 is_map_key/2 is_nil/1
    is_number/1 is_pid/1 is_port/1 is_reference/1 is_struct/1 is_struct/2 is_tuple/1 length/1 map_size/1 node/0 node/1
    rem/2 round/1 self/0 tl/1 trunc/1 tuple_size/1 is_non_struct_map/1
    band/2 bor/2 bxor/2 bsl/2 bsr/2 bnot/1 &&&/2 |||/2 <<</2 >>>/2 ~~~/1 min/2 max/2 map_get/2 element/2 =:=/2 =/=/2 =</2 andalso/2
    orelse/2 xor/2 size/1 is_record/2""".split()
)
ERLANG_FUNCTIONS = frozenset("++/2 --/2 apply/2 apply/3 exit/1 throw/1 send/2 make_ref/0".split())
NO_GUARD = (
    "invalid expression in guards, {} is not allowed in guards. To learn more about guards, visit: "
    "https://hexdocs.pm/elixir/patterns-and-guards.html#guards"
)
NO_GUARD_FORMS = frozenset(map(Atom, "fn case cond try receive with for & quote import alias require super".split()))
# What a macro of Kernel says of itself in a pattern or a guard.
_IN_MATCH = (
    "invalid expression in match, {} is not allowed in patterns such as function clauses, case clauses or on the left side of the = operator"
)
_IN_GUARD = "invalid expression in guard, {} is not allowed in guards. To learn more about guards, visit: https://hexdocs.pm/elixir/patterns-and-guards.html"
NOT_IN_MATCH = frozenset("! && || and or is_struct is_exception is_non_struct_map dbg".split())
NOT_IN_GUARD = frozenset("! && || dbg".split())
BECOMES_CASE = frozenset("if unless get_in".split())
BECOMES_CALL = {"raise": "RuntimeError.exception/1", "to_string": "String.Chars.to_string/1", "in": ":erlang.=:=/2", "is_nil": ":erlang.==/2"}
GUARD_MODULES = frozenset({alias("Kernel"), Atom("erlang"), alias("Bitwise")})


def expand_pattern(tree: Any, env: Env, *, keep: bool = True) -> Any:
    """Expand a pattern and bind its variables in ``env.vars``."""
    outer, env.match = env.match, {}
    context, env.context = env.context, "match"
    try:
        done = pattern(tree, env)
    finally:
        bound, env.match, env.context = env.match, outer, context
    if bound:
        env.vars = {**env.vars, **bound}
    return done


def expand_patterns(trees: list[Any], env: Env) -> list[Any]:
    """Expand several patterns (parameters) that share their variables."""
    outer, env.match = env.match, {}
    context, env.context = env.context, "match"
    try:
        done = [pattern(tree, env) for tree in trees]
    finally:
        bound, env.match, env.context = env.match, outer, context
    if bound:
        env.vars = {**env.vars, **bound}
    return done


def expand_guard(tree: Any, env: Env) -> Any:
    """Expand a guard expression."""
    context, env.context = env.context, "guard"
    try:
        done = ex.expand(tree, env)
    finally:
        env.context = context
    lint.length_in_guard(tree, env)
    return done


def read(tree: Any, env: Env) -> Any:
    """Expand an expression inside a pattern (pins, sizes, map keys)."""
    match, env.match = env.match, None
    context, env.context = env.context, None
    try:
        return ex.expand(tree, env)
    finally:
        env.match, env.context = match, context


def pattern(tree: Any, env: Env) -> Any:
    """Expand one pattern node."""
    kind = tree.__class__
    if kind is tuple:
        if len(tree) == 2:
            return (pattern(tree[0], env), pattern(tree[1], env))
        return _node(tree, env)
    if kind is list:
        return _list(tree, env)
    if kind is float and tree == 0.0 and copysign(1.0, tree) > 0:
        env.warn_in_block([], ZERO)
    return tree


ZERO = (
    "pattern matching on 0.0 is equivalent to matching only on +0.0 from Erlang/OTP 27+. Instead you must match on +0.0 or -0.0"
)


def _list(items: list[Any], env: Env) -> Any:
    if items and ex.is_node(items[-1], ex.BAR) and len(items[-1][2]) == 2:
        _, meta, (head, tail) = items[-1]
        return [*(pattern(i, env) for i in items[:-1]), (ex.BAR, meta, [pattern(head, env), pattern(tail, env)])]
    return [pattern(i, env) for i in items]


def _node(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if args.__class__ is not list:
        if form.__class__ is Atom:
            return _variable(tree, env)
        return tree
    if form.__class__ is tuple:
        return _remote(tree, env)
    if not is_atom(form):
        raise env.fail(meta if meta.__class__ is list else [], f"invalid quoted expression: {ex._show(tree)}")
    handler = FORMS.get(form)
    if handler is not None:
        return handler(tree, env)
    if form in ex.SPECIAL and form not in (ex.ALIASES,):
        special = ex.SPECIAL[form]
        if form.name in ("__MODULE__", "__block__", "quote", "__ENV__", "__DIR__", "|", "::"):
            return special(tree, env)
        raise env.fail(meta, f"invalid pattern in match, {form.name} is not allowed in matches")
    return ex.local_call(form, meta, args, env)


def _variable(tree: Any, env: Env) -> Any:
    name, meta, context = tree
    if context.__class__ is Var:
        return tree
    if name is UNDERSCORE:
        return (UNDERSCORE, meta, None)
    if name.name in ("__MODULE__", "__ENV__", "__DIR__"):
        return ex.SPECIAL[name]((name, meta, []), env)
    key = ex.variable_key(tree)
    assert env.match is not None
    var = env.match.get(key)
    if var is None:
        var = env.match[key] = Var(name.name, context)
        # What a macro binds is not looked at.
        if context is None and len(key) == 2 and key[1] is None and (not name.name.startswith("_") or is_compiler_name(name.name)):
            var.hides = key in env.vars
            if not ex.meta_get(meta, lint.MARK):
                env.unit.bindings.append((var, meta, env))
    else:
        if name.name.startswith("_") and lint.written(meta):
            env.warn(meta, lint.UNDERSCORED_TWICE.format(name.name))
        var.used = True
    return (name, meta, var)


VAR = Atom("var!")


def _pin(tree: Any, env: Env) -> Any:
    _, meta, (inner,) = tree
    if ex.is_node(inner, VAR) and 1 <= len(inner[2]) <= 2:
        # The variable that var! names, seen as it stands outside of the macro.
        name, var_meta, _ = inner[2][0]
        outside = [pair for pair in var_meta if pair[0] is not ex.COUNTER]
        inner = (name, outside, ex.expand(inner[2][1], env) if len(inner[2]) == 2 else None)
    if inner.__class__ is tuple and len(inner) == 3 and inner[0].__class__ is Atom and inner[2].__class__ is not list:
        if inner[2].__class__ is not Var and ex.variable_key(inner) not in env.vars:
            env.error(inner[1], UNDEFINED_PIN.format(inner[0].name))
            return (UNDERSCORE, meta, None)
        return (ex.PIN, meta, [read(inner, env)])
    from defnpy.expand.expander import _show

    raise env.fail(meta, f"invalid argument for unary operator ^, expected an existing variable, got: ^{_show(inner)}")


def _match(tree: Any, env: Env) -> Any:
    _, meta, (left, right) = tree
    return (ex.MATCH, meta, [pattern(left, env), pattern(right, env)])


def _tuple(tree: Any, env: Env) -> Any:
    items = [pattern(i, env) for i in tree[2]]
    return (items[0], items[1]) if len(items) == 2 else (ex.TUPLE, tree[1], items)


def _map(tree: Any, env: Env) -> Any:
    form, meta, pairs = tree
    if pairs and ex.is_node(pairs[0], ex.BAR):
        raise env.fail(meta, "cannot use map/struct update syntax in match, got: " + ex._show(tree))
    ex.check_pairs(pairs, meta, env)
    done = [(_key(key, env), pattern(value, env)) for key, value in pairs]
    for i, (key, _) in enumerate(done):
        if key.__class__ in (Atom, int, str) and any(other.__class__ is key.__class__ and other == key for other, _ in done[:i]):
            raise env.fail(meta, f"key {inspect(key)} will be overridden in map")
    return (form, meta, done)


VARIABLE_KEY = (
    "cannot use variable {} as map key inside a pattern. Map keys in patterns can only be literals (such as atoms, strings, tuples, and the like) "
    "or an existing variable matched with the pin operator (such as ^some_var)"
)


def _key(tree: Any, env: Env) -> Any:
    if ex.is_node(tree, ex.PIN):
        return _pin(tree, env)
    if tree.__class__ is tuple and len(tree) == 3 and tree[2].__class__ is not list and tree[0].__class__ is Atom:
        raise env.fail(tree[1], VARIABLE_KEY.format(tree[0].name))
    context, env.context = env.context, None
    match, env.match = env.match, None
    try:
        return ex.expand(tree, env)
    finally:
        env.context, env.match = context, match


def _struct(tree: Any, env: Env) -> Any:
    form, meta, (name, fields) = tree
    pairs = fields[2]
    if pairs and ex.is_node(pairs[0], ex.BAR):
        raise env.fail(meta, "cannot use map/struct update syntax in match, got: " + ex._show(tree))
    if ex.is_node(name, ex.ALIASES) or is_atom(name) or ex.is_node(name, Atom("__MODULE__")) or name.__class__ is tuple and (
        name[0] is Atom("__MODULE__")
    ):
        module = read(name, env)
        from defnpy.expand.maps import known_fields, own_fields

        ex.check_pairs(pairs, meta, env)
        pairs = own_fields(pairs, meta, env)
        known_fields(module, meta, env, pairs)
        return (form, meta, [module, _map((fields[0], fields[1], pairs), env)])
    if ex.is_node(name, ex.PIN):
        return (form, meta, [_pin(name, env), _map(fields, env)])
    inner = pattern(name, env)
    return (form, meta, [inner, _map(fields, env)])


def _bits(tree: Any, env: Env) -> Any:
    from defnpy.expand.binaries import expand_segments

    return (ex.BITS, tree[1], expand_segments(tree[2], env, match=True))


def _alias(tree: Any, env: Env) -> Any:
    return read(tree, env)


def _negative(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if len(args) == 1:
        inner = args[0] if args[0].__class__ is float else pattern(args[0], env)
        if inner.__class__ in (int, float):
            return -inner if form.name == "-" else inner
    return _forbidden(form, meta, args, env)


def _forbidden(form: Atom, meta: Any, args: list[Any], env: Env) -> Any:
    signature = f"{form.name}/{len(args)}"
    if env.functions.get(signature) is ex.KERNEL:
        raise env.fail(meta, f"cannot invoke remote function :erlang.{signature} inside a match")
    return ex.local_call(form, meta, args, env)


def _range(tree: Any, env: Env) -> Any:
    _, meta, args = tree
    names = ("first", "last", "step")
    pairs = [(Atom(n), pattern(a, env)) for n, a in zip(names, args, strict=False)]
    return (ex.STRUCT, meta, [RANGE, (ex.MAP, meta, pairs)])


def _plus_plus(tree: Any, env: Env) -> Any:
    _, meta, (left, right) = tree
    head = pattern(left, env)
    if head.__class__ is not list or (head and ex.is_node(head[-1], ex.BAR)):
        raise env.fail(meta, "invalid argument for ++ operator inside a match, expected a literal proper list, got: " + ex._show(left))
    tail = pattern(right, env)
    return _append(head, tail, meta)


def _append(head: list[Any], tail: Any, meta: Any) -> Any:
    if not head:
        return tail
    if tail.__class__ is list:
        return [*head, *tail]
    return [*head[:-1], (ex.BAR, meta, [head[-1], tail])]


def _concat(tree: Any, env: Env) -> Any:
    from defnpy.expand.binaries import concat_pattern

    return concat_pattern(tree, env)


def _remote(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if form[0] is ex.DOT and len(form[2]) == 2:
        left, name = form[2]
        if left.__class__ is tuple and len(left) == 3 and left[2].__class__ is not list:
            raise env.fail(meta, f"cannot invoke remote function {ex._show(left)}.{name.name}/{len(args)} inside a match")
        receiver = read(left, env)
        if receiver is ex.KERNEL and name.name == "to_string" and len(args) == 1:
            # An interpolation whose value is known while compiling.
            value = read(args[0], env)
            if value.__class__ is str:
                return value
        elif receiver.__class__ is Atom:
            return ex.remote_or_macro(receiver, name, meta, args, env)
        raise env.fail(meta, f"cannot invoke remote function {ex._show(tree)} inside a match")
    raise env.fail(meta, ANONYMOUS_CALL)


FORMS: dict[Any, Any] = {
    ex.PIN: _pin,
    ex.MATCH: _match,
    ex.TUPLE: _tuple,
    ex.MAP: _map,
    ex.STRUCT: _struct,
    ex.BITS: _bits,
    ex.ALIASES: _alias,
    Atom("-"): _negative,
    Atom("+"): _negative,
    Atom(".."): _range,
    Atom("..//"): _range,
    Atom("++"): _plus_plus,
    Atom("<>"): _concat,
    ex.CONST: lambda tree, env: tree,
}


def check_macro(name: str, meta: Any, env: Env) -> None:
    """Refuse a macro of Kernel that a match or guard cannot hold."""
    if env.context == "match":
        if name in NOT_IN_MATCH:
            raise ArgumentError(_IN_MATCH.format(name))
        if name in BECOMES_CASE:
            raise env.fail(meta, "invalid pattern in match, case is not allowed in matches")
        if name in ("then", "tap"):
            raise env.fail(meta, ANONYMOUS_CALL)
        if name in BECOMES_CALL:
            raise env.fail(meta, f"cannot invoke remote function {BECOMES_CALL[name]} inside a match")
    elif name in NOT_IN_GUARD:
        raise ArgumentError(_IN_GUARD.format(name))
    elif name in BECOMES_CASE:
        raise env.fail(meta, NO_GUARD.format("case"))


def check_allowed(module: Any, name: Any, meta: Any, args: list[Any], env: Env) -> Any:
    """Refuse calls that a match or guard cannot hold."""
    signature = f"{atom_name(name)}/{len(args)}"
    if env.context == "guard" and module in GUARD_MODULES and signature in GUARD_FUNCTIONS:
        return None
    if env.context == "guard" and module is NX_KERNEL and signature in GUARD_FUNCTIONS:
        # A case of a defn runs while tracing, on plain terms: its guards are Kernel's.
        if signature in ("and/2", "or/2"):
            return (Atom("%" + atom_name(name)), meta, ex.expand_args(args, env))
        return ((ex.DOT, meta, [ex.KERNEL, name]), meta, ex.expand_args(args, env))
    if env.context == "match" and module in GUARD_MODULES and signature == "-/1":
        return None
    if module is ex.KERNEL:
        check_macro(atom_name(name), meta, env)
        erlang = signature in GUARD_FUNCTIONS or signature in ERLANG_FUNCTIONS
        shown = f":erlang.{signature}" if erlang else "String.Chars.to_string/1" if signature == "to_string/1" else f"Kernel.{signature}"
    else:
        shown = f"{inspect(module)}.{signature}"
    raise env.fail(meta, f"cannot invoke remote function {shown} inside a {env.context}")
