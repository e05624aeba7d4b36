"""Axon.Quantization: dense layers whose kernels are 8-bit integers with scales."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, alias, at_least_rank, field, kw, make_struct, numeric, numeric_module, nx, text
from defnpy.axon.builders.linear import UNIFORM, ZEROS, positive, with_meta
from defnpy.axon.initializers import by_name
from defnpy.axon.model import AxesTemplate, add_layer, is_model, make_model, make_parameter, nodes_of, output_of, param, shapes_of
from defnpy.axon.state import freeze
from defnpy.nx.options import keyword, validated
from defnpy.terms.errors import FunctionClauseError, RuntimeError_
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex, native_module

NAME = "Axon.Quantization"
_S8 = (Atom("s"), 8)
_F32 = (Atom("f"), 32)
_OP = Atom("weight_only_quantized_dense")
_DENSE = Atom("dense")


# -- tensors --------------------------------------------------------------------------------------------------------------


@ex("from_tensor/1", "from_tensor/2")
def from_tensor(tensor: Any, opts: Opts = ()) -> Struct:
    """A matrix as 8-bit integers with a scale for each column."""
    kind = validated(opts, type=_S8)["type"]
    if kind != _S8:
        raise RuntimeError_(f"unsupported quantization type {text(kind)}")
    t = nx.to_tensor(tensor)
    if t.rank != 2:
        raise ArgumentError("expected a 2d tensor")
    if t.type.elixir[0].name not in ("f", "bf"):
        raise ArgumentError("expected a float tensor")
    return _quantized(t)


def _quantized(t: Any) -> Struct:
    low = nx.min_(nx.reduce_min(t, kw(axes=[0])), 0)
    high = nx.max_(nx.reduce_max(t, kw(axes=[0])), 0)
    largest = nx.max_(nx.negate(low), high)
    scale = nx.max_(nx.divide(largest, 127.5), 1.1920928955078125e-7)
    zero = nx.broadcast(nx.tensor(0, kw(type=(Atom("s"), 64))), nx.shape(scale))
    value = nx.clip(nx.round_(nx.multiply(t, nx.divide(1.0, scale))), -128, 127)
    return make_struct(
        "Axon.Quantization.QTensor", value=nx.as_type(value, _S8), scale=nx.as_type(scale, (Atom("f"), 32)), zero_point=zero
    )


@numeric("weight_only_quantized_dense/2", "weight_only_quantized_dense/3", "weight_only_quantized_dense/4")
def weight_only_quantized_dense(x: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """A dense layer with a quantized kernel."""
    if bias.__class__ is list:
        bias, opts = 0, bias
    keyword(opts, mode=Atom("inference"))
    x = nx.to_tensor(x)
    at_least_rank("Axon.Quantization.Layers", "weight_only_quantized_dense", x, 2)
    value, scale = field(kernel, "value"), field(kernel, "scale")
    flat = nx.reshape(x, (nx.size(x) // x.shape[-1], x.shape[-1]))
    made = nx.multiply(nx.dot(flat, nx.as_type(value, x.type.elixir)), scale)
    return nx.add(nx.reshape(made, (*x.shape[:-1], value.shape[-1])), bias)


# -- models ---------------------------------------------------------------------------------------------------------------


def _kernel(units: int, initializer: Any) -> Struct:
    fun = by_name(initializer)

    def template(*inputs: Any) -> Any:
        inside = shapes_of(inputs[0])[-1]
        return make_struct(
            "Axon.Quantization.QTensor", value=nx.template((inside, units), _S8), scale=nx.template((units,), _F32),
            zero_point=nx.template((units,), (Atom("s"), 64)),
        )  # fmt: skip

    def start(templates: Any, _type: Any, key: Any = None) -> Any:
        shape = field(templates, "value").shape
        return _quantized(fun(shape, _F32) if key is None else fun(shape, _F32, key))

    made = Closure(3, start) if is_function(fun, 3) else Closure(2, lambda t, k: start(t, k))
    return make_parameter("kernel", AxesTemplate(1, template), initializer=made)


def _with_bias(x: Any, kernel: Any, bias: Any, opts: Any) -> Any:
    return weight_only_quantized_dense(x, kernel, bias, opts)


def _without_bias(x: Any, kernel: Any, opts: Any) -> Any:
    return weight_only_quantized_dense(x, kernel, 0, opts)


@ex("weight_only_quantized_dense/2", "weight_only_quantized_dense/3")
def add_quantized_dense(x: Any, units: Any, opts: Opts = ()) -> Struct:
    """A dense layer with a quantized kernel, as a layer of a model."""
    if not is_model(x) or not positive(units):
        raise FunctionClauseError(alias(NAME), _OP, 3)
    o = validated(opts, name=None, meta=None, use_bias=True, kernel_initializer=UNIFORM, bias_initializer=ZEROS)
    meta = with_meta(o["meta"], units=units, use_bias=o["use_bias"])
    inputs = [x, _kernel(units, o["kernel_initializer"])]
    if o["use_bias"]:
        inputs.append(param("bias", (units,), kw(initializer=o["bias_initializer"])))
    fun = _with_bias if o["use_bias"] else _without_bias
    return add_layer(fun, inputs, name=o["name"], meta=meta, op_name=_OP)


@ex("quantize_model/1")
def quantize_model(model: Any) -> Struct:
    """A model with quantized kernels in its dense layers."""
    nodes = {k: _quantized_node(n) if field(n, "op") is _DENSE else n for k, n in nodes_of(model).items()}
    return make_model(nodes, output_of(model))


def _quantized_node(node: Struct) -> Struct:
    old = field(node, "parameters")
    units = field(node, "meta")[Atom("units")]
    params = [_kernel(units, field(p, "initializer")) if field(p, "name") == "kernel" else p for p in old]
    fun = _with_bias if len(params) == 2 else _without_bias
    return node.replace({Atom("op"): fun, Atom("parameters"): params})


@ex("quantize_model_state/2")
def quantize_model_state(model: Any, state: Any) -> Struct:
    """A state with quantized kernels of dense layers, which are frozen."""
    from defnpy.axon.model import Visit

    dense = {name for node, name in Visit(model).order if field(node, "op_name") is _DENSE}
    data = dict(field(state, "data"))
    for name in dense:
        data[name] = {**data[name], "kernel": from_tensor(data[name]["kernel"])}
    frozen = freeze(state, lambda path: path[0] in dense)
    return frozen.replace({Atom("data"): data})


@ex("quantize/2")
def quantize(model: Any, state: Any) -> tuple[Struct, Struct]:
    """A quantized model and its state."""
    return quantize_model(model), quantize_model_state(model, state)


def _tensor_module() -> Any:
    return native_module(
        "Axon.Quantization.QTensor",
        {"from_tensor": from_tensor},
        info={
            "struct": [(Atom(n), None) for n in ("value", "scale", "zero_point")],
            "derive": [(alias("Nx.Container"), [(Atom("containers"), [Atom(n) for n in ("value", "scale", "zero_point")])])],
        },
    )


_OWN = {k: v for k, v in globals().items() if k in ("add_quantized_dense", "quantize_model", "quantize_model_state", "quantize")}
MODULES_BY_NAME = {
    "Elixir.Axon.Quantization": native_module(NAME, _OWN),
    "Elixir.Axon.Quantization.Layers": numeric_module("Axon.Quantization.Layers", {"w": weight_only_quantized_dense}),
    "Elixir.Axon.Quantization.QTensor": _tensor_module(),
}
