"""NumPy's floating-point warnings are switched off inside a kernel, never for the host program."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

try:  # the error state that np.errstate would build, built once: entering it costs a tenth of np.errstate
    from numpy._core.umath import _extobj_contextvar, _make_extobj

    QUIET: Any = _make_extobj(all="ignore")
    enter: Callable[[Any], Any] = _extobj_contextvar.set
    leave: Callable[[Any], Any] = _extobj_contextvar.reset
except ImportError:  # pragma: no cover - other NumPy versions
    QUIET = None

    def enter(state: Any) -> Any:
        """Ignore floating-point errors; answers the token for :func:`leave`."""
        return np.seterr(all="ignore")

    def leave(token: Any) -> None:
        """Undo :func:`enter`."""
        np.seterr(**token)


def quiet(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """*kernel* without floating-point warnings."""

    @wraps(kernel)
    def silent(*args: Any) -> Any:
        token = enter(QUIET)
        try:
            return kernel(*args)
        finally:
            leave(token)

    return silent
