"""One interactive session: lines in, values and errors out. It knows no terminal."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from typing import Any

from defnpy.syntax.errors import ParseError
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import Exit
from defnpy.terms.runtime import runtime

HELPERS = alias("IEx.Helpers")
HIDDEN = Atom("do not show this result in output")
FILE = "iex"
BREAK = "#iex:break"
# A line that starts with one of these goes on with the last value.
CONTINUES = re.compile(
    r"\s*(?:\|>|\|\|\|?|&&&?|===?|=~|!==?|>>>|<<<|<<~|~>>|<~>|<\|>|<~|~>|<>|<=|>=|<(?![<\-])|>(?!>)|\+\+\+?|---?"
    r"|\*\*?|/|(?:and|or|in)\b)"
)
COLORS = [
    (Atom(name), Atom(color))
    for name, color in (
        ("atom", "cyan"), ("boolean", "magenta"), ("charlist", "yellow"), ("nil", "magenta"), ("number", "yellow"),
        ("string", "green"), ("variable", "light_cyan"),
    )
] + [(Atom("reset"), [Atom("reset"), Atom("yellow")])]  # fmt: skip


class Session:
    """Expressions evaluated one after the other in one environment."""

    def __init__(self, write: Callable[[str], Any], *, colors: bool = False, width: int = 80) -> None:

        self.write = write
        self.options: dict[str, Any] = {"pretty": True, "width": width, "limit": 50}
        self.use_colors(colors)
        self.counter = 1
        self.buffer = ""
        self.values: list[Any] = []
        self.status: int | None = None  # set when the program asks to leave
        self.compilation = runtime().evaluator.compilation(FILE)
        runtime().options["repl"] = self
        self._import_helpers()

    def _import_helpers(self) -> None:

        found = runtime().find(HELPERS)
        assert found is not None
        env = self.compilation.env
        env.functions = {**env.functions, **{name: HELPERS for name in found.functions if not name.startswith("__")}}

    def use_colors(self, wanted: bool) -> None:
        self.colors = wanted
        self.options["syntax_colors"] = COLORS if wanted else []

    @property
    def prompt(self) -> str:
        return f"{'...' if self.buffer else 'iex'}({self.counter})> "

    def feed(self, line: str, *, last: bool = False) -> None:
        """One more line. Evaluates when the expression is complete; *last*: no more lines will come."""
        if self.buffer and line.strip() == BREAK:
            self.buffer = ""
            self.complain("** (TokenMissingError) incomplete expression\n")
            return
        text = self.buffer + line if line.endswith("\n") else self.buffer + line + "\n"
        if not self.buffer and CONTINUES.match(line) and self.values:
            text = "v(-1) " + text
        try:
            tree = self.parse(text)
        except ParseError as problem:
            if problem.kind == "TokenMissingError" and not last:
                self.buffer = text
                return
            self.buffer = ""
            self.complain(f"** ({problem.kind}) {problem.message}\n")
            return
        self.buffer = ""
        self.evaluate(tree, text)

    def finish(self) -> None:
        """The input has ended: an expression still open is an error."""
        if self.buffer:
            self.feed("", last=True)

    def abandon(self) -> None:
        """Forget the lines of an open expression."""
        self.buffer = ""

    def parse(self, text: str) -> Any:
        from defnpy.expand.env import Diagnostic
        from defnpy.syntax.parser import parse_with_warnings

        tree, warnings = parse_with_warnings(text, FILE, self.counter)
        self.compilation.unit.diagnostics += [
            Diagnostic("warning", message, FILE, place >> 32, place & 0xFFFFFFFF) for place, message in warnings
        ]
        return tree

    def evaluate(self, tree: Any, text: str) -> None:
        """Run one expression and show what came of it."""
        from defnpy.host.compilation import deep_recursion

        rows = [row + "\n" for row in text.splitlines()]
        linecache.cache[FILE] = (len(text), None, ["\n"] * (self.counter - 1) + rows, FILE)
        compilation = self.compilation
        before = compilation.env.fork()
        try:
            with deep_recursion():
                value = compilation.run(documented(self.called(tree)))
            shown = None if value is HIDDEN else self.inspected(value)
        except BaseException as error:
            compilation.env = before
            if self.leaves(error):
                return
            self.complain(self.report(error))
            return
        finally:
            self.report_warnings()
            compilation.statements.clear()
        self.values.append(value)
        self.counter += 1
        if shown is not None:
            self.write(shown + "\n")

    def called(self, tree: Any) -> Any:
        """The name of a helper without parentheses calls it, unless a variable has that name."""
        if tree.__class__ is tuple and len(tree) == 3 and tree[2] is None and (tree[0].name, None) not in self.compilation.env.vars:
            if f"{tree[0].name}/0" in runtime().module(HELPERS).functions:
                return (tree[0], tree[1], [])
        return tree

    def leaves(self, error: BaseException) -> bool:
        """Whether *error* is the program's wish to end (``System.halt/1``)."""
        if isinstance(error, SystemExit):
            self.status = error.code if isinstance(error.code, int) else 0
        elif isinstance(error, Exit) and getattr(error, "status", None) is not None:
            self.status = int(error.status)  # type: ignore[attr-defined]
        return self.status is not None

    def report(self, error: BaseException) -> str:
        from defnpy.host.report import is_internal, report

        if isinstance(error, KeyboardInterrupt):
            return "** (EXIT) interrupted\n"
        fault = "    this is a fault of defnpy, not of the program\n" if is_internal(error) else ""
        return report(error) + fault

    def report_warnings(self) -> None:
        from defnpy.host.report import show_diagnostics

        diagnostics = self.compilation.unit.diagnostics
        warnings = [d for d in diagnostics if d.severity == "warning"]
        diagnostics.clear()
        if warnings:
            self.write(self.tinted(show_diagnostics(warnings), "33"))

    def inspected(self, value: Any) -> str:
        from defnpy.terms.inspect import inspect

        text = inspect(value, **self.options)
        return f"\x1b[33m{text}\x1b[0m" if self.colors else text

    def complain(self, text: str) -> None:
        self.write(self.tinted(text, "31"))

    def tinted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colors else text

    def bindings(self) -> dict[str, Any]:
        """The variables that hold a value."""
        space = self.compilation.namespace
        return {
            name: space[var.python]
            for (name, context), var in self.compilation.env.vars.items()
            if context is None and var.python in space and not name.startswith("%")
        }


