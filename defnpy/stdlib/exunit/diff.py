"""The coloured difference of the two sides of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib import list as lists
from defnpy.stdlib import string as strings
from defnpy.terms import algebra
from defnpy.terms import map as maps
from defnpy.terms.algebra import Doc
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.inspect import Opts, inspect, inspect_key, is_keyword, to_doc
from defnpy.terms.order import equal, strict_equal
from defnpy.terms.struct import Struct

Pair = tuple[Doc, Doc]
DELETE, INSERT, EQ, DEL, INS = (Atom(n) for n in ("diff_delete", "diff_insert", "eq", "del", "ins"))
_COLOURS = Opts(limit=float("inf"), syntax_colors=[(DELETE, Atom("red")), (INSERT, Atom("green"))])
_PLAIN = Opts(pretty=True)
SIMILAR = 0.4


def sides(left: Any, right: Any, context: Any, padding: int, width: int | None) -> tuple[str, str]:
    """Both sides inspected: red what only the left one has, green what only the right one has."""
    same = strict_equal if context is Atom("===") else equal
    room = None if width is None else width - padding
    made = [algebra.format(algebra.nest(algebra.group(doc), padding), room) for doc in _diff(left, right, same)]
    return made[0], made[1]


def _plain(term: Any) -> Doc:
    return to_doc(term, _PLAIN)


def _only_left(doc: Doc) -> Doc:
    return algebra.color(doc, DELETE, _COLOURS)


def _only_right(doc: Doc) -> Doc:
    return algebra.color(doc, INSERT, _COLOURS)


def _diff(a: Any, b: Any, same: Callable[[Any, Any], bool]) -> Pair:
    kind = a.__class__
    if same(a, b):
        return _plain(a), _plain(b)
    if kind is b.__class__:
        if kind is str:
            return _texts(inspect(a)[1:-1], inspect(b)[1:-1], '"')
        if kind is int or kind is float:
            return _texts(inspect(a), inspect(b), "")
        if kind is list:
            return _items(a, b, "[", "]", same, "maybe")
        if kind is tuple:
            return _items(list(a), list(b), "{", "}", same, "flex")
        if kind is dict:
            return _maps(a, b, "", same)
        if kind is Struct and a.module is b.module:
            return _maps(a.fields, b.fields, inspect(a.module), same)
    return _only_left(_plain(a)), _only_right(_plain(b))


def _texts(a: str, b: str, quote: str) -> Pair:
    script = strings.myers_difference(a, b) if strings.bag_distance(a, b) > SIMILAR else [(DEL, a), (INS, b)]
    left: list[Doc] = [quote]
    right: list[Doc] = [quote]
    for what, text in script:
        if what is not INS:
            left.append(text if what is EQ else _only_left(text))
        if what is not DEL:
            right.append(text if what is EQ else _only_right(text))
    return algebra.concat_all([*left, quote]), algebra.concat_all([*right, quote])


def _items(a: list[Any], b: list[Any], opening: str, closing: str, same: Callable[[Any, Any], bool], mode: str) -> Pair:
    keyed = mode == "maybe" and is_keyword(a) and is_keyword(b)
    left: list[Doc] = []
    right: list[Doc] = []
    gone: list[Any] = []

    def flush(new: list[Any]) -> None:
        """Elements that went and came at one place are compared one by one."""
        for x, y in zip(gone, new, strict=False):
            made = _pairs(x, y, same) if keyed else _diff(x, y, same)
            left.append(made[0])
            right.append(made[1])
        left.extend(_only_left(_element(x, keyed)) for x in gone[len(new):])
        right.extend(_only_right(_element(y, keyed)) for y in new[len(gone):])
        gone.clear()

    for what, part in lists.myers_difference(a, b):
        if what is DEL:
            flush([])
            gone.extend(part)
        elif what is INS:
            flush(part)
        else:
            flush([])
            left.extend(_element(x, keyed) for x in part)
            right.extend(_element(x, keyed) for x in part)
    flush([])
    shape = "strict" if keyed else mode
    return _container(opening, left, closing, shape), _container(opening, right, closing, shape)


def _element(term: Any, keyed: bool) -> Doc:
    return algebra.concat(f"{inspect_key(term[0])} ", _plain(term[1])) if keyed else _plain(term)


def _pairs(x: Any, y: Any, same: Callable[[Any, Any], bool]) -> Pair:
    if x[0] is not y[0]:
        return _only_left(_element(x, True)), _only_right(_element(y, True))
    left, right = _diff(x[1], y[1], same)
    key = f"{inspect_key(x[0])} "
    return algebra.concat(key, left), algebra.concat(key, right)


def _maps(a: dict[Any, Any], b: dict[Any, Any], name: str, same: Callable[[Any, Any], bool]) -> Pair:
    """Keys of both sides first, then those of one side."""
    left: list[Doc] = []
    right: list[Doc] = []
    for key in maps.sorted_keys(a):
        if key in b:
            made = _diff(a[key], b[key], same)
            left.append(_entry(key, made[0]))
            right.append(_entry(key, made[1]))
    left.extend(_only_left(_entry(k, _plain(a[k]))) for k in maps.sorted_keys(a) if k not in b)
    right.extend(_only_right(_entry(k, _plain(b[k]))) for k in maps.sorted_keys(b) if k not in a)
    return _container(f"%{name}{{", left, "}", "strict"), _container(f"%{name}{{", right, "}", "strict")


def _entry(key: Any, value: Doc) -> Doc:
    term = maps.unkey(key)
    if is_atom(term):
        return algebra.concat(f"{inspect_key(term)} ", value)
    return algebra.concat(algebra.concat(_plain(term), " => "), value)


def _container(opening: str, docs: list[Doc], closing: str, mode: str) -> Doc:
    return algebra.container_doc(opening, docs, closing, _COLOURS, lambda doc, opts: doc, mode=mode)
