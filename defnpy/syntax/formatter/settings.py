"""What a caller may choose about the layout, and the calls that need no parentheses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

LINE_LENGTH = 98
ANY = -1

LOCALS = (
    # special forms
    "alias/1 alias/2 case/2 cond/1 for/* import/1 import/2 quote/1 quote/2 receive/1 require/1 require/2 try/1 with/* "
    # Kernel
    "def/1 def/2 defp/1 defp/2 defguard/1 defguardp/1 defmacro/1 defmacro/2 defmacrop/1 defmacrop/2 defmodule/2 "
    "defdelegate/2 defexception/1 defoverridable/1 defstruct/1 destructure/2 raise/1 raise/2 reraise/2 reraise/3 "
    "if/2 unless/2 use/1 use/2 defrecord/2 defrecord/3 defrecordp/2 defrecordp/3 "
    # tests
    "assert/1 assert/2 assert_in_delta/3 assert_in_delta/4 assert_raise/2 assert_raise/3 assert_receive/1 "
    "assert_receive/2 assert_receive/3 assert_received/1 assert_received/2 doctest/1 doctest/2 refute/1 refute/2 "
    "refute_in_delta/3 refute_in_delta/4 refute_receive/1 refute_receive/2 refute_receive/3 refute_received/1 "
    "refute_received/2 setup/1 setup/2 setup_all/1 setup_all/2 test/1 test/2 "
    # configuration
    "config/2 config/3 import_config/1"
)


def locals_table(entries: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    """The arities (ANY for all) of each name that is called without parentheses, the language's own included."""
    table: dict[str, set[int]] = {}
    for entry in LOCALS.split():
        name, _, arity = entry.partition("/")
        table.setdefault(name, set()).add(ANY if arity == "*" else int(arity))
    for name, count in entries:
        table.setdefault(name, set()).add(count)
    return table


@dataclass(frozen=True)
class Settings:
    """Options of the formatter; the names are those of ``Code.format_string!/2``."""

    line_length: Any = LINE_LENGTH
    locals_without_parens: dict[str, set[int]] = field(default_factory=lambda: locals_table(()))
    force_do_end_blocks: bool = False
    migrate_bitstring_modifiers: bool = False
    migrate_charlists_as_sigils: bool = False
    migrate_unless: bool = False
    sigils: dict[str, Callable[[str, Any], str]] = field(default_factory=dict)
    syntax_colors: Any = ()
    file: str | None = None

    def bare(self, name: str, arity: int) -> bool:
        """Whether the call ``name/arity`` is written without parentheses."""
        known = self.locals_without_parens.get(name)
        return arity > 0 and known is not None and (arity in known or ANY in known)
