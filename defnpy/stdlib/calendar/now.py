"""The clock, and the database of time zones."""

from __future__ import annotations

import time
from typing import Any

from defnpy.stdlib.calendar import iso
from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.util import ERROR, OK, need
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.runtime import runtime

UTC_ONLY = alias("Calendar.UTCOnlyTimeZoneDatabase")
PERIOD = {Atom("std_offset"): 0, Atom("utc_offset"): 0, Atom("zone_abbr"): "UTC"}
_SETTING = "time_zone_database"


def utc_micros() -> int:
    """Microseconds from year 0 to now."""
    return time.time_ns() // 1000 + iso.UNIX * 1_000_000


def database() -> Any:
    """The database that is asked for time zones when none is given."""
    return runtime().options.get(_SETTING, UTC_ONLY)


def put_database(module: Any) -> Any:
    need(is_atom(module), "Calendar", "put_time_zone_database", 1)
    runtime().options[_SETTING] = module
    return OK


def periods(chosen: Any, name: str, moment: Any, zone: Any) -> Any:
    """A function of a time zone database."""
    return find_function(database() if chosen is None else chosen, Atom(name), 2)(moment, zone)


@ex("time_zone_period_from_utc_iso_days/2", "time_zone_periods_from_wall_datetime/2")
def utc_period(moment: Any, zone: Any) -> Any:
    return (OK, PERIOD) if zone == "Etc/UTC" else (ERROR, Atom("utc_only_time_zone_database"))


UTC_MODULE: Module = native_module("Calendar.UTCOnlyTimeZoneDatabase", globals())
