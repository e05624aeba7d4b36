"""JSON: encoding, derived encoders, decoding with decoders, and the places of errors."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

STRUCTS = """
defmodule JsonCase.Some do
  @derive {JSON.Encoder, only: [:x]}
  defstruct [:x, :y]
end

defmodule JsonCase.But do
  @derive {JSON.Encoder, except: [:x]}
  defstruct [:x, :y, :z]
end

defmodule JsonCase.Own do
  defstruct [:v]

  defimpl JSON.Encoder do
    def encode(%{v: v}, encoder), do: ["<", encoder.(v, encoder), ">"]
  end
end
"""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('JSON.encode!([nil, true, :a, "q\\"", 1.5, []])', r'"[null,true,\"a\",\"q\\\"\",1.5,[]]"'),
        (r'JSON.encode!(<<11, 31, 7>>)', r'"\"\\u000B\\u001F\\u0007\""'),
        ('JSON.encode!(%{1 => 2, b: %{}})', r'"{\"1\":2,\"b\":{}}"'),
        ("JSON.encode!(~D[2020-02-03])", r'"\"2020-02-03\""'),
        ('JSON.encode!([1, {:a}], fn {k}, e -> e.([k], e); x, e -> JSON.protocol_encode(x, e) end)', r'"[1,[\"a\"]]"'),
        ("JSON.encode_to_iodata!([1, 2])", '[91, "1", 44, "2", 93]'),
        ("try do JSON.encode!(<<255>>) rescue e -> e.original end", "{:invalid_byte, 255}"),
        ("try do JSON.encode!({1}) rescue e -> {e.__struct__, String.slice(e.description, 0, 20)} end",
         '{Protocol.UndefinedError, "the protocol must be"}'),
        (r'JSON.decode(~S({"a": [1, 2.5e1, "é\u00e9\ud83d\ude00"], "a": 2}))', r'{:ok, %{"a" => [1, 25.0, "éé😀"]}}'),
        ('JSON.decode("")', "{:error, {:unexpected_end, 0}}"),
        ('JSON.decode("[trux ]")', "{:error, {:invalid_byte, 2, 114}}"),
        ('JSON.decode("tru")', "{:error, {:unexpected_end, 3}}"),
        ('JSON.decode("[1.x]")', "{:error, {:invalid_byte, 3, 120}}"),
        ('JSON.decode("-")', "{:error, {:unexpected_end, 1}}"),
        ('JSON.decode("01")', "{:error, {:invalid_byte, 1, 49}}"),
        ('JSON.decode("[1e999]")', '{:error, {:unexpected_sequence, 1, "1.0e999"}}'),
        ('JSON.decode("NaN")', "{:error, {:invalid_byte, 0, 78}}"),
        ('JSON.decode(~S({"a" 1}))', "{:error, {:invalid_byte, 5, 49}}"),
        ('JSON.decode(~S({"a":1,}))', "{:error, {:invalid_byte, 7, 125}}"),
        (r'JSON.decode(~S("a\q"))', "{:error, {:invalid_byte, 3, 113}}"),
        (r'JSON.decode(~S("\udc00"))', r'{:error, {:unexpected_sequence, 1, "\\udc00"}}'),
        ('JSON.decode(<<34, 255, 34>>)', "{:error, {:invalid_byte, 1, 255}}"),
        ('JSON.decode(String.duplicate("[", 5000) <> String.duplicate("]", 5000)) |> elem(0)', ":ok"),
        ('JSON.decode("[1,null] x", :acc, null: :nix, integer: &String.to_atom/1)', '{[:"1", :nix], :acc, " x"}'),
        ('JSON.decode(~S({"b":1,"a":2}), 0, object_finish: fn kv, acc -> {kv, acc + 1} end)', '{[{"a", 2}, {"b", 1}], 1, ""}'),
        ('JSON.decode("[3,4]", [], array_start: fn _ -> 0 end, array_push: fn x, s -> x + s end, array_finish: fn s, o -> {s, o} end)',
         '{7, [], ""}'),
        ('try do JSON.decode!("{") rescue e -> {e.message, e.offset, e.data} end',
         '{"unexpected end of JSON binary at position (byte offset) 1", 1, "{"}'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("JSON.encode!(struct(JsonCase.Some, x: 1, y: 2))", r'"{\"x\":1}"'),
        ("JSON.encode_to_iodata!(struct(JsonCase.But, y: 2))", r'["{\"y\":", "2", ",\"z\":", "null", 125]'),
        ("JSON.encode!([struct(JsonCase.Own, v: [1])])", '"[<[1]>]"'),
        ("JSON.Encoder.encode(%{a: 1}, &JSON.protocol_encode/2) |> IO.iodata_to_binary()", r'"{\"a\":1}"'),
    ],
)
def test_structs(code: str, text: str) -> None:
    assert shown(STRUCTS + code) == text


def test_unknown_fields() -> None:
    code = "defmodule JsonCase.Bad do\n  @derive {JSON.Encoder, only: [:q]}\n  defstruct [:x]\nend"
    assert shown(f"try do Code.eval_string({code!r}) rescue e in ArgumentError -> e.message end".replace("'", '"')) == (
        '"unknown struct fields [:q] specified in :only. Expected one of: [:x]"')


def test_iodata_of_texts_and_lists() -> None:
    assert shown('JSON.encode_to_iodata!(["b", %{x: []}])') == '[91, [34, "b", 34], 44, [123, [34, "x", 34], 58, "[]" | "}"], 93]'


def test_what_follows_a_value_is_reported_from_its_end() -> None:
    assert shown('{JSON.decode("[1] x"), JSON.decode("[1] "), JSON.decode("nullx")}') == (
        "{{:error, {:invalid_byte, 3, 32}}, {:ok, [1]}, {:error, {:invalid_byte, 4, 120}}}")
