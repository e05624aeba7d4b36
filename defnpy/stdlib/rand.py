"""``:rand`` and its generators: the same numbers as Erlang's for the same seed."""

from __future__ import annotations

import math
import secrets
from functools import lru_cache
from typing import Any

from defnpy.stdlib.generators import KINDS, State
from defnpy.stdlib.util import badarg, no_clause
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current

_M58 = (1 << 58) - 1
DEFAULT = Atom("default")
_SLOT = "rand_seed"


def _seeded(kind: type[State], seed: Any) -> State:
    """The state that an integer, a triple or a list of words gives."""
    if seed.__class__ is int:
        return kind.of(seed)
    if seed.__class__ is tuple and len(seed) == 3 and all(s.__class__ is int for s in seed):
        return kind.of_three(seed)
    if seed.__class__ is list and len(seed) == 2:
        return kind(seed[0] & _M58, seed[1] & _M58)
    raise ArgumentError("argument error")


def _term(state: State) -> Any:
    facts: dict[Any, Any] = {Atom("type"): Atom(state.kind)}
    if state.old:
        facts[Atom("max")] = (1 << state.bits) - 1
    else:
        facts[Atom("bits")] = state.bits
    if state.weak:
        facts[Atom("weak_low_bits")] = state.weak
    return (facts, state.exported)


def _state(term: Any) -> State:
    """The state of a term that ``seed_s`` or ``export_seed_s`` gave."""
    if term.__class__ is tuple and len(term) == 2:
        facts = term[0]
        kind = KINDS.get(atom_name(facts.get(Atom("type")) if facts.__class__ is dict else facts))
        if kind is not None:
            return kind.imported(term[1])
    raise ArgumentError("argument error")


def _now() -> State:
    slot = current().state
    if _SLOT not in slot:
        slot[_SLOT] = State.of(secrets.randbits(64))
    return slot[_SLOT]


def _keep(state: State) -> None:
    current().state[_SLOT] = state


def _made(algorithm: Any, seed: Any) -> State:
    if algorithm.__class__ is tuple:
        return _state(algorithm)
    kind = KINDS.get("exsss" if algorithm is DEFAULT else algorithm.name) if algorithm.__class__ is Atom else None
    if kind is None:
        raise no_clause(":rand", "mk_alg", 1)
    return _seeded(kind, secrets.randbits(64) if seed is None else seed)


@ex("seed/1", "seed/2")
def seed(algorithm: Any, value: Any = None) -> Any:
    state = _made(algorithm, value)
    _keep(state)
    return _term(state)


@ex("seed_s/1", "seed_s/2")
def seed_s(algorithm: Any, value: Any = None) -> Any:
    return _term(_made(algorithm, value))


@ex("export_seed/0")
def export_seed() -> Any:
    slot = current().state
    return export_seed_s(_term(slot[_SLOT])) if _SLOT in slot else Atom("undefined")


@ex("export_seed_s/1")
def export_seed_s(state: Any) -> Any:
    return (Atom(_state(state).kind), state[1])


def draw_float(state: State) -> tuple[float, State]:
    """A float in ``0.0 =< x < 1.0``."""
    value, after = state.next()
    return (value / (1 << state.bits) if state.old else (value >> (state.bits - 53)) * 2.0**-53), after


def draw_int(most: int, state: State) -> tuple[int, State]:
    """An integer in ``1..most``."""
    spare = (1 << state.bits) - most
    if spare < 0:
        return _draw_wide(most, state)
    while True:
        value, state = state.next()
        if value < most:
            return value + 1, state
        index = value % most
        if value - index <= spare:
            return index + 1, state


def _draw_wide(most: int, state: State) -> tuple[int, State]:
    """Ranges of more bits than a word has: as many words as needed, the first on top; their weak bits are overwritten."""
    step, strong = state.bits - state.weak, -1 << state.weak
    while True:
        total, state = state.next()
        bits = state.bits
        while (most - 1) >> bits:
            value, state = state.next()
            total = ((total & strong) << step) | value
            bits += step
        index = total % most
        if total - index <= (1 << bits) - most:
            return index + 1, state


@ex("uniform/0", "uniform/1")
def uniform(most: Any = None) -> Any:
    if most is None:
        value, state = draw_float(_now())
    else:
        _check(most)
        value, state = draw_int(most, _now())
    _keep(state)
    return value


def _check(most: Any) -> None:
    if most.__class__ is not int or most < 1:
        from defnpy.terms.errors import FunctionClauseError

        raise FunctionClauseError(Atom("rand"), Atom("uniform_s"), 2)


