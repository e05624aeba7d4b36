"""Where the value of an emitted expression goes."""

from __future__ import annotations

from typing import Any

RETURN = "return"
DISCARD = "discard"
Dest = Any
"""RETURN, DISCARD or the name of a Python variable (``("name", id)``)."""
