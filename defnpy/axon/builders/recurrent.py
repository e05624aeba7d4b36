"""Axon.lstm, gru, conv_lstm and bidirectional."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, alias, kw, no_clause, nx, option, random, sizes_for
from defnpy.axon.builders.linear import UNIFORM, ZEROS, positive, with_meta
from defnpy.axon.builders.pool import key_parameter
from defnpy.axon.layers.recurrent import features, keys_at, recurrent_state
from defnpy.axon.model import add_container, add_layer, is_model, make_node, make_parameter, param, shapes_of, with_node
from defnpy.nx.containers import container_each, container_map
from defnpy.nx.options import validated
from defnpy.stdlib.kernel import find_function
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex

_ELEM = Atom("elem")
_F32 = (Atom("f"), 32)


def _named(kind: str, name: Any, suffix: str) -> str:
    return f"{kind}_{{n}}_{suffix}" if name is None else f"{name}_{suffix}"


def _initializer(given: Any) -> Any:
    return find_function(alias("Axon.Initializers"), given, 0)() if given.__class__ is Atom else given


def _state(x: Any, kind: str, units: int, name: Any, which: str, initializer: Any, seed: Any) -> Any:
    found = _initializer(initializer)
    inputs = [x]
    if is_function(found, 3):
        inputs.append(key_parameter(seed))
    given = kw(units=units, rnn_type=Atom(kind), initializer=found)
    fun = Closure(len(inputs) + 1, lambda *args: recurrent_state(*args[:-1], [*given, *args[-1]]), "Axon.rnn_state/7")
    return add_layer(fun, inputs, name=_named(kind, name, f"{which}_hidden_state"), op_name=Atom("recurrent_state"))


def _elem(x: Any, kind: str, name: Any, suffix: str, pick: Callable[[Any], Any]) -> Any:
    return add_layer(lambda t, _opts: pick(t), [x], name=_named(kind, name, suffix), op_name=_ELEM)


def _constant_mask() -> Any:
    return with_node({}, make_node(Atom("constant"), [], [], [], kw(value=nx.tensor(0))))


def _gates(names: list[str], sizes: Callable[[Any], tuple[int, ...]], initializer: Any) -> Any:
    """A parameter of several tensors whose initial values come from one key split among them."""
    def template(*inputs: Any) -> Any:
        return nx.template(sizes(shapes_of(inputs[0])), _F32)

    def start(shape: Any, kind: Any, key: Any) -> Any:
        keys = random("split", key, kw(parts=len(names)))
        fun = _initializer(initializer)
        return {n: fun(shape, kind, keys_at(keys, i)) if is_function(fun, 3) else fun(shape, kind) for i, n in enumerate(names)}

    from defnpy.axon.model import AxesTemplate

    return AxesTemplate(1, template), Closure(3, start)


def _gate_parameter(name: str, names: list[str], sizes: Callable[[Any], tuple[int, ...]], initializer: Any) -> Any:
    template, start = _gates(names, sizes, initializer)
    return make_parameter(name, template, initializer=start)


_NAMES = {
    "lstm": (["wii", "wif", "wig", "wio"], ["whi", "whf", "whg", "who"], ["bi", "bf", "bg", "bo"]),
    "gru": (["wir", "wiz", "win"], ["whr", "whz", "whn"], ["br", "bz", "bin", "bhn"]),
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "lstm": {
        "name": None, "meta": None, "activation": Atom("tanh"), "gate": Atom("sigmoid"), "unroll": Atom("dynamic"),
        "use_bias": True, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "mask": None,
    },
    "gru": {
        "name": None, "meta": None, "mask": None, "activation": Atom("tanh"), "gate": Atom("sigmoid"),
        "unroll": Atom("dynamic"), "use_bias": True, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS,
    },
    "conv_lstm": {
        "name": None, "meta": None, "mask": None, "padding": Atom("same"), "kernel_size": 1, "strides": 1,
        "unroll": Atom("dynamic"), "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "use_bias": True,
    },
}  # fmt: skip


def _hidden(x: Any, kind: str, units: int, opts: Opts) -> tuple[Any, Opts]:
    """The initial states of an unnamed carry, and the options that are left."""
    initializer, seed = option(opts, "recurrent_initializer", UNIFORM), option(opts, "seed", time.time_ns())
    rest = [p for p in opts if p[0].name not in ("recurrent_initializer", "seed")]
    name = option(rest, "name")
    states = ("h",) if kind == "gru" else ("c", "h")
    return tuple(_state(x, kind, units, name, s, initializer, seed) for s in states), rest


def _recurrent(kind: str, x: Any, hidden: Any, units: int, opts: Opts) -> Any:
    o = validated(opts, **_DEFAULTS[kind])
    mask = o["mask"] if o["mask"] is not None else _constant_mask()
    carry = hidden if is_model(hidden) else add_container(hidden, name=_named(kind, o["name"], "hidden_state"))
    build = _conv_parameters if kind == "conv_lstm" else _gated_parameters
    params, given = build(kind, units, o)
    meta = with_meta(o["meta"], units=units, use_bias=o["use_bias"])
    out = add_layer(Atom(kind), [x, carry, mask, *params], given, name=o["name"], meta=meta)
    name = o["name"]
    sequence = _elem(out, kind, name, "output_sequence", lambda t: t[0])
    states = ("h",) if kind == "gru" else ("c", "h")

    def hidden_state(i: int, state: str) -> Any:
        suffix = "hidden_state" if kind == "gru" else f"{state}_hidden_state"
        return _elem(out, kind, name, suffix, lambda t: t[1][i])

    last = tuple(hidden_state(i, s) for i, s in enumerate(states))
    return sequence, last


def _gated_parameters(kind: str, units: int, o: dict[str, Any]) -> tuple[list[Any], Any]:
    wi, wh, b = _NAMES[kind]
    params = [
        _gate_parameter("input_kernel", wi, lambda shape: (features(kind, shape), units), o["kernel_initializer"]),
        _gate_parameter("hidden_kernel", wh, lambda shape: (units, units), o["kernel_initializer"]),
    ]
    if o["use_bias"]:
        params.append(_gate_parameter("bias", b, lambda shape: (units,), o["bias_initializer"]))
    return params, kw(activation=o["activation"], gate=o["gate"], unroll=o["unroll"])


def _conv_parameters(kind: str, units: int, o: dict[str, Any]) -> tuple[list[Any], Any]:
    def kernel(inside: Callable[[Any], int]) -> Any:
        return lambda shape, *_: (4 * units, inside(shape), *sizes_for("kernel_size", o["kernel_size"], len(shape) - 3))

    def three(shape_of: Any) -> Any:
        return lambda a, b, c: shape_of(a)

    initializer = kw(initializer=o["kernel_initializer"])
    params = [
        param("input_kernel", three(kernel(lambda shape: int(shape[2]))), initializer),
        param("hidden_kernel", three(kernel(lambda shape: units)), initializer),
    ]
    if o["use_bias"]:
        params.append(param("bias", three(lambda shape: (4 * units,)), kw(initializer=o["bias_initializer"])))
    return params, kw(conv_opts=kw(strides=o["strides"], padding=o["padding"]), unroll=o["unroll"])


def _add(kind: str, x: Any, args: tuple[Any, ...]) -> Any:
    arity = 2 if len(args) == 1 and kind != "gru" else 4
    if not is_model(x) or not args:
        raise no_clause(kind, arity)
    if positive(args[0]) and (len(args) == 1 or args[1].__class__ is list):
        hidden, rest = _hidden(x, kind, args[0], args[1] if len(args) == 2 else ())
        return _recurrent(kind, x, hidden, args[0], rest)
    if len(args) >= 2 and positive(args[1]):
        return _recurrent(kind, x, args[0], args[1], args[2] if len(args) == 3 else ())
    raise no_clause(kind, arity)


@ex("lstm/2", "lstm/3", "lstm/4")
def lstm(x: Any, *args: Any) -> Any:
    """An LSTM: the output sequence and the last states."""
    return _add("lstm", x, args)


@ex("gru/2", "gru/3", "gru/4")
def gru(x: Any, *args: Any) -> Any:
    """A GRU: the output sequence and the last state."""
    return _add("gru", x, args)


@ex("conv_lstm/2", "conv_lstm/3", "conv_lstm/4")
def conv_lstm(x: Any, *args: Any) -> Any:
    """A convolutional LSTM: the output sequence and the last states."""
    return _add("conv_lstm", x, args)


@ex("bidirectional/3", "bidirectional/4")
def bidirectional(x: Any, forward: Any, merge: Any, opts: Opts = ()) -> Any:
    """A block applied forwards and backwards along an axis; *merge* joins corresponding outputs."""
    from defnpy.axon.api import block, nx_layer

    if not (is_model(x) and is_function(forward, 1) and is_function(merge, 2)):
        raise no_clause("bidirectional", 4)
    o = validated(opts, name=None, axis=1)

    def turned(model: Any) -> Any:
        return nx_layer(model, lambda term: container_map(term, lambda t: nx.reverse(t, kw(axes=[o["axis"]]))))

    inner = block(lambda given: add_container(forward(given)), kw(name=o["name"]))
    both = add_container((inner(x), turned(inner(turned(x)))))
    return nx_layer(both, lambda pair: _merged(pair[0], pair[1], merge))


def _merged(left: Any, right: Any, merge: Any) -> Any:
    """A container of the form of *left*: *merge* of its tensors and those of *right*."""
    others: list[Any] = []
    container_each(right, others.append)
    rest = iter(others)
    made = container_map(left, lambda t: merge(t, next(rest, None)))
    if next(rest, None) is not None:
        raise ArgumentError("unable to merge arguments with incompatible structure")
    return made
