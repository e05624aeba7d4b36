"""Record: macros of tagged tuples."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

MODULES = """
defmodule RecordCase.Shapes do
  require Record
  Record.defrecord(:box, w: 1, h: 1 + 1)
  Record.defrecordp(:dot, :point, [:x, y: 0])

  def dot_at(n), do: dot(x: n)
  def x_of(dot(x: x)), do: x
  def kind(r) when Record.is_record(r, :box), do: :box
  def kind(r) when Record.is_record(r), do: :other
  def kind(_), do: nil
  def records, do: @__records__ |> Enum.map(& &1.name) |> Enum.sort()
end

defmodule RecordCase.User do
  import RecordCase.Shapes
  def run(:new), do: {box(), box(w: 5), box(_: 0, h: 3)}
  def run(:get), do: {box(box(w: 7), :w), box(:h), box(box())}
  def run(:change), do: box(box(), h: 9, w: 8)
  def run(:match) do
    box(h: h) = box(h: 4)
    h
  end
  def run(:order) do
    box(h: send(self(), :first), w: send(self(), :second))
    {receive(do: (m -> m)), receive(do: (m -> m))}
  end
  def run({:list, term}), do: box(term)
end
"""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("RecordCase.User.run(:new)", "{{:box, 1, 2}, {:box, 5, 2}, {:box, 0, 3}}"),
        ("RecordCase.User.run(:get)", "{7, 2, [w: 1, h: 2]}"),
        ("RecordCase.User.run(:change)", "{:box, 8, 9}"),
        ("RecordCase.User.run(:match)", "4"),
        ("RecordCase.User.run(:order)", "{:first, :second}"),
        ("{RecordCase.Shapes.dot_at(3), RecordCase.Shapes.x_of({:point, 4, 5})}", "{{:point, 3, 0}, 4}"),
        ("Enum.map([{:box, 1, 2}, {:q}, {1}, 5], &RecordCase.Shapes.kind/1)", "[:box, :other, nil, nil]"),
        ("RecordCase.Shapes.records()", "[:box, :dot]"),
        ("try do RecordCase.User.run({:list, {:box, 1}}) rescue e -> e.message end",
         '"expected argument to be a :box record with 2 fields, got: {:box, 1}"'),
        ('try do Code.eval_string("import RecordCase.Shapes; box(z: 1)") rescue e -> e.message end', '"record :box does not have the key: :z"'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(MODULES + code) == text
