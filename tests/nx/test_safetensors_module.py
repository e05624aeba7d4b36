"""The Safetensors module of Elixir programs."""

from __future__ import annotations

import json

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import ElixirError
from defnpy.terms.inspect import inspect


def value(code: str) -> str:
    return inspect(ensure_runtime().evaluator.run_text(code, "case.exs"))


def test_round_trip_through_a_file(tmp_path) -> None:
    path = tmp_path / "weights.safetensors"
    assert value(f"""
    tensors = %{{"b" => Nx.tensor([[1, 2], [3, 4]], type: :u8), "a" => Nx.tensor(1.5, type: :bf16), "c" => Nx.tensor([1.0e-2], type: :f8)}}
    :ok = Safetensors.write!("{path}", tensors)
    made = Safetensors.read!("{path}")
    lazy = Safetensors.read!("{path}", lazy: true)
    {{made == tensors, Map.keys(lazy), lazy["b"].__struct__, Nx.to_tensor(lazy["b"]) == tensors["b"],
      Safetensors.load!(Safetensors.dump(tensors)) == tensors, IO.iodata_to_binary(Safetensors.dump(tensors)) == File.read!("{path}"),
      Nx.Defn.jit(&Nx.add(&1, 1)).(lazy["b"]) |> Nx.to_flat_list()}}
    """) == '{true, ["a", "b", "c"], Safetensors.FileTensor, true, true, true, [2, 3, 4, 5]}'
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    assert list(json.loads(raw[8 : 8 + size])) == ["a", "b", "c"]


@pytest.mark.parametrize(("code", "want"), [
    ('Safetensors.dump(%{"a" => Nx.tensor(1, type: :c64)})', "unrecognized type {:c, 64}"),
    ('Safetensors.read!("/nowhere/at-all")', 'could not open "/nowhere/at-all": no such file or directory'),
    ('Safetensors.load!("short")', "not a valid safetensors file"),
    ('Safetensors.read!("x", other: 1)', "unknown keys [:other] in [other: 1], the allowed keys are: [:lazy]"),
    ("Safetensors.dump([])", "no function clause matching in Safetensors.dump/1"),
])  # fmt: skip
def test_errors(code: str, want: str) -> None:
    with pytest.raises(ElixirError) as caught:
        value(code)
    assert want in caught.value.text


def test_a_lazy_tensor_of_a_file_that_shrank(tmp_path) -> None:
    path = tmp_path / "t.safetensors"
    value(f'Safetensors.write!("{path}", %{{"a" => Nx.iota({{100}})}})')
    with pytest.raises(ElixirError) as caught:
        value(f"""
        lazy = Safetensors.read!("{path}", lazy: true)
        File.write!("{path}", "gone")
        Nx.to_tensor(lazy["a"])
        """)
    assert "shorter than when its header was read" in caught.value.text
