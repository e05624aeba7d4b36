"""NimbleOptions: schemas of keyword options, their validation and their documentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib import enumerable, keyword, nimble_typespec
from defnpy.stdlib import nimble_docs as docs_of
from defnpy.stdlib.kernel import apply, list_subtract
from defnpy.stdlib.nimble_types import check_type
from defnpy.stdlib.util import ERROR, OK, UNSET, is_keyword, no_clause
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import EXCEPTION, ArgumentError, RuntimeError_, from_struct
from defnpy.terms.exception import message_of
from defnpy.terms.function import arity_of, is_function
from defnpy.terms.inspect import inspect, inspect_atom
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import Pid, Reference
from defnpy.terms.struct import Struct

NIMBLE = alias("NimbleOptions")
VALIDATION_ERROR = alias("NimbleOptions.ValidationError")
SCHEMA, STAR, INFINITY = Atom("schema"), Atom("*"), Atom("infinity")
MESSAGE, KEY, VALUE, PATH, REDACT = Atom("message"), Atom("key"), Atom("value"), Atom("keys_path"), Atom("redact")
NESTED = ("keyword_list", "non_empty_keyword_list", "map")


class Invalid(Exception):
    """A value that does not fit; *term* is the ValidationError struct."""

    def __init__(self, text: str, key: Any, value: Any, redact: bool = False, path: Any = ()) -> None:
        super().__init__(text)
        fields = {EXCEPTION: True, MESSAGE: text, KEY: key, VALUE: value, PATH: list(path), REDACT: redact}
        self.term = Struct(VALIDATION_ERROR, fields)

    @property
    def text(self) -> str:
        return str(self.term.fields[MESSAGE])

    def below(self, keys: list[Any]) -> Invalid:
        """The same error, *keys* deeper."""
        f = self.term.fields
        return Invalid(f[MESSAGE], f[KEY], f[VALUE], f[REDACT], [*keys, *f[PATH]])


class Place:
    """What is being checked: an option, or a part of one (``list element at position 1``)."""

    __slots__ = ("key", "label")

    def __init__(self, key: Any, label: str | None = None) -> None:
        self.key = key
        self.label = label if label is not None else f"{inspect(key)} option"


def _wrong(place: Place, value: Any, expected: str, redact: bool, got: str | None = None) -> Invalid:
    shown = "" if redact else f", got: {got if got is not None else inspect(value)}"
    return Invalid(f"invalid value for {place.label}: expected {expected}{shown}", place.key, value, redact)


# ---------------------------------------------------------------------------------------------------- value types


def _tuple_of(value: Any, size: int) -> bool:
    return value.__class__ is tuple and len(value) == size


def _mfa(value: Any) -> bool:
    return _tuple_of(value, 3) and is_atom(value[0]) and is_atom(value[1]) and value[2].__class__ is list


CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "any": (lambda v: True, ""),
    "integer": (lambda v: v.__class__ is int, "integer"),
    "non_neg_integer": (lambda v: v.__class__ is int and v >= 0, "non negative integer"),
    "pos_integer": (lambda v: v.__class__ is int and v > 0, "positive integer"),
    "float": (lambda v: v.__class__ is float, "float"),
    "atom": (is_atom, "atom"),
    "boolean": (lambda v: v is True or v is False, "boolean"),
    "string": (lambda v: v.__class__ in (str, bytes), "string"),
    "keyword_list": (is_keyword, "keyword list"),
    "non_empty_keyword_list": (lambda v: is_keyword(v) and bool(v), "non-empty keyword list"),
    "map": (lambda v: v.__class__ is dict or isinstance(v, Struct), "map"),
    "timeout": (lambda v: v is INFINITY or (v.__class__ is int and v >= 0), "non-negative integer or :infinity"),
    "pid": (lambda v: v.__class__ is Pid, "pid"),
    "reference": (lambda v: v.__class__ is Reference, "reference"),
    "mfa": (_mfa, "tuple {mod, fun, args}"),
    "mod_arg": (lambda v: _tuple_of(v, 2) and is_atom(v[0]), "tuple {mod, arg}"),
}


def check(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    """*value* (perhaps cast) if it is of type *kind*; raises :class:`Invalid`."""
    if kind is None:
        if value is not None:
            raise _wrong(place, value, "nil", redact)
        return value
    if kind.__class__ is Atom:
        fits, expected = CHECKS[kind.name]
        if not fits(value):
            raise _wrong(place, value, expected, redact)
        return value
    return _COMPOUND[kind[0].name](kind, place, value, redact)


def _check_in(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if not enumerable.member(kind[1], value):
        raise _wrong(place, value, f"one of {inspect(kind[1])}", redact)
    return value


def _check_fun(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if not is_function(value):
        raise _wrong(place, value, f"function of arity {kind[1]}", redact)
    if arity_of(value) != kind[1]:
        raise _wrong(place, value, f"function of arity {kind[1]}", redact, f"function of arity {arity_of(value)}")
    return value


def _check_struct(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if not isinstance(value, Struct) or value.module is not kind[1]:
        raise _wrong(place, value, inspect_atom(kind[1]), redact)
    return value


def _check_custom(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    _, module, name, args = kind
    answer = apply(module, name, [value, *args])
    if answer.__class__ is tuple and len(answer) == 2 and answer[0] is OK:
        return answer[1]
    if answer.__class__ is tuple and len(answer) == 2 and answer[0] is ERROR and answer[1].__class__ is str:
        raise Invalid(f"invalid value for {place.label}: {answer[1]}", place.key, value, redact)
    raise RuntimeError_(
        f"custom validation function {inspect_atom(module)}.{name.name}/{len(args) + 1} must return "
        f"{{:ok, value}} or {{:error, message}}, got: {inspect(answer)}"
    )


def _part(kind: Any, place: Place, value: Any, whole: Any, words: tuple[str, str], redact: bool) -> Any:
    """Check a part of a list, tuple or map; *words* name the container and the part."""
    container, part = words
    inner = Place(_Part(part), part)
    try:
        return _sub(kind, inner, value, redact)
    except Invalid as bad:
        if bad.term.fields[KEY].__class__ is _Part:
            text = f"invalid {container} in {place.label}: {bad.text}"
        else:
            text = f"invalid {part} in {place.label}: {bad.text}"
        raise Invalid(text, place.key, whole, redact) from None


class _Part:
    """The key of a part of a container."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def _sub(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    """A subtype, which may carry a nested schema (``{:keyword_list, schema}``)."""
    if kind.__class__ is tuple and kind[0].name in NESTED and len(kind) == 2:
        return _nested(check(kind[0], place, value, redact), kind[1])
    return check(kind, place, value, redact)


def _check_list(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if value.__class__ is not list:
        raise _wrong(place, value, "list", redact)
    words = "list"
    return [
        _part(kind[1], place, item, value, (words, f"list element at position {i}"), redact)
        for i, item in enumerate(value)
    ]


def _check_tuple(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if value.__class__ is not tuple:
        raise _wrong(place, value, "tuple", redact)
    if len(value) != len(kind[1]):
        raise _wrong(place, value, f"tuple with {len(kind[1])} elements", redact)
    return tuple(
        _part(sub, place, item, value, ("tuple", f"tuple element at position {i}"), redact)
        for i, (sub, item) in enumerate(zip(kind[1], value, strict=True))
    )


def _check_map(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    if len(kind) == 2:
        return _nested(check(kind[0], place, value, redact), kind[1])
    if value.__class__ is not dict:
        raise _wrong(place, value, "map", redact)
    made: list[tuple[Any, Any]] = []
    for k, v in maps.items(value):
        new_key = _part(kind[1], place, k, value, ("map", "map key"), redact)
        made.append((new_key, _part(kind[2], place, v, value, ("map", f"map key {inspect(k)}"), redact)))
    return maps.from_pairs(made)


def _check_or(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    reasons: list[str] = []
    for sub in kind[1]:
        try:
            if sub.__class__ is tuple and sub[0].name in NESTED and len(sub) == 2:
                found = check(sub[0], place, value, redact)
                return _nested(found, sub[1], place.key)
            return check(sub, place, value, redact)
        except Invalid as bad:
            reasons.insert(0, message_of(bad.term))
    text = (
        f"expected {place.label} to match at least one given type, but didn't match any. Here are the reasons why it "
        "didn't match each of the allowed types:\n\n" + "\n".join(f"  * {r}" for r in reasons)
    )
    raise Invalid(text, place.key, value, redact)


def _check_nested(kind: Any, place: Place, value: Any, redact: bool) -> Any:
    return _nested(check(kind[0], place, value, redact), kind[1])


_COMPOUND: dict[str, Callable[[Any, Place, Any, bool], Any]] = {
    "in": _check_in,
    "fun": _check_fun,
    "struct": _check_struct,
    "custom": _check_custom,
    "list": _check_list,
    "tuple": _check_tuple,
    "map": _check_map,
    "or": _check_or,
    "keyword_list": _check_nested,
    "non_empty_keyword_list": _check_nested,
}

# ------------------------------------------------------------------------------------------------------ validation


def _get(spec: Any, name: str, default: Any = None) -> Any:
    return next((v for k, v in spec if k.name == name), default)


def _has(options: list[Any], key: Any) -> bool:
    return any(k is key for k, _ in options)


def _nested(value: Any, schema: Any, path: Any = UNSET) -> Any:
    """*value* (options or a map of them) under a nested schema; errors gain the key of the outer option."""
    try:
        return run(value, schema)
    except Invalid as bad:
        raise (bad if path is UNSET else bad.below([path])) from None


def run(options: Any, schema: Any) -> Any:
    """Validated *options* with defaults; raises :class:`Invalid`."""
    if options.__class__ is dict:
        return maps.from_pairs(run(list(maps.items(options)), schema))
    given = keyword.keys(options)
    schema = _expanded(schema, given)
    known = [k for k, _ in schema]
    unknown = list_subtract(given, known)
    if unknown:
        raise Invalid(f"unknown options {inspect(unknown)}, valid options are: {inspect(known)}", unknown, None)
    for key, spec in schema:
        options = _option(options, key, spec, given)
    return options


def _expanded(schema: Any, given: list[Any]) -> Any:
    star = next((spec for k, spec in schema if k is STAR), None)
    return schema if star is None else [(k, star) for k in given]


def _option(options: list[Any], key: Any, spec: Any, given: list[Any]) -> list[Any]:
    if not _has(options, key):
        if _get(spec, "required", False):
            text = f"required {inspect(key)} option not found, received options: {inspect(given)}"
            raise Invalid(text, key, None)
        default = _get(spec, "default", UNSET)
        if default is UNSET:
            return options
        options = [(key, default), *options]
    value = next(v for k, v in options if k is key)
    redact = _get(spec, "redact", False) is True
    value = check(_get(spec, "type", Atom("any")), Place(key), value, redact)
    keys = _get(spec, "keys")
    if keys:
        value = _nested(value, keys, key)
    done = False
    out: list[Any] = []
    for k, v in options:
        if k is not key:
            out.append((k, v))
        elif not done:
            out.append((k, value))
            done = True
    return out


# --------------------------------------------------------------------------------------------------------- schemas

_ANY, _STRING, _BOOLEAN = Atom("any"), Atom("string"), Atom("boolean")


def _schema_of_option() -> list[tuple[str, Callable[[Any, Place], None]]]:
    def typed(kind: Any) -> Callable[[Any, Place], None]:
        def test(value: Any, place: Place) -> None:
            check(kind, place, value, False)

        return test

    def type_(value: Any, place: Place) -> None:
        problem = check_type(value)
        if problem is not None:
            raise Invalid(f"invalid value for {place.label}: {problem}", place.key, value)

    text_or_false = (Atom("or"), [_STRING, (Atom("in"), [False])])
    return [
        ("type", type_),
        ("required", typed(_BOOLEAN)),
        ("default", typed(_ANY)),
        ("keys", typed(Atom("keyword_list"))),
        ("deprecated", typed(_STRING)),
        ("doc", typed(text_or_false)),
        ("subsection", typed(_STRING)),
        ("type_doc", typed(text_or_false)),
        ("type_spec", typed(_ANY)),
        ("redact", typed(_BOOLEAN)),
    ]


_OPTION_SCHEMA = _schema_of_option()
_OPTION_NAMES = [Atom(name) for name, _ in _OPTION_SCHEMA]
_DEFAULTS = [(REDACT, False), (Atom("required"), False), (Atom("type"), _ANY)]


def checked_schema(schema: Any, path: tuple[Any, ...] = ()) -> list[Any]:
    """*schema* with the defaults of what it does not say; raises :class:`Invalid` for one that is none."""
    made: list[Any] = []
    for key, spec in schema:
        here = [*path, key]
        try:
            check(Atom("keyword_list"), Place(key), spec, False)
        except Invalid as bad:
            raise bad.below(list(path)) from None
        try:
            unknown = list_subtract([k for k, _ in spec], _OPTION_NAMES)
            if unknown:
                text = f"unknown options {inspect(unknown)}, valid options are: {inspect(_OPTION_NAMES)}"
                raise Invalid(text, unknown, None)
            for name, test in _OPTION_SCHEMA:
                value = _get(spec, name, UNSET)
                if value is not UNSET:
                    test(value, Place(Atom(name)))
        except Invalid as bad:
            raise bad.below(here) from None
        nested = _get(spec, "keys")
        if nested:
            inner = checked_schema(nested, (*here, Atom("keys")))
            spec = [(k, inner if k.name == "keys" else v) for k, v in spec]
        made.append((key, [(k, v) for k, v in _DEFAULTS if not _has(spec, k)] + spec))
    return made


@ex("new!/1")
def new_bang(schema: Any) -> Struct:
    if not is_keyword(schema):
        raise no_clause("NimbleOptions", "new!", 1)
    try:
        return Struct(NIMBLE, {SCHEMA: checked_schema(schema)})
    except Invalid as bad:
        raise ArgumentError(f"invalid NimbleOptions schema. Reason: {message_of(bad.term)}") from None


def _schema(term: Any, name: str) -> Any:
    given = _unchecked(term, name, 2)
    return new_bang(given).fields[SCHEMA] if given is term else given


def _unchecked(term: Any, name: str, arity: int) -> Any:
    """The list of a schema as it was written, or as ``new!/1`` left it."""
    if isinstance(term, Struct) and term.module is NIMBLE:
        return term.fields[SCHEMA]
    if term.__class__ is list:
        return term
    raise no_clause("NimbleOptions", name, arity)


@ex("validate/2")
def validate(options: Any, schema: Any) -> Any:
    wanted = _schema(schema, "validate")
    if options.__class__ is not dict and options.__class__ is not list:
        raise no_clause("NimbleOptions", "validate", 2)
    try:
        return (OK, run(options, wanted))
    except Invalid as bad:
        return (ERROR, bad.term)


@ex("validate!/2")
def validate_bang(options: Any, schema: Any) -> Any:
    answer = validate(options, schema)
    if answer[0] is OK:
        return answer[1]
    raise from_struct(answer[1])


@ex("docs/1", "docs/2")
def docs(schema: Any, options: Any = ()) -> str:
    return docs_of.docs(_unchecked(schema, "docs", 2), _get(options, "nest_level", 0))


@ex("option_typespec/1")
def option_typespec(schema: Any) -> Any:
    return nimble_typespec.option_typespec(_unchecked(schema, "option_typespec", 1))


def _error_doc(error: Any, opts: Any) -> Any:
    """Fields in their order, each value on a line of its own when the whole does not fit."""
    from defnpy.terms.algebra import break_, concat
    from defnpy.terms.inspect import to_doc

    redacted = error.fields.get(REDACT) is True
    parts: list[Any] = []
    for name in (KEY, PATH, MESSAGE, REDACT, VALUE):
        value = "**redacted**" if redacted and name is VALUE else error.fields.get(name, False if name is REDACT else None)
        parts += [",", break_()] if parts else []
        parts += [f"{name.name}:", break_(), to_doc(value, opts)]
    return concat(["#NimbleOptions.ValidationError<", *parts, ">"])


def _inspect_impl() -> Module:
    made = native_module("Inspect.NimbleOptions.ValidationError", {})
    made.functions["inspect/2"] = _error_doc
    return made


MODULE = native_module("NimbleOptions", globals(), info={"struct": [(SCHEMA, [])]})
MODULES_BY_NAME = {"Elixir.NimbleOptions": MODULE, "Elixir.Inspect.NimbleOptions.ValidationError": _inspect_impl()}
