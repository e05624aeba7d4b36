"""Runs golden cases one by one: a JSON case a line on standard input, a JSON outcome a line on the answers' descriptor."""

from __future__ import annotations

import contextvars
import json
import os
import sys
from typing import Any


def outcome(case: dict[str, Any], compiler: str | None, paths: list[str]) -> dict[str, Any]:
    """What defnpy gives for one case, in a Runtime and process of its own."""
    from defnpy.host.setup import make_runtime
    from defnpy.terms import process
    from defnpy.terms.inspect import inspect
    from defnpy.terms.runtime import use_runtime

    made = make_runtime()
    use_runtime(made)
    own = process.Process()
    printed: list[str] = []
    own.leader = printed.append
    process.enter(own)
    got: dict[str, Any] = {"id": case["id"]}
    try:
        if compiler is not None:
            choose(made, compiler)
        for path in paths:
            from defnpy.host.project import load_tree

            load_tree(path)
        value = made.evaluator.run_text(case["code"], "case.exs")
        got["value"] = inspect(value, pretty=True)
    except BaseException as error:
        got["error"] = describe(error)
    if printed:
        got["stdout"] = "".join(printed)
    return got


def choose(runtime: Any, compiler: str) -> None:
    """Make *compiler* and its backend the global defaults."""
    code = {
        "exla": "Nx.global_default_backend(EXLA.Backend)\nNx.Defn.global_default_options(compiler: EXLA)",
        "evaluator": "Nx.Defn.global_default_options([])",
        "torchx": "Nx.global_default_backend(Torchx.Backend)\nNx.Defn.global_default_options(compiler: Torchx)",
    }[compiler]
    runtime.evaluator.run_text(code, "setup.exs")


def describe(error: BaseException) -> dict[str, str]:
    """Type and message of an exception, as Elixir names them."""
    from defnpy import rt
    from defnpy.terms import errors
    from defnpy.terms.inspect import inspect

    if isinstance(error, errors.Throw):
        return {"type": "throw", "message": inspect(error.value)}
    if isinstance(error, errors.Exit):
        return {"type": "exit", "message": inspect(error.reason)}
    if not isinstance(error, errors.ElixirError):
        made = rt.translate(error)
        note = f"{type(error).__name__}: {error}"
        return {"type": inspect(made.term.module), "message": f"{made} <{note}>", "python": note, "traceback": trace(error)}
    return {"type": inspect(error.term.module), "message": str(error)}


def trace(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error)[-6:])


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(int(sys.argv[1]), "w")
    compiler = sys.argv[2] or None
    paths = sys.argv[3:]
    import defnpy.rt  # noqa: F401

    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        context = contextvars.Context()
        got = context.run(outcome, json.loads(line), compiler, paths)
        print(json.dumps(got), file=answers, flush=True)


if __name__ == "__main__":
    main()
