"""Operations that move elements: reshape, transpose, pad, concatenate ..."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import merge
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import check_broadcast, check_reshape, intern_names, padded, validate
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.errors import ArgumentError


def _reshape(params: Any, a: Tensor) -> Tensor:
    check_reshape(a.shape, params["shape"])
    return template(a.type, params["shape"], params.get("names"))


def _squeeze(params: Any, a: Tensor) -> Tensor:
    gone = params["axes"]
    for axis in gone:
        if a.shape[axis] != 1:
            raise ArgumentError(
                f"cannot squeeze dimensions whose sizes are not 1, got {a.shape[axis]} for dimension {axis}"
            )
    kept = [i for i in range(len(a.shape)) if i not in gone]
    return template(a.type, tuple(a.shape[i] for i in kept), intern_names([a.names[i] for i in kept]))


def _broadcast(params: Any, a: Tensor) -> Tensor:
    check_broadcast(a.shape, params["shape"], params["axes"])
    return template(a.type, params["shape"], params.get("names"))


def _transpose(params: Any, a: Tensor) -> Tensor:
    axes = params["axes"]
    return template(a.type, tuple(a.shape[i] for i in axes), intern_names([a.names[i] for i in axes]))


def _pad(params: Any, a: Tensor, value: Tensor) -> Tensor:
    config = params["config"]
    if len(config) != len(a.shape):
        raise ArgumentError("invalid padding configuration, rank of padding configuration and shape must match")
    if any(mid < 0 for _, _, mid in config):
        raise ArgumentError("invalid padding configuration, interior padding must be non-negative")
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


def _fold_names(tensors: tuple[Tensor, ...]) -> list[Any]:
    names = list(tensors[0].names)
    for t in tensors[1:]:
        for i, name in enumerate(t.names):
            if names[i] is None:
                names[i] = name
            elif name is not None and name is not names[i]:
                raise ArgumentError(f"cannot merge name {text(name)} on axis 0 with name {text(names[i])} on axis 0")
    return names


def _concatenate(params: Any, *tensors: Tensor) -> Tensor:
    axis = params["axis"]
    first = tensors[0].shape
    size = 0
    for t in tensors:
        if len(t.shape) != len(first) or any(i != axis and n != first[i] for i, n in enumerate(t.shape)):
            star = "{" + ", ".join("*" if i == axis else str(n) for i, n in enumerate(first)) + "}"
            raise ArgumentError(f"expected all shapes to match {star}, got unmatching shape: {text(t.shape)}")
        size += t.shape[axis]
    shape = (*first[:axis], size, *first[axis + 1 :])
    return template(_merge_all(tensors), shape, intern_names(_fold_names(tensors)))


def _stack(params: Any, *tensors: Tensor) -> Tensor:
    axis = params["axis"]
    if any(t.shape != tensors[0].shape for t in tensors):
        shapes: list[Any] = []
        for t in tensors:
            if t.shape not in shapes:
                shapes.append(t.shape)
        raise ArgumentError(f"can only stack tensors of the same shape, got distinct shapes: {text(shapes)}")
    names = _fold_names(tensors)
    names.insert(axis, params.get("name"))
    shape = list(tensors[0].shape)
    shape.insert(axis, len(tensors))
    return template(_merge_all(tensors), tuple(shape), intern_names(names))


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
