"""Programs give the same on a backend whose data is no NumPy array, which checks what every operation promised.

This is what a tracer sees: creation goes to the default backend, blocks are composed, operands are never looked into.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.nx import backend as backends
from defnpy.nx.show import body_lines
from defnpy.nx.tensor import Traced
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.process import current
from tests.reference.compare import counted, same_text

CASES = Path(__file__).parent.parent / "reference" / "cases" / "nx"
AREAS = (
    "access", "arith", "bitwise", "broadcast", "compare", "complex", "conv", "dot", "fft", "index", "names", "pad", "reduce",
    "shape", "sort", "stats", "types", "unary", "vectorize", "window",
)  # fmt: skip


class Boxed(Traced):
    """An array that nobody but its backend may open."""

    __slots__ = ("array",)
    backend: Any

    def __init__(self, array: Any) -> None:
        self.array = array


class BoxBackend(backends.Backend):
    """Runs NumPy kernels on boxed arrays and compares results with the output template."""

    name = Atom("Elixir.Box.Backend")

    def run(self, op, out, operands, params):
        assert not any(t.vectorized_axes for t in operands), op
        arrays = [t.data.array if t.data.__class__ is Boxed else t.data for t in operands]
        made = np.asarray(backends.binary().table[op](out, params, *arrays))
        assert (made.shape, made.dtype) == (out.shape, out.type.numpy), op
        out.data = Boxed(made)
        return out

    def from_numpy(self, out, array):
        out.data = Boxed(np.asarray(array))
        return out

    def to_numpy(self, tensor):
        return tensor.data.array

    def show(self, tensor, limit):
        return body_lines(tensor, tensor.data.array, limit)


@pytest.fixture
def box() -> Iterator[Any]:
    runtime = ensure_runtime()
    Boxed.backend = BoxBackend()
    module = Module(BoxBackend.name)
    module.defined = module.native = True
    module.info["backend"] = Boxed.backend
    runtime.modules[BoxBackend.name] = module
    yield (BoxBackend.name, [])
    backends.restore(None)


def outcome(code: str, backend: Any) -> str:
    """The value or the error of a program."""
    backends.restore(backend)
    try:
        return inspect(ensure_runtime().evaluator.run_text(code, "case.exs"), pretty=True)
    except ElixirError as error:
        return f"{error.term.module.name}: {error.text}"


@pytest.mark.parametrize("area", AREAS)
def test_same_as_on_numpy(area, box):
    for line in (CASES / f"{area}.jsonl").read_text().splitlines():
        case = json.loads(line)
        if counted(case) and "defmodule" not in case["code"]:
            plain, boxed = outcome(case["code"], None), outcome(case["code"], box)
            assert same_text(plain, boxed), case["id"]
            assert current().state.get("nx_backend") == box or "default_backend" in case["code"]
