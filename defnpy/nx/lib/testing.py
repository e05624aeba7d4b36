"""``Nx.Testing``: assertions on tensors."""

from __future__ import annotations

from typing import Any

from defnpy.nx.api.compare import all_close, equal, logical_and, logical_or
from defnpy.nx.api.convert import to_number
from defnpy.nx.api.elementwise import is_nan
from defnpy.nx.api.reduce import all_
from defnpy.nx.convert import to_tensor
from defnpy.nx.options import keywords
from defnpy.nx.show import text
from defnpy.stdlib.exunit.errors import fail
from defnpy.terms.module import ex, native_module


@ex("assert_equal/2")
def assert_equal(left: Any, right: Any) -> None:
    """Both tensors have equal elements; NaN equals NaN."""
    same = equal(left, right)
    nan = logical_and(is_nan(left), is_nan(right))
    if to_number(all_(logical_or(same, nan))) != 1:
        fail(message=
            f"Tensor assertion failed.\nleft:\n\n{text(to_tensor(left))}\n\nright:\n\n{text(to_tensor(right))}\n"
        )


@ex("assert_all_close/2", "assert_all_close/3")
def assert_all_close(left: Any, right: Any, opts: Any = ()) -> None:
    """All elements agree within ``:atol`` (1.0e-4) and ``:rtol`` (1.0e-4)."""
    given = {k.name: v for k, v in opts}
    atol, rtol = given.get("atol", 1.0e-4), given.get("rtol", 1.0e-4)
    if to_number(all_(all_close(left, right, keywords(atol=atol, rtol=rtol)))) != 1:
        fail(message=
            f"expected\n\n{text(to_tensor(left))}\n\nto be within tolerance of\n\n{text(to_tensor(right))}\n"
        )


MODULE = native_module("Nx.Testing", globals())
