"""Date and Date.Range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import io
from defnpy.stdlib.calendar import iso, structs
from defnpy.stdlib.calendar.duration import DATE_UNITS, checked
from defnpy.stdlib.calendar.now import utc_micros
from defnpy.stdlib.calendar.structs import DATE, DATE_PARTS, ISO, ask, calendar_of, date, failed, get, instant
from defnpy.stdlib.util import ERROR, OK, is_int, need
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

DEFAULT = Atom("default")


def days(term: Any) -> int:
    """Days since year 0."""
    parts = get(term, "calendar", *DATE_PARTS)
    return iso.days_of(*parts[1:]) if parts[0] is ISO else int(instant(date(parts[1:], parts[0])) // iso.DAY)


def at(count: int, calendar: Any) -> Struct:
    """The date *count* days after year 0."""
    return date(iso.date_of(count) if calendar is ISO else structs.parts_at(count * iso.DAY, calendar, 0)[:3], calendar)


def _of(term: Any, name: str, *more: Any) -> Any:
    """A question to the calendar about a date."""
    calendar, *parts = get(term, "calendar", *DATE_PARTS)
    return ask(calendar, name, *parts, *more)


# -- construction --------------------------------------------------------------------------------------------------------


@ex("new/3", "new/4")
def new(year: Any, month: Any, day: Any, calendar: Any = ISO) -> Any:
    return (OK, date((year, month, day), calendar)) if ask(calendar, "valid_date?", year, month, day) else failed("invalid_date")


new_bang = ex("new!/3", "new!/4")(structs.banged(new, lambda *args: "cannot build date"))


@ex("from_iso8601/1", "from_iso8601/2")
def from_iso8601(text: Any, calendar: Any = ISO) -> Any:
    answer = ask(ISO, "parse_date", text)
    return answer if answer[0] is ERROR else convert(date(answer[1]), calendar)


from_iso8601_bang = ex("from_iso8601!/1", "from_iso8601!/2")(
    structs.banged(from_iso8601, lambda text, *rest: f"cannot parse {inspect(text)} as date"))


@ex("from_erl/1", "from_erl/2")
def from_erl(parts: Any, calendar: Any = ISO) -> Any:
    need(parts.__class__ is tuple and len(parts) == 3, "Date", "from_erl", 2)
    answer = new(*parts)
    return answer if answer[0] is ERROR else convert(answer[1], calendar)


from_erl_bang = ex("from_erl!/1", "from_erl!/2")(
    structs.banged(from_erl, lambda parts, *rest: f"cannot convert {inspect(parts)} to date"))


@ex("convert/2")
def convert(term: Any, calendar: Any) -> Any:
    now = calendar_of(term)
    if now is calendar:
        return (OK, date(get(term, *DATE_PARTS), calendar))
    return (OK, at(days(term), calendar)) if structs.compatible(now, calendar) else failed("incompatible_calendars")


convert_bang = ex("convert!/2")(
    structs.banged(convert, lambda term, calendar: f"cannot convert {inspect(term)} to target calendar {inspect(calendar)}"))


@ex("utc_today/0", "utc_today/1")
def utc_today(calendar: Any = ISO) -> Struct:
    return convert_bang(at(utc_micros() // iso.DAY, ISO), calendar)


@ex("from_gregorian_days/1", "from_gregorian_days/2")
def from_gregorian_days(count: Any, calendar: Any = ISO) -> Struct:
    need(is_int(count), "Date", "from_gregorian_days", 2)
    return at(count, calendar)


# -- texts and tuples ----------------------------------------------------------------------------------------------------


@ex("to_string/1")
def to_string(term: Any) -> Any:
    return _of(term, "date_to_string")


@ex("to_iso8601/1", "to_iso8601/2")
def to_iso8601(term: Any, form: Any = iso.EXTENDED) -> str:
    need(form is iso.EXTENDED or form is iso.BASIC, "Date", "to_iso8601", 2)
    return iso.date_text(*[*get(convert_bang(term, ISO), *DATE_PARTS), form])


@ex("to_erl/1")
def to_erl(term: Any) -> Any:
    return tuple(get(convert_bang(term, ISO), *DATE_PARTS))


@ex("to_gregorian_days/1")
def to_gregorian_days(term: Any) -> int:
    return days(term)


def inspected(term: Any, opts: Any = None) -> str:
    calendar, *parts = get(term, "calendar", *DATE_PARTS)
    if calendar is ISO and not -9999 <= parts[0] <= 9999:
        return f"Date.new!({', '.join(map(str, parts))})"
    return f"~D[{to_string(term)}{structs.suffix(calendar)}]"


# -- arithmetic ----------------------------------------------------------------------------------------------------------


@ex("add/2")
def add(term: Any, count: Any) -> Struct:
    need(is_int(count), "Date", "add", 2)
    return at(days(term) + count, calendar_of(term))


@ex("diff/2")
def diff(a: Any, b: Any) -> int:
    if not structs.compatible(calendar_of(a), calendar_of(b)):
        raise ArgumentError(
            f"cannot calculate the difference between {inspect(a)} and {inspect(b)} because their calendars are not compatible "
            "and thus the result would be ambiguous")
    return days(a) - days(b)


@ex("shift/2")
def shift(term: Any, duration: Any) -> Struct:
    return date(_of(term, "shift_date", checked(duration, DATE_UNITS)), calendar_of(term))


@ex("compare/2")
def compare(a: Any, b: Any) -> Any:
    if calendar_of(a) is calendar_of(b):
        return structs.compared(get(a, *DATE_PARTS), get(b, *DATE_PARTS))
    if not structs.compatible(calendar_of(a), calendar_of(b)):
        raise structs.ambiguous(a, b, "DateTime")
    return structs.compared(days(a), days(b))


# -- facts ---------------------------------------------------------------------------------------------------------------


@ex("leap_year?/1")
def leap_year_q(term: Any) -> Any:
    return ask(*_calendar_and(term, "leap_year?", "year"))


@ex("days_in_month/1")
def days_in_month(term: Any) -> Any:
    return ask(*_calendar_and(term, "days_in_month", "year", "month"))


@ex("months_in_year/1")
def months_in_year(term: Any) -> Any:
    return ask(*_calendar_and(term, "months_in_year", "year"))


def _calendar_and(term: Any, name: str, *parts: str) -> list[Any]:
    calendar, *values = get(term, "calendar", *parts)
    return [calendar, name, *values]


@ex("day_of_week/1", "day_of_week/2")
def day_of_week(term: Any, start: Any = DEFAULT) -> Any:
    return _of(term, "day_of_week", start)[0]


@ex("beginning_of_week/1", "beginning_of_week/2")
def beginning_of_week(term: Any, start: Any = DEFAULT) -> Struct:
    now, first, _ = _of(term, "day_of_week", start)
    return add(term, first - now)


@ex("end_of_week/1", "end_of_week/2")
def end_of_week(term: Any, start: Any = DEFAULT) -> Struct:
    now, _, last = _of(term, "day_of_week", start)
    return add(term, last - now)


@ex("day_of_year/1")
def day_of_year(term: Any) -> Any:
    return _of(term, "day_of_year")


@ex("quarter_of_year/1")
def quarter_of_year(term: Any) -> Any:
    return _of(term, "quarter_of_year")


@ex("year_of_era/1")
def year_of_era(term: Any) -> Any:
    return _of(term, "year_of_era")


@ex("day_of_era/1")
def day_of_era(term: Any) -> Any:
    return _of(term, "day_of_era")


@ex("beginning_of_month/1")
def beginning_of_month(term: Any) -> Struct:
    calendar, year, month = get(term, "calendar", "year", "month")
    return date((year, month, 1), calendar)


@ex("end_of_month/1")
def end_of_month(term: Any) -> Struct:
    calendar, year, month = get(term, "calendar", "year", "month")
    return date((year, month, days_in_month(term)), calendar)


# -- ranges --------------------------------------------------------------------------------------------------------------

RANGE = alias("Date.Range")
_RANGE_FIELDS = [structs.NAMES[n] for n in ("first", "last", "first_in_iso_days", "last_in_iso_days", "step")]


class DateRange(Struct):
    """``Date.range(first, last, step)``."""

    __slots__ = ("first", "last", "numbers", "step")
    module = RANGE

    def __init__(self, first: Any, last: Any, numbers: tuple[int, int], step: int) -> None:
        self.first, self.last, self.numbers, self.step = first, last, numbers, step

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return dict(zip(_RANGE_FIELDS, (self.first, self.last, *self.numbers, self.step), strict=True))

    def replace(self, changes: dict[Any, Any]) -> Struct:
        first, last, low, high, step = {**self.fields, **changes}.values()
        return DateRange(first, last, (low, high), step)

    def python(self) -> range:
        return range(self.numbers[0], self.numbers[1] + (1 if self.step > 0 else -1), self.step)

    def ex_iterate(self) -> Iterator[Any]:
        calendar = calendar_of(self.first)
        return (at(d, calendar) for d in self.python())

    def ex_count(self) -> int:
        return len(self.python())

    def ex_member(self, term: Any) -> bool:
        same = isinstance(term, Struct) and term.module is DATE and calendar_of(term) is calendar_of(self.first)
        return same and days(term) in self.python()

    def ex_inspect(self, opts: Any) -> Any:
        return f"Date.range({inspected(self.first)}, {inspected(self.last)}{'' if self.step == 1 else f', {self.step}'})"


@ex("range/2", "range/3")
def range_(first: Any, last: Any, step: Any = None) -> DateRange:
    calendar, other = calendar_of(first), calendar_of(last)
    if step is None and calendar is not other:
        raise ArgumentError("both dates must have matching calendars")
    numbers = (days(first), days(last))
    if step is None:
        step = 1 if numbers[0] <= numbers[1] else -1
        if step < 0:
            io.warn("a negative range was inferred for Date.range/2, call Date.range/3 instead with -1 as third argument")
    elif not is_int(step) or step == 0 or calendar is not other:
        raise ArgumentError(
            "both dates must have matching calendar and the step must be a non-zero integer, "
            f"got: {inspect(first)}, {inspect(last)}, {step}")
    return DateRange(date(get(first, *DATE_PARTS), calendar), date(get(last, *DATE_PARTS), calendar), numbers, step)


MODULE = structs.module_of("Date", globals(), {
    "struct": [(structs.NAMES["calendar"], ISO), *((structs.NAMES[n], None) for n in ("day", "month", "year"))],
    "enforce_keys": [structs.NAMES[n] for n in DATE_PARTS],
})  # fmt: skip
MODULE.functions.update(structs.comparisons("Date", compare))
RANGE_MODULE = native_module("Date.Range", {}, info={"struct": [(n, None) for n in _RANGE_FIELDS], "enforce_keys": _RANGE_FIELDS})
