"""What the syntax tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from defnpy.terms.atom import Atom

CASES = Path(__file__).resolve().parent.parent / "reference" / "cases" / "syntax"


def golden() -> list[dict[str, Any]]:
    """Every golden syntax case."""
    return [
        json.loads(line)
        for path in sorted(CASES.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def same_floats(form: Any) -> Any:
    """Float texts as numbers: they compare by value."""
    if isinstance(form, dict):
        return (
            {"float": float(form["float"])}
            if "float" in form
            else {k: same_floats(v) for k, v in form.items()}
        )
    return [same_floats(item) for item in form] if isinstance(form, list) else form


def without_meta(term: Any) -> Any:
    """A tree without metadata, one-expression blocks opened, plain charlist sigils as lists."""
    if isinstance(term, list):
        return [without_meta(item) for item in term]
    if not isinstance(term, tuple):
        return (type(term).__name__, term) if isinstance(term, int | float) else term
    if len(term) != 3:
        return tuple(without_meta(item) for item in term)
    form, _, arguments = term
    if form is Atom("sigil_c") and isinstance(arguments[0][2][0], str) and len(arguments[0][2]) == 1:
        return ["chars"]
    if form is Atom("__block__") and isinstance(arguments, list) and len(arguments) == 1:
        return without_meta(arguments[0])
    return (without_meta(form), without_meta(arguments))
