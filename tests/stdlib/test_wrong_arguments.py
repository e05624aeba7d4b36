"""Arguments that no clause takes, and results that no machine holds: Elixir errors, quickly."""

from __future__ import annotations

import pytest

from defnpy.host.report import banner, is_internal
from tests.stdlib.support import run, shown


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("List.keyfind!([a: 1], :b, [1 | 2])", "** (FunctionClauseError) no function clause matching in List.keyfind!/3"),
        ('String.normalize("e", 1.5)', "** (FunctionClauseError) no function clause matching in String.normalize/2"),
        ("Integer.undigits([<<1::3>>, 12])", "** (FunctionClauseError) no function clause matching in Integer.undigits/"),
        ("Nx.pad(Nx.iota({2}), 0, [{1, [], 0}])", "** (FunctionClauseError) no function clause matching in Nx.pad/3"),
        ("Code.string_to_quoted(self())", "** (FunctionClauseError) no function clause matching in Code.string_to_quoted/"),
        (":io_lib.format(self(), [1])", "** (FunctionClauseError) no function clause matching in :io_lib.format/2"),
        (':binary.matches("abab", {})', "** (ArgumentError) errors were found at the given arguments:\n\n  * 2nd argument: not a valid pattern"),
        (':binary.split("abab", "")', "** (ArgumentError) errors were found at the given arguments:\n\n  * 2nd argument: not a valid pattern"),
        ("~s(a\\xzz)", "** (ArgumentError) invalid hex escape character, expected \\xHH where H is a hexadecimal digit. Syntax error after: \\x"),
        ('Macro.unescape_string("\\\\u{zz}")', "** (ArgumentError) invalid Unicode escape character, expected "),
        ("2 ** 100_000_000_000_000_000_000", "** (SystemLimitError) a system limit has been reached"),
        ("Integer.pow(-3, 10 ** 15)", "** (SystemLimitError) a system limit has been reached"),
        ("Bitwise.bsl(1, 10 ** 20)", "** (SystemLimitError) a system limit has been reached"),
        ("Bitwise.bsr(1, -(10 ** 20))", "** (SystemLimitError) a system limit has been reached"),
    ],
)
def test_errors_are_those_of_programs(code: str, title: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - many classes, all Elixir's in the end
        run(code)
    assert banner(caught.value).startswith(title)
    assert not is_internal(caught.value)


def test_shifts_and_powers_that_stay_small() -> None:
    code = "{Bitwise.bsr(-5, 10 ** 30), Bitwise.bsl(0, 10 ** 30), Bitwise.bsr(1, -3), (-1) ** (10 ** 30 + 1), 0 ** 10 ** 25, 3 ** 4}"
    assert shown(code) == "{-1, 0, 8, -1, 0, 81}"


def test_a_unit_is_an_integer() -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        run("x = 1\n<<1::size(2)-unit(x)>>")
    assert "unit in bitstring expects an integer as argument, got: x" in str([d.message for d in caught.value.diagnostics])
