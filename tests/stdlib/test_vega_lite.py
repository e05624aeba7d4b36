"""VegaLite specifications."""

from __future__ import annotations

from tests.stdlib.support import run


def test_a_chart_is_the_json_of_vega_lite() -> None:
    code = """
    VegaLite.new(width: 400, title: "T")
    |> VegaLite.data_from_values(x: 1..2, y: [:a, :b])
    |> VegaLite.mark(:line, stroke_width: 2)
    |> VegaLite.encode_field(:x, "x", type: :quantitative, scale: [zero: false])
    |> VegaLite.encode(:y, aggregate: :count)
    |> VegaLite.to_spec()
    """
    assert run(code) == {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "width": 400, "title": "T",
        "data": {"values": [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]}, "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {"x": {"field": "x", "type": "quantitative", "scale": {"zero": False}}, "y": {"aggregate": "count"}},
    }  # fmt: skip


def test_charts_inside_charts_have_no_schema() -> None:
    code = """
    a = VegaLite.new() |> VegaLite.mark(:point)
    VegaLite.new() |> VegaLite.layers([a, a]) |> VegaLite.resolve(:scale, y: :independent) |> VegaLite.to_spec() |> Map.drop(["$schema"])
    """
    assert run(code) == {"layer": [{"mark": "point"}, {"mark": "point"}], "resolve": {"scale": {"y": "independent"}}}


def test_rows_with_chosen_columns() -> None:
    code = "VegaLite.new() |> VegaLite.data_from_values([%{a: 1, b: 2}], only: [:a]) |> VegaLite.to_spec() |> Map.get(\"data\")"
    assert run(code) == {"values": [{"a": 1}]}
