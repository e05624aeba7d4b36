"""Elixir functions called from Python."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import defnpy

CODE = """
defmodule Model do
  import Nx.Defn

  defn predict(%{"kernel" => k, "bias" => b}, x), do: Nx.sigmoid(Nx.dot(x, k) + b)
  defn scale(x, opts \\\\ []) do
    opts = keyword!(opts, by: 2.0)
    x * opts[:by]
  end
  defn pair(%{a: a, b: b}), do: %{sum: a + b, both: {a, b}}
  defn wide(x), do: x + 0.5
  def greet(name), do: "hello #{name}"
  def empty?(list), do: list == []
  def fetch!(map, key), do: Map.fetch!(map, key)
  def apply_to(f, x), do: f.(x)
end
"""
P = {"kernel": np.ones((3, 2), np.float32), "bias": np.zeros(2, np.float32)}
X = np.ones((4, 3), np.float32)


@pytest.fixture(params=["evaluator", "exla"])
def model(request: pytest.FixtureRequest, program: Callable[..., Path]) -> Any:
    return defnpy.load(program(CODE, "model.defn"), compiler=request.param)


def hand(p: Any, x: Any) -> Any:
    return 1 / (1 + np.exp(-(x @ p["kernel"] + p["bias"])))


def test_arrays_and_containers(model: Any) -> None:
    np.testing.assert_allclose(model.predict(P, X), hand(P, X), rtol=1e-6)
    np.testing.assert_allclose(model.predict(P, X[:2]), hand(P, X[:2]), rtol=1e-6)
    np.testing.assert_allclose(model.scale(X), X * 2)
    np.testing.assert_allclose(model.scale(X, by=5), X * 5)
    pair = model.pair({"a": 1, "b": np.float32(2.5)})
    assert (float(pair["sum"]), int(pair["both"][0]), float(pair["both"][1])) == (3.5, 1, 2.5)


class Pair(NamedTuple):
    """A container that jax takes apart and a plain tuple does not match by class."""

    a: Any
    b: Any


def test_every_call_takes_the_containers_that_the_first_one_took(program: Callable[..., Path]) -> None:
    code = "defmodule M do\n  import Nx.Defn\n  defn f(t, x), do: elem(t, 0) * x + elem(t, 1)\nend\n"
    f = defnpy.load(program(code, "containers.defn"), compiler="exla").f
    x = np.arange(3, dtype=np.float32)
    for given in (Pair(x, x), Pair(x, x), (x, x), (x, x), Pair(x, x), Pair(x, (x + 1)[:1])):
        np.testing.assert_allclose(f(given, x), x * given[0] + given[1])


def test_plain_functions_and_names(model: Any) -> None:
    assert model.greet("you") == "hello you"
    assert model.empty_q([]) is True
    assert getattr(model, "empty?")([1]) is False
    assert model.apply_to(lambda x: x + 1, 2) == 3
    with pytest.raises(AttributeError, match="did you mean 'predict'"):
        _ = model.predit


def test_errors_are_python_errors_with_a_position(model: Any) -> None:
    with pytest.raises(KeyError, match="key :missing not found") as caught:
        model.fetch_bang({}, defnpy.host.embed.Atom("missing"))  # type: ignore[attr-defined]
    assert caught.value.term.module.name == "Elixir.KeyError"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="dot/zip expects shapes to be compatible"):
        model.predict(P, np.ones((4, 5), np.float32))
    with pytest.raises(TypeError):
        model.predict(P)


def test_inside_the_users_own_transformations(model: Any) -> None:
    jitted = jax.jit(model.predict)(P, X)
    np.testing.assert_allclose(jitted, hand(P, X), rtol=1e-6)
    grad = jax.grad(lambda p: model.predict(p, X).sum())(jax.tree.map(jnp.asarray, P))
    s = hand(P, X)
    np.testing.assert_allclose(grad["bias"], (s * (1 - s)).sum(axis=0), rtol=1e-5)
    mapped = jax.vmap(lambda row: model.predict(P, row))(X)
    np.testing.assert_allclose(mapped, hand(P, X), rtol=1e-6)


def test_64_bits_without_touching_jax(model: Any) -> None:
    out = model.wide(np.ones(2, np.float64))
    assert np.asarray(out).dtype == np.float64
    assert not jax.config.jax_enable_x64
    assert jnp.ones(1).dtype == jnp.float32


def test_no_copies_at_the_border(program: Callable[..., Path]) -> None:
    module = defnpy.load(program("defmodule Same do\n  def same(x), do: x\nend\n", "same.ex"))
    array = np.arange(6.0)
    assert np.shares_memory(module.same(array), array)
    placed = jnp.arange(6.0)
    assert module.same(placed).unsafe_buffer_pointer() == placed.unsafe_buffer_pointer()


def test_bound_parameters(model: Any) -> None:
    np.testing.assert_allclose(model.predict.bind(P)(X), hand(P, X), rtol=1e-6)


def test_axon_model(program: Callable[..., Path]) -> None:
    path = program('model = Axon.input("x") |> Axon.dense(4) |> Axon.relu() |> Axon.dense(1)\n', "net.defn")
    net = defnpy.load(path).model
    results = []
    for compiler in ("evaluator", "exla"):
        init, predict = defnpy.build(net, compiler=compiler, seed=7)  # type: ignore[attr-defined]
        params = init(X, {})
        assert sorted(params) == ["dense_0", "dense_1"]
        results.append(np.asarray(predict(params, X)))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)


def test_scopes_from_python(program: Callable[..., Path]) -> None:
    module = defnpy.load(program(CODE, "model.defn"))
    assert isinstance(module.scale(X), np.ndarray)
    with defnpy.options(compiler="exla"):
        assert isinstance(module.scale(X), jax.Array)
    assert isinstance(module.scale(X), np.ndarray)
    before = defnpy.global_default_options(compiler="exla")
    try:
        assert isinstance(module.scale(X), jax.Array)
        assert defnpy.default_options(compiler="evaluator") == {"compiler": "exla"}
        assert isinstance(module.scale(X), np.ndarray)
    finally:
        defnpy.global_default_options(**before)
        defnpy.default_options()


def test_64_threads_do_not_see_each_other(program: Callable[..., Path]) -> None:
    module = defnpy.load(program(CODE, "model.defn"))
    wrong: list[int] = []
    start = threading.Barrier(64)

    def work(i: int) -> None:
        defnpy.default_options(compiler="exla" if i % 2 else "evaluator")
        start.wait()
        for _ in range(5):
            if isinstance(module.scale(X, by=float(i)), jax.Array) != bool(i % 2):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_import_hook(tmp_path: Path) -> None:
    (tmp_path / "my_model.defn").write_text(CODE)
    code = "import numpy as np, defnpy.importer, my_model; print(my_model.scale(np.ones(2, np.float32)), my_model.greet('x'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
                          env={"PYTHONPATH": f"{Path(__file__).parents[2]}", "PATH": "", "DEFNPY_CACHE_DIR": str(tmp_path / "c")})
    assert done.stdout == "[2. 2.] hello x\n"