@ex("uniform_s/1", "uniform_s/2")
def uniform_s(most: Any, state: Any = None) -> Any:
    if state is None:
        value, after = draw_float(_state(most))
    else:
        _check(most)
        value, after = draw_int(most, _state(state))
    return (value, _term(after))


@ex("uniform_real/0")
def uniform_real() -> float:
    value, state = _draw_real(_now())
    _keep(state)
    return value


@ex("uniform_real_s/1")
def uniform_real_s(state: Any) -> Any:
    value, after = _draw_real(_state(state))
    return (value, _term(after))


def _draw_real(state: State) -> tuple[float, State]:
    """A float with full precision near zero: leading zero bits draw further words."""
    size = state.bits
    bits, state = state.next()
    bits, extra = bits >> (size - 56), -56
    while bits < 1 << 52:
        if extra < -1074:
            return 0.0, state
        value, state = state.next()
        bits = (bits << size) | value
        extra -= size
    size = bits.bit_length()
    shift = size - 53
    return math.ldexp(bits >> shift, extra + shift), state


# --------------------------------------------------------------------------------------------- normal numbers

_R = 3.6541528853610087963519472518
_AREA = 0.00492867323397465493159091343


@lru_cache(maxsize=1)
def _ziggurat() -> tuple[list[int], list[float], list[float]]:
    """Tables of Marsaglia and Tsang's method for 256 strips and 51 random bits."""
    scale = 2.0**51
    top = math.exp(-0.5 * _R * _R)
    ki, wi, fi = [0] * 256, [0.0] * 256, [0.0] * 256
    q = _AREA / top
    ki[0], wi[0], fi[0] = int(_R / q * scale), q / scale, 1.0
    ki[1] = 0
    wi[255], fi[255] = _R / scale, top
    x = last = _R
    for i in range(254, 0, -1):
        x = math.sqrt(-2.0 * math.log(_AREA / x + math.exp(-0.5 * x * x)))
        ki[i + 1] = int(x / last * scale)
        last = x
        fi[i] = math.exp(-0.5 * x * x)
        wi[i] = x / scale
    return ki, wi, fi


def draw_normal(state: State) -> tuple[float, State]:
    """A standard normal number."""
    ki, wi, fi = _ziggurat()
    while True:
        spare, old = state.bits - 51, state.old
        value, state = state.next()
        negative = bool(value & (1 << (51 if old else spare - 1)))
        bits = value & ((1 << 51) - 1) if old else value >> spare
        index = bits & 0xFF
        x = bits * wi[index]
        if bits < ki[index]:
            return (-x if negative else x), state
        if index == 0:
            return _normal_tail(negative, state)
        u, state = draw_float(state)
        if (fi[index - 1] - fi[index]) * u + fi[index] < math.exp(-0.5 * x * x):
            return (-x if negative else x), state


def _normal_tail(negative: bool, state: State) -> tuple[float, State]:
    while True:
        u, state = draw_float(state)
        x = -math.log(u) / _R
        u, state = draw_float(state)
        y = -math.log(u)
        if y + y > x * x:
            return (-(_R + x) if negative else _R + x), state


def _normal_args(mean: Any, variance: Any) -> None:
    for place, value in ((1, mean), (2, variance)):
        if value.__class__ not in (int, float):
            raise badarg((place, "not a number"))


@ex("normal/0", "normal/2")
def normal(mean: Any = 0, variance: Any = 1) -> float:
    value, state = draw_normal(_now())
    _keep(state)
    return mean + math.sqrt(variance) * value if (mean, variance) != (0, 1) else value


@ex("normal_s/1", "normal_s/3")
def normal_s(mean: Any, variance: Any = None, state: Any = None) -> Any:
    if state is None:
        value, after = draw_normal(_state(mean))
        return (value, _term(after))
    value, after = draw_normal(_state(state))
    return (mean + math.sqrt(variance) * value, _term(after))


@ex("bytes/1")
def bytes_(count: int) -> Any:
    value, state = draw_bytes(count, _now())
    _keep(state)
    return value


@ex("bytes_s/2")
def bytes_s(count: int, state: Any) -> Any:
    value, after = draw_bytes(count, _state(state))
    return (value, _term(after))


def draw_bytes(count: int, state: State) -> tuple[Any, State]:
    """*count* random octets, as many from each word as it has."""
    from defnpy.terms.binary import make_binary

    unused = state.weak + (state.bits - state.weak) % 8
    most = (state.bits - state.weak) // 8
    out = bytearray()
    while len(out) < count:
        value, state = state.next()
        size = min(most, count - len(out))
        shift = unused if size == most else state.bits - unused - 8 * size
        out += (value >> shift & (1 << 8 * size) - 1).to_bytes(size, "big")
    return make_binary(bytes(out)), state


MODULE = native_module("rand", globals(), erlang=True)
