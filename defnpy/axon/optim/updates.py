"""Polaris.Updates: pairs of an init and an update function, and how they are composed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, alias, kw, nx, random
from defnpy.nx import defn
from defnpy.nx.containers import container_map
from defnpy.nx.linalg import norm_body
from defnpy.nx.options import keyword
from defnpy.nx.trace import tracing
from defnpy.terms.errors import FunctionClauseError, ProtocolUndefinedError
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex, native_module

Update = tuple[Any, Any]
_F32 = (Atom("f"), 32)
_MAKER = "Polaris.Updates.stateful/3"


# -- containers side by side ----------------------------------------------------------------------------------------------


def leaves_of(term: Any) -> list[Any]:
    """The tensors of a container."""
    found: list[Any] = []
    container_map(term, lambda t: found.append(t) or t)  # type: ignore[func-returns-value]
    return found


def zip_map(fun: Callable[..., Any], first: Any, *rest: Any) -> Any:
    """*fun* on corresponding tensors of containers of one form."""
    others = [iter(leaves_of(r)) for r in rest]
    return container_map(first, lambda t: fun(t, *[next(o) for o in others]))


def _zeros(params: Any) -> Any:
    return _full(params, 0.0)


def _full(params: Any, value: Any) -> Any:
    """A container like *params* of one value; moments are kept in f32."""
    return container_map(params, lambda t: nx.broadcast(nx.tensor(value, kw(type=_F32)), nx.shape(t)))


# -- stateless and stateful -----------------------------------------------------------------------------------------------


def _jitted(fun: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is one compiler entry outside a trace and plain inside."""
    return defn.jit(fun, kw(on_conflict=Atom("reuse"))).call


def _pair(init: Callable[[Any], Any], update: Callable[[Any, Any, Any], Any]) -> Update:
    return Closure(1, _jitted(lambda params: init(params)), _MAKER), Closure(3, _jitted(lambda u, s, p: update(u, s, p)), _MAKER)


def _chain(parent: Any, init: Callable[[Any], Any] | None, update: Callable[[Any, Any, Any], Any]) -> Update:
    """Another step after *parent*; states are a tuple, the newest first. ``init`` None means a step without state."""
    if parent is None:
        parent = identity()
    parent_init, parent_update = parent

    def start(params: Any) -> Any:
        states = parent_init(params)
        return states if init is None else (init(params), *states)

    def step(updates: Any, states: Any, params: Any) -> Any:
        if init is None:
            made, rest = parent_update(updates, states, params)
            return update(made, None, params), rest
        made, rest = parent_update(updates, states[1:], params)
        made, own = update(made, states[0], params)
        return made, (own, *rest)

    return _pair(start, step)


@ex("identity/0", "identity/1")
def identity(combinator: Any = None) -> Any:
    """No change, no state; of an update the update itself."""
    if combinator is not None:
        return combinator
    return _pair(lambda params: (), lambda updates, state, params: (updates, state))


@ex("stateless/1", "stateless/2")
def stateless(*args: Any) -> Update:
    """A step from a function of updates and parameters."""
    parent, (fun,) = _parent(args)
    return _chain(parent, None, lambda u, s, p: fun(u, p))


@ex("stateful/2", "stateful/3")
def stateful(*args: Any) -> Update:
    """A step from functions that make and use a state."""
    parent, given = (args[0], args[1:]) if len(args) == 3 else (None, args)
    init, fun = given
    return _chain(parent, init, lambda u, s, p: fun(u, s, p))


@ex("compose/2")
def compose(first: Update, second: Update) -> Update:
    """One update after another; the state of the second is one state of the whole."""
    return _chain(first, second[0], second[1])


