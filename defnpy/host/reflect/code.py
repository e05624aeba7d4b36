"""Code: evaluating, loading and formatting source text."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

OK, ERROR = Atom("ok"), Atom("error")


def _options(options: Any) -> dict[str, Any]:
    if isinstance(options, Struct):
        return {"env": options}
    return {k.name: v for k, v in options}


@ex("eval_string/1", "eval_string/2", "eval_string/3")
def eval_string(text: Any, binding: Any = (), options: Any = ()) -> Any:
    """``{value, binding}``."""
    from defnpy.host.source import parse_program

    chosen = _options(options)
    file = chosen.get("file", "nofile")
    return eval_quoted(parse_program(text, file), binding, options)


@ex("eval_quoted/1", "eval_quoted/2", "eval_quoted/3")
def eval_quoted(quoted: Any, binding: Any = (), options: Any = ()) -> Any:
    chosen = _options(options)
    env = chosen.get("env")
    return runtime().evaluator.eval_quoted(quoted, list(binding), chosen.get("file", "nofile"), env.env if env is not None else None)


@ex("string_to_quoted/1", "string_to_quoted/2")
def string_to_quoted(text: Any, options: Any = ()) -> Any:
    """``{:ok, tree}`` or ``{:error, {meta, message, token}}``."""
    from defnpy.syntax.errors import ParseError

    try:
        return (OK, _parse(text, options))
    except ParseError as problem:
        meta: list[Any] = [(Atom("line"), problem.line), (Atom("column"), problem.column)]
        if problem.kind == "TokenMissingError" and problem.opening:
            meta = [
                (Atom("opening_delimiter"), Atom(problem.opening)), (Atom("expected_delimiter"), Atom(problem.expected or "")), *meta,
                (Atom("end_line"), problem.end_line), (Atom("end_column"), problem.end_column),
            ]
            return (ERROR, (meta, problem.description, ""))
        head, _, token = problem.description.rpartition(": ")
        if head and token and not problem.description.endswith("."):
            return (ERROR, (meta, head + ": ", token.strip("'")))
        return (ERROR, (meta, problem.description, ""))


@ex("string_to_quoted!/1", "string_to_quoted!/2")
def string_to_quoted_bang(text: Any, options: Any = ()) -> Any:
    from defnpy.host.source import syntax_error
    from defnpy.syntax.errors import ParseError

    try:
        return _parse(text, options)
    except ParseError as problem:
        raise syntax_error(problem) from None


def _parse(text: Any, options: Any) -> Any:
    from defnpy.syntax.parser import parse

    chosen = _options(options)
    return parse(text, chosen.get("file", "nofile"), chosen.get("line", 1), chosen.get("column", 1), columns=bool(chosen.get("columns")))


@ex("ensure_loaded/1")
def ensure_loaded(module: Any) -> Any:
    return (Atom("module"), module) if runtime().find(module) is not None else (ERROR, Atom("nofile"))


@ex("ensure_loaded?/1", "loaded?/1")
def ensure_loaded_q(module: Any) -> bool:
    return runtime().find(module) is not None


@ex("ensure_loaded!/1")
def ensure_loaded_bang(module: Any) -> Any:
    from defnpy.terms.errors import ArgumentError
    from defnpy.terms.inspect import inspect

    if runtime().find(module) is None:
        raise ArgumentError(f"could not load module {inspect(module)} due to reason :nofile")
    return module


@ex("ensure_compiled/1")
def ensure_compiled(module: Any) -> Any:
    return ensure_loaded(module)


@ex("ensure_compiled!/1")
def ensure_compiled_bang(module: Any) -> Any:
    return ensure_loaded_bang(module)


@ex("compile_string/1", "compile_string/2")
def compile_string(text: Any, file: Any = "nofile") -> list[Any]:
    evaluator = runtime().evaluator
    before = set(runtime().modules)
    evaluator.run_text(text, file)
    return [(name, b"\x7f") for name, made in runtime().modules.items() if name not in before and made.defined and not made.native]


@ex("compile_quoted/1", "compile_quoted/2")
def compile_quoted(quoted: Any, file: Any = "nofile") -> list[Any]:
    before = set(runtime().modules)
    runtime().evaluator.compilation(file).run(quoted)
    return [(name, b"\x7f") for name, made in runtime().modules.items() if name not in before and made.defined and not made.native]


@ex("require_file/1", "require_file/2", "eval_file/1", "eval_file/2")
def require_file(path: Any, relative: Any = None) -> Any:
    from pathlib import Path

    from defnpy.terms.errors import make

    full = Path(relative or ".") / path
    if not full.is_file():
        raise make("Code.LoadError", f"could not load {full}. Reason: enoent", file=str(full))
    return runtime().evaluator.run_text(full.read_bytes(), str(full))


@ex("format_string!/1", "format_string!/2")
def format_string(text: Any, options: Any = ()) -> list[Any]:
    from defnpy.host.source import parse_program
    from defnpy.syntax.printer import to_string

    return [to_string(parse_program(text, "nofile"))]


@ex("with_diagnostics/1", "with_diagnostics/2")
def with_diagnostics(first: Any, second: Any = None) -> Any:
    """``{result, diagnostics}``: the problems logged while the function ran."""
    fun = first if second is None else second
    evaluator = runtime().evaluator
    collected: list[Any] = []
    outer, evaluator.collector = evaluator.collector, collected
    try:
        value = fun()
    finally:
        evaluator.collector = outer
    shown = [
        {Atom("message"): d.message, Atom("severity"): Atom(d.severity), Atom("file"): d.file, Atom("source"): d.file,
         Atom("position"): (d.line, d.column) if d.column else d.line, Atom("span"): None, Atom("stacktrace"): [],
         Atom("details"): None}
        for d in collected
    ]
    return (value, shown)


@ex("put_compiler_option/2")
def put_compiler_option(key: Any, value: Any) -> Any:
    return OK


@ex("get_compiler_option/1")
def get_compiler_option(key: Any) -> Any:
    return None


@ex("compiler_options/1")
def compiler_options(options: Any) -> Any:
    return []


@ex("available_compiler_options/0")
def available_compiler_options() -> Any:
    return []


@ex("env_for_eval/1")
def env_for_eval(options: Any) -> Any:
    from defnpy.expand.env import MacroEnv

    return MacroEnv(runtime().evaluator.compilation(_options(options).get("file", "nofile")).env)


@ex("fetch_docs/1")
def fetch_docs(module: Any) -> Any:
    """The ``:docs_v1`` chunk of a compiled module; those that defnpy provides have none."""
    found = runtime().find(module)
    if found is None:
        return (ERROR, Atom("module_not_found"))
    if found.native:
        return (ERROR, Atom("chunk_not_found"))
    noted = {(kind, name, arity): (line, text, meta) for kind, name, arity, line, text, meta in found.info.get("docs", [])}
    entries: list[Any] = []
    for kind, table in (("function", found.functions), ("macro", found.macros)):
        for signature in table:
            name, _, arity = signature.rpartition("/")
            if name.startswith("__") or name in ("module_info", "behaviour_info"):
                continue
            line, text, meta = noted.get((kind, name, int(arity)), (0, None, []))
            entries.append(((Atom(kind), Atom(name), int(arity)), line, [], _doc(text), dict(meta)))
    line, text, _ = noted.get(("module", "", 0), (1, None, []))
    entries.sort(key=lambda e: (e[0][0].name, e[0][1].name, e[0][2]))
    return (Atom("docs_v1"), line, Atom("elixir"), "text/markdown", _doc(text), {}, entries)


def _doc(text: Any) -> Any:
    if text.__class__ is str:
        return {"en": text}
    return Atom("hidden") if text is False else Atom("none")


@ex("prepend_path/1", "append_path/1")
def prepend_path(path: Any) -> bool:
    return True


MODULE = native_module("Code", globals())
