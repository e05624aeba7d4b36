"""``inspect``: terms as Elixir source text."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.terms import map as maps
from defnpy.terms import names
from defnpy.terms import text as txt
from defnpy.terms.algebra import INFINITY, NIL, Doc, color, concat, container_doc, flex_glue, format, group, nest
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import Bits
from defnpy.terms.errors import ElixirError, FunctionClauseError
from defnpy.terms.float_text import float_inspect
from defnpy.terms.function import Capture, Closure
from defnpy.terms.list import ImproperList
from defnpy.terms.process import Pid, Reference, current
from defnpy.terms.range import RANGE
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import STRUCT_KEY, Struct

OPTS = alias("Inspect.Opts")
INFER = Atom("infer")
AS_STRINGS = Atom("as_strings")
AS_LISTS = Atom("as_lists")
AS_CHARLISTS = Atom("as_charlists")
DECIMAL = Atom("decimal")
_ATOM, _NUMBER, _STRING, _CHARLIST = Atom("atom"), Atom("number"), Atom("string"), Atom("charlist")
_LIST, _TUPLE, _MAP, _BINARY, _REGEX = Atom("list"), Atom("tuple"), Atom("map"), Atom("binary"), Atom("regex")

_DEFAULTS: dict[str, Any] = {
    "base": DECIMAL,
    "binaries": INFER,
    "char_lists": INFER,
    "charlists": INFER,
    "custom_options": [],
    "inspect_fun": None,
    "limit": 50,
    "pretty": False,
    "printable_limit": 4096,
    "safe": True,
    "structs": True,
    "syntax_colors": [],
    "width": 80,
}
_ATOMS = {name: Atom(name) for name in _DEFAULTS}


class Opts(Struct):
    """``%Inspect.Opts{}`` with its fields as attributes. ``inspect_fun`` None stands for ``&Inspect.inspect/2``."""

    __slots__ = (
        "base", "binaries", "char_lists", "charlists", "custom_options", "inspect_fun", "limit", "pretty",
        "printable_limit", "safe", "structs", "syntax_colors", "width",
    )  # fmt: skip
    module = OPTS
    base: Any
    binaries: Any
    char_lists: Any
    charlists: Any
    custom_options: Any
    inspect_fun: Any
    limit: Any
    pretty: Any
    printable_limit: Any
    safe: Any
    structs: Any
    syntax_colors: Any
    width: Any

    def __init__(self, **given: Any) -> None:
        for name, value in _DEFAULTS.items():
            setattr(self, name, given.get(name, value))

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        shown = {_ATOMS[name]: getattr(self, name) for name in _DEFAULTS if name != "char_lists"}
        if shown[_ATOMS["inspect_fun"]] is None:
            shown[_ATOMS["inspect_fun"]] = Capture(alias("Inspect"), "inspect", 2, inspect_term)
        return shown

    def replace(self, changes: dict[Any, Any]) -> Opts:
        return self.changed(**{k.name: v for k, v in changes.items() if k in self.fields})

    def changed(self, **changes: Any) -> Opts:
        """A copy with some fields changed."""
        made = Opts.__new__(Opts)
        for name in _DEFAULTS:
            setattr(made, name, changes[name] if name in changes else getattr(self, name))
        return made

    def with_limit(self, limit: Any) -> Opts:
        """A copy with another limit."""
        return self if limit is self.limit else self.changed(limit=limit)


def opts_from(given: Iterable[tuple[Any, Any]]) -> Opts:
    """The options of a keyword list; unknown keys are ignored."""
    return Opts(**{k.name: v for k, v in given if k.__class__ is Atom})


def coerce_opts(opts: Any) -> Opts:
    """*opts* as :class:`Opts`; a plain ``%Inspect.Opts{}`` struct or a keyword list is accepted."""
    if opts.__class__ is Opts:
        return opts
    if isinstance(opts, Struct):
        return Opts(**{k.name: v for k, v in opts.fields.items()})
    return opts_from(opts or [])


def inspect(
    term: Any, *, width: Any = 80, limit: Any = 50, pretty: bool = False, opts: Any = None, **other: Any
) -> str:
    """The text of *term*. ``pretty=True`` breaks lines at *width*; *opts* (an :class:`Opts`) replaces the other options."""
    if opts is None:
        chosen = Opts(width=width, limit=limit, pretty=pretty, **other)
    else:
        chosen = coerce_opts(opts)
    doc = group(to_doc(term, chosen))
    return format(doc, chosen.width if chosen.pretty else INFINITY)


def to_doc(term: Any, opts: Any) -> Doc:
    """The document of *term*."""
    if opts.__class__ is not Opts:
        opts = coerce_opts(opts)
    if isinstance(term, Struct):
        return _struct_doc(term, opts)
    if opts.inspect_fun is None:
        return _plain_doc(term, opts)
    return opts.inspect_fun(term, opts)


def inspect_term(term: Any, opts: Any) -> Doc:
    """``Inspect.inspect(term, opts)``: the protocol function itself."""
    opts = coerce_opts(opts)
    return _struct_by_protocol(term, opts) if isinstance(term, Struct) else _plain_doc(term, opts)


def _plain_doc(term: Any, opts: Opts) -> Doc:
    kind = term.__class__
    if kind is dict and STRUCT_KEY in term:
        return map_doc(term, opts)
    make = _KINDS.get(kind)
    if make is not None:
        return make(term, opts)
    impl = _user_impl(term)
    if impl is not None:
        return impl(term, opts)
    return _opaque_doc(term, opts)


def _user_impl(term: Any) -> Callable[..., Any] | None:
    from defnpy.terms.protocol import find_impl

    module = find_impl("Inspect", term)
    # The native Inspect.Any is for structs only.
    return module.functions.get("inspect/2") if module is not None and not module.native else None


# ------------------------------------------------------------------------------------------------- plain terms


def _int_doc(term: int, opts: Opts) -> Doc:
    return color(integer_text(term, opts.base), _NUMBER, opts)


def integer_text(term: int, base: Any = DECIMAL) -> str:
    """An integer in the base that the atom names."""
    if base is DECIMAL:
        return decimal_text(term)
    letter = {"hex": "X", "octal": "o", "binary": "b"}[base.name]
    prefix = {"hex": "0x", "octal": "0o", "binary": "0b"}[base.name]
    return f"{'-' if term < 0 else ''}{prefix}{abs(term):{letter}}"


def _float_doc(term: float, opts: Opts) -> Doc:
    return color(float_inspect(term), _NUMBER, opts)


def _atom_doc(term: Any, opts: Opts) -> Doc:
    key = _ATOM
    if term is None or term is True or term is False:
        key = Atom("nil") if term is None else Atom("boolean")
        if opts.syntax_colors and not any(k is key for k, _ in opts.syntax_colors):
            return inspect_atom(term)
    return color(inspect_atom(term), key, opts)


def inspect_atom(term: Any) -> str:
    """An atom as a literal: ``:ok``, ``:"a b"``, ``Enum``, ``nil``."""
    name = atom_name(term)
    if term.__class__ is not Atom:
        return name
    if names.classify(name) == "alias":
        plain = name in ("Elixir", "Elixir.Elixir") or name.startswith("Elixir.Elixir.")
        return name if plain else name.removeprefix("Elixir.")
    return ":" + name if names.is_bare(name) else f':"{txt.escape(name)}"'


def inspect_key(term: Any) -> str:
    """An atom as a key: ``ok:``, ``"a b":``."""
    return names.key_text(atom_name(term), txt.escape)


def inspect_call(name: str) -> str:
    """A function name behind a dot."""
    return names.call_text(name, txt.escape)


def _str_doc(term: str, opts: Opts) -> Doc:
    if opts.binaries is AS_STRINGS:
        return color(_quoted(term, opts), _STRING, opts)
    if opts.base is DECIMAL:
        limit = opts.printable_limit
        if opts.binaries is INFER and txt.is_printable(term, None if limit is INFINITY else limit):
            return color(_quoted(term, opts), _STRING, opts)
    return _octets_doc(term.encode("utf-8", "surrogatepass"), None, opts)


def _quoted(term: str, opts: Opts, prefix: str = '"', more: str = " <> ...") -> str:
    limit = opts.printable_limit
    if limit is INFINITY or len(term) <= limit:
        return f'{prefix}{txt.escape(term)}"'
    return f'{prefix}{txt.escape(term[:limit])}"{more}'


def _bytes_doc(term: bytes, opts: Opts) -> Doc:
    if opts.binaries is AS_STRINGS:
        return color(f'"{txt.escape_octets(term)}"', _STRING, opts)
    limit = opts.printable_limit
    if opts.base is DECIMAL and opts.binaries is INFER and limit is not INFINITY and len(term) > limit:
        # Only the first characters decide whether a binary looks like text.
        head = term[: limit * 4].decode("utf-8", "ignore")[:limit]
        if len(head) == limit and term.startswith(head.encode()) and txt.is_printable(head):
            return color(f'"{txt.escape(head)}" <> ...', _STRING, opts)
    return _octets_doc(term, None, opts)


def _bits_doc(term: Bits, opts: Opts) -> Doc:
    whole, rest = divmod(term.size, 8)
    data = (term.value >> rest).to_bytes(whole, "big")
    tail = concat(_int_doc(term.value & ((1 << rest) - 1), opts), f"::size({rest})")
    return _octets_doc(data, tail, opts)


def _octets_doc(data: bytes, tail: Doc | None, opts: Opts) -> Doc:
    limit = len(data) + 1 if opts.limit is INFINITY else opts.limit
    shown: list[Doc] = [_int_doc(b, opts) for b in data[:limit]]
    if tail is not None and len(data) < limit:
        shown.append(tail)
    if limit < len(data) + (1 if tail is not None else 0):
        shown.append("...")
    body: Doc = shown[-1] if shown else NIL
    for doc in shown[-2::-1]:
        body = flex_glue(concat(doc, ","), body)
    return group(concat(concat(color("<<", _BINARY, opts), nest(body, 2)), color(">>", _BINARY, opts)))


def _charlist_like(term: list[Any], opts: Opts) -> bool:
    if opts.charlists is AS_CHARLISTS:
        return True
    if opts.charlists is not INFER:
        return False
    limit = opts.printable_limit
    return is_ascii_printable(term if limit is INFINITY else term[:limit])


def is_ascii_printable(term: list[Any]) -> bool:
    """Whether a list holds printable ASCII code points only."""
    for c in term:
        if c.__class__ is not int or not (32 <= c <= 126 or 7 <= c <= 13 or c == 27):
            return False
    return True


def is_keyword(term: list[Any]) -> bool:
    """Whether a non-empty list prints in keyword notation."""
    for pair in term:
        if pair.__class__ is not tuple or len(pair) != 2:
            return False
        key = pair[0]
        if not is_atom(key) or (key.__class__ is Atom and key.name.startswith("Elixir.")):
            return False
    return bool(term)


def keyword_doc(pair: Any, opts: Any) -> Doc:
    """``key: value``."""
    key = color(inspect_key(pair[0]), _ATOM, opts)
    return concat(key, concat(" ", to_doc(pair[1], opts)))


def _list_doc(term: Any, opts: Opts) -> Doc:
    opening, comma, closing = color("[", _LIST, opts), color(",", _LIST, opts), color("]", _LIST, opts)
    if term.__class__ is list:
        if not term:
            return color("[]", _LIST, opts)
        if _charlist_like(term, opts):
            text = txt.list_to_string(term)
            return color(_quoted(text, opts, '~c"', " ++ ..."), _CHARLIST, opts)
        if is_keyword(term):
            return container_doc(opening, term, closing, opts, keyword_doc, separator=comma, mode="strict")
    return container_doc(opening, term, closing, opts, to_doc, separator=comma)


def _tuple_doc(term: tuple[Any, ...], opts: Opts) -> Doc:
    opening, comma, closing = color("{", _TUPLE, opts), color(",", _TUPLE, opts), color("}", _TUPLE, opts)
    return container_doc(opening, list(term), closing, opts, to_doc, separator=comma, mode="flex")


def map_doc(term: dict[Any, Any], opts: Opts) -> Doc:
    """``%{...}``."""
    pairs = list(maps.items(term))
    if any(k.__class__ is Atom and k.name == "sort_maps" and v for k, v in opts.custom_options):
        from defnpy.terms.order import term_order

        pairs.sort(key=lambda pair: term_order(pair[0]))
    if is_keyword(pairs):
        return _map_container("", pairs, opts, keyword_doc)
    arrow = color(" => ", _MAP, opts)
    return _map_container("", pairs, opts, lambda kv, o: concat(concat(to_doc(kv[0], o), arrow), to_doc(kv[1], o)))


def named_map_doc(term: Any, name: str, infos: list[Any], opts: Opts) -> Doc:
    """``%name{...}`` of the fields that *infos* list, as ``Inspect.Map.inspect/4`` shows a struct."""
    fields = term if term.__class__ is dict else term.fields
    named = [info[Atom("field")] for info in infos]
    return _map_container(name, [(field, fields.get(maps.key(field))) for field in named], opts, keyword_doc)


def _map_container(name: str, pairs: list[Any], opts: Opts, fun: Callable[[Any, Any], Doc]) -> Doc:
    opening, comma = color(f"%{name}{{", _MAP, opts), color(",", _MAP, opts)
    return container_doc(opening, pairs, color("}", _MAP, opts), opts, fun, separator=comma, mode="strict")


# ------------------------------------------------------------------------------------------- opaque kinds


_TO_ERLANG = {"!=": "/=", "<=": "=<", "===": "=:=", "!==": "=/="}
_KERNEL_BIFS = frozenset(
    "!=/2 !==/2 */2 +/1 +/2 ++/2 -/1 -/2 --/2 //2 </2 <=/2 ==/2 ===/2 >/2 >=/2 abs/1 apply/2 apply/3 binary_part/3 "
    "bit_size/1 byte_size/1 ceil/1 div/2 exit/1 floor/1 hd/1 is_atom/1 is_binary/1 is_bitstring/1 is_boolean/1 "
    "is_float/1 is_function/1 is_function/2 is_integer/1 is_list/1 is_map/1 is_map_key/2 is_number/1 is_pid/1 is_port/1 "
    "is_reference/1 is_tuple/1 length/1 make_ref/0 map_size/1 max/2 min/2 node/0 node/1 not/1 rem/2 round/1 self/0 "
    "send/2 spawn/1 spawn/3 spawn_link/1 spawn_link/3 throw/1 tl/1 trunc/1 tuple_size/1".split()
)
_INLINED = {
    "Elixir.Atom": {"to_charlist/1": "erlang.atom_to_list", "to_string/1": "erlang.atom_to_binary"},
    "Elixir.Bitwise": {"bnot/1": "erlang.bnot", "band/2": "erlang.band", "bor/2": "erlang.bor", "bxor/2": "erlang.bxor"},
    "Elixir.Float": {"to_charlist/1": "erlang.float_to_list"},
    "Elixir.Integer": {
        "to_charlist/1": "erlang.integer_to_list",
        "to_charlist/2": "erlang.integer_to_list",
        "to_string/1": "erlang.integer_to_binary",
        "to_string/2": "erlang.integer_to_binary",
    },
    "Elixir.List": {
        "to_atom/1": "erlang.list_to_atom",
        "to_existing_atom/1": "erlang.list_to_existing_atom",
        "to_float/1": "erlang.list_to_float",
        "to_integer/1": "erlang.list_to_integer",
        "to_integer/2": "erlang.list_to_integer",
        "to_tuple/1": "erlang.list_to_tuple",
    },
    "Elixir.Map": {
        "keys/1": "maps.keys",
        "merge/2": "maps.merge",
        "to_list/1": "maps.to_list",
        "values/1": "maps.values",
    },
    "Elixir.String": {
        "to_float/1": "erlang.binary_to_float",
        "to_integer/1": "erlang.binary_to_integer",
        "to_integer/2": "erlang.binary_to_integer",
        "to_atom/1": "erlang.binary_to_atom",
        "to_existing_atom/1": "erlang.binary_to_existing_atom",
    },
    "Elixir.Tuple": {
        "append/2": "erlang.append_element",
        "to_list/1": "erlang.tuple_to_list",
    },
}


def erlang_name(module: Atom, name: str, arity: int) -> tuple[Atom, str]:
    """Module and name of the Erlang built-in that a function is compiled to; itself when it is none."""
    if module.name == "Elixir.Kernel" and f"{name}/{arity}" in _KERNEL_BIFS:
        return Atom("erlang"), _TO_ERLANG.get(name, name)
    found = _INLINED.get(module.name, {}).get(f"{name}/{arity}")
    if found is None:
        return module, name
    owner, _, called = found.partition(".")
    return Atom(owner), called


# Kernel's macros that are functions here: a capture of one is an anonymous function.
_MACROS = frozenset(("to_string/1", "to_charlist/1", "is_nil/1", "is_exception/1", "is_struct/1", "is_non_struct_map/1"))


def _capture_doc(term: Capture, opts: Opts) -> Doc:
    if term.module.name == "Elixir.Kernel" and f"{term.name}/{term.arity}" in _MACROS:
        return _evaluated(term.arity)
    if term.local:
        return f"#Function<0.{_number(term.module.name)}/{term.arity} in {inspect(term.module)}.{inspect_call(term.name)}>"
    module, name = erlang_name(term.module, term.name, term.arity)
    return f"&{inspect_atom(module)}.{inspect_call(name)}/{term.arity}"


def maker_of(fun: Any) -> tuple[Atom, str, int] | None:
    """Module, name and arity of the function that an anonymous function was made in; None outside of modules."""
    body = fun.call if fun.__class__ is Closure else fun
    outer, nested, _ = body.__code__.co_qualname.partition(".<locals>.") if body.__class__ is FunctionType else ("", "", "")
    if not nested:
        return None
    for module in list(runtime().modules.values()):
        found = [signature.rpartition("/") for table in (module.functions, module.info.get("private", {}))
                 for signature, made in table.items() if _is_body(made, outer, body.__globals__)]
        if found:
            # A function that Python gives defaults has several signatures: the whole one has made the function.
            name, _, arity = max(found, key=lambda parts: int(parts[2]))
            return module.name, name, int(arity)
    return None


def _is_body(made: Any, name: str, namespace: dict[str, Any]) -> bool:
    body = getattr(made, "defn_body", made)
    return getattr(body, "__globals__", None) is namespace and body.__code__.co_qualname == name


def file_of(body: Any) -> str | None:
    """The file that an anonymous function outside of modules was compiled in, seen from the current folder; None where text was evaluated."""
    file: str | None = getattr(body, "__globals__", {}).get("__file__")
    here = os.getcwd() + os.sep
    return file[len(here):] if file is not None and file.startswith(here) else file


def _evaluated(arity: int) -> str:
    """A function of evaluated code: one of those of the BEAM's interpreter, which has one for each arity."""
    return f"#Function<{max(43 - arity, 0)}.3316493/{arity} in :erl_eval.expr/6>"


