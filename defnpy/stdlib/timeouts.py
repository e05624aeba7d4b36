"""``to_timeout/1`` of Kernel."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex
from defnpy.terms.struct import Struct

FACTORS = {"week": 604_800_000, "day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000, "millisecond": 1}
INFINITY, DURATION = Atom("infinity"), Atom("Elixir.Duration")


@ex("to_timeout/1")
def to_timeout(given: Any) -> Any:
    """The milliseconds of a duration or of a list of its parts; timeouts stay what they are."""
    if given is INFINITY or (given.__class__ is int and given >= 0):
        return given
    if isinstance(given, Struct) and given.module is DURATION:
        return _of_duration({k.name: v for k, v in given.fields.items()})
    if given.__class__ is not list:
        from defnpy.stdlib.kernel import no_function

        raise no_function("to_timeout", 1)
    seen: dict[Any, int] = {}
    for key, value in given:
        if value.__class__ is not int or value < 0:
            raise ArgumentError(f"timeout component {inspect(key)} must be a non-negative integer, got: {inspect(value)}")
        if key in seen:
            raise ArgumentError(f"timeout component {inspect(key)} is duplicated")
        if not is_atom(key) or atom_name(key) not in FACTORS:
            listed = ", ".join(f":{name}" for name in FACTORS)
            raise ArgumentError(f"timeout component {inspect(key)} is not a valid timeout component, valid values are: {listed}")
        seen[key] = value
    return sum(value * FACTORS[atom_name(key)] for key, value in seen.items())


def _of_duration(parts: dict[str, Any]) -> int:
    for name in ("year", "month"):
        if parts[name] != 0:
            raise ArgumentError(f"duration with a non-zero {name} cannot be reliably converted to timeouts")
    whole = sum(parts[name] * factor for name, factor in FACTORS.items() if name != "millisecond")
    return int(whole + parts["microsecond"][0] // 1000)
