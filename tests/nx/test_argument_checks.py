"""Which arguments Nx and what belongs to it refuse, and in which words."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

INVALID_OPTION = "ArgumentError: errors were found at the given arguments:\n\n  * 2nd argument: invalid option in list\n"
NAMES = "ArgumentError: invalid names for tensor of rank 2, when specifying names every dimension must have a name or be nil"
CASES = [
    ("Nx.take(Nx.iota({2, 3, 4}), Nx.tensor([5]), axis: 2)", "ArgumentError: index 5 is out of bounds for axis 0 in shape {4, 2, 3}"),
    ("Nx.broadcast(Nx.iota({3}), {3, 2}, names: [:a])", NAMES),
    ("Nx.tensor([], type: :f32)", "RuntimeError: cannot build empty tensor"),
    ("Nx.eye(0)", "ArgumentError: eye/2 expects a shape with at least 2 dimensions or an integer, got: {}"),
    ("Nx.make_diagonal(Nx.iota({2, 2}), offset: 1.0)", "ArgumentError: make_diagonal/2 expects tensor of rank 1, got tensor of rank: 2"),
    ("Nx.Constants.max(:c64)", "FunctionClauseError: no function clause matching in Nx.Type.infinity_binary/1"),
    ("Nx.Constants.min_finite(:c64)", "FunctionClauseError: no function clause matching in Nx.Type.min_finite_binary/1"),
    ("Nx.serialize(Nx.iota({3}), compressed: 20)", INVALID_OPTION),
    ("Nx.serialize(Nx.iota({3}), foo: 1)", INVALID_OPTION),
    ('Safetensors.dump(%{"a" => Nx.tensor([1, 2], type: :u4)})', "RuntimeError: unrecognized type {:u, 4}"),
    ("Nx.Serving.process_options(Nx.Serving.jit(&Nx.sin/1), batch_size: 2, batch_timeout: 5).process_options",
     "[batch_timeout: 5, batch_size: 2]"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_arguments(code: str, expected: str) -> None:
    assert outcome(code) == expected


def test_entries_of_a_batch_have_one_form() -> None:
    got = outcome("Nx.Batch.stack([%{a: 1}, %{b: 1}])")
    assert got.startswith("ArgumentError: cannot add to batch due to incompatible tensors/containers.\n\nThe head of the list has shape:")


def test_derived_containers_are_a_list() -> None:
    code = "defmodule OneField do\n  @derive {Nx.Container, containers: :a}\n  defstruct [:a]\nend"
    assert outcome(code).startswith("Protocol.UndefinedError: protocol Enumerable not implemented for type Atom")
