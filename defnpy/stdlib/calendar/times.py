"""Time."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.calendar import iso, structs
from defnpy.stdlib.calendar.duration import TIME_UNITS, checked
from defnpy.stdlib.calendar.now import utc_micros
from defnpy.stdlib.calendar.structs import ISO, SECOND, TIME_PARTS, ask, calendar_of, clock, failed, get, time
from defnpy.stdlib.util import ERROR, OK, is_int, need
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex
from defnpy.terms.struct import Struct

_UNITS = ":hour, :minute, "


def pair(micro: Any) -> Any:
    """Microseconds with their precision."""
    return (micro, 6) if is_int(micro) else micro


@ex("new/3", "new/4", "new/5")
def new(hour: Any, minute: Any, second: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Any:
    micro = pair(micro)
    fine = all(is_int(x) for x in (hour, minute, second)) and micro.__class__ is tuple and len(micro) == 2
    need(fine, "Time", "new", 5)
    if not ask(calendar, "valid_time?", hour, minute, second, micro):
        return failed("invalid_time")
    return (OK, time((hour, minute, second, micro), calendar))


new_bang = ex("new!/3", "new!/4", "new!/5")(structs.banged(new, lambda *args: "cannot build time"))


@ex("from_iso8601/1", "from_iso8601/2")
def from_iso8601(text: Any, calendar: Any = ISO) -> Any:
    answer = ask(ISO, "parse_time", text)
    return answer if answer[0] is ERROR else convert(time(answer[1]), calendar)


from_iso8601_bang = ex("from_iso8601!/1", "from_iso8601!/2")(
    structs.banged(from_iso8601, lambda text, *rest: f"cannot parse {inspect(text)} as time"))


@ex("from_erl/1", "from_erl/2", "from_erl/3")
def from_erl(parts: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Any:
    need(parts.__class__ is tuple and len(parts) == 3, "Time", "from_erl", 3)
    answer = new(*[*parts, micro])
    return answer if answer[0] is ERROR else convert(answer[1], calendar)


from_erl_bang = ex("from_erl!/1", "from_erl!/2", "from_erl!/3")(
    structs.banged(from_erl, lambda parts, *rest: f"cannot convert {inspect(parts)} to time"))


def at(micros: int, calendar: Any, precision: int) -> Struct:
    """The time *micros* after midnight."""
    *parts, (micro, _) = ask(calendar, "time_from_day_fraction", (micros % iso.DAY, iso.DAY))
    return time((*parts, (micro, precision)), calendar)


@ex("convert/2")
def convert(term: Any, calendar: Any) -> Any:
    if calendar_of(term) is calendar:
        return (OK, time(get(term, *TIME_PARTS), calendar))
    return (OK, at(clock(term), calendar, get(term, "microsecond")[0][1]))


@ex("convert!/2")
def convert_bang(term: Any, calendar: Any) -> Any:
    return convert(term, calendar)[1]


@ex("utc_now/0", "utc_now/1")
def utc_now(calendar: Any = ISO) -> Any:
    return convert_bang(at(utc_micros(), ISO, 6), calendar)


@ex("from_seconds_after_midnight/1", "from_seconds_after_midnight/2", "from_seconds_after_midnight/3")
def from_seconds_after_midnight(seconds: Any, micro: Any = (0, 0), calendar: Any = ISO) -> Struct:
    need(is_int(seconds), "Time", "from_seconds_after_midnight", 3)
    made = at(seconds % 86_400 * 1_000_000, calendar, 0)
    return made.replace({structs.NAMES["microsecond"]: micro})


@ex("to_seconds_after_midnight/1")
def to_seconds_after_midnight(term: Any) -> Any:
    return (clock(term) // 1_000_000, get(term, "microsecond")[0][0])


@ex("to_string/1")
def to_string(term: Any) -> Any:
    return ask(calendar_of(term), "time_to_string", *get(term, *TIME_PARTS))


@ex("to_iso8601/1", "to_iso8601/2")
def to_iso8601(term: Any, form: Any = iso.EXTENDED) -> str:
    need(form is iso.EXTENDED or form is iso.BASIC, "Time", "to_iso8601", 2)
    return iso.time_text(*[*get(convert_bang(term, ISO), *TIME_PARTS), form])


@ex("to_erl/1")
def to_erl(term: Any) -> Any:
    return tuple(get(convert_bang(term, ISO), "hour", "minute", "second"))


@ex("add/2", "add/3")
def add(term: Any, amount: Any, unit: Any = SECOND) -> Struct:
    need(is_int(amount), "Time", "add", 3)
    amount, unit = structs.scaled(amount, unit, _UNITS)
    precision = max(iso.time_unit_to_precision(unit), get(term, "microsecond")[0][1])
    return at(structs.moved(clock(term), amount, unit), calendar_of(term), precision)


@ex("diff/2", "diff/3")
def diff(a: Any, b: Any, unit: Any = SECOND) -> int:
    count, small = structs.scaled(1, unit, _UNITS)
    found = iso.in_unit(clock(a) - clock(b), small)
    return structs.quotient(found, count) if count > 1 else found


@ex("shift/2")
def shift(term: Any, duration: Any) -> Struct:
    calendar = calendar_of(term)
    return time(ask(calendar, "shift_time", *get(term, *TIME_PARTS), checked(duration, TIME_UNITS)), calendar)


@ex("truncate/2")
def truncate(term: Any, unit: Any) -> Any:
    micro = structs.truncated(get(term, "microsecond")[0], unit)
    return term.replace({structs.NAMES["microsecond"]: micro})


def compare(a: Any, b: Any) -> Any:
    return structs.compared(clock(a), clock(b))


def inspected(term: Any, opts: Any = None) -> str:
    return f"~T[{to_string(term)}{structs.suffix(calendar_of(term))}]"


_DEFAULTS = {"calendar": ISO, "microsecond": (0, 0)}
MODULE = structs.module_of("Time", globals(), {
    "struct": [(structs.NAMES[n], _DEFAULTS.get(n)) for n in ("calendar", "hour", "microsecond", "minute", "second")],
    "enforce_keys": [structs.NAMES[n] for n in ("hour", "minute", "second")],
})  # fmt: skip
MODULE.functions.update(structs.comparisons("Time", compare))
