"""ExUnit.Assertions: the macros that see the code they check."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env
from defnpy.expand.lint import MARK
from defnpy.expand.macros import collect, rewrite
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError

CONTEXT = "ExUnit.Assertions"
NO_VALUE = Atom("ex_unit_no_meaningful_value")
OPERATORS = frozenset("== < > <= >= === =~ !== != in".split())
MATCH, MATCHES, PIN, WHEN, TYPED = Atom("="), Atom("match?"), Atom("^"), Atom("when"), Atom("::")
QUOTE, AT, NAMED = Atom("quote"), Atom("@"), Atom("var!")


def source(tree: Any) -> str:
    """The text of a quoted expression."""
    from defnpy.syntax.formatter import to_string

    return to_string(tree)


def _build(text: str, meta: Any, env: Env, **parts: Any) -> Any:
    return Template(CONTEXT, meta, env).quoted(text, **parts)


@rewrite("assert/1")
def assert_(meta: Any, args: list[Any], env: Env) -> Any:
    (expression,) = args
    if ex.is_node(expression, MATCH) and len(expression[2]) == 2:
        left, right = expression[2]
        return match(left, right, f"assert {source(expression)}", True, meta, env)
    return _checked("assert", expression, meta, env)


@rewrite("refute/1")
def refute(meta: Any, args: list[Any], env: Env) -> Any:
    return _checked("refute", args[0], meta, env)


def _checked(kind: str, expression: Any, meta: Any, env: Env) -> Any:
    code = f"{kind} {source(expression)}"
    if ex.is_node(expression, MATCHES) and len(expression[2]) == 2:
        return _matches(kind, expression, code, meta, env)
    operator = _operator(expression, env)
    if operator is not None:
        left, right = expression[2]
        sides = [_variable("left", meta, env), _variable("right", meta, env)]
        return _build(
            "unquote(l) = unquote(left)\nunquote(r) = unquote(right)\n"
            "ExUnit.Assertions.__compare__(unquote(kind), unquote(operator), unquote(call), unquote(l), unquote(r), unquote(code))",
            meta, env, l=sides[0], r=sides[1], left=left, right=right, kind=Atom(kind), operator=Atom(operator),
            call=(expression[0], expression[1], sides), code=code)
    shown, setup, value = _arguments(expression, meta, env)
    return _build(
        "unquote_splicing(setup)\nExUnit.Assertions.__truthy__(unquote(kind), unquote(value), unquote(shown), unquote(code))",
        meta, env, setup=setup, value=value, shown=shown, kind=Atom(kind), code=code)


def _variable(name: str, meta: Any, env: Env) -> Any:
    return Template(CONTEXT, meta, env).variable(name)


def _operator(expression: Any, env: Env) -> str | None:
    """The name of Kernel's comparison at the root of an expression."""
    if not (expression.__class__ is tuple and len(expression) == 3 and expression[0].__class__ is Atom):
        return None
    name, _, args = expression
    if name.name not in OPERATORS or args.__class__ is not list or len(args) != 2:
        return None
    signature = f"{name.name}/2"
    return name.name if (env.macros.get(signature) or env.functions.get(signature)) is ex.KERNEL else None


def _arguments(expression: Any, meta: Any, env: Env) -> tuple[Any, list[Any], Any]:
    """``(list of the arguments, their bindings, the call on them)`` of a function call; of anything else the expression alone."""
    plain: Any = (NO_VALUE, [], expression)
    if expression.__class__ is not tuple or len(expression) != 3 or expression[2].__class__ is not list or not expression[2]:
        return plain
    root, call_meta, args = expression
    if all(_literal(a) for a in args) or not _is_function_call(root, args, env):
        return plain
    names = [_variable(f"arg{i + 1}", meta, env) for i in range(len(args))]
    bound = [_build("unquote(names) = unquote(values)", meta, env, names=(ex.TUPLE, meta, names), values=(ex.TUPLE, meta, args))]
    return names, bound, (root, call_meta, names)


def _is_function_call(root: Any, args: list[Any], env: Env) -> bool:
    from defnpy.syntax.terminals import BINARY, UNARY

    if root.__class__ is Atom:
        name = root.name
        if root in ex.SPECIAL or name in (BINARY if len(args) == 2 else UNARY):
            return False
        signature = f"{name}/{len(args)}"
        own = env.state.definitions.get(signature) if env.state is not None else None
        if own is not None:
            return own.kind in ("def", "defp")
        return signature not in env.macros
    if not ex.is_node(root, ex.DOT):
        return False
    if len(root[2]) == 1:
        return True
    left, name = root[2]
    if ex.is_node(left, ex.ALIASES):
        left = ex.expand_alias(left, env)
    if left.__class__ is Atom:
        return ex.find_macro(left, f"{atom_name(name)}/{len(args)}", env) is None
    return True


def _literal(tree: Any) -> bool:
    if tree.__class__ is list:
        return all(_literal(t) for t in tree)
    if tree.__class__ is tuple:
        if len(tree) == 2:
            return _literal(tree[0]) and _literal(tree[1])
        return (tree[0] is ex.TUPLE or tree[0] is ex.MAP or tree[0] is ex.ALIASES) and all(
            _literal(t) or t.__class__ is Atom for t in tree[2])
    return True


