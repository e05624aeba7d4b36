"""``:digraph``: directed graphs with labels, kept in three tables as on the BEAM, so that their order is that of the tables.

A graph is the tuple ``{:digraph, vertices, edges, neighbours, cyclic}``. The bag of neighbours has a row for each end of an edge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from defnpy.stdlib.erlang.storage import Table, drop_table, make_table, table_of
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ErlangError
from defnpy.terms.list import cons
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import strict_equal

DIGRAPH, IN, OUT, ERROR = Atom("digraph"), Atom("in"), Atom("out"), Atom("error")
EDGE, VERTEX, NEXT_EDGE, NEXT_VERTEX = Atom("$e"), Atom("$v"), Atom("$eid"), Atom("$vid")
CYCLICITY, PROTECTION = ("cyclic", "acyclic"), ("protected", "private")


class Graph(NamedTuple):
    """The tables of a graph."""

    vertices: Table
    edges: Table
    neighbours: Table
    cyclic: bool

    def out(self, vertex: Any) -> list[Any]:
        """The vertices that edges lead to, the newest edge first."""
        return [self.edge(row[1])[2] for row in reversed(self.ends(OUT, vertex))]

    def into(self, vertex: Any) -> list[Any]:
        """The vertices that edges come from, the newest edge first."""
        return [self.edge(row[1])[1] for row in reversed(self.ends(IN, vertex))]

    def ends(self, way: Atom, vertex: Any) -> list[Any]:
        return self.neighbours.rows.get(maps.key((way, vertex)), [])

    def edge(self, edge: Any) -> Any:
        return self.edges.rows[maps.key(edge)][0]

    def has(self, vertex: Any) -> bool:
        return maps.key(vertex) in self.vertices.rows

    def all_vertices(self) -> list[Any]:
        return [row[0] for row in self.vertices.listed()]

    def all_edges(self) -> list[Any]:
        return [row[0] for row in self.edges.listed()]


def graph(term: Any) -> Graph:
    """The tables of the graph *term*."""
    if term.__class__ is not tuple or len(term) != 5 or term[0] is not DIGRAPH:
        raise ErlangError((Atom("badrecord"), term))
    return Graph(table_of(term[1]), table_of(term[2]), table_of(term[3]), term[4])


@ex("new/0", "new/1")
def new(options: Any = ()) -> Any:
    """An empty graph; ``:acyclic`` refuses edges that close a cycle."""
    names = [getattr(option, "name", "") for option in options]
    if any(name not in CYCLICITY + PROTECTION for name in names):
        raise ArgumentError("argument error")
    kinds = (("set", Atom("vertices")), ("set", Atom("edges")), ("bag", Atom("neighbours")))
    made = (DIGRAPH, *(make_table(kind, name) for kind, name in kinds), "acyclic" not in names)
    graph(made).neighbours.rows.update({maps.key(NEXT_VERTEX): [(NEXT_VERTEX, 0)], maps.key(NEXT_EDGE): [(NEXT_EDGE, 0)]})
    return made


@ex("delete/1")
def delete(term: Any) -> bool:
    graph(term)
    for reference in term[1:4]:
        drop_table(reference)
    return True


@ex("info/1")
def info(term: Any) -> Any:
    """Whether cycles are allowed, the rows there are and who may write."""
    found = graph(term)
    size = sum(len(table.rows) for table in found[:3])
    return [(Atom("cyclicity"), Atom(CYCLICITY[not found.cyclic])), (Atom("memory"), size), (Atom("protection"), Atom("protected"))]


def _fresh(found: Graph, counter: Atom, tag: Atom) -> Any:
    row = found.neighbours.rows[maps.key(counter)]
    number = row[0][1]
    row[0] = (counter, number + 1)
    return cons([tag], number)


# -- vertices ------------------------------------------------------------------------------------------------------------


@ex("add_vertex/1", "add_vertex/2", "add_vertex/3")
def add_vertex(term: Any, *given: Any) -> Any:
    """The vertex; one that is there gets the new label."""
    found = graph(term)
    vertex, label = (_fresh(found, NEXT_VERTEX, VERTEX), []) if not given else (given[0], given[1] if len(given) > 1 else [])
    found.vertices.put((vertex, label))
    return vertex


@ex("vertex/2")
def vertex_(term: Any, vertex: Any) -> Any:
    rows = graph(term).vertices.rows.get(maps.key(vertex))
    return rows[0] if rows else False


@ex("vertices/1")
def vertices(term: Any) -> Any:
    return graph(term).all_vertices()


@ex("no_vertices/1")
def no_vertices(term: Any) -> int:
    return len(graph(term).vertices.rows)


def _without(way: Atom) -> Callable[[Any], Any]:
    def chosen(term: Any) -> Any:
        found = graph(term)
        return [vertex for vertex in reversed(found.all_vertices()) if not found.ends(way, vertex)]

    return chosen


@ex("del_vertex/2")
def del_vertex(term: Any, vertex: Any) -> bool:
    """Remove a vertex with its edges."""
    found = graph(term)
    for way in (IN, OUT):
        for row in list(found.ends(way, vertex)):
            _remove(found, row[1])
    found.vertices.rows.pop(maps.key(vertex), None)
    return True


@ex("del_vertices/2")
def del_vertices(term: Any, chosen: Any) -> bool:
    return all([del_vertex(term, vertex) for vertex in chosen])


# -- edges ---------------------------------------------------------------------------------------------------------------


@ex("add_edge/3", "add_edge/4", "add_edge/5")
def add_edge(term: Any, *given: Any) -> Any:
    """``add_edge(g, from, to)``, with a label behind them and, with a label, a name in front."""
    found = graph(term)
    edge, start, end, label = {2: lambda: (None, *given, []), 3: lambda: (None, *given), 4: lambda: given}[len(given)]()
    for vertex in (start, end):
        if not found.has(vertex):
            return (ERROR, (Atom("bad_vertex"), vertex))
    named = len(given) == 4
    known = found.edges.rows.get(maps.key(edge)) if named else None
    if known and not (strict_equal(known[0][1], start) and strict_equal(known[0][2], end)):
        return (ERROR, (Atom("bad_edge"), [start, end]))
    if not known:
        if not found.cyclic and (closing := [start, end] if strict_equal(start, end) else _path(found, end, start)):
            return (ERROR, (Atom("bad_edge"), closing))
        edge = edge if named else _fresh(found, NEXT_EDGE, EDGE)
        found.neighbours.put(((OUT, start), edge))
        found.neighbours.put(((IN, end), edge))
    found.edges.put((edge, start, end, label))
    return edge


@ex("edge/2")
def edge_(term: Any, edge: Any) -> Any:
    rows = graph(term).edges.rows.get(maps.key(edge))
    return rows[0] if rows else False


@ex("edges/1", "edges/2")
def edges(term: Any, *vertex: Any) -> Any:
    """All edges, or those of one vertex."""
    found = graph(term)
    if not vertex:
        return found.all_edges()
    chosen = {maps.key(row[1]): row[1] for way in (IN, OUT) for row in found.ends(way, vertex[0])}
    return list(chosen.values())


@ex("no_edges/1")
def no_edges(term: Any) -> int:
    return len(graph(term).edges.rows)


@ex("del_edge/2")
def del_edge(term: Any, edge: Any) -> bool:
    _remove(graph(term), edge)
    return True


@ex("del_edges/2")
def del_edges(term: Any, chosen: Any) -> bool:
    return all([del_edge(term, edge) for edge in chosen])


def _remove(found: Graph, edge: Any) -> None:
    rows = found.edges.rows.pop(maps.key(edge), None)
    if not rows:
        return
    _, start, end, _ = rows[0]
    for end_key in (maps.key((OUT, start)), maps.key((IN, end))):
        left = [row for row in found.neighbours.rows.get(end_key, []) if not strict_equal(row[1], edge)]
        if left:
            found.neighbours.rows[end_key] = left
        else:
            found.neighbours.rows.pop(end_key, None)


def _ends(way: Atom) -> dict[str, Callable[[Any, Any], Any]]:
    """The degree, the edges and the neighbours of a vertex on one side."""
    def neighbours(term: Any, vertex: Any) -> Any:
        found = graph(term)
        return found.out(vertex) if way is OUT else found.into(vertex)

    return {
        f"{way.name}_degree/2": lambda term, vertex: len(graph(term).ends(way, vertex)),
        f"{way.name}_edges/2": lambda term, vertex: [row[1] for row in graph(term).ends(way, vertex)],
        f"{way.name}_neighbours/2": neighbours,
    }


# -- paths ---------------------------------------------------------------------------------------------------------------


def _path(found: Graph, start: Any, end: Any, least: int = 1) -> list[Any] | None:
    """The first path by depth with at least *least* edges."""
    seen = {maps.key(start)}
    path = [start]
    waiting: list[Iterable[Any]] = [iter(found.out(start))]
    while waiting:
        for vertex in waiting[-1]:
            if strict_equal(vertex, end):
                if len(path) >= least:
                    return [*path, vertex]
            elif maps.key(vertex) not in seen:
                seen.add(maps.key(vertex))
                path.append(vertex)
                waiting.append(iter(found.out(vertex)))
                break
        else:
            waiting.pop()
            path.pop()
    return None


@ex("get_path/3")
def get_path(term: Any, start: Any, end: Any) -> Any:
    return _path(graph(term), start, end) or False


@ex("get_cycle/2")
def get_cycle(term: Any, vertex: Any) -> Any:
    """A cycle through a vertex; one of the vertex alone only when there is no other."""
    found = graph(term)
    longer = _path(found, vertex, vertex, 2)
    return longer or ([vertex] if any(strict_equal(other, vertex) for other in found.out(vertex)) else False)


@ex("get_short_path/3")
def get_short_path(term: Any, start: Any, end: Any) -> Any:
    found = graph(term)
    before: dict[Any, Any] = {}
    queue = deque((start, found.edge(row[1])[2]) for row in found.ends(OUT, start))
    while queue:
        origin, vertex = queue.popleft()
        key = maps.key(vertex)
        if key in before:
            continue
        before[key] = origin
        if strict_equal(vertex, end):
            path = [vertex]
            while True:
                origin = before[maps.key(path[-1])]
                path.append(origin)
                if strict_equal(origin, start):
                    return path[::-1]
        queue.extend((vertex, found.edge(row[1])[2]) for row in found.ends(OUT, vertex))
    return False


@ex("get_short_cycle/2")
def get_short_cycle(term: Any, vertex: Any) -> Any:
    return get_short_path(term, vertex, vertex)


@ex("del_path/3")
def del_path(term: Any, start: Any, end: Any) -> bool:
    """Remove edges until no path is left."""
    found = graph(term)
    while (path := _path(found, start, end)) is not None:
        for one, other in zip(path, path[1:], strict=False):
            for row in list(found.ends(OUT, one)):
                if strict_equal(found.edge(row[1])[2], other):
                    _remove(found, row[1])
    return True


def _module() -> Module:
    made = native_module("digraph", globals(), erlang=True)
    made.functions.update({"source_vertices/1": _without(IN), "sink_vertices/1": _without(OUT), **_ends(IN), **_ends(OUT)})
    return made


MODULE = _module()
