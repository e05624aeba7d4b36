"""Whole processes and loading: how long until something is there."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SMALL = "Nx.tensor([1, 2, 3]) |> Nx.multiply(2) |> Nx.sum()\n"


def process(command: list[str], rounds: int = 7) -> float:
    """The median wall time of a process in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


TREE = 125
"""Files of 200 lines, half of them documentation as in published libraries: 25,000 lines."""
DOC = '  @doc """\n  What the function gives:\n\n      iex> M.f(2)\n      {:ok, 2}\n\n  """\n'


def tree() -> tuple[float, float]:
    """Milliseconds of a whole run that loads a library of modules which need each other's macros and structs, cold and warm."""
    with tempfile.TemporaryDirectory() as folder:
        library, main = Path(folder) / "lib", Path(folder) / "main.exs"
        library.mkdir()
        body = two_hundred_lines(14, DOC).removeprefix("defmodule Large do\n").rpartition("end\nLarge")[0]
        for i in range(TREE):
            before = (i + 61) % TREE if i % 7 else None  # needs a file that the alphabet puts after it, or before
            needs = f"  require Tree.M{before}\n  def chain(x), do: Tree.M{before}.twice(x)\n" if before is not None and before % 7 == 0 else ""
            head = f"  defstruct value: {i}\n  defmacro twice(x), do: quote(do: unquote(x) * 2)\n{needs}"
            (library / f"m{i:03}.ex").write_text(f"defmodule Tree.M{i} do\n{head}{body}end\n")
        main.write_text("IO.inspect(Tree.M3.f3(9))\n")
        run = [sys.executable, "-m", "defnpy", "run", "--path", str(library), str(main)]
        cold = process(run, 1)
        return cold, process(run, 3)


def two_hundred_lines(functions: int = 28, doc: str = "") -> str:
    made = "\n".join(
        f"{doc}  def f{i}(x, acc \\\\ 0) when is_integer(x) do\n"
        f"    case rem(x, {i + 2}) do\n      0 -> {{:ok, x + acc}}\n      r -> {{:error, r}}\n    end\n  end\n"
        for i in range(functions)
    )
    return f"defmodule Large do\n{made}\nend\nLarge.f3(9)\n"


def loading() -> tuple[float, float]:
    """Milliseconds to load a 200-line file cold and warm, beyond imports."""
    from defnpy.host import cache, loader

    text = two_hundred_lines()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.ex"
        warm_up = Path(folder) / "small.ex"
        warm_up.write_text("defmodule W do\n  def f(x), do: {x, 1}\nend\nW.f(1)\n")
        loader.run_file(warm_up)
        cold, warm = [], []
        for i in range(7):
            path.write_text(text + f"# {i}\n")
            started = time.perf_counter()
            loader.run_file(path)
            middle = time.perf_counter()
            loader.run_file(path)
            cold.append(middle - started)
            warm.append(time.perf_counter() - middle)
        assert cache.load(cache.key(path.read_bytes(), str(path))) is not None
    return statistics.median(cold) * 1e3, statistics.median(warm) * 1e3


def measure() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.defn"
        path.write_text(SMALL)
        run = [sys.executable, "-m", "defnpy", "run", str(path)]
        subprocess.run(run, check=True, capture_output=True)
        ours, numpy = process(run), process([sys.executable, "-c", "import numpy"])
    cold, warm = loading()
    tree_cold, tree_warm = tree()
    return [
        {"name": "process start to first result, warm cache / import numpy", "bar": 2.0, "ours_us": ours * 1e3, "theirs_us": numpy * 1e3,
         "ratio": ours / numpy},
        {"name": "loading 200 lines, cold / 50 ms", "bar": 1.0, "ours_us": cold * 1e3, "theirs_us": 50e3, "ratio": cold / 50},
        {"name": "loading 200 lines, warm / 5 ms", "bar": 1.0, "ours_us": warm * 1e3, "theirs_us": 5e3, "ratio": warm / 5},
        {"name": "a tree of 25,000 lines, cold / 15 s", "bar": 1.0, "ours_us": tree_cold * 1e3, "theirs_us": 15e6, "ratio": tree_cold / 15e3},
        {"name": "a tree of 25,000 lines, warm / 1 s", "bar": 1.0, "ours_us": tree_warm * 1e3, "theirs_us": 1e6, "ratio": tree_warm / 1e3},
    ]
