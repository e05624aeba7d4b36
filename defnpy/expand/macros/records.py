"""Record: the macros that define macros of tagged tuples."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env
from defnpy.expand.macros import collect, rewrite, within_module
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom

RECORD = "Record"
_DEFINE = """
record_name = unquote(name)
record_tag = unquote(tag) || record_name
record_fields = Record.__record__(__MODULE__, unquote(kind), record_name, record_tag, unquote(kv))

{define} unquote(fragment_name)(args \\\\ []) do
  Record.__access__(unquote(fragment_tag), unquote(fragment_fields), args, __CALLER__)
end

{define} unquote(fragment_name)(record, args) do
  Record.__access__(unquote(fragment_tag), unquote(fragment_fields), record, args, __CALLER__)
end
"""
_IS_RECORD = "is_tuple(unquote(data)) and tuple_size(unquote(data)) > 0 and is_atom(elem(unquote(data), 0))"
_IS_TAGGED = "is_atom(unquote(kind)) and is_tuple(unquote(data)) and tuple_size(unquote(data)) > 0 and elem(unquote(data), 0) == unquote(kind)"


def _defining(kind: str, define: str) -> Any:
    text = _DEFINE.replace("{define}", define)

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        if kind == "defrecord":
            within_module(env)
        template = Template(RECORD, meta, env)
        # The variables become unquote fragments of the definitions: name, tag and fields are known when the body runs.
        fragments: dict[str, Any] = {f"fragment_{n}": (Atom("unquote"), [], [template.variable(f"record_{n}")]) for n in ("name", "tag", "fields")}
        tag = args[1] if len(args) == 3 else None
        return template.quoted(text, name=args[0], tag=tag, kind=Atom(kind), kv=args[-1], **fragments)

    return rewrite(f"{kind}/2", f"{kind}/3")(quoted)


defrecord = _defining("defrecord", "defmacro")
defrecordp = _defining("defrecordp", "defmacrop")


@rewrite("is_record/1", "is_record/2")
def is_record(meta: Any, args: list[Any], env: Env) -> Any:
    template = Template(RECORD, meta, env)
    text = _IS_RECORD if len(args) == 1 else _IS_TAGGED
    if env.context == "guard":
        return template.quoted(text, data=args[0], kind=args[-1])
    data, kind = template.variable("data"), template.variable("kind")
    test = template.quoted(text, data=data, kind=kind)
    return (ex.BLOCK, meta, [(Atom("="), meta, [data, args[0]]), (Atom("="), meta, [kind, args[-1]]), test])


MACROS: dict[str, Any] = collect(globals())
