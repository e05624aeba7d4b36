"""Lists and maps that loops keep in place behave as immutable ones."""

from __future__ import annotations

import pytest

from defnpy.terms.errors import ElixirError
from tests.stdlib.support import run, shown

MODULE = """
defmodule L do
  def sum([]), do: 0
  def sum([h | t]), do: h + sum(t)
  def reverse([], acc), do: acc
  def reverse([h | t], acc), do: reverse(t, [h | acc])
  def map([], _), do: []
  def map([h | t], f), do: [f.(h) | map(t, f)]
  def keep([], _), do: []
  def keep([h | t], f) do
    if f.(h), do: [h | keep(t, f)], else: keep(t, f)
  end
  def zip([a | as], [b | bs]), do: [{a, b} | zip(as, bs)]
  def zip(_, _), do: []
  def pairs([a, b | t]), do: [{a, b} | pairs(t)]
  def pairs(rest), do: [rest]
  def seen([], acc, _), do: acc
  def seen([h | t], acc, log), do: seen(t, [h | acc], [acc | log] |> Enum.take(2))
  def lengths([], acc, out), do: {acc, Enum.reverse(out)}
  def lengths([h | t], acc, out), do: lengths(t, [h | acc], [length(acc) | out])
  def funs([], acc, out), do: {acc, Enum.map(out, & &1.())}
  def funs([h | t], acc, out), do: funs(t, [h | acc], [fn -> acc end | out])
  def grow(0, m), do: m
  def grow(n, m), do: grow(n - 1, Map.put(m, n, n * n))
  def counts([], m), do: m
  def counts([h | t], m), do: counts(t, Map.update(m, h, 1, &(&1 + 1)))
  def versions([], m, all), do: {m, all}
  def versions([h | t], m, all), do: versions(t, Map.put(m, h, h), [m | all])
  def first_or(n, m) do
    case m do
      %{^n => v} -> v
      _ when n > 3 -> m
      _ -> first_or(n + 1, Map.put(m, n - 1, n))
    end
  end
  def read([], m), do: m
  def read([h | t], m), do: read(t, Map.put(m, h, Map.get(m, h - 1, 0) + h))
  def visit([], set), do: set
  def visit([h | t], set) do
    if MapSet.member?(set, h), do: visit(t, set), else: visit(t, MapSet.put(set, h))
  end
  def tails([]), do: [[]]
  def tails([_ | t] = l), do: [l | tails(t)]
  def tree([]), do: []
  def tree([h | t]) when is_list(h), do: [tree(h) | tree(t)]
  def tree([h | t]), do: [h + 1 | tree(t)]
  def odd([h | t]), do: [[h | odd(t)] | odd(t)]
  def odd([]), do: []
  def onto([], last), do: last
  def onto([h | t], last), do: [h | onto(t, last)]
  def drop(l, 0), do: l
  def drop([_ | t], n), do: drop(t, n - 1)
  def strict([h | t], acc) when h > 0, do: strict(t, [h | acc])
  def strict([], acc), do: acc
  def swap(0, a, b), do: {a, b}
  def swap(n, a, b), do: swap(n - 1, [n | b], a)
  def up(n, acc) when n > 3, do: acc
  def up(n, acc), do: up(n + 1, [n, n * 10 | acc])
  def rescue_([], acc), do: acc
  def rescue_([h | t], acc) do
    try do
      if h == 2, do: raise("two"), else: rescue_(t, [h | acc])
    rescue
      _ -> {:stopped, acc}
    end
  end
  def text(0, t), do: t
  def text(n, t), do: text(n - 1, t <> "#{n}" <> ",")
  def texts([], t, all), do: {t, all}
  def texts([h | r], t, all), do: texts(r, t <> h, [t | all])
  def with_([], m), do: m
  def with_([h | t], m) do
    with {:ok, v} <- Map.fetch(%{1 => 10, 2 => 20}, h) do
      with_(t, Map.put(m, h, v))
    end
  end
end
"""


@pytest.fixture(scope="module", autouse=True)
def _module() -> None:
    run(MODULE)


