"""Recurrent cells and their unrolling as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon import activations
from defnpy.axon.base import ArgumentError, Atom, Opts, element, kw, make_struct, numeric, nx, option, random, text
from defnpy.axon.initializers import by_name
from defnpy.axon.layers.conv import conv
from defnpy.axon.layers.linear import dense
from defnpy.nx.options import keyword
from defnpy.terms.function import is_function

Cell = Callable[..., Any]
_TRAIN, _INFERENCE = Atom("train"), Atom("inference")


def _keep(mask: Any, old: Any, new: Any) -> Any:
    mask = nx.to_tensor(mask)
    if mask.rank and mask.rank < new.rank:
        mask = nx.reshape(mask, (*mask.shape, *(1,) * (new.rank - mask.rank)))
    return nx.select(nx.broadcast(nx.as_type(mask, (Atom("u"), 8)), new.shape), old, new)


@numeric("lstm_cell/5", "lstm_cell/6", "lstm_cell/7", "lstm_cell/8")
def lstm_cell(x: Any, carry: Any, mask: Any, wi: Any, wh: Any, b: Any = None, gate: Cell = activations.sigmoid, activation: Cell = activations.tanh) -> Any:
    """One step of an LSTM."""
    cell, hidden = carry
    bias = b if b.__class__ is dict else {}

    def mixed(name: str) -> Any:
        return nx.add(dense(x, wi["wi" + name], bias.get("b" + name, 0)), dense(hidden, wh["wh" + name], 0))

    i, f, g, o = gate(mixed("i")), gate(mixed("f")), activation(mixed("g")), gate(mixed("o"))
    new_cell = nx.add(nx.multiply(f, cell), nx.multiply(i, g))
    new_hidden = nx.multiply(o, activation(new_cell))
    new_cell, new_hidden = _keep(mask, cell, new_cell), _keep(mask, hidden, new_hidden)
    return new_hidden, (new_cell, new_hidden)


@numeric("gru_cell/5", "gru_cell/6", "gru_cell/7", "gru_cell/8")
def gru_cell(x: Any, carry: Any, mask: Any, wi: Any, wh: Any, b: Any = None, gate: Cell = activations.sigmoid, activation: Cell = activations.tanh) -> Any:
    """One step of a GRU."""
    (hidden,) = carry
    bias = b if b.__class__ is dict else {}

    def mixed(name: str) -> Any:
        return nx.add(dense(x, wi["wi" + name], bias.get("b" + name, 0)), dense(hidden, wh["wh" + name], 0))

    r, z = gate(mixed("r")), gate(mixed("z"))
    inner = dense(hidden, wh["whn"], bias.get("bhn", 0))
    n = activation(nx.add(dense(x, wi["win"], bias.get("bin", 0)), nx.multiply(r, inner)))
    made = nx.add(nx.multiply(nx.subtract(1.0, z), n), nx.multiply(z, hidden))
    made = _keep(mask, hidden, made)
    return made, (made,)


@numeric("conv_lstm_cell/5", "conv_lstm_cell/6", "conv_lstm_cell/7")
def conv_lstm_cell(x: Any, carry: Any, mask: Any, wi: Any, wh: Any, b: Any = 0, opts: Opts = ()) -> Any:
    """One step of a convolutional LSTM; channels come first."""
    o = keyword(opts, strides=1, padding=Atom("same"))
    cell, hidden = (nx.squeeze(c, kw(axes=[1])) for c in carry)
    given = kw(strides=o["strides"], padding=o["padding"], channels=Atom("first"))
    own = nx.add(conv(x, wi, b, given), conv(hidden, wh, 0, given))
    i, g, f, out = _quarters(own)
    sigmoid = nx.sigmoid
    new_cell = nx.add(
        nx.multiply(sigmoid(nx.add(f, 1)), cell), nx.multiply(sigmoid(i), nx.tanh(g))
    )
    new_hidden = nx.multiply(sigmoid(out), nx.tanh(new_cell))
    return new_hidden, (nx.new_axis(new_cell, 1), nx.new_axis(new_hidden, 1))


def _quarters(t: Any) -> list[Any]:
    size = t.shape[1] // 4
    return [nx.slice_along_axis(t, i * size, size, kw(axis=1)) for i in range(4)]


# -- unrolling ------------------------------------------------------------------------------------------------------------


def _at(sequence: Any, i: Any) -> Any:
    return nx.squeeze(nx.slice_along_axis(sequence, i, 1, kw(axis=1)), kw(axes=[1]))


def _mask_at(mask: Any, i: Any) -> Any:
    mask = nx.to_tensor(mask)
    return _at(mask, i) if mask.rank >= 2 else mask


@numeric("static_unroll/5", "static_unroll/6", "static_unroll/7")
def static_unroll(cell: Cell, sequence: Any, carry: Any, mask: Any, wi: Any, wh: Any, b: Any = None) -> Any:
    """The cell applied to every step, one after the other in the graph."""
    sequence = nx.to_tensor(sequence)
    outputs = []
    for i in range(sequence.shape[1]):
        made, carry = cell(_at(sequence, i), carry, _mask_at(mask, i), wi, wh, b)
        outputs.append(made)
    return nx.stack(outputs, kw(axis=1)), carry


@numeric("dynamic_unroll/5", "dynamic_unroll/6", "dynamic_unroll/7")
def dynamic_unroll(cell: Cell, sequence: Any, carry: Any, mask: Any, wi: Any, wh: Any, b: Any = None) -> Any:
    """The cell applied to every step in a loop."""
    from defnpy.nx.containers import container_map
    from defnpy.nx.control import loop
    from defnpy.nx.expr import to_expr

    sequence, mask = nx.to_tensor(sequence), nx.to_tensor(mask)
    steps = sequence.shape[1]
    b = 0 if b is None else b
    first, start = cell(_at(sequence, 0), carry, _mask_at(mask, 0), wi, wh, b)
    carry = _like(carry, start)
    outputs = nx.broadcast(nx.tensor(0, kw(type=first.type.elixir)), (first.shape[0], steps, *first.shape[1:]))
    fixed = container_map((sequence, mask, wi, wh, b), to_expr)

    def step(state: Any) -> Any:
        i, so_far, outs, kept = state
        seq, m, ki, kh, kb = kept
        made, so_far = cell(_at(seq, i), so_far, _mask_at(m, i), ki, kh, kb)
        at = [0, i, *[0] * (made.rank - 1)]
        return nx.add(i, 1), so_far, nx.put_slice(outs, at, nx.new_axis(made, 1)), kept

    state = (nx.tensor(0), carry, outputs, fixed)
    _, carry, outputs, _ = loop("nofile", 0, state, lambda s: nx.less(s[0], steps), step)
    return outputs, carry


def _like(carry: Any, made: Any) -> Any:
    """The first carry in the types that a step gives."""
    return tuple(
        nx.as_type(nx.broadcast(c, m.shape) if nx.shape(c) != m.shape else c, m.type.elixir) for c, m in zip(carry, made, strict=True)
    )


# -- whole layers ---------------------------------------------------------------------------------------------------------


def _named(which: Any) -> Cell:
    if is_function(which):
        return which
    found: Cell = getattr(activations, which.name)
    return found


def _split(args: tuple[Any, ...]) -> tuple[Any, Opts]:
    given = list(args)
    opts = given.pop() if given and given[-1].__class__ is list else ()
    return (given[0] if given else None), opts


def _unroll(cell: Cell, how: Any, *args: Any) -> Any:
    if how is Atom("static"):
        return static_unroll(cell, *args)
    if how is Atom("dynamic"):
        return dynamic_unroll(cell, *args)
    raise ArgumentError(f"expected :unroll to be one of :static or :dynamic, got {text(how)}")


def _gated(name: str, cell: Cell) -> Callable[..., Any]:
    @numeric(*[f"{name}/{n}" for n in (5, 6, 7)])
    def layer(x: Any, carry: Any, mask: Any, wi: Any, wh: Any, *rest: Any) -> Any:
        bias, opts = _split(rest)
        o = keyword(opts, activation=Atom("tanh"), gate=Atom("sigmoid"), unroll=Atom("static"), mode=_INFERENCE)
        gate, activation = _named(o["gate"]), _named(o["activation"])
        one = lambda *a: cell(*a, gate, activation)  # noqa: E731
        return _unroll(one, o["unroll"], nx.to_tensor(x), carry, mask, wi, wh, bias)

    return layer


lstm = _gated("lstm", lstm_cell)
gru = _gated("gru", gru_cell)


@numeric("conv_lstm/5", "conv_lstm/6", "conv_lstm/7")
def conv_lstm(x: Any, carry: Any, mask: Any, wi: Any, wh: Any, *rest: Any) -> Any:
    """A convolutional LSTM over a sequence."""
    bias, opts = _split(rest)
    o = keyword(opts, conv_opts=[], unroll=Atom("static"), mode=_INFERENCE)
    given = o["conv_opts"]

    def one(step: Any, so_far: Any, m: Any, ki: Any, kh: Any, kb: Any) -> Any:
        return conv_lstm_cell(step, so_far, m, ki, kh, 0 if kb is None else kb, given)

    return _unroll(one, o["unroll"], nx.to_tensor(x), carry, mask, wi, wh, bias)


@numeric("recurrent_state/2", "recurrent_state/3")
def recurrent_state(x: Any, *rest: Any) -> Any:
    """The initial hidden state of a recurrent layer."""
    key, opts = _split(rest)
    x = nx.to_tensor(x)
    kind, units = option(opts, "rnn_type"), option(opts, "units")
    shape = _state_shape(kind.name, x.shape, units)
    initializer = by_name(option(opts, "initializer"))
    element = (Atom("f"), 32)
    if not is_function(initializer, 3):
        return initializer(shape, element)
    keys = random("split", key)
    out = initializer(shape, element, keys_at(keys, 1))
    if option(opts, "mode") is not _TRAIN:
        return out
    return make_struct("Axon.StatefulOutput", output=out, state={"key": keys_at(keys, 0)})


def keys_at(keys: Any, i: int) -> Any:
    """One of several keys."""
    return nx.squeeze(nx.slice_along_axis(keys, i, 1, kw(axis=0)), kw(axes=[0]))


def _state_shape(kind: str, shape: tuple[int, ...], units: int) -> tuple[int, ...]:
    if kind == "conv_lstm":
        element(shape, 2)
        return (shape[0], 1, units, *shape[3:])
    features(kind, shape)
    return (shape[0], units)


def features(kind: str, shape: tuple[int, ...]) -> int:
    """The number of features of each step of a sequence."""
    if len(shape) != 3:
        raise ArgumentError(
            f":{kind} input shape must be rank 3 {{batch_size, sequence_length, sequence_features}} got {text(shape)}"
        )
    return shape[2]
