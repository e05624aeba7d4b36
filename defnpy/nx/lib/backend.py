"""``Nx.Backend``: what backends share."""

from __future__ import annotations

from typing import Any

from defnpy.nx.bytes import array_of, octets
from defnpy.nx.document import joined, limit_of
from defnpy.nx.show import body_lines
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import FunctionClauseError
from defnpy.terms.module import ex, native_module


@ex("inspect/3")
def inspect(tensor: Tensor, binary: Any, opts: Any) -> Any:
    """The document of the elements in *binary*, which has the type and shape of *tensor*."""
    array = array_of(octets(binary)[0], tensor.type, tensor.shape)
    plain = Tensor(tensor.type, tensor.shape, tensor.names)
    return joined(body_lines(plain, array, limit_of(opts))[0])


_KEYWORD_LAST = (
    *("all", "any", "sum", "product", "reduce_max", "reduce_min", "argmax", "argmin", "sort", "argsort", "fft", "ifft"),
)
_UNARY = (
    *("exp", "expm1", "log", "log1p", "sigmoid", "cos", "sin", "tan", "cosh", "sinh", "tanh", "acos", "asin", "atan"),
    *("acosh", "asinh", "atanh", "sqrt", "rsqrt", "cbrt", "erf", "erfc", "erf_inv", "abs", "bitwise_not", "ceil"),
    *("conjugate", "floor", "negate", "round", "sign", "count_leading_zeros", "population_count", "real", "imag"),
    *("is_nan", "is_infinity"),
)
_BINARY = (
    *("add", "subtract", "multiply", "pow", "remainder", "divide", "atan2", "min", "max", "quotient", "bitwise_and"),
    *("bitwise_or", "bitwise_xor", "left_shift", "right_shift", "equal", "not_equal", "greater", "less"),
    *("greater_equal", "less_equal", "logical_and", "logical_or", "logical_xor"),
)
CALLBACKS: dict[str, int] = {
    "init": 1, "constant": 3, "from_binary": 3, "eye": 2, "iota": 3, "backend_deallocate": 1, "backend_copy": 3,
    "backend_transfer": 3, "to_batched": 3, "to_binary": 2, "inspect": 2, "from_pointer": 5, "to_pointer": 2, "as_type": 2,
    "bitcast": 2, "reshape": 2, "squeeze": 3, "broadcast": 4, "transpose": 3, "pad": 4, "reverse": 3, "dot": 7, "clip": 4,
    "slice": 5, "put_slice": 4, "gather": 4, "concatenate": 3, "stack": 3, "select": 4, "conv": 4, "reduce": 5,
    "window_reduce": 6, "window_sum": 4, "window_product": 4, "window_max": 4, "window_min": 4, "window_scatter_max": 6,
    "window_scatter_min": 6, "indexed_add": 5, "indexed_put": 5, "triangular_solve": 4, "block": 4,
    **dict.fromkeys(_KEYWORD_LAST, 3), **dict.fromkeys(_BINARY, 3), **dict.fromkeys(_UNARY, 2),
}  # fmt: skip


@ex("behaviour_info/1")
def behaviour_info(key: Any) -> Any:
    """The callbacks of a backend."""
    if key is Atom("callbacks"):
        return [(Atom(name), arity) for name, arity in CALLBACKS.items()]
    if key is Atom("optional_callbacks"):
        return []
    raise FunctionClauseError(alias("Nx.Backend"), Atom("behaviour_info"), 1)


MODULE = native_module("Nx.Backend", globals())
