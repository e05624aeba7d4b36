"""Duration."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.calendar.parsing import parse_duration
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import ERROR, OK, is_int, need, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

DURATION = alias("Duration")
DATE_UNITS, TIME_UNITS = ("year", "month", "week", "day"), ("hour", "minute", "second", "microsecond")
UNITS = DATE_UNITS + TIME_UNITS
_A = {n: Atom(n) for n in UNITS}
_SHORT = dict(zip(UNITS, ("a", "mo", "wk", "d", "h", "min", "s"), strict=False))


def _listed(units: tuple[str, ...]) -> str:
    return ", ".join(f":{u}" for u in units)


def checked(given: Any, units: tuple[str, ...] = UNITS) -> Struct:
    """A duration of ``{unit, value}`` pairs that may only name *units*; a duration is taken as it is."""
    if isinstance(given, Struct) and given.module is DURATION:
        return given
    fields: dict[Any, Any] = {_A[u]: (0, 0) if u == "microsecond" else 0 for u in UNITS}
    for unit, value in iterate(given):
        _check(getattr(unit, "name", None), unit, value, units)
        fields[unit] = value
    return Struct(DURATION, fields)


def _check(name: str | None, unit: Any, value: Any, units: tuple[str, ...]) -> None:
    if name == "microsecond" and name in units:
        fine = value.__class__ is tuple and len(value) == 2 and is_int(value[0]) and value[1] in range(7)
        if not fine:
            raise ArgumentError(
                f"unsupported value {inspect(value)} for :microsecond. "
                "Expected a tuple {ms, precision} where precision is an integer from 0 to 6")
        return
    if name not in units:
        raise ArgumentError(f"{'unsupported' if name in UNITS else 'unknown'} unit {inspect(unit)}. Expected {_listed(units)}")
    if not is_int(value):
        raise ArgumentError(f"unsupported value {inspect(value)} for {inspect(unit)}. Expected an integer")


def _parts(term: Any, name: str, arity: int) -> dict[str, Any]:
    need(isinstance(term, Struct) and term.module is DURATION, "Duration", name, arity)
    return {u: term.fields[_A[u]] for u in UNITS}


def _made(parts: dict[str, Any]) -> Struct:
    return Struct(DURATION, {_A[u]: v for u, v in parts.items()})


@ex("new!/1")
def new_bang(given: Any) -> Struct:
    return checked(given)


def _combined(a: Any, b: Any, sign: int, name: str) -> Struct:
    x, y = _parts(a, name, 2), _parts(b, name, 2)
    micro = (x["microsecond"][0] + sign * y["microsecond"][0], max(x["microsecond"][1], y["microsecond"][1]))
    return _made({**{u: x[u] + sign * y[u] for u in UNITS[:-1]}, "microsecond": micro})


@ex("add/2")
def add(a: Any, b: Any) -> Struct:
    return _combined(a, b, 1, "add")


@ex("subtract/2")
def subtract(a: Any, b: Any) -> Struct:
    return _combined(a, b, -1, "subtract")


@ex("multiply/2")
def multiply(a: Any, factor: Any) -> Struct:
    x = _parts(a, "multiply", 2)
    need(is_int(factor), "Duration", "multiply", 2)
    micro, precision = x["microsecond"]
    return _made({**{u: x[u] * factor for u in UNITS[:-1]}, "microsecond": (micro * factor, precision)})


@ex("negate/1")
def negate(a: Any) -> Struct:
    _parts(a, "negate", 1)
    return multiply(a, -1)


@ex("from_iso8601/1")
def from_iso8601(text: Any) -> Any:
    need(text.__class__ is str, "Duration", "from_iso8601", 1)
    answer = parse_duration(text)
    return answer if answer[0] is ERROR else (OK, checked(answer[1]))


@ex("from_iso8601!/1")
def from_iso8601_bang(text: Any) -> Any:
    answer = from_iso8601(text)
    if answer[0] is ERROR:
        raise ArgumentError(f'failed to parse duration "{text}". reason: {inspect(answer[1])}')
    return answer[1]


def _seconds(parts: dict[str, Any]) -> str:
    micro, precision = parts["microsecond"]
    if precision == 0:
        return str(parts["second"])
    total = parts["second"] * 1_000_000 + micro
    second, rest = divmod(abs(total), 1_000_000)
    return f"{'-' if total < 0 else ''}{second}.{f'{rest:06}'[:precision]}"


def _has_seconds(parts: dict[str, Any]) -> bool:
    return bool(parts["second"] or parts["microsecond"][0])


@ex("to_iso8601/1")
def to_iso8601(duration: Any) -> str:
    parts = _parts(duration, "to_iso8601", 1)
    dates = "".join(f"{parts[u]}{letter}" for u, letter in zip(DATE_UNITS, "YMWD", strict=True) if parts[u])
    times = "".join(f"{parts[u]}{letter}" for u, letter in zip(TIME_UNITS[:2], "HM", strict=True) if parts[u])
    times += f"{_seconds(parts)}S" if _has_seconds(parts) else ""
    return f"P{dates}{'T' if times else ''}{times}" if dates or times else "PT0S"


@ex("to_string/1", "to_string/2")
def to_string(duration: Any, options: Any = ()) -> str:
    parts = _parts(duration, "to_string", 2)
    names = option(options, "units", [])
    shown = [f"{parts[u]}{option(names, u, _SHORT[u])}" for u in UNITS[:6] if parts[u]]
    if _has_seconds(parts):
        shown.append(_seconds(parts) + option(names, "second", "s"))
    return option(options, "separator", " ").join(shown) or "0" + option(names, "second", "s")


MODULE = native_module("Duration", globals(), info={
    "struct": [(_A[u], (0, 0) if u == "microsecond" else 0) for u in UNITS],
    "derive": [(alias("Inspect"), [(Atom("optional"), list(_A.values()))])],
})  # fmt: skip
