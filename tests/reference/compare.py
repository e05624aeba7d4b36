"""Comparison of a result with its golden case: texts equal, float literals within a tolerance."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"(?<![\w.#])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=i?(?![\w.]|\.\d))|(?<=[\d.])[+-]\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=i\b)")
"""Number literals; the imaginary part of a complex number stands before its ``i``."""
UNCOUNTED = {"quirk", "guard", "backend-quirk"}


def counted(case: dict[str, Any]) -> bool:
    """Whether a case counts: accidents of the reference's own backend do not."""
    return not UNCOUNTED & set(case.get("tags", ()))


def same_text(want: str, got: str, rtol: float = 1e-4, atol: float = 1e-6) -> bool:
    """Whether two texts are equal but for float literals that are close."""
    if want == got:
        return True
    if NUMBER.sub("\0", want) != NUMBER.sub("\0", got):
        return False
    return all(_close(w, g, rtol, atol) for w, g in zip(NUMBER.findall(want), NUMBER.findall(got), strict=True))


def _close(want: str, got: str, rtol: float, atol: float) -> bool:
    if want == got:
        return True
    if not any(c in want + got for c in ".e"):
        return False
    a, b = float(want), float(got)
    return abs(a - b) <= atol + rtol * abs(a)


def passes(case: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether the outcome *got* is that of the golden *case*."""
    rtol = case.get("rtol", 1e-4)
    if case.get("stdout", "") != got.get("stdout", "") and not same_text(case.get("stdout", ""), got.get("stdout", ""), rtol):
        return False
    if "error" in case:
        error = got.get("error")
        return (
            error is not None
            and error["type"] == case["error"]["type"]
            and same_text(case["error"]["message"], error["message"], rtol)
        )
    return "value" in got and same_text(case["value"], got["value"], rtol)
