"""Running a loop: epochs, iterations, events and their handlers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Struct, field, logged, make_struct, nx, option, text
from defnpy.axon.loop.ahead import Ahead, Windows
from defnpy.axon.loop.state import EPOCH_ENDS, ITERATION
from defnpy.nx import defn
from defnpy.terms.function import Closure

Map = dict[Any, Any]
_CONTINUE, _HALT_EPOCH, _HALT_LOOP = Atom("continue"), Atom("halt_epoch"), Atom("halt_loop")
_OWN = ("epochs", "iterations", "jit_compile?", "strict?", "force_garbage_collection?", "garbage_collect", "debug")


def put(state: Struct, **changes: Any) -> Struct:
    """A state with some fields changed."""
    return state.replace({Atom(k): v for k, v in changes.items()})


def _counted(state: Struct, event: Atom) -> Struct:
    counts = field(state, "event_counts")
    old = counts[event]
    if event in ITERATION:
        new: Any = {Atom("total"): old[Atom("total")] + 1, Atom("epoch"): old[Atom("epoch")] + 1}
    else:
        new = old + 1
    counts = {**counts, event: new}
    if event in EPOCH_ENDS:
        counts.update({e: {**counts[e], Atom("epoch"): 0} for e in ITERATION})
    return put(state, event_counts=counts)


def fire(event: str, handlers: Map, state: Struct) -> tuple[Any, Struct]:
    """Count an event and call its handlers until one halts."""
    atom = Atom(event)
    state = _counted(state, atom)
    for handler, accepts in reversed(handlers[atom]):
        if accepts(state, atom) in (None, False):
            continue
        answer = handler(state)
        if answer.__class__ is not tuple or len(answer) != 2 or answer[0] not in (_CONTINUE, _HALT_EPOCH, _HALT_LOOP):
            raise ArgumentError(
                f"invalid value {text(answer)} returned from event handler triggered on :{event}, event handler must return a "
                "tuple of {status, state} where status is one of :halt_epoch, :halt_loop, or :continue and state is an updated "
                "State struct"
            )
        status, state = answer
        if status is not _CONTINUE:
            return status, state
    return _CONTINUE, state


class Run:
    """One run of a loop over data."""

    def __init__(self, loop: Struct, data: Any, opts: Any) -> None:
        self.loop, self.data = loop, data
        self.handlers = field(loop, "handlers")
        self.metrics = field(loop, "metrics")
        self.jit = option(opts, "jit_compile?", True) not in (None, False)
        self.strict = option(opts, "strict?", True) not in (None, False)
        self.jit_opts = [p for p in opts if p[0].name not in _OWN]
        self.zero = {name: nx.tensor(0.0) for name in self.metrics}
        self.step: Callable[..., Any] | None = None
        self.windows = Windows(Closure(4, _Batch(self)), self.handlers, self.jit_opts) if self.jit and self.strict else None

    def batch(self, data: Any, i: Any, state: Any, metrics: Map) -> Any:
        """One step and the metrics after it; a metric named like a field of the state is that field before the step."""
        new = field(self.loop, "step")(data, state)
        made = {}
        for name, (fun, _) in self.metrics.items():
            own = Atom(name) if state.__class__ is dict else None
            made[name] = state[own] if own is not None and own in state else fun(metrics[name], _wrapped(new), i)
        return new, made

    def compiled(self, args: list[Any]) -> Callable[..., Any]:
        """The batch function: compiled for the first arguments when strict."""
        if self.step is None:
            plain = Closure(4, _Batch(self))
            if not self.jit:
                self.step = plain
            elif self.strict:
                self.step = defn.compile_(plain, args, self.jit_opts)
            else:
                self.step = defn.jit(plain, self.jit_opts)
        return self.step

    def epoch(self, state: Struct) -> tuple[Any, Struct]:
        """All iterations of an epoch."""
        ahead = Ahead(_iterate(self.data))
        for data in ahead:
            status, state = fire("iteration_started", self.handlers, state)
            if status is not _CONTINUE:
                return status, state
            done, most = field(state, "iteration"), field(state, "max_iteration")
            args = [data, done, field(state, "step_state"), field(state, "metrics")]
            step_state, metrics = self.compiled(args)(*args)
            state = put(state, step_state=step_state, metrics=metrics)
            status, state = fire("iteration_completed", self.handlers, state)
            if status is not _CONTINUE:
                return status, state
            state = put(state, iteration=done + 1)
            if most > 0 and done >= most - 1:
                break
            if self.windows is not None:
                state = self.windows.advance(ahead, state, most)
        return _CONTINUE, state

    def all(self, state: Struct) -> Struct:
        """All epochs."""
        first, last = field(state, "epoch"), field(state, "max_epoch")
        done: Map = dict.fromkeys(range(first, last), self.zero)
        if field(self.loop, "attached_state") is not None:
            done = {**field(state, "metrics"), **done}
        status, state = fire("started", self.handlers, put(state, metrics=self.zero))
        if status is _HALT_LOOP:
            return put(state, status=Atom("halted"), metrics=done)
        for number in range(first, last):
            status, state, done = self._one(number, state, done)
            if status is _HALT_LOOP:
                return put(state, status=Atom("halted"), metrics=done)
        return put(state, status=Atom("completed"), metrics=done)

    def _one(self, number: int, state: Struct, done: Map) -> tuple[Any, Struct, Map]:
        status, state = fire("epoch_started", self.handlers, state)
        if status is _CONTINUE:
            begin = time.perf_counter()
            status, state = self.epoch(state)
            if status is _CONTINUE:
                took = int((time.perf_counter() - begin) * 1_000_000)
                state = put(state, times={**field(state, "times"), number: nx.tensor(took)})
                status, state = fire("epoch_completed", self.handlers, state)
        if status is _CONTINUE:
            done = {**done, number: field(state, "metrics")}
            return status, self._next(state, number), done
        if status is _HALT_LOOP:
            return status, state, done
        return self._halted(state, done)

    def _halted(self, state: Struct, done: Map) -> tuple[Any, Struct, Map]:
        """After a halted epoch: its handlers decide whether the epoch counts."""
        status, state = fire("epoch_halted", self.handlers, state)
        number = field(state, "epoch")
        if status is _HALT_EPOCH:
            return _CONTINUE, self._next(state, number), {**done, number: field(state, "metrics")}
        return status, state, {k: v for k, v in done.items() if k != number}

    def _next(self, state: Struct, number: int) -> Struct:
        return put(state, epoch=number + 1, iteration=0, metrics=self.zero)


def _wrapped(term: Any) -> list[Any]:
    """``List.wrap``: what a metric function takes as the outputs of a step."""
    return term if term.__class__ is list else [] if term is None else [term]


class _Batch:
    """The batch function with a place for its programs."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def __call__(self, *args: Any) -> Any:
        return self.run.batch(*args)


def _iterate(data: Any) -> Any:
    from defnpy.axon.loop.data import iterate

    return iterate(data)


def start(loop: Struct, data: Any, initial: Any, opts: Any) -> Any:
    """``Axon.Loop.run``."""
    forwarded = [p for p in opts if p[0].name not in _OWN or p[0].name == "debug"]
    if forwarded:
        logged("debug", f"Forwarding options: {text(forwarded)} to JIT compiler")
    sample = next(iter(_iterate(data)), _NOTHING)
    if sample is _NOTHING:
        raise ArgumentError(
            "Axon.Loop.run received empty dataset, this can happen if you've built a stream and accidentally filtered out every "
            "value, your dataset must have at least one entry"
        )
    epochs, most = option(opts, "epochs", 1), option(opts, "iterations", -1)
    run = Run(loop, data, opts)
    attached = field(loop, "attached_state")
    if attached is not None:
        state = put(attached, max_epoch=epochs + field(attached, "epoch"))
    else:
        step_state = field(loop, "init")(sample, initial)
        state = make_struct("Axon.Loop.State", step_state=step_state, max_epoch=epochs, max_iteration=most)
    return field(loop, "output_transform")(run.all(state))


_NOTHING = object()
