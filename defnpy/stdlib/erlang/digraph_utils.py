"""``:digraph_utils``: components, orders and reachable vertices of directed graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from defnpy.stdlib.erlang import digraph
from defnpy.stdlib.erlang.digraph import Graph, graph
from defnpy.stdlib.util import option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal

Step = Callable[[Any], list[Any]]


def _forest(starts: Iterable[Any], step: Step, first: bool = True) -> list[list[Any]]:
    """A tree for each start that no tree before has reached, the last one first; a tree lists what it visits backwards.

    Without *first*, a start belongs to its tree only when an edge leads to it.
    """
    seen: set[Any] = set()
    trees: list[list[Any]] = []
    for start in starts:
        if not first and maps.key(start) in seen:
            continue
        tree: list[Any] = []
        stack = [start] if first else step(start)[::-1]
        while stack:
            vertex = stack.pop()
            if maps.key(vertex) not in seen:
                seen.add(maps.key(vertex))
                tree.append(vertex)
                stack.extend(reversed(step(vertex)))
        if tree:
            trees.append(tree[::-1])
    return trees[::-1]


def _finished(found: Graph) -> list[Any]:
    """The vertices in the order in which a walk by depth leaves them."""
    seen: set[Any] = set()
    out: list[Any] = []
    for start in found.all_vertices():
        stack: list[tuple[Any, bool]] = [(start, False)]
        while stack:
            vertex, left = stack.pop()
            if left:
                out.append(vertex)
            elif maps.key(vertex) not in seen:
                seen.add(maps.key(vertex))
                stack.append((vertex, True))
                stack.extend((other, False) for other in reversed(found.out(vertex)))
    return out


def _loops(found: Graph, vertex: Any) -> bool:
    return any(strict_equal(other, vertex) for other in found.out(vertex))


@ex("components/1")
def components(term: Any) -> Any:
    """The vertices that are connected, whichever way the edges point."""
    found = graph(term)
    return _forest(found.all_vertices(), lambda vertex: found.into(vertex) + found.out(vertex))


@ex("strong_components/1")
def strong_components(term: Any) -> Any:
    """The vertices that reach each other."""
    found = graph(term)
    return _forest(_finished(found)[::-1], found.into)


@ex("cyclic_strong_components/1")
def cyclic_strong_components(term: Any) -> Any:
    found = graph(term)
    return [part for part in strong_components(term) if len(part) > 1 or _loops(found, part[0])][::-1]


def _reached(way: str, first: bool) -> Callable[[Any, Any], Any]:
    def reached(starts: Any, term: Any) -> Any:
        found = graph(term)
        trees = _forest(starts, found.out if way == "out" else found.into, first)
        return [vertex for tree in trees for vertex in tree]

    return reached


reachable = ex("reachable/2")(_reached("out", True))
reachable_neighbours = ex("reachable_neighbours/2")(_reached("out", False))
reaching = ex("reaching/2")(_reached("in", True))
reaching_neighbours = ex("reaching_neighbours/2")(_reached("in", False))


@ex("postorder/1")
def postorder(term: Any) -> Any:
    return _finished(graph(term))


@ex("preorder/1")
def preorder(term: Any) -> Any:
    found = graph(term)
    return [vertex for tree in reversed(_forest(found.all_vertices(), found.out)) for vertex in reversed(tree)]


@ex("topsort/1")
def topsort(term: Any) -> Any:
    """The vertices with every edge pointing forward; false when a cycle of several vertices is there."""
    order = _finished(graph(term))[::-1]
    return order if len(strong_components(term)) == len(order) else False


@ex("is_acyclic/1")
def is_acyclic(term: Any) -> bool:
    return loop_vertices(term) == [] and topsort(term) is not False


@ex("loop_vertices/1")
def loop_vertices(term: Any) -> Any:
    found = graph(term)
    return [vertex for vertex in found.all_vertices() if _loops(found, vertex)]


def _like_a_tree(found: Graph) -> bool:
    return len(found.edges.rows) == len(found.vertices.rows) - 1


@ex("is_tree/1")
def is_tree(term: Any) -> bool:
    return _like_a_tree(graph(term)) and len(components(term)) == 1


@ex("arborescence_root/1")
def arborescence_root(term: Any) -> Any:
    """``{:yes, root}`` when all edges lead away from one vertex."""
    found = graph(term)
    degrees = [(len(found.ends(digraph.IN, vertex)), vertex) for vertex in found.all_vertices()]
    roots = [vertex for degree, vertex in degrees if degree == 0]
    fine = _like_a_tree(found) and len(roots) == 1 and all(degree <= 1 for degree, _ in degrees)
    return (Atom("yes"), roots[0]) if fine else Atom("no")


@ex("is_arborescence/1")
def is_arborescence(term: Any) -> bool:
    return arborescence_root(term).__class__ is tuple


@ex("subgraph/2", "subgraph/3")
def subgraph(term: Any, chosen: Any, options: Any = ()) -> Any:
    """A new graph of these vertices and the edges between them; ``keep_labels: false`` leaves labels out."""
    found = graph(term)
    kind = option(options, "type")
    made = digraph.new(kind if kind.__class__ is list else ([] if found.cyclic else [Atom("acyclic")]))
    keep = option(options, "keep_labels", True) is not False
    for vertex in chosen:
        known = digraph.vertex_(term, vertex)
        if known is not False:
            digraph.add_vertex(made, *(known if keep else known[:1]))
    inner = graph(made)
    for vertex in inner.all_vertices():
        for row in found.ends(digraph.OUT, vertex):
            edge, start, end, label = found.edge(row[1])
            if inner.has(end):
                digraph.add_edge(made, edge, start, end, label if keep else [])
    return made


@ex("condensation/1")
def condensation(term: Any) -> Any:
    """A graph whose vertices are the strong components."""
    found = graph(term)
    parts = strong_components(term)
    part_of = {maps.key(vertex): index for index, part in enumerate(parts) for vertex in part}
    made = digraph.new()
    for part in parts:
        digraph.add_vertex(made, part)
    for index, part in enumerate(parts):
        for other in sorted({part_of[maps.key(end)] for vertex in part for end in found.out(vertex)} - {index}):
            digraph.add_edge(made, part, parts[other])
    return made


MODULE = native_module("digraph_utils", globals(), erlang=True)
