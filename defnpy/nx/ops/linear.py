"""``dot``, ``conv`` and ``triangular_solve``."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import merge, to_floating
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import dilated, intern_names
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError


def _check_batch(left: Tensor, lc: Any, lb: Any, right: Tensor, rc: Any, rb: Any) -> None:
    if lb and not rb:
        raise ArgumentError("right tensor must be batched if left tensor is batched")
    if rb and not lb:
        raise ArgumentError("left tensor must be batched if right tensor is batched")
    for side, axes in (("left", lb), ("right", rb)):
        if tuple(axes) != tuple(range(len(axes))):
            raise ArgumentError(
                f"invalid dot batch axis for the {side} tensor, batch axes must be successive dimensions "
                f"starting from 0, got {text(list(axes))}"
            )
    ls, rs = [left.shape[i] for i in lb], [right.shape[i] for i in rb]
    if ls != rs:
        raise ArgumentError(
            f"dot batch dimension sizes must match, but the left batch dimension of axes {text(list(lb))} has "
            f"dimension sizes {text(ls)}and the right batch dimension of axes {text(list(rb))} has sizes {text(rs)}"
        )
    for side, axes, contract in (("left", lb, lc), ("right", rb, rc)):
        if set(axes) & set(contract):
            raise ArgumentError(
                f"dot batch axes for {side} tensor ({text(list(axes))}) cannot be in contract axes "
                f"({text(list(contract))})"
            )


def _dot(params: Any, left: Tensor, right: Tensor) -> Tensor:
    lc, lb, rc, rb = params["left"], params["left_batch"], params["right"], params["right_batch"]
    _check_batch(left, lc, lb, right, rc, rb)
    for i, j in zip(lc, rc, strict=False):
        if left.shape[i] != right.shape[j]:
            raise ArgumentError(
                f"dot/zip expects shapes to be compatible, dimension {i - len(lb)} of left-side ({left.shape[i]}) "
                f"does not equal dimension {j - len(rb)} of right-side ({right.shape[j]})"
            )
    if len(lc) != len(rc):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("validate_zip_reduce_axes!"), 4)
    lf = [i for i in range(len(left.shape)) if i not in lc and i not in lb]
    rf = [i for i in range(len(right.shape)) if i not in rc and i not in rb]
    shape = (*(left.shape[i] for i in lb), *(left.shape[i] for i in lf), *(right.shape[i] for i in rf))
    names = [*(left.names[i] for i in lb), *(left.names[i] for i in lf), *(right.names[i] for i in rf)]
    known = [n for n in names if n is not None]
    if len(set(known)) != len(known):
        raise ArgumentError(
            f"operation would result in duplicate names {text(names)}, please rename your tensors to avoid duplicates"
        )
    return template(merge(left.type, right.type), shape, intern_names(names))


def conv_sizes(params: Any, spatial: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[int, ...]:
    """The spatial output sizes of a convolution."""
    size = dilated(spatial, params["input_dilation"])
    window = dilated(kernel, params["kernel_dilation"])
    return tuple(
        (n + lo + hi - k) // s + 1
        for n, k, (lo, hi), s in zip(size, window, params["padding"], params["strides"], strict=True)
    )


def _conv(params: Any, a: Tensor, kernel: Tensor) -> Tensor:
    ip, kp, op = params["input_permutation"], params["kernel_permutation"], params["output_permutation"]
    shape = [a.shape[i] for i in ip]
    kshape = [kernel.shape[i] for i in kp]
    sizes = conv_sizes(params, tuple(shape[2:]), tuple(kshape[2:]))
    if any(n < 1 for n in sizes):
        raise ArgumentError(
            "conv would result in empty tensor which is not currently supported in Nx, please open an issue "
            "if you'd like this behavior to change"
        )
    plain = [shape[0] // params["batch_group_size"], kshape[0], *sizes]
    names = [a.names[i] for i in ip]
    out = [0] * len(plain)
    out_names: list[Any] = [None] * len(plain)
    for i, at in enumerate(op):
        out[at] = plain[i]
        out_names[at] = names[i]
    return template(to_floating(merge(a.type, kernel.type)), tuple(out), intern_names(out_names))


def _triangular_solve(params: Any, a: Tensor, b: Tensor) -> Tensor:
    return template(to_floating(merge(a.type, b.type)), b.shape, b.names)


DOT = Op("dot", _dot)
"""Params ``left``, ``left_batch``, ``right``, ``right_batch``: contracted and batch axes."""
CONV = Op("conv", _conv)
"""Params ``strides padding input_dilation kernel_dilation feature_group_size batch_group_size`` and the three
permutations: ``input_permutation[i]`` is the operand's axis that plays role i (batch, channels, spatial...),
``output_permutation[i]`` the output axis that role i goes to."""
TRIANGULAR_SOLVE = Op("triangular_solve", _triangular_solve)
"""Operands a, b; params ``lower`` (bool), ``left_side`` (bool), ``transform_a`` (``"none"``, ``"transpose"``)."""

OPS: tuple[Op, ...] = (DOT, CONV, TRIANGULAR_SOLVE)

