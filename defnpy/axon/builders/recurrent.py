"""Axon.lstm, gru, conv_lstm and bidirectional."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Opts, kw, no_clause, nx, option, random
from defnpy.axon.builders.linear import UNIFORM, ZEROS, positive, with_meta
from defnpy.axon.builders.pool import key_parameter
from defnpy.axon.initializers import by_name
from defnpy.axon.layers.recurrent import keys_at, recurrent_state
from defnpy.axon.model import add_container, add_layer, is_model, make_node, make_parameter, param, shapes_of, with_node
from defnpy.nx.options import validated
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex

_ELEM = Atom("elem")
_F32 = (Atom("f"), 32)


def _named(kind: str, name: Any, suffix: str) -> str:
    return f"{kind}_{{n}}_{suffix}" if name is None else f"{name}_{suffix}"


def _state(x: Any, kind: str, units: int, name: Any, which: str, initializer: Any, seed: Any) -> Any:
    found = by_name(initializer)
    inputs = [x]
    if is_function(found, 3):
        inputs.append(key_parameter(seed))
    given = kw(units=units, rnn_type=Atom(kind), initializer=found)
    fun = Closure(len(inputs) + 1, lambda *args: recurrent_state(*args[:-1], [*given, *args[-1]]))
    return add_layer(fun, inputs, name=_named(kind, name, f"{which}_hidden_state"), op_name=Atom("recurrent_state"))


def _elem(x: Any, kind: str, name: Any, suffix: str, pick: Callable[[Any], Any]) -> Any:
    return add_layer(lambda t, _opts: pick(t), [x], name=_named(kind, name, suffix), op_name=_ELEM)


def _constant_mask() -> Any:
    return with_node({}, make_node(Atom("constant"), [], [], [], kw(value=nx.tensor(0))))


def _gates(names: list[str], sizes: Callable[[Any], tuple[int, ...]], initializer: Any) -> Any:
    """A parameter of several tensors whose initial values come from one key split among them."""
    fun = by_name(initializer)

    def template(*inputs: Any) -> Any:
        return nx.template(sizes(shapes_of(inputs[0])), _F32)

    def start(shape: Any, kind: Any, key: Any) -> Any:
        keys = random("split", key, kw(parts=len(names)))
        return {n: fun(shape, kind, keys_at(keys, i)) for i, n in enumerate(names)}

    def plain(shape: Any, kind: Any) -> Any:
        return {n: fun(shape, kind) for n in names}

    from defnpy.axon.model import AxesTemplate

    made = Closure(3, start) if is_function(fun, 3) else Closure(2, plain)
    return AxesTemplate(1, template), made


def _gate_parameter(name: str, names: list[str], sizes: Callable[[Any], tuple[int, ...]], initializer: Any) -> Any:
    template, start = _gates(names, sizes, initializer)
    return make_parameter(name, template, initializer=start)


_NAMES = {
    "lstm": (["wii", "wif", "wig", "wio"], ["whi", "whf", "whg", "who"], ["bi", "bf", "bg", "bo"]),
    "gru": (["wir", "wiz", "win"], ["whr", "whz", "whn"], ["br", "bz", "bin", "bhn"]),
}
_UNKNOWN_ORDER: dict[str, dict[str, Any]] = {
    "lstm": {
        "name": None, "meta": None, "activation": Atom("tanh"), "gate": Atom("sigmoid"), "unroll": Atom("dynamic"),
        "use_bias": True, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "mask": None,
    },
    "gru": {
        "name": None, "meta": None, "mask": None, "activation": Atom("tanh"), "gate": Atom("sigmoid"),
        "unroll": Atom("dynamic"), "use_bias": True, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS,
    },
    "conv_lstm": {
        "name": None, "meta": None, "padding": Atom("same"), "strides": 1, "kernel_size": 1, "unroll": Atom("dynamic"),
        "use_bias": True, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "mask": None,
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
    o = validated(opts, **_UNKNOWN_ORDER[kind])
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
        _gate_parameter("input_kernel", wi, lambda shape: (shape[2], units), o["kernel_initializer"]),
        _gate_parameter("hidden_kernel", wh, lambda shape: (units, units), o["kernel_initializer"]),
    ]
    if o["use_bias"]:
        params.append(_gate_parameter("bias", b, lambda shape: (units,), o["bias_initializer"]))
    return params, kw(activation=o["activation"], gate=o["gate"], unroll=o["unroll"])


def _conv_parameters(kind: str, units: int, o: dict[str, Any]) -> tuple[list[Any], Any]:
    from defnpy.axon.builders.conv import kernel_sizes

    def kernel(inside: Callable[[Any], int]) -> Any:
        return lambda shape, *_: (4 * units, inside(shape), *kernel_sizes(o["kernel_size"], len(shape) - 3))

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


def _add(kind: str, arity: int, x: Any, args: tuple[Any, ...]) -> Any:
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
    return _add("lstm", len(args) + 1, x, args)


@ex("gru/2", "gru/3", "gru/4")
def gru(x: Any, *args: Any) -> Any:
    """A GRU: the output sequence and the last state."""
    return _add("gru", 4, x, args)


@ex("conv_lstm/2", "conv_lstm/3", "conv_lstm/4")
def conv_lstm(x: Any, *args: Any) -> Any:
    """A convolutional LSTM: the output sequence and the last states."""
    return _add("conv_lstm", len(args) + 1, x, args)


@ex("bidirectional/3", "bidirectional/4")
def bidirectional(x: Any, forward: Any, merge: Any, opts: Opts = ()) -> Any:
    """A block applied forwards and backwards along an axis; *merge* joins corresponding outputs."""
    from defnpy.axon.api import block

    o = validated(opts, name=None, meta=None, axis=1)
    axis = o["axis"]
    inner = block(forward, kw(name=o["name"], meta=o["meta"]))
    turn = lambda t, _opts: nx.reverse(t, kw(axes=[axis]))  # noqa: E731
    there, back = inner(x), inner(add_layer(turn, [x], op_name=Atom("reverse")))

    def joined(a: Any, b: Any, _opts: Any) -> Any:
        return _zipped(a, b, merge, axis)

    return add_layer(joined, [there, back], op_name=Atom("bidirectional"))


def _zipped(a: Any, b: Any, merge: Any, axis: int) -> Any:
    if a.__class__ is tuple:
        return tuple(_zipped(p, q, merge, axis) for p, q in zip(a, b, strict=True))
    if a.__class__ is dict:
        return {k: _zipped(a[k], b[k], merge, axis) for k in a}
    if a.rank >= 3:
        b = nx.reverse(b, kw(axes=[axis]))
    return merge(a, b)
