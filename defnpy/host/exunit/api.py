"""The ExUnit module: ``start``, ``configure``, ``run``."""

from __future__ import annotations

import random
from typing import Any

from defnpy.host.exunit.reporter import Reporter
from defnpy.host.exunit.suite import Suite
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.exunit.settings import plural, settings
from defnpy.stdlib.util import ERROR, INFINITY, OK
from defnpy.terms.atom import Atom
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

HIGHEST_SEED = 1_000_000
NONE: list[Any] = []


@ex("start/0", "start/1")
def start(options: Any = NONE) -> Any:
    """Configure the suite; a program that ends without an error then runs its tests."""
    configure(options)
    runtime().options["ex_unit_started"] = True
    return OK


@ex("configure/1")
def configure(options: Any) -> Any:
    """Later values win, but filters of the command line are kept."""
    table = settings()
    held = runtime().options.get("ex_unit_command", {})
    for k, v in iterate(options):
        name = k.name
        if name in ("include", "exclude"):
            table[name] = [*v, *held.get(name, [])]
        elif name not in held:
            table[name] = None if v is INFINITY and name == "max_failures" else v
    return OK


@ex("configuration/0")
def configuration() -> Any:
    return [(Atom(k), v) for k, v in sorted(settings().items())]


@ex("after_suite/1")
def after_suite(callback: Any) -> Any:
    settings()["after_suite"].insert(0, callback)
    return OK


@ex("plural_rule/1")
def plural_rule(word: str) -> str:
    return plural(word)


@ex("plural_rule/2")
def set_plural_rule(word: str, plural: str) -> Any:
    settings().setdefault("plural_rules", {})[word] = plural
    return OK


@ex("fetch_test_supervisor/0")
def fetch_test_supervisor() -> Any:
    from defnpy.stdlib.exunit.callbacks import EXITS, supervisor

    return (OK, supervisor()) if EXITS in current().state else ERROR


@ex("run/0", "run/1")
def run(extra: Any = NONE) -> Any:
    """Run the modules defined since the last run; gives the numbers of tests."""
    suite = run_suite(Reporter(colour=False), [runtime().module(m) for m in extra])
    return stats(suite)


def stats(suite: Suite) -> dict[Any, Any]:
    """``%{total:, failures:, excluded:, skipped:}``."""
    count = {state: sum(t.state == state for t in suite.tests) for state in ("excluded", "skipped")}
    return {Atom("total"): len(suite.tests), Atom("failures"): suite.failed, Atom("excluded"): count["excluded"],
            Atom("skipped"): count["skipped"]}


def run_suite(reporter: Reporter, extra: list[Module] | None = None) -> Suite:
    """Run the test modules that wait, tell *reporter*, call the ``after_suite`` callbacks."""
    options = settings()
    if options["seed"] is None:
        options["seed"] = random.randrange(HIGHEST_SEED)
    suite = Suite(options, reporter)
    suite.run([*waiting_modules(), *(extra or [])])
    numbers = stats(suite)
    for callback in options["after_suite"]:
        fun1(callback)(numbers)
    return suite


def waiting_modules() -> list[Module]:
    """The test modules that did not run yet, in the order of their files and lines."""
    ran: set[Any] = runtime().options.setdefault("ex_unit_ran", set())
    found = [m for m in list(runtime().modules.values()) if m.defined and m.info.get("ex_unit", {}).get("case") and m.name not in ran]
    ran.update(m.name for m in found)
    files = list(dict.fromkeys(m.info["file"] for m in found))
    return sorted(found, key=lambda m: (files.index(m.info["file"]), m.info.get("line") or 0))


MODULE = native_module("ExUnit", globals())
