"""``:unicode``: encodings in and out, faults, byte order marks."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

VALUES = [
    ('"é€"', ":utf8", "[233, 8364]", '"é€"'),
    ('"é"', ":latin1", "[195, 169]", '"Ã©"'),
    ("[97, \"b\", 8364]", ":utf8", "[97, 98, 8364]", '"ab€"'),
    ("<<0, 97, 0, 98>>", ":utf16", "[97, 98]", '"ab"'),
    ("<<97, 0, 98, 0>>", "{:utf16, :little}", "[97, 98]", '"ab"'),
    ("<<0xD8, 0x3D, 0xDE, 0>>", ":utf16", "[128512]", '"😀"'),
    ("<<0, 0, 0, 97>>", "{:utf32, :big}", "[97]", '"a"'),
    ("<<255>>", ":utf8", "{:error, [], <<255>>}", '{:error, "", <<255>>}'),
    ("<<97, 195>>", ":utf8", "{:incomplete, [97], <<195>>}", '{:incomplete, "a", <<195>>}'),
    ("[97, 0xD800, 98]", ":utf8", "{:error, [97], [55296, 98]}", '{:error, "a", [55296, 98]}'),
]  # fmt: skip


@pytest.mark.parametrize(("data", "encoding", "points", "text"), VALUES)
def test_decoded(data: str, encoding: str, points: str, text: str) -> None:
    assert shown(f"{{:unicode.characters_to_list({data}, {encoding}), :unicode.characters_to_binary({data}, {encoding})}}") == (
        f"{{{points}, {text}}}".replace("[97, 98]", '~c"ab"').replace("[97]", '~c"a"'))


def test_encoded() -> None:
    assert shown('for e <- [:latin1, :utf16, {:utf16, :little}, {:utf32, :little}], do: :unicode.characters_to_binary("é", :utf8, e)') == (
        "[<<233>>, <<0, 233>>, <<233, 0>>, <<233, 0, 0, 0>>]")
    assert shown(':unicode.characters_to_binary("a€c", :utf8, :latin1)') == '{:error, "a", "€c"}'
    assert shown(":unicode.characters_to_binary(<<0, 97, 32, 172>>, :utf16, :latin1)") == '{:error, "a", <<32, 172>>}'


def test_byte_order_marks() -> None:
    assert shown("for e <- [:utf8, :latin1, :utf16, {:utf32, :little}], do: :unicode.encoding_to_bom(e)") == (
        '["\\uFEFF", "", <<254, 255>>, <<255, 254, 0, 0>>]')
    assert shown('for b <- [<<254, 255, 1>>, <<255, 254, 1>>, "\\uFEFFa", "abc"], do: :unicode.bom_to_encoding(b)') == (
        "[{{:utf16, :big}, 2}, {{:utf16, :little}, 2}, {:utf8, 3}, {:latin1, 0}]")
