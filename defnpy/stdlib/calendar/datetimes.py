"""DateTime."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.calendar import iso, naives, structs
from defnpy.stdlib.calendar.duration import checked
from defnpy.stdlib.calendar.now import PERIOD, database, periods
from defnpy.stdlib.calendar.structs import ISO, NAMES, PARTS, SECOND, UTC, ZONE_PARTS, ask, calendar_of, failed, get, instant, zoned
from defnpy.stdlib.util import ERROR, OK, is_int, need
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex
from defnpy.terms.struct import Struct
from defnpy.terms.text import to_string as text_of

_AMBIGUOUS, _GAP = Atom("ambiguous"), Atom("gap")


def offset(term: Any) -> int:
    """Seconds that the wall clock is ahead of UTC."""
    utc, std = get(term, "utc_offset", "std_offset")
    return int(utc + std)


def utc_instant(term: Any) -> int:
    """Microseconds since year 0, in UTC."""
    return instant(term) - offset(term) * 1_000_000


def _zone(period: Any, zone: Any) -> tuple[Any, ...]:
    return (zone, *(period[NAMES[n]] for n in ("zone_abbr", "utc_offset", "std_offset")))


def _in_zone(micros: int, calendar: Any, precision: int, zone: Any, chosen: Any) -> Any:
    """An instant of UTC on the wall clock of a zone."""
    if zone == "Etc/UTC" and chosen is None:
        return (OK, zoned(structs.parts_at(micros, calendar, precision), UTC, calendar))
    answer = periods(chosen, "time_zone_period_from_utc_iso_days", structs.iso_days(micros), zone)
    if answer[0] is ERROR:
        return answer
    names = _zone(answer[1], zone)
    return (OK, zoned(structs.parts_at(micros + (names[2] + names[3]) * 1_000_000, calendar, precision), names, calendar))


# -- construction --------------------------------------------------------------------------------------------------------


def _with_period(naive: Any, zone: Any, period: Any) -> Struct:
    return zoned(get(naive, *PARTS), _zone(period, zone), calendar_of(naive))


@ex("from_naive/2", "from_naive/3")
def from_naive(naive: Any, zone: Any, chosen: Any = None) -> Any:
    if zone == "Etc/UTC":
        return (OK, _with_period(naive, zone, PERIOD))
    calendar = calendar_of(naive)
    if calendar is not ISO:
        return _from_foreign(naive, calendar, zone, chosen)
    answer = periods(chosen, "time_zone_periods_from_wall_datetime", naive, zone)
    tag = answer[0]
    if tag is _GAP:
        (first, until), (second, since) = answer[1:]
        last = naives.add(until.replace({NAMES["microsecond"]: (999_999, 6)}), -1)
        return (_GAP, _with_period(last, zone, first), _with_period(since, zone, second))
    return answer if tag is ERROR else (tag, *(_with_period(naive, zone, period) for period in answer[1:]))


def _from_foreign(naive: Any, calendar: Any, zone: Any, chosen: Any) -> Any:
    answer = naives.convert(naive, ISO)
    if answer[0] is ERROR:
        return answer
    answer = from_naive(answer[1], zone, chosen)
    return answer if answer[0] is ERROR else (answer[0], *(convert(made, calendar)[1] for made in answer[1:]))


def _unique(answer: Any, what: str, zone: Any) -> Any:
    """The date-time of an answer; what is ambiguous, falls into a gap or fails raises."""
    tag = answer[0]
    if tag is OK:
        return answer[1]
    if tag is ERROR:
        raise ArgumentError(f"cannot {what}, reason: {inspect(answer[1])}")
    kind = "is ambiguous" if tag is _AMBIGUOUS else "does not exist"
    space = "an overlap" if tag is _AMBIGUOUS else "a gap"
    raise ArgumentError(
        f"cannot {what} because such instant {kind} in time zone {zone} as there is {space} "
        f"between {inspect(answer[1])} and {inspect(answer[2])}")


@ex("from_naive!/2", "from_naive!/3")
def from_naive_bang(naive: Any, zone: Any, chosen: Any = None) -> Any:
    return _unique(from_naive(naive, zone, chosen), f"convert {inspect(naive)} to datetime", zone)


@ex("new/2", "new/3", "new/4")
def new(date: Any, clock: Any, zone: Any = "Etc/UTC", chosen: Any = None) -> Any:
    return from_naive(structs.naive(*naives.joined(date, clock, "new")), zone, chosen)


@ex("new!/2", "new!/3", "new!/4")
def new_bang(date: Any, clock: Any, zone: Any = "Etc/UTC", chosen: Any = None) -> Any:
    return _unique(new(date, clock, zone, chosen), f"build datetime with {inspect(date)} and {inspect(clock)}", zone)


@ex("from_unix/1", "from_unix/2", "from_unix/3")
def from_unix(value: Any, unit: Any = SECOND, calendar: Any = ISO) -> Any:
    need(is_int(value), "DateTime", "from_unix", 3)
    answer = iso.from_unix(value, unit)
    if answer[0] is ERROR:
        return answer
    _, date, clock, micro = answer
    return convert(zoned((*date, *clock, micro)), calendar)


@ex("from_unix!/1", "from_unix!/2", "from_unix!/3")
def from_unix_bang(value: Any, unit: Any = SECOND, calendar: Any = ISO) -> Any:
    answer = from_unix(value, unit, calendar)
    if answer[0] is ERROR:
        raise ArgumentError(f"invalid Unix time {value}")
    return answer[1]


@ex("from_iso8601/1", "from_iso8601/2", "from_iso8601/3")
def from_iso8601(text: Any, calendar: Any = ISO, form: Any = iso.EXTENDED) -> Any:
    if calendar in (iso.BASIC, iso.EXTENDED):
        calendar, form = ISO, calendar
    answer = ask(ISO, "parse_utc_datetime", text, form)
    if answer[0] is ERROR:
        return answer
    made = convert(zoned(answer[1]), calendar)
    return made if made[0] is ERROR else (*made, answer[2])


@ex("from_gregorian_seconds/1", "from_gregorian_seconds/2", "from_gregorian_seconds/3")
def from_gregorian_seconds(seconds: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Struct:
    need(is_int(seconds), "DateTime", "from_gregorian_seconds", 3)
    return zoned(structs.parts_at(seconds * 1_000_000 + micro[0], calendar, micro[1]), UTC, calendar)


@ex("utc_now/0", "utc_now/1", "utc_now/2")
def utc_now(first: Any = ISO, calendar: Any = ISO) -> Any:
    unit, calendar = naives.clock_arguments(first, calendar)
    micros, precision = naives.now_in(unit)
    return convert_bang(zoned(structs.parts_at(micros, ISO, precision)), calendar)


@ex("now/1", "now/2")
def now(zone: Any, chosen: Any = None) -> Any:
    return shift_zone(utc_now(), zone, chosen)


now_bang = ex("now!/1", "now!/2")(structs.banged(now, lambda zone, *rest: f"cannot get current datetime in {inspect(zone)} time zone"))


# -- zones and calendars -------------------------------------------------------------------------------------------------


@ex("shift_zone/2", "shift_zone/3")
def shift_zone(term: Any, zone: Any, chosen: Any = None) -> Any:
    if get(term, "time_zone")[0] == zone:
        return (OK, term)
    return _in_zone(utc_instant(term), calendar_of(term), get(term, "microsecond")[0][1], zone, chosen)


shift_zone_bang = ex("shift_zone!/2", "shift_zone!/3")(
    structs.banged(shift_zone, lambda term, zone, *rest: f"cannot shift {inspect(term)} to {inspect(zone)} time zone"))


@ex("convert/2")
def convert(term: Any, calendar: Any) -> Any:
    current = calendar_of(term)
    zone = get(term, *ZONE_PARTS)
    if current is calendar:
        return (OK, zoned(get(term, *PARTS), zone, calendar))
    if not structs.compatible(current, calendar):
        return failed("incompatible_calendars")
    return (OK, zoned(structs.parts_at(instant(term), calendar, get(term, "microsecond")[0][1]), zone, calendar))


@ex("convert!/2")
def convert_bang(term: Any, calendar: Any) -> Any:
    return structs.converted(convert, term, calendar)


# -- arithmetic ----------------------------------------------------------------------------------------------------------


def _moved(term: Any, micros: int, precision: int, chosen: Any, what: Any) -> Any:
    """The date-time at an instant of UTC, in the zone of *term*."""
    answer = _in_zone(micros, calendar_of(term), precision, get(term, "time_zone")[0], chosen)
    if answer[0] is ERROR:
        shown = inspect(database() if chosen is None else chosen)
        raise ArgumentError(f"cannot {what()} (with time zone database {shown}), reason: {inspect(answer[1])}")
    return answer[1]


@ex("add/2", "add/3", "add/4")
def add(term: Any, amount: Any, unit: Any = SECOND, chosen: Any = None) -> Any:
    need(is_int(amount), "DateTime", "add", 4)
    amount, unit = structs.scaled(amount, unit, naives.UNITS)
    precision = max(iso.time_unit_to_precision(unit), get(term, "microsecond")[0][1])
    return _moved(term, structs.moved(utc_instant(term), amount, unit), precision, chosen,
                  lambda: f"add {amount} {text_of(unit)} to {inspect(term)}")


@ex("shift/2", "shift/3")
def shift(term: Any, duration: Any, chosen: Any = None) -> Any:
    calendar = calendar_of(term)
    parts = ask(calendar, "shift_naive_datetime", *get(term, *PARTS), checked(duration))
    zone = get(term, *ZONE_PARTS)
    if zone[0] == "Etc/UTC":
        return zoned(parts, zone, calendar)
    wall = instant(structs.naive(parts, calendar))
    return _moved(term, wall - offset(term) * 1_000_000, parts[6][1], chosen, lambda: f"shift {inspect(term)} to {inspect(duration)}")


@ex("diff/2", "diff/3")
def diff(a: Any, b: Any, unit: Any = SECOND) -> int:
    count, small = structs.scaled(1, unit, naives.UNITS)
    apart = iso.in_unit(instant(a), small) - iso.in_unit(instant(b), small) + iso.in_unit((offset(b) - offset(a)) * 1_000_000, small)
    return structs.quotient(apart, count) if count > 1 else apart


@ex("truncate/2")
def truncate(term: Any, unit: Any) -> Struct:
    *parts, micro = get(term, *PARTS)
    return zoned((*parts, structs.truncated(micro, unit)), get(term, *ZONE_PARTS), calendar_of(term))


def compare(a: Any, b: Any) -> Any:
    return structs.compared(utc_instant(a), utc_instant(b))


# -- parts and texts -----------------------------------------------------------------------------------------------------


@ex("to_unix/1", "to_unix/2")
def to_unix(term: Any, unit: Any = SECOND) -> int:
    need(isinstance(term, Struct) or term.__class__ is dict, "DateTime", "to_unix", 2)
    return iso.in_unit(instant(term) - iso.UNIX * 1_000_000, unit) - iso.in_unit(offset(term) * 1_000_000, unit)


@ex("to_naive/1")
def to_naive(term: Any) -> Struct:
    return structs.naive(get(term, *PARTS, *ZONE_PARTS)[:7], calendar_of(term))


@ex("to_date/1")
def to_date(term: Any) -> Struct:
    return naives.to_date(to_naive(term))


@ex("to_time/1")
def to_time(term: Any) -> Struct:
    return naives.to_time(to_naive(term))


@ex("to_gregorian_seconds/1")
def to_gregorian_seconds(term: Any) -> Any:
    return (utc_instant(term) // 1_000_000, get(term, "microsecond")[0][0])


@ex("to_string/1")
def to_string(term: Any) -> Any:
    return ask(calendar_of(term), "datetime_to_string", *get(term, *PARTS, *ZONE_PARTS))


@ex("to_iso8601/1", "to_iso8601/2", "to_iso8601/3")
def to_iso8601(term: Any, form: Any = iso.EXTENDED, ahead: Any = None) -> str:
    need(form is iso.EXTENDED or form is iso.BASIC, "DateTime", "to_iso8601", 3)
    term = convert_bang(term, ISO)
    zone, _, utc, std = get(term, *ZONE_PARTS)
    if ahead is None:
        return naives.iso_text(get(term, *PARTS), form) + iso.offset_text(utc, std, zone, form)
    parts = structs.parts_at(utc_instant(term) + ahead * 1_000_000, ISO, get(term, "microsecond")[0][1])
    return naives.iso_text(parts, form) + iso.offset_text(ahead, 0, zone if ahead == 0 else None, form)


def inspected(term: Any, opts: Any = None) -> str:
    calendar, year, zone, utc, std = get(term, "calendar", "year", "time_zone", "utc_offset", "std_offset")
    shown = to_string(term) + structs.suffix(calendar)
    plain = utc == 0 and std == 0 and zone == "Etc/UTC" and (calendar is not ISO or -9999 <= year <= 9999)
    return f"~U[{shown}]" if plain else f"#DateTime<{shown}>"




_DEFAULTS = {"calendar": ISO, "microsecond": (0, 0)}
MODULE = structs.module_of("DateTime", globals(), {
    "struct": [(NAMES[n], _DEFAULTS.get(n)) for n in sorted(("calendar", *PARTS, *ZONE_PARTS))],
    "enforce_keys": [NAMES[n] for n in (*PARTS[:6], *ZONE_PARTS)],
})  # fmt: skip
MODULE.functions.update(structs.comparisons("DateTime", compare))
