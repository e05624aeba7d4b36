"""Quoted trees and errors in the JSON form of the golden syntax cases."""

from __future__ import annotations

import base64
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.syntax.errors import ParseError
from defnpy.terms.atom import Atom, atom_name


def to_json(tree: Any) -> Any:
    """*tree* as JSON values: literals tagged, nodes ``{"call": [form, args, line]}``."""
    results: list[Any] = []
    todo: list[tuple[Any, bool]] = [(tree, False)]
    while todo:
        term, ready = todo.pop()
        if ready:
            _assemble(term, results)
        elif term.__class__ is list:
            todo.append((term, True))
            todo.extend((item, False) for item in reversed(term))
        elif term.__class__ is tuple:
            todo.append((term, True))
            parts = (term[0], term[2]) if len(term) == 3 else term
            todo.extend((item, False) for item in reversed(parts))
        else:
            results.append(_leaf(term))
    return results[0]


def _assemble(term: Any, results: list[Any]) -> None:
    if term.__class__ is list:
        count = len(term)
        items = results[len(results) - count :]
        del results[len(results) - count :]
        results.append(items)
        return
    right = results.pop()
    left = results.pop()
    if len(term) == 2:
        results.append({"tuple": [left, right]})
        return
    line = next((value for key, value in term[1] if key.name == "line"), 0)
    results.append({"call": [left, right, line]})


def _leaf(term: Any) -> Any:
    if term is None or term is True or term is False or term.__class__ is Atom:
        return {"atom": atom_name(term)}
    if isinstance(term, int):
        return {"int": decimal_text(term)}
    if isinstance(term, float):
        return {"float": format_float(term)}
    if isinstance(term, bytes):
        return {"bin": base64.b64encode(term).decode("ascii")}
    return {"str": term}


def format_float(value: float) -> str:
    """``Float.to_string/1``: the shortest digits that read back, always with a point."""
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0") or "0"
    if digits == "0":
        return sign + "0.0"
    power = int(exponent or 0) - len(fraction) + len(digits) - 1
    digits = digits.rstrip("0") or "0"
    fixed = _fixed(digits, power)
    scientific = f"{digits[0]}.{digits[1:] or '0'}e{power}"
    return sign + (fixed if len(fixed) <= len(scientific) else scientific)


def _fixed(digits: str, power: int) -> str:
    if power < 0:
        return "0." + "0" * (-power - 1) + digits
    if len(digits) <= power + 1:
        return digits + "0" * (power + 1 - len(digits)) + ".0"
    return digits[: power + 1] + "." + digits[power + 1 :]


def error_json(error: ParseError) -> dict[str, Any]:
    """A syntax error as the golden cases hold it."""
    form: dict[str, Any] = {"type": error.kind, "line": error.line, "column": error.column}
    form["description"] = error.description
    form["message"] = error.message
    return form
