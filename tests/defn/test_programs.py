"""Programs of the Evaluator: values, memory, scopes of options."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defnpy.nx import api
from defnpy.nx.defn import debug_expr_apply, jit
from tests.defn.helpers import array, run

_NX = api.MODULE.functions
_STEPS = ("add", "subtract", "multiply", "max", "exp", "tanh", "sum", "transpose", "sigmoid", "negate", "sqrt")


def _apply(steps: list[tuple[str, int]], x: Any) -> Any:
    values = [x]
    for name, i in steps:
        a, b = values[i % len(values)], values[-1]
        if name == "sum":
            values.append(_NX["broadcast/2"](_NX["sum/1"](a), (2, 2)))
        elif f"{name}/2" in _NX and name not in ("transpose",):
            values.append(_NX[f"{name}/2"](a, b))
        else:
            values.append(_NX[f"{name}/1"](a))
    return tuple(values[-3:])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 7)), min_size=1, max_size=12))
def test_jit_equals_eager(steps: list[tuple[str, int]]) -> None:
    """Buffers are reused inside a program; neither results nor inputs may show it."""
    x = run("Nx.tensor([[0.5, -1.0], [2.0, 0.25]])")
    before = array(x).copy()
    eager = _apply(steps, x)
    compiled = jit(lambda t: _apply(steps, t))
    first, second = compiled(x), compiled(x)
    for a, b, c in zip(eager, first, second, strict=True):
        np.testing.assert_allclose(array(b), array(a), rtol=1e-6)
        np.testing.assert_array_equal(array(b), array(c))
    np.testing.assert_array_equal(array(x), before)


def test_long_chain() -> None:
    def chain(x: Any) -> Any:
        for _ in range(20_000):
            x = _NX["sin/1"](x)
        return x

    x = run("Nx.tensor([1.0])")
    assert 0.01 < float(array(jit(chain)(x))[0]) < 0.02


def test_process_options_do_not_leak() -> None:
    code = """
    Nx.Defn.default_options(tag: TAG)
    for _ <- 1..20, do: Nx.Defn.default_options()[:tag]
    """
    wrong: list[Any] = []

    def work(i: int) -> None:
        seen = run(code.replace("TAG", str(i)))
        if any(tag != i for tag in seen):
            wrong.append((i, seen))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_trace_is_kept() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append(1)
        return _NX["add/2"](x, 1)

    compiled = jit(f)
    x = run("Nx.tensor([1, 2])")
    compiled(x)
    compiled(x)
    assert len(seen) == 1
    compiled(run("Nx.tensor([1.0])"))
    assert len(seen) == 2


def test_printing_trace_is_repeated() -> None:
    from defnpy.terms import process

    out: list[str] = []
    token = process.enter(process.Process())
    process.current().leader = out.append
    try:
        run("f = Nx.Defn.jit(fn x -> IO.puts(\"traced\"); Nx.add(x, 1) end)\nf.(1)\nf.(1)")
    finally:
        process.leave(token)
    assert "".join(out) == "traced\ntraced\n"


def test_constants_fold() -> None:
    made = debug_expr_apply(lambda x: _NX["multiply/2"](_NX["add/2"](_NX["add/2"](x, 1), 2), 1), [run("Nx.tensor([1])")])
    assert made.data.op.name == "add"
    assert made.data.operands[0].data.params["value"] == 3


def test_branches_run_alone() -> None:
    code = """
    defmodule OneBranch do
      import Nx.Defn
      defn f(x) do
        if x > 0, do: Nx.io_call(x, :a), else: Nx.io_call(-x, :b)
      end
    end
    me = self()
    hooks = %{a: fn _ -> send(me, :a) end, b: fn _ -> send(me, :b) end}
    Nx.Defn.jit(&OneBranch.f/1, hooks: hooks).(3)
    receive do m -> m end
    """
    from defnpy.terms.atom import Atom

    assert run(code.replace("Nx.io_call", "io_call")) is Atom("a")