def _function_doc(term: Any, opts: Opts) -> Doc:
    label = getattr(term, "label", "")
    maker = maker_of(term) if not label else None
    if maker is not None:
        label = f"{inspect(maker[0])}.{inspect_call(maker[1])}/{maker[2]}"
    body = term.call if term.__class__ is Closure else term
    arity = term.arity if term.__class__ is Closure else term.__code__.co_argcount
    if not label:
        file = file_of(body)
        return _evaluated(arity) if file is None else f"#Function<{body.__code__.co_firstlineno}.{_number(file)} in file:{file}>"
    code = getattr(body, "__code__", None)
    number, name = (0, label) if code is None else (code.co_firstlineno, code.co_name)
    return f"#Function<{number}.{_number(name)}/{arity} in {label}>"


def _number(text: str) -> int:
    """The number that stands for the BEAM's hash of the code."""
    from zlib import crc32

    return crc32(text.encode()) & 0xFFFFFF


def _opaque_doc(term: Any, opts: Opts) -> Doc:
    serial = getattr(term, "ex_serial", id(term) & 0xFFFFFF)
    return f"#{type(term).__name__}<{serial}>"


_KINDS: dict[type, Callable[[Any, Opts], Doc]] = {
    int: _int_doc,
    float: _float_doc,
    str: _str_doc,
    bytes: _bytes_doc,
    Bits: _bits_doc,
    Atom: _atom_doc,
    bool: _atom_doc,
    type(None): _atom_doc,
    list: _list_doc,
    ImproperList: _list_doc,
    tuple: _tuple_doc,
    dict: map_doc,
    Capture: _capture_doc,
    Closure: _function_doc,
    FunctionType: _function_doc,
    Pid: lambda term, opts: f"#PID<0.{term.ex_serial}.0>",
    Reference: lambda term, opts: f"#Reference<0.{term.ex_serial}.0.1>",
}

