"""The steps of supervised loops: from models, losses and optimizers to functions of a batch and a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon import loss_scale as loss_scales
from defnpy.axon import losses
from defnpy.axon.base import ArgumentError, Atom, Opts, kw, nx, option, text
from defnpy.axon.build import build
from defnpy.axon.model import is_model
from defnpy.axon.optim import optimizers
from defnpy.axon.optim.updates import MODULE as UPDATES
from defnpy.axon.state import bare, is_state, trainable_parameters, update
from defnpy.axon.state import new as state_of
from defnpy.nx import defn
from defnpy.nx.containers import container_map
from defnpy.terms.function import Closure, is_function

Map = dict[Any, Any]
_I, _LOSS, _TRUE, _PRED = Atom("i"), Atom("loss"), Atom("y_true"), Atom("y_pred")
_MODEL, _OPTIMIZER, _SCALE = Atom("model_state"), Atom("optimizer_state"), Atom("loss_scale_state")
_PREDICTION, _STATE = Atom("prediction"), Atom("state")
_REUSE = kw(on_conflict=Atom("reuse"))
_LOSSES = frozenset(losses.LOSSES) - {"huber", "connectionist_temporal_classification"}


def loss_function(loss: Any) -> Callable[[Any, Any], Any]:
    """The loss of an atom, a function or a list of weighted losses."""
    if loss.__class__ is Atom and loss.name in _LOSSES:
        fun = getattr(losses, loss.name)
        return lambda y, p: fun(y, p, kw(reduction=Atom("mean")))
    if is_function(loss, 2):
        return loss
    if loss.__class__ is list and loss and all(p.__class__ is tuple and len(p) == 2 for p in loss):
        parts = [(loss_function(fun), weight) for fun, weight in loss]
        return lambda y, p: _weighted(parts, y, p)
    raise ArgumentError(
        f"Invalid loss function {text(loss)}, a valid loss function is an atom which matches a function in Axon.Losses, an "
        "arity-2 function of the form loss(y_true, y_pred), or a list of 2-tuples of {loss, weight} for multi-objective models"
    )


def _weighted(parts: list[Any], y_true: Any, y_pred: Any) -> Any:
    total: Any = None
    for (fun, weight), y, p in zip(parts, y_true, y_pred, strict=True):
        value = nx.multiply(weight, fun(y, p))
        total = value if total is None else nx.add(total, value)
    return total


def optimizer_functions(optimizer: Any) -> Any:
    """The init and update functions of an optimizer."""
    if optimizer.__class__ is Atom and optimizer.name in optimizers.NAMES:
        return getattr(optimizers, optimizer.name)()
    if optimizer.__class__ is tuple and len(optimizer) == 2 and is_function(optimizer[0], 1) and is_function(optimizer[1], 3):
        return optimizer
    raise ArgumentError(
        f"Invalid optimizer {text(optimizer)}, a valid optimizer is an atom matching the name of an optimizer in "
        "Polaris.Optimizers or a tuple of {init_fn, update_fn}. See Polaris.Updates for more information on building optimizers "
        "using the low-level API"
    )


def loss_scale_functions(scale: Any) -> Any:
    """The three functions of a loss scale."""
    if scale.__class__ is Atom and scale.name in ("identity", "static", "dynamic"):
        return getattr(loss_scales, scale.name)()
    if scale.__class__ is tuple and len(scale) == 3:
        return scale
    raise ArgumentError(
        f"Invalid loss scale {text(scale)}, a valid loss scale is an atom matching the name of a loss scale implementation in "
        "Axon.LossScale or a 3-tuple of {init_scale, scale_fn, unscale_fn}. See Axon.LossScale for more information"
    )


def model_functions(model: Any, mode: str, opts: Opts = ()) -> Any:
    """The init and forward functions of a model."""
    if is_model(model):
        return build(model, [(Atom("mode"), Atom(mode)), *opts])
    if model.__class__ is tuple and len(model) == 2 and is_function(model[0], 2) and is_function(model[1], 2):
        return model
    raise ArgumentError(
        f"Invalid model {text(model)}, a valid model is an Axon struct or a tuple of {{init_fn, forward_fn}} with signatures "
        "init_fn() :: model_state, forward_fn(model_state, inp) :: prediction"
    )


def _zeros_like(term: Any) -> Any:
    return container_map(term, lambda t: nx.broadcast(nx.tensor(0, kw(type=t.type.elixir)), nx.shape(t)))


def _pair(batch: Any, which: str) -> tuple[Any, Any]:
    if batch.__class__ is tuple and len(batch) == 2:
        return batch
    raise ArgumentError(
        f"invalid arguments given to {which}-step initialization, this usually happens when you pass an invalid parameters to "
        "Axon.Loop.run with a loop constructed using Axon.Loop.trainer or Axon.Loop.evaluator, supervised training and "
        "evaluation loops expect a stream or enumerable of inputs of the form {x_train, y_train} where x_train and y_train are "
        "batches of tensors, you must also provide an initial model state such as: Axon.Loop.run(loop, data, "
        f"Axon.ModelState.empty()) got input data: {text(batch)} "
    )


class TrainStep:
    """The init and step functions of supervised training."""

    def __init__(self, model: Any, loss: Any, optimizer: Any, opts: Opts) -> None:
        seed = option(opts, "seed")
        given = [] if seed is None else [(Atom("seed"), seed)]
        self.init_model, self.forward = model_functions(model, "train", given)
        self.loss = loss_function(loss)
        self.init_optimizer, self.update = optimizer_functions(optimizer)
        self.init_scale, self.scale, self.unscale = loss_scale_functions(option(opts, "loss_scale", Atom("identity")))
        self.apply = UPDATES.functions["apply_updates/2"]

    def init(self, batch: Any, state: Any) -> Map:
        """The state before the first step."""
        x, y = _pair(batch, "train")
        # A map of parameters is a state that does not know yet which of them are trained.
        model_state = self.init_model(x, state if is_state(state) else bare(state))
        out = defn.jit_apply(Closure(2, lambda s, i: self.forward(s, i)[_PREDICTION]), [model_state, x], _REUSE)
        return {
            _I: nx.tensor(0), _TRUE: _zeros_like(y), _PRED: _zeros_like(out), _LOSS: nx.tensor(0.0), _MODEL: model_state,
            _OPTIMIZER: self.init_optimizer(trainable_parameters(model_state)), _SCALE: self.init_scale(),
        }  # fmt: skip

    def step(self, batch: Any, state: Map) -> Map:
        """One step of gradient descent."""
        x, y = _pair(batch, "train")
        model_state = state[_MODEL]
        params = trainable_parameters(model_state)

        def objective(p: Any) -> Any:
            out = self.forward(update(model_state, p), x)
            value = self.loss(y, out[_PREDICTION])
            return out, self.scale(value, state[_SCALE]), value

        (out, _, value), gradients = defn.value_and_grad_3(params, objective, lambda t: t[1])
        gradients, scale_state = self.unscale(gradients, state[_SCALE])
        updates, optimizer_state = self.update(gradients, state[_OPTIMIZER], params)
        i = state[_I]
        mean = nx.divide(nx.add(nx.multiply(state[_LOSS], i), value), nx.add(i, 1))
        return {
            **state, _I: nx.add(i, 1), _TRUE: y, _PRED: out[_PREDICTION], _LOSS: mean,
            _MODEL: update(model_state, self.apply(params, updates), out[_STATE]), _OPTIMIZER: optimizer_state,
            _SCALE: scale_state,
        }  # fmt: skip


def train_step(model: Any, loss: Any, optimizer: Any, opts: Opts) -> tuple[Closure, Closure]:
    """``Axon.Loop.train_step``."""
    made = TrainStep(model, loss, optimizer, opts)
    step = defn.jit(Closure(2, _Plain(made.step)), _REUSE)
    return Closure(2, made.init), step


class _Plain:
    """A callable with a place for its compiled programs."""

    def __init__(self, fun: Callable[..., Any]) -> None:
        self.fun = fun

    def __call__(self, *args: Any) -> Any:
        return self.fun(*args)


def eval_step(model: Any) -> tuple[Closure, Closure]:
    """``Axon.Loop.eval_step``."""
    _, forward = model_functions(model, "inference")

    def init(batch: Any, state: Any) -> Map:
        x, y = _pair(batch, "eval")
        if state.__class__ is dict:
            state = state_of(state)
        out = defn.jit_apply(Closure(2, lambda s, i: forward(s, i)), [state, x], _REUSE)
        return {_MODEL: state, _TRUE: _zeros_like(y), _PRED: _zeros_like(out)}

    def step(batch: Any, state: Map) -> Map:
        x, y = _pair(batch, "eval")
        return {_MODEL: state[_MODEL], _TRUE: y, _PRED: forward(state[_MODEL], x)}

    return Closure(2, init), defn.jit(Closure(2, _Plain(step)), _REUSE)


