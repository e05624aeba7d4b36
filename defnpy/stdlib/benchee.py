"""Benchee: measures functions and prints the report of Benchee 1.3."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.system import LANGUAGE_VERSION
from defnpy.stdlib.util import option
from defnpy.terms import process
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module

_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "μs"), (1.0, "ns"))
_COUNTS = ((1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, ""))
_SIZES = ((1024.0**3, "GB"), (1024.0**2, "MB"), (1024.0, "KB"), (1.0, "B"))
# A job is never run more often than this, however short it is.
_MOST_SAMPLES = 200_000


@dataclass(slots=True)
class Result:
    """The samples of one job on one input, in nanoseconds and in bytes."""

    name: str
    times: list[int]
    memory: list[int]

    @property
    def average(self) -> float:
        return statistics.fmean(self.times)

    @property
    def ips(self) -> float:
        return 1e9 / max(self.average, 1e-9)


@dataclass(slots=True)
class Setup:
    """The options of a run, times in seconds."""

    time: float
    warmup: float
    memory_time: float
    parallel: int
    inputs: list[tuple[str, Any]] | None
    show_setup: bool
    show_progress: bool
    console: bool
    comparison: bool
    extended: bool


def _setup(options: Any) -> Setup:
    shown = option(options, "print", [])
    formatters = option(options, "formatters")
    console: Any = []
    for formatter in formatters or []:
        if formatter.__class__ is tuple and getattr(formatter[0], "name", "").endswith("Console"):
            console = formatter[1]
    given = option(options, "inputs")
    inputs = [(txt.to_string(k), v) for k, v in iterate(given)] if given is not None else None
    return Setup(
        time=option(options, "time", 5),
        warmup=option(options, "warmup", 2),
        memory_time=option(options, "memory_time", 0),
        parallel=option(options, "parallel", 1),
        inputs=inputs,
        show_setup=option(shown, "configuration", True) is not False,
        show_progress=option(shown, "benchmarking", True) is not False,
        console=formatters is None or bool(formatters),
        comparison=option(console, "comparison", True) is not False,
        extended=option(console, "extended_statistics", False) is True,
    )


def _job(fun: Any, given: list[Any], options: Any) -> Callable[[], Any]:
    """The function of a job; jobs may be ``{fun, options}`` with ``before_scenario`` and ``before_each`` hooks."""
    own: Any = ()
    if fun.__class__ is tuple:
        fun, own = fun
    before = option(own, "before_scenario", option(options, "before_scenario"))
    if before is not None:
        given = [fun1(before)(given[0] if given else None)]
    each = option(own, "before_each", option(options, "before_each"))
    body: Callable[[], Any]
    if is_function(fun, 0):
        body = fun0(fun)
    elif is_function(fun, 1):
        one, value = fun1(fun), given[0] if given else None
        body = (lambda: one(value)) if each is None else (lambda: one(fun1(each)(value)))
    else:
        raise ArgumentError(f"expected a function of arity 0 or 1 as job, got: {inspect(fun)}")
    return body


def _measure(name: str, body: Callable[[], Any], setup: Setup) -> Result:
    _sample(body, setup.warmup)
    times = _sample(body, setup.time) or [_once(body)]
    return Result(name, times, _memory(body, setup.memory_time))


def _once(body: Callable[[], Any]) -> int:
    begin = time.perf_counter_ns()
    body()
    return max(time.perf_counter_ns() - begin, 1)


def _sample(body: Callable[[], Any], seconds: float) -> list[int]:
    end = time.perf_counter() + seconds
    out: list[int] = []
    while time.perf_counter() < end and len(out) < _MOST_SAMPLES:
        out.append(_once(body))
    return out


def _memory(body: Callable[[], Any], seconds: float) -> list[int]:
    """The peak of newly allocated bytes of each call."""
    end = time.perf_counter() + seconds
    out: list[int] = []
    while seconds and (not out or (time.perf_counter() < end and len(out) < _MOST_SAMPLES)):
        tracemalloc.start()
        body()
        out.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return out


# -------------------------------------------------------------------------------------------------------- texts


def _scaled(value: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    """The largest unit in which *value* is at least one."""
    return next(((size, name) for size, name in units if value >= size), units[-1])


def _number(value: float, unit: tuple[float, str]) -> str:
    amount = value / unit[0]
    return f"{amount:.2f}{' ' + unit[1] if unit[1] else ''}"


def _seconds(value: float) -> str:
    for size, name in ((3600, "h"), (60, "min"), (1, "s")):
        if value >= size:
            return f"{value / size:g} {name}"
    return f"{value * 1000:g} ms" if value >= 0.001 else f"{value:g} ns"


def _deviation(values: list[int]) -> str:
    if len(values) < 2:
        return "±0.00%"
    return f"±{statistics.stdev(values) / max(statistics.fmean(values), 1e-9) * 100:.2f}%"


def _percentile(values: list[int], rank: float) -> float:
    ordered = sorted(values)
    place = rank / 100 * (len(ordered) + 1)
    low = min(max(math.floor(place), 1), len(ordered))
    high = min(low + 1, len(ordered))
    return ordered[low - 1] + (place - math.floor(place)) * (ordered[high - 1] - ordered[low - 1])


def _configuration(setup: Setup, jobs: int) -> str:
    count = jobs * len(setup.inputs) if setup.inputs else jobs
    total = count * (setup.time + setup.warmup + setup.memory_time)
    names = ", ".join(name for name, _ in setup.inputs) if setup.inputs else "none specified"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return (
        f"Operating System: {platform.system()}\n"
        f"CPU Information: {platform.processor() or platform.machine()}\n"
        f"Number of Available Cores: {os.cpu_count()}\n"
        f"Available memory: {_number(memory, _scaled(memory, _SIZES))}\n"
        f"Elixir {LANGUAGE_VERSION} (defnpy)\n"
        f"Python {platform.python_version()}\n\n"
        "Benchmark suite executing with the following configuration:\n"
        f"warmup: {_seconds(setup.warmup)}\n"
        f"time: {_seconds(setup.time)}\n"
        f"memory time: {_seconds(setup.memory_time)}\n"
        "reduction time: 0 ns\n"
        f"parallel: {setup.parallel}\n"
        f"inputs: {names}\n"
        f"Estimated total run time: {_seconds(total)}\n\n"
    )


def _runtime_table(results: list[Result], setup: Setup) -> str:
    width = max(len("Name"), *(len(r.name) for r in results))
    fastest = results[0]
    rate, unit = _scaled(fastest.ips, _COUNTS), _scaled(fastest.average, _TIMES)
    lines = [f"{'Name':<{width}} {'ips':>13} {'average':>14}  {'deviation':>9} {'median':>14} {'99th %':>14}"]
    for r in results:
        lines.append(
            f"{r.name:<{width}} {_number(r.ips, rate):>13} {_number(r.average, unit):>14} {_deviation(r.times):>10} "
            f"{_number(statistics.median(r.times), unit):>14} {_number(_percentile(r.times, 99), unit):>14}"
        )
    text = "\n".join(lines) + "\n"
    if setup.comparison and len(results) > 1:
        text += "\nComparison: \n" + f"{fastest.name:<{width}} {_number(fastest.ips, rate):>13}\n"
        for r in results[1:]:
            slower = r.average / max(fastest.average, 1e-9)
            more = _number(r.average - fastest.average, unit)
            text += f"{r.name:<{width}} {_number(r.ips, rate):>13} - {slower:.2f}x slower +{more}\n"
    return text + (_extended(results, width, unit) if setup.extended else "")


def _extended(results: list[Result], width: int, unit: tuple[float, str]) -> str:
    text = f"\nExtended statistics: \n\n{'Name':<{width}} {'minimum':>14} {'maximum':>14} {'sample size':>15} {'mode':>20}\n"
    for r in results:
        text += (
            f"{r.name:<{width}} {_number(min(r.times), unit):>14} {_number(max(r.times), unit):>14} {len(r.times):>15} "
            f"{_number(statistics.mode(r.times), unit):>20}\n"
        )
    return text


def _memory_table(results: list[Result], setup: Setup) -> str:
    if not all(r.memory for r in results):
        return ""
    width = max(len("Name"), *(len(r.name) for r in results))
    unit = _scaled(statistics.fmean(results[0].memory), _SIZES)
    text = "\nMemory usage statistics:\n\n"
    if all(len(set(r.memory)) == 1 for r in results):
        text += f"{'Name':<{width}} {'Memory usage':>15}\n"
        text += "".join(f"{r.name:<{width}} {_number(r.memory[0], unit):>15}\n" for r in results)
        return text + _memory_comparison(results, width, unit) + "\n**All measurements for memory usage were the same**\n"
    text += f"{'Name':<{width}} {'average':>14}  {'deviation':>9} {'median':>14} {'99th %':>14}\n"
    for r in results:
        text += (
            f"{r.name:<{width}} {_number(statistics.fmean(r.memory), unit):>14} {_deviation(r.memory):>10} "
            f"{_number(statistics.median(r.memory), unit):>14} {_number(_percentile(r.memory, 99), unit):>14}\n"
        )
    return text + _memory_comparison(results, width, unit)


def _memory_comparison(results: list[Result], width: int, unit: tuple[float, str]) -> str:
    if len(results) < 2:
        return ""
    base = statistics.fmean(results[0].memory)
    text = f"\nComparison: \n{results[0].name:<{width}} {_number(base, unit):>14}\n"
    for r in results[1:]:
        mean = statistics.fmean(r.memory)
        ratio = f"{mean / base:.2f}x" if base else "∞ x"
        text += f"{r.name:<{width}} {_number(mean, unit):>14} - {ratio} memory usage +{_number(mean - base, unit)}\n"
    return text


# ---------------------------------------------------------------------------------------------------------- run


def _run_input(jobs: list[tuple[str, Any]], label: str | None, given: list[Any], setup: Setup, options: Any) -> list[Result]:
    results: list[Result] = []
    for name, fun in jobs:
        if setup.show_progress:
            process.write(f"Benchmarking {name}{f' with input {label}' if label else ''} ...\n")
        results.append(_measure(name, _job(fun, given, options), setup))
    return sorted(results, key=lambda r: r.average)


@ex("run/1", "run/2")
def run(jobs: Any, options: Any = ()) -> Any:
    setup = _setup(options)
    named = [(txt.to_string(k), v) for k, v in iterate(jobs)]
    if setup.show_setup:
        process.write(_configuration(setup, len(named)))
    scenarios: list[Any] = []
    reports: list[str] = []
    inputs: list[tuple[str | None, Any]] = [*setup.inputs] if setup.inputs else [(None, None)]
    for label, value in inputs:
        results = _run_input(named, label, [] if label is None else [value], setup, options)
        head = f"\n##### With input {label} #####\n" if label else "\n"
        reports.append(head + _runtime_table(results, setup) + _memory_table(results, setup))
        scenarios += [_scenario(r, label) for r in results]
    if setup.show_progress:
        process.write("Calculating statistics...\nFormatting results...\n")
    if setup.console:
        process.write("".join(reports))
    return {Atom("scenarios"): scenarios}


def _scenario(r: Result, label: str | None) -> Any:
    facts: dict[str, Any] = {
        "average": r.average, "ips": r.ips, "median": float(statistics.median(r.times)), "minimum": min(r.times),
        "maximum": max(r.times), "sample_size": len(r.times), "std_dev": statistics.pstdev(r.times),
    }  # fmt: skip
    return {
        Atom("name"): r.name, Atom("input_name"): label, Atom("statistics"): {Atom(k): v for k, v in facts.items()},
        Atom("samples"): list(r.times), Atom("memory_samples"): list(r.memory),
    }  # fmt: skip


def _console() -> Module:
    return native_module("Benchee.Formatters.Console", {})


MODULE = native_module("Benchee", globals())
MODULES_BY_NAME = {"Elixir.Benchee": MODULE, "Elixir.Benchee.Formatters.Console": _console()}
