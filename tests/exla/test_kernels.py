"""Every primitive, on every way that a program may take, gives what NumPy says in double precision."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from defnpy.compilers.evaluator.compiler import EVALUATOR
from defnpy.compilers.evaluator.kernels import TABLE as HOST
from defnpy.compilers.exla.compiler import COMPILER
from defnpy.compilers.exla.kernels import GAPS, TABLE
from defnpy.host.setup import ensure_runtime
from defnpy.nx.defn import Graph
from defnpy.nx.dispatch import run
from defnpy.nx.dtype import of_numpy
from defnpy.nx.expr import constant, parameter
from defnpy.nx.ops import OPS
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.ops.reduce import REDUCE
from defnpy.nx.ops.window import WINDOW_REDUCE
from defnpy.nx.tensor import Tensor
from tests.exla.oracle import TABLE as ORACLES
from tests.exla.oracle import expected, plain, wide
from tests.exla.samples import cases

TOLERANCE = {"f64": 1e-9, "c128": 1e-9, "f32": 2e-5, "c64": 5e-5, "f16": 5e-3, "bf16": 2e-2, "f8": 0.3, "f8_e4m3fn": 0.15}


def _by_name() -> dict[str, list[Any]]:
    ensure_runtime()
    made: dict[str, list[Any]] = defaultdict(list)
    for op, operands, params in cases():
        made[op.name].append((op, operands, params))
    return made


CASES = _by_name()


def test_every_primitive_is_covered() -> None:
    wanted = {op.name for op in OPS} - {REDUCE.name, WINDOW_REDUCE.name}
    assert wanted == set(CASES)
    assert wanted - {"bitcast"} == set(ORACLES)
    assert {op for op in OPS if op not in TABLE} == set(GAPS)
    assert set(HOST) == set(OPS)


def host_results(name: str) -> list[Any]:
    made = []
    for op, operands, params in CASES[name]:
        out = op.infer(params, *operands)
        made.append((out, params, HOST[op](out, params, *[t.data for t in operands])))
    return made


def check(name: str, results: list[Any], how: Any) -> None:
    """Compare *results* with *how* (a case's expected array), all cases of a primitive at once."""
    wrong = []
    for case, got in zip(CASES[name], results, strict=True):
        op, operands, params = case
        out = op.infer(params, *operands)
        want, got = how(case, out), np.asarray(got)
        if got.dtype != out.type.numpy or got.shape != out.shape or not near(want, got, out.type):
            wrong.append((operands, params, want, got))
    assert not wrong


def oracle(case: Any, out: Any) -> Any:
    op, operands, params = case
    return expected(op, out, params, [t.data for t in operands])


@pytest.mark.parametrize("name", sorted(CASES))
def test_evaluator_against_double_precision(name: str) -> None:
    check(name, [made for _, _, made in host_results(name)], oracle)


def graph_of(name: str) -> tuple[Graph, list[Tensor]]:
    """All cases of a primitive as one program."""
    params, given, outputs = [], [], []
    for op, operands, settings in CASES[name]:
        own = []
        for t in operands:
            own.append(parameter(t.like(data=None), len(params)))
            params.append(own[-1])
            given.append(t)
        out = op.infer(settings, *operands)
        outputs.append(constant(settings["value"], out.type, out.shape) if op is CONSTANT else run_traced_op(op, out, own, settings))
    return Graph(params, tuple(outputs)), given


def run_traced_op(op: Any, out: Any, operands: list[Tensor], settings: Any) -> Tensor:
    if operands:
        return run(op, out, operands, settings)  # type: ignore[no-any-return]
    from defnpy.nx.expr import TRACER

    return TRACER.run(op, out, (), settings)


@pytest.mark.parametrize("compiler", [EVALUATOR, COMPILER], ids=["evaluator", "exla"])
@pytest.mark.parametrize("name", sorted(CASES))
def test_in_defn(name: str, compiler: Any) -> None:
    graph, given = graph_of(name)
    made = compiler.compile(graph, {})(given)
    results = iter(host_results(name))
    check(name, [t.numpy() for t in made], lambda case, out: plain(np.asarray(next(results)[2]).astype(out.type.numpy)))


def near(want: Any, got: Any, kind: Any) -> bool:
    """Whether two results are equal, floats within the precision of their type."""
    if kind.is_integer:
        return bool((np.asarray(want, object) == plain(got)).all())
    rtol = TOLERANCE[of_numpy(got.dtype).name]
    return bool(np.allclose(wide(np.asarray(want)), wide(plain(got)), rtol=rtol, atol=rtol, equal_nan=True))
