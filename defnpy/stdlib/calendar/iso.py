"""Calendar.ISO: the arithmetic of the proleptic Gregorian calendar, and its texts."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.clocks import per_second
from defnpy.stdlib.util import ERROR, is_int, need, no_clause
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex

DAY = 86_400_000_000
"""Microseconds of a day: the parts that a day fraction counts."""

UNIX = 62_167_219_200
"""Seconds from year 0 to 1970."""

EXTENDED, BASIC = Atom("extended"), Atom("basic")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# -- days and fractions --------------------------------------------------------------------------------------------------


@ex("date_to_iso_days/3")
def days_of(year: int, month: int, day: int) -> int:
    """Days since 0000-01-01, for any year."""
    if not valid_date(year, month, day):
        raise ArgumentError(f"invalid date: {date_text(year, month, day)}")
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year + 60


@ex("date_from_iso_days/1")
def date_of(days: int) -> tuple[int, int, int]:
    """The date *days* after 0000-01-01."""
    era, of_era = divmod(days - 60, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return (year + era * 400 + (month <= 2), month, day)


def micros_of(hour: int, minute: int, second: int, micro: int) -> int:
    """Microseconds since midnight."""
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro


def clock_of(micros: int) -> tuple[int, int, int, int]:
    """Hour, minute, second and microsecond of a day."""
    seconds, micro = divmod(micros, 1_000_000)
    return (seconds // 3600, seconds // 60 % 60, seconds % 60, micro)


def in_unit(micros: int, unit: Any) -> int:
    """Microseconds as *unit*, rounded down."""
    return micros * per_second(unit) // 1_000_000


def precision_of(unit: Any) -> int:
    """Digits behind the second that *unit* shows."""
    count = per_second(unit)
    return len(str(count)) - 1 if count < 1_000_000 and str(count).strip("0") == "1" else 6


# -- the calendar --------------------------------------------------------------------------------------------------------


@ex("leap_year?/1")
def leap_year_q(year: Any) -> bool:
    need(is_int(year), "Calendar.ISO", "leap_year?", 1)
    return bool(year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


@ex("days_in_month/2")
def days_in_month(year: Any, month: Any) -> int:
    need(is_int(year) and is_int(month) and 1 <= month <= 12, "Calendar.ISO", "days_in_month", 2)
    return 29 if month == 2 and leap_year_q(year) else _MONTHS[month - 1]


@ex("months_in_year/1")
def months_in_year(year: Any) -> int:
    need(is_int(year), "Calendar.ISO", "months_in_year", 1)
    return 12


@ex("valid_date?/3")
def valid_date(year: Any, month: Any, day: Any) -> bool:
    need(is_int(year) and is_int(month) and is_int(day), "Calendar.ISO", "valid_date?", 3)
    return 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)


@ex("valid_time?/4")
def valid_time(hour: Any, minute: Any, second: Any, micro: Any) -> bool:
    fine = micro.__class__ is tuple and len(micro) == 2 and all(is_int(x) for x in (hour, minute, second, *micro))
    need(fine, "Calendar.ISO", "valid_time?", 4)
    clock = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    return clock and 0 <= micro[0] < 1_000_000 and 0 <= micro[1] <= 6


@ex("time_unit_to_precision/1")
def time_unit_to_precision(unit: Any) -> int:
    if is_int(unit):
        return 6
    found = {"nanosecond": 6, "microsecond": 6, "millisecond": 3, "second": 0}.get(getattr(unit, "name", ""))
    if found is None:
        raise no_clause("Calendar.ISO", "time_unit_to_precision", 1)
    return found


@ex("day_rollover_relative_to_midnight_utc/0")
def day_rollover() -> tuple[int, int]:
    return (0, 1)


@ex("naive_datetime_to_iso_days/7")
def to_iso_days(year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, micro: Any) -> Any:
    return (days_of(year, month, day), time_to_day_fraction(hour, minute, second, micro))


@ex("naive_datetime_from_iso_days/1")
def from_iso_days(iso_days: Any) -> Any:
    days, fraction = iso_days
    return (*date_of(days), *time_from_day_fraction(fraction))


@ex("time_to_day_fraction/4")
def time_to_day_fraction(hour: Any, minute: Any, second: Any, micro: Any) -> tuple[int, int]:
    return (micros_of(hour, minute, second, micro[0]), DAY)


@ex("time_from_day_fraction/1")
def time_from_day_fraction(fraction: Any) -> Any:
    parts, whole = fraction
    *clock, micro = clock_of(parts * DAY // whole)
    return (*clock, (micro, 6))


@ex("iso_days_to_beginning_of_day/1")
def beginning_of_day(iso_days: Any) -> Any:
    return (iso_days[0], (0, DAY))


@ex("iso_days_to_end_of_day/1")
def end_of_day(iso_days: Any) -> Any:
    return (iso_days[0], (DAY - 1, DAY))


def weekday(days: int, start: Any) -> int:
    """The day of the week from 1 to 7, counted from *start*."""
    name = getattr(start, "name", "")
    need(name == "default" or name in _WEEK, "Calendar.ISO", "day_of_week_offset", 1)
    first = 0 if name == "default" else _WEEK.index(name)
    return (days + 5 - first) % 7 + 1


@ex("day_of_week/4")
def day_of_week(year: Any, month: Any, day: Any, start: Any) -> Any:
    return (weekday(days_of(year, month, day), start), 1, 7)


@ex("day_of_year/3")
def day_of_year(year: Any, month: Any, day: Any) -> int:
    return days_of(year, month, day) - days_of(year, 1, 1) + 1


@ex("quarter_of_year/3")
def quarter_of_year(year: Any, month: Any, day: Any) -> int:
    need(is_int(month) and 1 <= month <= 12, "Calendar.ISO", "quarter_of_year", 3)
    return int((month + 2) // 3)


@ex("year_of_era/1", "year_of_era/3")
def year_of_era(year: Any, month: Any = 1, day: Any = 1) -> tuple[int, int]:
    return (year, 1) if year >= 1 else (1 - year, 0)


@ex("day_of_era/3")
def day_of_era(year: Any, month: Any, day: Any) -> tuple[int, int]:
    days = days_of(year, month, day) - 366
    return (days + 1, 1) if year >= 1 else (abs(days), 0)


# -- texts ---------------------------------------------------------------------------------------------------------------


def _padded(number: int, size: int) -> str:
    return f"-{-number:0{size}}" if number < 0 else f"{number:0{size}}"


@ex("date_to_string/3", "date_to_string/4")
def date_text(year: Any, month: Any, day: Any, form: Any = EXTENDED) -> str:
    _need_form(form, "date_to_string", 4)
    dash = "-" if form is EXTENDED else ""
    return f"{_padded(year, 4)}{dash}{_padded(month, 2)}{dash}{_padded(day, 2)}"


def _need_form(form: Any, name: str, arity: int) -> None:
    need(form is EXTENDED or form is BASIC, "Calendar.ISO", name, arity)


@ex("time_to_string/4", "time_to_string/5")
def time_text(hour: Any, minute: Any, second: Any, micro: Any, form: Any = EXTENDED) -> str:
    _need_form(form, "time_to_string", 5)
    need(valid_time(hour, minute, second, micro), "Calendar.ISO", "time_to_string", 5)
    colon = ":" if form is EXTENDED else ""
    fraction = f".{micro[0]:06}"[: micro[1] + 1] if micro[1] else ""
    return f"{hour:02}{colon}{minute:02}{colon}{second:02}{fraction}"


@ex("naive_datetime_to_string/7", "naive_datetime_to_string/8")
def naive_text(year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, micro: Any, form: Any = EXTENDED) -> str:
    return f"{date_text(year, month, day, form)} {time_text(hour, minute, second, micro, form)}"


@ex("datetime_to_string/11", "datetime_to_string/12")
def datetime_text(*args: Any) -> str:
    """Date, time, offset and zone."""
    zone, abbr, utc, std, *rest = args[7:]
    form = rest[0] if rest else EXTENDED
    return naive_text(*[*args[:7], form]) + offset_text(utc, std, zone, form) + ("" if zone == "Etc/UTC" else f" {abbr} {zone}")


def offset_text(utc: int, std: int, zone: Any, form: Any) -> str:
    """``Z`` or ``+01:00``."""
    total = utc + std
    if total == 0 and std == 0 and zone == "Etc/UTC":
        return "Z"
    colon = ":" if form is EXTENDED else ""
    return f"{'-' if total < 0 else '+'}{abs(total) // 3600:02}{colon}{abs(total) // 60 % 60:02}"


# -- shifting ------------------------------------------------------------------------------------------------------------


def _months(date: tuple[int, int, int], months: int) -> tuple[int, int, int]:
    year, month = divmod(date[0] * 12 + date[1] - 1 + months, 12)
    return (year, month + 1, min(date[2], days_in_month(year, month + 1)))


def _parts(duration: Any) -> dict[str, Any]:
    return {k.name: v for k, v in duration.fields.items()}


@ex("shift_date/4")
def shift_date(year: Any, month: Any, day: Any, duration: Any) -> tuple[int, int, int]:
    d = _parts(duration)
    if d["hour"] or d["minute"] or d["second"] or d["microsecond"][0]:
        raise ArgumentError("cannot shift date by time scale unit. Expected :year, :month, :week, :day")
    date = _months((year, month, day), d["year"] * 12 + d["month"])
    return date_of(days_of(*date) + d["week"] * 7 + d["day"])


def _micros(d: dict[str, Any]) -> int:
    return ((d["hour"] * 60 + d["minute"]) * 60 + d["second"]) * 1_000_000 + int(d["microsecond"][0])


def _precision(d: dict[str, Any], now: int) -> int:
    return int(d["microsecond"][1]) if d["microsecond"][0] else now


@ex("shift_naive_datetime/8")
def shift_naive(year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, micro: Any, duration: Any) -> Any:
    d = _parts(duration)
    date = _months((year, month, day), d["year"] * 12 + d["month"])
    total = days_of(*date) * DAY + micros_of(hour, minute, second, micro[0]) + (d["week"] * 7 + d["day"]) * DAY + _micros(d)
    days, rest = divmod(total, DAY)
    *clock, made = clock_of(rest)
    return (*date_of(days), *clock, (made, _precision(d, micro[1])))


@ex("shift_time/5")
def shift_time(hour: Any, minute: Any, second: Any, micro: Any, duration: Any) -> Any:
    d = _parts(duration)
    if d["year"] or d["month"] or d["week"] or d["day"]:
        raise ArgumentError("cannot shift time by date scale unit. Expected :hour, :minute, :second, :microsecond")
    *clock, made = clock_of((micros_of(hour, minute, second, micro[0]) + _micros(d)) % DAY)
    return (*clock, (made, _precision(d, micro[1])))


@ex("from_unix/2")
def from_unix(value: Any, unit: Any) -> Any:
    """``{:ok, date, time, microsecond}``."""
    total = value * 1_000_000 // per_second(unit)
    if not -(315_537_897_600 + UNIX) * 1_000_000 <= total <= 315_569_519_999_999_999 - UNIX * 1_000_000:
        return (ERROR, Atom("invalid_unix_time"))
    days, rest = divmod(total + UNIX * 1_000_000, DAY)
    *clock, micro = clock_of(rest)
    return (Atom("ok"), date_of(days), tuple(clock), (micro, precision_of(unit)))
