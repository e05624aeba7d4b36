"""Units of time, and the clocks of the system read in them."""

from __future__ import annotations

import time
from typing import Any

from defnpy.stdlib.util import badarg, is_int
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect

PER_SECOND = {
    "second": 1, "millisecond": 1000, "microsecond": 10**6, "nanosecond": 10**9, "native": 10**9,
    "seconds": 1, "milliseconds": 1000, "microseconds": 10**6, "nanoseconds": 10**9,
    "milli_seconds": 1000, "micro_seconds": 10**6, "nano_seconds": 10**9,
}  # fmt: skip
ERLANG = {**{unit: count for unit, count in PER_SECOND.items() if unit not in ("milliseconds", "microseconds", "nanoseconds")}, "perf_counter": 10**9}


def _count(unit: Any, named: dict[str, int]) -> int | None:
    if is_int(unit):
        return int(unit) if unit > 0 else None
    return named.get(getattr(unit, "name", ""))


def per_second(unit: Any) -> int:
    """How many of *unit* a second has."""
    found = _count(unit, PER_SECOND)
    if found is None:
        raise ArgumentError(f"unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, got {inspect(unit)}")
    return found


def erlang_per_second(unit: Any, position: int = 1) -> int:
    """The same for the functions of ``:erlang``, whose argument *position* it is."""
    found = _count(unit, ERLANG)
    if found is None:
        raise badarg((position, "invalid time unit"))
    return found


def system_time() -> int:
    return time.time_ns()


def monotonic_time() -> int:
    return time.monotonic_ns()


def time_offset() -> int:
    return time.time_ns() - time.monotonic_ns()


def convert(value: Any, source: int, target: int) -> int:
    """*value* of *source* units a second, in *target* units a second; rounded down."""
    if not is_int(value):
        raise badarg((1, "not an integer"))
    return int(value * target // source)
