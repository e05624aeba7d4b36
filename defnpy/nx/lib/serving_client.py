"""The client side of ``Nx.Serving``: inline runs, requests to a serving process, results put together or streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from defnpy.nx.lib.batch import Batch
from defnpy.nx.lib.batch import split as split_batch
from defnpy.nx.lib.serving_parts import IDENTITY, SERVING, execute, field, handle_batch, hooks_of, init, join, rows, with_hooks
from defnpy.nx.lib.serving_server import Config, Request, config_of
from defnpy.stdlib import enumerable, processes
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.telemetry import traced
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import ArgumentError, ElixirError, Exit, ProtocolUndefinedError, RuntimeError_
from defnpy.terms.inspect import inspect
from defnpy.terms.process import Process, Reference, current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

BATCH, NORMAL, NOPROC, DOWN = Atom("batch"), Atom("normal"), Atom("noproc"), Atom("DOWN")
_UNKNOWN = -1


def running(name: Any) -> Process | None:
    """The process registered as *name*."""
    found = runtime().registered.get(name)
    return found if found is not None and found.alive else None


# -- before and after -----------------------------------------------------------------------------------------------------


def _valid(term: Any) -> bool:
    if term.__class__ is Batch:
        if term.size == 0:
            raise ArgumentError("cannot run with empty Nx.Batch")
        return True
    try:
        enumerable.iterate(term)
    except ProtocolUndefinedError:
        return False
    return True


def preprocess(fun: Any, value: Any) -> tuple[Any, Any]:
    """A batch or an enumerable of batches, and the client's info."""
    if fun is None:
        if _valid(value):
            return value, Atom("client_info")
        raise ArgumentError(
            "the default client_preprocessing expects a Nx.Batch or a stream of Nx.Batch as input. Give a batch or use a custom "
            "preprocessing"
        )

    def run() -> tuple[Any, dict[str, Any]]:
        made = _checked(fun, fun(value))
        return made, {"input": value, "info": made[1]}

    found: tuple[Any, Any] = traced("preprocessing", {"input": value}, run)
    return found


def _checked(fun: Any, made: Any) -> tuple[Any, Any]:
    """What the preprocessing function *fun* gave, when it is a pair."""
    if made.__class__ is tuple and len(made) == 2 and _valid(made[0]):
        return made
    raise RuntimeError_(
        f"client_preprocessing function {inspect(fun)} must return a two element tuple where the first element is a Nx.Batch or a "
        f"stream of batches and the second is any value. Got: {inspect(made)}"
    )


def _postprocess(fun: Any, result: Any, info: Any) -> Any:
    if fun is not None:
        return traced("postprocessing", {"info": info}, lambda: (fun(result, info), {"info": info}))
    return result[0] if result.__class__ is tuple else result


def _too_big(size: int, limit: Any) -> ArgumentError:
    return ArgumentError(f"batch size ({size}) cannot exceed Nx.Serving server batch size of {limit} when streaming hooks")


def _no_stream() -> ArgumentError:
    return ArgumentError("streaming hooks do not support input streaming, input must be a Nx.Batch")


def _not_a_batch(limit: Any, other: Any) -> ElixirError:
    most = f" of maximum size {limit}" if limit is not None else ""
    return RuntimeError_(f"client_preprocessing must return a stream of Nx.Batch{most}, got: {inspect(other)}")


# -- inline ---------------------------------------------------------------------------------------------------------------


def run_inline(serving: Struct, value: Any) -> Any:
    """``Nx.Serving.run/2``."""
    given, info = preprocess(field(serving, "client_preprocessing"), value)
    limit, post = field(serving, "batch_size"), field(serving, "client_postprocessing")
    if hooks_of(serving) is not None:
        return _postprocess(post, _stream_inline(serving, given, limit), info)
    results = [(output, metadata, batch.size) for batch, output, metadata in _executed(serving, field(serving, "defn_options"), given, limit)]
    output, metadata, size = results[-1 if len(results) == 1 else 0]
    if len(results) == 1:
        return _postprocess(post, (rows(output, 0, size), metadata), info)
    whole = join([rows(part, 0, n) for part, _, n in results], output)
    return _postprocess(post, (whole, metadata), info)


