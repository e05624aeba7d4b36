"""The generators of ``:rand`` besides exsss: xoroshiro and xorshift generators, as published by Blackman, Marsaglia and Vigna."""

from __future__ import annotations

from typing import Any

from defnpy.terms.list import ImproperList

_M58, _M64 = (1 << 58) - 1, (1 << 64) - 1


def splitmix(x: int) -> tuple[int, int]:
    """The next output and state of SplitMix64."""
    x = (x + 0x9E3779B97F4A7C15) & _M64
    z = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _M64
    return z ^ (z >> 31), x


def words(count: int, x: int, mask: int = _M58) -> list[int]:
    """*count* words of SplitMix64, zeros left out."""
    out: list[int] = []
    while len(out) < count:
        z, x = splitmix(x)
        if z & mask:
            out.append(z & mask)
    return out


def _rotated(x: int, by: int) -> int:
    return ((x << by) & _M58) | (x >> (58 - by))


class State:
    """A generator state; it never changes, drawing gives the next one."""

    __slots__ = ("a", "b")
    kind, bits, weak = "exsss", 58, 0
    old = False
    """Generators of old: every bit counts for a float, the low ones are drawn first."""

    def __init__(self, a: Any, b: Any) -> None:
        self.a = a
        self.b = b

    @classmethod
    def of(cls, seed: int) -> State:
        """The state that an integer gives."""
        return cls(*words(2, seed & _M64))

    @classmethod
    def of_three(cls, seed: tuple[int, int, int]) -> State:
        """The state that three integers give."""
        _, x = _nonzero(seed[0] & _M64)
        first, x = _nonzero((seed[1] & _M64) ^ x)
        return cls(first, _nonzero((seed[2] & _M64) ^ x)[0])

    @property
    def exported(self) -> Any:
        return ImproperList([self.a], self.b)

    @classmethod
    def imported(cls, term: Any) -> State:
        return cls(term.head[0], term.improper_tail)

    def next(self) -> tuple[int, State]:
        """The next random bits and the next state."""
        s1, s0 = self.a, self.b
        t = s1 ^ ((s1 << 24) & _M58)
        new = t ^ s0 ^ (t >> 11) ^ (s0 >> 41)
        v = (s0 * 5) & _M58
        v = ((v << 7) | (v >> 51)) & _M58
        return (v * 9) & _M58, State(s0, new)


def _nonzero(x: int) -> tuple[int, int]:
    while True:
        z, x = splitmix(x)
        if z & _M58:
            return z & _M58, x


_PRIMES = (4294967197, 4294967231, 4294967279)


class Exsp(State):
    """Xorshift116+."""

    __slots__ = ()
    kind, weak = "exsp", 1

    @classmethod
    def of_three(cls, seed: tuple[int, int, int]) -> State:
        a, b, c = (s * p + 1 & _M58 for s, p in zip(seed, _PRIMES, strict=True))
        state: Any = cls(a, b).next()[1]
        return cls(c, state.b).next()[1]

    def next(self) -> tuple[int, State]:
        s1, s0 = self.a, self.b
        t = s1 ^ ((s1 << 24) & _M58)
        new = t ^ s0 ^ (t >> 11) ^ (s0 >> 41)
        return (s0 + new) & _M58, self.__class__(s0, new)


class Exsplus(Exsp):
    """The same as Erlang first had it."""

    __slots__ = ()
    kind, weak, old = "exsplus", 0, True


class Exrop(Exsp):
    """Xoroshiro116+."""

    __slots__ = ()
    kind, weak = "exrop", 1

    def next(self) -> tuple[int, State]:
        s0, s1 = self.a, self.b
        mixed = s1 ^ s0
        new = _rotated(s0, 24) ^ mixed ^ ((mixed << 2) & _M58)
        return (s0 + s1) & _M58, Exrop(new, _rotated(mixed, 35))


class Exs64(State):
    """Xorshift64*; the state is one word."""

    __slots__ = ()
    kind, bits, old = "exs64", 64, True

    @classmethod
    def of(cls, seed: int) -> State:
        return cls(words(1, seed & _M64, _M64)[0], None)

    @classmethod
    def of_three(cls, seed: tuple[int, int, int]) -> State:
        a, b, c = (cls((s & 0xFFFFFFFF) * p + 1, None).next()[0] for s, p in zip(seed, _PRIMES, strict=True))
        return cls(a * b * c % (_M64 - 1) + 1, None)

    @property
    def exported(self) -> Any:
        return self.a

    @classmethod
    def imported(cls, term: Any) -> State:
        return cls(term, None)

    def next(self) -> tuple[int, State]:
        r = self.a ^ (self.a >> 12)
        r ^= (r << 25) & _M64
        r ^= r >> 27
        return (r * 2685821657736338717) & _M64, Exs64(r, None)


class Ring(State):
    """Sixteen words: those to come and, from the last on, those that were."""

    __slots__ = ()

    @property
    def exported(self) -> Any:
        return (list(self.a), list(self.b))

    @classmethod
    def imported(cls, term: Any) -> State:
        return cls(*term)

    def pair(self) -> tuple[list[int], list[int]]:
        """The words of the ring, turned so that two are to come."""
        return (self.a, self.b) if len(self.a) > 1 else (self.a + self.b[::-1], [])


class Exs1024s(Ring):
    """Xorshift1024*."""

    __slots__ = ()
    kind, bits, weak = "exs1024s", 64, 3

    @classmethod
    def of(cls, seed: int) -> State:
        return cls(words(16, seed & _M64, _M64), [])

    @classmethod
    def of_three(cls, seed: tuple[int, int, int]) -> State:
        a, b, c = (((s & 0x1FFFFF) + 1) * p & 0x1FFFFF for s, p in zip(seed, (2097131, 2097133, 2097143), strict=True))
        source: State = Exs64((a << 43) | (b << 22) | (c << 1) | 1, None)
        made: list[int] = []
        for _ in range(16):
            value, source = source.next()
            made.insert(0, value)
        return cls(made, [])

    def next(self) -> tuple[int, State]:
        (s0, s1, *rest), seen = self.pair()
        s1 ^= (s1 << 31) & _M64
        s1 ^= s1 >> 11
        new = s0 ^ (s0 >> 30) ^ s1
        return (new * 1181783497276652981) & _M64, self.__class__([new, *rest], [s0, *seen])


class Exs1024(Exs1024s):
    """The same as Erlang first had it."""

    __slots__ = ()
    kind, weak, old = "exs1024", 0, True


class Exro928ss(Ring):
    """Xoroshiro928**."""

    __slots__ = ()
    kind = "exro928ss"

    @classmethod
    def of(cls, seed: int) -> State:
        return cls(words(16, seed & _M64), [])

    @classmethod
    def of_three(cls, seed: tuple[int, int, int]) -> State:
        x, made = 0, []
        for part in seed:
            z, x = _nonzero((part & _M64) ^ x)
            made.append(z)
        return cls(made + words(13, x), [])

    def next(self) -> tuple[int, State]:
        (s15, s0, *rest), seen = self.pair()
        value = (_rotated(s0 * 5 & _M58, 7) * 9) & _M58
        mixed = s15 ^ s0
        new0 = _rotated(s0, 44) ^ mixed ^ ((mixed << 9) & _M58)
        return value, Exro928ss([_rotated(mixed, 45), *rest], [new0, *seen])


KINDS: dict[str, type[State]] = {c.kind: c for c in (State, Exsp, Exsplus, Exrop, Exs64, Exs1024s, Exs1024, Exro928ss)}
