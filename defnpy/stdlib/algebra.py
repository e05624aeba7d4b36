"""Inspect.Algebra, Inspect, Inspect.Opts, String.Chars and List.Chars as modules."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.calls import fun2
from defnpy.stdlib.reflection import reflecting
from defnpy.stdlib.util import UNSET, is_binary, is_int, need, option
from defnpy.terms import algebra, text
from defnpy.terms import inspect as inspecting
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import Module, ex, native_module

MAYBE = Atom("maybe")


@ex("empty/0")
def empty() -> Any:
    return algebra.NIL


@ex("string/1")
def string(s: Any) -> Any:
    return algebra.string(s)


@ex("concat/1", "concat/2")
def concat(left: Any, right: Any = UNSET) -> Any:
    return algebra.concat(left) if right is UNSET else (algebra.CONS, left, right)


@ex("no_limit/1")
def no_limit(doc: Any) -> Any:
    return algebra.no_limit(doc)


@ex("nest/2", "nest/3")
def nest(doc: Any, level: Any, mode: Any = algebra.ALWAYS) -> Any:
    fine = is_int(level) and level >= 0 or level in (Atom("cursor"), Atom("reset"))
    need(fine and mode in (algebra.ALWAYS, Atom("break")), "Inspect.Algebra", "nest", 3)
    return algebra.nest(doc, level, mode)


@ex("break/0", "break/1")
def break_(s: Any = " ") -> Any:
    need(is_binary(s), "Inspect.Algebra", "break", 1)
    return algebra.break_(s)


@ex("flex_break/0", "flex_break/1")
def flex_break(s: Any = " ") -> Any:
    need(is_binary(s), "Inspect.Algebra", "flex_break", 1)
    return algebra.flex_break(s)


@ex("glue/2", "glue/3")
def glue(left: Any, middle: Any, right: Any = UNSET) -> Any:
    need(right is UNSET or is_binary(middle), "Inspect.Algebra", "glue", 3)
    made, last = (algebra.break_(), middle) if right is UNSET else (algebra.break_(middle), right)
    return (algebra.CONS, left, (algebra.CONS, made, last))


@ex("flex_glue/2", "flex_glue/3")
def flex_glue(left: Any, middle: Any, right: Any = UNSET) -> Any:
    need(right is UNSET or is_binary(middle), "Inspect.Algebra", "flex_glue", 3)
    made, last = (algebra.flex_break(), middle) if right is UNSET else (algebra.flex_break(middle), right)
    return (algebra.CONS, left, (algebra.CONS, made, last))


@ex("group/1", "group/2")
def group(doc: Any, mode: Any = algebra.SELF) -> Any:
    return algebra.group(doc, mode)


@ex("space/2")
def space(left: Any, right: Any) -> Any:
    return algebra.space(left, right)


@ex("line/0", "line/2")
def line(left: Any = UNSET, right: Any = UNSET) -> Any:
    return algebra.LINE if left is UNSET else (algebra.CONS, left, (algebra.CONS, algebra.LINE, right))


@ex("fold_doc/2", "fold/2")
def fold(docs: Any, fun: Any) -> Any:
    return algebra.fold(docs, fun2(fun))


@ex("collapse_lines/1")
def collapse_lines(most: Any) -> Any:
    need(is_int(most) and most > 0, "Inspect.Algebra", "collapse_lines", 1)
    return algebra.collapse_lines(most)


@ex("force_unfit/1")
def force_unfit(doc: Any) -> Any:
    return algebra.force_unfit(doc)


@ex("next_break_fits/1", "next_break_fits/2")
def next_break_fits(doc: Any, mode: Any = algebra.ENABLED) -> Any:
    return algebra.next_break_fits(doc, mode)


@ex("color/3", "color_doc/3")
def color(doc: Any, key: Any, opts: Any) -> Any:
    return algebra.color(doc, key, inspecting.coerce_opts(opts))


@ex("container_doc/5", "container_doc/6")
def container_doc(left: Any, items: Any, right: Any, opts: Any, fun: Any, options: Any = ()) -> Any:
    mode = option(options, "break", MAYBE).name
    separator = option(options, "separator", ",")
    chosen = inspecting.coerce_opts(opts)
    return algebra.container_doc(left, items, right, chosen, fun2(fun), separator=separator, mode=mode)


@ex("to_doc/2")
def to_doc(term: Any, opts: Any) -> Any:
    return inspecting.to_doc(term, opts)


@ex("format/2")
def format_(doc: Any, width: Any) -> list[str]:
    return algebra.format_parts(doc, width)


@ex("surround/3")
def surround(left: Any, doc: Any, right: Any) -> Any:
    return algebra.group(algebra.glue(algebra.nest(algebra.glue(left, "", doc), 2), "", right))


IMPLEMENTED = (
    "Atom", "BitString", "Date.Range", "Duration", "Float", "Function", "Integer", "List", "Macro.Env", "Map", "MapSet", "PID", "Port", "Range",
    "Reference", "Regex", "Stream", "Tuple", "URI", "Version",
)
"""The types that inspecting itself knows how to show."""


def _inspect() -> Module:
    made = native_module("Inspect", {}, info={"protocol": True})
    made.functions["inspect/2"] = inspecting.inspect_term
    return reflecting(made, " ".join(IMPLEMENTED), any_struct=True)


def _impl(name: str) -> Module:
    """``Inspect.Map`` and its like: what ``inspect/2`` does for plain terms."""
    made = native_module(f"Inspect.{name}", {})

    def show(term: Any, opts: Any) -> Any:
        chosen = inspecting.coerce_opts(opts)
        if name == "Any":
            return inspecting.struct_any_doc(term, chosen)
        if name == "Map" and hasattr(term, "fields"):
            return inspecting.map_doc(inspecting._as_map(term), chosen)
        return inspecting._plain_doc(term, chosen)

    made.functions["inspect/2"] = show
    if name == "List":
        made.functions["keyword?/1"] = lambda term: term.__class__ is list and (not term or inspecting.is_keyword(term))
        made.functions["keyword/2"] = lambda pair, opts: inspecting.keyword_doc(pair, inspecting.coerce_opts(opts))
    if name == "Map":
        made.functions["inspect/4"] = lambda term, shown, infos, opts: inspecting.named_map_doc(term, shown, infos, inspecting.coerce_opts(opts))
    if name == "Any":
        made.macros["__deriving__/3"] = _deriving
    return made


def _deriving(env: Any, module: Any, struct: Any, options: Any) -> None:
    """``__deriving__``: the options are kept with the struct's module; fields that it has not are refused."""
    for name in ("only", "except", "optional"):
        given = option(options, name, [])
        unknown = [f for f in given if f not in struct.fields] if given.__class__ is list else []
        if unknown:
            raise ArgumentError(
                f"unknown fields {inspecting.inspect(unknown)} in :{name} when deriving the Inspect protocol for {inspecting.inspect(module)}")


