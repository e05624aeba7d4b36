"""``Nx.Serving``: a computation with its pre- and postprocessing, run inline or by name with batching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.containers import container_map, eager_map
from defnpy.nx.lib.batch import Batch, pad, split
from defnpy.nx.show import text
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, Exit, FunctionClauseError
from defnpy.terms.function import arity_of, is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

SERVING = alias("Nx.Serving")
DEFAULT = alias("Nx.Serving.Default")
_OK, _INLINE, _INFO = Atom("ok"), Atom("inline"), Atom("server_info")
_FIELDS: dict[str, Any] = {
    "module": DEFAULT, "arg": None, "client_preprocessing": None, "client_postprocessing": None,
    "distributed_postprocessing": None, "streaming": None, "batch_size": None, "process_options": [], "defn_options": [],
}  # fmt: skip
_ATOMS = {name: Atom(name) for name in _FIELDS}


def _serving(**given: Any) -> Struct:
    return Struct(SERVING, {_ATOMS[k]: given.get(k, v) for k, v in _FIELDS.items()})


def _get(serving: Struct, name: str) -> Any:
    return serving.fields[_ATOMS[name]]


def _put(serving: Struct, name: str, value: Any) -> Struct:
    if not isinstance(serving, Struct) or serving.module is not SERVING:
        raise FunctionClauseError(SERVING, Atom(name), 2)
    return serving.replace({_ATOMS[name]: value})


@ex("new/1", "new/2", "new/3")
def new(module_or_fun: Any, arg: Any = None, opts: Any = ()) -> Struct:
    """A serving of a function from options to a compiled function, or of a callback module and its argument."""
    if is_function(module_or_fun, 1) or is_function(module_or_fun, 2):
        made = _serving(arg=module_or_fun)
        return process_options(made, arg) if arg else made
    if module_or_fun.__class__ is not Atom:
        raise FunctionClauseError(SERVING, Atom("new"), 2)
    made = _serving(module=module_or_fun, arg=arg)
    return process_options(made, list(opts)) if opts else made


@ex("jit/1", "jit/2")
def jit(fun: Any, opts: Any = ()) -> Struct:
    """A serving that compiles *fun*."""
    compile_ = _compiler()

    def build(defn_opts: Any) -> Any:
        return compile_(fun, defn_opts)

    return defn_options(_serving(arg=build), list(opts))


def _compiler() -> Callable[..., Any]:
    module = runtime().find(alias("Nx.Defn"))
    assert module is not None
    return module.functions["jit/2"]


@ex("client_preprocessing/2")
def client_preprocessing(serving: Struct, fun: Any) -> Struct:
    """Set the function from an input to ``{batch, client_info}``."""
    return _put(serving, "client_preprocessing", fun)


@ex("client_postprocessing/2")
def client_postprocessing(serving: Struct, fun: Any) -> Struct:
    """Set the function of ``{output, metadata}`` and the client's info."""
    return _put(serving, "client_postprocessing", fun)


@ex("distributed_postprocessing/2")
def distributed_postprocessing(serving: Struct, fun: Any) -> Struct:
    """Set the function that makes outputs ready for another node."""
    return _put(serving, "distributed_postprocessing", fun)


@ex("streaming/1", "streaming/2")
def streaming(serving: Struct, opts: Any = ()) -> Struct:
    """Make results a list of events instead of one output."""
    return _put(serving, "streaming", list(opts))


@ex("batch_size/2")
def batch_size(serving: Struct, size: Any) -> Struct:
    """Set the most rows of a batch."""
    if size is not None and (size.__class__ is not int or size < 1):
        raise FunctionClauseError(SERVING, Atom("batch_size"), 2)
    return _put(serving, "batch_size", size)


@ex("defn_options/2")
def defn_options(serving: Struct, opts: Any) -> Struct:
    """Set the compiler options."""
    return _put(serving, "defn_options", opts)


@ex("process_options/2")
def process_options(serving: Struct, opts: Any) -> Struct:
    """Set the options of the serving process; ``:batch_size`` is the one that counts here."""
    known = ("batch_size", "batch_timeout", "batch_keys", "partitions", "shutdown", "hibernate_after", "spawn_opt")
    for key, value in opts:
        if key.name not in known:
            shown = text([Atom(k) for k in known])
            raise ArgumentError(f"unknown keys {text([key])} in {text(opts)}, the allowed keys are: {shown}")
        if key.name == "batch_size":
            serving = batch_size(serving, value)
    return _put(serving, "process_options", opts)


