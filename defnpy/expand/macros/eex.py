"""EEx: the macros that define functions from templates."""

from __future__ import annotations

from typing import Any

from defnpy.expand.env import Env, line_of
from defnpy.expand.macros import collect, rewrite
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom

EEX = "EEx"
_DEFINE = """
{kind, name, args} = {unquote(kind), unquote(name), unquote(args)}
eex_options = Keyword.merge([file: unquote(file), line: unquote(line)], unquote(options))
eex_args = Enum.map(args, fn arg -> {arg, [line: eex_options[:line]], nil} end)
compiled = EEx.compile_%s(unquote(source), eex_options)

case kind do
  :def -> def unquote(head), do: unquote(body)
  :defp -> defp unquote(head), do: unquote(body)
end
"""


def _defining(source: str) -> Any:
    text = _DEFINE % source

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        template = Template(EEX, meta, env)
        kind, name, template_source = args[:3]
        unquote, splicing = Atom("unquote"), Atom("unquote_splicing")
        # Fragments: the name, the arguments and the code are known when the body of the module runs.
        fragment: Any = (unquote, [], [template.variable("name")])
        head: Any = (fragment, template.place, [(splicing, [], [template.variable("eex_args")])])
        return template.quoted(
            text, kind=kind, name=name, source=template_source, args=args[3] if len(args) > 3 else [], options=args[4] if len(args) > 4 else [],
            file=env.file, line=line_of(meta) or env.line, head=head, body=(unquote, [], [template.variable("compiled")]))

    return quoted


function_from_string = rewrite("function_from_string/3", "function_from_string/4", "function_from_string/5")(_defining("string"))
function_from_file = rewrite("function_from_file/3", "function_from_file/4", "function_from_file/5")(_defining("file"))

MACROS: dict[str, Any] = collect(globals())
