"""The module EXLA.Client."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("default_name/0")
def default_name() -> Any:
    """The client that programs run on."""
    import jax

    platform = jax.default_backend()
    return Atom("host" if platform == "cpu" else {"gpu": "cuda"}.get(platform, platform))


@ex("get_supported_platforms/0")
def get_supported_platforms() -> Any:
    """Platforms and their numbers of devices."""
    import jax

    return {default_name(): jax.device_count(), Atom("host"): jax.device_count("cpu")}


MODULE = native_module("EXLA.Client", globals())
