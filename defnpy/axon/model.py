"""Models as graphs of nodes: ``%Axon{}``, ``%Axon.Node{}``, ``%Axon.Parameter{}`` and how layers are added."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, Tensor, alias, field, is_struct, make_struct, nx, option, text
from defnpy.nx.options import validated
from defnpy.terms.errors import ProtocolUndefinedError
from defnpy.terms.function import Closure, arity_of, is_function
from defnpy.terms.map import sorted_keys

_ids = itertools.count(1)
_NODES, _OUTPUT, _PARENT = Atom("nodes"), Atom("output"), Atom("parent")
BOTH, LAYER, PARAMETER = Atom("both"), Atom("layer"), Atom("parameter")
F32 = (Atom("f"), 32)
NODE_FIELDS = (
    "id", "name", "mode", "parent", "parameters", "args", "op", "policy", "hooks", "opts", "global_options", "op_name", "meta",
    "stacktrace",
)  # fmt: skip


def is_model(term: Any) -> bool:
    """Whether *term* is a ``%Axon{}``."""
    return is_struct(term, "Axon")


def make_model(nodes: dict[Any, Any], output: Any) -> Struct:
    """``%Axon{}``."""
    return make_struct("Axon", nodes=nodes, output=output)


def nodes_of(model: Struct) -> dict[Any, Any]:
    """The nodes by id."""
    nodes = model.fields[_NODES]
    if nodes.__class__ is not dict:
        from defnpy.terms.errors import BadMapError

        raise BadMapError(nodes)
    return nodes


def output_of(model: Struct) -> Any:
    """The id of the output node."""
    return model.fields[_OUTPUT]


def checked_name(name: Any, op_name: Atom) -> Any:
    """The naming function of a ``:name`` option; without one the name keeps the op that the layer was made with."""
    if is_function(name, 2):
        return name
    if name is None:
        return Closure(2, lambda op, counts: f"{op_name.name}_{_count(op, counts)}")
    if name.__class__ is str:
        return Closure(2, lambda op, counts: name.replace("{n}", str(_count(op, counts))))
    raise ArgumentError(f"expected layer name to be a binary, a function or nil, got: {text(name)}")


def _count(op: Any, counts: Any) -> int:
    """How often *op* came before; the counts are a map or a keyword list."""
    found: int = option(counts, op.name, 0) if counts.__class__ is list else counts.get(op, 0)
    return found


def make_node(op: Any, parents: list[Any], parameters: list[Any], args: list[Any], opts: Opts = (), **known: Any) -> Struct:
    """``%Axon.Node{}`` with a fresh id."""
    op_name = known.get("op_name") or (op if op.__class__ is Atom else Atom("custom"))
    given: dict[str, Any] = {
        "id": next(_ids), "name": checked_name(known.get("name"), op_name), "mode": known.get("mode") or BOTH, "parent": parents,
        "parameters": parameters, "args": args, "op": op, "policy": make_struct("Axon.MixedPrecision.Policy"), "hooks": [],
        "opts": list(opts), "global_options": known.get("global_options") or [],
        "op_name": op_name, "meta": known.get("meta") or {},
        "stacktrace": [],
    }  # fmt: skip
    return make_struct("Axon.Node", **given)


def add_layer(op: Any, inputs: Any, opts: Opts = (), **known: Any) -> Struct:
    """``Axon.layer/3``: *known* are ``name``, ``op_name``, ``mode``, ``meta`` and ``global_options``."""
    parents: list[Any] = []
    parameters: list[Any] = []
    args: list[Any] = []
    nodes: dict[Any, Any] = {}
    for term in inputs if inputs.__class__ is list else [inputs]:
        if is_model(term):
            parents.append(output_of(term))
            args.append(LAYER)
            nodes.update(nodes_of(term))
        elif is_struct(term, "Axon.Parameter"):
            parameters.append(term)
            args.append(PARAMETER)
        else:
            raise ArgumentError(f"invalid input given to layer: {text(term)}")
    return with_node(nodes, make_node(op, parents, parameters, args, opts, **known))


def with_node(nodes: dict[Any, Any], node: Struct) -> Struct:
    """The model of *nodes* and one more, which is the output."""
    return make_model({**nodes, field(node, "id"): node}, field(node, "id"))


def traverse_models(term: Any, fun: Callable[[Struct], Any]) -> Any:
    """A container of models with *fun* of each."""
    from defnpy.nx.containers import traverse

    if is_model(term):
        return fun(term)
    return traverse(term, None, lambda child, _: (traverse_models(child, fun), None))[0]


def add_container(structure: Any, name: Any = None, meta: Any = None) -> Struct:
    """``Axon.container/2``: the parent of the node is the structure with ids for models."""
    nodes: dict[Any, Any] = {}

    if is_model(structure):
        raise ProtocolUndefinedError(alias("Nx.Container"), structure)

    def collect(model: Struct) -> Any:
        nodes.update(nodes_of(model))
        return output_of(model)

    ids = traverse_models(structure, collect)
    return with_node(nodes, make_node(Atom("container"), [ids], [], [LAYER], name=name, meta=meta))


def parent_ids(node: Struct) -> list[int]:
    """The ids of a node's parents, those inside a container's structure included."""
    found: list[int] = []
    for parent in field(node, "parent"):
        if parent.__class__ is int:
            found.append(parent)
        else:
            container_ids(parent, found.append)
    return found


def container_ids(structure: Any, fun: Callable[[int], Any]) -> Any:
    """The structure of a container node with *fun* of each id."""
    from defnpy.nx.containers import traverse

    if structure.__class__ is int:
        return fun(structure)
    return traverse(structure, None, lambda child, _: (container_ids(child, fun), None))[0]


class Visit:
    """Nodes in depth-first order, parents first, with their names and the counts of their ops."""

    def __init__(self, model: Struct) -> None:
        self.nodes = nodes_of(model)
        self.order: list[tuple[Struct, str]] = []
        self.names: dict[int, str] = {}
        self.counts: dict[Any, int] = {}
        self._blocks: dict[Any, str] = {}
        self._visit(output_of(model))

    def _visit(self, id_: int) -> None:
        if id_ in self.names:
            return
        node = self.nodes[id_]
        for parent in parent_ids(node):
            self._visit(parent)
        self.names[id_] = self._name(node)
        self.order.append((node, self.names[id_]))

    def _name(self, node: Struct) -> str:
        op_name = field(node, "op_name")
        block = option(field(node, "opts"), "block_id") if op_name is Atom("block") else None
        if block is not None and block in self._blocks:
            return self._blocks[block]
        name: str = field(node, "name")(op_name, self.counts)
        self.counts = {**self.counts, op_name: self.counts.get(op_name, 0) + 1}
        if block is not None:
            self._blocks[block] = name
        return name


def visit_order(model: Struct) -> list[Struct]:
    """Every reachable node once, parents first."""
    seen: set[int] = set()
    order: list[Struct] = []
    nodes = nodes_of(model)

    def go(id_: int) -> None:
        if id_ in seen:
            return
        seen.add(id_)
        for parent in parent_ids(nodes[id_]):
            go(parent)
        order.append(nodes[id_])

    go(output_of(model))
    return order


# -- parameters -----------------------------------------------------------------------------------------------------------


def make_parameter(name: str, template: Any, /, **more: Any) -> Struct:
    """``%Axon.Parameter{}``."""
    return make_struct("Axon.Parameter", name=name, template=template, **more)


def shaped_template(shape: Any, kind: Any) -> Any:
    """The template of a parameter from a function of input shapes."""
    return Closure(arity_of(shape), lambda *inputs: nx.template(shape(*[shapes_of(i) for i in inputs]), kind))


class AxesTemplate(Closure):
    """A template function of any number of inputs."""

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)


def _dimensions(shape: list[Any], inputs: Any) -> tuple[int, ...]:
    made = []
    for size in shape:
        if size.__class__ is tuple:
            position = option(size[2], "input", 0) if len(size) == 3 and size[2].__class__ is list else 0
            at = size[1]
            made.append(inputs[position].shape[at])
        else:
            made.append(size)
    return tuple(made)


def shapes_of(term: Any) -> Any:
    """The shapes of a container of templates."""
    if term.__class__ is Tensor:
        return term.shape
    if term.__class__ is tuple:
        return tuple(shapes_of(t) for t in term)
    if term.__class__ is dict:
        return {k: shapes_of(term[k]) for k in sorted_keys(term)}
    return nx.shape(term)


def axes_template(shape: list[Any], kind: Any) -> Any:
    """The template function of a shape that names axes of inputs."""
    return AxesTemplate(1, lambda *inputs: nx.template(_dimensions(shape, inputs), kind))


def param(name: Any, shape: Any, opts: Opts = ()) -> Struct:
    """``Axon.param/3``: a parameter from a shape, a list with axes of inputs or a function of input shapes."""
    from defnpy.axon.base import no_clause

    if name.__class__ is not str or not (shape.__class__ in (tuple, list) or is_function(shape)):
        raise no_clause("param", 3)
    if shape.__class__ in (tuple, list):
        return parameter(name, shape, opts)
    given = validated(opts, initializer=Atom("glorot_uniform"), type=F32, kind=PARAMETER)
    return _checked_parameter(name, shaped_template(shape, type_term(given["type"])), given)


def parameter(name: Any, template: Any, opts: Opts = ()) -> Struct:
    """``Axon.parameter/3``: a parameter from a template, a shape, a function of input templates or a list with axes of inputs."""
    from defnpy.axon.base import no_clause

    if template.__class__ is Tensor:
        given = validated(opts, initializer=Atom("glorot_uniform"), kind=PARAMETER)
        made = nx.to_template(template)
        return _checked_parameter(name, made, given, shape=made.shape, type=made.type.elixir)
    if is_function(template):
        given = validated(opts, initializer=Atom("glorot_uniform"), type=None, kind=PARAMETER)
        return _checked_parameter(name, _typed_template(template, given["type"]), given)
    if template.__class__ not in (tuple, list):
        raise no_clause("parameter", 3)
    given = validated(opts, initializer=Atom("glorot_uniform"), type=F32, kind=PARAMETER)
    kind, known = type_term(given["type"]), [(Atom(k), v) for k, v in given.items() if k != "type"]
    if template.__class__ is list and not all(n.__class__ is int for n in template):
        return _checked_parameter(name, axes_template(template, kind), given)
    return parameter(name, nx.template(tuple(template), kind), known)


def _checked_parameter(name: Any, template: Any, given: dict[str, Any], **more: Any) -> Struct:
    from defnpy.axon.initializers import by_name

    return make_parameter(name, template, initializer=by_name(given["initializer"]), kind=given["kind"] or PARAMETER, **more)


def _typed_template(function: Any, kind: Any) -> Any:
    """A template function whose results have the type *kind*, if one is given."""
    if kind is None:
        return function
    return Closure(arity_of(function), lambda *inputs: nx.template(nx.shape(function(*inputs)), type_term(kind)))


def type_term(kind: Any) -> Any:
    """A type in the long form."""
    from defnpy.nx.dtype import normalize

    return normalize(kind).elixir