# -- patterns ------------------------------------------------------------------------------------------------------------


def pattern_variables(pattern: Any) -> list[Any]:
    """The variables that a pattern binds, each as often as it stands there: what stands twice is used."""
    found: list[Any] = []

    def walk(tree: Any) -> None:
        if tree.__class__ is list:
            for item in tree:
                walk(item)
        elif tree.__class__ is tuple and len(tree) == 3:
            form, _, args = tree
            if args.__class__ is not list:
                if form.__class__ is Atom and form.name != "_" and not form.name.startswith("__"):
                    found.append(tree)
            elif form is TYPED:
                walk(args[0])
            elif form is NAMED:
                walk((args[0][0], args[0][1], args[1] if len(args) == 2 else None))
            elif form is WHEN:
                walk(args[:-1])
            elif form not in (PIN, AT, QUOTE):
                if form.__class__ is tuple:
                    walk(form)
                walk(args)
        elif tree.__class__ is tuple:
            for item in tree:
                walk(item)

    walk(pattern)
    return found


def generated(tree: Any) -> Any:
    """*tree* with its variables marked as a macro's own: nothing warns of a second copy."""
    if tree.__class__ is list:
        return [generated(part) for part in tree]
    if tree.__class__ is not tuple:
        return tree
    if len(tree) != 3:
        return tuple(generated(part) for part in tree)
    form, meta, args = tree
    if args.__class__ is not list:
        return (form, [(MARK, True), *meta], args)
    return (generated(form) if form.__class__ is tuple else form, meta, generated(args))


def _pins(pattern: Any) -> list[Any]:
    """``[{name, variable}]`` of the pinned variables that the program itself named."""
    found: dict[str, Any] = {}

    def walk(tree: Any) -> None:
        if tree.__class__ is list:
            for item in tree:
                walk(item)
        elif tree.__class__ is tuple:
            if ex.is_node(tree, PIN) and tree[2][0].__class__ is tuple and len(tree[2][0]) == 3 and tree[2][0][2] is None:
                found.setdefault(tree[2][0][0].name, tree[2][0])
            else:
                for item in tree:
                    walk(item)

    walk(pattern)
    return list(found.items())


def unfolded(tree: Any, env: Env) -> Any:
    """A pattern with the program's macros expanded: what they bind counts as written."""
    inner = env.fork()
    inner.context = "match"

    def walk(tree: Any) -> Any:
        if tree.__class__ is list:
            return [walk(item) for item in tree]
        if tree.__class__ is not tuple:
            return tree
        if len(tree) != 3 or tree[2].__class__ is not list:
            return tuple(walk(item) for item in tree) if len(tree) == 2 else tree
        form, meta, args = tree
        if form in (PIN, AT, QUOTE):
            return tree
        if form is WHEN and len(args) == 2:
            return (form, meta, [walk(args[0]), args[1]])  # a guard binds nothing
        found = _program_macro(form, meta, args, inner)
        if found is not None:
            return walk(ex.run_macro(*found, meta, args, inner))
        return (form, meta, walk(args))

    return walk(tree)


def _program_macro(form: Any, meta: Any, args: list[Any], env: Env) -> tuple[Any, Any] | None:
    """The macro of a program that a node of a pattern calls, and its module."""
    name: Any = form
    if form.__class__ is Atom:
        signature = f"{form.name}/{len(args)}"
        own = env.state.definitions.get(signature) if env.state is not None else None
        if env.state is not None and own is not None and own.kind in ("defmacro", "defmacrop"):
            return env.state.local_macro(own), env.module
        module = ex.imported(signature, len(args), meta, env) if form not in ex.SPECIAL else None
    elif ex.is_node(form, ex.DOT) and len(form[2]) == 2:
        left, name = form[2]
        module = ex.expand_alias(left, env) if ex.is_node(left, ex.ALIASES) else left
    else:
        return None
    if module.__class__ is not Atom or module is None:
        return None
    made = ex.find_macro(module, f"{atom_name(name)}/{len(args)}", env)
    return (made, module) if made is not None and not getattr(made, "native_macro", False) else None


def match(left: Any, right: Any, code: str, truthy: bool, meta: Any, env: Env) -> Any:
    """``assert pattern = expression``: binds the pattern's variables; gives the value."""
    if ex.is_node(left, WHEN):
        shown, suggestion = source(left), source((Atom("assert"), [], [(MATCHES, [], [left, right])]))
        raise ArgumentError(f"invalid pattern in assert/1:\n\n  {shown}\n\nTo assert with guards, use match?/2:\n\n  {suggestion}\n")
    left = unfolded(left, env)
    variables = pattern_variables(left)
    check = "ExUnit.Assertions.__truthy__(:assert, right, :ex_unit_no_meaningful_value, unquote(code))" if truthy else ":ok"
    return _build(
        "right = unquote(right)\n"
        "unquote(variables) = case right do\n"
        f"  unquote(left) ->\n    {check}\n    unquote(read)\n"
        "  _ -> ExUnit.Assertions.__mismatch__(unquote(pattern), right, unquote(code), unquote(pins))\n"
        "end\n"
        "right",
        meta, env, left=left, right=right, variables=variables, read=generated(variables), code=code, pattern=source(left), pins=_pins(left))


