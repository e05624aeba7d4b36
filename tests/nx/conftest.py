"""The default Runtime of the tests knows the native modules."""

from __future__ import annotations

from defnpy.host.setup import ensure_runtime

ensure_runtime()