@pytest.mark.parametrize(
    ("code", "want"),
    [
        ("L.sum([1, 2, 3])", "6"),
        ("L.reverse([1, 2, 3], [0])", "[3, 2, 1, 0]"),
        ("L.reverse([1], :improper)", "[1 | :improper]"),
        ("L.map([1, 2, 3], &(&1 * 2))", "[2, 4, 6]"),
        ("L.keep([1, 2, 3, 4], &(rem(&1, 2) == 0))", "[2, 4]"),
        ("L.zip([1, 2, 3], [:a, :b])", "[{1, :a}, {2, :b}]"),
        ("L.pairs([1, 2, 3, 4, 5])", "[{1, 2}, {3, 4}, [5]]"),
        ("L.pairs([1, 2 | 3])", "[{1, 2}, 3]"),
        ("L.seen([1, 2, 3], [], [])", "[3, 2, 1]"),
        ("L.lengths([:a, :b, :c], [], [])", "{[:c, :b, :a], [0, 1, 2]}"),
        ("L.funs([1, 2, 3], [], [])", "{[3, 2, 1], [[2, 1], [1], []]}"),
        ("m = %{0 => 0}\n{L.grow(3, m), m}", "{%{0 => 0, 1 => 1, 2 => 4, 3 => 9}, %{0 => 0}}"),
        ("L.counts([:a, :b, :a], %{})", "%{a: 2, b: 1}"),
        ("L.versions([1, 2], %{}, [])", "{%{1 => 1, 2 => 2}, [%{1 => 1}, %{}]}"),
        ("L.first_or(0, %{2 => :two})", ":two"),
        ("L.first_or(0, %{})", "%{-1 => 0, 0 => 1, 1 => 2, 2 => 3}"),
        ("L.read([1, 2, 3], %{})", "%{1 => 1, 2 => 3, 3 => 6}"),
        ("s = MapSet.new([9])\n{L.visit([1, 2, 1], s), s}", "{MapSet.new([1, 2, 9]), MapSet.new([9])}"),
        ("L.tails([1, 2])", "[[1, 2], [2], []]"),
        ("L.tree([1, [2, [3]], 4])", "[2, [3, [4]], 5]"),
        ("L.odd([1, 2])", "[[1, [2]], [2]]"),
        ("L.onto([1, 2], :x)", "[1, 2 | :x]"),
        ("L.onto([], :x)", ":x"),
        ("L.drop([1, 2, 3], 2)", "[3]"),
        ("l = [1, 2, 3]\n{L.drop(l, 0), L.reverse(l, []), l}", "{[1, 2, 3], [3, 2, 1], [1, 2, 3]}"),
        ("L.swap(3, [:a], [:b])", "{[1, 3, :b], [2, :a]}"),
        ("L.up(1, [])", "[3, 30, 2, 20, 1, 10]"),
        ("L.rescue_([1, 2, 3], [])", "{:stopped, [1]}"),
        ("L.with_([1, 2], %{})", "%{1 => 10, 2 => 20}"),
        ("L.with_([1, 7], %{})", ":error"),
        ("Enum.reduce([1, 2, 3], [], fn x, acc -> [x | acc] end)", "[3, 2, 1]"),
        ("Enum.reduce(1..3, [0], fn x, acc -> [x, x | acc] end)", "[3, 3, 2, 2, 1, 1, 0]"),
        ("Enum.reduce([], [:kept], fn x, acc -> [x | acc] end)", "[:kept]"),
        ("m = %{a: 1}\n{Enum.reduce([:a, :b], m, fn x, acc -> Map.update(acc, x, 0, &(&1 + 1)) end), m}", "{%{a: 2, b: 0}, %{a: 1}}"),
        ("Enum.reduce(1..4, {[], %{}}, fn x, {l, m} -> {[x | l], Map.put(m, x, length(l))} end)", "{[4, 3, 2, 1], %{1 => 0, 2 => 1, 3 => 2, 4 => 3}}"),
        ("Enum.reduce(1..4, {0, []}, fn x, {n, l} -> if rem(x, 2) == 0, do: {n + x, l}, else: {n, [x | l]} end)", "{6, [3, 1]}"),
        ("Enum.reduce([1, 2], [], fn 1, acc -> [:one | acc]; _, acc -> [acc | acc] end)", "[[:one], :one]"),
        ("Enum.reduce(1..3, %{}, fn x, acc -> if map_size(acc) < 2, do: Map.put(acc, x, x), else: acc end)", "%{1 => 1, 2 => 2}"),
        ("Enum.reduce(1..3, [], fn x, acc -> Enum.reduce(1..x, acc, fn y, inner -> [y | inner] end) end)", "[3, 2, 1, 2, 1, 1]"),
        ("Enum.reduce(1..3, [], fn x, acc -> [fn -> {x, acc} end | acc] end) |> Enum.map(fn f -> elem(f.(), 0) end)", "[3, 2, 1]"),
        ("Enum.reduce(1..2, [], fn x, acc -> case x do 1 -> [x | acc]; _ -> :stop end end)", ":stop"),
        ("Enum.reduce(1..3, [], fn x, acc -> y = x * 2\n[y | acc] end)", "[6, 4, 2]"),
        ("Enum.map(1..2, fn n -> Enum.reduce(1..3, [], fn x, acc -> [x * n | acc] end) end)", "[[3, 2, 1], [6, 4, 2]]"),
        ("for x <- [1, 2, 3], reduce: [] do acc -> [x | acc] end", "[3, 2, 1]"),
        ("for x <- 1..3, reduce: {[], 0} do {l, n} -> {[x | l], n + x} end", "{[3, 2, 1], 6}"),
        ("for x <- [1, 2, 1], reduce: %{} do acc -> Map.update(acc, x, 1, &(&1 + 1)) end", "%{1 => 2, 2 => 1}"),
        ('L.text(3, "<")', '"<3,2,1,"'),
        ('L.text(2, <<255>>)', '<<255, 50, 44, 49, 44>>'),
        ('L.texts(["a", "b"], "-", [])', '{"-ab", ["-a", "-"]}'),
        ('L.texts([<<195>>, <<169>>], "", []) |> elem(0)', '"é"'),
        ('Enum.reduce(1..3, "", fn x, acc -> acc <> Integer.to_string(x) end)', '"123"'),
        ('Enum.reduce(["a", "b"], {"", []}, fn x, {t, l} -> {t <> x, [byte_size(t) | l]} end)', '{"ab", [1, 0]}'),
        ('try do Enum.reduce([1], "", fn x, acc -> acc <> x end) rescue e -> e.__struct__ end', "ArgumentError"),
        ('"a#{1}" <> "#{:b}#{[?c]}#{nil}#{1.5}#{2 ** 70}"', '"a1bc1.51180591620717411303424"'),
    ],
)
def test_the_value_is_that_of_immutable_data(code: str, want: str) -> None:
    assert shown(code) == want


