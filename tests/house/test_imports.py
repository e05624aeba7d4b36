"""Importing defnpy is cheap and changes nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = "{'numpy', 'jax', 'lark', 'click', 'torch', 'regex'}"


def fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_loads_nothing_heavy() -> None:
    assert fresh(f"import defnpy, sys; print(sorted({HEAVY} & set(sys.modules)))") == "[]"


def test_version_loads_neither_numpy_nor_jax_nor_lark() -> None:
    code = (
        "import sys\nfrom defnpy.cli.main import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'jax', 'lark'} & set(sys.modules)))"
    )
    assert fresh(code).splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", ["defnpy", "defnpy.rt", "defnpy.importer"])
def test_import_starts_no_thread_and_prints_nothing(module: str) -> None:
    code = f"import threading, warnings; before = list(warnings.filters); import {module}; print(threading.active_count(), warnings.filters == before)"
    assert fresh(code) == "1 True"


def test_a_cached_program_needs_no_lark(tmp_path: object) -> None:
    code = (
        "import sys, pathlib, tempfile\n"
        "path = pathlib.Path(tempfile.mkdtemp()) / 'p.exs'\npath.write_text('1 + 1')\n"
        "from defnpy.host import loader\nloader.run_file(path)\n"
        "import subprocess\n"
        "again = 'import sys; from defnpy.host import loader; loader.run_file(sys.argv[1]); print(\"lark\" in sys.modules, \"numpy\" in sys.modules)'\n"
        "print(subprocess.run([sys.executable, '-c', again, str(path)], capture_output=True, text=True, check=True).stdout)"
    )
    assert fresh(code) == "False False"


def test_running_a_program_puts_the_recursion_limit_back() -> None:
    code = (
        "import sys; before = sys.getrecursionlimit()\nfrom defnpy.host.setup import ensure_runtime\n"
        "ensure_runtime().evaluator.run_text('Enum.map([1], &(&1 + 1))', 'x')\nprint(sys.getrecursionlimit() == before)"
    )
    assert fresh(code) == "True"
