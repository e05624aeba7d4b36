"""Segments of ``<<>>`` and the ``<>`` operator.

An expanded segment is ``(value, spec)`` with ``spec`` a :class:`Segment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import UNDEFINED_PIN, Env
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError

TYPES = {
    "integer": "integer",
    "float": "float",
    "binary": "binary",
    "bytes": "binary",
    "bitstring": "bits",
    "bits": "bits",
    "utf8": "utf8",
    "utf16": "utf16",
    "utf32": "utf32",
}


@dataclass(slots=True)
class Segment:
    """The specification behind ``::``; ``size`` and ``unit`` are None when not given."""

    type: str
    size: Any
    unit: int | None
    signed: bool
    endian: str
    default_type: bool = False


UNSIZED = (
    "a binary field without size is only allowed at the end of a binary pattern, at the right side of binary concatenation and never allowed in "
    'binary generators. The following examples are invalid:\n\n    rest <> "foo"\n    <<rest::binary, "foo">>\n\nThey are invalid because there is '
    'a bits/bitstring component not at the end. However, the "reverse" would work:\n\n    "foo" <> rest\n    <<"foo", rest::binary>>\n\n'
)
LITERAL_STRING = (
    "literal string in bitstring supports only endianness and type specifiers, which must be one of: little, big, native, utf8, utf16, utf32, "
    "bits, bytes, binary or bitstring"
)
LITERAL_BITS = "literal <<>> in bitstring supports only type specifiers, which must be one of: binary or bitstring"
UTF = frozenset(("utf8", "utf16", "utf32"))
# The types that a literal value of a type may be given.
FITTING = {
    "integer": UTF | {"integer", "float"}, "float": {"float"}, "binary": UTF | {"binary", "bits"}, "bits": {"binary", "bits"},
}  # fmt: skip
SIGNS = frozenset(("signed", "unsigned"))
ENDIANNESS = frozenset(("big", "little", "native"))


def expand_segments(parts: list[Any], env: Env, *, match: bool, generator: bool = False) -> list[Any]:
    """Expand all segments; in a match, sizes may use variables bound by earlier segments."""
    outer = frozenset(env.match or ())
    return [
        _segment(part, env, outer if match else None, match and (generator or part is not parts[-1]))
        for part in parts
    ]


def _segment(part: Any, env: Env, outer: frozenset[Any] | None, sized: bool) -> Any:
    """One segment; *outer* are the variables that the pattern around the binary binds (None outside patterns)."""
    meta: Any = []
    if ex.is_node(part, Atom("::")) and len(part[2]) == 2:
        value_tree, spec_tree = part[2]
        meta = part[1]
    else:
        value_tree, spec_tree = part, _NO_SPEC
    if outer is not None and ex.is_node(value_tree, Atom("=")):
        raise env.fail(value_tree[1], f"cannot pattern match inside a bitstring that is already in match, got: {ex._show(value_tree)}")
    value = ex.expand(value_tree, env)
    literal = "bits" if ex.is_node(value_tree, Atom("<>")) else _literal_type(value)
    read = _Reader(env, outer)
    if spec_tree is not _NO_SPEC:
        read.spec(spec_tree, meta)
    spec = _checked(read.found, literal, meta, env)
    if spec.type in ("binary", "bits") and spec.size is None and outer is not None:
        if ex.is_node(value, ex.PIN):
            # A pinned variable is as long as its value.
            if spec.type == "binary":
                spec.size = ex.call_node("Kernel", "byte_size", [], value[2])
            else:
                spec.size, spec.unit = ex.call_node("Kernel", "bit_size", [], value[2]), 1
        elif sized and literal is None:
            raise env.fail(meta, UNSIZED)
    return (value, spec)


_NO_SPEC = object()


def _literal_type(value: Any) -> str | None:
    """The type that a value shows by itself."""
    if value.__class__ is str or value.__class__ is bytes:
        return "binary"
    if value.__class__ is int or value.__class__ is float:
        return "integer" if value.__class__ is int else "float"
    if value.__class__ is tuple and len(value) == 3:
        if value[0] is ex.BITS:
            return "bits"
        if value[0].__class__ is tuple and _is_to_string(value):
            return "binary"
    return None


def _checked(found: dict[str, Any], literal: str | None, meta: Any, env: Env) -> Segment:
    """The segment of what a specification says, which must fit itself and the literal value."""
    given = found.get("type")
    kind = given or literal or "integer"
    size, unit = found.get("size"), found.get("unit")
    if given and literal and given not in FITTING[literal]:
        raise _conflict("type", given, literal, meta, env)
    if literal in ("binary", "bits") and (size is not None or unit is not None):
        raise env.fail(meta, LITERAL_STRING if literal == "binary" else LITERAL_BITS)
    if kind in UTF and (size is not None or unit is not None):
        raise env.fail(meta, "size and unit are not supported on utf types")
    if "sign" in found and kind not in ("integer", "float"):
        raise env.fail(meta, "signed and unsigned specifiers are supported only on integer and float types")
    if kind in ("integer", "float") and unit is not None and size is None:
        raise env.fail(meta, "integer and float types require a size specifier if the unit specifier is given")
    if kind == "float" and size.__class__ is int and size * (unit or 1) not in (16, 32, 64):
        raise env.fail(meta, f"float requires size*unit to be 16, 32, or 64 (default), got: {size * (unit or 1)}")
    endian = found.get("endianness", "big")
    return Segment(kind, size, unit, found.get("sign") == "signed", "little" if endian == "native" else endian, not given)


def _conflict(what: str, new: Any, old: Any, meta: Any, env: Env) -> Exception:
    shown, before = (SHOWN.get(value, value) if isinstance(value, str) else ex._show(value) for value in (new, old))
    return env.fail(meta, f'conflicting {what} specification for bit field: "{shown}" and "{before}"')


SHOWN = {"bits": "bitstring"}


def _is_to_string(value: Any) -> bool:
    target = value[0][2]
    return len(target) == 2 and target[1] is Atom("to_string")


class _Reader:
    """Reads one specification; ``found`` has what it says by name."""

    def __init__(self, env: Env, outer: frozenset[Any] | None) -> None:
        self.env = env
        self.outer = outer
        self.found: dict[str, Any] = {}

    def put(self, what: str, value: Any, meta: Any) -> None:
        if what in self.found and self.found[what] != value:
            raise _conflict(what, value, self.found[what], meta, self.env)
        self.found[what] = value

    def spec(self, tree: Any, meta: Any) -> None:
        if tree.__class__ is int:
            self.put("size", tree, meta)
        elif ex.is_node(tree, Atom("-")) and len(tree[2]) == 2:
            self.spec(tree[2][0], meta)
            self.spec(tree[2][1], meta)
        elif ex.is_node(tree, Atom("*")) and len(tree[2]) == 2:
            size, unit = tree[2]
            if not (size.__class__ is tuple and len(size) == 3 and size[0] is Atom("_")):
                self.put("size", self.size(size), meta)
            self.unit(unit, tree[1])
        elif ex.is_node(tree, ex.PIN) or ex.is_node(tree, Atom("@")) or (
            (ex.is_node(tree, Atom("-")) or ex.is_node(tree, Atom("+"))) and len(tree[2]) == 1 and tree[2][0].__class__ is int
        ):
            self.put("size", self.size(tree), meta)
        elif tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom:
            self.word(tree, meta)
        else:
            at = tree[1] if tree.__class__ is tuple and len(tree) == 3 else meta
            raise self.env.fail(at, f"unknown bitstring specifier: {ex._show(tree)}")

    def word(self, tree: Any, meta: Any) -> None:
        """A name, a call of ``size`` or ``unit`` or of a macro that gives a specification."""
        name, at, args = tree
        env = self.env
        called = args.__class__ is list
        if called and len(args) == 1 and name.name in ("size", "unit"):
            if name.name == "size":
                self.put("size", self.size(args[0]), meta)
            else:
                self.unit(args[0], at)
            return
        if not (called and args) and self.known(name.name, meta):
            if called and lint.written(at):
                env.warn(meta, f'extra parentheses on a bitstring specifier "{name.name}()" have been deprecated. Please remove the parentheses: '
                         f'"{name.name}".\nYou may run "mix format --migrate" to fix this warning automatically.')
            return
        if not called and lint.written(at):
            env.warn(meta, f'bitstring specifier "{name.name}" does not exist and is being expanded to "{name.name}()", please use parentheses to '
                     'remove the ambiguity.\nYou may run "mix format --migrate" to fix this warning automatically.')
        made = ex.expand_call((name, at, args if called else []), env)
        if made.__class__ is tuple and made[0] is name:
            raise env.fail(meta, f"unknown bitstring specifier: {ex._show(tree)}")
        self.spec(made, meta)

    def known(self, name: str, meta: Any) -> bool:
        """Note a type, a sign or a byte order."""
        if name in TYPES:
            self.put("type", TYPES[name], meta)
        elif name in SIGNS:
            self.put("sign", name, meta)
        elif name in ENDIANNESS:
            self.put("endianness", name, meta)
        else:
            return False
        return True

    def size(self, tree: Any) -> Any:
        return _size(tree, self.env, self.outer)

    def unit(self, tree: Any, meta: Any) -> None:
        value = self.size(tree)
        if value.__class__ is not int:
            raise self.env.fail(meta, f"unit in bitstring expects an integer as argument, got: {ex._show(tree)}")
        self.put("unit", value, meta)


def _size(tree: Any, env: Env, outer: frozenset[Any] | None) -> Any:
    """A size; in a pattern it may read variables from before and those that the same binary binds."""
    if outer is None:
        return ex.expand(tree, env)
    tree = _unpinned(tree, env)
    variables = env.vars
    env.vars = {**variables, **{key: var for key, var in (env.match or {}).items() if key not in outer}}
    context, env.context = env.context, None
    inner, env.match = env.match, None
    try:
        return ex.expand(tree, env)
    finally:
        env.vars, env.context, env.match = variables, context, inner


def _unpinned(tree: Any, env: Env) -> Any:
    """A size with its pins taken off: they read the variables from before the pattern."""
    if ex.is_node(tree, ex.PIN):
        name = tree[2][0]
        if not (name.__class__ is tuple and name[2].__class__ is not list):
            return name
        known = env.vars.get(ex.variable_key(name))
        if known is None:
            raise env.fail(tree[1], UNDEFINED_PIN.format(name[0].name))
        return (name[0], name[1], known)
    if tree.__class__ is tuple and len(tree) == 3 and tree[2].__class__ is list:
        return (_unpinned(tree[0], env), tree[1], [_unpinned(t, env) for t in tree[2]])
    return tree


def _no_binary(value: Any) -> ArgumentError:
    return ArgumentError(f"expected binary argument in <> operator but got: {ex._show(value)}")


def concat_pattern(tree: Any, env: Env) -> Any:
    """``"prefix" <> rest`` as a pattern."""
    _, meta, (left, right) = tree
    value = ex.expand(left, env)
    size = ex.call_node("Kernel", "byte_size", [], value[2]) if ex.is_node(value, ex.PIN) else None
    parts = [(value, Segment("binary", size, None, False, "big"))]
    if value.__class__ is tuple and len(value) == 3 and value[0] is ex.BITS:
        parts = list(value[2])
        last = parts[-1][1] if parts else None
        if last is not None and last.size is None and last.type in ("binary", "bits") and _literal_type(parts[-1][0]) is None:
            raise env.fail(meta, UNSIZED)
    elif value.__class__ in (int, float, list) or is_atom(value):
        raise _no_binary(value)
    elif value.__class__ is tuple and value[0] is not ex.PIN:
        raise ArgumentError("cannot perform prefix match because the left operand of <> has unknown size. The left operand of <> inside a match "
                            "should either be a literal binary or an existing variable with the pin operator (such as ^some_var). "
                            f"Got: {ex._show(left)}")
    if ex.is_node(right, Atom("<>")):
        rest = concat_pattern(right, env)
        return (ex.BITS, meta, [*parts, *rest[2]])
    done = ex.expand(right, env)
    if done.__class__ in (int, float, list) or is_atom(done):
        raise _no_binary(done)
    if done.__class__ is tuple and len(done) == 3 and done[0] is ex.BITS:
        return (ex.BITS, meta, [*parts, *done[2]])
    return (ex.BITS, meta, [*parts, (done, Segment("binary", None, None, False, "big"))])
