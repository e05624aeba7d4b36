"""Texts of ISO 8601: dates, times, both, and durations."""

from __future__ import annotations

import re
from typing import Any

from defnpy.stdlib.calendar import iso
from defnpy.stdlib.util import ERROR, OK, need
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module

_FORMAT, _DATE, _TIME = (Atom(n) for n in ("invalid_format", "invalid_date", "invalid_time"))
_REST = r"(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?\Z"
_DATES = {"extended": r"([+-]?)([0-9]{4})-([0-9]{2})-([0-9]{2})", "basic": r"([+-]?)([0-9]{4})([0-9]{2})([0-9]{2})"}
_TIMES = {"extended": r"([0-9]{2}):([0-9]{2}):([0-9]{2})", "basic": r"([0-9]{2})([0-9]{2})([0-9]{2})"}
_COMPONENTS = {False: (("year", "Y"), ("month", "M"), ("week", "W"), ("day", "D")), True: (("hour", "H"), ("minute", "M"), ("second", "S"))}


def _match(pattern: str, text: Any, form: Any, name: str) -> Any:
    need(text.__class__ in (str, bytes), "Calendar.ISO", name, 2)
    need(form is iso.EXTENDED or form is iso.BASIC, "Calendar.ISO", name, 2)
    return re.match(pattern, text) if text.__class__ is str else None


def _date(groups: Any) -> tuple[int, int, int]:
    sign, year, month, day = groups
    return (-int(year) if sign == "-" else int(year), int(month), int(day))


def _time(groups: Any) -> Any:
    """``(hour, minute, second, {microsecond, precision}), offset``; the offset is None, a number, or ``"bad"``."""
    hour, minute, second, digits, zone = groups
    digits = (digits or "")[:6]
    return (int(hour), int(minute), int(second), (int(digits.ljust(6, "0")) if digits else 0, len(digits))), _offset(zone)


def _offset(zone: str | None) -> Any:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    hour, minute = int(digits[:2]), int(digits[2:] or 0)
    if zone == "-00:00" or hour > 23 or minute > 59:
        return "bad"
    return (hour * 60 + minute) * (-60 if zone[0] == "-" else 60)


@ex("parse_date/1", "parse_date/2")
def parse_date(text: Any, form: Any = iso.EXTENDED) -> Any:
    found = _match(_DATES[getattr(form, "name", "extended")] + r"\Z", text, form, "parse_date")
    if found is None:
        return (ERROR, _FORMAT)
    made = _date(found.groups())
    return (OK, made) if iso.valid_date(*made) else (ERROR, _DATE)


@ex("parse_time/1", "parse_time/2")
def parse_time(text: Any, form: Any = iso.EXTENDED) -> Any:
    found = _match("T?" + _TIMES[getattr(form, "name", "extended")] + _REST, text, form, "parse_time")
    made, offset = _time(found.groups()) if found is not None else ((), "bad")
    if offset == "bad":
        return (ERROR, _FORMAT)
    return (OK, made) if iso.valid_time(*made) else (ERROR, _TIME)


def _parse_both(text: Any, form: Any, name: str) -> Any:
    """``(OK, parts, offset)`` or an error."""
    kind = getattr(form, "name", "extended")
    found = _match(f"{_DATES[kind]}[ T]{_TIMES[kind]}{_REST}", text, form, name)
    if found is None:
        return (ERROR, _FORMAT)
    date = _date(found.groups()[:4])
    clock, offset = _time(found.groups()[4:])
    if offset == "bad":
        return (ERROR, _FORMAT)
    if not iso.valid_date(*date):
        return (ERROR, _DATE)
    return (OK, (*date, *clock), offset) if iso.valid_time(*clock) else (ERROR, _TIME)


@ex("parse_naive_datetime/1", "parse_naive_datetime/2")
def parse_naive(text: Any, form: Any = iso.EXTENDED) -> Any:
    return _parse_both(text, form, "parse_naive_datetime")[:2]


@ex("parse_utc_datetime/1", "parse_utc_datetime/2")
def parse_utc(text: Any, form: Any = iso.EXTENDED) -> Any:
    answer = _parse_both(text, form, "parse_utc_datetime")
    if answer[0] is ERROR:
        return answer
    _, parts, offset = answer
    if offset is None:
        return (ERROR, Atom("missing_offset"))
    micro, precision = parts[6]
    total = iso.days_of(*parts[:3]) * iso.DAY + iso.micros_of(*[*parts[3:6], micro]) - offset * 1_000_000
    days, rest = divmod(total, iso.DAY)
    *clock, micro = iso.clock_of(rest)
    return (OK, (*iso.date_of(days), *clock, (micro, precision)), offset)


# -- durations -----------------------------------------------------------------------------------------------------------


@ex("parse_duration/1")
def parse_duration(text: Any) -> Any:
    found = re.fullmatch(r"([+-]?)P(.+)", text, re.DOTALL) if text.__class__ is str else None
    if found is None:
        return (ERROR, Atom("invalid_duration"))
    answer = _components(found[2], False, [])
    if found[1] != "-" or answer[0] is ERROR:
        return answer
    return (OK, [(k, (-v[0], v[1]) if v.__class__ is tuple else -v) for k, v in answer[1]])


def _components(text: str, timed: bool, out: list[Any]) -> Any:
    allowed = list(_COMPONENTS[timed])
    while text:
        if not timed and text[0] == "T" and len(text) > 1:
            return _components(text[1:], True, out)
        found = re.match(r"([+-]?[0-9]+)(?:[.,]([0-9]+))?([A-Z])", text)
        names = [i for i, (_, letter) in enumerate(allowed) if found is not None and letter == found[3]]
        if found is None or not names or (found[2] and (not timed or found[3] != "S" or found.end() < len(text))):
            return (ERROR, Atom("invalid_time_component" if timed else "invalid_date_component"))
        if found[2]:
            digits = found[2][:6]
            value = int(digits.ljust(6, "0")) * (-1 if found[1].startswith("-") else 1)
            out.insert(0, (Atom("microsecond"), (value, len(digits))))
            out.insert(0, (Atom("second"), int(found[1])))
            return (OK, out)
        out.insert(0, (Atom(allowed[names[0]][0]), int(found[1])))
        allowed = allowed[names[0] + 1 :]
        text = text[found.end() :]
    return (OK, out)


MODULE = native_module("Calendar.ISO", {**vars(iso), **globals()})
