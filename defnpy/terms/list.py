"""Improper lists (``[1 | 2]``); proper lists are plain Python lists."""

from __future__ import annotations

from typing import Any


class ImproperList:
    """``[a, b | tail]`` whose tail is not a list."""

    __slots__ = ("head", "improper_tail")

    def __init__(self, head: list[Any], improper_tail: Any) -> None:
        self.head = head
        self.improper_tail = improper_tail

    def __len__(self) -> int:
        return len(self.head)

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, index: Any) -> Any:
        """An element, or what ``[index:]`` leaves."""
        if index.__class__ is not slice:
            return self.head[index]
        head = self.head[index]
        return ImproperList(head, self.improper_tail) if head else self.improper_tail

    def __eq__(self, other: object) -> bool:
        from defnpy.terms.order import strict_equal

        return (
            other.__class__ is ImproperList
            and strict_equal(self.head, other.head)
            and strict_equal(self.improper_tail, other.improper_tail)
        )

    def __hash__(self) -> int:
        from defnpy.terms.map import term_hash

        return hash((term_hash(self.head), term_hash(self.improper_tail)))


def cons(head: list[Any], tail: Any) -> Any:
    """``[h1, h2 | tail]``."""
    if tail.__class__ is list:
        return [*head, *tail]
    if tail.__class__ is ImproperList:
        return ImproperList([*head, *tail.head], tail.improper_tail)
    return ImproperList(head, tail)


def tail_of(term: Any) -> Any:
    """Everything behind the first element of a non-empty (perhaps improper) list."""
    if term.__class__ is list:
        return term[1:]
    return ImproperList(term.head[1:], term.improper_tail) if len(term.head) > 1 else term.improper_tail


def compare_improper(a: Any, b: Any) -> int:
    """The order of two lists of which at least one is improper."""
    from defnpy.terms.order import compare, rank

    while is_cell(a) and is_cell(b):
        c = compare(head_of(a), head_of(b))
        if c:
            return c
        a, b = tail_of(a), tail_of(b)
    if is_cell(a) or is_cell(b):
        return (rank(a) > rank(b)) - (rank(a) < rank(b)) or (1 if is_cell(a) else -1)
    return compare(a, b)


def is_cell(term: Any) -> bool:
    """Whether *term* is a non-empty list, proper or not."""
    return bool(term) if term.__class__ is list else term.__class__ is ImproperList


def head_of(term: Any) -> Any:
    """The first element of a non-empty list."""
    return term[0] if term.__class__ is list else term.head[0]
