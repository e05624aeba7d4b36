"""The options of the suite (``ExUnit.configure``), by name."""

from __future__ import annotations

from typing import Any

from defnpy.terms.runtime import runtime

DEFAULTS: dict[str, Any] = {
    "assert_receive_timeout": 100, "autorun": True, "capture_log": False, "colors": [], "dry_run": False, "exclude": [],
    "exit_status": 2, "failures_manifest_path": None, "formatters": [], "include": [], "max_cases": 1, "max_failures": None,
    "only_test_ids": None, "rand_algorithm": "exsss", "refute_receive_timeout": 100, "seed": None, "slowest": 0, "slowest_modules": 0,
    "stacktrace_depth": 20, "timeout": 60_000, "trace": False, "after_suite": [],
}  # fmt: skip


def settings() -> dict[str, Any]:
    """The suite's options; changes are seen by everyone."""
    made: dict[str, Any] = runtime().options.setdefault("ex_unit", {})
    if not made:
        made.update({k: list(v) if v.__class__ is list else v for k, v in DEFAULTS.items()})
    return made


def plural(word: str) -> str:
    """What several of a kind of test are called."""
    rules: dict[str, str] = {"property": "properties", **settings().get("plural_rules", {})}
    return rules.get(word, f"{word}s")