def documented(tree: Any) -> Any:
    """``h Enum.map/2``, ``exports``... name functions without calling them: the argument becomes a description."""
    if not (tree.__class__ is tuple and len(tree) == 3 and tree[0] is Atom("h") and tree[2].__class__ is list and len(tree[2]) == 1):
        return tree
    form, meta, (target,) = tree
    return (form, meta, [described(target)])


def described(target: Any) -> Any:
    """``{module, name, arity}`` of what is written; nil where a part is not named. Quoted code."""
    arity = None
    if _is_call(target, "/", 2) and target[2][1].__class__ is int:
        target, arity = target[2]
    if target.__class__ is tuple and len(target) == 3:
        form, _, args = target
        if form.__class__ is tuple and form[0] is Atom(".") and len(form[2]) == 2 and form[2][1].__class__ is Atom:
            count = len(args) if args and arity is None else arity
            return (Atom("{}"), [], [form[2][0], form[2][1], count])
        if form.__class__ is Atom and form.name not in ("__aliases__", "__MODULE__") and form.name[0] not in "{%<":
            count = len(args) if args.__class__ is list and args and arity is None else arity
            return (Atom("{}"), [], [None, form, count])
    return (Atom("{}"), [], [target, None, None])


def _is_call(tree: Any, name: str, arity: int) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0] is Atom(name) and tree[2].__class__ is list and len(tree[2]) == arity
