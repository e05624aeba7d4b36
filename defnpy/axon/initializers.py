"""Axon.Initializers: functions that make functions of shape, type and (where random) key."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Tensor, alias, atoms, kw, nx, random, remote, text
from defnpy.nx.options import validated
from defnpy.terms.function import Closure
from defnpy.terms.module import ex, native_module

NAMES = (
    "zeros", "ones", "uniform", "normal", "identity", "lecun_uniform", "lecun_normal", "he_uniform", "he_normal",
    "glorot_uniform", "glorot_normal", "variance_scaling",
)  # fmt: skip
Shape = tuple[int, ...]
_DEFAULT = (Atom("f"), 32)


def _plain(maker: str, make: Callable[[Shape, Any], Any]) -> Closure:
    """An initialiser without key, compiled when called outside a trace; *maker* is the function that it shows as its own."""
    from defnpy.nx.defn import make_defn

    name = "initializer"

    def call(shape: Any, type_: Any) -> Any:
        compiled = make_defn(alias("Axon.Initializers"), name, 0, lambda: make(shape, type_), (), False)
        return compiled()

    return Closure(2, call, "Axon.Initializers." + maker)


def _random(maker: str, make: Callable[[Shape, Any, Any], Any]) -> Closure:
    """An initialiser that takes a key."""
    from defnpy.nx.defn import make_defn

    def call(shape: Any, type_: Any, key: Any) -> Any:
        compiled = make_defn(alias("Axon.Initializers"), "initializer", 1, lambda k: make(shape, type_, k), (), False)
        return compiled(key)

    return Closure(3, call, "Axon.Initializers." + maker)


@ex("zeros/0")
def zeros() -> Closure:
    """All zero."""
    return _filled("zeros/0", 0)


@ex("ones/0")
def ones() -> Closure:
    """All one."""
    return _filled("ones/0", 1)


@ex("full/1")
def full(value: Any) -> Closure:
    """All *value*."""
    return _filled("full/1", value)


def _filled(maker: str, value: Any) -> Closure:
    made = value if isinstance(value, Tensor) else nx.tensor(value)
    return _plain(maker, lambda shape, type_: nx.as_type(nx.broadcast(made, shape), type_))


@ex("identity/0")
def identity() -> Closure:
    """Identity matrices."""
    return _plain("identity/0", lambda shape, type_: nx.eye(shape, kw(type=type_)))


@ex("uniform/0", "uniform/1")
def uniform(opts: Opts = ()) -> Closure:
    """Uniform between ``-scale`` and ``scale``."""
    scale = validated(opts, scale=1.0e-2)["scale"]
    return _random("uniform/1", lambda shape, type_, key: random("uniform_split", key, nx.negate(scale), scale, kw(type=type_, shape=shape)))


@ex("normal/0", "normal/1")
def normal(opts: Opts = ()) -> Closure:
    """Normal around ``mean``."""
    given = validated(opts, scale=1.0e-2, mean=0.0)
    return _random(
        "normal/1", lambda shape, type_, key: random("normal_split", key, given["mean"], given["scale"], kw(type=type_, shape=shape))
    )


def _scaled(name: str, scale: float, mode: str, distribution: str) -> Callable[..., Closure]:
    def make(opts: Opts = ()) -> Closure:
        chosen = validated(opts, scale=scale)["scale"]
        made = variance_scaling(kw(scale=chosen, mode=Atom(mode), distribution=Atom(distribution)))
        made.label = f"Axon.Initializers.{name}/1"
        return made

    return make


lecun_uniform = ex("lecun_uniform/0", "lecun_uniform/1")(_scaled("lecun_uniform", 1.0, "fan_in", "uniform"))
lecun_normal = ex("lecun_normal/0", "lecun_normal/1")(_scaled("lecun_normal", 1.0, "fan_in", "truncated_normal"))
glorot_uniform = ex("glorot_uniform/0", "glorot_uniform/1")(_scaled("glorot_uniform", 1.0, "fan_avg", "uniform"))
glorot_normal = ex("glorot_normal/0", "glorot_normal/1")(_scaled("glorot_normal", 1.0, "fan_avg", "truncated_normal"))
he_uniform = ex("he_uniform/0", "he_uniform/1")(_scaled("he_uniform", 2.0, "fan_in", "uniform"))
he_normal = ex("he_normal/0", "he_normal/1")(_scaled("he_normal", 2.0, "fan_in", "truncated_normal"))


@ex("variance_scaling/0", "variance_scaling/1")
def variance_scaling(opts: Opts = ()) -> Closure:
    """Random values whose spread depends on the number of inputs or outputs."""
    given = validated(opts, scale=1.0, mode=Atom("fan_in"), distribution=Atom("normal"))
    return _random("variance_scaling/1", lambda shape, type_, key: _variance_scaled(shape, type_, key, **given))


def _variance_scaled(shape: Shape, type_: Any, key: Any, scale: Any, mode: Any, distribution: Any) -> Any:
    fan_in, fan_out = fans(shape)
    denominators = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
    if getattr(mode, "name", None) not in denominators:
        raise ArgumentError(f"invalid mode {text(mode)} passed to variance_scaling/1")
    draw = _DISTRIBUTIONS.get(getattr(distribution, "name", ""))
    if draw is None:
        raise ArgumentError(f"invalid distribution {text(distribution)} passed to variance_scaling/1")
    variance = nx.divide(nx.tensor(scale, kw(type=type_)), max(denominators[mode.name], 1.0))
    return draw(key, variance, shape, type_)


def _var_normal(key: Any, variance: Any, shape: Shape, type_: Any) -> Any:
    drawn = random("normal_split", key, 0.0, 1.0, kw(type=type_, shape=shape))
    return nx.multiply(drawn, nx.sqrt(variance))


def _var_uniform(key: Any, variance: Any, shape: Shape, type_: Any) -> Any:
    limit = nx.sqrt(nx.multiply(3.0, variance))
    return random("uniform_split", key, nx.negate(limit), limit, kw(type=type_, shape=shape))


def _var_truncated(key: Any, variance: Any, shape: Shape, type_: Any) -> Any:
    sigma = nx.divide(nx.sqrt(variance), 0.87962566103423978)
    bound = nx.erf(nx.tensor(2 / math.sqrt(2), kw(type=type_)))
    drawn = random("uniform_split", key, nx.negate(bound), bound, kw(type=type_, shape=shape))
    return nx.multiply(sigma, nx.clip(nx.multiply(math.sqrt(2), nx.erf_inv(drawn)), -2, 2))


_DISTRIBUTIONS: dict[str, Callable[..., Any]] = {
    "normal": _var_normal, "uniform": _var_uniform, "truncated_normal": _var_truncated,
}  # fmt: skip


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs and outputs a kernel of *shape* has: from its last two axes."""
    if len(shape) < 2:
        return 1, 1
    field_size = math.prod(shape[:-2])
    return field_size * shape[-2], field_size * shape[-1]


