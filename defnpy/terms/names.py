"""How the name of an atom may be written: bare, in quotes, behind a dot."""

from __future__ import annotations

import re
from collections.abc import Callable

NOT_CALLABLE = frozenset("% %{} {} <<>> ... .. . ..// ->".split())
QUOTED_OPERATORS = frozenset(":: ^^^ ~~~ <|>".split())
OPERATORS = frozenset(
    "+ - * / ++ -- +++ --- <> == != === !== < > <= >= =~ && || ! & | |> <<< >>> <<~ ~>> <~ ~> <~> &&& ||| <- \\\\ = "
    "@ ^ ** and or not in when".split()
)
_WORD = re.compile(r"[^\W\d][\w@]*[?!]?\Z")
_ALIAS = re.compile(r"Elixir(\.[A-Z][A-Za-z0-9_]*)*\Z")


def classify(name: str) -> str:
    """``alias``, ``identifier``, ``operator``, ``quoted_operator``, ``not_callable`` or ``other``."""
    if name in NOT_CALLABLE:
        return "not_callable"
    if name in QUOTED_OPERATORS:
        return "quoted_operator"
    if name in OPERATORS:
        return "operator"
    if _ALIAS.match(name):
        return "alias"
    if _WORD.match(name):
        return "not_callable" if "@" in name or name[0].isupper() else "identifier"
    return "other"


def is_bare(name: str) -> bool:
    """Whether ``:name`` needs no quotes."""
    return classify(name) not in ("alias", "quoted_operator", "other")


def key_text(name: str, escape: Callable[[str], str]) -> str:
    """The name before a value: ``ok:``, ``"a b":``."""
    kind = classify(name)
    if kind in ("quoted_operator", "other"):
        return f'"{escape(name)}":'
    return f'"{name}":' if kind == "alias" else name + ":"


def call_text(name: str, escape: Callable[[str], str]) -> str:
    """The name behind a dot."""
    kind = classify(name)
    if kind in ("identifier", "operator", "quoted_operator"):
        return name
    return f'"{name if kind in ("not_callable", "alias") else escape(name)}"'
