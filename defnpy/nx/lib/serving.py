"""``Nx.Serving``: a computation with its pre- and postprocessing, run inline or by a process that batches requests."""

from __future__ import annotations

from typing import Any

from defnpy.nx import defn
from defnpy.nx.lib import serving_client as client
from defnpy.nx.lib import serving_server as server
from defnpy.nx.lib.serving_parts import DEFAULT, FIELDS, NAMES, SERVING, default_callbacks, field
from defnpy.stdlib import enumerable, io
from defnpy.stdlib.keyword import merge, validate_bang
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError, KeyError_
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

_PROCESS_KEYS = [
    Atom(name)
    for name in ("batch_size", "batch_timeout", "batch_keys", "partitions", "shutdown", "hibernate_after", "spawn_opt", "distribution_weight")
]
_HOOKS = Atom("hooks")


def _no_clause(name: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(SERVING, Atom(name), arity)


def _put(serving: Any, name: str, value: Any, fits: bool = True) -> Struct:
    if not isinstance(serving, Struct) or serving.module is not SERVING or not fits:
        raise _no_clause(name, 2)
    return serving.replace({NAMES[name]: value})


@ex("new/1", "new/2", "new/3")
def new(module_or_fun: Any, arg: Any = None, opts: Any = None) -> Struct:
    """A serving of a function from options to a compiled function, or of a callback module and its argument."""
    if opts is None and is_function(module_or_fun):
        return _of_function(module_or_fun, [] if arg is None else arg)
    options = [] if opts is None else opts
    if not is_atom(module_or_fun) or options.__class__ is not list:
        raise _no_clause("new", 2 if opts is None else 3)
    made = dict(FIELDS)
    made.update(module=module_or_fun, arg=arg, defn_options=merge(defn.default_options_0(), options))
    return Struct(SERVING, {NAMES[name]: value for name, value in made.items()})


def _of_function(fun: Any, opts: Any) -> Struct:
    if opts.__class__ is not list:
        raise _no_clause("new", 2)
    if is_function(fun, 1) or is_function(fun, 2):
        return new(DEFAULT, fun, opts)
    if not is_function(fun, 0):
        raise _no_clause("new", 2)
    io.warn(
        "passing a zero-arity function to Nx.Serving.new is deprecated, please pass a single arity function that will receive "
        "the compiler options"
    )
    return process_options(new(DEFAULT, lambda _: fun(), []), opts)


@ex("jit/1", "jit/2")
def jit(fun: Any, opts: Any = ()) -> Struct:
    """A serving that compiles *fun*."""
    return new(lambda options: defn.jit(fun, options), list(opts))


@ex("batch_size/2")
def batch_size(serving: Any, size: Any) -> Struct:
    """Set the most rows of a batch, for ``run/2`` too."""
    return _put(serving, "batch_size", size, size.__class__ is not int or size > 0)


@ex("client_preprocessing/2")
def client_preprocessing(serving: Any, fun: Any) -> Struct:
    """Set the function from an input to ``{batch or stream, client_info}``."""
    return _put(serving, "client_preprocessing", fun, fun is None or is_function(fun, 1))


@ex("client_postprocessing/2")
def client_postprocessing(serving: Any, fun: Any) -> Struct:
    """Set the function of ``{output, metadata}`` (or the stream of events) and the client's info."""
    if is_function(fun, 3):
        io.warn(
            "Passing a 3-arity function to client_postprocessing is deprecated, instead a two-arity function that receives the "
            "output and metadata must be given"
        )
        return _put(serving, "client_postprocessing", lambda pair, info: fun(pair[0], pair[1], info))
    return _put(serving, "client_postprocessing", fun, fun is None or is_function(fun, 2))


@ex("distributed_postprocessing/2")
def distributed_postprocessing(serving: Any, fun: Any) -> Struct:
    """Set the function that makes results ready for another node."""
    return _put(serving, "distributed_postprocessing", fun, is_function(fun, 1))


@ex("streaming/1", "streaming/2")
def streaming(serving: Any, opts: Any = ()) -> Struct:
    """Make the result a stream of ``{:batch, output, metadata}`` and, for ``:hooks``, ``{hook, value}`` events."""
    hooks: Any = next((v for k, v in opts if k is _HOOKS), [])
    made = _put(serving, "streaming", {_HOOKS: hooks})
    if field(serving, "streaming") is not None:
        raise ArgumentError("serving is already marked as streaming")
    return made


@ex("process_options/2")
def process_options(serving: Any, opts: Any) -> Struct:
    """Set the options of the serving process: those of ``start_link/1`` but ``:name`` and ``:serving``."""
    made = _put(serving, "process_options", opts, opts.__class__ is list)
    return made.replace({NAMES["process_options"]: validate_bang(opts, _PROCESS_KEYS)})


@ex("defn_options/2")
def defn_options(serving: Any, opts: Any) -> Struct:
    """Set the compiler options."""
    return _put(serving, "defn_options", opts, opts.__class__ is list)


@ex("run/2")
def run(serving: Any, value: Any) -> Any:
    """Run the serving in this process."""
    if not isinstance(serving, Struct) or serving.module is not SERVING:
        raise _no_clause("run", 2)
    return client.run_inline(serving, value)


@ex("batched_run/2", "batched_run/3")
def batched_run(name: Any, value: Any, preprocessing: Any = None) -> Any:
    """Have the serving process *name* run *value*: locally where it is running, else through the distributed way."""
    if is_atom(name):
        if client.running(name) is not None:
            return client.local(name, value)
        return client.distributed(name, value, preprocessing)
    if name.__class__ is tuple and len(name) == 2 and is_atom(name[1]):
        if name[0] is Atom("local"):
            return client.local(name[1], value)
        if name[0] is Atom("distributed"):
            return client.distributed(name[1], value, preprocessing)
    raise _no_clause("batched_run", 3)


@ex("start_link/1")
def start_link(opts: Any) -> Any:
    """Start the process of a serving under ``:name``, with a supervisor."""
    opts = validate_bang(opts, [Atom("name"), Atom("serving"), *_PROCESS_KEYS])
    for required in ("name", "serving"):
        if not any(k.name == required for k, _ in opts):
            raise KeyError_(key=Atom(required), term=opts)
    serving = next(v for k, v in opts if k.name == "serving")
    given = {k.name: v for k, v in reversed(merge(field(serving, "process_options"), opts))}
    own, wanted = field(serving, "batch_size"), given.get("batch_size")
    if own is not None and wanted is not None and own != wanted:
        raise ArgumentError(
            f"the batch size set via Nx.Serving.batch_size/2 ({own}) does not match the batch size given to the serving process ({wanted})"
        )
    if given.get("distribution_weight", 1).__class__ is not int:
        raise ArgumentError(":distribution_weight must be an integer")
    setup = server.Setup(
        name=given["name"],
        serving=serving,
        limit=own or wanted or 1,
        timeout=given.get("batch_timeout", 100),
        keys=enumerable.as_list(given.get("batch_keys", [Atom("default")])),
        partitioned=given.get("partitions", False) is True,
    )
    return server.start(setup)


@ex("child_spec/1")
def child_spec(opts: Any) -> Any:
    """What a supervisor needs to start a serving."""
    if opts.__class__ is not list:
        raise _no_clause("child_spec", 1)
    given = {k.name: v for k, v in reversed(opts)}
    name = given.get("name")
    if name is None or not is_atom(name):
        raise ArgumentError(":name option is expected when starting Nx.Serving and must be an atom")
    if given.get("serving") is None:
        raise ArgumentError(":serving option is expected when starting Nx.Serving")
    return {Atom("id"): name, Atom("start"): (SERVING, Atom("start_link"), [opts]), Atom("type"): Atom("supervisor")}


_EXPORTS = (
    new, jit, batch_size, client_preprocessing, client_postprocessing, distributed_postprocessing, streaming, process_options,
    defn_options, run, batched_run, start_link, child_spec,
)  # fmt: skip
MODULES_BY_NAME = {
    "Elixir.Nx.Serving": native_module(
        "Nx.Serving",
        {f.__name__: f for f in _EXPORTS},
        info={
            "struct": [(NAMES[k], v) for k, v in FIELDS.items()],
            "callbacks": [(Atom("init"), 3), (Atom("handle_batch"), 3)],
            "enforce_keys": [NAMES["module"], NAMES["arg"]],
        },
    ),
    "Elixir.Nx.Serving.Default": native_module(
        "Nx.Serving.Default", {f.__name__: f for f in default_callbacks}, info={"behaviour": [alias("Nx.Serving")]}
    ),
}
