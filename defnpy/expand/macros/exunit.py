"""ExUnit.Case, ExUnit.Callbacks and ExUnit.CaseTemplate: the macros that define tests."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env, line_of
from defnpy.expand.macros import assertions, doctest, rewrite
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_

CASE, CALLBACKS, TEMPLATE = "ExUnit.Case", "ExUnit.Callbacks", "ExUnit.CaseTemplate"
_USE = """
ExUnit.Case.__register__(__MODULE__, unquote(options))
import ExUnit.Callbacks
import ExUnit.Assertions
import ExUnit.Case
import ExUnit.DocTest
"""


def _here(meta: Any, env: Env) -> dict[str, Any]:
    return {"file": env.file, "line": line_of(meta) or env.line}


def _in_module(what: str, env: Env) -> None:
    if env.state is None:
        raise RuntimeError_(f'cannot define {what}. Please make sure you have invoked "use ExUnit.Case" in the current module')


def _underscore() -> Any:
    return (Atom("_"), [], None)


def _is_block(tree: Any) -> bool:
    return ex.is_keyword(tree) and "do" in ex.keyword(tree)


# -- ExUnit.Case ---------------------------------------------------------------------------------------------------------


@rewrite("__using__/1")
def using_case(meta: Any, args: list[Any], env: Env) -> Any:
    if env.state is None:
        raise RuntimeError_("cannot use ExUnit.Case outside of a module")
    return Template(CASE, meta, env).quoted(_USE, options=args[0])


@rewrite("test/1", "test/2", "test/3")
def test(meta: Any, args: list[Any], env: Env) -> Any:
    """``test name``, ``test name, do: block`` and ``test name, context, do: block``."""
    _in_module("test", env)
    template = Template(CASE, meta, env)
    context = args[1] if len(args) == 3 else _underscore()
    tags: list[Any] = []
    if len(args) == 1:
        body = template.quoted('ExUnit.Assertions.flunk("Not implemented")')
        tags.append(Atom("not_implemented"))
    else:
        found = ex.keyword(args[-1])
        body = found.get("do") if set(found) == {"do"} else (Atom("try"), meta, [args[-1]])
    return template.quoted(
        "name = ExUnit.Case.register_test(__MODULE__, unquote(file), unquote(line), :test, unquote(message), unquote(tags))\n"
        "def unquote(head), do: unquote(body)",
        message=args[0], tags=tags, body=(ex.BLOCK, [], [body, Atom("ok")]), head=named(template, context), **_here(meta, env))


def named(template: Template, parameter: Any) -> Any:
    """The head of a function whose name the variable ``name`` holds."""
    return ((Atom("unquote"), [], [template.variable("name")]), template.place, [parameter])


@rewrite("describe/2")
def describe(meta: Any, args: list[Any], env: Env) -> Any:
    _in_module("describe", env)
    return Template(CALLBACKS, meta, env).quoted(
        "ExUnit.Callbacks.__describe__(__MODULE__, unquote(line), unquote(message))\n"
        "unquote(block)\n"
        "ExUnit.Callbacks.__end_describe__(__MODULE__)",
        message=args[0], block=(ex.SCOPE, meta, [ex.keyword(args[1]).get("do")]), **_here(meta, env))


# -- ExUnit.Callbacks ----------------------------------------------------------------------------------------------------


def _callback(kind: str) -> Any:
    def expanded(meta: Any, args: list[Any], env: Env) -> Any:
        _in_module(kind, env)
        if len(args) == 2:
            if not _is_block(args[1]):
                raise ArgumentError(f"{kind}/2 requires a block as the second argument after the context, got: {assertions.source(args[1])}")
            return _defined(kind, args[0], args[1], meta, env)
        if _is_block(args[0]):
            return _defined(kind, _underscore(), args[0], meta, env)
        listed = args[0] if args[0].__class__ is list else [args[0]]
        return (ex.BLOCK, meta, [_named(kind, one, meta, env) for one in listed])

    return rewrite(f"{kind}/1", f"{kind}/2")(expanded)


def _defined(kind: str, context: Any, block: Any, meta: Any, env: Env) -> Any:
    template = Template(CALLBACKS, meta, env)
    return template.quoted(
        "name = ExUnit.Callbacks.__callback__(__MODULE__, unquote(kind))\ndefp unquote(head), unquote(block)",
        kind=Atom(kind), block=block, head=named(template, context))


def _named(kind: str, callback: Any, meta: Any, env: Env) -> Any:
    """A callback given by name: a function of this module, an imported one, or ``{Module, :function}``."""
    context = (Atom("context"), meta, alias(CALLBACKS))
    if is_atom(callback):
        body: Any = (callback, meta, [context])
    elif callback.__class__ is tuple and len(callback) == 2 and is_atom(callback[1]):
        body = ((ex.DOT, meta, [callback[0], callback[1]]), meta, [context])
    else:
        return Template(CALLBACKS, meta, env).quoted(
            "ExUnit.Callbacks.__callbacks__(__MODULE__, unquote(kind), unquote(given))", kind=Atom(kind), given=callback)
    return _defined(kind, context, [(ex.DO, body)], meta, env)


setup = _callback("setup")
setup_all = _callback("setup_all")


# -- ExUnit.CaseTemplate -------------------------------------------------------------------------------------------------


@rewrite("__using__/1")
def using_template(meta: Any, args: list[Any], env: Env) -> Any:
    return Template(TEMPLATE, meta, env).quoted(
        "ExUnit.CaseTemplate.__register__(__MODULE__)\n"
        "import ExUnit.Callbacks\nimport ExUnit.Assertions\nimport ExUnit.CaseTemplate\n"
        "defmacro __using__(options) do\n  ExUnit.CaseTemplate.__proxy__(__MODULE__, options)\nend\n"
        "defoverridable __using__: 1")


@rewrite("using/1", "using/2")
def using(meta: Any, args: list[Any], env: Env) -> Any:
    """``using options do ... end``: what ``use`` of the template adds."""
    options = args[0] if len(args) == 2 else _underscore()
    return Template(TEMPLATE, meta, env).quoted(
        "defmacro __using__(unquote(options) = given) do\n"
        "  contents = unquote(block)\n"
        "  {:__block__, [], [ExUnit.CaseTemplate.__proxy__(__MODULE__, given), contents]}\n"
        "end",
        options=options, block=ex.keyword(args[-1]).get("do"))


TABLES: dict[Any, dict[str, Any]] = {
    alias("ExUnit.Case"): {"__using__/1": using_case, **dict.fromkeys(test.signatures, test), "describe/2": describe},
    alias("ExUnit.Callbacks"): {**dict.fromkeys(setup.signatures, setup), **dict.fromkeys(setup_all.signatures, setup_all)},
    alias("ExUnit.CaseTemplate"): {"__using__/1": using_template, **dict.fromkeys(using.signatures, using)},
    alias("ExUnit.Assertions"): assertions.MACROS,
    alias("ExUnit.DocTest"): doctest.MACROS,
}
