"""Text, octets and characters before the rest of a binary, and variables that two patterns of a head share."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

MODULE = r"""
defmodule Heads do
  def octet(<<c, rest::binary>>), do: {c, rest}
  def octet(_), do: :no
  def text(<<"é", rest::bits>>), do: {:accent, rest}
  def text(<<?a, "b", rest::binary>>), do: {:ab, rest}
  def text(<<_::8, rest::binary>>), do: {:any, rest}
  def text(<<_, _::bits>>), do: :bits
  def text(<<>>), do: :empty
  def text(_), do: :no
  def character(<<c::utf8, rest::bits>>), do: {c, rest}
  def character(<<_, rest::bits>>), do: {:octet, rest}
  def character(_), do: :no
  def same(<<c, rest::binary>>, c), do: rest
  def same({c, rest}, c) when is_integer(rest), do: rest
  def same(_, _), do: :no
end
"""
FOUND = [
    ('""', "{:no, :empty, :no}"),
    ('"abc"', '{{97, "bc"}, {:ab, "c"}, {97, "bc"}}'),
    ('"éa"', '{{195, <<169, 97>>}, {:accent, "a"}, {233, "a"}}'),
    ("<<255, 97>>", '{{255, "a"}, {:any, "a"}, {:octet, "a"}}'),
    ("<<195, 169, 1::3>>", "{:no, {:accent, <<1::size(3)>>}, {233, <<1::size(3)>>}}"),
    ("<<97, 98, 1::1>>", "{:no, :bits, {97, <<98, 1::size(1)>>}}"),
    ("<<1::4>>", "{:no, :no, :no}"),
    (":a", "{:no, :no, :no}"),
    ("[97]", "{:no, :no, :no}"),
]


@pytest.mark.parametrize(("term", "found"), FOUND)
def test_front(term: str, found: str) -> None:
    assert shown(f"{MODULE}{{Heads.octet({term}), Heads.text({term}), Heads.character({term})}}") == found


def test_a_variable_of_a_head_is_compared_with_the_parameter_of_its_name() -> None:
    assert shown(MODULE + '{Heads.same("ab", ?a), Heads.same("ab", ?b), Heads.same({1, 2}, 1), Heads.same({1, 2}, 3)}') == '{"b", :no, 2, :no}'
    assert shown("f = fn {c, r}, c when r > 0 -> c; _, _ -> :no end\n{f.({1, 2}, 1), f.({1, 2}, 3)}") == "{1, :no}"


def test_a_guard_does_not_see_what_did_not_match() -> None:
    code = """
defmodule NotWhole do
  def f(<<x, rest::binary>>) when rest != "", do: {:yes, x, rest}
  def f(<<x::16>>) when x != 5, do: {:two, x}
  def f(_), do: :no
end
{NotWhole.f(<<1, 2::4>>), NotWhole.f("ab"), NotWhole.f("a"), NotWhole.f(<<5::12>>)}
"""
    assert shown(code) == '{:no, {:yes, 97, "b"}, :no, :no}'
