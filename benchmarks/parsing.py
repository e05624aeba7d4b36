"""Tokens per second: defnpy's parser against Lark's bundled Python grammar (LALR, contextual, cached)."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "reference" / "cases" / "syntax" / "programs.jsonl"


def elixir_source(copies: int = 20) -> str:
    """The golden programs, *copies* times over."""
    codes = [json.loads(line)["code"] for line in CASES.read_text("utf-8").splitlines()]
    return ("\n\n".join(codes) + "\n\n") * copies


def python_source() -> str:
    """A module of Python's own library that Lark's grammar takes."""
    text = Path(ast.__file__).with_name("textwrap.py").read_text("utf-8")
    return text if text.endswith("\n") else text + "\n"


def best(run: Callable[[], object], rounds: int) -> float:
    """The shortest of *rounds* runs, in seconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def figures(rounds: int = 5) -> dict[str, float]:
    """Tokens per second of both parsers, their ratio, and the time to load the tables from the cache."""
    from lark import Lark
    from lark.indenter import PythonIndenter

    from defnpy.syntax import parse
    from defnpy.syntax.tables import tables
    from defnpy.syntax.tokenizer import Tokenizer

    text = elixir_source()
    parse("a")
    tables.cache_clear()
    load = best(lambda: (tables.cache_clear(), tables()), 3)
    tokenizer = Tokenizer(text)
    tokenizer.run()
    ours = len(tokenizer.kinds) / best(lambda: parse(text), rounds)

    spec = importlib.util.find_spec("lark")
    assert spec is not None and spec.origin is not None
    grammar = (Path(spec.origin).parent / "grammars" / "python.lark").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        lark = Lark(
            grammar, parser="lalr", lexer="contextual", postlex=PythonIndenter(), start="file_input",
            maybe_placeholders=False, cache=os.path.join(folder, "python.cache"),
        )  # fmt: skip
        python = python_source()
        count = sum(1 for _ in lark.parse_interactive(python).iter_parse())
        theirs = count / best(lambda: lark.parse(python), rounds)
    return {"ours": ours, "lark_python": theirs, "ratio": ours / theirs, "tables_seconds": load}


def measure() -> list[dict[str, Any]]:
    """Rows of ratios, lower is better: time per token over that of Lark's Python grammar, and table loading over 0.1 s."""
    found = figures()
    return [
        {"name": "parsing, time per token / Lark's Python grammar", "bar": 0.5, "ours_us": 1e6 / found["ours"],
         "theirs_us": 1e6 / found["lark_python"], "ratio": 1 / found["ratio"]},
        {"name": "loading the grammar tables / 0.1 s", "bar": 1.0, "ours_us": found["tables_seconds"] * 1e6, "theirs_us": 1e5,
         "ratio": found["tables_seconds"] / 0.1},
    ]
