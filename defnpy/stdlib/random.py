"""``:random``, Erlang's old generator (AS183, Wichmann and Hill 1982), which guides and old programs still call."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import is_int, need
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current

_SEED = Atom("random_seed")
_START = (3172, 9814, 20125)
_PRIMES, _FACTORS = (30269, 30307, 30323), (171, 172, 170)


@ex("seed0/0")
def seed0() -> Any:
    return _START


@ex("seed/0", "seed/1", "seed/3")
def seed(*given: Any) -> Any:
    """Sets the seed of the process; gives the one before, or ``:undefined``."""
    if not given:
        values: Any = _START
    else:
        values = given[0] if len(given) == 1 else given
        need(values.__class__ is tuple and len(values) == 3 and all(map(is_int, values)), "random", "seed", len(given))
        values = tuple(abs(v) % (p - 1) + 1 for v, p in zip(values, _PRIMES, strict=True))
    table = current().dictionary
    before = table.get(_SEED, Atom("undefined"))
    table[_SEED] = values
    return before


@ex("uniform/0", "uniform/1")
def uniform(most: Any = None) -> Any:
    """A float in 0.0..1.0, or an integer in 1..most."""
    need(most is None or (is_int(most) and most >= 1), "random", "uniform", 1)
    value, current().dictionary[_SEED] = _next(current().dictionary.get(_SEED, _START))
    return value if most is None else int(value * most) + 1


@ex("uniform_s/1", "uniform_s/2")
def uniform_s(most: Any, state: Any = None) -> Any:
    value, after = _next(most if state is None else state)
    return (value if state is None else int(value * most) + 1, after)


def _next(state: Any) -> tuple[float, tuple[int, ...]]:
    after = tuple(s * f % p for s, f, p in zip(state, _FACTORS, _PRIMES, strict=True))
    return sum(s / p for s, p in zip(after, _PRIMES, strict=True)) % 1.0, after


MODULE = native_module("random", globals(), erlang=True)