def _opts() -> Module:
    fields = list(inspecting.Opts().fields.items())
    made = native_module("Inspect.Opts", {}, info={"struct": fields})

    def struct(given: Any = ()) -> Any:
        return inspecting.opts_from(given)

    made.functions.update({
        "new/1": struct, "__struct__/0": struct, "__struct__/1": struct, "default_inspect_fun/0": lambda: inspecting.inspect_term,
    })  # fmt: skip
    return made


def _chars(name: str, signature: str, function: Any) -> Module:
    made = native_module(name, {}, info={"protocol": True})
    made.functions[signature] = function
    return reflecting(made, "Atom BitString Float Integer List")


def _chars_impls(name: str, signature: str, function: Any) -> dict[str, Module]:
    """The implementations of String.Chars and List.Chars for plain terms."""
    made = {f"Elixir.{name}.{kind}": native_module(f"{name}.{kind}", {}) for kind in ("Atom", "Float", "Integer", "List")}
    for module in made.values():
        module.functions[signature] = function
    return made


MODULE = native_module("Inspect.Algebra", globals())
MODULES_BY_NAME = {
    **_chars_impls("String.Chars", "to_string/1", text.to_string),
    **_chars_impls("List.Chars", "to_charlist/1", text.to_charlist),
    "Elixir.Inspect.Algebra": MODULE,
    "Elixir.Inspect": _inspect(),
    "Elixir.Inspect.Opts": _opts(),
    "Elixir.String.Chars": _chars("String.Chars", "to_string/1", text.to_string),
    "Elixir.List.Chars": _chars("List.Chars", "to_charlist/1", text.to_charlist),
    "Elixir.Inspect.Any": _impl("Any"),
    "Elixir.Inspect.Map": _impl("Map"),
    "Elixir.Inspect.List": _impl("List"),
    "Elixir.Inspect.Tuple": _impl("Tuple"),
    "Elixir.Inspect.Integer": _impl("Integer"),
    "Elixir.Inspect.Float": _impl("Float"),
    "Elixir.Inspect.Atom": _impl("Atom"),
    "Elixir.Inspect.BitString": _impl("BitString"),
    "Elixir.Inspect.Function": _impl("Function"),
}
