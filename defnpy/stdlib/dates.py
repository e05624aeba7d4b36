"""Date, Time, NaiveDateTime, DateTime (UTC) and Calendar."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib.erlang.system import _leap, _valid, date_of, days_of
from defnpy.stdlib.strftime import strftime
from defnpy.stdlib.util import ERROR, OK
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.struct import Struct

ISO = alias("Calendar.ISO")
_A = {n: Atom(n) for n in (
    "calendar year month day hour minute second microsecond time_zone zone_abbr utc_offset std_offset first last step "
    "first_in_iso_days last_in_iso_days".split()
)}  # fmt: skip
DATE, TIME, NAIVE, DATETIME = (alias(n) for n in ("Date", "Time", "NaiveDateTime", "DateTime"))
LT, GT, EQ = Atom("lt"), Atom("gt"), Atom("eq")
_UNITS = {
    "day": 86_400_000_000, "hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1000,
    "microsecond": 1,
}  # fmt: skip
_DATE = re.compile(r"([+-]?\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"T?(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?")
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)\Z")


def _get(s: Any, name: str) -> Any:
    return s.fields[_A[name]]


# ------------------------------------------------------------------------------------------------- construction


def make_date(year: int, month: int, day: int) -> Struct:
    """``%Date{}``."""
    return Struct(DATE, {_A["calendar"]: ISO, _A["day"]: day, _A["month"]: month, _A["year"]: year})


def make_time(hour: int, minute: int, second: int, micro: tuple[int, int] = (0, 0)) -> Struct:
    """``%Time{}``."""
    return Struct(TIME, {
        _A["calendar"]: ISO, _A["hour"]: hour, _A["microsecond"]: micro, _A["minute"]: minute, _A["second"]: second,
    })  # fmt: skip


def _moment(module: Atom, date: Any, clock: Any, extra: dict[Any, Any]) -> Struct:
    return Struct(module, {**date.fields, **clock.fields, **extra})


def make_naive(date: Any, clock: Any) -> Struct:
    """``%NaiveDateTime{}``."""
    return _moment(NAIVE, date, clock, {})


def make_utc(date: Any, clock: Any) -> Struct:
    """``%DateTime{}`` in UTC."""
    zone = {_A["std_offset"]: 0, _A["time_zone"]: "Etc/UTC", _A["utc_offset"]: 0, _A["zone_abbr"]: "UTC"}
    return _moment(DATETIME, date, clock, zone)


def _days(s: Any) -> int:
    return days_of(_get(s, "year"), _get(s, "month"), _get(s, "day"))


def _clock(s: Any) -> int:
    """Microseconds since midnight."""
    seconds = _get(s, "hour") * 3600 + _get(s, "minute") * 60 + _get(s, "second")
    return seconds * 1_000_000 + _get(s, "microsecond")[0]


def _instant(s: Any) -> int:
    """Microseconds since year 0."""
    return _days(s) * 86_400_000_000 + _clock(s)


def _time_of(micros: int, precision: int) -> Struct:
    seconds, rest = divmod(micros, 1_000_000)
    return make_time(seconds // 3600, seconds // 60 % 60, seconds % 60, (rest, precision))


def _from_instant(micros: int, precision: int, make: Callable[[Any, Any], Struct]) -> Struct:
    days, rest = divmod(micros, 86_400_000_000)
    return make(make_date(*date_of(days)), _time_of(rest, precision))


def _make_like(s: Any) -> Callable[[Any, Any], Struct]:
    return make_utc if s.module is DATETIME else make_naive


# ---------------------------------------------------------------------------------------------------------- text


def date_text(s: Any, calendar: Any = None) -> str:
    """``2024-01-02``."""
    return f"{_get(s, 'year'):04}-{_get(s, 'month'):02}-{_get(s, 'day'):02}"


def time_text(s: Any) -> str:
    """``01:02:03.004``."""
    micro, precision = _get(s, "microsecond")
    fraction = f".{micro:06}"[: precision + 1] if precision else ""
    return f"{_get(s, 'hour'):02}:{_get(s, 'minute'):02}:{_get(s, 'second'):02}{fraction}"


def naive_text(s: Any, separator: str = " ") -> str:
    """Date and time."""
    return date_text(s) + separator + time_text(s)


def utc_text(s: Any, separator: str = " ") -> str:
    """Date, time and zone."""
    return naive_text(s, separator) + "Z"


# ------------------------------------------------------------------------------------------------------- parsing

_INVALID_FORMAT, _INVALID_DATE, _INVALID_TIME = Atom("invalid_format"), Atom("invalid_date"), Atom("invalid_time")
_MISSING = Atom("missing_offset")


def _new_date(year: Any, month: Any, day: Any, calendar: Any = None) -> Any:
    if not (month in range(1, 13) and day in range(1, 32) and _valid(year, month, day)):
        return (ERROR, _INVALID_DATE)
    return (OK, make_date(year, month, day))


def _new_time(hour: Any, minute: Any, second: Any, micro: Any = 0, calendar: Any = None) -> Any:
    if not (hour in range(24) and minute in range(60) and second in range(60)):
        return (ERROR, _INVALID_TIME)
    given = micro if micro.__class__ is tuple else (micro, 6 if micro else 0)
    return (OK, make_time(hour, minute, second, given))


def _parse_date(text: Any, calendar: Any = None) -> Any:
    found = _DATE.fullmatch(text)
    return _new_date(*map(int, found.groups())) if found else (ERROR, _INVALID_FORMAT)


def _parse_time(text: Any, calendar: Any = None) -> Any:
    found = _TIME.fullmatch(text)
    if found is None:
        return (ERROR, _INVALID_FORMAT)
    digits = (found[4] or "")[:6]
    micro = (int(digits.ljust(6, "0")), len(digits)) if digits else (0, 0)
    return _new_time(int(found[1]), int(found[2]), int(found[3]), micro)


def _parse_parts(text: str) -> Any:
    """``("ok", date, time, rest)`` of a date-time text, or an error term."""
    found = re.match(r"([+-]?\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?)(.*)\Z", text)
    if found is None:
        return (ERROR, _INVALID_FORMAT)
    date, clock = _parse_date(found[1]), _parse_time(found[2])
    for answer in (date, clock):
        if answer[0] is ERROR:
            return answer
    return ("ok", date[1], clock[1], found[3])


def _parse_naive(text: Any, calendar: Any = None) -> Any:
    parts = _parse_parts(text)
    if parts[0] != "ok":
        return parts
    if parts[3] and not _ZONE.fullmatch(parts[3]):
        return (ERROR, _INVALID_FORMAT)
    return (OK, make_naive(parts[1], parts[2]))


def _parse_utc(text: Any, calendar: Any = None) -> Any:
    parts = _parse_parts(text)
    if parts[0] != "ok":
        return parts
    zone = _ZONE.fullmatch(parts[3])
    if zone is None:
        return (ERROR, _MISSING if not parts[3] else _INVALID_FORMAT)
    offset = 0
    if zone[1] != "Z":
        digits = zone[1].replace(":", "")
        offset = (int(digits[1:3]) * 3600 + int(digits[3:5]) * 60) * (-1 if digits[0] == "-" else 1)
    made = make_utc(parts[1], parts[2])
    precision = _get(made, "microsecond")[1]
    return (OK, _from_instant(_instant(made) - offset * 1_000_000, precision, make_utc), offset)


def _banged(parse: Callable[..., Any], what: str) -> Callable[..., Any]:
    """*parse* raising its error; *what* is ``build date``, or the kind of thing that text is parsed as."""

    def function(*args: Any) -> Any:
        answer = parse(*args)
        if answer[0] is ERROR:
            shown = what if what.startswith("build") else f"parse {inspect(args[0])} as {what}"
            raise ArgumentError(f"cannot {shown}, reason: {inspect(answer[1])}")
        return answer[1]

    return function


# ---------------------------------------------------------------------------------------------------- comparison


def _comparing(measure: Callable[[Any], int]) -> dict[str, Callable[..., Any]]:
    def compare(a: Any, b: Any) -> Any:
        x, y = measure(a), measure(b)
        return LT if x < y else GT if x > y else EQ

    return {
        "compare/2": compare,
        "before?/2": lambda a, b: measure(a) < measure(b),
        "after?/2": lambda a, b: measure(a) > measure(b),
    }


def _unit(unit: Any) -> int:
    if unit.__class__ is int:
        return 1_000_000 // unit
    if unit.name not in _UNITS:
        raise ArgumentError(
            "unsupported time unit. Expected :day, :hour, :minute, :second, :millisecond, :microsecond, :nanosecond, "
            f"or a positive integer, got {inspect(unit)}"
        )
    return _UNITS[unit.name]


def _quotient(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def _add_moment(s: Any, amount: int, unit: Any = Atom("second")) -> Any:
    precision = max(_get(s, "microsecond")[1], 6 if unit.name == "microsecond" else 3 if unit.name == "millisecond" else 0)
    return _from_instant(_instant(s) + amount * _unit(unit), precision, _make_like(s))


def _diff_moment(a: Any, b: Any, unit: Any = Atom("second")) -> int:
    return _quotient(_instant(a) - _instant(b), _unit(unit))


def _truncate(s: Any, unit: Any) -> Any:
    micro, precision = _get(s, "microsecond")
    keep = {"second": 0, "millisecond": 3, "microsecond": 6}[unit.name]
    if precision <= keep:
        return s
    step = 10 ** (6 - keep)
    return s.replace({_A["microsecond"]: (micro // step * step, keep)})


def _date_part(s: Any) -> Struct:
    return make_date(_get(s, "year"), _get(s, "month"), _get(s, "day"))


def _time_part(s: Any) -> Struct:
    return make_time(_get(s, "hour"), _get(s, "minute"), _get(s, "second"), _get(s, "microsecond"))


# ----------------------------------------------------------------------------------------------------------- Date


class DateRange(Struct):
    """``Date.range(first, last)``."""

    __slots__ = ("first", "last", "step")
    module = alias("Date.Range")

    def __init__(self, first: Struct, last: Struct, step: int) -> None:
        self.first = first
        self.last = last
        self.step = step

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {
            _A["first"]: self.first, _A["first_in_iso_days"]: _days(self.first), _A["last"]: self.last,
            _A["last_in_iso_days"]: _days(self.last), _A["step"]: self.step,
        }  # fmt: skip

    def replace(self, changes: dict[Any, Any]) -> Struct:
        f = {**self.fields, **changes}
        return DateRange(f[_A["first"]], f[_A["last"]], f[_A["step"]])

    def python(self) -> range:
        return range(_days(self.first), _days(self.last) + (1 if self.step > 0 else -1), self.step)

    def ex_iterate(self) -> Iterator[Any]:
        return (make_date(*date_of(d)) for d in self.python())

    def ex_count(self) -> int:
        return len(self.python())

    def ex_member(self, term: Any) -> bool:
        return isinstance(term, Struct) and term.module is DATE and _days(term) in self.python()

    def ex_inspect(self, opts: Any) -> Any:
        shown = f"Date.range({_sigil('D', date_text(self.first))}, {_sigil('D', date_text(self.last))}"
        return shown + (")" if self.step == 1 else f", {self.step})")


def _date_range(first: Any, last: Any, step: Any = None) -> DateRange:
    if step is None:
        step = 1 if _days(first) <= _days(last) else -1
    return DateRange(first, last, step)


def _last_day(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _shift_months(s: Any, months: int) -> Struct:
    total = _get(s, "year") * 12 + _get(s, "month") - 1 + months
    year, month = divmod(total, 12)
    return make_date(year, month + 1, min(_get(s, "day"), _last_day(year, month + 1)))


def _shift_date(s: Any, duration: Any) -> Struct:
    given = {k.name: v for k, v in duration}
    made = _shift_months(s, given.get("year", 0) * 12 + given.get("month", 0))
    return make_date(*date_of(_days(made) + given.get("week", 0) * 7 + given.get("day", 0)))


def _today(zone: Any = None) -> Struct:
    return _date_part(_now())


def _now(zone: Any = None) -> Struct:
    return _from_instant(time.time_ns() // 1000 + 62_167_219_200_000_000, 6, make_utc)


def _weekday(s: Any, start: Any = Atom("default")) -> int:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    first = 0 if start.name == "default" else names.index(start.name)
    return (_days(s) - 2 - first) % 7 + 1


def _date_module() -> Module:
    made = native_module("Date", {}, info={"struct": [(_A[n], None) for n in ("calendar", "day", "month", "year")]})
    made.functions.update({
        **_comparing(_days), "new/3": _new_date, "new/4": _new_date, "new!/3": _banged(_new_date, "build date"),
        "from_iso8601/1": _parse_date, "from_iso8601!/1": _banged(_parse_date, "date"), "to_string/1": date_text,
        "to_iso8601/1": date_text, "add/2": lambda s, n: make_date(*date_of(_days(s) + n)),
        "add/3": lambda s, n, unit: make_date(*date_of(_days(s) + n)), "diff/2": lambda a, b: _days(a) - _days(b),
        "range/2": _date_range, "range/3": _date_range, "utc_today/0": _today, "utc_today/1": _today,
        "day_of_week/1": _weekday, "day_of_week/2": _weekday, "leap_year?/1": lambda s: _leap(_get(s, "year")),
        "days_in_month/1": lambda s: _last_day(_get(s, "year"), _get(s, "month")), "months_in_year/1": lambda s: 12,
        "day_of_year/1": lambda s: _days(s) - days_of(_get(s, "year"), 1, 1) + 1,
        "quarter_of_year/1": lambda s: (_get(s, "month") + 2) // 3,
        "beginning_of_month/1": lambda s: make_date(_get(s, "year"), _get(s, "month"), 1),
        "end_of_month/1": lambda s: make_date(
            _get(s, "year"), _get(s, "month"), _last_day(_get(s, "year"), _get(s, "month"))
        ),
        "beginning_of_week/1": lambda s: make_date(*date_of(_days(s) - _weekday(s) + 1)),
        "end_of_week/1": lambda s: make_date(*date_of(_days(s) - _weekday(s) + 7)), "shift/2": _shift_date,
        "to_erl/1": lambda s: (_get(s, "year"), _get(s, "month"), _get(s, "day")), "from_erl!/1": lambda t: make_date(*t),
        "from_erl/1": lambda t: _new_date(*t), "to_gregorian_days/1": _days,
        "from_gregorian_days/1": lambda d: make_date(*date_of(d)),
    })  # fmt: skip
    return made


# -------------------------------------------------------------------------------------------- times and moments


def _add_time(s: Any, amount: int, unit: Any = Atom("second")) -> Struct:
    return _time_of((_clock(s) + amount * _unit(unit)) % 86_400_000_000, _get(s, "microsecond")[1])


def _diff_time(a: Any, b: Any, unit: Any = Atom("second")) -> int:
    return _quotient(_clock(a) - _clock(b), _unit(unit))


def _seconds_after_midnight(s: Any) -> Any:
    return (_clock(s) // 1_000_000, _get(s, "microsecond")[0])


def _time_module() -> Module:
    names = ("calendar", "hour", "microsecond", "minute", "second")
    made = native_module("Time", {}, info={"struct": [(_A[n], None) for n in names]})
    made.functions.update({
        **_comparing(_clock), "new/3": _new_time, "new/4": _new_time, "new!/3": _banged(_new_time, "build time"),
        "new!/4": _banged(_new_time, "build time"), "from_iso8601/1": _parse_time,
        "from_iso8601!/1": _banged(_parse_time, "time"), "to_string/1": time_text, "to_iso8601/1": time_text,
        "add/2": _add_time, "add/3": _add_time, "diff/2": _diff_time, "diff/3": _diff_time, "truncate/2": _truncate,
        "utc_now/0": lambda: _time_part(_now()), "to_seconds_after_midnight/1": _seconds_after_midnight,
        "to_erl/1": lambda s: (_get(s, "hour"), _get(s, "minute"), _get(s, "second")),
    })  # fmt: skip
    return made


def _new_naive(*args: Any) -> Any:
    """``new(date, time)`` or ``new(year, month, day, hour, minute, second)``."""
    if len(args) == 2:
        return (OK, make_naive(*args))
    date, clock = _new_date(*args[:3]), _new_time(*args[3:])
    for answer in (date, clock):
        if answer[0] is ERROR:
            return answer
    return (OK, make_naive(date[1], clock[1]))


def _shared(text: Callable[..., str]) -> dict[str, Callable[..., Any]]:
    return {
        **_comparing(_instant), "to_string/1": text, "to_iso8601/1": lambda s: text(s, "T"), "add/2": _add_moment,
        "add/3": _add_moment, "diff/2": _diff_moment, "diff/3": _diff_moment, "truncate/2": _truncate,
        "to_date/1": _date_part, "to_time/1": _time_part,
        "to_gregorian_seconds/1": lambda s: (_instant(s) // 1_000_000, _get(s, "microsecond")[0]),
    }  # fmt: skip


_MOMENT = ("calendar", "day", "hour", "microsecond", "minute", "month", "second", "year")


def _naive_module() -> Module:
    made = native_module("NaiveDateTime", {}, info={"struct": [(_A[n], None) for n in _MOMENT]})
    made.functions.update({
        **_shared(naive_text), "from_iso8601/1": _parse_naive, "from_iso8601!/1": _banged(_parse_naive, "naive datetime"),
        "utc_now/0": lambda: make_naive(_date_part(_now()), _time_part(_now())),
        "local_now/0": lambda: _truncate(make_naive(_date_part(_now()), _time_part(_now())), Atom("second")),
        "beginning_of_day/1": lambda s: make_naive(_date_part(s), make_time(0, 0, 0)),
        "to_erl/1": lambda s: ((_get(s, "year"), _get(s, "month"), _get(s, "day")),
                               (_get(s, "hour"), _get(s, "minute"), _get(s, "second"))),
        **{f"new/{n}": _new_naive for n in (2, 6, 7)},
        **{f"new!/{n}": _banged(_new_naive, "build naive datetime") for n in (2, 6, 7)},
    })  # fmt: skip
    return made


def _from_unix(value: int, unit: Any = Atom("second")) -> Any:
    precision = {"second": 0, "millisecond": 3}.get(getattr(unit, "name", ""), 6)
    micros = value * _unit(unit) if not (unit.__class__ is Atom and unit.name == "nanosecond") else value // 1000
    return _from_instant(micros + 62_167_219_200_000_000, precision, make_utc)


def _to_unix(s: Any, unit: Any = Atom("second")) -> int:
    micros = _instant(s) - 62_167_219_200_000_000
    if unit.__class__ is Atom and unit.name == "nanosecond":
        return micros * 1000
    return micros // _unit(unit)


def _datetime_module() -> Module:
    names = sorted((*_MOMENT, "std_offset", "time_zone", "utc_offset", "zone_abbr"))
    made = native_module("DateTime", {}, info={"struct": [(_A[n], None) for n in names]})
    naive = lambda s: make_naive(_date_part(s), _time_part(s))  # noqa: E731
    made.functions.update({
        **_shared(utc_text), "from_iso8601/1": _parse_utc, "utc_now/0": _now, "utc_now/1": lambda unit: _truncate(_now(), unit),
        "now/1": lambda zone: (OK, _now()), "now!/1": _now, "from_unix/1": lambda v: (OK, _from_unix(v)),
        "from_unix/2": lambda v, unit: (OK, _from_unix(v, unit)), "from_unix!/1": _from_unix, "from_unix!/2": _from_unix,
        "to_unix/1": _to_unix, "to_unix/2": _to_unix, "to_naive/1": naive,
        "from_naive/2": lambda s, zone: (OK, make_utc(_date_part(s), _time_part(s))),
        "from_naive!/2": lambda s, zone: make_utc(_date_part(s), _time_part(s)),
        "new/2": lambda date, clock: (OK, make_utc(date, clock)), "new!/2": make_utc,
    })  # fmt: skip
    return made


def _calendar_module() -> Module:
    made = native_module("Calendar", {})
    made.functions.update({"strftime/2": strftime, "strftime/3": strftime, "truncate/2": lambda micro, unit: micro})
    return made


def _calendar_iso() -> Module:
    made = native_module("Calendar.ISO", {})
    made.functions.update({
        "leap_year?/1": _leap, "days_in_month/2": _last_day, "valid_date?/3": _valid,
        "date_to_string/3": lambda y, m, d: date_text(make_date(y, m, d)),
    })  # fmt: skip
    return made


# --------------------------------------------------------------------------------------------------- protocols


def _sigil(letter: str, text: str) -> str:
    return f"~{letter}[{text}]"


def _impl(protocol: str, name: str, signature: str, function: Callable[..., Any]) -> dict[str, Module]:
    made = native_module(f"{protocol}.{name}", {})
    made.functions[signature] = function
    return {f"Elixir.{protocol}.{name}": made}


def _protocols() -> dict[str, Module]:
    out: dict[str, Module] = {}
    rows = (("Date", "D", date_text), ("Time", "T", time_text), ("NaiveDateTime", "N", naive_text), ("DateTime", "U", utc_text))
    for name, letter, text in rows:
        out.update(_impl("String.Chars", name, "to_string/1", text))
        out.update(_impl("Inspect", name, "inspect/2", _inspector(letter, text)))
    return out


def _inspector(letter: str, text: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    return lambda s, opts: _sigil(letter, text(s))


MODULE = _date_module()
MODULES_BY_NAME = {
    "Elixir.Date": MODULE,
    "Elixir.Time": _time_module(),
    "Elixir.NaiveDateTime": _naive_module(),
    "Elixir.DateTime": _datetime_module(),
    "Elixir.Calendar": _calendar_module(),
    "Elixir.Calendar.ISO": _calendar_iso(),
    "Elixir.Date.Range": native_module("Date.Range", {}, info={"struct": [(_A["first"], None)]}),
    **_protocols(),
}
