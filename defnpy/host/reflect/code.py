"""Code: evaluating, loading and formatting source text."""

from __future__ import annotations

import re
from typing import Any

from defnpy.expand.env import MacroEnv
from defnpy.stdlib.util import need
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

OK, ERROR = Atom("ok"), Atom("error")
_UNEXPECTED_END = re.compile(r"(unexpected reserved word: )(end)((?s:.*))\Z")
_RESERVED = re.compile(r"(syntax error before: )(\w+)\. .* is a reserved word")


def _options(options: Any) -> dict[str, Any]:
    if isinstance(options, Struct):
        return {"env": options}
    return {k.name: v for k, v in options}


def _source(text: Any) -> Any:
    """Source text given as a binary or a charlist."""
    from defnpy.terms.text import list_to_string

    return list_to_string(text) if text.__class__ is list else text


@ex("eval_string/1", "eval_string/2", "eval_string/3")
def eval_string(text: Any, binding: Any = (), options: Any = ()) -> Any:
    """``{value, binding}``."""
    from defnpy.host.source import parse_program

    chosen = _options(options)
    file = chosen.get("file", "nofile")
    return _evaluated(parse_program(_source(text), file), binding, chosen, columns=False)


@ex("eval_quoted/1", "eval_quoted/2", "eval_quoted/3")
def eval_quoted(quoted: Any, binding: Any = (), options: Any = ()) -> Any:
    return _evaluated(quoted, binding, _options(options), columns=True)


def _evaluated(quoted: Any, binding: Any, chosen: dict[str, Any], *, columns: bool) -> Any:
    env = chosen.get("env")
    value, bound, _ = runtime().evaluator.eval_quoted(
        quoted, list(binding), chosen.get("file", "nofile"), env.env if env is not None else None, columns=columns)
    return (value, bound)


@ex("eval_quoted_with_env/3", "eval_quoted_with_env/4")
def eval_quoted_with_env(quoted: Any, binding: Any, env: Any, options: Any = ()) -> Any:
    """``{value, binding, env}``: what the code aliased, imported and required counts for what is evaluated in that *env*."""
    value, bound, after = runtime().evaluator.eval_quoted(quoted, list(binding), env.env.file, env.env)
    after.file = env.env.file
    return (value, bound, MacroEnv(after))


@ex("string_to_quoted/1", "string_to_quoted/2")
def string_to_quoted(text: Any, options: Any = ()) -> Any:
    """``{:ok, tree}`` or ``{:error, {meta, message, token}}``."""
    from defnpy.syntax.errors import ParseError

    try:
        return (OK, _parse(text, options).tree)
    except ParseError as problem:
        return (ERROR, _problem(problem))


def _problem(problem: Any) -> tuple[list[Any], Any, Any]:
    """``{meta, message, token}`` of a syntax problem."""
    from defnpy.syntax.terminals import quoted_name

    meta = [(Atom("line"), problem.line), *([] if problem.column is None else [(Atom("column"), problem.column)])]
    ends = [(Atom("end_line"), problem.end_line), (Atom("end_column"), problem.end_column)]
    if problem.kind == "TokenMissingError":
        if not problem.opening:
            incomplete = problem.description.endswith("expression is incomplete")
            return (meta, "syntax error before: " if incomplete else problem.description, "")
        return ([*_delimiters(problem, "opening", "expected"), *meta, *ends], problem.description, "")
    if problem.kind == "MismatchedDelimiterError":
        meta += [*ends, (Atom("error_type"), Atom("mismatched_delimiter")), *_delimiters(problem, "opening", "closing", "expected")]
    if (found := _UNEXPECTED_END.match(problem.description)) is not None:
        return (meta, (found[1], found[3]), found[2])
    if (found := _RESERVED.match(problem.description)) is not None:
        return (meta, found[1], quoted_name(found[2]))
    head, _, token = problem.description.rpartition(": ")
    if head and token and not problem.description.endswith("."):
        return (meta, head + ": ", token)
    return (meta, problem.description, "")


def _delimiters(problem: Any, *which: str) -> list[Any]:
    return [(Atom(f"{name}_delimiter"), Atom(getattr(problem, name) or "")) for name in which]