# ------------------------------------------------------------------------------------------------------ structs


def _struct_doc(term: Struct, opts: Opts) -> Doc:
    if not opts.structs:
        return map_doc(_as_map(term), opts)
    fun = opts.inspect_fun or _struct_by_protocol
    trap = current().state
    try:
        return fun(term, opts)
    except ElixirError as caught:
        if trap.get("inspect_trap"):
            return map_doc(_as_map(term), opts)
        trap["inspect_trap"] = True
        try:
            shown = format(map_doc(_as_map(term), opts.changed(syntax_colors=[], inspect_fun=None)), opts.width)
            return _inspect_error(caught, shown, opts)
        finally:
            trap.pop("inspect_trap", None)


def _inspect_error(caught: ElixirError, shown: str, opts: Opts) -> Doc:
    from defnpy.terms.errors import make

    module, message = caught.term.module, str(caught).rstrip("\n")
    text = inspect_error_text(module, message, shown)
    if not opts.safe:
        raise make("Inspect.Error", text, exception_module=module, exception_message=message, stacktrace=[], inspected_struct=shown) from caught
    return _inspect_error_doc(text)


def inspect_error_text(module: Any, message: str, shown: str) -> str:
    """The message of an Inspect.Error: what was raised while *shown* was inspected."""
    quotes = '"""'
    return (
        f"got {inspect(module)} with message:\n\n    {quotes}\n    {_pad(message, 4)}\n    {quotes}\n\n"
        f"while inspecting:\n\n    {_pad(shown, 4)}\n"
    )


