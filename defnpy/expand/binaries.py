"""Segments of ``<<>>`` and the ``<>`` operator.

An expanded segment is ``(value, spec)`` with ``spec`` a :class:`Segment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Env
from defnpy.terms.atom import Atom
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


def expand_segments(parts: list[Any], env: Env, *, match: bool) -> list[Any]:
    """Expand all segments; in a match, sizes may use variables bound by earlier segments."""
    return [_segment(part, env, match) for part in parts]


def _segment(part: Any, env: Env, match: bool) -> Any:
    if ex.is_node(part, Atom("::")) and len(part[2]) == 2:
        value_tree, spec_tree = part[2]
    else:
        value_tree, spec_tree = part, None
    value = ex.expand(value_tree, env)
    spec = _spec(spec_tree, value, env, match)
    return (value, spec)


def _spec(tree: Any, value: Any, env: Env, match: bool) -> Segment:
    spec = Segment("", None, None, False, "big")
    if tree is not None:
        _read_spec(tree, spec, env, match)
    if not spec.type:
        spec.default_type = True
        if value.__class__ is str or value.__class__ is bytes:
            spec.type = "binary"
        elif value.__class__ is tuple and len(value) == 3 and value[0] is ex.BITS:
            spec.type = "bits"
        elif value.__class__ is float:
            spec.type = "float"
        elif value.__class__ is tuple and len(value) == 3 and value[0].__class__ is tuple and _is_to_string(value):
            spec.type = "binary"
        else:
            spec.type = "integer"
    if match and spec.size is None and spec.type in ("binary", "bits") and ex.is_node(value, ex.PIN):
        # A pinned variable is as long as its value.
        if spec.type == "binary":
            spec.size = ex.call_node("Kernel", "byte_size", [], value[2])
        else:
            spec.size, spec.unit = ex.call_node("Kernel", "bit_size", [], value[2]), 1
    return spec


def _is_to_string(value: Any) -> bool:
    target = value[0][2]
    return len(target) == 2 and target[1] is Atom("to_string")


def _read_spec(tree: Any, spec: Segment, env: Env, match: bool) -> None:
    if tree.__class__ is int:
        spec.size = tree
        return
    if ex.is_node(tree, Atom("-")) and len(tree[2]) == 2:
        _read_spec(tree[2][0], spec, env, match)
        _read_spec(tree[2][1], spec, env, match)
        return
    if ex.is_node(tree, Atom("*")) and len(tree[2]) == 2:
        size, unit = tree[2]
        if not (size.__class__ is tuple and len(size) == 3 and size[0] is Atom("_")):
            spec.size = _size(size, env, match)
        spec.unit = _unit(unit, tree[1], env)
        return
    if tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom:
        name, meta, args = tree
        if args.__class__ is list and len(args) == 1 and name.name in ("size", "unit"):
            if name.name == "size":
                spec.size = _size(args[0], env, match)
            else:
                spec.unit = _unit(args[0], meta, env)
            return
        if _word(name.name, spec):
            if args.__class__ is list and lint.written(meta):
                env.warn(meta, f'extra parentheses on a bitstring specifier "{name.name}()" have been deprecated. Please remove the parentheses: '
                         f'"{name.name}".\nYou may run "mix format --migrate" to fix this warning automatically.')
            return
        if args.__class__ is not list and ex.variable_key(tree) in {**env.vars, **(env.match or {})}:
            spec.size = _size(tree, env, match)
            return
        made = ex.expand_call((name, meta, args if args.__class__ is list else []), env)
        if made.__class__ is not tuple or made[0] is not name:
            if args.__class__ is not list and lint.written(meta):
                env.warn(meta, f'bitstring specifier "{name.name}" does not exist and is being expanded to "{name.name}()", please use parentheses to '
                         'remove the ambiguity.\nYou may run "mix format --migrate" to fix this warning automatically.')
            _read_spec(made, spec, env, match)
            return
        raise env.fail(meta, f"unknown bitstring specifier: {ex._show(tree)}")
    if ex.is_node(tree, ex.PIN) or ex.is_node(tree, Atom("@")):
        spec.size = _size(tree, env, match)
        return
    raise env.fail(tree[1] if tree.__class__ is tuple and len(tree) == 3 else [], f"unknown bitstring specifier: {ex._show(tree)}")


def _unit(tree: Any, meta: Any, env: Env) -> int:
    if tree.__class__ is not int:
        raise env.fail(meta, f"unit in bitstring expects an integer as argument, got: {ex._show(tree)}")
    return int(tree)


def _word(name: str, spec: Segment) -> bool:
    if name in TYPES:
        spec.type = TYPES[name]
    elif name in ("signed", "unsigned"):
        spec.signed = name == "signed"
    elif name in ("big", "little", "native"):
        spec.endian = "little" if name == "native" else name
    else:
        return False
    return True


def _size(tree: Any, env: Env, match: bool) -> Any:
    if not match:
        return ex.expand(tree, env)
    tree = _unpinned(tree, env)
    outer = env.vars
    env.vars = {**outer, **(env.match or {})}
    context, env.context = env.context, None
    inner, env.match = env.match, None
    try:
        return ex.expand(tree, env)
    finally:
        env.vars, env.context, env.match = outer, context, inner


def _unpinned(tree: Any, env: Env) -> Any:
    """A size with its pins taken off: they read the variables from before the pattern."""
    if ex.is_node(tree, ex.PIN):
        name = tree[2][0]
        known = env.vars.get(ex.variable_key(name)) if name.__class__ is tuple and name[2].__class__ is not list else None
        return name if known is None else (name[0], name[1], known)
    if tree.__class__ is tuple and len(tree) == 3 and tree[2].__class__ is list:
        return (_unpinned(tree[0], env), tree[1], [_unpinned(t, env) for t in tree[2]])
    return tree


def concat_pattern(tree: Any, env: Env) -> Any:
    """``"prefix" <> rest`` as a pattern."""
    _, meta, (left, right) = tree
    value = ex.expand(left, env)
    size = ex.call_node("Kernel", "byte_size", [], value[2]) if ex.is_node(value, ex.PIN) else None
    parts = [(value, Segment("binary", size, None, False, "big"))]
    if value.__class__ is tuple and len(value) == 3 and value[0] is ex.BITS:
        parts = list(value[2])
    elif value.__class__ is tuple and value[0] is not ex.PIN:
        raise ArgumentError("cannot perform prefix match because the left operand of <> has unknown size. The left operand of <> inside a match "
                            "should either be a literal binary or an existing variable with the pin operator (such as ^some_var). "
                            f"Got: {ex._show(left)}")
    if ex.is_node(right, Atom("<>")):
        rest = concat_pattern(right, env)
        return (ex.BITS, meta, [*parts, *rest[2]])
    done = ex.expand(right, env)
    if done.__class__ is tuple and len(done) == 3 and done[0] is ex.BITS:
        return (ex.BITS, meta, [*parts, *done[2]])
    return (ex.BITS, meta, [*parts, (done, Segment("binary", None, None, False, "big"))])