@ex("string_to_quoted!/1", "string_to_quoted!/2")
def string_to_quoted_bang(text: Any, options: Any = ()) -> Any:
    return _parse_bang(text, options).tree


@ex("string_to_quoted_with_comments/1", "string_to_quoted_with_comments/2")
def string_to_quoted_with_comments(text: Any, options: Any = ()) -> Any:
    """``{:ok, tree, comments}`` or ``{:error, {meta, message, token}}``."""
    from defnpy.syntax.errors import ParseError

    try:
        made = _parse(text, options, comments=True)
    except ParseError as problem:
        return (ERROR, _problem(problem))
    return (OK, made.tree, _comments(made))


@ex("string_to_quoted_with_comments!/1", "string_to_quoted_with_comments!/2")
def string_to_quoted_with_comments_bang(text: Any, options: Any = ()) -> Any:
    made = _parse_bang(text, options, comments=True)
    return (made.tree, _comments(made))


def _comments(made: Any) -> list[Any]:
    return [
        {Atom("line"): c.line, Atom("column"): c.column, Atom("previous_eol_count"): c.before, Atom("next_eol_count"): c.after,
         Atom("text"): c.text}
        for c in made.comments
    ]


def _parse_bang(text: Any, options: Any, comments: bool = False) -> Any:
    from defnpy.host.source import syntax_error
    from defnpy.syntax.errors import ParseError

    try:
        return _parse(text, options, comments)
    except ParseError as problem:
        raise syntax_error(problem) from None


def _parse(text: Any, options: Any, comments: bool = False) -> Any:
    from defnpy.stdlib.calls import fun2
    from defnpy.syntax.parser import Options, parse_all

    chosen = _options(options)
    encoder, static = chosen.get("literal_encoder"), chosen.get("static_atoms_encoder")
    reading = Options(
        columns=bool(chosen.get("columns")),
        tree_errors=bool(chosen.get("columns")),
        existing_atoms_only=chosen.get("existing_atoms_only") is True,
        token_metadata=bool(chosen.get("token_metadata")),
        literal_encoder=None if encoder is None else fun2(encoder),
        static_atoms_encoder=None if static is None else fun2(static),
        unescape=chosen.get("unescape", True) is not False,
    )
    made = parse_all(_source(text), chosen.get("file", "nofile"), chosen.get("line", 1), chosen.get("column", 1), reading, comments)
    if made.warnings and chosen.get("emit_warnings", True) is not False:
        from defnpy.host.source import report_warnings

        report_warnings(made.warnings, chosen.get("file", "nofile"))
    return made


@ex("ensure_loaded/1")
def ensure_loaded(module: Any) -> Any:
    need(is_atom(module), "Code", "ensure_loaded", 1)
    return (Atom("module"), module) if runtime().find(module) is not None else (ERROR, Atom("nofile"))


@ex("ensure_loaded?/1")
def ensure_loaded_q(module: Any) -> bool:
    need(is_atom(module), "Code", "ensure_loaded?", 1)
    return loaded_q(module)


@ex("loaded?/1")
def loaded_q(module: Any) -> bool:
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
    text = _source(text)
    evaluator = runtime().evaluator
    before = set(runtime().modules)
    evaluator.run_text(text, file, compiled=True)
    return [(name, b"\x7f") for name, made in runtime().modules.items() if name not in before and made.defined and not made.native]


@ex("compile_quoted/1", "compile_quoted/2")
def compile_quoted(quoted: Any, file: Any = "nofile") -> list[Any]:
    before = set(runtime().modules)
    made = runtime().evaluator.compilation(file)
    with made.logging():
        made.run(quoted)
    return [(name, b"\x7f") for name, made in runtime().modules.items() if name not in before and made.defined and not made.native]


def _found_file(path: Any, relative: Any) -> Any:
    from pathlib import Path

    from defnpy.terms.errors import make

    full = Path(relative or ".") / path
    if not full.is_file():
        raise make("Code.LoadError", f"could not load {full}. Reason: enoent", file=str(full))
    return full


@ex("require_file/1", "require_file/2")
def require_file(path: Any, relative: Any = None) -> Any:
    """The modules that a file defines; nil for a file that was required before."""
    full = _found_file(path, relative)
    required = runtime().options.setdefault("required_files", [])
    if (place := str(full.resolve())) in required:
        return None
    required.append(place)
    return compile_string(full.read_bytes(), str(full))