def _inspect_error_doc(text: str, frames: str = "") -> Doc:
    stack = f"\n\n  Stacktrace:\n\n{frames}" if frames else ""
    return f"#Inspect.Error<\n  {_pad(text.rstrip(chr(10)), 2)}{stack}\n>"


def _error_struct_doc(term: Any, opts: Opts) -> Doc:
    from defnpy.terms.exception import format_stacktrace_entry, message_of

    frames = "".join(f"    {format_stacktrace_entry(entry)}\n" for entry in term.fields.get(Atom("stacktrace")) or [])
    return _inspect_error_doc(message_of(term), frames)


def _pad(text: str, count: int) -> str:
    space = " " * count
    return re.sub(r"\n(?!\n|\Z)", "\n" + space, text)


def _as_map(term: Struct) -> dict[Any, Any]:
    return {STRUCT_KEY: term.module, **term.fields}


def _struct_by_protocol(term: Any, opts: Opts) -> Doc:
    hook = getattr(term, "ex_inspect", None)
    if hook is not None:
        return hook(opts)
    from defnpy.terms.protocol import find_impl

    impl = find_impl("Inspect", term)
    if impl is not None and "inspect/2" in impl.functions:
        return _by_implementation(impl, term, opts)
    native = _NATIVE.get(term.module.name)
    return native(term, opts) if native is not None else struct_any_doc(term, opts)


