"""Inverse functions of complex numbers by logarithms and roots: the branches are the reference's, not C99's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[[Any], Any]


def inverses(sqrt: Function, log: Function) -> dict[str, Function]:
    """The functions by name, made of a root and a logarithm."""
    return {
        "acos": lambda z: -1j * log(z + sqrt(z * z - 1)),
        "asin": lambda z: -1j * log(1j * z + sqrt(1 - z * z)),
        "acosh": lambda z: log(z + sqrt(z * z - 1)),
        "atanh": lambda z: 0.5 * (log(1 + z) - log(1 - z)),
    }
