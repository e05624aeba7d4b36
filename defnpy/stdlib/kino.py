"""Kino, the outputs and controls of Livebook notebooks, as text: what a cell would draw is written in words and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import OK, UNSET, is_keyword, option
from defnpy.terms import process
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.binary import octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect as inspect_text
from defnpy.terms.inspect import opts_from
from defnpy.terms.map import from_pairs, items, key
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

NOTHING = Atom("do not show this result in output")
_TEXT, _ITEMS, _CONTENT, _KIND, _ATTRS = (Atom(n) for n in ("text", "items", "content", "mime_type", "attrs"))
_LABEL, _DEFAULT, _TYPE, _NAME = (Atom(n) for n in ("label", "default", "type", "name"))
# A table shows its first rows, as the first page of Livebook's does.
_PAGE = 10


class Frame(Struct):
    """``%Kino.Frame{}``: a place whose outputs change; each change of a frame that was shown is written again."""

    __slots__ = ("outputs", "visible")
    module = alias("Kino.Frame")

    def __init__(self) -> None:
        self.outputs: list[Any] = []
        self.visible = False

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {Atom("ref"): str(id(self))}


def shown(term: Any) -> str | None:
    """The text that stands for *term* as a cell's output; None where Livebook shows nothing."""
    if term is NOTHING:
        return None
    writer = _WRITERS.get(term.module.name) if isinstance(term, Struct) else None
    return inspect_text(term, pretty=True) if writer is None else writer(term)


def _several(terms: list[Any]) -> str:
    return "\n".join([t for t in map(shown, terms) if t is not None])


# -- outputs --


@ex("render/1")
def render(term: Any) -> Any:
    text = shown(term)
    if text is not None:
        process.write(text + "\n")
    return term


@ex("inspect/1", "inspect/2")
def inspect(term: Any, options: Any = ()) -> Any:
    process.write(inspect_text(term, opts=opts_from([(Atom("pretty"), True), *options])) + "\n")
    return term


@ex("nothing/0")
def nothing() -> Any:
    return NOTHING


@ex("configure/1")
def configure(_options: Any) -> Any:
    return OK


@ex("animate/2", "animate/3")
def animate(source: Any, second: Any, third: Any = UNSET) -> Any:
    """The first frame of an animation: text does not move."""
    first = 0 if source.__class__ is int else next(iter(iterate(source)), UNSET)
    if first is not UNSET:
        if third is UNSET:
            render(fun1(second)(first))
        else:
            made = fun2(third)(first, second)
            if made.__class__ is tuple and len(made) == 3:
                render(made[1])
    return OK


@ex("listen/2", "listen/3")
def listen(source: Any, second: Any, third: Any = UNSET) -> Any:
    """No event comes from a terminal: the function is never called."""
    return OK


@ex("async_listen/2", "async_listen/3")
def async_listen(source: Any, second: Any, third: Any = UNSET) -> Any:
    return OK


def _struct(module: str, **fields: Any) -> Struct:
    return Struct(alias(module), {Atom(k): v for k, v in fields.items()})


def _text_output(module: str) -> Module:
    """A module whose ``new`` keeps a text."""

    def new(text: Any, options: Any = ()) -> Struct:
        return _struct(module, text=txt.to_string(text))

    made = native_module(module, {}, info={"struct": [(_TEXT, None)]})
    made.functions.update({"new/1": new, "new/2": new})
    return made


def _image() -> Module:
    def new(content: Any, kind: Any = "image/png") -> Struct:
        return _struct("Kino.Image", content=content, mime_type=kind)

    made = native_module("Kino.Image", {}, info={"struct": [(_CONTENT, None), (_KIND, None)]})
    made.functions.update({"new/1": new, "new/2": new})
    return made


def _image_text(image: Struct) -> str:
    content, kind = image.fields[_CONTENT], image.fields[_KIND]
    if isinstance(content, Struct):
        size = "x".join(str(n) for n in content.fields.get(Atom("shape"), ()))
    else:
        size = f"{len(octets(content))} bytes"
    return f"#Kino.Image<{kind.name if is_atom(kind) else kind}, {size}>"


