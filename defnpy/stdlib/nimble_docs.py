"""``NimbleOptions.docs/2``: the documentation of a schema as Markdown."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.inspect import inspect

STAR = Atom("*")
_TYPES = {
    "any": "`t:term/0`",
    "reference": "`t:reference/0`",
    "pid": "`t:pid/0`",
    "string": "`t:String.t/0`",
    "boolean": "`t:boolean/0`",
    "timeout": "`t:timeout/0`",
    "integer": "`t:integer/0`",
    "non_neg_integer": "`t:non_neg_integer/0`",
    "pos_integer": "`t:pos_integer/0`",
    "float": "`t:float/0`",
    "atom": "`t:atom/0`",
    "keyword_list": "`t:keyword/0`",
    "non_empty_keyword_list": "non-empty `t:keyword/0`",
    "map": "`t:map/0`",
}


def docs(schema: Any, level: int) -> str:
    """One item for each option; nested options are indented, sections of their own come last."""
    items: list[str] = []
    sections: list[str] = []
    for key, spec in schema:
        if key is not STAR and _get(spec, "doc") is not False:
            _option(key, spec, level, items, sections)
    return "".join(items) + "".join(sections)


def _get(spec: Any, name: str, default: Any = None) -> Any:
    return next((v for k, v in spec if k.name == name), default)


def _option(key: Any, spec: Any, level: int, items: list[str], sections: list[str]) -> None:
    space = "  " * level
    text = _description(spec)
    head = f"* `{inspect(key)}`{_type_text(spec)}{' - ' + text if text else ''}"
    items.append(_indented(head, space) + "\n\n")
    nested = _get(spec, "keys")
    if not nested:
        return
    section = _get(spec, "subsection")
    if section is None:
        items.append(docs(nested, level + 1))
    else:
        sections.append(section.rstrip("\n") + "\n\n" + docs(nested, 0))


def _indented(text: str, space: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([space + first, *(space + "  " + line if line else "" for line in rest)])


def _description(spec: Any) -> str:
    written = _get(spec, "doc")
    doc = (written or "").strip()
    deprecated = _get(spec, "deprecated")
    default = _get(spec, "default", _NONE)
    parts: list[str] = []
    if _get(spec, "required", False):
        parts.append("Required.")
    if deprecated is not None:
        parts.append(f"*This option is deprecated. {deprecated.strip()}*")
    if doc or (parts and written is not None):
        parts.append(doc)
    text = " ".join(parts)
    if default is _NONE:
        return text
    last = f"The default value is `{inspect(default)}`."
    if not text:
        return last
    return f"{text}\n\n{last}" if "\n\n" in doc else f"{text} {last}"


_NONE: Any = object()


def _type_text(spec: Any) -> str:
    own = _get(spec, "type_doc", _NONE)
    if own is False:
        return ""
    text = own if own is not _NONE and own is not None else type_name(_get(spec, "type") or _NONE)
    return f" ({text})" if text else ""


def type_name(kind: Any) -> str | None:
    """How a type is described; None for types without a short description."""
    if kind is _NONE:
        return None
    if kind is None:
        return "`nil`"
    if kind.__class__ is Atom:
        return _TYPES.get(kind.name)
    name = kind[0].name
    if name == "fun":
        return f"function of arity {kind[1]}"
    if name == "struct":
        return f"struct of type `{inspect(kind[1])}`"
    if name == "list":
        inner = type_name(kind[1])
        return f"list of {inner}" if inner else None
    if name == "tuple":
        inner_names = [type_name(k) for k in kind[1]]
        return f"tuple of {', '.join(n for n in inner_names if n)} values" if all(inner_names) else None
    if name == "map" and len(kind) == 3:
        left, right = type_name(kind[1]), type_name(kind[2])
        return f"map of {left} keys and {right} values" if left and right else None
    return _TYPES.get(name)
