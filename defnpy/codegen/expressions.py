"""Forms that become a Python expression."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from defnpy.codegen import facts, inline
from defnpy.codegen.arithmetic import literal
from defnpy.codegen.destinations import RETURN
from defnpy.codegen.simple import is_simple
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, atom_name, is_atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

_BAR, _STRUCT = Atom("|"), Atom("__struct__")


def tuple_(em: Emitter, node: Any) -> ast.expr:
    return em.at(ast.Tuple(em.exprs(node[2]), ast.Load()))


def map_(em: Emitter, node: Any) -> ast.expr:
    pairs = node[2]
    if len(pairs) == 1 and len(pairs[0]) == 3 and pairs[0][0] is _BAR:
        base, changes = pairs[0][2]
        values = em.exprs([base, *(v for _, v in changes), *(k for k, _ in changes)])
        count = len(changes)
        keys: list[ast.expr | None] = [_key(em, k, v) for (k, _), v in zip(changes, values[1 + count :], strict=True)]
        helper = "update_map" if em.module is not None else "update_map_naming_it"
        return em.rt(helper, [values[0], em.at(ast.Dict(keys, values[1 : 1 + count]))])
    flat = em.exprs([x for pair in pairs for x in pair])
    named: list[ast.expr | None] = [_key(em, k, v) for (k, _), v in zip(pairs, flat[::2], strict=True)]
    made = em.at(ast.Dict(named, flat[1::2]))
    if any(k is _STRUCT for k, _ in pairs):
        return em.rt("with_struct", [made])
    return made


def _key(em: Emitter, tree: Any, value: ast.expr) -> ast.expr:
    """The dict key of a map key: plain kinds stand for themselves."""
    if tree.__class__ in (int, str, bytes, Atom) or tree is None:
        return value
    return em.rt("key", [value])


def struct(em: Emitter, node: Any) -> ast.expr:
    module, fields = node[2]
    pairs = fields[2]
    name = em.name(em.unit.atom(module))
    if len(pairs) == 1 and len(pairs[0]) == 3 and pairs[0][0] is _BAR:
        base, changes = pairs[0][2]
        values = em.exprs([base, *(v for _, v in changes)])
        keys: list[ast.expr | None] = [_key(em, k, em.expr(k)) for k, _ in changes]
        return em.rt("update_struct", [name, values[0], em.at(ast.Dict(keys, values[1:]))])
    values = em.exprs([v for _, v in pairs])
    names: list[ast.expr | None] = [_key(em, k, em.expr(k)) for k, _ in pairs]
    return em.rt("new_struct", [name, em.at(ast.Dict(names, values))])


def bits(em: Emitter, node: Any) -> ast.expr:
    segments = node[2]
    if all(spec.type == "binary" and spec.size is None and spec.unit is None for _, spec in segments):
        parts = em.exprs([_interpolated(value) for value, _ in segments])
        kinds = [_is_interpolation(value) for value, _ in segments]
        if all(k or s[0].__class__ is str for k, s in zip(kinds, segments, strict=True)):
            return _interpolate(em, parts) if len(parts) != 1 or kinds[0] else parts[0]
    values = em.exprs([x for value, spec in segments for x in ([value] if spec.size is None else [value, spec.size])])
    position = 0
    built: list[ast.expr] = []
    for _value, spec in segments:
        value = values[position]
        position += 1
        size: ast.expr = em.const(None)
        if spec.size is not None:
            size = values[position]
            position += 1
        built.append(em.at(ast.Tuple([em.const(spec.type), value, size, em.const(spec.unit), em.const(spec.endian)], ast.Load())))
    return em.rt("build", [em.at(ast.Tuple(built, ast.Load()))])


# Beyond this an integer may have more digits than Python writes.
_LONG = 1 << 64


def _interpolate(em: Emitter, parts: list[ast.expr]) -> ast.expr:
    """An f-string where every part is a text or a short integer, else the call that converts any term."""
    constants = [p.value for p in parts if isinstance(p, ast.Constant)]
    if len(constants) == len(parts) or not all(isinstance(c, str) for c in constants):
        return em.rt("interpolate", parts)
    tests: list[ast.expr] = []
    segments: list[ast.expr] = []
    values: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Constant):
            segments.append(part)
            values.append(part)
            continue
        name = part.id if isinstance(part, ast.Name) else em.temp()
        first = part if isinstance(part, ast.Name) else em.walrus(name, part)
        is_text = em.compare(em.attr(first, "__class__"), ast.Is(), em.name("str"))
        is_int = em.compare(em.attr(em.name(name), "__class__"), ast.Is(), em.name("int"))
        short = em.at(ast.Compare(em.const(-_LONG), [ast.Lt(), ast.Lt()], [em.name(name), em.const(_LONG)]))
        tests.append(em.any_of([is_text, em.both([is_int, short])]))
        segments.append(em.at(ast.FormattedValue(em.name(name), -1, None)))
        values.append(em.name(name))
    test = tests[0]
    for other in tests[1:]:
        # Not `and`: every value must be bound.
        test = em.at(ast.BinOp(test, ast.BitAnd(), other))
    return em.choose(test, em.at(ast.JoinedStr(segments)), em.rt("interpolate", values))


def _is_interpolation(value: Any) -> bool:
    if value.__class__ is tuple and len(value) == 3 and value[0].__class__ is tuple and len(value[0][2]) == 2:
        return value[0][2][1] is Atom("to_string") and value[0][2][0] in (facts.KERNEL, Atom("Elixir.String.Chars"))
    return False


def _interpolated(value: Any) -> Any:
    return value[2][0] if _is_interpolation(value) else value


def if_(em: Emitter, node: Any) -> ast.expr:
    if not is_simple(node):
        dest, value = em.new_dest()
        em.stmt(node, dest)
        return value
    test, then, other = node[2]
    condition = em.truth(test)
    return em.choose(condition, em.expr(then), em.expr(other))


def and_(em: Emitter, node: Any) -> ast.expr:
    return _strict(em, node, "and")


def or_(em: Emitter, node: Any) -> ast.expr:
    return _strict(em, node, "or")


def _strict(em: Emitter, node: Any, operator: str) -> ast.expr:
    left, right = node[2]
    if not is_simple(right):
        return _by_statement(em, left, right, operator)
    if facts.is_boolean(left):
        op: ast.boolop = ast.And() if operator == "and" else ast.Or()
        first = em.expr(left)
        with em.where([left] if operator == "and" else []):
            return em.at(ast.BoolOp(op, [first, em.expr(right)]))
    first, value = inline._split(em, em.expr(left))
    other = em.expr(right)
    bad = em.rt("bad_boolean", [value, em.const(operator)])
    decides, passes = (False, True) if operator == "and" else (True, False)
    inner = em.choose(em.is_(value, em.const(decides)), em.const(decides), bad)
    return em.choose(em.is_(first, em.const(passes)), other, inner)


def _by_statement(em: Emitter, left: Any, right: Any, kind: str) -> ast.expr:
    """A lazy operator whose right side needs statements."""
    name = em.temp()
    em.assign(name, em.expr(left))
    with em.block() as stmts:
        em.stmt(right, ("name", name))
    em.conditional(_goes_on(em, left, em.name(name), kind), stmts, [])
    return em.name(name)


def lazy_tail(em: Emitter, node: Any) -> None:
    """A lazy operator in tail position, its right side too."""
    left, right = node[2]
    name = em.temp()
    em.assign(name, em.expr(left))
    with em.block() as stmts:
        em.stmt(right, RETURN)
    em.conditional(_goes_on(em, left, em.name(name), node[0].name[1:]), stmts, [])
    em.finish(RETURN, em.name(name))


def _goes_on(em: Emitter, left: Any, value: ast.expr, operator: str) -> ast.expr:
    """The test that *value*, that of *left*, leaves the answer to the right side of ``and``, ``or``, ``&&`` or ``||``."""
    if operator in ("and", "or"):
        test = value if facts.is_boolean(left) else em.rt("is_true", [value, em.const(operator)])
    else:
        test = em.truthy(value)
    return test if operator in ("and", "&&") else em.negate(test)


def both(em: Emitter, node: Any) -> ast.expr:
    left, right = node[2]
    if not is_simple(right):
        return _by_statement(em, left, right, "&&")
    first, value = inline._split(em, em.expr(left))
    test = em.both([em.compare(first, ast.IsNot(), em.const(None)), em.compare(value, ast.IsNot(), em.const(False))])
    return em.choose(test, em.expr(right), value)


def either(em: Emitter, node: Any) -> ast.expr:
    left, right = node[2]
    if not is_simple(right):
        return _by_statement(em, left, right, "||")
    first, value = inline._split(em, em.expr(left))
    test = em.both([em.compare(first, ast.IsNot(), em.const(None)), em.compare(value, ast.IsNot(), em.const(False))])
    return em.choose(test, value, em.expr(right))


def bang(em: Emitter, node: Any) -> ast.expr:
    return em.negate(em.truth(node[2][0]))


def const(em: Emitter, node: Any) -> ast.expr:
    value = node[2][0]
    source = em.unit.constant(value)
    if source.__class__ in (ast.Tuple, ast.List, ast.Dict, ast.Call) and not em.top:
        return em.name(em.unit.hoisted(source))
    return source


def field(em: Emitter, node: Any) -> ast.expr:
    target, name = node[2]
    value = em.expr(target)
    em.place(node[1])
    key = em.name(em.unit.atom(name)) if name.__class__ is Atom else em.const(name)
    return em.rt("field", [value, key])


def _bounds(node: Any) -> tuple[int, int, int] | None:
    """First, last and step of a range that is written down."""
    first, last, step = (part if (number := literal(part)).__class__ is not int else number for part in node[2])
    if first.__class__ is int and last.__class__ is int and (step is None or (step.__class__ is int and step != 0)):
        return first, last, step if step is not None else (1 if first <= last else -1)
    return None


def each(em: Emitter, node: Any) -> ast.expr:
    """What a Python loop runs over for the elements of *node*."""
    bounds = _bounds(node) if node.__class__ is tuple and node[0] is _RANGE else None
    if bounds is None:
        return em.rt("each", [em.expr(node)])
    first, last, step = bounds
    return em.call(em.name("range"), [em.const(n) for n in (first, last + (1 if step > 0 else -1), step)])


def counted(pattern: Any, node: Any) -> list[Var]:
    """The variable that runs over a range: it holds integers."""
    return [pattern[2]] if node.__class__ is tuple and node[0] is _RANGE and pattern[2].__class__ is Var else []


def range_(em: Emitter, node: Any) -> ast.expr:
    bounds = _bounds(node)
    if bounds is not None:
        return em.call(em.name("Range"), [em.const(n) for n in bounds])
    first, last, step = node[2]
    return em.rt("make_range", em.exprs([first, last] if step is None else [first, last, step]))


def rt_call(em: Emitter, node: Any) -> ast.expr:
    helper, *args = node[2]
    inlined = inline.MEMBERSHIP.get(helper)
    if inlined is not None and (made := inlined(em, args)) is not None:
        return made
    values = em.exprs(args)
    em.place(node[1])
    return em.rt(helper, values)


def capture(em: Emitter, node: Any) -> ast.expr:
    module, name, arity = node[2]
    if is_atom(module):
        if module.__class__ is Atom:
            return em.name(em.unit.hoisted(em.unit.capture(module, atom_name(name), arity)))
        return em.unit.capture(module, atom_name(name), arity)
    return em.rt("capture_dynamic", [em.expr(module), em.const(atom_name(name)), em.const(arity)])


def local_capture(em: Emitter, node: Any) -> ast.expr:
    name, arity = node[2]
    emitted = em.module_functions.get(f"{name.name}/{arity}")
    if emitted is None or em.module is None:
        return em.rt("missing_local", [em.const(f"{name.name}/{arity}")])
    module = em.name(em.unit.atom(em.module))
    return em.rt("capture_local", [module, em.const(name.name), em.const(arity), em.name(emitted)])


def super_(em: Emitter, node: Any) -> ast.expr:
    name, *args = node[2]
    values = em.exprs(args)
    return em.call(em.name(em.module_functions[f"{name}/{len(args)}"]), values)


def local_function(em: Emitter, node: Any) -> ast.expr:
    signature, *args = node[2]
    emitted = em.module_functions.get(signature)
    values = em.exprs(args)
    return em.call(em.name(emitted), values) if emitted is not None else em.rt("missing_local", [em.const(signature), *values])


def fn(em: Emitter, node: Any) -> ast.expr:
    def fail(child: Emitter, params: list[str]) -> ast.expr:
        module = child.name(child.unit.atom(child.module)) if child.module is not None else child.const(None)
        given = child.at(ast.List([child.name(p) for p in params], ast.Load()))
        return child.rt("fn_clause_failed", [module, child.const(child.function_name), given])

    return em.function(node[2], "fn", fail)


def stacktrace(em: Emitter, node: Any) -> ast.expr:
    return em.rt("stacktrace", [em.name(em.exception)] if em.exception else [em.const(None)])


def bar(em: Emitter, node: Any) -> ast.expr:
    head, tail = em.exprs(node[2])
    return em.rt("cons", [em.at(ast.List([head], ast.Load())), tail])


def defmodule(em: Emitter, node: Any) -> ast.expr:
    """``UNIT.defmodule(index, name, [outer values])``."""
    name, (block, env, variables) = node[2]
    kept = [(k, v) for k, v in variables if v.python is not None]
    index = em.unit.add_module((block, env, node[1], kept))
    values = em.at(ast.List([em.load(v) for _, v in kept], ast.Load()))
    method = em.attr(em.name("UNIT"), "defmodule")
    return em.call(method, [em.const(index), em.expr(name), values])


_RANGE = Atom("%range")

EXPRESSIONS: dict[Any, Any] = {
    Atom("%defmodule"): defmodule,
    Atom("{}"): tuple_,
    Atom("%{}"): map_,
    Atom("%"): struct,
    Atom("<<>>"): bits,
    Atom("%if"): if_,
    Atom("%and"): and_,
    Atom("%or"): or_,
    Atom("%&&"): both,
    Atom("%||"): either,
    Atom("%!"): bang,
    Atom("%const"): const,
    Atom("%field"): field,
    Atom("%range"): range_,
    Atom("%rt"): rt_call,
    Atom("&"): capture,
    Atom("%local_capture"): local_capture,
    Atom("%super"): super_,
    Atom("%local"): local_function,
    Atom("fn"): fn,
    Atom("%stacktrace"): stacktrace,
    Atom("|"): bar,
}
