"""``Calendar.strftime/3``."""

from __future__ import annotations

import datetime
import re
from typing import Any

_DIRECTIVE = re.compile(r"%([-_0^])?(\d+)?([a-zA-Z%])")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def strftime(moment: Any, pattern: str, options: Any = ()) -> str:
    """The text of a date, time or date-time."""
    fields = {k.name: v for k, v in moment.fields.items()}
    return _DIRECTIVE.sub(lambda found: _one(fields, found), pattern)


def _one(f: dict[str, Any], found: re.Match[str]) -> str:
    flag, width, letter = found[1], found[2], found[3]
    text, size, pad = _value(f, letter)
    if flag == "-":
        return text
    if flag == "_":
        pad = " "
    elif flag == "0":
        pad = "0"
    made = text.rjust(int(width) if width else size, pad)
    return made.upper() if flag == "^" else made


def _value(f: dict[str, Any], letter: str) -> tuple[str, int, str]:
    """Text, least width and padding of a directive."""
    if letter in _NUMBERS:
        name, size = _NUMBERS[letter]
        return str(f[name]), size, "0"
    if letter in _COMPOUND:
        return strftime_fields(f, _COMPOUND[letter]), 0, " "
    if letter in "aAujB" or letter == "b":
        return _calendar(f, letter)
    if letter == "I":
        return str((f["hour"] + 11) % 12 + 1), 2, "0"
    if letter in "pP":
        text = "AM" if f["hour"] < 12 else "PM"
        return (text if letter == "p" else text.lower()), 0, " "
    if letter == "f":
        micro, precision = f["microsecond"]
        return f"{micro:06}"[: precision or 1] if precision else "0", 0, "0"
    if letter == "q":
        return str((f["month"] + 2) // 3), 1, "0"
    if letter in "zZ":
        return ("+0000" if letter == "z" else f.get("zone_abbr", "")) if "time_zone" in f else "", 0, " "
    if letter == "y":
        return str(f["year"] % 100), 2, "0"
    return "%", 0, " "


_NUMBERS = {"Y": ("year", 4), "m": ("month", 2), "d": ("day", 2), "H": ("hour", 2), "M": ("minute", 2), "S": ("second", 2)}
_COMPOUND = {"c": "%Y-%m-%d %H:%M:%S", "x": "%Y-%m-%d", "X": "%H:%M:%S"}


def _calendar(f: dict[str, Any], letter: str) -> tuple[str, int, str]:
    if letter == "B":
        return _MONTHS[f["month"] - 1], 0, " "
    if letter == "b":
        return _MONTHS[f["month"] - 1][:3], 0, " "
    date = datetime.date(f["year"], f["month"], f["day"])
    if letter == "j":
        return str(date.timetuple().tm_yday), 3, "0"
    if letter == "u":
        return str(date.isoweekday()), 1, "0"
    name = _DAYS[date.weekday()]
    return (name if letter == "A" else name[:3]), 0, " "


def strftime_fields(f: dict[str, Any], pattern: str) -> str:
    """As :func:`strftime` on a plain dict of fields."""
    return _DIRECTIVE.sub(lambda found: _one(f, found), pattern)


