"""Nx's own file format, byte by byte as the reference lays it out."""

from __future__ import annotations

import struct
import sys
from typing import Any

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.inspect import inspect

ORDER = 0 if sys.byteorder == "little" else 1


def shown(code: str) -> str:
    return inspect(ensure_runtime().evaluator.run_text(code, "case.exs"))


def _binary(data: bytes) -> str:
    return "<<" + ", ".join(map(str, data)) + ">>"


# {:t, {2}, {:s, 32}, [nil], [], 0, 8} in the external term format.
TERM = b"\x83h\x07d\x00\x01th\x01a\x02h\x02d\x00\x01sa l\x00\x00\x00\x01d\x00\x03niljja\x00a\x08"
FILE = b"nx\x01" + bytes([ORDER]) + struct.pack(">Q", len(TERM)) + TERM + struct.pack("<ii" if ORDER == 0 else ">ii", 1, 2)


def test_the_layout_of_the_file() -> None:
    assert shown("Nx.tensor([1, 2]) |> Nx.serialize() |> IO.iodata_to_binary()") == inspect(FILE)


def test_the_other_byte_order_is_turned() -> None:
    turned = b"nx\x01" + bytes([1 - ORDER]) + FILE[4:-8] + struct.pack(">ii" if ORDER == 0 else "<ii", 1, 2)
    assert shown(f"Nx.deserialize({_binary(turned)}) |> Nx.to_list()") == "[1, 2]"


@pytest.mark.parametrize(
    "code",
    [
        "Nx.vectorize(Nx.tensor([[1, 2, 3]], names: [nil, :q]), :x)",
        "{Nx.tensor(1.5), %{a: Nx.tensor([1, 2], type: :u8), b: {Nx.tensor([[1], [2]], names: [:p, :q])}}}",
    ],
)
def test_what_was_written_is_read(code: str) -> None:
    assert shown(f"x = {code}\n(x |> Nx.serialize() |> Nx.deserialize()) == x") == "true"


def test_a_derived_struct_is_read() -> None:
    code = (
        "defmodule Ser.P do\n  @derive {Nx.Container, containers: [:a], keep: [:k]}\n  defstruct [:a, :k]\nend\n"
        "p = struct(Ser.P, a: Nx.tensor([1]), k: 7) |> Nx.serialize() |> Nx.deserialize()\n{p.__struct__, Nx.to_list(p.a), p.k}"
    )
    assert shown(code) == "{Ser.P, [1], 7}"


def test_files_of_nx_0_5_are_read() -> None:
    code = """
    old = {:tensor, {2}, {:s, 64}, [nil], <<1::64-little, 2::64-little>>}
    {Nx.deserialize(:erlang.term_to_binary({1, :little, old})), Nx.deserialize(:erlang.term_to_binary({1, :little, {:container, %{a: old}}})).a}
    |> then(fn {a, b} -> {Nx.to_list(a), Nx.to_list(b)} end)
    """
    assert shown(code) == "{[1, 2], [1, 2]}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"not a model", "invalid external representation of a term"),
        (b"nx\x09\x00", "cannot deserialize Nx format v9"),
        (FILE[:20], "cannot deserialize Nx format v1"),
        (FILE[:-1], "sizes do not match"),
    ],
)
def test_other_bytes_are_refused(data: bytes, message: str) -> None:
    code = f"try do Nx.deserialize({_binary(data)}) rescue e in ArgumentError -> e.message end"
    assert message in shown(code)


def test_every_truncation_is_an_error_of_the_program() -> None:
    for n in range(3, len(FILE)):
        got: Any = shown(f"try do Nx.deserialize({_binary(FILE[:n])}) rescue e -> e.__struct__ end")
        assert got in {"ArgumentError", "MatchError"}, (n, got)
