"""Record: what the macros that ``defrecord`` defines expand to."""

from __future__ import annotations

from typing import Any

from defnpy.host.reflect.macro import quoted_literal
from defnpy.host.reflect.macro import to_string as code_of
from defnpy.host.reflect.macro_env import in_match
from defnpy.host.reflect.module import _state
from defnpy.stdlib import io
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import is_keyword
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module

Fields = list[tuple[Any, Any]]
BLOCK, TUPLE, DOT, MATCH, ANY = (Atom(n) for n in ("__block__", "{}", ".", "=", "_"))
_RECORDS = "__records__"


@ex("__record__/5")
def note(module: Any, kind: Any, name: Any, tag: Any, kv: Any) -> Fields:
    """The fields with quoted defaults; ``@__records__`` of the module is told."""
    from defnpy.expand.quoting import escape

    state = _state(module)
    taken = next((n for n in range(3) if f"{atom_name(name)}/{n}" in state.definitions), None)
    if taken is not None:
        raise ArgumentError(f"cannot define record {inspect(name)} because a definition {atom_name(name)}/{taken} already exists")
    fields: Fields = []
    for item in iterate(kv):
        key, default = item if item.__class__ is tuple and len(item) == 2 else (item, None)
        if not is_atom(key):
            raise ArgumentError(f"{atom_name(kind)} fields must be atoms, got: {inspect(key)}")
        if any(k is key for k, _ in fields):
            io.warn(f"duplicate key {inspect(key)} found in record")
        try:
            fields.append((key, escape(default)))
        except ArgumentError as bad:
            raise ArgumentError(f"invalid value for record field {atom_name(key)}, {bad.text}") from None
    if _RECORDS not in state.accumulating:
        state.register_attribute(_RECORDS, accumulate=True, persist=False)
    facts = {Atom("fields"): [k for k, _ in fields], Atom("kind"): kind, Atom("name"): name, Atom("tag"): tag}
    state.put_attribute(_RECORDS, facts)
    return fields


def _place(tag: Any, fields: Fields, key: Any) -> int:
    found = next((i for i, (k, _) in enumerate(fields, 1) if k is key), None)
    if found is None:
        raise ArgumentError(f"record {inspect(tag)} does not have the key: {inspect(key)}")
    return found


@ex("__access__/4", "__access__/5")
def access(tag: Any, fields: Fields, *rest: Any) -> Any:
    """``user()``, ``user(:name)``, ``user(name: 1)``, ``user(record)``; with a record: ``user(r, :name)``, ``user(r, name: 1)``."""
    args, caller = rest[-2:]
    if len(rest) == 3:
        if is_atom(args):
            return _erlang("element", [_place(tag, fields, args) + 1, rest[0]])
        if not is_keyword(args):
            raise ArgumentError(f"expected arguments to be a compile time atom or a keyword list, got: {code_of(args)}")
        return _updated(tag, fields, rest[0], args, caller)
    if is_atom(args):
        return _place(tag, fields, args)
    if is_keyword(args):
        return _created(tag, fields, args, caller)
    from defnpy.expand.quoting import escape

    return ((DOT, [], [alias("Record"), Atom("__keyword__")]), [], [tag, escape(fields), args])


def _erlang(name: str, args: list[Any]) -> Any:
    return ((DOT, [], [Atom("erlang"), Atom(name)]), [], args)


def _hoisted(args: Fields, caller: Any) -> tuple[Fields, list[Any]]:
    """Values that may do something are computed first, in the order in which they are written."""
    if in_match(caller):
        return args, []
    out: Fields = []
    before: list[Any] = []
    for index, (key, value) in enumerate(args):
        if quoted_literal(value) or (value.__class__ is tuple and len(value) == 3 and value[2].__class__ is not list):
            out.append((key, value))
            continue
        variable: Any = (Atom(f"record_value_{index}_{atom_name(key)}"), [], alias("Record"))
        before.append((MATCH, [], [variable, value]))
        out.append((key, variable))
    return out, before


def _created(tag: Any, fields: Fields, args: Fields, caller: Any) -> Any:
    from defnpy.expand.quoting import escape

    matching = in_match(caller)
    others = next(((True, v) for k, v in args if k is ANY), (False, None))
    given, before = _hoisted([p for p in args if p[0] is not ANY], caller)
    for key, _ in given:
        _place(tag, fields, key)
    values: list[Any] = [tag]
    for key, default in fields:
        chosen = next(((True, v) for k, v in given if k is key), (False, None))
        if chosen[0] or others[0]:
            values.append(chosen[1] if chosen[0] else others[1])
        else:
            values.append((ANY, [], None) if matching else escape(default))
    made: Any = (TUPLE, [], values)
    return (BLOCK, [], [*before, made]) if before else made


def _updated(tag: Any, fields: Fields, record: Any, args: Fields, caller: Any) -> Any:
    if in_match(caller):
        raise ArgumentError("cannot invoke update style macro inside match")
    given, before = _hoisted(args, caller)
    for key, value in given:
        record = _erlang("setelement", [_place(tag, fields, key) + 1, record, value])
    return (BLOCK, [], [*before, record]) if before else record


@ex("__keyword__/3")
def keyword(tag: Any, fields: Fields, record: Any) -> Any:
    """A record as a keyword list."""
    if record.__class__ is not tuple or not record or record[0] is not tag:
        raise ArgumentError(
            f"expected argument to be a literal atom, literal keyword or a {inspect(tag)} record, got runtime: {inspect(record)}")
    if len(record) != len(fields) + 1:
        raise ArgumentError(f"expected argument to be a {inspect(tag)} record with {len(fields)} fields, got: {inspect(record)}")
    return [(k, v) for (k, _), v in zip(fields, record[1:], strict=True)]


MODULE = native_module("Record", globals())