@ex("eval_file/1", "eval_file/2")
def eval_file(path: Any, relative: Any = None) -> Any:
    """``{value, binding}``."""
    full = _found_file(path, relative)
    return eval_string(full.read_bytes(), [], [(Atom("file"), str(full))])


@ex("format_string!/1", "format_string!/2")
def format_string(text: Any, options: Any = ()) -> list[Any]:
    """The text as the formatter lays it out, as iodata."""
    return [_formatted(text, _options(options))]


@ex("format_file!/1", "format_file!/2")
def format_file(path: Any, options: Any = ()) -> list[Any]:
    """The file's text formatted, with a line break at the end; the file stays as it is."""
    from defnpy.stdlib.files import read_bang

    return [_formatted(read_bang(path), {"file": path, **_options(options)}), 10]


def _formatted(text: Any, chosen: dict[str, Any]) -> str:
    from defnpy.host.source import syntax_error
    from defnpy.syntax.errors import ParseError
    from defnpy.syntax.formatter import format_string

    try:
        return format_string(text, settings(chosen), chosen.get("file", "nofile"), chosen.get("line", 1))
    except ParseError as problem:
        raise syntax_error(problem) from None


def settings(chosen: dict[str, Any]) -> Any:
    """The formatter's settings from Elixir options."""
    from defnpy.stdlib.calls import fun2
    from defnpy.syntax.formatter import Settings, locals_table
    from defnpy.syntax.formatter.settings import ANY, LINE_LENGTH
    from defnpy.terms.text import iodata_bytes

    entries = [(atom_name(name), ANY if arity == Atom("*") else arity) for name, arity in chosen.get("locals_without_parens", [])]
    migrate = bool(chosen.get("migrate"))

    def plugin(fun: Any) -> Any:
        return lambda text, meta: iodata_bytes(fun2(fun)(text, meta)).decode("utf-8", "replace")

    return Settings(
        line_length=chosen.get("line_length", LINE_LENGTH),
        locals_without_parens=locals_table(entries),
        force_do_end_blocks=bool(chosen.get("force_do_end_blocks")),
        migrate_bitstring_modifiers=bool(chosen.get("migrate_bitstring_modifiers", migrate)),
        migrate_charlists_as_sigils=bool(chosen.get("migrate_charlists_as_sigils", migrate)),
        migrate_unless=bool(chosen.get("migrate_unless", migrate)),
        sigils={atom_name(name): plugin(fun) for name, fun in chosen.get("sigils", [])},
        syntax_colors=chosen.get("syntax_colors", []),
        file=chosen.get("file"),
    )


@ex("quoted_to_algebra/1", "quoted_to_algebra/2")
def quoted_to_algebra(tree: Any, options: Any = ()) -> Any:
    """The document of a quoted tree; ``escape: false`` when its strings are escaped already."""
    from defnpy.syntax.formatter import deep_recursion, document
    from defnpy.syntax.notes import Comment

    chosen = _options(options)
    names = ("line", "column", "previous_eol_count", "next_eol_count", "text")
    comments = [Comment(*(entry[Atom(name)] for name in names)) for entry in chosen.get("comments", [])]
    with deep_recursion(tree):
        return document(tree, settings(chosen), comments, line=chosen.get("line"), escapes=chosen.get("escape", True) is not False)


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
         Atom("position"): (d.line, d.column) if d.column else d.line, Atom("span"): None, Atom("stacktrace"): []}
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
    return MacroEnv(runtime().evaluator.compilation(_options(options).get("file", "nofile")).env)


@ex("fetch_docs/1")
def fetch_docs(module: Any) -> Any:
    """The ``:docs_v1`` chunk of a module; for those that defnpy provides it is made from the manual."""
    found = runtime().find(module)
    if found is None:
        return (ERROR, Atom("module_not_found"))
    from defnpy.host.docs import docs_chunk

    return docs_chunk(found)


@ex("prepend_path/1", "append_path/1")
def prepend_path(path: Any) -> bool:
    return True


MODULE = native_module("Code", globals())