def _batches(serving: Struct, value: Any) -> tuple[list[Batch], Any]:
    fun = _get(serving, "client_preprocessing")
    made = fun(value) if fun is not None else (value, Atom("client_info"))
    if made.__class__ is not tuple or len(made) != 2:
        raise ArgumentError(
            "client_preprocessing must return a two element tuple with `Nx.Batch` or a stream as first element, "
            f"got: {text(made)}"
        )
    batch, info = made
    if batch.__class__ is Batch:
        return [batch], info
    if batch.__class__ is list and _get(serving, "streaming") is not None:
        return batch, info
    raise ArgumentError(f"client_preprocessing must return a `Nx.Batch` struct, got: {text(batch)}")


def _runner(serving: Struct) -> Callable[[Batch], tuple[Any, Any]]:
    """The function from a batch to output and metadata."""
    name, arg, options = (_get(serving, n) for n in ("module", "arg", "defn_options"))
    if name is DEFAULT:
        return lambda batch: (_execute(arg, batch, options), _INFO)
    module = runtime().find(name)
    if module is None:
        raise ArgumentError(f"module {text(name)} is not available")
    made = module.functions["init/3"](_INLINE, arg, [options])

    def run_batch(batch: Batch) -> tuple[Any, Any]:
        _, fun, _ = module.functions["handle_batch/3"](batch, 0, made[1])
        output, metadata = fun()
        return output, metadata

    return run_batch


def _execute(arg: Any, batch: Batch, options: Any) -> Any:
    fun = arg(batch.key, options) if arity_of(arg) == 2 else arg(options)
    return fun(batch)


def _finish(serving: Struct, results: list[tuple[Any, Any]], info: Any) -> Any:
    post = _get(serving, "client_postprocessing")
    if _get(serving, "streaming") is not None:
        events = [(Atom("batch"), output, metadata) for output, metadata in results]
        return post(events, info) if post is not None else events
    ((output, metadata),) = results
    return post((output, metadata), info) if post is not None else output


@ex("run/2")
def run(serving: Any, value: Any) -> Any:
    """Run the serving in this process."""
    if not isinstance(serving, Struct) or serving.module is not SERVING:
        raise FunctionClauseError(SERVING, Atom("run"), 2)
    batches, info = _batches(serving, value)
    most = _get(serving, "batch_size")
    execute = _runner(serving)
    for batch in batches:
        if most is not None and batch.size > most:
            raise ArgumentError(f"batch size ({batch.size}) cannot exceed Nx.Serving batch size of {most}")
    return _finish(serving, [execute(batch) for batch in batches], info)


@ex("batched_run/2", "batched_run/3")
def batched_run(name: Any, value: Any, distributed: Any = None) -> Any:
    """Run the serving started as *name*: batches are padded to its size, larger ones are cut."""
    found = runtime().options.get("nx_servings", {}).get(name)
    if found is None:
        where = (SERVING, Atom("local_batched_run"), [name, value])
        raise Exit((Atom("noproc"), where))
    batches, info = _batches(found, value)
    execute = _runner(found)
    return _finish(found, [_sized(batch, _get(found, "batch_size"), execute) for batch in batches], info)


def _sized(batch: Batch, most: int | None, execute: Callable[[Batch], tuple[Any, Any]]) -> tuple[Any, Any]:
    if most is None:
        return execute(batch)
    parts = []
    metadata: Any = None
    while batch.size > 0:
        part, batch = split(batch, most) if batch.size > most else (batch, Batch())
        output, metadata = execute(pad(part, most - part.size))
        parts.append(_rows(output, part.size))
    return (_joined(parts) if len(parts) > 1 else parts[0]), metadata


def _rows(output: Any, size: int) -> Any:
    from defnpy.nx.api.index import slice_along_axis

    return container_map(output, lambda t: slice_along_axis(t, 0, size))


def _joined(parts: list[Any]) -> Any:
    from defnpy.nx.api.shape import concatenate

    columns = [iter(_leaves(part)) for part in parts]
    return eager_map(parts[0], lambda _: concatenate([next(c) for c in columns]))


def _leaves(container: Any) -> list[Any]:
    from defnpy.nx.containers import flatten_list

    return flatten_list([container])


@ex("start_link/1")
def start_link(opts: Any) -> Any:
    """Register a serving under ``:name`` for ``batched_run/2``."""
    given = {k.name: v for k, v in opts}
    for required in ("name", "serving"):
        if required not in given:
            from defnpy.terms.errors import KeyError_

            raise KeyError_(Atom(required), opts)
    serving = given["serving"]
    if given.get("batch_size") is not None:
        serving = batch_size(serving, given["batch_size"])
    runtime().options.setdefault("nx_servings", {})[given["name"]] = serving
    return (_OK, current().pid)


@ex("child_spec/1")
def child_spec(opts: Any) -> Any:
    """What a supervisor needs to start a serving."""
    given = {k.name: v for k, v in opts}
    return {Atom("id"): given.get("name"), Atom("start"): (SERVING, Atom("start_link"), [opts])}


MODULE = native_module("Nx.Serving", globals(), info={"struct": [(_ATOMS[k], v) for k, v in _FIELDS.items()]})