def _by_implementation(impl: Any, term: Struct, opts: Opts) -> Doc:
    made: Callable[[Any, Any], Doc] = impl.functions["inspect/2"]
    if not impl.native:
        return made(term, opts)
    try:
        return made(term, opts)
    except (TypeError, AttributeError) as problem:
        # Fields of kinds that the struct never has.
        raise FunctionClauseError(impl.name, Atom("inspect"), 2) from problem


def struct_any_doc(term: Struct, opts: Opts) -> Doc:
    """A struct by its fields, as ``@derive`` of its module says; as a map when it does not fit its module."""
    fields = struct_fields(term.module)
    if fields is None or {k for k, _ in fields} | _EXTRA != set(term.fields) | _EXTRA:
        return map_doc(_as_map(term), opts)
    module = runtime().modules.get(term.module)
    derived = module.info.get("derive", ()) if module is not None else ()
    options: list[Any] = next((o for p, o in derived if p.name == "Elixir.Inspect"), [])
    return _derived_doc(term, fields, options, opts)


_EXTRA = {Atom("__exception__")}


def struct_fault(made: Any, module: Any, arity: int) -> str | None:
    """What is wrong with a value of ``module.__struct__`` written by hand."""
    called = f"{inspect(module)}.__struct__/{arity}"
    if not isinstance(made, Struct):
        return (f"expected {called} to return a map with a :__struct__ key that holds the name of the struct (atom), "
                f"got: {inspect(made)}")
    if made.module is not module:
        return f"expected struct name returned by {called} to be {inspect(module)}, got: {inspect(made.module)}"
    return None