def _layout() -> Module:
    def grid(inside: Any, options: Any = ()) -> Struct:
        return _struct("Kino.Layout", type=Atom("grid"), items=list(iterate(inside)), info={})

    def tabs(inside: Any) -> Struct:
        return _struct("Kino.Layout", type=Atom("tabs"), items=[item for _, item in inside], info={Atom("labels"): [n for n, _ in inside]})

    made = native_module("Kino.Layout", {}, info={"struct": [(_TYPE, None), (_ITEMS, None), (Atom("info"), None)]})
    made.functions.update({"grid/1": grid, "grid/2": grid, "tabs/1": tabs})
    return made


def _layout_text(layout: Struct) -> str:
    labels = layout.fields[Atom("info")].get(Atom("labels"))
    inside = layout.fields[_ITEMS]
    if labels is None:
        return _several(inside)
    return "\n".join(f"[{txt.to_string(n)}]\n{shown(item) or ''}" for n, item in zip(labels, inside, strict=True))


# -- frames --


def _frame() -> Module:
    def changed(frame: Frame) -> Any:
        if frame.visible:
            process.write(_several(frame.outputs) + "\n")
        return OK

    def render_in(frame: Frame, term: Any, options: Any = ()) -> Any:
        frame.outputs = [term]
        return changed(frame)

    def append(frame: Frame, term: Any, options: Any = ()) -> Any:
        frame.outputs = [*frame.outputs, term]
        if frame.visible:
            render(term)
        return OK

    def clear(frame: Frame, options: Any = ()) -> Any:
        frame.outputs = []
        return OK

    made = native_module("Kino.Frame", {}, info={"struct": [(Atom("ref"), None)]})
    made.functions.update({
        "new/0": Frame, "new/1": lambda options: Frame(), "render/2": render_in, "render/3": render_in,
        "append/2": append, "append/3": append, "clear/1": clear, "clear/2": clear,
    })  # fmt: skip
    return made


def _frame_text(frame: Any) -> str | None:
    frame.visible = True
    return _several(frame.outputs) if frame.outputs else None


# -- tables --


def _data_table() -> Module:
    def new(data: Any, options: Any = ()) -> Struct:
        rows = tabular_rows(data)
        chosen = option(options, "keys")
        names = list(chosen) if chosen is not None else list(dict.fromkeys(name for row in rows for name, _ in items(row)))
        return _struct("Kino.DataTable", name=option(options, "name", "Data"), keys=names, rows=rows)

    made = native_module("Kino.DataTable", {}, info={"struct": [(_NAME, None), (Atom("keys"), None), (Atom("rows"), None)]})
    made.functions.update({"new/1": new, "new/2": new})
    return made


def tabular_rows(data: Any) -> list[Any]:
    """Tabular data (rows as maps or keyword lists, or columns by name) as a list of maps."""
    columns = list(items(data)) if data.__class__ is dict else list(data) if is_keyword(data) and data else None
    if columns is not None:
        names = [name for name, _ in columns]
        return [from_pairs(zip(names, values, strict=True)) for values in zip(*(iterate(column) for _, column in columns), strict=False)]
    rows = list(iterate(data))
    if not all(row.__class__ is dict or is_keyword(row) for row in rows):
        raise ArgumentError(f"expected valid tabular data, but got: {inspect_text(data)}")
    return [row if row.__class__ is dict else from_pairs(row) for row in rows]