@ex("orthogonal/0", "orthogonal/1")
def orthogonal(opts: Opts = ()) -> Closure:
    """Orthogonal matrices."""
    distribution = validated(opts, distribution=Atom("normal"))["distribution"]
    return _random("orthogonal/1", lambda shape, type_, key: _orthogonal(shape, type_, key, distribution))


def _orthogonal(shape: Shape, type_: Any, key: Any, distribution: Any) -> Any:
    if len(shape) < 2:
        raise ArgumentError(
            f"Axon.Initializers.orthogonal: expected input_shape shape to have at least rank 2, got rank {len(shape)}"
        )
    rows, columns = math.prod(shape[:-1]), shape[-1]
    drawn_by = {"normal": "normal_split", "uniform": "uniform_split"}.get(getattr(distribution, "name", ""))
    if drawn_by is None:
        raise ArgumentError(f"invalid distribution {text(distribution)} passed to orthogonal/1")
    side = max(rows, columns)
    drawn = random(drawn_by, key, 0.0, 1.0, kw(type=type_, shape=(side, side)))
    q, _ = remote("Nx.LinAlg", "qr/2")(drawn, kw(mode=Atom("complete")))
    return nx.reshape(nx.slice_(q, [0, 0], [rows, columns]), shape)


def by_name(given: Any) -> Any:
    """The initialiser that an option names: an atom, or a function of shape, type and perhaps a key."""
    from defnpy.terms.function import is_function

    if given.__class__ is Atom and given.name in NAMES:
        return globals()[given.name]()
    if is_function(given, 2) or is_function(given, 3):
        return given
    raise ArgumentError(
        f"initializer must be one of {text(atoms(NAMES))}, or an arity-3 function accepting initializer shape, type, and key "
        f"got {text(given)}"
    )


MODULE = native_module("Axon.Initializers", globals())
