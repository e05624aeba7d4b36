"""Python names for Elixir names: ``fetch!`` is ``fetch_bang``, ``empty?`` is ``empty_q``, reserved words get a ``_``."""

from __future__ import annotations

import builtins
import keyword
import re

_RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"match", "case", "type", "rt"}
# Function names end in their arity and Erlang's functions begin with erl_: variables keep away from both.
_NUMBERED = re.compile(r"(?:.*_\d+|erl_.*)$")
_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow", "==": "eq", "!=": "ne", "===": "same", "!==": "differ",
    "<": "lt", ">": "gt", "<=": "le", ">=": "ge", "++": "append", "--": "remove", "<>": "concat", "!": "bang", "|>": "pipe",
    "&&": "both", "||": "either", "=~": "like", "@": "attribute", "..": "range", "&&&": "band", "|||": "bor", "<<<": "bsl",
    ">>>": "bsr", "~~~": "bnot", "^^^": "bxor", "~>": "arrow", "<~": "left_arrow", "<~>": "both_arrow", "~>>": "arrow2",
    "<<~": "left_arrow2", "<|>": "alt", "+++": "append3", "---": "remove3", "and": "and_", "or": "or_", "not": "not_", "in": "in_",
}


def python_name(name: str) -> str:
    """A Python identifier for an Elixir variable or function name."""
    if name in _OPERATORS:
        return _OPERATORS[name]
    base = name
    if base.endswith("?"):
        base = base[:-1] + "_q"
    elif base.endswith("!"):
        base = base[:-1] + "_bang"
    if not base.isidentifier():
        base = re.sub(r"\W", "_", base) or "_"
        if base[0].isdigit():
            base = "_" + base
    if base in _RESERVED:
        base += "_"
    return base


class Names:
    """Hands out names that are unique in one scope."""

    def __init__(self, taken: set[str] | None = None) -> None:
        self.taken: set[str] = taken if taken is not None else set()
        # The number to try next for each name that was taken.
        self.numbers: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """*wanted* itself or, when taken, *wanted* with a number."""
        if _NUMBERED.match(wanted):
            wanted += "_"
        return self.exact(wanted)

    def exact(self, wanted: str) -> str:
        """As :meth:`fresh`, for names that may end in a number."""
        name = wanted
        if name in self.taken:
            n = self.numbers.get(wanted, 2)
            while (name := f"{wanted}_{n}") in self.taken:
                n += 1
            self.numbers[wanted] = n + 1
        self.taken.add(name)
        return name
