"""``FLAT``: the operations through which no gradient goes."""

from __future__ import annotations

from defnpy.nx.ops import elementwise, order, reduce
from defnpy.nx.ops.base import Op

_UNARY = ("floor", "ceil", "round", "sign", "bitwise_not", "population_count", "count_leading_zeros", "is_nan", "is_infinity")
_BINARY = (
    "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "equal", "not_equal", "greater", "less",
    "greater_equal", "less_equal", "logical_and", "logical_or", "logical_xor",
)  # fmt: skip

FLAT: dict[Op, int] = {
    **{elementwise.UNARY[name]: 1 for name in _UNARY},
    **{elementwise.BINARY[name]: 2 for name in _BINARY},
    **dict.fromkeys((reduce.ALL, reduce.ANY, reduce.ARGMAX, reduce.ARGMIN, order.ARGSORT), 2),
}
"""Each with the arity that the error names when it is itself what is differentiated."""
