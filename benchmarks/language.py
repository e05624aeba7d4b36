"""Elixir programs against the same programs written by hand in Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from benchmarks.timing import paired

PROGRAM = """
defmodule Bench do
  def fib(n) when n < 2, do: n
  def fib(n), do: fib(n - 1) + fib(n - 2)
  def count(0, acc), do: acc
  def count(n, acc), do: count(n - 1, acc + rem(n, 7))
  def pipeline(list), do: list |> Enum.map(&(&1 * 3)) |> Enum.filter(&(rem(&1, 2) == 0)) |> Enum.sum()
  def stream(list), do: list |> Stream.map(&(&1 * 3)) |> Stream.filter(&(rem(&1, 2) == 0)) |> Enum.sum()
  def reduce(list), do: Enum.reduce(list, 0, fn x, acc -> x + acc end)
  def comprehension(list), do: for(x <- list, rem(x, 3) == 0, do: x * x)
  def strings(n), do: Enum.map(1..n, &"item #{&1}") |> Enum.join(",")
  def counts(list), do: Enum.reduce(list, %{}, fn x, acc -> Map.update(acc, rem(x, 16), 1, &(&1 + 1)) end)
  def tokens([], acc), do: Enum.reverse(acc)
  def tokens([c | rest], acc) when c in ?0..?9, do: number(rest, c - ?0, acc)
  def tokens([c | rest], acc), do: tokens(rest, [{:op, c} | acc])
  def number([c | rest], n, acc) when c in ?0..?9, do: number(rest, n * 10 + c - ?0, acc)
  def number(rest, n, acc), do: tokens(rest, [{:int, n} | acc])
  def octets(<<>>, acc), do: acc
  def octets(<<b, rest::binary>>, acc) when b > 47, do: octets(rest, acc + b)
  def octets(<<_, rest::binary>>, acc), do: octets(rest, acc)
  def escape(_, _, _, _, 50), do: 50
  def escape(cr, ci, zr, zi, n) do
    zr2 = zr * zr
    zi2 = zi * zi
    if zr2 + zi2 > 4.0, do: n, else: escape(cr, ci, zr2 - zi2 + cr, 2.0 * zr * zi + ci, n + 1)
  end
  def collatz(1, n), do: n
  def collatz(x, n) when rem(x, 2) == 0, do: collatz(div(x, 2), n + 1)
  def collatz(x, n), do: collatz(3 * x + 1, n + 1)
  def neighbours(cells) do
    for {x, y} <- cells, dx <- -1..1, dy <- -1..1, {dx, dy} != {0, 0}, reduce: %{} do
      acc -> Map.update(acc, {x + dx, y + dy}, 1, &(&1 + 1))
    end
  end
end
"""


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def count(n: int) -> int:
    acc = 0
    while n != 0:
        n, acc = n - 1, acc + n % 7
    return acc


def stream(items: list[int]) -> int:
    return sum(y for y in (x * 3 for x in items) if y % 2 == 0)


def counts(items: list[int]) -> dict[int, int]:
    out: dict[int, int] = {}
    for x in items:
        out = {**out, x % 16: out.get(x % 16, 0) + 1}
    return out


def scan(chars: list[int], at: int, n: int, out: list[tuple[str, int]]) -> tuple[Any, int, int]:
    while at < len(chars):
        c = chars[at]
        at += 1
        if 48 <= c <= 57:
            return number, at, c - 48
        out.append(("op", c))
    return None, at, 0


def number(chars: list[int], at: int, n: int, out: list[tuple[str, int]]) -> tuple[Any, int, int]:
    while at < len(chars) and 48 <= chars[at] <= 57:
        n, at = n * 10 + chars[at] - 48, at + 1
    out.append(("int", n))
    return scan, at, 0


def tokens(chars: list[int]) -> list[tuple[str, int]]:
    """State functions: Python has no tail calls, so each gives the next one."""
    out: list[tuple[str, int]] = []
    state, at, n = scan, 0, 0
    while state is not None:
        state, at, n = state(chars, at, n, out)
    return out


def octets(data: bytes) -> int:
    acc = 0
    for b in data:
        if b > 47:
            acc += b
    return acc


def escape(cr: float, ci: float) -> int:
    zr = zi = 0.0
    for n in range(50):
        zr2, zi2 = zr * zr, zi * zi
        if zr2 + zi2 > 4.0:
            return n
        zr, zi = zr2 - zi2 + cr, 2.0 * zr * zi + ci
    return 50


def collatz(x: int) -> int:
    n = 1
    while x != 1:
        x, n = (x // 2 if x % 2 == 0 else 3 * x + 1), n + 1
    return n


def neighbours(cells: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    out: dict[tuple[int, int], int] = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if (dx, dy) != (0, 0):
                    out[x + dx, y + dy] = out.get((x + dx, y + dy), 0) + 1
    return out


def measure() -> list[dict[str, Any]]:
    from defnpy.host.setup import make_runtime
    from defnpy.terms.atom import alias
    from defnpy.terms.runtime import reset_runtime, use_runtime

    runtime = make_runtime()
    token = use_runtime(runtime)
    runtime.evaluator.run_text(PROGRAM, "bench.exs")
    f = runtime.module(alias("Bench")).functions
    items = list(range(1, 1_000_001))
    few = items[:20_000]
    text = "1234+56*7-" * 10_000
    cells = [(i % 50, i // 50) for i in range(2_000)]
    chars = [ord(c) for c in "1234+56*7-" * 10_000]
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "fib(20)": (lambda: f["fib/1"](20), lambda: fib(20)),
        "tail recursion, 100,000 steps": (lambda: f["count/2"](100_000, 0), lambda: count(100_000)),
        "Enum pipeline, 1,000,000 integers": (
            lambda: f["pipeline/1"](items), lambda: sum([y for y in [x * 3 for x in items] if y % 2 == 0])),
        "Stream pipeline, 1,000,000 integers": (lambda: f["stream/1"](items), lambda: stream(items)),
        "Enum.reduce, 1,000,000 integers": (lambda: f["reduce/1"](items), lambda: functools.reduce(lambda a, x: x + a, items, 0)),
        "for, 1,000,000 integers": (lambda: f["comprehension/1"](items), lambda: [x * x for x in items if x % 3 == 0]),
        "strings, 100,000": (lambda: f["strings/1"](100_000), lambda: ",".join([f"item {i}" for i in range(1, 100_001)])),
        "functions that call each other, 100,000 characters": (lambda: f["tokens/2"](chars, []), lambda: tokens(chars)),
        "octets of a binary, 100,000": (lambda: f["octets/2"](text, 0), lambda: octets(text.encode())),
        "loop over integers (Collatz)": (lambda: f["collatz/2"](837_799, 1), lambda: collatz(837_799)),
        "loop over floats (Mandelbrot)": (lambda: f["escape/5"](-0.5, 0.3, 0.0, 0.0, 0), lambda: escape(-0.5, 0.3)),
        "map of tuples, 16,000 updates": (lambda: f["neighbours/1"](cells), lambda: neighbours(cells)),
        "immutable map updates, 20,000": (lambda: f["counts/1"](few), lambda: counts(few)),
    }
    rows = [{"name": f"{name} / Python", "bar": 3.0, **paired(ours, theirs, rounds=5)} for name, (ours, theirs) in pairs.items()]
    reset_runtime(token)
    return rows
