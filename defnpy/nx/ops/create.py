"""Operations without operands. Their params carry the whole output: ``type``, ``shape``, ``names``."""

from __future__ import annotations

from typing import Any

from defnpy.nx.ops.base import Op
from defnpy.nx.tensor import Tensor, template


def _given(params: Any) -> Tensor:
    return template(params["type"], params["shape"], params.get("names"))


CONSTANT = Op("constant", _given)
IOTA = Op("iota", _given)
EYE = Op("eye", _given)

OPS: tuple[Op, ...] = (CONSTANT, IOTA, EYE)
