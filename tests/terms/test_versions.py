"""Versions of a large map behave as copies."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defnpy.terms import versions
from defnpy.terms.versions import LARGE, Version
from tests.stdlib.support import shown

STEPS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["put", "delete", "read", "keys"]), st.integers(0, 2 * LARGE)), max_size=40)


@given(STEPS)
def test_every_version_keeps_its_content(steps: list[tuple[int, str, int]]) -> None:
    start: dict[Any, Any] = {n: n for n in range(LARGE)}
    made: list[tuple[dict[Any, Any], dict[Any, Any]]] = [(start, dict(start))]
    for back, step, key in steps:
        value, model = made[-1 - back % len(made)]
        if step == "put":
            made.append((versions.put(value, key, -key), {**model, key: -key}))
        elif step == "delete":
            made.append((versions.without(value, key), {k: v for k, v in model.items() if k != key}))
        elif step == "read":
            assert value.get(key, "none") == model.get(key, "none")
            assert (key in value) == (key in model)
            assert len(value) == len(model)
        else:
            assert sorted(value) == sorted(value.keys()) == sorted(model)
    for value, model in made:
        assert dict(value.items()) == {**value} == dict(value) == model
        assert value == model
        assert not value != model


def test_a_version_is_a_dict_to_everybody() -> None:
    big = versions.put({n: n for n in range(LARGE)}, -1, 0)
    assert type(big) is Version
    assert big.__class__ is dict
    assert {k: v for k, v in big.items() if k < 0} == {-1: 0}
    with pytest.raises(TypeError, match="never changed in place"):
        big[5] = 1
    with pytest.raises(KeyError):
        big["none"]


def test_small_maps_are_copied() -> None:
    assert type(versions.put({1: 2}, 3, 4)) is dict


def test_processes_that_hold_the_same_version_see_their_own() -> None:
    base = versions.put(dict.fromkeys(range(LARGE), 0), "who", "nobody")
    failures: list[Any] = []

    def work(name: int) -> None:
        mine: Any = base
        for n in range(300):
            mine = versions.put(mine, "who", (name, n))
            mine = versions.put(mine, (name, n).__hash__(), name)
            if mine["who"] != (name, n) or base["who"] != "nobody" or len(base) != LARGE + 1:
                failures.append((name, n))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures


def test_maps_of_programs_keep_their_versions() -> None:
    code = """
    m = Map.new(1..1000, &{&1, &1})
    a = Map.put(m, 1, :a)
    b = Map.put(a, 2, :b)
    c = Map.delete(a, 3)
    d = %{b | 4 => :d}
    s = MapSet.new(1..500)
    t = MapSet.put(s, :t)
    {m[1], a[1], b[1], b[2], a[2], c[3], a[3], d[4], b[4], map_size(c), map_size(a), a == Map.put(m, 1, :a), b == a,
     :t in s, :t in t, MapSet.size(MapSet.delete(t, 1)), 1 in t, match?(%{1 => :a}, d), Enum.count(b), Map.merge(b, %{1 => 0})[1], b[1]}
    """
    assert shown(code) == "{1, :a, :a, :b, 2, nil, 3, :d, 4, 999, 1000, true, false, false, true, 500, true, true, 1000, 0, :a}"


def test_building_a_map_while_walking_it() -> None:
    assert shown("m = Map.new(1..300, &{&1, &1})\nn = Enum.reduce(m, m, fn {k, v}, acc -> Map.put(acc, -k, v) end)\n{map_size(m), map_size(n)}") == "{300, 600}"


def test_state_that_is_passed_on_costs_the_same_however_large() -> None:
    code = """
    defmodule Ver do
      def fill(0, m), do: {0, m}
      def fill(n, m) do
        {k, m} = fill(n - 1, m)
        {k + 1, Map.put(m, n, n)}
      end
    end
    {_, m} = Enum.reduce(1..20, {0, %{}}, fn i, {_, m} -> Ver.fill(i * 1000, m) end)
    map_size(m)
    """
    assert shown(code) == "20000"
