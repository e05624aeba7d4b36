"""An axis may be given by number, from the end or by name, or be vectorised: always the same elements come out, on every compiler."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime

# ``t`` has the shape {3, 4} and ``AX`` is its last axis; the first axis stays where it is.
FUNCTIONS = {
    **{f: f"Nx.{f}(t, axes: [AX])" for f in ("sum", "product", "mean", "variance", "standard_deviation", "reduce_max", "reduce_min", "all", "any",
                                             "logsumexp", "reverse")},
    **{f: f"Nx.{f}(t, axis: AX)" for f in ("argmax", "argmin", "median", "mode", "sort", "argsort", "fft", "ifft", "rfft", "cumulative_sum",
                                           "cumulative_product", "cumulative_max", "cumulative_min", "diff")},
    "weighted_mean": "Nx.weighted_mean(t, Nx.abs(t), axes: [AX])", "take": "Nx.take(t, Nx.tensor([2, 0]), axis: AX)",
    "take_along_axis": "Nx.take_along_axis(t, Nx.argsort(t, axis: AX), axis: AX)", "concatenate": "Nx.concatenate([t, t], axis: AX)",
    "slice_along_axis": "Nx.slice_along_axis(t, 1, 2, axis: AX)", "new_axis": "Nx.sum(Nx.new_axis(t, -1), axes: [-1])", "norm": "Nx.LinAlg.norm(t, axes: [AX])",
    "exp": "Nx.exp(t)", "softmax": "Nx.divide(Nx.exp(t), Nx.sum(Nx.exp(t), axes: [AX], keep_axes: true))", "top_k": "elem(Nx.top_k(t, k: 2), 0)",
    "linspace": "Nx.add(t, Nx.linspace(0, 1, n: 4))", "clip": "Nx.clip(t, 0, 1)", "pad": "Nx.squeeze(Nx.pad(Nx.sum(t, axes: [AX], keep_axes: true), 0, PAD))",
    "reduce": "Nx.reduce(t, 0.0, [axes: [AX]], fn x, acc -> Nx.add(Nx.multiply(x, x), acc) end)",
}  # fmt: skip
SKIP = {"take_along_axis": {"vectorised"}, "weighted_mean": {"vectorised"}, "pad": {"vectorised"}}
DATA = "[[1.5, -2.0, 0.5, 3.0], [0.25, 4.0, -1.0, 2.0], [5.0, 1.0, 1.0, -0.5]]"
PLAIN, NAMED = f"Nx.as_type(Nx.tensor({DATA}), TYPE)", f"Nx.as_type(Nx.tensor({DATA}, names: [:x, :y]), TYPE)"
WAYS = {"last": (PLAIN, "-1"), "named": (NAMED, ":y"), "vectorised": (f"Nx.vectorize({PLAIN}, :x)", "-1")}


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


def value(expression: str, tensor: str, axis: str, compiler: str | None, kind: str) -> Any:
    body = expression.replace("AX", axis).replace("PAD", "[{0, 0, 0}, {0, 0, 0}]")
    start = tensor.replace("TYPE", kind)
    if compiler is None:
        code = f"t = {start}\n{body}"
    elif compiler == "eager":
        code = f"Nx.with_default_backend(EXLA.Backend, fn -> t = {start}\n{body} end)"
    else:
        code = f"Nx.Defn.jit(fn t -> {body} end, compiler: {compiler}).({start})"
    return run(code).numpy()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_axes(name: str) -> None:
    expression = FUNCTIONS[name]
    for kind in (":f32", ":s32") if name not in ("ifft", "reduce") else (":f32",):
        want = value(expression, PLAIN, "1", None, kind)
        for way, (tensor, axis) in WAYS.items():
            if way not in SKIP.get(name, ()):
                for compiler in (None, "Nx.Defn.Evaluator") if way != "last" else (None, "Nx.Defn.Evaluator", "eager", "EXLA"):
                    got = value(expression, tensor, axis, compiler, kind)
                    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5, err_msg=f"{way} {axis} {compiler} {kind}")


@pytest.mark.parametrize("name", ["sum", "sort", "cumulative_sum", "softmax", "argmax", "take", "median", "fft"])
@pytest.mark.parametrize("way", ["named", "vectorised"])
def test_axes_on_exla(name: str, way: str) -> None:
    want = value(FUNCTIONS[name], PLAIN, "1", None, ":f32")
    np.testing.assert_allclose(value(FUNCTIONS[name], *WAYS[way], "EXLA", ":f32"), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("compiler", [None, "Nx.Defn.Evaluator", "EXLA"])
@pytest.mark.parametrize(("code", "want"), [
    ("Nx.sum(t)", "NaN"), ("Nx.reduce_max(t)", "NaN"), ("Nx.reduce_min(t)", "NaN"), ("Nx.argmax(t)", "1"), ("Nx.argmin(t)", "1"), ("Nx.all(t)", "1"),
    ("Nx.any(Nx.is_nan(t))", "1"), ("Nx.sort(t)[0]", "-Inf"), ("Nx.sort(t)[-1]", "NaN"), ("Nx.sort(t, direction: :desc)[0]", "NaN"), ("Nx.mean(t)", "NaN"),
    ("Nx.cumulative_sum(t)[0]", "Inf"), ("Nx.max(t, 0)[1]", "NaN"), ("Nx.min(t, 0)[2]", "-Inf"), ("Nx.clip(t, -1, 1)[0]", "1.0"),
    ("Nx.as_type(t, :s32)[1]", "0"), ("Nx.as_type(t, :s32)[2]", "-2147483648"), ("Nx.window_max(t, {2})[0]", "NaN"), ("Nx.dot(t, Nx.tensor([0, 1, 1]))", "NaN"),
])  # fmt: skip
def test_special_numbers(code: str, want: str, compiler: str | None) -> None:
    tensor = "Nx.tensor([:infinity, :nan, :neg_infinity])"
    made = run(f"t = {tensor}\n{code}" if compiler is None else f"Nx.Defn.jit(fn t -> {code} end, compiler: {compiler}).({tensor})")
    assert repr(made).split("\n")[2].strip() == want