def test_a_missing_clause_shows_the_rest_of_the_list() -> None:
    code = "try do L.strict([1, 2, -3, 4], []) rescue e -> Exception.message(e) <> inspect({e.function, e.arity}) end"
    assert shown(code) == '"no function clause matching in L.strict/2{:strict, 2}"'


def test_the_arguments_of_a_missing_clause_are_terms() -> None:
    got = run("try do L.strict([1, -3, 4], []) rescue e -> Exception.blame(:error, e, __STACKTRACE__) |> elem(0) |> Exception.message() end")
    assert "L.strict/2" in got


def test_long_lists_take_linear_time() -> None:
    code = "l = Enum.to_list(1..200_000)\n{L.sum(Enum.take(l, 5_000)), length(L.map(l, & &1)), hd(L.reverse(l, [])), map_size(L.grow(200_000, %{}))}"
    assert shown(code) == "{12502500, 200000, 200000, 200000}"


@pytest.mark.parametrize(
    ("code", "want"),
    [
        ("[1, 2, 3] |> Enum.map(&(&1 * 2)) |> Enum.filter(&(&1 > 2)) |> Enum.reject(&(&1 == 6))", "[4]"),
        ("Enum.map(%{a: 1}, fn pair -> pair end)", "[a: 1]"),
        ("Enum.filter([0, \"\", [], nil, false, %{}], fn x -> x end)", '[0, "", [], %{}]'),
        ("Enum.reject([0, nil, false, true], fn x -> x end)", "[nil, false]"),
        ("Enum.map([1, 2], fn x -> fn -> x end end) |> Enum.map(& &1.())", "[1, 2]"),
        ("Enum.map([1, 2], fn x -> Enum.map([x, x + 1], fn y -> {x, y} end) end)", "[[{1, 1}, {1, 2}], [{2, 2}, {2, 3}]]"),
        ("x = 10\nEnum.map([1, 2], fn x -> x end) ++ [x]", "[1, 2, 10]"),
        ("Enum.map(1..3, fn _ -> 0 end)", "[0, 0, 0]"),
        ("items = [90]\ns = Stream.map([0, -500], fn x -> x + hd(items) end)\n{Enum.to_list(s), Enum.to_list(s)}", "{[90, -410], [90, -410]}"),
        (
            "s = 1..3 |> Stream.map(&(&1 + 1)) |> Stream.filter(&(rem(&1, 2) == 0)) |> Stream.reject(&(&1 == 4))\n"
            "{Enum.to_list(s), Enum.zip(s, s)}",
            "{[2], [{2, 2}]}",
        ),
        ("Enum.map(if(true, do: [1], else: []), fn x -> \"#{x + 1}#{x}\" end)", '["21"]'),
        ("try do Enum.map(:no, fn x -> x end) rescue e -> e.__struct__ end", "Protocol.UndefinedError"),
        ("try do Enum.map([1], fn x -> x.a end) rescue e -> Exception.message(e) end |> is_binary()", "true"),
        ("Stream.map([1, 2], fn x -> send(self(), x) end)\nreceive do x -> x after 0 -> :lazy end", ":lazy"),
    ],
)
def test_literal_functions_become_comprehensions(code: str, want: str) -> None:
    assert shown(code) == want


