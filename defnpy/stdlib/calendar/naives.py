"""NaiveDateTime."""

from __future__ import annotations

import time as clocks
from typing import Any

from defnpy.stdlib.calendar import iso, structs, times
from defnpy.stdlib.calendar.duration import checked
from defnpy.stdlib.calendar.now import utc_micros
from defnpy.stdlib.calendar.structs import (
    DATE,
    DATE_PARTS,
    ISO,
    PARTS,
    SECOND,
    TIME,
    TIME_PARTS,
    ask,
    calendar_of,
    failed,
    get,
    instant,
    naive,
)
from defnpy.stdlib.clocks import per_second
from defnpy.stdlib.util import ERROR, OK, is_int, need
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex
from defnpy.terms.struct import Struct

UNITS = ":day, :hour, :minute, "
CLOCK_UNITS = ("native", "microsecond", "millisecond", "second")


def at(micros: int, calendar: Any, precision: int) -> Struct:
    """The date and time *micros* after year 0."""
    return naive(structs.parts_at(micros, calendar, precision), calendar)


def _is(term: Any, module: Atom) -> bool:
    return isinstance(term, Struct) and term.module is module


def joined(date: Any, clock: Any, name: str, module: str = "NaiveDateTime") -> tuple[list[Any], Any]:
    """The parts of a date and a time of one calendar."""
    fine = _is(date, DATE) and _is(clock, TIME) and calendar_of(date) is calendar_of(clock)
    need(fine, module, name, 2)
    return [*get(date, *DATE_PARTS), *get(clock, *TIME_PARTS)], calendar_of(date)


@ex("new/2", "new/6", "new/7", "new/8")
def new(*args: Any) -> Any:
    """``new(date, time)`` or ``new(year, month, day, hour, minute, second, ..)``."""
    if len(args) == 2:
        return (OK, naive(*joined(*args, "new")))
    year, month, day, hour, minute, second, *rest = args
    micro = times.pair(rest[0]) if rest else (0, 0)
    calendar = rest[1] if len(rest) > 1 else ISO
    if not ask(calendar, "valid_date?", year, month, day):
        return failed("invalid_date")
    if not ask(calendar, "valid_time?", hour, minute, second, micro):
        return failed("invalid_time")
    return (OK, naive((year, month, day, hour, minute, second, micro), calendar))


new_bang = ex("new!/2", "new!/6", "new!/7", "new!/8")(structs.banged(new, lambda *args: "cannot build naive datetime"))


@ex("from_iso8601/1", "from_iso8601/2")
def from_iso8601(text: Any, calendar: Any = ISO) -> Any:
    answer = ask(ISO, "parse_naive_datetime", text)
    return answer if answer[0] is ERROR else convert(naive(answer[1]), calendar)


from_iso8601_bang = ex("from_iso8601!/1", "from_iso8601!/2")(
    structs.banged(from_iso8601, lambda text, *rest: f"cannot parse {inspect(text)} as naive datetime"))


