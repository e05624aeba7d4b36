"""Python code that takes the arrays out of a caller's arguments, runs a compiled graph and builds the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.terms import map as maps
from defnpy.terms.atom import Atom


class _Source:
    """Lines of the function, and the values they refer to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.values: dict[str, Any] = {}
        self.leaves: dict[int, str] = {}
        self.count = 0

    def name(self, prefix: str, value: Any = None) -> str:
        self.count += 1
        name = f"{prefix}{self.count}"
        if value is not None:
            self.values[name] = value
        return name

    def take(self, value: Any, term: Any, expression: str) -> None:
        """Checks and names for *value*, found at *expression*; *term* is the same as an Elixir term."""
        kind = value.__class__
        if kind is dict:
            var = self.name("m")
            self.lines.append(f"{var} = {expression}")
            self.lines.append(f"if {var}.__class__ is not dict or len({var}) != {len(value)}: return MISS")
            inner = list(term.values())
            for (k, v), t in zip(value.items(), inner, strict=True):
                self.take(v, t, f"{var}[{k!r}]")
        elif kind is tuple:
            var = self.name("m")
            self.lines.append(f"{var} = {expression}")
            self.lines.append(f"if {var}.__class__ is not tuple or len({var}) != {len(value)}: return MISS")
            for i, (v, t) in enumerate(zip(value, term, strict=True)):
                self.take(v, t, f"{var}[{i}]")
        elif kind is int or kind is float:
            var = self.name("n")
            self.lines.append(f"{var} = {expression}")
            self.lines.append(f"if {var}.__class__ is not {kind.__name__}: return MISS")
            self.leaves[id(value)] = f"asarray({var}, {self.name('T', _number_type(kind))})"
        else:
            var = self.name("a")
            self.lines.append(f"{var} = {expression}")
            dtype, shape = self.name("D", value.dtype), self.name("S")
            self.values[shape] = value.shape
            self.lines.append(f"if {var}.__class__ is not ndarray or {var}.dtype is not {dtype} or {var}.shape != {shape}: return MISS")
            self.leaves[id(value)] = var


def _number_type(kind: type) -> Any:
    import numpy as np

    return np.dtype(np.int32 if kind is int else np.float32)


def specialise(args: tuple[Any, ...], terms: list[Any], graph: Any, main: Callable[..., Any]) -> Callable[[Any], Any] | None:
    """``fast(args)``: the outputs as Python values, or MISS when the arguments look different."""
    import numpy as np

    from defnpy.host.compiled import MISS
    from defnpy.nx import defn

    source = _Source()
    for i, (value, term) in enumerate(zip(args, terms, strict=True)):
        source.take(value, term, f"args[{i}]")
    _, makers = defn.parameters(terms)
    order = []
    by_position = _positions(args, source)
    for position, make in enumerate(makers):
        data = make().data
        found = source.leaves.get(id(data)) or by_position.get(position)
        if found is None:
            return None
        order.append(found)
    counter = [0]
    answer = _answer(graph.result, counter)
    if answer is None:
        return None
    body = "\n        ".join([f"if len(args) != {len(args)}: return MISS", *source.lines])
    text = (
        "def fast(args):\n"
        "    try:\n"
        f"        {body}\n"
        "    except (KeyError, IndexError, AttributeError):\n"
        "        return MISS\n"
        f"    o = main({', '.join(order)})\n"
        f"    return {answer}\n"
    )
    space: dict[str, Any] = {"MISS": MISS, "main": main, "ndarray": np.ndarray, "asarray": np.asarray, **source.values}
    exec(text, space)
    return space["fast"]


def flat_call(args: tuple[Any, ...], jitted: Callable[..., Any]) -> Callable[[Any], Any] | None:
    """``fast(args)``: *jitted* called with the leaves of arguments built like these, or MISS when they are built otherwise.

    Taking the leaves of plain dicts and tuples out in Python is quicker than the pytree registry. None for other containers.
    """
    import numpy as np
    from jax.tree_util import all_leaves

    from defnpy.host.compiled import MISS

    lines: list[str] = [f"if len(args) != {len(args)}: return MISS"]
    leaves: list[str] = []
    count = 0

    def take(value: Any, expression: str) -> bool:
        nonlocal count
        name, count = f"v{count}", count + 1
        lines.append(f"{name} = {expression}")
        kind = value.__class__
        if kind is dict or kind is tuple:
            if kind is dict and not all(k.__class__ is str for k in value):
                return False
            lines.append(f"if {name}.__class__ is not {kind.__name__} or len({name}) != {len(value)}: return MISS")
            # The order of jax.tree.flatten: dictionaries by sorted keys.
            return all(take(value[k], f"{name}[{k!r}]") for k in (sorted(value) if kind is dict else range(len(value))))
        leaves.append(name)
        # What jax takes apart itself (lists, named tuples, registered classes) is left to it.
        return all_leaves([value])

    if not all(take(value, f"args[{i}]") for i, value in enumerate(args)):
        return None
    # NumPy arrays of 8 bytes an element take the way that keeps them so.
    wide = " or ".join(f"({v}.__class__ is ndarray and {v}.dtype.itemsize >= 8)" for v in leaves)
    body = "\n        ".join(lines)
    text = (
        "def fast(args):\n"
        "    try:\n"
        f"        {body}\n"
        "    except KeyError:\n"
        "        return MISS\n"
        f"    if {wide or 'False'}: return MISS\n"
        f"    return jitted({', '.join(leaves)})\n"
    )
    space: dict[str, Any] = {"MISS": MISS, "jitted": jitted, "ndarray": np.ndarray}
    exec(text, space)
    return space["fast"]


def _positions(args: tuple[Any, ...], source: _Source) -> dict[int, str]:
    """Numbers have no array of their own: their leaf is known by its position in Elixir's order."""
    order: list[Any] = []

    def walk(value: Any) -> None:
        if value.__class__ is dict:
            for k in maps.sorted_keys(value):
                walk(value[k])
        elif value.__class__ is tuple:
            for v in value:
                walk(v)
        else:
            order.append(value)

    walk(args)
    return {i: source.leaves[id(v)] for i, v in enumerate(order) if id(v) in source.leaves}


def _answer(result: Any, counter: list[int]) -> str | None:
    """The expression that builds the answer from the outputs ``o``."""
    from defnpy.nx.tensor import Tensor

    if result.__class__ is Tensor:
        counter[0] += 1
        return f"o[{counter[0] - 1}]"
    if result.__class__ is tuple:
        parts = [_answer(t, counter) for t in result]
        return None if None in parts else "(" + "".join(f"{p}, " for p in parts) + ")"
    if result.__class__ is dict:
        items = []
        for k in maps.sorted_keys(result):
            part = _answer(result[k], counter)
            if part is None or k.__class__ not in (str, Atom, int):
                return None
            items.append(f"{(k.name if k.__class__ is Atom else k)!r}: {part}")
        return "{" + ", ".join(items) + "}"
    return None
