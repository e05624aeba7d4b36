"""ExUnit.DocTest: examples in documentation as quoted test bodies."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from defnpy.host.exunit.docs import documentation
from defnpy.host.exunit.outcome import elixir_error
from defnpy.stdlib.exunit.errors import assertion
from defnpy.stdlib.util import OK, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ElixirError, Exit, Throw, make
from defnpy.terms.exception import message_of
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.runtime import runtime

MODULEDOC, BLOCK, MATCH = Atom("moduledoc"), Atom("__block__"), Atom("=")
IEX, DOTS, FENCES = ("iex>", "iex("), ("...>", "...("), ("```", "~~~")
_OPAQUE = re.compile(r"#[A-Z][A-Za-z0-9_]*(\.[A-Z][A-Za-z0-9_]*)*<")
_HASH_NAME = re.compile(r"#[\w.]+<")


@dataclass(slots=True)
class Example:
    """One expression with what it should give: ``kind`` is "", "value", "inspect" or "error"."""

    code: str
    line: int
    expected_line: int
    kind: str
    expected: str
    shown: str
    exception: str = ""


@dataclass(slots=True)
class DocTest:
    """The examples of one paragraph: one test."""

    owner: Any
    line: int
    end_line: int
    examples: list[Example] = field(default_factory=list)


# -- extraction ----------------------------------------------------------------------------------------------------------


def _error(message: str, line: int | None, module: Any) -> ElixirError:
    return make("ExUnit.DocTest.Error", message, line=line, module=module, file=None)


class _Lines:
    """Documentation text as ``(line, number)``: examples without their indentation, everything else empty."""

    def __init__(self, text: str, first: int, module: Any) -> None:
        self.module = module
        self.out: list[tuple[str, int]] = []
        self.indent = 0
        kind = "text"
        for number, line in enumerate(re.split(r"\r\n|\n", text), first):
            if kind == "text":
                if not line.lstrip().startswith(IEX):
                    continue
                self.indent = line.index("iex")
                kind = "prompt"
            kind = self._code(kind, line, number)
        self.last = first + len(re.split(r"\r\n|\n", text)) - 1

    def _code(self, kind: str, line: str, number: int) -> str:
        stripped = line[self.indent:]
        trimmed = line.lstrip()
        done = stripped == "" or stripped.startswith(FENCES)
        longer = len(trimmed) > len(stripped) and not done if kind == "code" else len(trimmed) != len(stripped)
        if done and not trimmed:
            longer = False
        if longer:
            spaces = f"{self.indent} space{'' if self.indent == 1 else 's'}"
            raise _error(
                f"indentation level mismatch on doctest line: {inspect(line)}\n\n"
                "If you are planning to assert on the result of an `iex>` expression, make sure the result is indented at the same level as "
                f"`iex>`, which in this case is exactly {spaces}.\n\n"
                "If instead you have an `iex>` expression that spans over multiple lines, please make sure that each line after the first "
                "one begins with `...>`.\n", number, self.module)
        if done:
            self.out.append(("", number))
            return "text"
        if kind == "prompt" or trimmed.startswith(IEX) or (kind == "maybe" and trimmed.startswith(DOTS)):
            self.out.append((self._prompt(stripped, number), number))
            return "maybe"
        self.out.append((stripped, number))
        return "code"

    def _prompt(self, line: str, number: int) -> str:
        for opening in ("iex(", "...("):
            if line.startswith(opening):
                _, found, rest = line.partition(")>")
                if not found:
                    raise _error(f"unknown IEx prompt: {inspect(line)}.\nAccepted formats are: iex>, iex(1)>, ...>, ...(1)>}}", number,
                                 self.module)
                return opening[:-1] + ">" + rest
        return line


def extract(line: int, text: str, module: Any, owner: Any) -> list[DocTest]:
    """The tests of a documentation text that begins after *line*."""
    lines = _Lines(text, line + 1, module)
    out: list[DocTest] = []
    chunk: list[tuple[str, int]] = []
    for item in [*lines.out, ("", lines.last + 1)]:
        if item[0] == "":
            if chunk:
                out.append(DocTest(owner, chunk[0][1], item[1] - 1, _examples(chunk)))
            chunk = []
        elif chunk or item[0].startswith("iex>"):
            chunk.append(item)
    return out


def _examples(chunk: list[tuple[str, int]]) -> list[Example]:
    out: list[Example] = []
    code: list[str] = []
    shown: list[str] = []
    expected: list[str] = []
    line = chunk[0][1]
    for text, number in chunk:
        if text.startswith("iex>") and expected:
            out.append(_example(code, expected, shown, line))
            code, shown, expected, line = [], [], [], number
        if text.startswith(("iex>", "...>")) and not expected:
            code.append(text[4:])
            shown.append(text)
        elif text.startswith("...>"):
            code.append(text[4:])
            shown.append(text)
        else:
            expected.append(text)
    out.append(_example(code, expected, shown, line))
    return out


def _example(code: list[str], expected: list[str], shown: list[str], line: int) -> Example:
    wanted = "\n".join(expected)
    text = "\n" + "\n".join(shown) + "\n" + wanted
    kind, exception = ("value" if wanted else ""), ""
    if wanted.startswith("** ("):
        kind = "error"
        exception, _, wanted = wanted[4:].partition(")")
        wanted = wanted.lstrip()
    elif _OPAQUE.match(wanted):
        kind = "inspect"
    # The line counter of an expectation ignores the lines that continue an expression, as ExUnit's does.
    return Example("\n".join(code), line, line + min(len(code), 2), kind, wanted, text, exception)


# -- tests ---------------------------------------------------------------------------------------------------------------


@ex("__doctests__/3")
def doctests(module: Any, test_module: Any, options: Any) -> list[Any]:
    """``{title, quoted body, tags}`` of the tests in the documentation of *module*."""
    source, docs = documentation(module)
    tests = [t for line, text, owner in docs for t in extract(line, text, module, owner)]
    tests = sorted(_wanted(tests, module, options), key=lambda t: t.line)
    imported = option(options, "import", False)
    tags = [(Atom("doctest"), module), *option(options, "tags", [])]
    return [_test(t, f"{_title(t.owner, module)} ({i})", module, imported, source, tags, test_module) for i, t in enumerate(tests, 1)]


@ex("__doctest_file__/3")
def doctest_file(path: str, test_module: Any, options: Any) -> list[Any]:
    from defnpy.host.loader import read_source

    grants = runtime().grants
    if grants is not None:
        grants.need("read", os.path.abspath(path))
    text = read_source(path).decode("utf-8")
    shown = os.path.relpath(path) if not os.path.relpath(path).startswith("..") else path
    tags = [(Atom("doctest"), shown), *option(options, "tags", [])]
    tests = extract(0, text, test_module, MODULEDOC)
    return [_test(t, f"{shown} ({i})", test_module, False, shown, tags, test_module) for i, t in enumerate(tests, 1)]


def _title(owner: Any, module: Any) -> str:
    return f"module {inspect(module)}" if owner is MODULEDOC else f"{inspect(module)}.{owner[0].name}/{owner[1]}"


def _wanted(tests: list[DocTest], module: Any, options: Any) -> list[DocTest]:
    except_ = option(options, "except", [])
    only = option(options, "only")
    kept = [t for t in tests if not any(strict_equal(t.owner, e) for e in except_)]
    if only is None:
        return kept
    chosen = [t for t in kept if any(strict_equal(t.owner, o) for o in only)]
    missing = [o for o in only if o is not MODULEDOC and not any(strict_equal(t.owner, o) for t in chosen)]
    if missing:
        names = "\n    ".join(f"{inspect(module)}.{f.name}/{a}" for f, a in missing)
        raise _error(f"undefined or private function{'s' if len(missing) > 1 else ''} given to doctest:\n\n    {names}\n\n", None, module)
    return chosen


def _test(test: DocTest, title: str, module: Any, imported: Any, source: str | None, tags: list[Any], test_module: Any) -> Any:
    if sum(e.kind == "error" for e in test.examples) > 1:
        raise _error("multiple exceptions in the same doctest example are not supported, please separate your iex> prompts by multiple "
                     "newlines to start new examples", test.line, module)
    body: list[Any] = [] if imported is False else [(Atom("import"), [], [module])]
    for example in test.examples:
        body.append(_content(example, module, source))
    state = runtime().evaluator.open.get(test_module)
    if state is not None and source is not None:
        state.info["ex_unit"].setdefault("doctest_files", {})[f"doctest {title}"] = source
    own = [(Atom("doctest_line"), test.line), (Atom("doctest_data"), {Atom("end_line"): test.end_line})]
    return (title, (BLOCK, [], body), [*own, *tags])


class _Broken(Exception):
    def __init__(self, message: str) -> None:
        self.message = message


def _content(example: Example, module: Any, source: str | None) -> Any:
    place = [example.shown, module, source, example.line]
    try:
        return _checked(example, module, source, place)
    except _Broken as broken:
        return _call("__broken__", [broken.message, *place])


def _checked(example: Example, module: Any, source: str | None, place: list[Any]) -> Any:
    from defnpy.syntax.formatter import to_string

    tree = _parsed(example.code, example.line, example, module, source)
    if example.kind == "error":
        function: Any = (Atom("fn"), [], [(Atom("->"), [], [[], tree])])
        return _call("__error__", [function, example.expected, alias(example.exception), *place])
    body = _with_matches(tree)
    if example.kind == "":
        return body
    last = to_string(_last(tree))
    if example.kind == "inspect":
        return _call("__inspect__", [body, example.expected, f"inspect({last}) === {inspect(example.expected)}", *place])
    expected = _parsed(example.expected, example.expected_line, example, module, source)
    value = (Atom("value"), [(Atom("counter"), example.line)], alias("ExUnit.DocTest"))
    call = _call("__test__", [value, expected, f"{last} === {example.expected.strip()}", *place])
    return (BLOCK, [], [(MATCH, [], [value, body]), call])


def _call(name: str, args: list[Any]) -> Any:
    return ((Atom("."), [], [alias("ExUnit.DocTest"), Atom(name)]), [], args)


def _parsed(code: str, line: int, example: Example, module: Any, source: str | None) -> Any:
    from defnpy.host.source import syntax_error
    from defnpy.syntax.errors import ParseError
    from defnpy.syntax.parser import parse

    try:
        return parse(code, source or inspect(module), line)
    except ParseError as problem:
        made = syntax_error(problem)
        text = f"Doctest did not compile, got: ({inspect(made.term.module)}) {message_of(made.term)}"
        if problem.kind == "TokenMissingError" and _HASH_NAME.search(code):
            text += ("\n\nIf you are planning to assert on the result of an iex> expression which contains a value inspected as #Name<...>, "
                     "please make sure the inspected value is placed at the beginning of the expression, otherwise Elixir will treat it as "
                     "a comment due to the leading sign #.")
        raise _Broken(text) from None


def _last(tree: Any) -> Any:
    while tree.__class__ is tuple and len(tree) == 3 and tree[0] is BLOCK and tree[2]:
        tree = tree[2][-1]
    return tree


def _with_matches(tree: Any) -> Any:
    """Matches whose left side is no plain variable show both sides when they fail."""
    if tree.__class__ is not tuple or len(tree) != 3 or tree[2].__class__ is not list:
        return tree
    form, meta, args = tree
    if form is BLOCK:
        return (form, meta, [_with_matches(a) for a in args])
    if form is MATCH and len(args) == 2:
        left = args[0]
        plain = left.__class__ is tuple and len(left) == 3 and left[0].__class__ is Atom and left[2].__class__ is not list
        if not plain:
            return ((Atom("."), meta, [alias("ExUnit.DocTest"), Atom("__assert__")]), meta, [tree])
    return tree


# -- checks --------------------------------------------------------------------------------------------------------------


def _fail(module: Any, source: str | None, line: int, cause: BaseException | None = None, **given: Any) -> NoReturn:
    made = assertion(**given)
    made.doctest_place = f"{source}:{line}: {inspect(module)} (module)"  # type: ignore[attr-defined]
    raise made from cause


@ex("__test__/7")
def check_value(value: Any, expected: Any, code: str, shown: str, module: Any, source: Any, line: int) -> Any:
    if not strict_equal(value, expected):
        _fail(module, source, line, message="Doctest failed", doctest=shown, expr=code, left=value, right=expected)
    return (OK, value)


@ex("__inspect__/7")
def check_inspected(value: Any, expected: str, code: str, shown: str, module: Any, source: Any, line: int) -> Any:
    try:
        actual = inspect(value, safe=False)
    except ElixirError as error:
        _fail(module, source, line, error, message=message_of(error.term), doctest=shown, expr=code)
    if actual != expected:
        _fail(module, source, line, message="Doctest failed", doctest=shown, expr=code, left=actual, right=expected)
    return (OK, value)


@ex("__error__/7")
def check_error(function: Any, message: str, exception: Any, shown: str, module: Any, source: Any, line: int) -> Any:
    try:
        function()
    except (Throw, Exit):
        raise
    except Exception as caught:
        error = elixir_error(caught).term
        actual = message_of(error)
        if error.module is not exception:
            _fail(module, source, line, caught, doctest=shown, message=(
                f"Doctest failed: expected exception {inspect(exception)} but got {inspect(error.module)} with message {inspect(actual)}"))
        if actual != message:
            _fail(module, source, line, caught, doctest=shown, message=(
                f"Doctest failed: wrong message for {inspect(error.module)}\nexpected:\n  {inspect(message)}\nactual:\n  {inspect(actual)}"))
        return OK
    _fail(module, source, line, doctest=shown, message=f"Doctest failed: expected exception {inspect(exception)} but nothing was raised")


@ex("__broken__/5")
def broken(message: str, shown: str, module: Any, source: Any, line: int) -> Any:
    _fail(module, source, line, message=message, doctest=shown)


MODULE = native_module("ExUnit.DocTest", globals())
