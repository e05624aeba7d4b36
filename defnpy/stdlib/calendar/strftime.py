"""``Calendar.strftime/3``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calendar import iso, structs
from defnpy.stdlib.calendar.structs import ask, get
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.util import is_binary, need, no_clause
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, KeyError_
from defnpy.terms.inspect import inspect
from defnpy.terms.struct import Struct, is_map

_DIRECTIVE = re.compile(r"%(?:([-_0])([0-9]*)|([0-9]*)([-_]?))(.?)", re.DOTALL)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WIDTHS = {**dict.fromkeys("dHImMSy", 2), "j": 3, "Y": 4, "z": 4}
_PADS = {"-": "", "_": " ", "0": "0"}
_DEFAULTS: dict[str, Any] = {
    "preferred_date": "%Y-%m-%d", "preferred_time": "%H:%M:%S", "preferred_datetime": "%Y-%m-%d %H:%M:%S",
    "am_pm_names": lambda half: half.name, "month_names": lambda n: _MONTHS[n - 1], "day_of_week_names": lambda n: _DAYS[n - 1],
    "abbreviated_month_names": lambda n: _MONTHS[n - 1][:3], "abbreviated_day_of_week_names": lambda n: _DAYS[n - 1][:3],
}  # fmt: skip
_PREFERRED = {"c": "preferred_datetime", "x": "preferred_date", "X": "preferred_time"}


def strftime(moment: Any, pattern: Any, options: Any = ()) -> str:
    """The text of a date, time or date-time."""
    need(is_map(moment) and is_binary(pattern), "Calendar", "strftime", 3)
    chosen = dict(_DEFAULTS)
    for key, value in options:
        if getattr(key, "name", "") not in _DEFAULTS:
            raise ArgumentError(f"unknown option {inspect(key)} given to Calendar.strftime/3")
        chosen[key.name] = value
    try:
        return _Writer(moment, chosen).text(pattern, frozenset())
    except structs.NoFields:
        raise no_clause("Calendar", "strftime", 3) from None


class _Writer:
    def __init__(self, moment: Any, options: dict[str, Any]) -> None:
        self.moment = moment
        self.options = options

    def text(self, pattern: str, inside: frozenset[str]) -> str:
        """*pattern* filled in; *inside* are the preferred formats that are being written."""
        return _DIRECTIVE.sub(lambda found: self.directive(found, inside), pattern)

    def directive(self, found: re.Match[str], inside: frozenset[str]) -> str:
        flag, width_after, width_before, late, letter = found.groups()
        if letter not in _VALUES and letter not in _PREFERRED:
            raise ArgumentError(f"invalid strftime format: %{letter}")
        pad = _PADS.get(flag or late or "", " " if letter in "aAbBpPZ" else "0")
        digits = width_after or width_before
        width = int(digits) if digits else _WIDTHS.get(letter, 0)
        if letter in _PREFERRED:
            name = _PREFERRED[letter]
            if name in inside:
                raise ArgumentError(f"tried to format {name} within another {name} format")
            return self.padded(self.text(self.options[name], inside | {name}), width, pad)
        value = self.value(letter)
        if letter in "Yz" and value.startswith(("+", "-")):
            return value[:1] + self.padded(value[1:], width, pad)
        return value if letter == "f" or (letter == "z" and not value) else self.padded(value, width, pad)

    def padded(self, text: str, width: int, pad: str) -> str:
        return pad * (width - len(text.encode())) + text

    def one(self, name: str) -> Any:
        if not self.has(name):
            raise KeyError_(structs.NAMES[name], self.moment)
        return get(self.moment, name)[0]

    def ask(self, name: str, *more: Any) -> Any:
        return ask(structs.calendar_of(self.moment), name, *get(self.moment, *structs.DATE_PARTS), *more)

    def named(self, option: str, value: Any) -> str:
        return str(fun1(self.options[option])(value))

    def has(self, name: str) -> bool:
        fields = self.moment.fields if isinstance(self.moment, Struct) else self.moment
        return structs.NAMES[name] in fields

    def value(self, letter: str) -> str:
        return _VALUES[letter](self)

    def weekday(self) -> int:
        return int(self.ask("day_of_week", Atom("default"))[0])

    def half(self) -> str:
        return self.named("am_pm_names", Atom("am" if self.one("hour") < 12 else "pm"))

    def fraction(self) -> str:
        micro, precision = self.one("microsecond")
        return f"{micro:06}"[: max(precision, 1)]

    def offset(self) -> str:
        if not self.has("utc_offset"):
            return ""
        total = self.one("utc_offset") + self.one("std_offset")
        return f"{'-' if total < 0 else '+'}{abs(total) // 3600 * 100 + abs(total) // 60 % 60}"

    def epoch(self) -> str:
        offset = self.one("utc_offset") + self.one("std_offset") if self.has("utc_offset") else 0
        return str(structs.instant(self.moment) // 1_000_000 - iso.UNIX - offset)


_VALUES: dict[str, Callable[[_Writer], str]] = {
    "%": lambda w: "%",
    "a": lambda w: w.named("abbreviated_day_of_week_names", w.weekday()),
    "A": lambda w: w.named("day_of_week_names", w.weekday()),
    "b": lambda w: w.named("abbreviated_month_names", w.one("month")),
    "B": lambda w: w.named("month_names", w.one("month")),
    "d": lambda w: str(w.one("day")),
    "f": _Writer.fraction,
    "H": lambda w: str(w.one("hour")),
    "I": lambda w: str((w.one("hour") + 23) % 12 + 1),
    "j": lambda w: str(w.ask("day_of_year")),
    "m": lambda w: str(w.one("month")),
    "M": lambda w: str(w.one("minute")),
    "p": lambda w: w.half().upper(),
    "P": lambda w: w.half().lower(),
    "q": lambda w: str(w.ask("quarter_of_year")),
    "s": _Writer.epoch,
    "S": lambda w: str(w.one("second")),
    "u": lambda w: str(w.weekday()),
    "y": lambda w: str(w.one("year") % 100),
    "Y": lambda w: str(w.one("year")),
    "z": _Writer.offset,
    "Z": lambda w: w.one("zone_abbr") if w.has("zone_abbr") else "",
}
