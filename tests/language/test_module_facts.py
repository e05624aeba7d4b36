"""What modules say of themselves: behaviours, callbacks, persisted attributes, and ``blame/2`` of their exceptions."""

from __future__ import annotations

