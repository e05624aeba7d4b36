"""Permission checks before the library touches the world outside the program."""

from __future__ import annotations

from typing import Any

from defnpy.terms.runtime import runtime


def need(kind: str, detail: Any = None) -> None:
    """Ask the Runtime's grants for *kind* (``read``, ``write``, ``env``, ``net``, ``run``); they raise when it is refused."""
    owner = runtime()
    owner.asked += 1
    grants = owner.grants
    if grants is not None:
        grants.need(kind, detail)
