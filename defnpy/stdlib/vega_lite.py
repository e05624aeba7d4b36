"""VegaLite: specifications of charts, built by pipes as the VegaLite package builds them. Nothing is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.kino import tabular_rows
from defnpy.stdlib.util import is_keyword, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.map import items
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

_SPEC = Atom("spec")
_SCHEMA = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json"}


def _chart(spec: dict[Any, Any]) -> Struct:
    return Struct(alias("VegaLite"), {_SPEC: spec})


def _spec(chart: Any) -> dict[Any, Any]:
    if not isinstance(chart, Struct) or chart.module is not alias("VegaLite"):
        raise ArgumentError(f"expected a VegaLite specification, got: {inspect(chart)}")
    found: dict[Any, Any] = chart.fields[_SPEC]
    return found


def _with(chart: Any, name: str, value: Any) -> Struct:
    return _chart({**_spec(chart), name: value})


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _name(term: Any) -> str:
    return _camel(term.name) if term.__class__ is Atom else str(txt.to_string(term))


def _json(term: Any) -> Any:
    """Options as VegaLite's JSON: names in camel case, keyword lists as objects."""
    if term.__class__ is Atom:
        return _camel(term.name)
    if is_keyword(term) and term:
        return {_name(k): _json(v) for k, v in term}
    if term.__class__ is dict:
        return {_name(k): _json(v) for k, v in items(term)}
    if term.__class__ is list:
        return [_json(v) for v in term]
    return term


def _options(options: Any) -> dict[Any, Any]:
    made = _json(list(options))
    return made if made.__class__ is dict else {}


@ex("new/0", "new/1")
def new(options: Any = ()) -> Struct:
    return _chart({**_SCHEMA, **_options(options)})


@ex("to_spec/1")
def to_spec(chart: Any) -> Any:
    return _spec(chart)


@ex("from_json/1")
def from_json(text: Any) -> Struct:
    import json

    return _chart(json.loads(text))


@ex("data_from_url/2", "data_from_url/3")
def data_from_url(chart: Any, url: Any, options: Any = ()) -> Struct:
    return _with(chart, "data", {"url": url, **_options(options)})


@ex("data_from_values/2", "data_from_values/3")
def data_from_values(chart: Any, values: Any, options: Any = ()) -> Struct:
    """Rows (maps or keyword lists) or columns by name; ``:only`` chooses columns."""
    wanted = option(options, "only")
    kept = None if wanted is None else {txt.to_string(name) for name in wanted}
    rows = [{txt.to_string(k): _value(v) for k, v in items(row)} for row in tabular_rows(values)]
    if kept is not None:
        rows = [{k: v for k, v in row.items() if k in kept} for row in rows]
    rest = _options([pair for pair in options if pair[0] is not Atom("only")])
    return _with(chart, "data", {"values": rows, **rest})


def _value(term: Any) -> Any:
    if isinstance(term, Struct) and term.__class__.__name__ != "Tensor":
        return txt.to_string(term)
    return term.name if is_atom(term) and term.__class__ is Atom else term


@ex("mark/2", "mark/3")
def mark(chart: Any, kind: Any, options: Any = ()) -> Struct:
    given = _options(options)
    return _with(chart, "mark", {"type": _name(kind), **given} if given else _name(kind))


@ex("encode/3")
def encode(chart: Any, channel: Any, options: Any) -> Struct:
    """One channel; several encodings of it as a list of option lists."""
    made = [_options(one) for one in options] if options and options[0].__class__ is list else _options(options)
    encoding = _spec(chart).get("encoding", {})
    return _with(chart, "encoding", {**encoding, _name(channel): made})


@ex("encode_field/3", "encode_field/4")
def encode_field(chart: Any, channel: Any, field: Any, options: Any = ()) -> Struct:
    return encode(chart, channel, [(Atom("field"), txt.to_string(field)), *options])


@ex("encode_repeat/3", "encode_repeat/4")
def encode_repeat(chart: Any, channel: Any, kind: Any, options: Any = ()) -> Struct:
    return encode(chart, channel, [(Atom("field"), {"repeat": _name(kind)}), *options])


@ex("transform/2")
def transform(chart: Any, options: Any) -> Struct:
    return _with(chart, "transform", [*_spec(chart).get("transform", []), _options(options)])


@ex("param/3")
def param(chart: Any, name: Any, options: Any) -> Struct:
    return _with(chart, "params", [*_spec(chart).get("params", []), {"name": txt.to_string(name), **_options(options)}])


@ex("resolve/3")
def resolve(chart: Any, kind: Any, options: Any) -> Struct:
    found = _spec(chart).get("resolve", {})
    return _with(chart, "resolve", {**found, _name(kind): _options(options)})


@ex("config/2")
def config(chart: Any, options: Any) -> Struct:
    return _with(chart, "config", {**_spec(chart).get("config", {}), **_options(options)})


@ex("projection/2")
def projection(chart: Any, options: Any) -> Struct:
    return _with(chart, "projection", _options(options))


def _inner(charts: Any) -> list[dict[Any, Any]]:
    return [{k: v for k, v in _spec(c).items() if k != "$schema"} for c in charts]


@ex("layers/2")
def layers(chart: Any, charts: Any) -> Struct:
    return _with(chart, "layer", _inner(charts))


@ex("concat/2", "concat/3")
def concat(chart: Any, charts: Any, kind: Any = Atom("wrappable")) -> Struct:
    names = {"wrappable": "concat", "horizontal": "hconcat", "vertical": "vconcat"}
    if getattr(kind, "name", None) not in names:
        raise ArgumentError(f"expected concatenation type to be one of :wrappable, :horizontal or :vertical, got: {inspect(kind)}")
    return _with(chart, names[kind.name], _inner(charts))


@ex("facet/3")
def facet(chart: Any, options: Any, inner: Any) -> Struct:
    return _chart({**_spec(chart), "facet": _options(options), "spec": _inner([inner])[0]})


@ex("repeat/3")
def repeat(chart: Any, options: Any, inner: Any) -> Struct:
    return _chart({**_spec(chart), "repeat": _json(options), "spec": _inner([inner])[0]})


@ex("datasets_from_values/2")
def datasets_from_values(chart: Any, datasets: Any) -> Struct:
    pairs = items(datasets) if datasets.__class__ is dict else datasets
    made = {txt.to_string(name): [{txt.to_string(k): v for k, v in items(row)} for row in tabular_rows(rows)] for name, rows in pairs}
    return _with(chart, "datasets", made)


def _live() -> Module:
    """``Kino.VegaLite``: a chart that receives data."""

    def started(chart: Any) -> Any:
        return chart

    def received(chart: Any, *_: Any) -> Any:
        return Atom("ok")

    made = native_module("Kino.VegaLite", {})
    table: dict[str, Callable[..., Any]] = {"new/1": started, "render/1": started}
    for signature in ("push/2", "push/3", "push_many/2", "push_many/3", "clear/1", "clear/2", "periodically/4"):
        table[signature] = received
    made.functions.update(table)
    return made


MODULE = native_module("VegaLite", globals(), info={"struct": [(_SPEC, None)]})
MODULES_BY_NAME = {"Elixir.VegaLite": MODULE, "Elixir.Kino.VegaLite": _live()}
