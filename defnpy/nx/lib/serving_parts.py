"""What clients and the process of a serving share: its fields, its callbacks, and parts of outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.api.index import slice_along_axis
from defnpy.nx.api.shape import concatenate
from defnpy.nx.lib_defn.composite import flatten_list, traverse
from defnpy.nx.lib_defn.composite import traverse_3 as traverse_with
from defnpy.stdlib.telemetry import traced
from defnpy.stdlib.util import OK
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import KeyError_, RuntimeError_
from defnpy.terms.function import Capture, is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

SERVING = alias("Nx.Serving")
DEFAULT = alias("Nx.Serving.Default")
EXECUTE, BATCH_KEYS, HOOKS = Atom("execute"), Atom("batch_keys"), Atom("hooks")
IDENTITY = Capture(alias("Function"), "identity", 1, lambda x: x)
FIELDS: dict[str, Any] = {
    "module": None, "arg": None, "client_preprocessing": None, "client_postprocessing": None, "streaming": None, "batch_size": None,
    "distributed_postprocessing": IDENTITY, "process_options": [], "defn_options": [],
}  # fmt: skip
NAMES = {name: Atom(name) for name in FIELDS}
Partitions = list[Any]


def field(serving: Struct, name: str) -> Any:
    """A field of a serving."""
    return serving.fields[NAMES[name]]


def hooks_of(serving: Struct) -> list[Any] | None:
    """The hooks that are streamed; None when the serving does not stream."""
    given = field(serving, "streaming")
    return None if given is None else given[HOOKS]


# -- callbacks ------------------------------------------------------------------------------------------------------------


def _callback(module: Any, name: str) -> Callable[..., Any]:
    return runtime().module(module).functions[f"{name}/3"]


def init(module: Any, kind: str, arg: Any, partitions: Partitions) -> Any:
    """The state that ``init/3`` of *module* makes."""
    answer = _callback(module, "init")(Atom(kind), arg, partitions)
    if answer.__class__ is tuple and len(answer) == 2 and answer[0] is OK:
        return answer[1]
    raise RuntimeError_(f"{inspect(module)}.init/3 must return {{:ok, state}}. Got: {inspect(answer)}")


def handle_batch(module: Any, batch: Any, partition: int, state: Any) -> tuple[Callable[[], Any], Any]:
    """The function that runs *batch*, and the new state."""
    answer = _callback(module, "handle_batch")(batch, partition, state)
    if answer.__class__ is tuple and len(answer) == 3 and answer[0] is EXECUTE and is_function(answer[1], 0):
        return answer[1], answer[2]
    raise RuntimeError_(
        f"{inspect(module)}.handle_batch/3 must return {{:execute, function, state}}, where function is a function that receives "
        f"no arguments and returns a tuple. Got: {inspect(answer)}"
    )


def execute(module: Any, work: Callable[[], Any], then: Callable[[Any, Any], Any] = lambda output, metadata: None) -> tuple[Any, Any]:
    """Output and metadata of a batch, as a span of telemetry; *then* is told of them within it."""

    def run() -> tuple[Any, dict[str, Any]]:
        output, metadata = _pair(module, work())
        then(output, metadata)
        return (output, metadata), {"module": module, "metadata": metadata}

    found: tuple[Any, Any] = traced("execute", {"module": module}, run)
    return found


def _pair(module: Any, answer: Any) -> tuple[Any, Any]:
    if answer.__class__ is tuple and len(answer) == 2:
        return answer
    raise RuntimeError_(
        f"the function returned by {inspect(module)}.handle_batch/3 must return {{output, metadata}}. Got: {inspect(answer)}"
    )


def with_hooks(options: list[Any], functions: dict[Any, Any]) -> list[Any]:
    """Compiler options with more ``:hooks``."""
    before = next((v for k, v in options if k is HOOKS), None) or {}
    merged = {**before, **functions}
    if any(k is HOOKS for k, _ in options):
        return [(k, merged if k is HOOKS else v) for k, v in options]
    return [(HOOKS, merged), *options]


def _checked(fun: Any) -> Any:
    if is_function(fun, 1):
        return fun
    raise RuntimeError_(
        "anonymous function given to Nx.Serving.new/2 should return an AOT or JIT compiled function that expects one argument. "
        f"Got: {inspect(fun)}"
    )


@ex("init/3")
def default_init(kind: Any, fun: Any, partitions: Partitions) -> Any:
    """The functions of every partition, by batch key where the function asks for it."""
    made = {}
    for index, options in enumerate(partitions):
        if is_function(fun, 1):
            made[index] = _checked(fun(options))
            continue
        keys = next(v for k, v in options if k is BATCH_KEYS)
        rest = [p for p in options if p[0] is not BATCH_KEYS]
        made[index] = {maps.key(key): _checked(fun(key, rest)) for key in keys}
    return (OK, made)


@ex("handle_batch/3")
def default_handle_batch(batch: Any, partition: int, funs: Any) -> Any:
    """Run the compiled function on the batch."""
    found = funs[partition]
    if found.__class__ is dict:
        key = maps.key(batch.key)
        if key not in found:
            raise KeyError_(key=batch.key, term=found)
        found = found[key]
    return (EXECUTE, lambda: (found(batch), Atom("server_info")), funs)


default_callbacks = (default_init, default_handle_batch)

# -- outputs --------------------------------------------------------------------------------------------------------------


def rows(output: Any, start: int, size: int) -> Any:
    """A part of every tensor along its first axis."""
    return traverse(output, lambda t: slice_along_axis(t, start, size))


def join(parts: list[Any], template: Any) -> Any:
    """The outputs of several batches as one, in the form of *template*."""
    columns = zip(*(flatten_list([part]) for part in parts), strict=False)
    joined = iter([concatenate(list(column)) for column in columns])
    return traverse_with(template, None, lambda _, acc: (next(joined), acc))[0]
