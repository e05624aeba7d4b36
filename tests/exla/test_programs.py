"""Compiled programs: 64-bit types, threads, host calls, and use inside JAX's transformations."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from defnpy.compilers.exla.backend import JaxData, tensor_from_jax
from defnpy.compilers.exla.compiler import COMPILER
from defnpy.compilers.exla.lower import lower
from defnpy.compilers.exla.types import x64
from defnpy.nx import defn
from defnpy.terms.errors import RuntimeError_

EXLA = "Nx.Defn.global_default_options(compiler: EXLA)\n"


def graph_of(session: Any, source: str, *arrays: Any) -> Any:
    """The graph of an anonymous function for arguments like *arrays*."""
    fun = session.run(source)
    return defn.trace(fun, [tensor_from_jax(a) for a in arrays], COMPILER.name)


def test_lower_under_jit_grad_and_vmap(session: Any) -> None:
    x = jnp.asarray([0.5, -1.0, 2.0], jnp.float32)
    graph = graph_of(session, "fn x -> Nx.sum(Nx.multiply(Nx.sin(x), Nx.max(x, 0))) end", x)
    own = lower(graph)

    def hand(x: Any) -> Any:
        return jnp.sum(jnp.sin(x) * jnp.maximum(x, 0))

    assert np.allclose(jax.jit(own)(x)[0], hand(x))
    assert np.allclose(jax.grad(lambda a: own(a)[0])(x), jax.grad(hand)(x))
    many = jnp.stack([x, 2 * x])
    assert np.allclose(jax.vmap(lambda a: own(a)[0])(many), jax.vmap(hand)(many))


def test_control_flow(session: Any) -> None:
    code = """
    defmodule Steps do
      import Nx.Defn
      defn run(x, n) do
        {x, _, _} =
          while {x, n, i = 0}, i < n do
            x = if rem(i, 2) == 0, do: x * 2, else: x + 1
            {x, n, i + 1}
          end
        cond do
          x > 100 -> -x
          x > 10 -> x
          true -> x * 0
        end
      end
    end
    """
    session.run(EXLA + code)
    assert [session.run(f"Nx.to_number(Steps.run({x}, {n}))") for x, n in ((1, 3), (1, 9), (5, 4))] == [0, 62, 23]


def test_64_bits_are_scoped(session: Any) -> None:
    session.run(EXLA)
    before = jax.config.jax_enable_x64
    assert session.shown("Nx.Defn.jit(&Nx.add(&1, 1)).(Nx.tensor(9_007_199_254_740_992, type: :s64))").split()[-2] == "9007199254740993"
    assert "f64" in session.shown("Nx.Defn.jit(&Nx.divide(&1, 3)).(Nx.tensor(1.0, type: :f64))")
    assert "f64" in session.shown("Nx.Defn.jit(&Nx.as_type(&1, :f64)).(Nx.tensor(1.0))")
    assert jax.config.jax_enable_x64 == before
    assert jnp.asarray(np.ones(2)).dtype == jnp.float32


def test_wide_results_inside_a_narrow_program(session: Any) -> None:
    x = jnp.asarray([1.0, 2.0], jnp.float32)
    own = lower(graph_of(session, "fn x -> Nx.as_type(Nx.sum(Nx.as_type(x, :f64)), :f32) end", x))
    assert jax.jit(lambda a: own(a)[0] + 1)(x) == 4


def test_threads(session: Any) -> None:
    code = """
    defmodule Both do
      import Nx.Defn
      defn narrow(x), do: Nx.sum(x * 2)
      defn wide(x), do: Nx.sum(Nx.as_type(x, :s64) * Nx.tensor(3_000_000_000, type: :s64))
    end
    """
    session.run(EXLA + code)
    narrow, wide = session.run("{&Both.narrow/1, &Both.wide/1}")
    barrier = threading.Barrier(64)

    def work(i: int) -> bool:
        barrier.wait()
        x = tensor_from_jax(jnp.full((3,), i, jnp.int32))
        one, two = int(narrow(x)), int(wide(x))
        return one == 6 * i and two == 9_000_000_000 * i and jnp.asarray(1.5).dtype == jnp.float32

    with ThreadPoolExecutor(64) as pool:
        contexts = [contextvars.copy_context() for _ in range(64)]
        assert all(pool.map(lambda i: contexts[i].run(work, i), range(64)))


def test_hooks_run_in_order_as_the_caller(session: Any) -> None:
    code = """
    defmodule Show do
      def number(t), do: IO.inspect(Nx.to_number(t))
    end
    defmodule Told do
      import Nx.Defn
      defn run(x) do
        x = hook(x + 1, &Show.number/1)
        {x, _} = while {x, i = 0}, i < 3 do
          {hook(x * 2, &Show.number/1), i + 1}
        end
        x
      end
    end
    """
    session.run(EXLA + code)
    assert session.run("Nx.to_number(Told.run(1))") == 16
    assert session.printed.split() == ["2", "4", "8", "16"]


def test_an_error_in_a_hook_is_raised(session: Any) -> None:
    code = """
    defmodule Bad do
      import Nx.Defn
      defn run(x), do: hook(x, fn _ -> raise "no" end)
    end
    """
    session.run(EXLA + code)
    for _ in range(2):
        with pytest.raises(RuntimeError_, match="no"):
            session.run("Bad.run(1)")
    assert session.run("Nx.to_number(Nx.Defn.jit(&Nx.add(&1, 1)).(2))") == 3


def test_long_chain(session: Any) -> None:
    source = "fn x -> Enum.reduce(1..20_000, x, fn _, a -> Nx.add(a, x) end) end"
    graph = graph_of(session, source, jnp.asarray(1, jnp.int32))
    assert len(jax.make_jaxpr(lower(graph))(np.int32(1)).eqns) == 20_000


def test_backend(session: Any) -> None:
    session.run("Nx.global_default_backend(EXLA.Backend)")
    t = session.run("Nx.add(Nx.tensor([1.5, 2.5]), 1)")
    assert t.data.__class__ is JaxData and isinstance(t.data.array, jax.Array)
    assert session.shown("Nx.tensor([1, 2])") == "#Nx.Tensor<\n  s32[2]\n  [1, 2]\n>"
    with pytest.raises(RuntimeError_, match="deleted"):
        session.run("t = Nx.tensor([1, 2]); Nx.backend_deallocate(t); Nx.to_list(t)")
    assert session.shown("Nx.backend_transfer(Nx.tensor([1, 2])) |> Nx.add(1) |> Nx.to_flat_list()") == "[2, 3]"
    wide = session.run("Nx.multiply(Nx.tensor([3_000_000_000], type: :s64), 3)")
    assert wide.numpy().tolist() == [9_000_000_000]


def test_large_sorts_and_sums_go_over_the_host(session: Any) -> None:
    x = np.random.default_rng(0).normal(size=(3, 5000)).astype(np.float32)
    x[1, 7] = np.nan
    source = "fn x -> {Nx.sort(x, axis: 1), Nx.argsort(x, axis: 1, direction: :desc), Nx.cumulative_sum(x, axis: 1, reverse: true)} end"
    own = lower(graph_of(session, source, x))
    ordered, order, sums = jax.jit(own)(x)
    assert np.array_equal(ordered, np.sort(x, 1), equal_nan=True)
    assert np.array_equal(np.take_along_axis(x, np.asarray(order), 1), np.sort(x, 1)[:, ::-1], equal_nan=True)
    assert np.allclose(sums[0], np.cumsum(x[0, ::-1])[::-1], atol=1e-3)
    y = jnp.asarray(np.where(np.isnan(x), 0, x))
    weights = jnp.arange(5000, dtype=jnp.float32)

    def hand(a: Any) -> Any:
        return jnp.sum(jnp.sort(a, 1) * weights) + jnp.sum(jnp.cumsum(a[:, ::-1], 1)[:, ::-1] * weights)

    def ours(a: Any) -> Any:
        one, _, two = own(a)
        return jnp.sum(one * weights) + jnp.sum(two * weights)

    assert np.allclose(jax.grad(ours)(y), jax.grad(hand)(y), rtol=1e-3)
    assert np.allclose(jax.vmap(own)(jnp.stack([y, -y]))[0][1], jnp.sort(-y, 1))


def test_unknown_client(session: Any) -> None:
    from defnpy.terms.errors import ArgumentError

    with pytest.raises(ArgumentError, match="could not find EXLA client named :moon"):
        session.run("Nx.Defn.jit(fn x -> x end, compiler: EXLA, client: :moon).(1)")
    with pytest.raises(ArgumentError, match="unknown keys"):
        session.run("Nx.default_backend({EXLA.Backend, moon: 1})")


def test_reductions_with_functions(session: Any) -> None:
    session.run(EXLA)
    code = "Nx.Defn.jit(&Nx.reduce(&1, 1, [axes: [1]], fn x, acc -> Nx.subtract(Nx.multiply(acc, 2), x) end))"
    assert session.shown(f"Nx.to_list({code}.(Nx.tensor([[1, 2, 3], [4, 5, 6]])))") == "[-3, -24]"
    code = "Nx.Defn.jit(&Nx.window_reduce(&1, 0, {2}, fn x, acc -> Nx.subtract(x, acc) end))"
    assert session.shown(f"Nx.to_list({code}.(Nx.tensor([1, 5, 7])))") == "[4, 2]"


def test_nothing_is_left_switched_on() -> None:
    with x64():
        assert jnp.asarray(np.ones(2)).dtype == jnp.float64
    assert jnp.asarray(np.ones(2)).dtype == jnp.float32
