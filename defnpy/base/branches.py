"""Inverse functions of complex numbers by logarithms and roots: the branches are the reference's, not C99's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[[Any], Any]


def inverses(sqrt: Function, log: Function) -> dict[str, Function]:
    """The functions by name, made of a root and a logarithm."""

    def root(z: Any) -> Any:
        return sqrt(z + 0j)  # no negative zero below a root

    return {
        "acos": lambda z: -1j * log(z + root(z * z - 1)),
        "asin": lambda z: -1j * log(1j * z + root(1 - z * z)),
        "atan": lambda z: 0.5j * (log(1 - 1j * z) - log(1 + 1j * z)),
        "acosh": lambda z: log(z + root(z * z - 1)),
        "asinh": lambda z: log(z + root(z * z + 1)),
        "atanh": lambda z: 0.5 * (log(1 + z) - log(1 - z)),
        "asec": lambda z: -1j * log(1j * root(1 - 1 / (z * z)) + 1 / z),
        "asech": lambda z: log(1 / z + root(1 / z + 1) * root(1 / z - 1)),
    }
