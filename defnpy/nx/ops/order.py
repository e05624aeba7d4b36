"""Sorting and Fourier transforms."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import S32, to_complex
from defnpy.nx.ops.base import Op
from defnpy.nx.tensor import Tensor, template


def _sort(params: Any, a: Tensor) -> Tensor:
    return template(a.type, a.shape, a.names)


def _argsort(params: Any, a: Tensor) -> Tensor:
    return template(params.get("type") or S32, a.shape, a.names)


def _fft(params: Any, a: Tensor) -> Tensor:
    axis, n = params["axis"], params["length"]
    return template(to_complex(a.type), (*a.shape[:axis], n, *a.shape[axis + 1 :]), a.names)


SORT = Op("sort", _sort)
"""Params ``axis``, ``direction`` (``"asc"``/``"desc"``), ``stable``."""
ARGSORT = Op("argsort", _argsort)
FFT = Op("fft", _fft)
"""Params ``eps``, ``length``, ``axis``: cut or padded with zeros to ``length``; parts below ``eps`` become 0."""
IFFT = Op("ifft", _fft)

OPS: tuple[Op, ...] = (SORT, ARGSORT, FFT, IFFT)