def struct_fields(module: Atom) -> list[tuple[Any, Any]] | None:
    """Fields and defaults of a struct's module in the order of its definition, or None when it defines no struct."""
    found = runtime().find(module)
    if found is not None and found.info.get("struct") is not None:
        return [(k, v) for k, v in found.info["struct"] if k not in _EXTRA]
    from defnpy.terms.exception import FIELDS

    return FIELDS.get(module.name.removeprefix("Elixir."))


def _derived_doc(term: Struct, fields: list[tuple[Any, Any]], options: list[Any], opts: Opts) -> Doc:
    from defnpy.terms.order import strict_equal

    chosen = {k.name: v for k, v in options}
    names = [k for k, _ in fields]
    shown = list(chosen["only"]) if "only" in chosen else names
    shown = [k for k in names if k in shown and k not in chosen.get("except", [])]
    hidden = len(shown) < len(names)
    optional = chosen.get("optional", [])
    optional = names if optional == Atom("all") else optional
    default = dict(fields)
    shown = [k for k in shown if k not in optional or not strict_equal(term.fields[k], default[k])]
    name = inspect_atom(term.module)
    pairs: list[Any] = [(maps.unkey(k), term.fields[k]) for k in shown]
    if not hidden:
        return _map_container(name, pairs, opts, keyword_doc)
    opening, comma = color(f"#{name}<", _MAP, opts), color(",", _MAP, opts)
    return container_doc(
        opening, [*pairs, None], color(">", _MAP, opts), opts,
        lambda pair, o: "..." if pair is None else keyword_doc(pair, o), separator=comma, mode="strict",
    )  # fmt: skip


def _range_doc(term: Any, opts: Opts) -> Doc:
    first, last, step = (term.fields[Atom(k)] for k in ("first", "last", "step"))
    doc = concat([to_doc(first, opts), "..", to_doc(last, opts)])
    default = 1 if not (first.__class__ is int and last.__class__ is int) or first <= last else -1
    if step == 1 and default == 1:
        return doc
    return concat([doc, "//", to_doc(step, opts)])


_NATIVE: dict[str, Callable[[Any, Opts], Doc]] = {RANGE.name: _range_doc, "Elixir.Inspect.Error": _error_struct_doc}