def _table_text(table: Struct) -> str:
    names, rows = table.fields[Atom("keys")], table.fields[Atom("rows")]
    lines = [[_cell(n) for n in names], *([_cell(row.get(key(n), "")) for n in names] for row in rows[:_PAGE])]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    made = [" | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines]
    made.insert(1, "-+-".join("-" * w for w in widths))
    if len(rows) > _PAGE:
        made.append(f"({len(rows)} rows, the first {_PAGE} shown)")
    return "\n".join([txt.to_string(table.fields[_NAME]), *made])


def _cell(term: Any) -> str:
    return term if term.__class__ is str else term.name if term.__class__ is Atom else inspect_text(term)


# -- inputs and controls --

_INPUTS: dict[str, Any] = {
    "text": "", "textarea": "", "password": "", "number": None, "url": None, "checkbox": False, "color": "#6583FF", "range": 0.0,
    "utc_datetime": None, "utc_time": None, "date": None, "image": None, "audio": None, "file": None,
}  # fmt: skip


def _input() -> Module:
    def maker(kind: str, start: Any) -> Callable[..., Struct]:
        def new(label: Any, options: Any = ()) -> Struct:
            given = option(options, "default", option(options, "min", start) if kind == "range" else start)
            return _control("Kino.Input", kind, label, given)

        return new

    def select(label: Any, choices: Any, options: Any = ()) -> Struct:
        if not choices:
            raise ArgumentError("expected at least one option, got: []")
        return _control("Kino.Input", "select", label, option(options, "default", choices[0][0]))

    def read(source: Struct) -> Any:
        """What the input starts with: nobody types into it."""
        return source.fields[_ATTRS][_DEFAULT]

    made = native_module("Kino.Input", {}, info={"struct": [(_ATTRS, None)]})
    for kind, start in _INPUTS.items():
        made.functions[f"{kind}/1"] = made.functions[f"{kind}/2"] = maker(kind, start)
    made.functions.update({"select/2": select, "select/3": select, "read/1": read})
    return made


def _control(module: str, kind: str, label: Any, default: Any) -> Struct:
    return _struct(module, attrs={_TYPE: Atom(kind), _LABEL: label, _DEFAULT: default})


def _controls() -> Module:
    made = native_module("Kino.Control", {}, info={"struct": [(_ATTRS, None)]})
    made.functions.update({
        "button/1": lambda label: _control("Kino.Control", "button", label, None),
        "form/2": lambda fields, options: _control("Kino.Control", "form", option(options, "submit"), None),
        "keyboard/1": lambda events: _control("Kino.Control", "keyboard", None, None),
        "keyboard/2": lambda events, options: _control("Kino.Control", "keyboard", None, None),
        "interval/1": lambda milliseconds: [], "stream/1": lambda source: [], "tagged_stream/1": lambda sources: [],
        "subscribe/2": lambda source, tag: OK, "unsubscribe/1": lambda source: OK,
    })  # fmt: skip
    return made


def _control_text(control: Struct) -> str:
    attrs = control.fields[_ATTRS]
    label = "" if attrs[_LABEL] is None else f" {inspect_text(attrs[_LABEL])}"
    value = f": {inspect_text(attrs[_DEFAULT])}" if control.module.name == "Elixir.Kino.Input" else ""
    return f"#{control.module.name.removeprefix('Elixir.')}<{attrs[_TYPE].name}{label}{value}>"


def _tree() -> Module:
    made = native_module("Kino.Tree", {})
    made.functions["new/1"] = lambda term: _struct("Kino.Text", text=inspect_text(term, pretty=True))
    return made


_TEXTS = ("Kino.Text", "Kino.Markdown", "Kino.HTML", "Kino.Mermaid")
_WRITERS: dict[str, Callable[[Any], str | None]] = {
    **{f"Elixir.{name}": lambda output: output.fields[_TEXT] for name in _TEXTS},
    "Elixir.Kino.Image": _image_text,
    "Elixir.Kino.Layout": _layout_text,
    "Elixir.Kino.Frame": _frame_text,
    "Elixir.Kino.DataTable": _table_text,
    "Elixir.Kino.Input": _control_text,
    "Elixir.Kino.Control": _control_text,
}
MODULE = native_module("Kino", globals())
MODULES_BY_NAME = {
    m.name.name: m for m in (MODULE, *map(_text_output, _TEXTS), _image(), _layout(), _frame(), _data_table(), _input(), _controls(), _tree())
}
