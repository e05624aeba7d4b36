"""Patterns to Python conditions and assignments."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any

from defnpy.codegen.looping import offset, rest_of
from defnpy.codegen.sequences import TEXT, Cursor, Front, front_of
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, is_atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

_REST = Atom("rest")
_BAR, _PIN, _MATCH, _TUPLE, _MAP, _STRUCT, _BITS, _CONST = (Atom(n) for n in ("|", "^", "=", "{}", "%{}", "%", "<<>>", "%const"))


class Matcher:
    """Collects the tests of patterns and the bindings to make when all hold.

    With *eager* (a guard follows) variables are bound inside the tests, by ``(x := value) is not NOMATCH``.
    """

    def __init__(self, emitter: Emitter, *, eager: bool) -> None:
        self.em = emitter
        self.eager = eager
        self.tests: list[ast.expr] = []
        self.bindings: list[tuple[str, ast.expr]] = []
        self.seen: dict[Var, ast.expr] = {}

    def match(self, pattern: Any, subject: ast.expr | Cursor) -> None:
        """Add the tests and bindings of *pattern* on *subject*, a name or a cheap pure expression."""
        em = self.em
        kind = pattern.__class__
        if isinstance(subject, Cursor):
            self._cursor(pattern, subject)
            return
        if kind is tuple:
            if len(pattern) == 2:
                self._tuple(list(pattern), subject)
                return
            form, meta, args = pattern
            if args.__class__ is Var:
                self._variable(args, subject)
                return
            if args is None:
                return
            em.place(meta)
            _FORMS[form](self, pattern, subject)
        elif kind is list:
            self._list(pattern, subject)
        elif kind is int:
            first, value = self._atomic(subject)
            if getattr(first, "id", None) not in em.integers:
                self.tests.append(em.is_(em.class_of(first), em.name("int")))
            self.tests.append(em.compare(value, ast.Eq(), em.const(pattern)))
        elif kind is float:
            self.tests.append(em.rt("strict_equal", [subject, em.const(pattern)]))
        elif is_atom(pattern):
            self.tests.append(em.is_(subject, em.expr(pattern)))
        else:
            self.tests.append(em.compare(subject, ast.Eq(), em.unit.constant(pattern)))

    def _atomic(self, subject: ast.expr) -> tuple[ast.expr, ast.expr]:
        """The subject for its first use (binding it to a name when it is not one) and for later uses."""
        if subject.__class__ is ast.Name:
            return subject, subject
        name = self.em.temp()
        return self.em.walrus(name, subject), self.em.name(name)

    def _variable(self, var: Var, subject: ast.expr) -> None:
        em = self.em
        earlier = self.seen.get(var)
        if earlier is not None:
            self.tests.append(em.rt("strict_equal", [subject, earlier]))
            return
        if var.owner is em and var.python is not None and subject.__class__ is ast.Name and subject.id == var.python:
            self.seen[var] = subject
            return
        name = em.bind(var)
        if self.eager:
            bound = em.compare(em.walrus(name, subject), ast.IsNot(), em.name("NOMATCH"))
            bound._only_binds = True  # type: ignore[attr-defined]
            self.tests.append(bound)
            self.seen[var] = em.name(name)
        else:
            self.bindings.append((name, subject))
            self.seen[var] = subject

    def _tuple(self, items: list[Any], subject: ast.expr) -> None:
        em = self.em
        first, value = self._atomic(subject)
        self.tests.append(em.is_(em.class_of(first), em.name("tuple")))
        self.tests.append(em.compare(em.call(em.name("len"), [value]), ast.Eq(), em.const(len(items))))
        for i, item in enumerate(items):
            self.match(item, em.sub(value, em.const(i)))

    def _list(self, items: list[Any], subject: ast.expr) -> None:
        em = self.em
        first, value = self._atomic(subject)
        if items and items[-1].__class__ is tuple and len(items[-1]) == 3 and items[-1][0] is _BAR:
            *front, (_, _, (head, tail)) = items
            front = [*front, head]
            self.tests.append(em.compare(em.class_of(first), ast.In(), em.name("CELLS")))
            self.tests.append(em.compare(em.call(em.name("len"), [value]), ast.GtE(), em.const(len(front))))
            for i, item in enumerate(front):
                self.match(item, em.sub(value, em.const(i)))
            rest = em.sub(value, em.at(ast.Slice(em.const(len(front)), None, None)))
            self.match(tail, rest)
            return
        self.tests.append(em.is_(em.class_of(first), em.name("list")))
        if not items:
            self.tests.append(em.negate(value))
            return
        self.tests.append(em.compare(em.call(em.name("len"), [value]), ast.Eq(), em.const(len(items))))
        for i, item in enumerate(items):
            self.match(item, em.sub(value, em.const(i)))

    def _cursor(self, pattern: Any, cursor: Cursor) -> None:
        em = self.em
        front = front_of(pattern)
        assert front is not None
        if front.kind and cursor.kind == TEXT:
            self._text(front, em.name(str(cursor.reader)))
        elif front.kind:
            self._elements(front, cursor)
        if front.whole is not None and front.whole not in em.rests:
            self._variable(front.whole, rest_of(em, cursor))

    def _elements(self, front: Front, cursor: Cursor) -> None:
        """Elements of a list, or octets of a binary."""
        em = self.em
        items = front.items or []
        array = em.name(cursor.array)
        octets = cursor.size is not None
        length = em.name(cursor.size) if cursor.size is not None else em.call(em.name("len"), [array])
        if front.ends and not octets:
            self.tests.append(em.is_(em.class_of(array), em.name("list")))
        elif not octets:
            self.tests.append(em.compare(em.class_of(array), ast.In(), em.name("CELLS")))
        if not front.ends and len(items) == 1:
            self.tests.append(em.compare(length, ast.Gt(), em.name(cursor.at)))
        else:
            self.tests.append(em.compare(length, ast.Eq() if front.ends else ast.GtE(), offset(em, cursor, len(items))))
        for i, item in enumerate(items):
            element = em.sub(array, offset(em, cursor, i))
            if octets and item.__class__ is int:
                self.tests.append(em.compare(element, ast.Eq(), em.const(item)))
            else:
                self.match(item, element)
        if front.rest is not None and front.rest not in em.rests:
            left = Cursor(cursor.array, cursor.at, cursor.kind)
            rest = em.sub(array, em.at(ast.Slice(offset(em, left, len(items)), None, None)))
            self.match((_REST, [], front.rest), em.rt("rest_of", [array, offset(em, left, len(items))]) if octets else rest)

    def _text(self, front: Front, reader: ast.expr) -> None:
        """What a binary has in front, by the Reader that stands at its place."""
        em = self.em
        self.tests.append(em.compare(reader, ast.IsNot(), em.name("NOMATCH")))
        self.tests.append(em.call(em.attr(reader, "start"), []))
        self.segments(front.pattern[2], reader)
        if front.ends:
            self.tests.append(em.call(em.attr(reader, "at_end"), []))
        elif front.rest is None or front.rest in em.rests:
            self.tests.append(em.call(em.attr(reader, "leave"), []))
        else:
            self._take((_REST, [], front.rest), em.call(em.attr(reader, "rest_binary"), [em.const(8)]))

    def _pin(self, pattern: Any, subject: ast.expr) -> None:
        em = self.em
        self.tests.append(em.rt("strict_equal", [subject, em.expr(pattern[2][0])]))

    def _both(self, pattern: Any, subject: ast.expr) -> None:
        first, value = self._atomic(subject)
        if first is not value:
            self.tests.append(self.em.compare(first, ast.IsNot(), self.em.name("NOMATCH")))
        left, right = pattern[2]
        self.match(right, value)
        self.match(left, value)

    def _n_tuple(self, pattern: Any, subject: ast.expr) -> None:
        self._tuple(pattern[2], subject)

    def _map(self, pattern: Any, subject: ast.expr) -> None:
        em = self.em
        first, value = self._atomic(subject)
        fields = em.temp("m")
        plain = em.is_(em.class_of(first), em.name("dict"))
        found = em.choose(plain, value, em.rt("as_map", [value]))
        self.tests.append(em.compare(em.walrus(fields, found), ast.IsNot(), em.const(None)))
        self._pairs(pattern[2], em.name(fields))

    def _pairs(self, pairs: list[Any], fields: ast.expr) -> None:
        em = self.em
        for k, item in pairs:
            first = again = self._key(k)
            if first.__class__ is ast.Call and not _ignored(item):
                first, again = self._atomic(first)
            self.tests.append(em.compare(first, ast.In(), fields))
            if not _ignored(item):
                self.match(item, em.sub(fields, again))

    def _key(self, k: Any) -> ast.expr:
        em = self.em
        if k.__class__ in (int, str, bytes, Atom) or k is None:
            return em.expr(k)
        if k.__class__ is tuple and len(k) == 3 and k[0] is _PIN:
            k = k[2][0]
        return em.rt("key", [em.expr(k)])

    def _struct(self, pattern: Any, subject: ast.expr) -> None:
        em = self.em
        module, fields = pattern[2]
        first, value = self._atomic(subject)
        self.tests.append(em.call(em.name("isinstance"), [first, em.name("Struct")]))
        name = em.attr(value, "module")
        if module.__class__ is Atom:
            self.tests.append(em.is_(name, em.expr(module)))
        else:
            self.match(module, name)
        pairs = fields[2]
        if pairs:
            table = em.temp("m")
            wanted: ast.expr = em.attr(value, "fields")
            if any(k is Atom("__struct__") for k, _ in pairs):
                wanted = em.rt("as_map", [value])
            self.tests.append(em.compare(em.walrus(table, wanted), ast.IsNot(), em.const(None)))
            self._pairs(pairs, em.name(table))

    def _constant(self, pattern: Any, subject: ast.expr) -> None:
        self.tests.append(self.em.rt("strict_equal", [subject, self.em.unit.constant(pattern[2][0])]))

    # -- binaries --

    def _bits(self, pattern: Any, subject: ast.expr) -> None:
        em = self.em
        segments = pattern[2]
        if not segments:
            self.tests.append(em.compare(subject, ast.Eq(), em.const("")))
            return
        if self._front(segments, subject):
            return
        reader = em.temp("r")
        self.tests.append(em.compare(em.walrus(reader, em.rt("reader", [subject])), ast.IsNot(), em.name("NOMATCH")))
        self.segments(segments, em.name(reader))
        if not _is_rest(segments[-1]):
            self.tests.append(em.call(em.attr(em.name(reader), "at_end"), []))

    def _front(self, segments: list[Any], subject: ast.expr) -> bool:
        """Text, an octet or a character before the rest of a binary, as parsers take it: no Reader is needed."""
        em = self.em
        if len(segments) < 2 or not _is_rest(segments[-1]):
            return False
        (front, kind), (rest, spec) = segments[0], segments[-1]
        if spec.type == "binary" and spec.unit not in (None, 8):
            return False
        text = _text(segments[:-1])
        if text is None and not (len(segments) == 2 and (kind.type == "utf8" or _is_octet(kind)) and not _is_bits(front)):
            return False
        first, value = self._atomic(subject)
        whole = em.const(spec.type == "binary")
        if text is None:
            what = "character" if kind.type == "utf8" else "octet"
            self._take(front, em.rt(f"first_{what}", [first]))
            if not _ignored(rest):
                self._take(rest, em.rt(f"after_{what}", [value, whole]))
            elif spec.type == "binary":
                self.tests.append(em.rt("is_binary", [value]))
            return True
        left = value if _ignored(rest) else em.sub(value, em.at(ast.Slice(em.const(len(text)), None, None)))
        found = em.choose(em.call(em.attr(value, "startswith"), [em.const(text)]), left, em.name("NOMATCH"))
        self._take(rest, em.choose(em.is_(em.class_of(first), em.name("str")), found, em.rt("after_text", [value, em.const(text), whole])))
        return True

    def segments(self, segments: list[Any], reader: ast.expr) -> None:
        """The tests of the segments of ``<<>>`` on a Reader."""
        for index, (value, spec) in enumerate(segments):
            self._segment(value, spec, reader, last=index == len(segments) - 1)

    def _segment(self, value: Any, spec: Any, reader: ast.expr, *, last: bool) -> None:
        em = self.em
        if value.__class__ is str or value.__class__ is bytes:
            if spec.type in ("utf16", "utf32"):
                for ch in str(value):
                    self._take(ord(ch), self._read(spec, reader, last=False))
            else:
                self.tests.append(em.call(em.attr(reader, "literal"), [em.unit.constant(value)]))
            return
        if value.__class__ is tuple and len(value) == 3 and value[0] is _BITS:
            self.segments(value[2], reader)
            return
        self._take(value, self._read(spec, reader, last=last))

    def _take(self, pattern: Any, taken: ast.expr) -> None:
        em = self.em
        var = pattern[2] if pattern.__class__ is tuple and len(pattern) == 3 and pattern[2].__class__ is Var else None
        earlier = self.seen.get(var) if var is not None else None
        if var is not None and earlier is None:
            name = em.bind(var)
            self.seen[var] = em.name(name)
        else:
            name = em.temp()
        self.tests.append(em.compare(em.walrus(name, taken), ast.IsNot(), em.name("NOMATCH")))
        if earlier is not None:
            self.tests.append(em.rt("strict_equal", [em.name(name), earlier]))
        elif pattern.__class__ is int:
            self.tests.append(em.compare(em.name(name), ast.Eq(), em.const(pattern)))
        elif var is None and not _ignored(pattern):
            self.match(pattern, em.name(name))

    def _read(self, spec: Any, reader: ast.expr, *, last: bool) -> ast.expr:
        em = self.em
        method = {"integer": "int", "float": "float", "binary": "binary", "bits": "bits"}.get(spec.type, spec.type)
        if spec.type in ("utf8", "utf16", "utf32"):
            args = [] if spec.type == "utf8" else [em.const(spec.endian)]
            return em.call(em.attr(reader, method), args)
        if spec.type in ("binary", "bits") and spec.size is None:
            if spec.type == "binary":
                return em.call(em.attr(reader, "rest_binary"), [em.const(spec.unit or 8)])
            return em.call(em.attr(reader, "rest_bits"), [])
        default, unit = {"integer": (8, 1), "float": (64, 1), "binary": (0, 8), "bits": (0, 1)}[spec.type]
        size = em.const(default) if spec.size is None else em.expr(spec.size)
        args = [size, em.const(spec.unit or unit)]
        if spec.type == "integer":
            args.append(em.const(spec.signed))
            args.append(em.const(spec.endian))
        elif spec.type == "float":
            args.append(em.const(spec.endian))
        return em.call(em.attr(reader, method), args)


Arm = tuple[list[ast.expr], list[ast.stmt]]
"""The tests of a clause, and what it does."""


def shared_tests(arms: list[Arm]) -> tuple[int, int]:
    """How many tests the first arms begin with alike, and how many arms these are."""
    first = arms[0][0]
    shared, count = len(first), 1
    for tests, _ in arms[1:]:
        alike = 0
        while alike < min(shared, len(tests)) and _same(first[alike], tests[alike]):
            alike += 1
        if not alike:
            break
        shared, count = alike, count + 1
    return (shared, count) if count > 1 else (0, 1)


def bound_where_used(tests: list[ast.expr]) -> list[ast.expr]:
    """The tests of a clause, a name bound by the first use that the next test makes of it rather than by a test that always holds."""
    out: list[ast.expr] = []
    for test in tests:
        last: Any = out[-1] if out else None
        used = _with_binding(test, last.left) if getattr(last, "_only_binds", False) else None
        if used is not None:
            out[-1] = used
        else:
            out.append(test)
    return out


_FIRST = {ast.Compare: "left", ast.Attribute: "value", ast.BinOp: "left", ast.IfExp: "test", ast.UnaryOp: "operand"}


def _with_binding(node: Any, binding: ast.NamedExpr) -> Any:
    """*node* with the name that it asks for first bound there; None where something else comes first."""
    if node.__class__ is ast.Name:
        return binding if node.id == binding.target.id else None
    field = _FIRST.get(node.__class__)
    if field is None and node.__class__ is not ast.BoolOp:
        return None
    first = _with_binding(getattr(node, field) if field is not None else node.values[0], binding)
    if first is None:
        return None
    made = copy.copy(node)
    if field is None:
        made.values = [first, *node.values[1:]]
    else:
        setattr(made, field, first)
    return made


def _same(a: Any, b: Any) -> bool:
    """Whether two tests ask the same, and asking changes nothing."""
    if a.__class__ is not b.__class__ or a.__class__ is ast.NamedExpr:
        return False
    if a.__class__ is ast.Call and getattr(a.func, "id", "") not in ("len", "isinstance"):
        return False  # a Reader takes what it is asked for
    if isinstance(a, ast.AST):
        return all(_same(getattr(a, field), getattr(b, field)) for field in a._fields)
    if a.__class__ is list:
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


def _is_rest(segment: Any) -> bool:
    value, spec = segment
    return spec.type in ("binary", "bits") and spec.size is None and value.__class__ is not str and value.__class__ is not bytes


def _is_bits(value: Any) -> bool:
    return value.__class__ is tuple and len(value) == 3 and value[0] is _BITS


def _is_octet(spec: Any) -> bool:
    return spec.type == "integer" and spec.size in (None, 8) and spec.unit in (None, 1) and not spec.signed


def _text(segments: list[Any]) -> str | None:
    """The text that segments of literals stand for, None for other segments."""
    parts = []
    for value, spec in segments:
        if value.__class__ is str and spec.type not in ("utf16", "utf32"):
            parts.append(value)
        elif value.__class__ is int and 0 <= value < 128 and _is_octet(spec):
            parts.append(chr(value))
        else:
            return None
    return "".join(parts)


def _ignored(pattern: Any) -> bool:
    return pattern.__class__ is tuple and len(pattern) == 3 and pattern[2] is None


_FORMS: dict[Any, Any] = {
    _PIN: Matcher._pin,
    _MATCH: Matcher._both,
    _TUPLE: Matcher._n_tuple,
    _MAP: Matcher._map,
    _STRUCT: Matcher._struct,
    _BITS: Matcher._bits,
    _CONST: Matcher._constant,
}