def test_long_pipelines_of_literal_functions() -> None:
    code = "[1]" + "".join(f' |> Enum.map(fn x -> "#{{x}}" end) |> Enum.filter(fn x -> x != {n} end)' for n in range(200))
    assert shown(code) == '["1"]'


def test_nil_is_an_argument_like_others() -> None:
    code = """
    defmodule LNil do
      def last(0, kept), do: kept
      def last(n, _kept), do: last(n - 1, nil)
      def swap(0, a, b), do: {a, b}
      def swap(n, a, _b), do: swap(n - 1, nil, a)
    end
    {LNil.last(2, :first), LNil.swap(1, 1, 2), Enum.reduce([1, 2], {1, 2}, fn x, {_, b} -> {nil, b + x} end), Enum.reduce([1], 5, fn _, _ -> nil end)}
    """
    assert shown(code) == "{nil, {nil, 1}, {nil, 5}, nil}"


def test_lists_in_front_of_a_call_are_collected() -> None:
    code = """
    defmodule LFront do
      def double([]), do: []
      def double([h | t]), do: [h, h] ++ double(t)
      def mixed([], last), do: last
      def mixed([h | t], last), do: List.duplicate(h, h) ++ [0 | mixed(t, last)]
      def odd([]), do: []
      def odd([h | t]), do: h ++ odd(t)
    end
    {length(LFront.double(Enum.to_list(1..200_000))), LFront.mixed([1, 2], [:x]), LFront.mixed([1], :end), LFront.odd([[1], [], [2]]),
     try do LFront.odd([[1], 2]) rescue e -> e end}
    """
    assert shown(code) == '{400000, [1, 0, 2, 2, 0, :x], [1, 0 | :end], [1, 2], %ArgumentError{message: "argument error"}}'


LEXER = """
defmodule LLexer do
  def tokens(cs), do: scan(cs, [])
  defp scan([], acc), do: Enum.reverse(acc)
  defp scan([c | rest], acc) when c in ?0..?9, do: number(rest, c - ?0, acc)
  defp scan([?\\s | rest], acc), do: scan(rest, acc)
  defp scan([c | rest], acc), do: emit(rest, {:op, c}, acc)
  defp number([c | rest], n, acc) when c in ?0..?9, do: number(rest, n * 10 + c - ?0, acc)
  defp number(rest, n, acc), do: emit(rest, {:int, n}, acc)
  defp emit(rest, token, acc), do: scan(rest, [token | acc])
end
"""


def test_functions_hand_lists_on_without_copies() -> None:
    assert shown(LEXER + "LLexer.tokens(~c\"12 + 3*45\")") == "[int: 12, op: 43, int: 3, op: 42, int: 45]"
    # Copies would take minutes here.
    assert shown(LEXER + "length(LLexer.tokens(List.duplicate(?7, 2) ++ List.duplicate(?+, 300_000)))") == "300001"
    with pytest.raises(ElixirError, match="no function clause matching in LLexer.scan/2"):
        shown(LEXER + "LLexer.tokens([?1 | :end])")


def test_lists_may_change_places() -> None:
    code = """
    defmodule LPlaces do
      def weave([a | as], [b | bs]), do: [{a, b} | weave(bs, as)]
      def weave(as, bs), do: {as, bs}
      def swap([a | as], bs, n) when n > 0, do: swap(bs, as, n - a)
      def swap(as, bs, _), do: {as, bs}
      def even([]), do: true
      def even([_ | t]), do: odd(t)
      def odd([]), do: false
      def odd([_ | t] = l), do: if(l == [:stop], do: t, else: even(t))
    end
    {LPlaces.weave([1, 2, 3], [:a, :b]), LPlaces.swap([1, 2], [3, 4], 5), LPlaces.even(Enum.to_list(1..100_001)), LPlaces.even([1, :stop])}
    """
    assert shown(code) == "{[{1, :a}, {:b, 2} | {[3], []}], {[4], []}, false, []}"
