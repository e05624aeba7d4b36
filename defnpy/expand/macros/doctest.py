"""ExUnit.DocTest: the macros that make tests of documentation."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env, line_of
from defnpy.expand.macros import assertions, collect, rewrite
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom

CONTEXT = "ExUnit.DocTest"


def _tests(source: str, meta: Any, args: list[Any], env: Env) -> Any:
    template = Template(CONTEXT, meta, env)
    unquote = Atom("unquote")
    head: Any = ((unquote, [], [template.variable("name")]), template.place, [(Atom("_"), [], None)])
    return template.quoted(
        f"for {{title, body, tags}} <- ExUnit.DocTest.{source}(unquote(subject), __MODULE__, unquote(options)) do\n"
        "  name = ExUnit.Case.register_test(__MODULE__, unquote(file), unquote(line), :doctest, title, tags)\n"
        "  def unquote(head), do: unquote(body)\nend\n:ok",
        subject=args[0], options=args[1] if len(args) > 1 else [], file=env.file, line=line_of(meta) or env.line, head=head,
        body=(unquote, [], [template.variable("body")]))


@rewrite("doctest/1", "doctest/2")
def doctest(meta: Any, args: list[Any], env: Env) -> Any:
    required = (Atom("require"), meta, [args[0]])
    return (ex.BLOCK, meta, [required, _tests("__doctests__", meta, args, env)])


@rewrite("doctest_file/1", "doctest_file/2")
def doctest_file(meta: Any, args: list[Any], env: Env) -> Any:
    return _tests("__doctest_file__", meta, args, env)


@rewrite("__assert__/1")
def assert_match(meta: Any, args: list[Any], env: Env) -> Any:
    """A match in an example, as an assertion that shows both sides."""
    left, right = args[0][2]
    return assertions.match(left, right, assertions.source(args[0]), False, meta, env)


MACROS: dict[str, Any] = collect(globals())
