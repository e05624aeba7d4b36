"""Making Runtimes."""

from __future__ import annotations

from defnpy.terms.runtime import Runtime, runtime, set_default_factory


def make_runtime() -> Runtime:
    """A Runtime with defnpy's native modules and an evaluator."""
    from defnpy.host.catalog import load_native
    from defnpy.host.evaluator import Evaluator

    made = Runtime(load_native)
    made.evaluator = Evaluator(made)
    return made


def ensure_runtime() -> Runtime:
    """The current Runtime; the default one is made on first use."""
    set_default_factory(make_runtime)
    return runtime()
