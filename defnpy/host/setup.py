"""Making Runtimes."""

from __future__ import annotations

from typing import Any

from defnpy.terms.runtime import Runtime, runtime, set_default_factory


def make_runtime() -> Runtime:
    """A Runtime with defnpy's native modules; its evaluator is loaded on first use."""
    from defnpy.host.catalog import load_native, tables

    made = Runtime(load_native, tables)
    made.make_evaluator = _evaluator
    made.options["translate_error"] = _translate
    made.options["iterate"] = _iterate
    return made


def _iterate(term: Any) -> Any:
    from defnpy.stdlib.enumerable import iterate

    return iterate(term)


def _translate(error: BaseException) -> Any:
    from defnpy.host.translate import translate

    return translate(error)


def _evaluator(made: Runtime) -> Any:
    from defnpy.host.evaluator import Evaluator

    return Evaluator(made)


def ensure_runtime() -> Runtime:
    """The current Runtime; the default one is made on first use."""
    set_default_factory(make_runtime)
    return runtime()
