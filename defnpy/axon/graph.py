"""Reading and changing model graphs: inputs, counts, nodes, rewriting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, field, no_clause, nx
from defnpy.axon.model import (
    Visit,
    container_ids,
    is_model,
    make_model,
    nodes_of,
    output_of,
    parent_ids,
    visit_order,
)
from defnpy.nx.options import validated
from defnpy.terms.errors import BadMapError, CaseClauseError
from defnpy.terms.module import ex

_INPUT, _CONTAINER = Atom("input"), Atom("container")


def inputs_of(model: Struct) -> dict[Any, Any]:
    """The inputs by name with their shapes."""
    found: dict[Any, Any] = {}
    for node in visit_order(model):
        if field(node, "op") is _INPUT:
            found[field(node, "name")(_INPUT, {})] = next(v for k, v in field(node, "opts") if k.name == "shape")
    return found


def output_name(model: Struct) -> str:
    """The name of the output node; blocks count by occurrence here."""
    counts: dict[Any, int] = {}
    name = ""
    for node in visit_order(model):
        op_name = field(node, "op_name")
        name = field(node, "name")(op_name, counts)
        counts = {**counts, op_name: counts.get(op_name, 0) + 1}
    return name


@ex("get_inputs/1")
def get_inputs(model: Any) -> Any:
    """``Axon.get_inputs/1``."""
    return inputs_of(_model(model, "get_inputs", 1))


def _model(term: Any, function: str, arity: int) -> Struct:
    if not is_model(term):
        raise no_clause(function, arity)
    return term


@ex("get_op_counts/1")
def get_op_counts(model: Any) -> Any:
    """How often each op is in a model."""
    counts: dict[Any, int] = {}
    for node in visit_order(_model(model, "get_op_counts", 1)):
        name = field(node, "op_name")
        counts[name] = counts.get(name, 0) + 1
    return counts


@ex("properties/1")
def properties(model: Any) -> Any:
    """Names of layers and their ops."""
    return {name: field(node, "op_name") for node, name in Visit(_model(model, "properties", 1)).order}


@ex("get_parameters/1")
def get_parameters(model: Any) -> Any:
    """The reference looks in the model instead of its output node, so there are none."""
    return None


@ex("get_options/1")
def get_options(model: Any) -> Any:
    """As :func:`get_parameters`."""
    return None


def _changed_output(model: Struct, changes: dict[Any, Any]) -> Struct:
    nodes = nodes_of(model)
    id_ = output_of(model)
    return make_model({**nodes, id_: nodes[id_].replace(changes)}, id_)


@ex("set_parameters/2")
def set_parameters(model: Any, params: Any) -> Any:
    """Replace the parameters of the output node."""
    return _changed_output(_model(model, "set_parameters", 2), {Atom("parameters"): params})


@ex("set_options/2")
def set_options(model: Any, opts: Any) -> Any:
    """Replace the options of the output node."""
    return _changed_output(_model(model, "set_options", 2), {Atom("opts"): opts})


@ex("attach_hook/2", "attach_hook/3")
def attach_hook(model: Any, fun: Any, opts: Opts = ()) -> Any:
    """Call *fun* with the values of the output node."""
    given = validated(opts, on=Atom("forward"), mode=Atom("both"))
    nodes, id_ = nodes_of(_model(model, "attach_hook", 3)), output_of(model)
    hooks = field(nodes[id_], "hooks")
    return _changed_output(model, {Atom("hooks"): [(given["on"], given["mode"], fun), *hooks]})


@ex("map_nodes/2")
def map_nodes(model: Any, fun: Callable[[Any], Any]) -> Any:
    """Every node replaced by *fun* of it."""
    nodes = nodes_of(_model(model, "map_nodes", 2))
    return make_model({k: fun(nodes[k]) for k in sorted(nodes)}, output_of(model))


@ex("reduce_nodes/3")
def reduce_nodes(model: Any, acc: Any, fun: Callable[[Any, Any], Any]) -> Any:
    """Fold the reachable nodes, from the output to the inputs."""
    nodes = nodes_of(_model(model, "reduce_nodes", 3))
    seen: set[int] = set()

    def go(id_: int, so_far: Any) -> Any:
        if id_ in seen:
            return so_far
        seen.add(id_)
        so_far = fun(nodes[id_], so_far)
        for parent in parent_ids(nodes[id_]):
            so_far = go(parent, so_far)
        return so_far

    return go(output_of(model), acc)


@ex("pop_node/1")
def pop_node(model: Any) -> Any:
    """The output node and the models of its parents."""
    nodes = dict(nodes_of(_model(model, "pop_node", 1)))
    node = nodes.pop(output_of(model))
    parents = field(node, "parent")
    if not parents:
        raise CaseClauseError((node, nodes))
    if field(node, "op_name") is _CONTAINER:
        return node, container_ids(parents[0], lambda id_: make_model(nodes, id_))
    return node, [make_model(nodes, id_) for id_ in parents]


@ex("rewrite_nodes/2")
def rewrite_nodes(model: Any, rewriter: Callable[[Any], Any]) -> Any:
    """Nodes replaced by what the function that *rewriter* gives for them builds."""
    nodes = dict(nodes_of(_model(model, "rewrite_nodes", 2)))
    moved: dict[int, int] = {}
    for node in visit_order(model):
        id_ = field(node, "id")
        node = _with_parents(nodes[id_], moved)
        nodes[id_] = node
        change = rewriter(node)
        if change is Atom("skip"):
            continue
        parents = field(node, "parent")
        if len(parents) == 1 and parents[0].__class__ is not int:
            inputs: Any = [container_ids(parents[0], partial(make_model, nodes))]
        else:
            inputs = [make_model(dict(nodes), p) for p in parents]
        # The output stands for its node alone: the graph below is reached through the inputs.
        made = change(inputs, make_model({id_: node}, id_))
        new_nodes, new_id = nodes_of(made), output_of(made)
        _check_complete(new_nodes, new_id)
        nodes = {**nodes, **new_nodes}
        if not _reaches(nodes, new_id, id_):
            nodes.pop(id_, None)
        moved[id_] = new_id
    out = output_of(model)
    return make_model(nodes, moved.get(out, out))


def _check_complete(nodes: dict[Any, Any], start: int) -> None:
    stack = [start]
    seen: set[int] = set()
    while stack:
        id_ = stack.pop()
        if id_ in seen:
            continue
        if id_ not in nodes:
            raise BadMapError(None)
        seen.add(id_)
        stack.extend(parent_ids(nodes[id_]))


def _reaches(nodes: dict[Any, Any], start: int, target: int) -> bool:
    stack, seen = [start], set()
    while stack:
        id_ = stack.pop()
        if id_ == target:
            return True
        if id_ not in seen and id_ in nodes:
            seen.add(id_)
            stack.extend(parent_ids(nodes[id_]))
    return False


def _with_parents(node: Struct, moved: dict[int, int]) -> Struct:
    if not any(p in moved for p in parent_ids(node)):
        return node
    parents = [
        moved.get(p, p) if p.__class__ is int else container_ids(p, lambda i: moved.get(i, i)) for p in field(node, "parent")
    ]
    return node.replace({Atom("parent"): parents})


@ex("get_output_shape/2", "get_output_shape/3")
def get_output_shape(model: Any, inputs: Any, opts: Opts = ()) -> Any:
    """The templates of what a model gives for *inputs*."""
    from defnpy.axon.build import output_template

    return output_template(_model(model, "get_output_shape", 3), nx.to_template(inputs), list(opts))


@ex("freeze/1", "freeze/2")
def freeze(model: Any, which: Any = Atom("all")) -> Any:
    """Freeze parameters of a model (deprecated in the reference)."""
    return _set_frozen(_model(model, "freeze", 2), which, True)


@ex("unfreeze/1", "unfreeze/2")
def unfreeze(model: Any, which: Any = Atom("all")) -> Any:
    """The opposite of :func:`freeze`."""
    return _set_frozen(_model(model, "unfreeze", 2), which, False)


def _set_frozen(model: Struct, which: Any, frozen: bool) -> Struct:
    order = [n for n in reversed(visit_order(model)) if field(n, "parameters")]
    if which.__class__ is list:
        which = which[0]
    if which.__class__ is tuple and which[0] is Atom("up"):
        order = order[: which[1]]
    elif which.__class__ is tuple and which[0] is Atom("down"):
        order = order[-which[1] :] if which[1] else []
    elif which is not Atom("all"):
        from defnpy.terms.function import is_function

        if not is_function(which, 1):
            raise ArgumentError(f"unsupported freeze option {which!r}")
        order = [n for n in order if which(n)]
    nodes = dict(nodes_of(model))
    for node in order:
        params = [p.replace({Atom("frozen"): frozen}) for p in field(node, "parameters")]
        nodes[field(node, "id")] = node.replace({Atom("parameters"): params})
    return make_model(nodes, output_of(model))