def _matches(kind: str, expression: Any, code: str, meta: Any, env: Env) -> Any:
    left, right = expression[2]
    left = unfolded(left, env)
    value = _variable("right", meta, env)
    return _build(
        "unquote(r) = unquote(right)\n"
        "ExUnit.Assertions.__matches__(unquote(kind), unquote(call), unquote(pattern), unquote(r), unquote(code), unquote(pins))",
        meta, env, r=value, right=right, kind=Atom(kind), call=(expression[0], expression[1], [left, value]),
        pattern=source(left), code=code, pins=_pins(left))


# -- messages ------------------------------------------------------------------------------------------------------------


def _received(pattern: Any, received: Any) -> Any:
    if ex.is_node(pattern, WHEN):
        inner, guard = pattern[2]
        return (WHEN, pattern[1], [(MATCH, pattern[1], [inner, received]), guard])
    return (MATCH, [], [pattern, received])


def _expect(pattern: Any, timeout: Any, message: Any, code: str, meta: Any, env: Env) -> Any:
    pattern = unfolded(pattern, env)
    variables = pattern_variables(pattern)
    received = _variable("received", meta, env)
    wanted = _received(pattern, received)
    late = "ExUnit.Assertions.flunk(unquote(message))" if message is not None else (
        "ExUnit.Assertions.__no_message__(unquote(pattern), unquote(code), unquote(pins), unquote(finder), timeout)")
    finder = _build("fn message -> case message do\n  unquote(head) -> true\n  _ -> false\nend end", meta, env,
                    head=generated(pattern)) if message is None else None
    return _build(
        "timeout = ExUnit.Assertions.__timeout__(unquote(given), :assert_receive_timeout)\n"
        "found = receive do\n    unquote(wanted) -> {unquote(received), unquote(read)}\n  after\n    timeout -> nil\n  end\n"
        f"{{unquote(received), unquote(variables)}} = case found do\n  nil -> {late}\n  _ -> found\nend\n"
        "unquote(received)",
        meta, env, given=timeout, wanted=wanted, received=received, variables=variables, read=generated(variables), message=message,
        pattern=source(pattern), code=code, pins=_pins(pattern), finder=finder)


@rewrite("assert_receive/1", "assert_receive/2", "assert_receive/3")
def assert_receive(meta: Any, args: list[Any], env: Env) -> Any:
    pattern, timeout, message = [*args, None, None][:3]
    return _expect(pattern, timeout, message, f"assert_receive {source(pattern)}", meta, env)


@rewrite("assert_received/1", "assert_received/2")
def assert_received(meta: Any, args: list[Any], env: Env) -> Any:
    pattern, message = [*args, None][:2]
    return _expect(pattern, 0, message, f"assert_received {source(pattern)}", meta, env)


def _refuse(pattern: Any, timeout: Any, message: Any, meta: Any, env: Env) -> Any:
    pattern = unfolded(pattern, env)
    value = _variable("actual", meta, env)
    found = "ExUnit.Assertions.flunk(unquote(message))" if message is not None else (
        "ExUnit.Assertions.__unexpected__(unquote(value), unquote(pattern))")
    return _build(
        "timeout = ExUnit.Assertions.__timeout__(unquote(given), :refute_receive_timeout)\n"
        "found = receive do\n  unquote(wanted) -> {:found, unquote(value)}\nafter\n  timeout -> nil\nend\n"
        f"case found do\n  {{:found, unquote(value)}} -> {found}\n  nil -> false\nend",
        meta, env, given=timeout, wanted=_received(pattern, value), value=value, message=message, pattern=source(pattern))


@rewrite("refute_receive/1", "refute_receive/2", "refute_receive/3")
def refute_receive(meta: Any, args: list[Any], env: Env) -> Any:
    pattern, timeout, message = [*args, None, None][:3]
    return _refuse(pattern, timeout, message, meta, env)


@rewrite("refute_received/1", "refute_received/2")
def refute_received(meta: Any, args: list[Any], env: Env) -> Any:
    pattern, message = [*args, None][:2]
    return _refuse(pattern, 0, message, meta, env)


# -- catching ------------------------------------------------------------------------------------------------------------


def _catching(kind: str) -> Any:
    def expanded(meta: Any, args: list[Any], env: Env) -> Any:
        return _build("ExUnit.Assertions.__catch__(unquote(kind), fn -> unquote(body) end)", meta, env, kind=Atom(kind), body=args[0])

    return rewrite(f"catch_{kind}/1")(expanded)


catch_throw = _catching("throw")
catch_exit = _catching("exit")
catch_error = _catching("error")

MACROS: dict[str, Any] = collect(globals())