@ex("from_erl/1", "from_erl/2", "from_erl/3")
def from_erl(parts: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Any:
    fine = parts.__class__ is tuple and len(parts) == 2 and all(p.__class__ is tuple and len(p) == 3 for p in parts)
    need(fine, "NaiveDateTime", "from_erl", 3)
    answer = new(*parts[0], *parts[1], micro)
    return answer if answer[0] is ERROR else convert(answer[1], calendar)


from_erl_bang = ex("from_erl!/1", "from_erl!/2", "from_erl!/3")(
    structs.banged(from_erl, lambda parts, *rest: f"cannot convert {inspect(parts)} to naive datetime"))


@ex("convert/2")
def convert(term: Any, calendar: Any) -> Any:
    now = calendar_of(term)
    if now is calendar:
        return (OK, naive(get(term, *PARTS), calendar))
    if not structs.compatible(now, calendar):
        return failed("incompatible_calendars")
    return (OK, at(instant(term), calendar, get(term, "microsecond")[0][1]))


@ex("convert!/2")
def convert_bang(term: Any, calendar: Any) -> Any:
    return structs.converted(convert, term, calendar)


def now_in(unit: Any) -> tuple[int, int]:
    """The clock in steps of *unit*, and its precision."""
    per = min(per_second(unit), 1_000_000)
    step = 1_000_000 // per
    return utc_micros() // step * step, iso.precision_of(unit)


def clock_arguments(first: Any, calendar: Any) -> tuple[Any, Any]:
    """``utc_now(unit)`` or ``utc_now(calendar)``."""
    return (first, calendar) if getattr(first, "name", "") in CLOCK_UNITS else (Atom("native"), first)


@ex("utc_now/0", "utc_now/1", "utc_now/2")
def utc_now(first: Any = ISO, calendar: Any = ISO) -> Any:
    unit, calendar = clock_arguments(first, calendar)
    micros, precision = now_in(unit)
    return convert_bang(at(micros, ISO, precision), calendar)


@ex("local_now/0", "local_now/1")
def local_now(calendar: Any = ISO) -> Any:
    made = naive((*clocks.localtime()[:6], (0, 0)))
    answer = convert(made, calendar)
    if answer[0] is ERROR:
        raise ArgumentError(
            f'cannot get "local now" in target calendar {inspect(calendar)}, '
            f"reason: cannot convert from Calendar.ISO to {inspect(calendar)}.")
    return answer[1]


# -- arithmetic ----------------------------------------------------------------------------------------------------------


@ex("add/2", "add/3")
def add(term: Any, amount: Any, unit: Any = SECOND) -> Struct:
    need(is_int(amount), "NaiveDateTime", "add", 3)
    amount, unit = structs.scaled(amount, unit, UNITS)
    precision = max(iso.time_unit_to_precision(unit), get(term, "microsecond")[0][1])
    return at(structs.moved(instant(term), amount, unit), calendar_of(term), precision)


@ex("diff/2", "diff/3")
def diff(a: Any, b: Any, unit: Any = SECOND) -> int:
    if not structs.compatible(calendar_of(a), calendar_of(b)):
        raise ArgumentError(
            f"cannot calculate the difference between {inspect(a)} and {inspect(b)} because their calendars are not compatible "
            "and thus the result would be ambiguous")
    return structs.difference(instant, instant(a), instant(b), unit, UNITS)


@ex("shift/2")
def shift(term: Any, duration: Any) -> Struct:
    calendar = calendar_of(term)
    return naive(ask(calendar, "shift_naive_datetime", *get(term, *PARTS), checked(duration)), calendar)


@ex("truncate/2")
def truncate(term: Any, unit: Any) -> Struct:
    *parts, micro = get(term, *PARTS)
    return naive((*parts, structs.truncated(micro, unit)), calendar_of(term))


@ex("beginning_of_day/1")
def beginning_of_day(term: Any) -> Struct:
    calendar = calendar_of(term)
    found = ask(calendar, "iso_days_to_beginning_of_day", structs.iso_days(instant(term)))
    return at(structs.whole(found), calendar, get(term, "microsecond")[0][1])


@ex("end_of_day/1")
def end_of_day(term: Any) -> Struct:
    calendar, (_, precision) = get(term, "calendar", "microsecond")
    micros = structs.whole(ask(calendar, "iso_days_to_end_of_day", structs.iso_days(instant(term))))
    step = 10 ** (6 - precision)
    return at(micros // step * step, calendar, precision)


def compare(a: Any, b: Any) -> Any:
    if not structs.compatible(calendar_of(a), calendar_of(b)):
        raise structs.ambiguous(a, b, "`DateTime`s")
    return structs.compared(instant(a), instant(b))


# -- parts and texts -----------------------------------------------------------------------------------------------------


@ex("to_date/1")
def to_date(term: Any) -> Struct:
    return structs.date(get(term, *PARTS)[:3], calendar_of(term))


@ex("to_time/1")
def to_time(term: Any) -> Struct:
    return structs.time(get(term, *PARTS)[3:], calendar_of(term))


@ex("to_string/1")
def to_string(term: Any) -> Any:
    return ask(calendar_of(term), "naive_datetime_to_string", *get(term, *PARTS))


@ex("to_iso8601/1", "to_iso8601/2")
def to_iso8601(term: Any, form: Any = iso.EXTENDED) -> str:
    need(form is iso.EXTENDED or form is iso.BASIC, "NaiveDateTime", "to_iso8601", 2)
    return iso_text(get(convert_bang(term, ISO), *PARTS), form)


def iso_text(parts: Any, form: Any) -> str:
    return f"{iso.date_text(*[*parts[:3], form])}T{iso.time_text(*[*parts[3:], form])}"


@ex("to_erl/1")
def to_erl(term: Any) -> Any:
    parts = get(convert_bang(term, ISO), *PARTS)
    return (tuple(parts[:3]), tuple(parts[3:6]))


@ex("from_gregorian_seconds/1", "from_gregorian_seconds/2", "from_gregorian_seconds/3")
def from_gregorian_seconds(seconds: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Struct:
    need(is_int(seconds), "NaiveDateTime", "from_gregorian_seconds", 3)
    return at(seconds * 1_000_000 + micro[0], calendar, micro[1])


@ex("to_gregorian_seconds/1")
def to_gregorian_seconds(term: Any) -> Any:
    return (instant(term) // 1_000_000, get(term, "microsecond")[0][0])


def inspected(term: Any, opts: Any = None) -> str:
    calendar, year = get(term, "calendar", "year")
    if calendar is ISO and not -9999 <= year <= 9999:
        *parts, micro = get(term, *PARTS)
        return f"NaiveDateTime.new!({', '.join(map(str, parts))}, {inspect(micro)})"
    return f"~N[{to_string(term)}{structs.suffix(calendar)}]"


_DEFAULTS = {"calendar": ISO, "microsecond": (0, 0)}
MODULE = structs.module_of("NaiveDateTime", globals(), {
    "struct": [(structs.NAMES[n], _DEFAULTS.get(n)) for n in sorted(("calendar", *PARTS))],
    "enforce_keys": [structs.NAMES[n] for n in PARTS[:6]],
})  # fmt: skip
MODULE.functions.update(structs.comparisons("NaiveDateTime", compare))
