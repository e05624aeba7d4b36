"""Digits of floats: ``float_to_binary`` and ``float_to_list`` with options, and ``~f``, ``~e``, ``~g`` of ``:io_lib``."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

TEXTS = [
    ("1.25, decimals: 1", "1.3"), ("1.45, decimals: 1", "1.5"), ("-2.5, decimals: 0", "-3"), ("0.5, decimals: 0", "1"), ("-0.0, decimals: 1", "-0.0"),
    ("0.15, decimals: 1", "0.2"), ("2.675, decimals: 2", "2.67"), ("99.995, decimals: 2", "100.00"), ("1.0e20, decimals: 1", "100000000000000000000.0"),
    ("0.1, decimals: 20", "0.10000000000000000555"), ("1.5, [:compact, decimals: 4]", "1.5"), ("2.0, [:compact, decimals: 4]", "2.0"),
    ("1.25, scientific: 1", "1.2e+00"), ("1.25, [:short, decimals: 4]", "1.2500"), ("1.25, [{:decimals, 4}, :short]", "1.25"),
    ("1.25, decimals: 2, scientific: 3", "1.250e+00"), ("1.25, []", "1.25000000000000000000e+00"),
]


@pytest.mark.parametrize(("args", "text"), TEXTS)
def test_float_to_binary(args: str, text: str) -> None:
    assert shown(f":erlang.float_to_binary({args})") == f'"{text}"'


@pytest.mark.parametrize("options", ["[decimals: 254]", "[decimals: -1]", "[foo: 2]", "[scientific: 250]", "[decimals: 1.5]"])
def test_options_that_are_none(options: str) -> None:
    code = f"try do :erlang.float_to_list(1.0, {options}) rescue e -> e.message end"
    assert shown(code) == r'"errors were found at the given arguments:\n\n  * 2nd argument: invalid option in list\n"'


FORMATS = [
    ("~.1f", "1.25", "1.3"), ("~.1f", "1.45", "1.4"), ("~.2f", "0.125", "0.13"), ("~.2e", "1.25", "1.3e+0"), ("~.3e", "99.995", "1.00e+2"),
    ("~.20f", "123456.789", "123456.78900000000430700000"), ("~.2g", "-1.25", "-1.3"), ("~f", "0.0", "0.000000"), ("~.1f", "-0.04", "-0.0"),
    ("~e", "9999995.0", "1.00000e+7"),
]


@pytest.mark.parametrize(("pattern", "value", "text"), FORMATS)
def test_format(pattern: str, value: str, text: str) -> None:
    assert shown(f':io_lib.format("{pattern}", [{value}]) |> to_string()') == f'"{text}"'


def test_parts_of_complex_numbers_are_floats() -> None:
    assert shown("{Complex.new(1, 2).re, Complex.new(:nan).im, Complex.new(1, :infinity).im}") == "{1.0, 0.0, :infinity}"
