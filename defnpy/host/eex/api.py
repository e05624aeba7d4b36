"""EEx: the functions that compile and evaluate templates."""

from __future__ import annotations

from typing import Any

from defnpy.host.eex import tokens as tk
from defnpy.host.eex.compiler import compile_template, read
from defnpy.host.reflect.code import eval_quoted
from defnpy.stdlib.files import read_bang
from defnpy.stdlib.io import chardata_to_string
from defnpy.stdlib.util import ERROR, OK, is_binary, need, option, pairs
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.text import list_to_string


def _compiled(text: Any, options: Any) -> Any:
    return compile_template(_valid(text), options)


def _valid(text: Any) -> str:
    """A template as text; UnicodeConversionError when it is none."""
    return text if text.__class__ is str else list_to_string([text])


@ex("compile_string/1", "compile_string/2")
def compile_string(text: Any, options: Any = ()) -> Any:
    """The quoted expression of a template."""
    need(is_binary(text) and options.__class__ in (list, tuple), "EEx", "compile_string", 2)
    return _compiled(text, list(options))


@ex("compile_file/1", "compile_file/2")
def compile_file(path: Any, options: Any = ()) -> Any:
    """The quoted expression of the template in a file."""
    need(options.__class__ in (list, tuple), "EEx", "compile_file", 2)
    known = _of_file(path, options)
    return _compiled(read_bang(path), known)


def _of_file(path: Any, options: Any) -> list[Any]:
    """The options for a file: its name and first line are known."""
    own = pairs(file=chardata_to_string(path), line=1)
    return [*(pair for pair in own if option(options, pair[0].name) is None), *options]


@ex("eval_string/1", "eval_string/2", "eval_string/3")
def eval_string(text: Any, bindings: Any = (), options: Any = ()) -> Any:
    """The text that a template gives with these variables."""
    need(is_binary(text) and _is_list(bindings) and _is_list(options), "EEx", "eval_string", 3)
    return eval_quoted(_compiled(text, list(options)), bindings, options)[0]


@ex("eval_file/1", "eval_file/2", "eval_file/3")
def eval_file(path: Any, bindings: Any = (), options: Any = ()) -> Any:
    """The text that the template in a file gives with these variables."""
    need(_is_list(bindings) and _is_list(options), "EEx", "eval_file", 3)
    known = _of_file(path, options)
    return eval_quoted(_compiled(read_bang(path), known), bindings, known)[0]


def _is_list(given: Any) -> bool:
    return given.__class__ is list or given == ()


@ex("tokenize/1", "tokenize/2")
def tokenize(text: Any, options: Any = ()) -> Any:
    """``{:ok, tokens}`` of a template, or ``{:error, message, place}``."""
    try:
        tokens = read(_valid(chardata_to_string(text)), options).tokens
    except tk.TemplateError as problem:
        return (ERROR, problem.message, _place(problem))
    return (OK, [_term(token) for token in tokens])


def _place(at: Any) -> dict[Any, Any]:
    return {Atom("column"): at.column, Atom("line"): at.line}


def _term(token: tk.Token) -> tuple[Any, ...]:
    if token.kind == tk.EOF:
        return (Atom(tk.EOF), _place(token))
    chars = [ord(char) for char in token.text]
    if token.kind in (tk.TEXT, tk.COMMENT):
        return (Atom(token.kind), chars, _place(token))
    return (Atom(token.kind), [ord(char) for char in token.marker], chars, _place(token))


MODULE = native_module("EEx", globals())
