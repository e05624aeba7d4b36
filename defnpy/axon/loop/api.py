"""The module ``Axon.Loop``: making loops, metrics, handlers, and running them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon import metrics as metric_functions
from defnpy.axon.base import ArgumentError, Atom, Opts, Struct, alias, field, kw, logged, make_struct, nx, option, text
from defnpy.axon.loop import run as running
from defnpy.axon.loop import saving, steps, watch
from defnpy.axon.loop.run import put
from defnpy.axon.loop.state import EVENTS
from defnpy.nx.options import validated
from defnpy.stdlib.kernel import find_function
from defnpy.terms.errors import ElixirError, FunctionClauseError, KeyError_
from defnpy.terms.exception import format_banner
from defnpy.terms.function import Closure, is_function
from defnpy.terms.map import sorted_keys
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import write

_ALWAYS, _COMPLETED, _CONTINUE = Atom("always"), Atom("iteration_completed"), Atom("continue")
_METRICS, _HANDLERS = Atom("metrics"), Atom("handlers")


def _no_clause(function: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(alias("Axon.Loop"), Atom(function), arity)


# -- loops ----------------------------------------------------------------------------------------------------------------


@ex("loop/1", "loop/2", "loop/3")
def loop(step: Any, init: Any = None, output: Any = None) -> Struct:
    """A loop from functions of a batch and a state."""
    if not is_function(step, 2):
        raise ArgumentError(
            f"Invalid loop function {text(step)}, a valid loop function is an arity-2 function of the form step(data, state)"
        )
    start = init if init is not None else Closure(2, lambda _, state: state)
    transform = output if output is not None else Closure(1, lambda state: state)
    return make_struct("Axon.Loop", init=start, step=step, output_transform=transform)


@ex("train_step/3", "train_step/4")
def train_step(model: Any, loss: Any, optimizer: Any, opts: Opts = ()) -> Any:
    """The init and step functions of supervised training."""
    validated(opts, seed=None, loss_scale=Atom("identity"))
    return steps.train_step(model, loss, optimizer, opts)


@ex("eval_step/1")
def eval_step(model: Any) -> Any:
    """The init and step functions of evaluation."""
    return steps.eval_step(model)


@ex("trainer/3", "trainer/4")
def trainer(model: Any, loss: Any, optimizer: Any, opts: Opts = ()) -> Struct:
    """A loop of supervised training."""
    o = validated(opts, seed=None, loss_scale=Atom("identity"), log=50)
    init, step = steps.train_step(model, loss, optimizer, [p for p in opts if p[0].name != "log"])
    output = Closure(1, lambda state: field(state, "step_state")[Atom("model_state")])
    made = metric_4(loop(step, init, output), Closure(2, steps.loss_function(loss), "Axon.Loop.build_loss_fn/1"), "loss")
    if o["log"].__class__ is int and o["log"] > 0:
        made = log(made, Closure(1, _training_line), [(Atom("filter"), [(Atom("every"), (Atom("epoch"), o["log"]))])])
        made = log(made, Closure(1, lambda _: "\n"), [(Atom("event"), Atom("epoch_completed"))])
    return made


def _training_line(state: Struct) -> str:
    line = _metrics_line(field(state, "metrics"))
    return f"\rEpoch: {field(state, 'epoch')}, Batch: {field(state, 'iteration')}, {line}"


def _evaluation_line(state: Struct) -> str:
    return f"\rBatch: {field(state, 'iteration')}, {_metrics_line(field(state, 'metrics'))}"


def _metrics_line(metrics: dict[Any, Any]) -> str:
    return " ".join(f"{k}: {_number(metrics[k])}" for k in sorted_keys(metrics))


def _number(value: Any) -> str:
    number = nx.to_number(value)
    if number.__class__ is float:
        return f"{number:.7f}"
    if number.__class__ is int:
        return str(number)
    return {"infinity": "Inf", "neg_infinity": "-Inf", "nan": "NaN"}.get(getattr(number, "name", ""), text(number))


@ex("evaluator/1")
def evaluator(model: Any) -> Struct:
    """A loop of evaluation."""
    init, step = steps.eval_step(model)
    made = loop(step, init, Closure(1, lambda state: field(state, "metrics")))
    return log(made, Closure(1, _evaluation_line), [])


# -- metrics --------------------------------------------------------------------------------------------------------------


def _fields(given: Any) -> Callable[[Any], list[Any]]:
    if given.__class__ is Atom:
        given = [given]
    if given.__class__ is list:
        return lambda state: [_dig(state, f) for f in given]
    if is_function(given, 1):
        return given
    raise ArgumentError(
        f"Invalid output transform {text(given)}, a valid output transform is an atom or list of atoms specifying field(s) to "
        "extract from the step state, or an arity-1 function applied to the step state"
    )


def _dig(state: Any, path: Any) -> Any:
    if path.__class__ is list:
        for step in path:
            state = state[step]
        return state
    if path not in state:
        raise KeyError_(path, state)
    return state[path]


def _accumulator(given: Any, fun: Callable[..., Any]) -> Callable[[Any, Any, Any], Any]:
    if given is Atom("running_average"):
        return metric_functions.running_average(fun)
    if given is Atom("running_sum"):
        return metric_functions.running_sum(fun)
    if is_function(given, 3):
        return lambda acc, args, i: given(acc, fun(*args), i)
    raise ArgumentError(
        f"Invalid accumulation function {text(given)}, a valid accumulation function is an atom which matches the name of an "
        "accumulation function in Axon.Metrics, or an arity-3 function which takes current accumulator, observation, and "
        "iteration and returns an updated accumulator"
    )


def _metric_function(given: Any) -> Callable[..., Any]:
    if given.__class__ is Atom:
        return lambda *args: find_function(alias("Axon.Metrics"), given, len(args))(*args)
    if is_function(given):
        return given
    raise ArgumentError(
        f"Invalid metric {text(given)}, a valid metric is an atom which matches the name of a function in Axon.Metrics or a "
        "function which takes a transformed step state and returns a value"
    )


_DEFAULT_FIELDS = [Atom("y_true"), Atom("y_pred")]


@ex("metric/2", "metric/3", "metric/4", "metric/5")
def metric_4(made: Any, metric: Any, name: Any = None, accumulate: Any = Atom("running_average"), fields: Any = None) -> Struct:
    """A loop with one more metric."""
    if name is None:
        if metric.__class__ is not Atom:
            raise ArgumentError("must provide name if using a custom metric")
        name = metric.name
    fun = _metric_function(metric)
    pick = _fields(_DEFAULT_FIELDS if fields is None else fields)
    add = _accumulator(accumulate, fun)
    if name in field(made, "metrics"):
        logged("warning", f"Metric {name} declared twice in loop. Original metric will be overridden.")
    maker = f"Axon.Metrics.{accumulate.name}/1" if accumulate.__class__ is Atom else ""
    entry = Closure(3, lambda acc, outputs, i: add(acc, list(pick(*outputs)), i), maker), metric
    return made.replace({_METRICS: {**field(made, "metrics"), name: entry}})


# -- handlers -------------------------------------------------------------------------------------------------------------

_ALL = ("started", "epoch_started", "iteration_started", "iteration_completed", "epoch_completed", "epoch_halted")


def _predicate(kind: str, n: Any) -> Callable[[Any], bool]:
    unit = Atom("total")
    if n.__class__ is tuple:
        unit, n = n

    def count(counts: Any) -> int:
        return counts if counts.__class__ is int else counts[unit]

    tests: dict[str, Callable[[Any], bool]] = {
        "every": lambda c: (count(c) - 1) % n == 0,
        "before": lambda c: count(c) < n,
        "after": lambda c: count(c) > n,
        "once": lambda c: count(c) == n,
    }
    if kind not in tests:
        raise _bad_filter([(Atom(kind), n)])
    return tests[kind]


class CountFilter:
    """A filter that looks at nothing but how often its event came."""

    __slots__ = ("tests",)

    def __init__(self, tests: list[Callable[[Any], bool]]) -> None:
        self.tests = tests

    def __call__(self, state: Any, event: Any) -> bool:
        return self.accepts(field(state, "event_counts")[event])

    def accepts(self, counts: Any) -> bool:
        """Whether the event fires at these counts."""
        return all(test(counts) for test in self.tests)


def _counting(tests: list[Callable[[Any], bool]]) -> Closure:
    return Closure(2, CountFilter(tests), "Axon.Loop.build_filter_fn/1")


def _bad_filter(given: Any) -> ArgumentError:
    return ArgumentError(
        f"Invalid filter {text(given)}, a valid filter is an atom which matches a valid filter predicate such as :always or "
        ":once, a keyword of predicate-value pairs such as every: N, or an arity-2 function which takes loop state and current "
        "event and returns true or false"
    )


def filter_function(given: Any) -> Callable[[Any, Any], Any]:
    """The predicate of a ``filter``."""
    if given is _ALWAYS:
        return _counting([])
    if given is Atom("first") or given is Atom("once"):
        given = [(Atom("once"), 1)]
    if given.__class__ is list and all(p.__class__ is tuple for p in given):
        return _counting([_predicate(k.name, n) for k, n in given])
    if is_function(given, 2):
        return given
    raise _bad_filter(given)


@ex("handle_event/3", "handle_event/4", "handle/3", "handle/4")
def handle_event(made: Any, events: Any, handler: Any, which: Any = _ALWAYS) -> Struct:
    """A loop with a handler of an event, of some or of all."""
    if events is Atom("all"):
        events = [Atom(e) for e in _ALL]
    accepts = filter_function(which)
    handlers = dict(field(made, "handlers"))
    for event in events if events.__class__ is list else [events]:
        if event not in handlers:
            raise KeyError_(event, handlers)
        handlers[event] = [(handler, accepts), *handlers[event]]
    return made.replace({_HANDLERS: handlers})


@ex("log/2", "log/3")
def log(made: Any, message: Any, opts: Opts = ()) -> Struct:
    """A loop that prints a message at an event."""
    o = validated(opts, event=_COMPLETED, filter=_ALWAYS, device=Atom("stdio"))

    def handler(state: Any) -> Any:
        try:
            _print(o["device"], message(state))
        except ElixirError as caught:
            logged("error", f"Error on Axon.Loop.log/5 callback: {format_banner(Atom('error'), caught.term)}")
            return Atom("halt_loop"), state
        return _CONTINUE, state

    return handle_event(made, o["event"], Closure(1, handler), o["filter"])


def _print(device: Any, line: Any) -> None:
    if device is Atom("stdio"):
        write(line if line.__class__ is str else text(line))
        return
    from defnpy.axon.base import remote

    remote("IO", "write/2")(device, line)


@ex("monitor/4", "monitor/5")
def monitor(made: Any, metric: Any, fun: Any, name: Any, opts: Opts = ()) -> Struct:
    """A loop that calls *fun* when a metric stops getting better."""
    o = validated(opts, event=Atom("epoch_completed"), filter=_ALWAYS, patience=3, mode=Atom("max"))
    handler = watch.monitor(metric, fun, name, o["patience"], o["mode"])
    return handle_event(made, o["event"], Closure(1, handler, "Axon.Loop.monitor/5"), o["filter"])


def _monitor_options(opts: Opts) -> Opts:
    given = kw(event=Atom("epoch_completed"), filter=_ALWAYS, patience=3, mode=Atom("min"))
    return [(name, _set(opts, name.name, default)) for name, default in given]


def _set(opts: Opts, name: str, default: Any) -> Any:
    """``opts[name] || default``; zero is true."""
    value = option(opts, name)
    return default if value is None or value is False else value


@ex("early_stop/2", "early_stop/3")
def early_stop(made: Any, metric: Any, opts: Opts = ()) -> Struct:
    """A loop that stops when a metric stops getting better."""
    return monitor(made, metric, lambda state: (Atom("halt_loop"), state), Atom("early_stop"), _monitor_options(opts))


@ex("reduce_lr_on_plateau/2", "reduce_lr_on_plateau/3")
def reduce_lr_on_plateau(made: Any, metric: Any, opts: Opts = ()) -> Struct:
    """A loop that cuts the learning rate when a metric stops getting better."""
    return monitor(made, metric, watch.rate_cutter(_set(opts, "factor", 0.1)), Atom("reduce_lr"), _monitor_options(opts))


@ex("validate/3", "validate/4")
def validate(made: Any, model: Any, data: Any, opts: Opts = ()) -> Struct:
    """A loop that evaluates the model on other data at an event."""
    o = validated(opts, event=Atom("epoch_completed"), filter=_ALWAYS)
    metrics = field(made, "metrics")

    def handler(state: Any) -> Any:
        inner = evaluator(model).replace({_METRICS: metrics})
        model_state = field(state, "step_state")[Atom("model_state")]
        found = running.start(inner, data, model_state, [])[0]
        more = {f"validation_{k}": v for k, v in found.items()}
        return _CONTINUE, put(state, metrics={**field(state, "metrics"), **more})

    return handle_event(made, o["event"], Closure(1, handler, "Axon.Loop.validate/4"), o["filter"])


# -- states and files -----------------------------------------------------------------------------------------------------


@ex("checkpoint/1", "checkpoint/2")
def checkpoint(made: Any, opts: Opts = ()) -> Struct:
    """A loop that saves its state at an event."""
    o = validated(
        opts, criteria=None, event=Atom("epoch_completed"), filter=_ALWAYS, path="checkpoint", file_pattern=saving.default_name,
        patience=3, mode=Atom("min"),
    )  # fmt: skip
    save = saving.saver(o["path"], o["file_pattern"])
    if o["criteria"] is not None:
        given = [(Atom(n), o[n]) for n in ("event", "filter", "mode", "patience")]
        return monitor(made, o["criteria"], save, Atom("checkpoint"), given)
    return handle_event(made, o["event"], Closure(1, save), o["filter"])


@ex("serialize_state/1", "serialize_state/2")
def serialize_state(state: Any, opts: Opts = ()) -> Any:
    """A loop state as a binary."""
    return saving.serialize(state)


@ex("deserialize_state/1", "deserialize_state/2")
def deserialize_state(data: Any, opts: Opts = ()) -> Any:
    """A loop state from a binary."""
    return saving.deserialize(data)


@ex("from_state/2")
def from_state(made: Any, state: Any) -> Struct:
    """A loop that goes on from a state."""
    return made.replace({Atom("attached_state"): state})


@ex("run/2", "run/3", "run/4")
def run(made: Any, data: Any, initial: Any = None, opts: Opts = ()) -> Any:
    """Run a loop over data."""
    return running.start(made, data, {} if initial is None else initial, list(opts))


_SHOWN: dict[str, dict[Any, Any]] = {"metrics": {}, "handlers": {Atom(e): [] for e in EVENTS}}
_FIELDS = ("init", "step", "output_transform", "attached_state", *_SHOWN)
MODULE = native_module(
    "Axon.Loop",
    globals(),
    info={
        "struct": [(Atom(f), _SHOWN.get(f)) for f in _FIELDS],
        "derive": [(alias("Inspect"), [(Atom("only"), [Atom(f) for f in _SHOWN])])],
    },
)
