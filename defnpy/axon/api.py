"""The module ``Axon``: inputs, custom layers, combination, building. Layers by family live in ``builders``."""

from __future__ import annotations

import itertools
from typing import Any

from defnpy.axon import build as building
from defnpy.axon import graph
from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, Tensor, kw, no_clause, nx, option, text
from defnpy.axon.builders import activation, combine, conv, linear, pool, recurrent, shape
from defnpy.axon.model import add_container, add_layer, is_model, make_node, param, parameter, with_node
from defnpy.nx import defn
from defnpy.nx.options import validated
from defnpy.terms.function import Closure, arity_of, is_function
from defnpy.terms.module import Module, ex, native_module

# -- inputs ---------------------------------------------------------------------------------------------------------------


def _valid_shape(shape: Any) -> bool:
    if shape is None:
        return True
    if shape.__class__ is tuple:
        return all(d is None or (d.__class__ is int and d > 0) for d in shape) or all(
            d.__class__ in (tuple, dict) and _valid_shape(d) for d in shape
        )
    if shape.__class__ is dict or (isinstance(shape, Struct) and shape.__class__ is not Tensor):
        values = shape.fields.values() if isinstance(shape, Struct) else shape.values()
        return all(_valid_shape(v) for v in values)
    return False


@ex("input/1", "input/2")
def input_(name: Any, opts: Opts = ()) -> Any:
    """An input of a model."""
    if name.__class__ is not str:
        raise no_clause("input", 2)
    o = validated(opts, shape=None, meta=None, optional=False)
    if not _valid_shape(o["shape"]):
        raise ArgumentError(
            f"invalid input shape {text(o['shape'])}, input shape must be a tuple of dimension sizes or a container of valid shapes"
        )
    given = kw(shape=o["shape"], optional=o["optional"])
    return with_node({}, make_node(Atom("input"), [], [], [], given, name=name, meta=o["meta"]))


@ex("constant/1", "constant/2")
def constant(value: Any, opts: Opts = ()) -> Any:
    """A constant."""
    o = validated(opts, name=None, meta=None)
    if value.__class__ is int or value.__class__ is float:
        value = nx.tensor(value)
    if value.__class__ is not Tensor:
        raise ArgumentError(
            f"value passed to constant must be an Nx tensor but got {text(value)}, if you are passing a number, wrap it with a "
            "call to Nx.tensor/2"
        )
    return with_node({}, make_node(Atom("constant"), [], [], [], kw(value=value), name=o["name"], meta=o["meta"]))


@ex("container/1", "container/2")
def container(structure: Any, opts: Opts = ()) -> Any:
    """A container of models as one model."""
    o = validated(opts, name=None, meta=None)
    return add_container(structure, o["name"], o["meta"])


@ex("optional/1", "optional/2")
def optional(x: Any, opts: Opts = ()) -> Any:
    """A model whose absence the next layer handles."""
    o = validated(opts, name=None, meta=None)
    return add_layer(building.OPTIONAL, [x], name=o["name"], meta=o["meta"], op_name=building.OPTIONAL)


@ex("or_else/2", "or_else/3")
def or_else(a: Any, b: Any, opts: Opts = ()) -> Any:
    """The first model, or the second when it is absent."""
    if not is_model(a) or not is_model(b):
        raise no_clause("or_else", 3)
    o = validated(opts, name=None, meta=None)
    return add_layer(_first_present, [a, b], name=o["name"], meta=o["meta"], op_name=Atom("or_else"))


def _first_present(a: Any, b: Any, _opts: Any) -> Any:
    return b if building.is_none(a) else a


# -- custom layers --------------------------------------------------------------------------------------------------------

_BLOCK_IDS = itertools.count(1)
_LAYER_OPTIONS = ("mode", "name", "op_name", "meta", "global_options")


@ex("layer/2", "layer/3")
def layer(op: Any, inputs: Any, opts: Opts = ()) -> Any:
    """A layer of one's own: a function of inputs, parameters and options, or the name of one of Axon.Layers."""
    if not (op.__class__ is Atom or is_function(op)):
        raise no_clause("layer", 3)
    known = {n: option(opts, n) for n in _LAYER_OPTIONS}
    rest = [p for p in opts if p[0].name not in _LAYER_OPTIONS]
    return add_layer(op, inputs, rest, **known)