def _parent(args: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """The parent update, if the first argument is one, and the other arguments."""
    given = list(args)
    if given and given[0].__class__ is tuple and len(given[0]) == 2 and is_function(given[0][0]):
        return given.pop(0), given
    return None, given


class Options:
    """Options checked when an update first looks at them, as the reference does."""

    __slots__ = ("_checked", "defaults", "given")

    def __init__(self, given: Any, defaults: dict[str, Any]) -> None:
        self.given, self.defaults = given, defaults
        self._checked: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        if self._checked is None:
            self._checked = keyword(self.given, **self.defaults)
        return self._checked[name]


def _with_options(name: str, build: Callable[..., tuple[Any, Any]], start: dict[str, Any] | None = None, **defaults: Any) -> Any:
    """A maker of updates; *start* are the options that the init function takes."""

    @ex(f"{name}/0", f"{name}/1", f"{name}/2")
    def make(*args: Any) -> Update:
        parent, rest = _parent(args)
        given = list(rest[0]) if rest else []
        first = {k: next((v for n, v in given if n.name == k), d) for k, d in (start or {}).items()}
        o = Options([p for p in given if p[0].name not in first], defaults)
        init, update = build(o, **first)
        return _chain(parent, init, update)

    return make


# -- scaling --------------------------------------------------------------------------------------------------------------


@ex("scale/1", "scale/2")
def scale(*args: Any) -> Update:
    """Multiply by a constant."""
    parent, (step,) = _parent(args)
    return _chain(parent, None, lambda u, s, p: container_map(u, lambda t: nx.multiply(t, step)))


@ex("scale_by_state/1", "scale_by_state/2")
def scale_by_state(*args: Any) -> Update:
    """Multiply by a constant that the state holds."""
    parent, (step,) = _parent(args)
    if step.__class__ is Atom or step.__class__ is str:
        raise FunctionClauseError(alias("Polaris.Updates"), Atom("scale_by_state"), 1)

    def start(params: Any) -> Any:
        return {Atom("scale"): nx.tensor(step) if step.__class__ in (int, float) else step}

    def update(u: Any, s: Any, p: Any) -> Any:
        factor = s[Atom("scale")]
        return container_map(u, lambda t: nx.multiply(t, factor)), {Atom("scale"): factor}

    return _chain(parent, start, update)


@ex("scale_by_schedule/1", "scale_by_schedule/2")
def scale_by_schedule(*args: Any) -> Update:
    """Multiply by a function of the number of steps."""
    parent, (schedule,) = _parent(args)

    def update(u: Any, s: Any, p: Any) -> Any:
        factor = schedule(s[_COUNT])
        return container_map(u, lambda t: nx.multiply(t, factor)), {_COUNT: nx.add(s[_COUNT], 1)}

    return _chain(parent, lambda p: {_COUNT: nx.tensor(0)}, update)


_COUNT, _MU, _NU, _SQUARES, _TRACE = Atom("count"), Atom("mu"), Atom("nu"), Atom("sum_of_squares"), Atom("trace")


def _moment(values: Any, moments: Any, decay: Any, order: int) -> Any:
    return zip_map(
        lambda g, z: nx.add(nx.multiply(1 - decay, nx.pow_(g, order)), nx.multiply(decay, z)), values, moments
    )


def _corrected(moment: Any, decay: Any, count: Any) -> Any:
    factor = nx.subtract(1, nx.pow_(decay, count))
    return container_map(moment, lambda t: nx.divide(t, factor))


def _two_moments(value: Any) -> Callable[[Any], Any]:
    def start(params: Any) -> Any:
        nu = _zeros(params) if value is None else _full(params, value)
        return {_COUNT: nx.tensor(0), _MU: _zeros(params) if value is None else _full(params, value), _NU: nu}

    return start


def _adam(o: Options) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        mu, nu = _moment(u, s[_MU], o["b1"], 1), _moment(u, s[_NU], o["b2"], 2)
        count = nx.add(s[_COUNT], 1)
        mu_hat, nu_hat = _corrected(mu, o["b1"], count), _corrected(nu, o["b2"], count)
        made = zip_map(lambda m, v: nx.divide(m, nx.add(nx.sqrt(nx.add(v, o["eps_root"])), o["eps"])), mu_hat, nu_hat)
        return made, {_COUNT: count, _MU: mu, _NU: nu}

    return _two_moments(None), update


def _belief(o: Options) -> tuple[Any, Any]:
    return _adam(o)


def _yogi(o: Options, initial_accumulator_value: Any) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        mu = _moment(u, s[_MU], o["b1"], 1)
        nu = zip_map(
            lambda g, v: nx.subtract(
                v, nx.multiply(1 - o["b2"], nx.multiply(nx.sign(nx.subtract(v, nx.pow_(g, 2))), nx.pow_(g, 2)))
            ),
            u, s[_NU],
        )  # fmt: skip
        count = nx.add(s[_COUNT], 1)
        mu_hat, nu_hat = _corrected(mu, o["b1"], count), _corrected(nu, o["b2"], count)
        made = zip_map(lambda m, v: nx.divide(m, nx.add(nx.sqrt(nx.add(v, o["eps_root"])), o["eps"])), mu_hat, nu_hat)
        return made, {_COUNT: count, _MU: mu, _NU: nu}

    return _two_moments(initial_accumulator_value), update


def _radam(o: Options) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        b1, b2, eps, root = o["b1"], o["b2"], o["eps"], o["eps_root"]
        # The reference takes the limit of the moving average's length from b1.
        limit = 2 / (1 - b1) - 1
        mu, nu = _moment(u, s[_MU], b1, 1), _moment(u, s[_NU], b2, 2)
        count = nx.add(s[_COUNT], 1)
        power = nx.pow_(b2, count)
        rho = nx.subtract(limit, nx.divide(nx.multiply(nx.multiply(2, count), power), nx.subtract(1, power)))
        mu_hat, nu_hat = _corrected(mu, b1, count), _corrected(nu, b2, count)
        top = nx.multiply(nx.multiply(nx.subtract(rho, 4), nx.subtract(rho, 2)), limit)
        bottom = nx.multiply((limit - 4) * (limit - 2), rho)
        ratio = nx.sqrt(nx.divide(top, bottom))
        rectified = zip_map(
            lambda m, v: nx.divide(nx.multiply(ratio, m), nx.add(nx.sqrt(nx.add(v, root)), eps)), mu_hat, nu_hat
        )
        test = nx.greater_equal(rho, o["threshold"])
        made = zip_map(lambda a, b: nx.select(test, a, b), rectified, mu_hat)
        return made, {_COUNT: count, _MU: mu, _NU: nu}

    return _two_moments(None), update


def _rss(o: Options, initial_accumulator_value: Any) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        squares = zip_map(lambda g, z: nx.add(nx.pow_(g, 2), z), u, s[_SQUARES])
        made = zip_map(
            lambda g, z: nx.multiply(nx.select(nx.greater(z, 0), nx.rsqrt(nx.add(z, o["eps"])), 0), g), u, squares
        )
        return made, {_SQUARES: squares}

    return (lambda p: {_SQUARES: _full(p, initial_accumulator_value)}), update


def _rms(o: Options, initial_scale: Any) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        nu = _moment(u, s[_NU], o["decay"], 2)
        made = zip_map(lambda g, v: nx.multiply(g, nx.rsqrt(nx.add(v, o["eps"]))), u, nu)
        return made, {_NU: nu}

    return (lambda p: {_NU: _full(p, initial_scale)}), update


def _stddev(o: Options, initial_scale: Any) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        mu, nu = _moment(u, s[_MU], o["decay"], 1), _moment(u, s[_NU], o["decay"], 2)
        made = zip_map(
            lambda g, m, v: nx.multiply(g, nx.rsqrt(nx.add(nx.subtract(v, nx.pow_(m, 2)), o["eps"]))), u, mu, nu
        )
        return made, {_MU: mu, _NU: nu}

    return (lambda p: {_MU: _zeros(p), _NU: _full(p, initial_scale)}), update


_ADAM: dict[str, Any] = {"b1": 0.9, "b2": 0.999, "eps": 1.0e-8, "eps_root": 1.0e-15}
scale_by_adam = _with_options("scale_by_adam", _adam, **_ADAM)
scale_by_belief = _with_options("scale_by_belief", _belief, **_ADAM)
scale_by_yogi = _with_options("scale_by_yogi", _yogi, {"initial_accumulator_value": 1.0e-6}, **{**_ADAM, "eps": 1.0e-3, "eps_root": 0.0})
scale_by_radam = _with_options("scale_by_radam", _radam, **{**_ADAM, "eps_root": 0.0}, threshold=5.0)
scale_by_rss = _with_options("scale_by_rss", _rss, {"initial_accumulator_value": 0.1}, eps=1.0e-7)
scale_by_rms = _with_options("scale_by_rms", _rms, {"initial_scale": 0.0}, decay=0.9, eps=1.0e-8)
scale_by_stddev = _with_options("scale_by_stddev", _stddev, {"initial_scale": 0.0}, decay=0.9, eps=1.0e-8)


# -- others ---------------------------------------------------------------------------------------------------------------


def _trace(o: Options) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        decay = o["decay"]
        made = zip_map(lambda g, t: nx.add(nx.multiply(t, decay), g), u, s[_TRACE])
        if o["nesterov"] not in (None, False):
            return zip_map(lambda g, t: nx.add(nx.multiply(t, decay), g), u, made), {_TRACE: made}
        return made, {_TRACE: made}

    return (lambda p: {_TRACE: _zeros(p)}), update


def _clip(o: Options) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        delta = o["delta"]
        low = -delta if delta.__class__ in (int, float) else nx.negate(delta)
        return container_map(u, lambda t: nx.clip(t, low, delta))

    return None, update


def _clip_norm(o: Options) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        most = o["max_norm"]
        total: Any = nx.tensor(0.0)
        for t in leaves_of(u):
            total = nx.add(total, nx.sum_(nx.pow_(t, 2)))
        norm = nx.sqrt(total)
        return container_map(u, lambda t: nx.select(nx.less(norm, most), t, nx.multiply(nx.divide(t, norm), most)))

    return None, update


def _centralized(t: Any) -> Any:
    if len(nx.shape(t)) <= 1:
        return t
    return nx.subtract(t, nx.mean(t, kw(axes=list(range(1, len(nx.shape(t)))), keep_axes=True)))


def _decayed(o: Options) -> tuple[Any, Any]:
    return None, lambda u, s, p: zip_map(lambda g, w: nx.add(g, nx.multiply(o["decay"], w)), u, p)


def _trust(o: Options) -> tuple[Any, Any]:
    def safe_norm(t: Any) -> Any:
        norm = norm_body(t, [])
        return nx.select(nx.less_equal(norm, o["min_norm"]), o["min_norm"], norm)

    def one(g: Any, w: Any) -> Any:
        param_norm, update_norm = safe_norm(w), safe_norm(g)
        ratio = nx.divide(nx.multiply(o["trust_coefficient"], param_norm), nx.add(update_norm, o["eps"]))
        zero = nx.logical_or(nx.equal(param_norm, 0), nx.equal(update_norm, 0))
        return nx.multiply(g, nx.select(zero, 1, ratio))

    return None, lambda u, s, p: zip_map(one, u, p)


def _noise(o: Options, seed: Any) -> tuple[Any, Any]:
    def update(u: Any, s: Any, p: Any) -> Any:
        count = nx.add(s[_COUNT], 1)
        variance = nx.divide(o["eta"], nx.pow_(count, o["gamma"]))
        key = s[Atom("key")]
        leaves = leaves_of(u)
        noise = []
        for t in leaves:
            drawn, key = random("normal", key, kw(shape=nx.shape(t), type=t.type.elixir))
            noise.append(drawn)
        rest = iter(noise)
        made = container_map(u, lambda t: nx.add(t, nx.multiply(variance, next(rest))))
        return made, {_COUNT: count, Atom("key"): key}

    def start(params: Any) -> Any:
        return {_COUNT: nx.tensor(0), Atom("key"): random("key", _seed(seed))}

    return start, update


def _seed(given: Any) -> Any:
    import time

    return time.time_ns() if given is None else given


trace = _with_options("trace", _trace, decay=0.9, nesterov=False)
clip = _with_options("clip", _clip, delta=2.0)
clip_by_global_norm = _with_options("clip_by_global_norm", _clip_norm, max_norm=1.0)
centralize = _with_options("centralize", lambda o: (None, lambda u, s, p: container_map(u, _centralized)))
add_decayed_weights = _with_options("add_decayed_weights", _decayed, decay=0.0)
scale_by_trust_ratio = _with_options("scale_by_trust_ratio", _trust, min_norm=0.0, trust_coefficient=1.0, eps=0.0)
add_noise = _with_options("add_noise", _noise, {"seed": None}, eta=0.01, gamma=0.55)


@ex("accumulate_gradients/1", "accumulate_gradients/2")
def accumulate_gradients(*args: Any) -> Update:
    """Zero updates but on every (n+1)-th call."""
    parent, (steps,) = _parent(args)
    parent_init, parent_update = parent if parent is not None else identity()
    total, step = Atom("gradient_state"), Atom("step")

    def blank(params: Any) -> Any:
        return {total: container_map(params, _zero), step: nx.tensor(0)}

    def update(u: Any, states: Any, p: Any) -> Any:
        from defnpy.nx.control import choose

        own, *rest = states

        def release() -> Any:
            made, after = parent_update(container_map(u, lambda t: nx.divide(t, own[step])), tuple(rest), p)
            return made, (blank(p), *after)

        def wait() -> Any:
            more = {total: zip_map(nx.add, u, own[total]), step: nx.add(own[step], 1)}
            return container_map(u, _zero), (more, *rest)

        return choose("nofile", [(0, nx.greater_equal(own[step], steps), release)], wait, 0)

    return _pair(lambda params: (blank(params), *parent_init(params)), update)


def _zero(t: Any) -> Any:
    return nx.broadcast(nx.tensor(0, kw(type=t.type.elixir)), nx.shape(t))


def _applied(params: Any, updates: Any, state: Any = None) -> Any:
    made = _add_matching(params, updates)
    return made if state is None else _merge_state(made, state)


def _add_matching(params: Any, updates: Any) -> Any:
    if params.__class__ is dict and updates.__class__ is dict:
        if any(k not in params for k in updates):
            raise ArgumentError("unable to merge arguments with incompatible structure")
        for k in params:
            if k not in updates:
                raise ProtocolUndefinedError(alias("Nx.Container"), None)
        return {k: _add_matching(v, updates[k]) for k, v in params.items()}
    return zip_map(lambda p, u: nx.as_type(nx.add(p, u), p.type.elixir), params, updates)


def _merge_state(params: Any, state: Any) -> Any:
    if params.__class__ is dict and state.__class__ is dict:
        return {**params, **{k: _merge_state(params[k], v) if k in params else v for k, v in state.items()}}
    return state


@ex("apply_updates/2")
def apply_updates(params: Any, updates: Any) -> Any:
    """Parameters plus updates, inside a trace; outside, the omitted state is refused as an argument."""
    if tracing() is None:
        raise ProtocolUndefinedError(alias("Nx.LazyContainer"), None)
    return _applied(params, updates)


apply_updates_3 = ex("apply_updates/3")(defn.make_defn(alias("Polaris.Updates"), "apply_updates", 3, _applied, (), True))


MODULE = native_module("Polaris.Updates", globals())


def _deprecated() -> Any:
    made = native_module("Axon.Updates", {})
    made.functions.update(MODULE.functions)
    return made


MODULES_BY_NAME = {"Elixir.Polaris.Updates": MODULE, "Elixir.Axon.Updates": _deprecated()}
