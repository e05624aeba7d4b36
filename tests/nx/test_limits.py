"""Refusals: tensors that no memory holds, indices that are no indices, backends that do not go together."""

from __future__ import annotations

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.nx import memory
from defnpy.terms.errors import ElixirError
from defnpy.terms.inspect import inspect

HUGE = [
    "Nx.iota({1000000, 1000000})", "Nx.eye(1000000)", "Nx.broadcast(1, {1000000, 1000000})", "Nx.iota({1000000, 1000000}, type: :u8)",
    "Nx.add(Nx.iota({1000000, 1}), Nx.iota({1, 1000000}))", "Nx.outer(Nx.iota({1000000}), Nx.iota({1000000}))",
    "Nx.tile(Nx.iota({1000}), [100000, 100000])", "Nx.pad(Nx.iota({10}), 0, [{0, 10000000000000, 0}])",
    "Nx.Random.uniform(Nx.Random.key(1), shape: {1000000, 1000000})", "Nx.iota({1 <<< 20, 1 <<< 20, 1 <<< 20})",
]  # fmt: skip


def refusal(code: str) -> str:
    with pytest.raises(ElixirError) as caught:
        ensure_runtime().evaluator.run_text("import Bitwise\n" + code, "case.exs")
    return f"{inspect(caught.value.term.module)}: {caught.value.text}"


@pytest.mark.parametrize("around", ["%s", "Nx.with_default_backend(EXLA.Backend, fn -> %s end)", "Nx.Defn.jit(fn -> %s end).()",
                                    "Nx.Defn.jit(fn -> %s end, compiler: EXLA).()"], ids=["eager", "exla-eager", "evaluator", "exla"])  # fmt: skip
@pytest.mark.parametrize("code", HUGE)
def test_too_large(code: str, around: str) -> None:
    found = refusal(around % code)
    assert found.startswith("SystemLimitError: a system limit has been reached: ")
    assert "of memory" in found


def test_the_memory_that_is_free_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 3 << 30)
    assert refusal("Nx.iota({1000, 1000, 1000})") == (
        "SystemLimitError: a system limit has been reached: a tensor of type s32 and shape {1000, 1000, 1000} needs 3.7 GiB of memory, "
        "3.0 GiB are free"
    )


def test_what_is_never_made_is_no_matter() -> None:
    made = ensure_runtime().evaluator.run_text(
        "Nx.Defn.jit(fn x -> Nx.outer(x, x) |> Nx.sum() end, compiler: EXLA).(Nx.iota({20000}, type: :f32)) |> Nx.shape()", "case.exs"
    )
    assert made == ()


@pytest.mark.parametrize(("code", "want"), [
    ("Nx.take(Nx.iota({3}), Nx.tensor([0, :nan]))", "ArgumentError: indices must be an integer tensor, got {:f, 32}"),
    ("Nx.slice(Nx.iota({3}), [:nan], [1])", "ArgumentError: index must be integer type, got {:f, 32} for axis 0"),
    ("Nx.indexed_put(Nx.iota({3}), Nx.tensor([[:nan]]), Nx.tensor([1]))", "ArgumentError: indices must be an integer tensor, got type: {:f, 32}"),
    ("Nx.sum(Nx.iota({3}), axes: [-2])", "ArgumentError: given axis (-2) invalid for shape with rank 1"),
    ("Nx.sort(Nx.iota({3}), axis: 1)", "ArgumentError: given axis (1) invalid for shape with rank 1"),
    ("Nx.pad(Nx.iota({3}), 0, [{-3, 0, 0}])",
     "ArgumentError: invalid dimension in axis 0 found in shape. Each dimension must be a positive integer, got 0 in shape {0}"),
    ("Nx.add(Nx.iota({2}, backend: EXLA.Backend), Nx.template({2}, :s32))",
     "Nx.Defn.IncompatibleBackendsError: cannot invoke Nx function because it relies on two incompatible tensor implementations: "
     "EXLA.Backend and Nx.TemplateBackend. You may need to call Nx.backend_transfer/2 (or Nx.backend_copy/2) on one or both of them to "
     "transfer them to a common implementation"),
    ("Nx.with_default_backend(EXLA.Backend, fn -> Nx.add(Nx.template({2}, :s32), 1) end)",
     "RuntimeError: cannot perform operations on a Nx.TemplateBackend tensor"),
    ("Nx.with_default_backend(EXLA.Backend, fn -> Nx.add(1, Nx.template({2}, :s32)) end)",
     "RuntimeError: cannot perform operations on a Nx.TemplateBackend tensor"),
    ("Nx.add(Nx.template({2}, :s32), 1)", "RuntimeError: cannot perform operations on a Nx.TemplateBackend tensor"),
])  # fmt: skip
def test_refusals(code: str, want: str) -> None:
    assert refusal(code) == want


@pytest.mark.parametrize(("code", "want"), [
    ("Nx.to_batched(Nx.iota({5}), 2) |> is_struct(Stream)", "true"),
    ("Nx.to_batched(Nx.iota({1000000}), 1) |> Stream.map(&Nx.to_flat_list/1) |> Enum.take(2)", "[[0], [1]]"),
    ("Nx.to_batched(Nx.iota({5}, names: [:n]), 2) |> Enum.map(&{Nx.to_flat_list(&1), Nx.names(&1)})",
     "[{[0, 1], [:n]}, {[2, 3], [:n]}, {[4, 0], [:n]}]"),
    ("Nx.to_batched(Nx.vectorize(Nx.iota({3, 2}), :v), 2) |> Enum.map(&{Nx.to_flat_list(&1), &1.vectorized_axes})",
     "[{[0, 1, 2, 3], [v: 2]}, {[4, 5, 0, 1], [v: 2]}]"),
    ("Nx.to_batched(Nx.iota({5}), 2, leftover: :discard) |> Enum.count()", "2"),
])  # fmt: skip
def test_batches(code: str, want: str) -> None:
    assert inspect(ensure_runtime().evaluator.run_text(code, "case.exs")) == want
