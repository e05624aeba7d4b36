"""Erlang's modules, random numbers, NimbleOptions."""

from __future__ import annotations

import pytest

from defnpy.terms.errors import ElixirError
from tests.stdlib.support import run, shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (":rand.seed(:exsss, {1, 2, 3})\nfor _ <- 1..2, do: :rand.uniform()", "[0.5455598952593053, 0.6039309974353404]"),
        (":rand.seed(:exsss, {11, 22, 33})\nfor _ <- 1..5, do: :rand.uniform(100)", "[15, 100, 77, 45, 57]"),
        ("{:erlang.phash2(1), :erlang.phash2({1, \"x\"})}", "{2614250, 5402338}"),
        (":erlang.binary_to_term(:erlang.term_to_binary({:a, [1, 2.5], %{b: \"c\"}}))", '{:a, [1, 2.5], %{b: "c"}}'),
        ('to_string(:io_lib.format("~5.2f|~p|~w", [3.14159, "a", [1]]))', '" 3.14|<<\\"a\\">>|[1]"'),
        (":queue.to_list(:queue.in(2, :queue.from_list([1])))", "[1, 2]"),
        (":maps.fold(fn _, v, acc -> v + acc end, 0, %{a: 1, b: 2})", "3"),
        (":binary.matches(\"abab\", \"ab\")", "[{0, 2}, {2, 2}]"),
        ("NimbleOptions.validate!([units: 3], units: [type: :pos_integer], bias: [default: true])", "[bias: true, units: 3]"),
    ],
)
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


def test_option_errors_name_the_option() -> None:
    with pytest.raises(ElixirError, match="invalid value for :k option: expected positive integer, got: 0"):
        run("NimbleOptions.validate!([k: 0], k: [type: :pos_integer])")


@pytest.mark.parametrize(
    ("term", "number"),
    [
        ("-640", 2899471329), ("-1", 1117813597), ("134217728", 2562491755), ("-1208925819614629174706177", 4053616787),
        ("[681]", 1853932135), ("[[]]", 499070068),
        ('~c"abc"', 519996486), ('~c"abcd"', 1752753207), ("{[]}", 1775079505), ("%{}", 844985373), ("%{1 => 2}", 1248490261), ("{%{1 => 2}}", 459533635),
        (':"日本"', 251805804), ("[300 | 301]", 835383321),
    ],
)
def test_hashes(term: str, number: int) -> None:
    assert run(f":erlang.phash2({term}, 4294967296)") == number


def test_units_of_time() -> None:
    given = "for u <- [:second, :seconds, :milli_seconds, 1000, :x, 0], do: (try do {} rescue e -> Exception.message(e) end)"
    unsupported = "unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, got "
    assert run(given.format("System.convert_time_unit(2000, u, :second)")) == [2000, 2000, 2, 2, unsupported + ":x", unsupported + "0"]
    invalid = "errors were found at the given arguments:\n\n  * 2nd argument: invalid time unit\n"
    assert run(given.format(":erlang.convert_time_unit(2000, u, :second)")) == [2000, 2000, 2, 2, invalid, invalid]
    assert run("for f <- [&:erlang.system_time/1, &:os.perf_counter/1, &System.monotonic_time/1], do: is_integer(f.(:second))") == [True] * 3
    assert run("elem(:timer.tc(fn -> 7 end, :native), 1)") == 7
