"""Operations that move elements: reshape, transpose, pad, concatenate ..."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import merge
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import (
    check_broadcast,
    check_reshape,
    concatenated,
    intern_names,
    padded,
    squeezed,
    stacked,
    validate,
)
from defnpy.nx.tensor import Tensor, template


def _reshape(params: Any, a: Tensor) -> Tensor:
    check_reshape(a.shape, params["shape"])
    return template(a.type, params["shape"], params.get("names"))


def _squeeze(params: Any, a: Tensor) -> Tensor:
    shape, names = squeezed(a.shape, a.names, params["axes"])
    return template(a.type, shape, names)


def _broadcast(params: Any, a: Tensor) -> Tensor:
    check_broadcast(a.shape, params["shape"], params["axes"])
    return template(a.type, params["shape"], params.get("names"))


def _transpose(params: Any, a: Tensor) -> Tensor:
    axes = params["axes"]
    return template(a.type, tuple(a.shape[i] for i in axes), intern_names([a.names[i] for i in axes]))


def _pad(params: Any, a: Tensor, value: Tensor) -> Tensor:
    config = params["config"]
    shape = padded(a.shape, config)
    if any(n < 1 for n in shape):
        validate(shape)
    return template(params.get("type") or merge(a.type, value.type), shape, a.names)


def _like(params: Any, a: Tensor) -> Tensor:
    return template(a.type, a.shape, a.names)


def _merge_all(tensors: tuple[Tensor, ...]) -> Any:
    kind = tensors[0].type
    for t in tensors[1:]:
        kind = merge(kind, t.type)
    return kind


def _joined(tensors: tuple[Tensor, ...]) -> tuple[list[Any], list[Any]]:
    return [t.shape for t in tensors], [t.names for t in tensors]


def _concatenate(params: Any, *tensors: Tensor) -> Tensor:
    shape, names = concatenated(*_joined(tensors), params["axis"])
    return template(_merge_all(tensors), shape, names)


def _stack(params: Any, *tensors: Tensor) -> Tensor:
    shape, names, _ = stacked(*_joined(tensors), params["axis"], params.get("name"))
    return template(_merge_all(tensors), shape, names)


RESHAPE = Op("reshape", _reshape)
SQUEEZE = Op("squeeze", _squeeze)
BROADCAST = Op("broadcast", _broadcast)
"""Params ``shape``, ``axes`` (where each axis of the operand goes) and optional ``names``."""
TRANSPOSE = Op("transpose", _transpose)
PAD = Op("pad", _pad)
"""Operands tensor and scalar; params ``config``: a tuple of (low, high, interior), negative low/high cut off."""
REVERSE = Op("reverse", _like)
CONCATENATE = Op("concatenate", _concatenate)
STACK = Op("stack", _stack)

OPS: tuple[Op, ...] = (RESHAPE, SQUEEZE, BROADCAST, TRANSPOSE, PAD, REVERSE, CONCATENATE, STACK)
