"""``:os`` and ``:calendar``."""

from __future__ import annotations

import datetime
import os
import sys
import time
from typing import Any

from defnpy.stdlib import grants
from defnpy.stdlib.calendar import iso
from defnpy.terms.atom import Atom
from defnpy.terms.module import Module, native_module

# ------------------------------------------------------------------------------------------------------------ os


def _os_type() -> Any:
    if sys.platform == "win32":
        return (Atom("win32"), Atom("nt"))
    return (Atom("unix"), Atom("darwin" if sys.platform == "darwin" else "linux"))


def _getenv(name: Any, default: Any = False) -> Any:
    text = "".join(map(chr, name))
    grants.need("env", text)
    found = os.environ.get(text)
    return default if found is None else [ord(c) for c in found]


def _os() -> Module:
    from defnpy.stdlib.erlang.erlang import monotonic_time, system_time

    made = native_module("os", {}, erlang=True)
    made.functions.update({
        "type/0": _os_type, "getenv/1": _getenv, "getenv/2": _getenv, "system_time/0": system_time,
        "system_time/1": system_time, "perf_counter/0": monotonic_time, "perf_counter/1": monotonic_time,
        "getpid/0": lambda: [ord(c) for c in str(os.getpid())],
        "timestamp/0": lambda: (time.time_ns() // 10**15, time.time_ns() // 10**9 % 10**6, time.time_ns() // 1000 % 10**6),
    })  # fmt: skip
    return made


# ------------------------------------------------------------------------------------------------------ calendar


def _weekday(year: Any, month: Any = None, day: Any = None) -> int:
    if month is None:
        year, month, day = year
    return iso.weekday(iso.days_of(year, month, day), Atom("default"))


def _seconds(moment: Any) -> int:
    (year, month, day), (hour, minute, second) = moment
    return iso.days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second


def _datetime(total: int) -> Any:
    days, rest = divmod(total, 86400)
    return (iso.date_of(days), (rest // 3600, rest // 60 % 60, rest % 60))


def _days_and_time(total: int) -> Any:
    days, rest = divmod(total, 86400)
    return (days, (rest // 3600, rest // 60 % 60, rest % 60))


def _calendar() -> Module:
    made = native_module("calendar", {}, erlang=True)
    made.functions.update({
        "is_leap_year/1": iso.leap_year_q, "date_to_gregorian_days/3": iso.days_of,
        "date_to_gregorian_days/1": lambda d: iso.days_of(*d), "gregorian_days_to_date/1": iso.date_of,
        "day_of_the_week/1": _weekday, "day_of_the_week/3": _weekday,
        "last_day_of_the_month/2": iso.days_in_month,
        "datetime_to_gregorian_seconds/1": _seconds, "gregorian_seconds_to_datetime/1": _datetime,
        "seconds_to_time/1": lambda s: (s // 3600, s // 60 % 60, s % 60),
        "time_to_seconds/1": lambda t: t[0] * 3600 + t[1] * 60 + t[2],
        "valid_date/1": lambda d: _valid(*d), "iso_week_number/1": lambda d: tuple(datetime.date(*d).isocalendar()[:2]),
        "seconds_to_daystime/1": _days_and_time, "time_difference/2": lambda a, b: _days_and_time(_seconds(b) - _seconds(a)),
        "valid_date/3": _valid, "universal_time/0": lambda: _datetime(int(time.time()) + 62167219200),
        "local_time/0": lambda: _local(time.localtime()),
    })  # fmt: skip
    return made


def _local(now: time.struct_time) -> Any:
    return (tuple(now[:3]), tuple(now[3:6]))


def _valid(year: int, month: int, day: int) -> bool:
    return year >= 0 and iso.valid_date(year, month, day)


MODULES_BY_NAME = {"os": _os(), "calendar": _calendar()}
