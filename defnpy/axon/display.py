"""Axon.Display: models as tables and diagrams."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, Tensor, alias, field, nx, remote, text
from defnpy.axon.build import Config, Program, expressions, template_of
from defnpy.axon.model import F32, is_model, parent_ids
from defnpy.nx import defn
from defnpy.nx.options import validated
from defnpy.terms.errors import FunctionClauseError
from defnpy.terms.module import ex, native_module

NAME = "Axon.Display"
_CONTAINER = Atom("container")


def outputs_of(model: Struct, inputs: Any) -> list[tuple[Any, Any]]:
    """Every layer with the template of its output, in the order in which they were made."""
    program = Program(model, Config([]))
    found: list[tuple[Any, Any]] = []

    def start() -> Any:
        given = expressions(nx.to_template(inputs))
        data, _ = program.init(given, {}, 0)
        values = program.values(data, given)
        counts: dict[Any, int] = {}
        for la in program.layers:
            # A block that is used twice counts twice here.
            op = field(la.node, "op_name")
            la.name = field(la.node, "name")(op, counts)
            counts[op] = counts.get(op, 0) + 1
            found.append((la, nx.to_template(values[field(la.node, "id")])))
        found.sort(key=lambda pair: field(pair[0].node, "id"))
        return nx.tensor(0)

    defn.debug_expr_apply(start, [])
    return found


# -- table ----------------------------------------------------------------------------------------------------------------


def _shape_text(term: Any) -> str:
    """``f32[2][3]``; the parts of a container separated by commas."""
    if term.__class__ is tuple:
        return ", ".join(map(_shape_text, term))
    if term.__class__ is not Tensor:
        raise FunctionClauseError(alias(NAME), Atom("render_output_shape"), 1)
    return term.type.name + "".join(f"[{n}]" for n in term.shape)


class _Row:
    """A row of the table and what it adds to the totals."""

    def __init__(self, layer: Any, out: Any, known: dict[int, tuple[Any, Any]]) -> None:
        node = layer.node
        self.op = field(node, "op_name")
        self.title = f"{layer.name} ( {self.op.name} )"
        parents = [known[p] for p in parent_ids(node)]
        if self.op is _CONTAINER:
            self.inputs = "{}"
        else:
            shapes = {la.name: _shape_text(t) for la, t in parents}
            self.inputs = text(shapes)
        self.output = _shape_text(out)
        self.options = [line for k, v in field(node, "opts") for line in _option_lines(k.name, v)]
        self.parameters: list[str] = []
        self.count = self.size = 0
        for param in field(node, "parameters"):
            self._parameter(param, node, [t for _, t in parents])

    def _parameter(self, param: Struct, node: Struct, inputs: list[Any]) -> None:
        if not callable(field(param, "template")):
            raise FunctionClauseError(alias(NAME), Atom("-do_axon_to_rows/6-fun-1-"), 2)
        kind = field(field(node, "policy"), "params") or F32
        typed = nx.template(nx.shape(template_of(param, inputs)), kind)
        self.parameters.append(f"{field(param, 'name')}: {_shape_text(typed)}")
        self.count += nx.size(typed)
        self.size += nx.byte_size(typed)

    def cells(self) -> list[list[str]]:
        """The lines of each cell."""
        return [[self.title], [self.inputs], [self.output], self.options, self.parameters]


def _option_lines(name: str, value: Any) -> list[str]:
    from defnpy.terms.inspect import inspect

    return f"{name}: {inspect(value, pretty=True)}".split("\n")


_HEADER = ["Layer", "Input Shape", "Output Shape", "Options", "Parameters"]


@ex("as_table/2")
def as_table(model: Any, inputs: Any) -> str:
    """A model as a table of text."""
    if not is_model(model):
        raise FunctionClauseError(alias(NAME), Atom("as_table"), 2)
    known: dict[int, tuple[Any, Any]] = {}
    rows = []
    for layer, out in outputs_of(model, inputs):
        known[field(layer.node, "id")] = (layer, out)
        rows.append(_Row(layer, out, known))
    table = _drawn("Model", [r.cells() for r in rows])
    count, size = sum(r.count for r in rows), sum(r.size for r in rows)
    return f"{table}Total Parameters: {count}\nTotal Parameters Memory: {_memory(size)}\n"


def _drawn(title: str, rows: list[list[list[str]]]) -> str:
    columns = [[h] for h in _HEADER]
    for row in rows:
        for i, cell in enumerate(row):
            columns[i].extend(cell)
    widths = [max(len(line) for line in column) + 2 for column in columns]
    total = sum(widths) + len(widths) - 1
    thin, thick = _line("-", widths), _line("=", widths)
    left = (total - len(title)) // 2
    top = "|" + " " * left + title + " " * (total - left - len(title)) + "|"
    made = ["+" + "-" * total + "+", top, thick, _row([[h] for h in _HEADER], widths), thick]
    for row in rows:
        made.extend([_row(row, widths), thin])
    return "\n".join(made) + "\n"


def _line(mark: str, widths: list[int]) -> str:
    return "+" + "+".join(mark * w for w in widths) + "+"


def _row(cells: list[list[str]], widths: list[int]) -> str:
    height = max(1, *[len(c) for c in cells])
    lines = []
    for i in range(height):
        parts = [f" {c[i] if i < len(c) else ''}".ljust(w) for c, w in zip(cells, widths, strict=True)]
        lines.append("|" + "|".join(parts) + "|")
    return "\n".join(lines)


def _memory(size: int) -> str:
    for unit, scale in (("gigabytes", 10**9), ("megabytes", 10**6), ("kilobytes", 10**3)):
        if size >= scale:
            return f"{size / scale:.2f} {unit}"
    return f"{size} bytes"


# -- diagram --------------------------------------------------------------------------------------------------------------


@ex("as_graph/2", "as_graph/3")
def as_graph(model: Any, inputs: Any, opts: Opts = ()) -> Any:
    """A model as a Mermaid diagram."""
    if not is_model(model):
        raise FunctionClauseError(alias(NAME), Atom("as_graph"), 3)
    o = validated(opts, direction=Atom("top_down"))
    directions = {"top_down": "TD", "left_right": "LR"}
    direction = directions.get(getattr(o["direction"], "name", ""))
    if direction is None:
        raise ArgumentError(f"expected a valid direction, got: {text(o['direction'])}")
    nodes: list[str] = []
    edges: list[str] = []
    for layer, out in outputs_of(model, inputs):
        id_, op = field(layer.node, "id"), field(layer.node, "op_name")
        label = f'"{layer.name} ({text(op)}) {text(_shapes(out))}"'
        nodes.append(f"{id_}[/{label}/];" if op is Atom("input") else f"{id_}[{label}];")
        edges.extend(f"{parent} --> {id_}" for parent in parent_ids(layer.node))
    diagram = f"graph {direction};\n" + "\n".join(nodes) + "\n" + (";\n".join(reversed(edges)) + ";")
    return remote("Kino.Mermaid", "new/1")(diagram)


def _shapes(term: Any) -> Any:
    from defnpy.axon.model import shapes_of

    return shapes_of(term)


MODULE = native_module(NAME, globals())
