"""Calendar, the protocols of dates and times, and the modules of this folder by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calendar import dates, datetimes, duration, naives, now, parsing, structs, times
from defnpy.stdlib.calendar.strftime import strftime
from defnpy.stdlib.util import ERROR
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module

_SIGILS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "D": ("Date", "parse_date", structs.date),
    "T": ("Time", "parse_time", structs.time),
    "N": ("NaiveDateTime", "parse_naive_datetime", structs.naive),
    "U": ("UTC DateTime", "parse_utc_datetime", lambda parts, calendar: structs.zoned(parts, structs.UTC, calendar)),
}


@ex("__sigil__/3")
def sigil(letter: str, text: str, calendar: Any) -> Any:
    """The date or time that ``~D``, ``~T``, ``~N`` or ``~U`` writes."""
    kind, parse, make = _SIGILS[letter]
    answer = structs.ask(calendar, parse, text)
    if answer[0] is ERROR:
        raise ArgumentError(f"cannot parse {inspect(text)} as {kind} for {inspect(calendar)}, reason: {inspect(answer[1])}")
    if letter == "U" and answer[2] != 0:
        raise ArgumentError(f"cannot parse {inspect(text)} as UTC DateTime for {inspect(calendar)}, reason: :non_utc_offset")
    return make(answer[1], calendar)


def _calendar() -> Module:
    made = native_module("Calendar", {"sigil": sigil})
    made.functions.update({
        "strftime/2": strftime, "strftime/3": strftime, "truncate/2": structs.truncated, "compatible_calendars?/2": structs.compatible,
        "get_time_zone_database/0": now.database, "put_time_zone_database/1": now.put_database,
    })  # fmt: skip
    return made


def _impl(protocol: str, name: str, signature: str, function: Callable[..., Any]) -> dict[str, Module]:
    made = native_module(f"{protocol}.{name}", {})
    made.functions[signature] = function
    return {f"Elixir.{protocol}.{name}": made}


def _protocols() -> dict[str, Module]:
    out: dict[str, Module] = {}
    for name, module in (("Date", dates), ("Time", times), ("NaiveDateTime", naives), ("DateTime", datetimes)):
        out.update(_impl("String.Chars", name, "to_string/1", module.to_string))
        out.update(_impl("Inspect", name, "inspect/2", module.inspected))
    return out


MODULE = _calendar()
MODULES_BY_NAME = {
    "Elixir.Calendar": MODULE,
    "Elixir.Calendar.ISO": parsing.MODULE,
    "Elixir.Calendar.TimeZoneDatabase": native_module("Calendar.TimeZoneDatabase", {}),
    "Elixir.Calendar.UTCOnlyTimeZoneDatabase": now.UTC_MODULE,
    "Elixir.Date": dates.MODULE,
    "Elixir.Date.Range": dates.RANGE_MODULE,
    "Elixir.Time": times.MODULE,
    "Elixir.NaiveDateTime": naives.MODULE,
    "Elixir.DateTime": datetimes.MODULE,
    "Elixir.Duration": duration.MODULE,
    **_protocols(),
}
