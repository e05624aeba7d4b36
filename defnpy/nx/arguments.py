"""The arguments of nodes as Elixir terms, in the reference's order: for ``expr.data.args`` and for printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.convert import number_term
from defnpy.nx.dtype import DType
from defnpy.nx.expr import Expr
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom

_WORDS = ("tie_break", "direction", "transform_a")


def _term(name: str, value: Any) -> Any:
    if name in _WORDS:
        return Atom(value)
    if value.__class__ is DType:
        return value.elixir
    if value.__class__ is tuple:
        return list(value)
    return value


def _options(params: Any, *names: str) -> list[Any]:
    return [(Atom(n), _term(n, params.get(n))) for n in names]


def _with_options(*names: str) -> Callable[[Expr], list[Any]]:
    return lambda e: [*e.operands, _options(e.params, *names)]


def _with_lists(*names: str) -> Callable[[Expr], list[Any]]:
    return lambda e: [*e.operands, *(_term(n, e.params[n]) for n in names)]


def starts_of(e: Expr, first: int) -> list[Any]:
    """The start of each axis: numbers and operands."""
    dynamic = iter(e.operands[first:])
    return [next(dynamic) if s is None else s for s in e.params["starts"]]


def _slice(e: Expr) -> list[Any]:
    return [e.operands[0], starts_of(e, 1), list(e.params["lengths"]), list(e.params["strides"])]


def _put_slice(e: Expr) -> list[Any]:
    return [e.operands[0], starts_of(e, 2), e.operands[1]]


def _dot(e: Expr) -> list[Any]:
    a, b = e.operands
    p = e.params
    return [a, list(p["left"]), list(p["left_batch"]), b, list(p["right"]), list(p["right_batch"])]


def _window(e: Expr) -> list[Any]:
    rank = len(e.params["window"])
    params = {"window_dilations": (1,) * rank, **e.params}
    return [*e.operands, e.params["window"], _options(params, "padding", "strides", "window_dilations")]


def _scatter(e: Expr) -> list[Any]:
    return [*e.operands, e.params["window"], _options(e.params, "padding", "strides")]


def _broadcast(e: Expr) -> list[Any]:
    axes = e.params.get("shown", e.params["axes"])
    return [*e.operands, e.params["shape"], list(axes)]


def _cond(e: Expr) -> list[Any]:
    from defnpy.nx.control import clauses_of

    clauses, last = clauses_of(e)
    return [[(p, _one(b)) for p, b in clauses], _one(last)]


def _one(leaves: Any) -> Any:
    return leaves[0] if len(leaves) == 1 else tuple(leaves)


def _while(e: Expr) -> list[Any]:
    condition, body = e.params
    return [_one(e.operands), _one(body.params), condition.outputs[0], _one(body.outputs)]


def _runtime_call(e: Expr) -> list[Any]:
    from defnpy.nx.structure import rebuild

    call = e.params
    return [rebuild(call.structure, list(e.operands)), call.fun, call.output, call.opts]


def _io_call(e: Expr) -> list[Any]:
    return [(e.params.name, _one(e.operands))]


def _metadata(e: Expr) -> list[Any]:
    kind = e.params["kind"]
    given = e.params.get("map")
    return [e.operands[0], given if given is not None else {Atom(kind): True}]


_CONV = (
    "strides", "padding", "input_dilation", "kernel_dilation", "feature_group_size", "batch_group_size",
    "input_permutation", "kernel_permutation", "output_permutation",
)  # fmt: skip
_REDUCTION = _with_options("axes", "keep_axes")
_ARG = _with_options("tie_break", "axis", "keep_axis")
_SORT = _with_options("axis", "direction", "stable")
_FFT = _with_options("eps", "length", "axis")

_TABLE: dict[str, Callable[[Expr], list[Any]]] = {
    **dict.fromkeys(("sum", "product", "reduce_max", "reduce_min", "all", "any"), _REDUCTION),
    **dict.fromkeys(("argmax", "argmin"), _ARG),
    **dict.fromkeys(("sort", "argsort"), _SORT),
    **dict.fromkeys(("fft", "ifft"), _FFT),
    **dict.fromkeys(("window_sum", "window_product", "window_max", "window_min"), _window),
    **dict.fromkeys(("window_scatter_max", "window_scatter_min"), _scatter),
    "transpose": _with_lists("axes"),
    "squeeze": _with_lists("axes"),
    "reverse": _with_lists("axes"),
    "pad": _with_lists("config"),
    "concatenate": lambda e: [list(e.operands), e.params["axis"]],
    "stack": lambda e: [list(e.operands), e.params["axis"]],
    **dict.fromkeys(("gather", "indexed_add", "indexed_put"), _with_options("axes")),
    "slice": _slice,
    "put_slice": _put_slice,
    "dot": _dot,
    "conv": _with_options(*_CONV),
    "triangular_solve": _with_options("transform_a", "left_side", "lower"),
    "broadcast": _broadcast,
    "iota": lambda e: [e.params["axis"]],
    "eye": lambda e: [],
    "constant": lambda e: [number_term(e.params["value"])],
    "parameter": lambda e: [e.params],
    "tensor": lambda e: [e.params],
    "metadata": _metadata,
    "elem": lambda e: [e.operands[0], e.params],
    "cond": _cond,
    "while": _while,
    "io_call": _io_call,
    "runtime_call": _runtime_call,
    "block": lambda e: [e.params.tag, *e.operands],
    "reduce": lambda e: [*e.operands, _options(e.params, "axes", "keep_axes"), e.params["fun"]],
    "window_reduce": lambda e: [*_window(e), e.params["fun"]],
}


def arguments(e: Expr) -> list[Any]:
    """The arguments of a node."""
    made = _TABLE.get(e.op.name)
    return made(e) if made is not None else list(e.operands)


def with_operands(e: Expr, operands: tuple[Tensor, ...]) -> Tensor:
    """The same operation on other operands: a new node."""
    context = nodes.merge_contexts(operands)
    out = e.out if e.out.__class__ is not tuple else e.out[0]
    return Tensor(out.type, out.shape, out.names, Expr(e.op, e.out, operands, e.params, context))