def _executed(serving: Struct, options: Any, given: Any, limit: Any) -> Iterator[tuple[Batch, Any, Any]]:
    module, state, first = field(serving, "module"), None, True
    for batch in _cut(given, limit):
        if first:
            state, first = init(module, "inline", field(serving, "arg"), [[(Atom("batch_keys"), [batch.key]), *options]]), False
        work, _ = handle_batch(module, batch, 0, state)
        output, metadata = execute(module, work)
        yield batch, output, metadata


def _cut(given: Any, limit: Any) -> Iterator[Batch]:
    """The batches of an input, none larger than *limit*."""
    if given.__class__ is Batch:
        while limit is not None and given.size > limit:
            part, given = split_batch(given, limit)
            yield part
        yield given
        return
    for batch in enumerable.iterate(given):
        if batch.__class__ is not Batch or (limit is not None and batch.size > limit):
            raise _not_a_batch(limit, batch)
        yield batch


def _stream_inline(serving: Struct, given: Any, limit: Any) -> Stream:
    hooks = hooks_of(serving) or []
    if hooks and given.__class__ is not Batch:
        raise _no_stream()
    if hooks and limit is not None and given.size > limit:
        raise _too_big(given.size, limit)
    client, reference = current(), Reference()
    options = field(serving, "defn_options")
    if hooks:
        options = with_hooks(options, {maps.key(h): _teller(client, reference, given.size, h) for h in hooks})

    def work() -> None:
        for batch, output, metadata in _executed(serving, options, given, limit):
            processes.deliver(client, (reference, ("batch", 0, batch.size, output, metadata)))

    processes.spawn(work, link=True, monitor=reference)
    return _events("run/2", reference, _UNKNOWN)


def _teller(client: Process, reference: Reference, size: int, hook: Any) -> Callable[[Any], Any]:
    return lambda value: processes.deliver(client, (reference, ("hook", 0, size, value, hook)))


# -- by a process ---------------------------------------------------------------------------------------------------------


def local(name: Any, value: Any) -> Any:
    """Have the process *name* run *value*."""
    process = running(name)
    shown = (SERVING, Atom("local_batched_run"), [name, value])
    if process is None:
        raise Exit((NOPROC, shown))
    return _request(process, name, value, lambda reason: Exit((reason, shown)))


def distributed(name: Any, value: Any, preprocessing: Any) -> Any:
    """As :func:`local`, by way of another process, as a call from another node would come."""
    value = (preprocessing or IDENTITY)(value)
    process = running(name)
    if process is None or config_of(name) is None:
        raise Exit((NOPROC, (SERVING, Atom("distributed_batched_run"), [name, value, [(Atom("retries"), 3)]])))
    config = config_of(name)
    assert config is not None
    client, reference = current(), Reference()
    finish = field(config.serving, "distributed_postprocessing")

    def work() -> None:
        result = finish(local(name, value))
        if config.hooks is None:
            processes.deliver(client, (reference, ("result", result)))
            return
        processes.deliver(client, (reference, ("stream",)))
        for event in enumerable.iterate(result):
            processes.deliver(client, (reference, ("event", event)))

    processes.spawn(work, monitor=reference)
    found = _message(reference)
    if found[0] == "result":
        _forget(reference)
        return found[1]
    if found[0] == "stream":
        return Stream(_owned("batched_run/2", lambda: _forwarded(reference)))
    retries = (SERVING, Atom("distributed_batched_run"), [name, value, [(Atom("retries"), 3)]])
    raise Exit((found[1], retries))


def _forwarded(reference: Reference) -> Iterator[Any]:
    while (found := _message(reference))[0] == "event":
        yield found[1]
    if found[1] is not NORMAL:
        raise Exit((found[1], (SERVING, Atom("streaming"), [])))


def _request(process: Process, name: Any, value: Any, failed: Callable[[Any], Exit]) -> Any:
    config = config_of(name)
    if config is None:
        raise ArgumentError(
            f"could not find Nx.Serving with name {inspect(name)}. Make sure your Nx.Serving is running and/or started as part of "
            "your supervision tree"
        )
    given, info = preprocess(field(config.serving, "client_preprocessing"), value)
    reference, size = _send(process, config, given)
    post = field(config.serving, "client_postprocessing")
    if config.hooks is not None:
        return _postprocess(post, _events("batched_run/2", reference, size), info)
    return _postprocess(post, _collect(reference, size, failed), info)


