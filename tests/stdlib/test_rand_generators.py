"""The generators of ``:rand``: their numbers from an integer and from three."""

from __future__ import annotations

import pytest

from defnpy.stdlib import rand
from defnpy.stdlib.generators import KINDS
from tests.stdlib.support import run

FIRST = {
    "exsss": ([294, 431, 615], [27, 641, 475]),
    "exro928ss": ([294, 220, 595], [732, 27, 904]),
    "exrop": ([297, 843, 758], [414, 135, 923]),
    "exs1024s": ([601, 28, 422], [158, 242, 817]),
    "exs1024": ([601, 28, 422], [158, 242, 817]),
    "exsp": ([982, 968, 738], [814, 853, 758]),
    "exsplus": ([982, 968, 738], [814, 853, 758]),
    "exs64": ([843, 924, 560], [596, 759, 185]),
}


@pytest.mark.parametrize("kind", FIRST)
def test_first_numbers(kind):
    for state, wanted in zip((KINDS[kind].of(42), KINDS[kind].of_three((1, 2, 3))), FIRST[kind], strict=True):
        for number in wanted:
            drawn, state = rand.draw_int(1000, state)
            assert drawn == number


def test_floats_wide_ranges_and_octets():
    states = {kind: KINDS[kind].of(42) for kind in ("exsss", "exrop", "exs1024s", "exsplus")}
    found = {}
    for kind, state in states.items():
        for _ in range(3):
            _, state = rand.draw_int(1000, state)
        value, state = rand.draw_float(state)
        _, state = rand.draw_normal(state)
        found[kind] = (value, rand.draw_int(10**21, state)[0])
    assert found["exsss"] == (0.8979947493669225, 798826987285091015840)
    assert found["exrop"] == (0.7836355583568013, 536206597357890388997)
    assert found["exs1024s"] == (0.25787085376598173, 156813874821341822034)
    assert found["exsplus"][0] == 0.15082089158611553


def test_octets_and_huge_ranges():
    assert run(":rand.seed(:exsss, {1, 2, 3}); :rand.bytes(9)") == bytes([139, 169, 208, 52, 37, 220, 226, 106, 108])
    assert run(":rand.seed(:exsss, 1); Enum.random(1..100_000_000_000_000_000_000_000)") == 72780047870402640496810
    assert run(":rand.seed(:exsplus, {101, 102, 103}); {:rand.uniform(), :rand.uniform(6)}") == (0.7448690405825585, 6)
