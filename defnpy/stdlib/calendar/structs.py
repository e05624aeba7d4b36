"""The fields of dates and times, and the calendars that count them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calendar import iso, parsing
from defnpy.stdlib.clocks import per_second
from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.util import ERROR, OK, no_clause
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError, MatchError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.struct import Struct

ISO = alias("Calendar.ISO")
DATE, TIME, NAIVE, DATETIME = (alias(n) for n in ("Date", "Time", "NaiveDateTime", "DateTime"))
NAMES = {n: Atom(n) for n in (
    "calendar year month day hour minute second microsecond time_zone zone_abbr utc_offset std_offset first last step "
    "first_in_iso_days last_in_iso_days".split()
)}  # fmt: skip
DATE_PARTS, TIME_PARTS = ("year", "month", "day"), ("hour", "minute", "second", "microsecond")
PARTS = DATE_PARTS + TIME_PARTS
ZONE_PARTS = ("time_zone", "zone_abbr", "utc_offset", "std_offset")
UTC = ("Etc/UTC", "UTC", 0, 0)
LT, GT, EQ = Atom("lt"), Atom("gt"), Atom("eq")
SECOND = Atom("second")
_LONG = {"day": 86_400, "hour": 3600, "minute": 60}


class NoFields(FunctionClauseError):
    """A term that is no date or time of the kind that is asked for."""

    def __init__(self, given: Any) -> None:
        super().__init__(alias("Calendar"), Atom("fields"), 1)
        self.term_given = given


_COMPARED = {"before?": "compare/2", "after?": "compare/2", "convert!": "convert/2"}
_ASKED: dict[str, dict[str, str]] = {
    "Date": {**_COMPARED, "to_erl": "convert/2", "to_gregorian_days": "to_iso_days/1"},
    "Time": {**_COMPARED, **dict.fromkeys(("compare", "before?", "after?", "diff"), "to_day_fraction/1"), "to_erl": "convert/2"},
    "NaiveDateTime": {**_COMPARED, "to_erl": "convert/2"},
    "DateTime": {**_COMPARED, "from_naive!": "from_naive/3"},
}
"""Functions that leave the question whether a term fits to another one, which then has no clause."""
_TAKEN_APART = {"add", "shift", "shift_zone", "shift_zone!", "from_naive", "to_string"}
"""Functions of DateTime that take apart what has a calendar: another term is no match there."""


def module_of(name: str, namespace: dict[str, Any], info: dict[str, Any]) -> Module:
    """The module of the marked functions; a term that does not fit is no clause of the function that was called."""
    made = native_module(name, namespace, info=info)
    for signature, function in list(made.functions.items()):
        made.functions[signature] = named(name, signature, function)
    return made


def named(module: str, signature: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """*function* whose FunctionClauseErrors name the function that was called."""
    name = signature.rpartition("/")[0]

    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except NoFields as wrong:
            if module == "DateTime" and name in _TAKEN_APART and isinstance(wrong.term_given, Struct):
                raise MatchError(wrong.term_given) from None
            asked, _, size = _ASKED.get(module, {}).get(name, signature).rpartition("/")
            raise no_clause(module, asked, int(size)) from None

    return call


def get(term: Any, *names: str) -> list[Any]:
    """The values of fields of a struct or map."""
    fields = term.fields if isinstance(term, Struct) else term
    if fields.__class__ is not dict or any(NAMES[n] not in fields for n in names):
        raise NoFields(term)
    return [fields[NAMES[n]] for n in names]


def calendar_of(term: Any) -> Any:
    return get(term, "calendar")[0]


def ask(calendar: Any, name: str, *args: Any) -> Any:
    """A function of a calendar."""
    if calendar is ISO:
        return parsing.MODULE.functions[f"{name}/{len(args)}"](*args)
    return find_function(calendar, Atom(name), len(args))(*args)


# -- construction --------------------------------------------------------------------------------------------------------


def _struct(module: Atom, names: tuple[str, ...], values: Any, calendar: Any) -> Struct:
    return Struct(module, {NAMES["calendar"]: calendar, **{NAMES[n]: v for n, v in zip(names, values, strict=True)}})


def date(parts: Any, calendar: Any = ISO) -> Struct:
    return _struct(DATE, DATE_PARTS, parts, calendar)


def time(parts: Any, calendar: Any = ISO) -> Struct:
    return _struct(TIME, TIME_PARTS, parts, calendar)


def naive(parts: Any, calendar: Any = ISO) -> Struct:
    return _struct(NAIVE, PARTS, parts, calendar)


def zoned(parts: Any, zone: Any = UTC, calendar: Any = ISO) -> Struct:
    return _struct(DATETIME, PARTS + ZONE_PARTS, (*parts, *zone), calendar)


# -- instants ------------------------------------------------------------------------------------------------------------


def instant(term: Any) -> int:
    """Microseconds since the first day of year 0, as the wall clock shows them; dates begin at midnight."""
    fields = term.fields if isinstance(term, Struct) else term
    parts = get(term, *PARTS) if NAMES["hour"] in fields else [*get(term, *DATE_PARTS), 0, 0, 0, (0, 0)]
    calendar = calendar_of(term)
    if calendar is ISO:
        return iso.days_of(*parts[:3]) * iso.DAY + iso.micros_of(*[*parts[3:6], parts[6][0]])
    return whole(ask(calendar, "naive_datetime_to_iso_days", *parts))


def whole(iso_days: Any) -> int:
    """``{days, {parts, parts_per_day}}`` in microseconds."""
    days, (parts, per_day) = iso_days
    return int(days * iso.DAY + parts * iso.DAY // per_day)


def iso_days(micros: int) -> Any:
    days, rest = divmod(micros, iso.DAY)
    return (days, (rest, iso.DAY))


def parts_at(micros: int, calendar: Any, precision: int) -> tuple[Any, ...]:
    """Year to microsecond of an instant."""
    *parts, (micro, _) = ask(calendar, "naive_datetime_from_iso_days", iso_days(micros))
    return (*parts, (micro, precision))


def clock(term: Any) -> int:
    """Microseconds since midnight."""
    parts, per_day = ask(calendar_of(term), "time_to_day_fraction", *get(term, *TIME_PARTS))
    return int(parts * iso.DAY // per_day)


# -- shared functions ----------------------------------------------------------------------------------------------------


def unit_error(unit: Any, units: str) -> ArgumentError:
    return ArgumentError(
        f"unsupported time unit. Expected {units}:second, :millisecond, :microsecond, :nanosecond, or a positive integer, got {inspect(unit)}")


def scaled(amount: Any, unit: Any, units: str) -> tuple[int, Any]:
    """*amount* and *unit* with days, hours and minutes as seconds; *units* lists the ones that are allowed."""
    name = getattr(unit, "name", "")
    if name in _LONG and f":{name}" in units:
        return amount * _LONG[name], SECOND
    if not (unit.__class__ is int and unit > 0) and name not in ("second", "millisecond", "microsecond", "nanosecond"):
        raise unit_error(unit, units)
    return amount, unit


def moved(micros: int, amount: int, unit: Any) -> int:
    """An instant *amount* units later."""
    return micros + amount * 1_000_000 // per_second(unit)


def quotient(value: int, by: int) -> int:
    """Division that truncates."""
    return value // by if value >= 0 else -(-value // by)


def difference(measure: Callable[[Any], int], a: int, b: int, unit: Any, units: str) -> int:
    """The difference of two instants in *unit*; *measure* turns microseconds of an instant into units."""
    count, small = scaled(1, unit, units)
    found = iso.in_unit(a, small) - iso.in_unit(b, small)
    return quotient(found, count) if count > 1 else found


def compared(x: Any, y: Any) -> Atom:
    return LT if x < y else GT if x > y else EQ


def comparisons(module: str, compare: Callable[[Any, Any], Any]) -> dict[str, Callable[..., Any]]:
    made = {"compare/2": compare, "before?/2": lambda a, b: compare(a, b) is LT, "after?/2": lambda a, b: compare(a, b) is GT}
    return {signature: named(module, signature, function) for signature, function in made.items()}


def compatible(a: Any, b: Any) -> bool:
    """``Calendar.compatible_calendars?/2``."""
    name = "day_rollover_relative_to_midnight_utc"
    return a is b or ask(a, name) == ask(b, name)


def ambiguous(a: Any, b: Any, text: str) -> ArgumentError:
    """The error for days or times of calendars that do not agree on when a day begins."""
    return ArgumentError(
        f"cannot compare {inspect(a)} with {inspect(b)}.\n"
        "This comparison would be ambiguous as their calendars have incompatible day rollover moments.\n"
        f"Specify an exact time of day (using {text}) to resolve this ambiguity\n")


def truncated(micro: Any, unit: Any) -> Any:
    """``Calendar.truncate/2``."""
    value, precision = micro
    match getattr(unit, "name", ""):
        case "microsecond":
            return micro
        case "millisecond":
            return (value // 1000 * 1000, min(precision, 3))
        case "second":
            return (0, 0)
    raise no_clause("Calendar", "truncate", 2)


def banged(function: Callable[..., Any], text: Callable[..., str]) -> Callable[..., Any]:
    """*function* with its error raised; *text* makes the message before ``reason: ..`` from the arguments."""

    def raising(*args: Any) -> Any:
        answer = function(*args)
        if answer[0] is OK:
            return answer[1]
        raise ArgumentError(f"{text(*args)}, reason: {inspect(answer[1])}")

    return raising


def converted(convert: Callable[[Any, Any], Any], term: Any, calendar: Any) -> Any:
    """``convert!/2`` of what has a time of day."""
    answer = convert(term, calendar)
    if answer[0] is ERROR:
        raise ArgumentError(
            f"cannot convert {inspect(term)} to target calendar {inspect(calendar)}, reason: {inspect(calendar_of(term))} and "
            f"{inspect(calendar)} have different day rollover moments, making this conversion ambiguous")
    return answer[1]


def failed(name: str) -> Any:
    return (ERROR, Atom(name))


def suffix(calendar: Any) -> str:
    """What follows a date in a sigil when its calendar is not ISO."""
    return "" if calendar is ISO else f" {inspect(calendar)}"