param_ = ex("param/2", "param/3")(param)
parameter_ = ex("parameter/2", "parameter/3")(parameter)


@ex("nx/2", "nx/3")
def nx_layer(x: Any, fun: Any, opts: Opts = ()) -> Any:
    """A layer that applies a function of the input alone."""
    if not is_model(x) or not is_function(fun, 1):
        raise no_clause("nx", 3)
    o = validated(opts, name=None, meta=None, op_name=Atom("nx"))
    return add_layer(lambda t, _opts: fun(t), [x], name=o["name"], meta=o["meta"], op_name=o["op_name"])


@ex("block/1", "block/2")
def block(fun: Any, opts: Opts = ()) -> Any:
    """A function that adds the layers of *fun*, with shared parameters."""
    if not is_function(fun):
        raise no_clause("block", 2)
    o = validated(opts, name=None, meta=None)
    id_ = next(_BLOCK_IDS)

    def add(*inputs: Any) -> Any:
        inner = kw(block_fun=fun, block_id=id_)
        return add_layer(Atom("block"), list(inputs), inner, name=o["name"], meta=o["meta"], op_name=Atom("block"))

    return Closure(arity_of(fun), add)


# -- building -------------------------------------------------------------------------------------------------------------


@ex("build/1", "build/2")
def build(model: Any, opts: Opts = ()) -> Any:
    """``{init_fn, predict_fn}``."""
    return building.build(model, opts)


@ex("init/1", "init/2", "init/3", "init/4")
def init(model: Any, template: Any = None, state: Any = None, opts: Opts = ()) -> Any:
    """Initial state in one call (deprecated in the reference)."""
    from defnpy.axon.state import empty

    start, _ = building.build(model, opts)
    return start(template if template is not None else {}, state if state is not None else empty())


@ex("predict/3", "predict/4")
def predict(model: Any, params: Any, inputs: Any, opts: Opts = ()) -> Any:
    """Build and predict in one call."""
    _, run = building.build(model, opts)
    return run(params, inputs)


@ex("compile/2", "compile/3", "compile/4")
def compile_(model: Any, template: Any, state: Any = None, opts: Opts = ()) -> Any:
    """The initial state and a prediction function compiled for one form of inputs."""
    from defnpy.axon.state import empty

    start, run = building.build(model, opts)
    made = start(template, state if state is not None else empty())
    jit_opts = building.Config(list(opts)).jit
    compiled = defn.compile_(run, [nx.to_template(made), nx.to_template(template)], jit_opts)
    return made, compiled


@ex("trace_init/2", "trace_init/3", "trace_init/4")
def trace_init(model: Any, template: Any, state: Any = None, opts: Opts = ()) -> Any:
    """The expressions of the initial state."""
    from defnpy.axon.state import empty

    return building.trace_init(model, template, state if state is not None else empty(), list(opts))


@ex("trace_forward/3", "trace_forward/4")
def trace_forward(model: Any, inputs: Any, params: Any, opts: Opts = ()) -> Any:
    """The expression of the output."""
    return building.trace_forward(model, inputs, params, list(opts))


@ex("trace_backward/4", "trace_backward/5")
def trace_backward(model: Any, inputs: Any, params: Any, loss: Any, opts: Opts = ()) -> Any:
    """The expressions of the gradients of a loss."""
    program = building.Program(model, building.Config([(Atom("mode"), Atom("train")), *opts]))

    def objective(p: Any, i: Any) -> Any:
        out = building._result(program, p, i)[Atom("prediction")]
        return loss(out, out)

    def gradient(p: Any, i: Any) -> Any:
        return defn.grad(p, Closure(1, lambda q: objective(q, i)))

    return defn.debug_expr_apply(gradient, [params, inputs])


FAMILIES = (activation, linear, conv, pool, shape, combine, recurrent, graph)


def _assemble() -> Module:
    made = native_module("Axon", globals(), info={"struct": [(Atom("output"), None), (Atom("nodes"), None)]})
    for family in FAMILIES:
        made.functions.update(native_module("Axon", vars(family)).functions)
    return made


MODULE = _assemble()
