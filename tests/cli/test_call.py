"""``defnpy run FILE --call Mod.fun``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_commands import defnpy

CODE = """
defmodule Model do
  import Nx.Defn
  defn predict(%{"kernel" => k, "bias" => b}, x), do: Nx.dot(x, k) + b
  def double(x), do: Nx.multiply(x, 2)
end
"""
WEIGHTS = {"kernel": np.ones((3, 2), np.float32), "bias": np.full(2, 0.5, np.float32)}


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
@pytest.mark.parametrize("compiler", ["evaluator", "exla"])
def test_files_in_and_out(program: Callable[..., Path], tmp_path: Path, suffix: str, compiler: str) -> None:
    from defnpy.nx.safetensors import write

    weights, x, out = tmp_path / f"w.{suffix}", tmp_path / "x.npy", tmp_path / "out.npy"
    if suffix == "npz":
        np.savez(weights, **WEIGHTS)
    else:
        weights.write_bytes(write(WEIGHTS))
    np.save(x, np.ones((2, 3), np.float32))
    done = defnpy("run", program(CODE, "m.defn"), "--compiler", compiler, "--call", "Model.predict", weights, x, "-o", out)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.load(out), np.full((2, 2), 3.5))


def test_json_in_and_out(program: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert defnpy("run", program(CODE, "m.defn"), "--call", "Model.double", "[1, 2]", "-o", out).returncode == 0
    assert json.loads(out.read_text()) == [2, 4]


@pytest.mark.parametrize(("arguments", "text"), [
    (("Model.doubel", "1"), "Model.doubel/1 is undefined"),
    (("Nope.f", "1"), "there is no module Nope"),
    (("Model.double", "{"), "an input must be"),
    (("Model.double", "none.npy"), "no such file"),
])
def test_bad_calls(program: Callable[..., Path], arguments: tuple[str, ...], text: str) -> None:
    done = defnpy("run", program(CODE, "m.defn"), "--call", *arguments)
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr
