"""What an operation is: a name and the rule for its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Op:
    """A primitive operation.

    ``infer(params, *operands)`` gives the output template (or a tuple of them) from the operands' types, shapes and names.
    ``params`` is a dict of Python values (ints, tuples, DTypes, bools, strings), None where there are none.
    """

    name: str
    infer: Callable[..., Any] = field(repr=False)

    def __repr__(self) -> str:
        return f"<op {self.name}>"
