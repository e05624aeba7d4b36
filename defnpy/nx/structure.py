"""Containers taken apart into leaves and put together again."""

from __future__ import annotations

from typing import Any

from defnpy.nx.containers import container_map, is_leaf, traverse
from defnpy.nx.expr import to_expr
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor
from defnpy.terms.struct import Struct


def flatten(term: Any) -> list[Tensor]:
    """The leaves of a container as expression tensors."""
    leaves: list[Tensor] = []

    def collect(t: Tensor) -> Tensor:
        leaves.append(to_expr(t))
        return t

    container_map(term, collect)
    return leaves


def concrete_leaves(term: Any) -> list[Tensor]:
    """The leaves of a container as they are."""
    leaves: list[Tensor] = []

    def collect(t: Tensor) -> Tensor:
        leaves.append(t)
        return t

    container_map(term, collect)
    return leaves


def rebuild(structure: Any, leaves: list[Any]) -> Any:
    """*structure* with its leaves replaced, in order."""
    if structure.__class__ is Tensor:
        return leaves[0]
    rest = iter(leaves)
    return container_map(structure, lambda _: next(rest))


def blank(t: Tensor) -> Tensor:
    """*t* without data."""
    return t.like(data=TEMPLATE, donatable=False)


def templates(term: Any) -> Any:
    """A container of templates."""
    return container_map(term, blank)


def plain(t: Tensor) -> Tensor:
    """The node of *t* as a tensor without vectorised axes and names."""
    out = t.data.out
    return t if not t.vectorized_axes else t.like(shape=out.shape, names=out.names, vectorized_axes=())


class Diff(Struct):
    """Two templates that differ, one above the other; printed by ``inspect``."""

    __slots__ = ("left", "left_title", "right", "right_title")

    def __init__(self, left: Any, left_title: str, right: Any, right_title: str) -> None:
        from defnpy.terms.atom import alias

        super().__init__(alias("Nx.Defn.TemplateDiff"), {})
        self.left, self.left_title = left, left_title
        self.right, self.right_title = right, right_title

    def ex_inspect(self, opts: Any) -> Any:
        """The document."""
        from defnpy.terms import algebra
        from defnpy.terms.inspect import to_doc

        width = max(len(self.left_title), len(self.right_title)) + 2
        line = algebra.line()
        parts = [
            "\x1b[32m", line, f"<<<<<{_center(self.left_title, width)}<<<<<", line, to_doc(self.left, opts), line, "==========", line,
            "\x1b[31m", to_doc(self.right, opts), line, f">>>>>{_center(self.right_title, width)}>>>>>", line, "\x1b[0m",
        ]  # fmt: skip
        return algebra.concat(parts)


class Shown(Struct):
    """A template printed by its header alone."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor) -> None:
        from defnpy.terms.atom import alias

        super().__init__(alias("Nx.Defn.TemplateDiff"), {})
        self.tensor = tensor

    def ex_inspect(self, opts: Any) -> Any:
        """The document."""
        from defnpy.nx.document import frame
        from defnpy.nx.show import header, lines

        made, _ = lines(self.tensor.like(data=TEMPLATE), None)
        return frame("Nx.Tensor", made[:-1] or [header(self.tensor)])


def _center(title: str, width: int) -> str:
    left = (width - len(title)) // 2
    return " " * left + title + " " * (width - len(title) - left)


def headers(term: Any) -> Any:
    """A container whose tensors print by their header; other terms stay."""
    if is_leaf(term):
        from defnpy.nx.containers import leaf

        return Shown(leaf(term))
    try:
        return traverse(term, None, lambda child, _: (headers(child), None))[0]
    except Exception:
        return term


def diff(left: Any, left_title: str, right: Any, right_title: str, same: Any) -> str:
    """The text that shows where two containers differ; ``same(a, b)`` compares tensors."""
    return text(_diff(left, left_title, right, right_title, same))


def _diff(left: Any, left_title: str, right: Any, right_title: str, same: Any) -> Any:
    from defnpy.nx.containers import leaf

    if is_leaf(left) and is_leaf(right):
        a, b = leaf(left), leaf(right)
        return Shown(a) if same(a, b) else Diff(Shown(a), left_title, Shown(b), right_title)
    if left.__class__ is right.__class__ and left.__class__ in (tuple, dict) and len(left) == len(right):
        if left.__class__ is tuple:
            return tuple(_diff(a, left_title, b, right_title, same) for a, b in zip(left, right, strict=True))
        if isinstance(left, dict) and left.keys() == right.keys():
            return {k: _diff(left[k], left_title, right[k], right_title, same) for k in left}
    if isinstance(left, Struct) and isinstance(right, Struct) and left.module is right.module and not is_leaf(left):
        fields = {}
        for k, v in left.fields.items():
            try:
                fields[k] = _diff(v, left_title, right.fields[k], right_title, same)
            except Exception:
                fields[k] = v
        return Struct(left.module, fields)
    return Diff(headers(left), left_title, headers(right), right_title)


def same_structure(left: Any, right: Any) -> bool:
    """Whether two containers have the same form (leaves may differ)."""
    if is_leaf(left) or is_leaf(right):
        return is_leaf(left) and is_leaf(right)
    if left.__class__ is not right.__class__:
        return False
    if left.__class__ is tuple:
        return len(left) == len(right) and all(same_structure(a, b) for a, b in zip(left, right, strict=True))
    if left.__class__ is dict:
        return left.keys() == right.keys() and all(same_structure(left[k], right[k]) for k in left)
    if isinstance(left, Struct) and left.module is right.module:
        try:
            a: list[Any] = []
            b: list[Any] = []
            traverse(left, None, lambda c, _: (a.append(c), None))  # type: ignore[func-returns-value]
            traverse(right, None, lambda c, _: (b.append(c), None))  # type: ignore[func-returns-value]
        except Exception:
            return False
        return len(a) == len(b) and all(same_structure(x, y) for x, y in zip(a, b, strict=True))
    return False
