"""``:timer``, ``:os``, ``:calendar``, ``:erpc``-free odds and ends."""

from __future__ import annotations

import datetime
import os
import sys
import time
from typing import Any

from defnpy.stdlib import grants
from defnpy.stdlib.calendar import iso
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import OK
from defnpy.terms.atom import Atom
from defnpy.terms.function import call as call_function
from defnpy.terms.module import Module, ex, native_module


@ex("tc/1", "tc/2", "tc/3", "tc/4")
def tc(fun: Any, *rest: Any) -> Any:
    unit = rest[-1].name if rest and rest[-1].__class__ is Atom and rest[-1].name.endswith("second") else "microsecond"
    args = rest[:-1] if rest and rest[-1].__class__ is Atom and rest[-1].name.endswith("second") else rest
    begin = time.perf_counter_ns()
    if not args:
        value = fun0(fun)()
    elif len(args) == 1:
        value = call_function(fun, args[0])
    else:
        value = apply(fun, args[0], args[1])
    spent = time.perf_counter_ns() - begin
    per = {"second": 10**9, "millisecond": 10**6, "microsecond": 1000, "nanosecond": 1}[unit]
    return (spent // per, value)


@ex("sleep/1")
def sleep(milliseconds: Any) -> Any:
    from defnpy.stdlib.process import sleep as wait

    return wait(milliseconds)


@ex("seconds/1")
def seconds(n: int) -> int:
    return n * 1000


@ex("minutes/1")
def minutes(n: int) -> int:
    return n * 60_000


@ex("hours/1")
def hours(n: int) -> int:
    return n * 3_600_000


@ex("hms/3")
def hms(hours_: int, minutes_: int, seconds_: int) -> int:
    return ((hours_ * 60 + minutes_) * 60 + seconds_) * 1000


@ex("now_diff/2")
def now_diff(a: Any, b: Any) -> int:
    return ((a[0] - b[0]) * 10**6 + (a[1] - b[1])) * 10**6 + (a[2] - b[2])


@ex("send_after/3")
def send_after(milliseconds: int, pid: Any, message: Any) -> Any:
    from defnpy.stdlib.process import send_after as later

    return (OK, later(pid, message, milliseconds))


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
    from defnpy.stdlib.erlang.erlang import system_time

    made = native_module("os", {}, erlang=True)
    made.functions.update({
        "type/0": _os_type, "getenv/1": _getenv, "getenv/2": _getenv, "system_time/0": system_time,
        "system_time/1": system_time, "getpid/0": lambda: [ord(c) for c in str(os.getpid())],
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


MODULE = native_module("timer", globals(), erlang=True)
MODULES_BY_NAME = {"timer": MODULE, "os": _os(), "calendar": _calendar()}