def _send(process: Process, config: Config, given: Any) -> tuple[Reference, int]:
    """Hand the batches over; the reference of the answers, and how many rows there will be."""
    if given.__class__ is Batch:
        if config.hooks and given.size > config.limit:
            raise _too_big(given.size, config.limit)
        _check_key(given, config)
        reference = processes.monitor(process.pid)
        processes.deliver(process, Request((current(), reference), None, given))
        return reference, given.size
    if config.hooks:
        raise _no_stream()
    client, reference = current(), Reference()

    def work() -> None:
        own = processes.monitor(process.pid)
        left = 0
        for batch in enumerable.iterate(given):
            if batch.__class__ is not Batch or batch.size > config.limit:
                raise _not_a_batch(config.limit, batch)
            _await(own, left)
            _check_key(batch, config)
            processes.deliver(process, Request((client, reference), (current(), own), batch))
            left = batch.size
        _await(own, left)

    processes.spawn(work, link=True, monitor=reference)
    return reference, _UNKNOWN


def _check_key(batch: Batch, config: Config) -> None:
    from defnpy.stdlib.enum import sort

    if not any(batch.key is k or batch.key == k for k in config.keys):
        raise ArgumentError(f"unknown batch key: {inspect(batch.key)} (expected one of {inspect(sort(list(config.keys)))})")


def _await(reference: Reference, left: int) -> None:
    """Wait until *left* rows of what was sent before have been run."""
    while left > 0:
        found = _message(reference)
        if found[0] == "down":
            raise Exit(found[1])
        left -= found[1]


# -- answers --------------------------------------------------------------------------------------------------------------


def _message(reference: Reference) -> Any:
    """The next answer, or ``("down", reason)`` when nobody is left to give one."""

    def match(message: Any) -> Any:
        if message.__class__ is tuple and len(message) == 2 and message[0] is reference:
            return message[1]
        if message.__class__ is tuple and len(message) == 5 and message[0] is DOWN and message[1] is reference:
            return ("down", message[4])
        return NOMATCH

    return processes.receive(current(), match)


def _forget(reference: Reference) -> None:
    """No more messages of a monitor."""
    processes.demonitor(reference, flush=True)


def _collect(reference: Reference, size: int, failed: Callable[[Any], Exit]) -> tuple[Any, Any]:
    """Output and metadata of a whole request."""
    parts: list[tuple[Any, int, int]] = []
    template: Any = None
    metadata: Any = None
    done = 0
    while done != size:
        found = _message(reference)
        if found[0] == "down":
            if found[1] is NORMAL:
                break
            raise failed(found[1])
        _, start, count, template, metadata = found
        parts.append((template, start, count))
        done += count
    _forget(reference)
    if not parts:
        raise RuntimeError_("unexpected error: streaming finished before it started")
    cut = [rows(output, start, count) for output, start, count in parts]
    return (cut[0] if len(cut) == 1 else join(cut, template)), metadata


def _events(call: str, reference: Reference, size: int) -> Stream:
    return Stream(_owned(call, lambda: _walk(reference, size)))


def _owned(call: str, walk: Callable[[], Iterator[Any]]) -> Callable[[], Iterator[Any]]:
    """*walk*, refused to other processes than the present one."""
    owner = current()

    def start() -> Iterator[Any]:
        if current() is not owner:
            raise RuntimeError_(f"the stream returned from Nx.Serving.{call} must be consumed in the same process")
        return walk()

    return start


def _walk(reference: Reference, size: int) -> Iterator[Any]:
    done = 0
    while done != size:
        found = _message(reference)
        if found[0] == "down":
            if found[1] is NORMAL:
                break
            raise Exit((found[1], (SERVING, Atom("streaming"), [])))
        kind, start, count, output, extra = found
        if kind == "hook":
            yield (extra, rows(output, start, count))
        else:
            done += count
            if done == size:
                _forget(reference)
            yield (BATCH, rows(output, start, count), extra)
