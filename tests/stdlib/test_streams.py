"""Streams: what they are, and when they are closed."""

from __future__ import annotations

import re

import pytest

from tests.stdlib.support import run, shown


@pytest.mark.parametrize(
    "code",
    [
        "Stream.cycle(1..2)", "Stream.cycle([7])", "Stream.iterate(1, & &1)", "Stream.repeatedly(fn -> 1 end)", "Stream.unfold(0, &{&1, &1})",
        "Stream.resource(fn -> 0 end, &{[1], &1}, & &1)", "Stream.concat([1], [2])", "Stream.concat([[1]])", "Stream.flat_map([1], &[&1])",
        "Stream.zip([1], 1..2)", "Stream.zip_with([[1]], & &1)", "Stream.duplicate(1, 9)", "Stream.interval(1)", "Stream.from_index()",
        "Stream.transform([1], 0, &{[&1], &2})", "Stream.into([1], [])", "Stream.intersperse([1], 0)", "Stream.take([1], -1)",
    ],
)  # fmt: skip
def test_sources_are_functions(code: str) -> None:
    assert run(f"is_function({code}, 2)") is True
    assert re.fullmatch(r"#Function<\d+\.\d+/2 in Stream\.[\w.]+/\d>", shown(code))


def test_steps_are_streams() -> None:
    text = shown("1..9 |> Stream.map(&(&1 + 1)) |> Stream.reject(fn x -> x > 4 end) |> Stream.take(2)")
    assert re.sub(r"<\d+\.\d+/", "<", re.sub(r"\s+", " ", text)) == (
        "#Stream<[enum: 1..9, funs: [#Function<1 in Stream.map/2>, #Function<1 in Stream.reject/2>, #Function<1 in Stream.take/2>]]>"
    )
    assert shown("Stream.take([1, 2], 0)") == "#Stream<[enum: [], funs: []]>"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Stream.cycle([2, 3]).({:cont, 0}, fn x, sum -> if sum > 6, do: {:halt, sum}, else: {:cont, sum + x} end)", "{:halted, 7}"),
        ("Stream.concat(1..2, [9]).({:cont, []}, &{:cont, [&1 | &2]})", "{:done, [9, 2, 1]}"),
        ("Stream.zip(Stream.cycle([:a, :b]), fn _, _ -> {:done, [5, 6]} end) |> Enum.to_list()", "[a: 5, b: 6]"),
        ("Enum.zip_with(1..3, fn _, _ -> {:cont, [200]} end, &(&1 + &2))", "[201]"),
        ("try do Stream.map([1], 5) rescue e -> Exception.message(e) end", '"no function clause matching in Stream.map/2"'),
        ("try do Stream.iterate(1, & &1 + &2) rescue e -> Exception.message(e) end", '"no function clause matching in Stream.iterate/2"'),
        ("try do Stream.unfold(1, & &1) |> Enum.take(1) rescue e -> Exception.message(e) end", '"no case clause matching: 1"'),
        ("try do Stream.cycle(%{}) |> Enum.take(1) rescue e -> Exception.message(e) end", '"cannot cycle over an empty enumerable"'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


@pytest.mark.parametrize(
    "source",
    [
        "Stream.resource(fn -> 1 end, &{[&1], &1 + 1}, close)", "Stream.transform(1..9, fn -> 0 end, &{[&1], &2 + 1}, close)",
        "Stream.resource(fn -> 1 end, &{[&1], &1 + 1}, close) |> Stream.map(& &1)",
        "Stream.resource(fn -> 1 end, &{[&1], &1 + 1}, close) |> Stream.chunk_every(1) |> Stream.map(&hd/1)",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "walk",
    [
        "Enum.each(s, fail)", "Enum.map(s, fail)", "Enum.reduce(s, 0, fn x, _ -> fail.(x) end)", "for x <- s, do: fail.(x)",
        "s |> Stream.map(fail) |> Stream.run()", "Enum.into(s, [], fail)", "Enum.find(s, fail)", "Enum.zip_with(s, 1..9, fn x, _ -> fail.(x) end)",
        "Enum.each(s, fn x -> throw(x) end)", "Enum.take(s, 1)", "Enumerable.reduce(s, {:halt, 0}, fn _, _ -> :never end)",
    ],
)  # fmt: skip
def test_a_consumer_that_raises_or_halts_closes_at_once(source: str, walk: str) -> None:
    code = f"""
    close = fn _ -> Process.put(:open, false) end
    fail = fn x -> if x == 2, do: raise("no"), else: nil end
    s = {source}
    Process.put(:open, true)
    try do
      {walk}
      Process.get(:open)
    rescue
      RuntimeError -> Process.get(:open)
    catch
      1 -> Process.get(:open)
    end
    """
    assert run(code) is False


def test_a_collection_that_fails_is_halted() -> None:
    code = """
    defmodule Sink do
      defstruct []
      defimpl Collectable do
        def into(sink), do: {sink, fn _, command -> Process.put(:last, command) end}
      end
    end
    end_of = fn run -> try do run.() rescue _ -> :raised end; Process.get(:last) end
    {end_of.(fn -> Stream.into([1], struct(Sink)) |> Stream.run() end), end_of.(fn -> Stream.into([1, 2], struct(Sink)) |> Enum.take(1) end),
     end_of.(fn -> [1] |> Stream.map(fn _ -> raise "x" end) |> Stream.into(struct(Sink)) |> Stream.run() end)}
    """
    assert shown(code) == "{:done, :done, :halt}"
