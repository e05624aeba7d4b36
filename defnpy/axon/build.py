"""Building a model: its init and predict functions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Struct, Tensor, alias, field, is_struct, logged, make_struct, nx, option, random, runtime, text
from defnpy.axon.model import BOTH, LAYER, PARAMETER, Visit, container_ids, is_model, nodes_of, output_of
from defnpy.axon.policy import cast_float
from defnpy.axon.state import is_state
from defnpy.axon.state import new as state_of
from defnpy.axon.structs import compile_error
from defnpy.nx import defn
from defnpy.nx.containers import container_map, is_leaf
from defnpy.nx.tensor import Traced
from defnpy.stdlib.function import facts
from defnpy.terms.errors import ElixirError, FunctionClauseError, MatchError
from defnpy.terms.function import Closure, call, is_function
from defnpy.terms.map import sorted_keys
from defnpy.terms.module import ex, native_module

_OWN = ("debug", "mode", "print_values", "seed", "raise_on_none", "global_layer_options")
_TRAIN, _INFERENCE, _MODE, _BLOCK = Atom("train"), Atom("inference"), Atom("mode"), Atom("block")
_INPUT, _CONSTANT, _CONTAINER = Atom("input"), Atom("constant"), Atom("container")
OPTIONAL = Atom("optional")
_PREDICTION, _STATE = Atom("prediction"), Atom("state")
LAYERS = alias("Axon.Layers")
Map = dict[Any, Any]


class Config:
    """The options of a build."""

    __slots__ = ("debug", "global_opts", "jit", "mode", "print_values", "raise_on_none", "seed")

    def __init__(self, opts: Any) -> None:
        self.debug = option(opts, "debug", False) not in (None, False)
        self.mode = option(opts, "mode", _INFERENCE)
        self.seed = option(opts, "seed")
        self.print_values = bool(option(opts, "print_values", False))
        self.raise_on_none = option(opts, "raise_on_none", True) is not False
        self.global_opts = option(opts, "global_layer_options", [])
        self.jit = [p for p in opts if p[0].name not in _OWN]


class Layer:
    """A node ready to run: its name, the positions of its inputs and what to call."""

    __slots__ = ("args", "blocks", "constant", "hooks", "name", "node", "op", "opts", "parameters", "parents", "policy", "skipped")

    def __init__(self, node: Struct, name: str, config: Config) -> None:
        self.node, self.name = node, name
        self.op = field(node, "op")
        self.parents = field(node, "parent")
        mode = field(node, "mode")
        self.skipped = mode is not BOTH and mode is not config.mode
        self.parameters = [] if self.skipped else field(node, "parameters")
        self.args = field(node, "args")
        self.policy = field(node, "policy")
        self.hooks = [h for h in reversed(field(node, "hooks")) if h[1] is BOTH or h[1] is config.mode]
        self.opts = self._options(config)
        self.blocks: Any = None
        # A constant may live on a device; inside a trace only host tensors can be captured.
        self.constant = _on_host(option(field(node, "opts"), "value")) if self.op is _CONSTANT else None

    def _options(self, config: Config) -> list[Any]:
        allowed = field(self.node, "global_options")
        shared = [p for p in config.global_opts if p[0] in allowed]
        return [(_MODE, config.mode), *field(self.node, "opts"), *shared]


def _on_host(value: Any) -> Any:
    if isinstance(value.data, Traced):
        return value
    return nx.backend_copy(value, alias("Nx.BinaryBackend"))


def is_none(term: Any) -> bool:
    """Whether *term* is an ``%Axon.None{}``."""
    return is_struct(term, "Axon.None")


def _propagates(term: Any) -> bool:
    if term.__class__ is Tensor:
        return False
    if is_none(term):
        return field(term, "__propagate__") is True
    if term.__class__ is tuple:
        return any(_propagates(t) for t in term)
    if term.__class__ is dict:
        return any(_propagates(t) for t in term.values())
    return False


class Program:
    """A model compiled to a list of layers in the order in which they run."""

    def __init__(self, model: Struct, config: Config) -> None:
        visit = Visit(model)
        self.config = config
        self.root = output_of(model)
        self.model = model
        self.layers = [Layer(node, name, config) for node, name in visit.order]
        self.inputs = [la.name for la in self.layers if la.op is _INPUT]
        self.input_names = sorted(set(self.inputs))
        self.key_names = _key_names(model)

    # -- prediction -------------------------------------------------------------------------------------------------------

    def run(self, params: Map, inputs: Any, watch: Callable[[Layer, Map], Map] | None = None) -> tuple[Any, Map]:
        """The output and the new state. *watch* makes parameters on the way (used by init)."""
        state: Map = {}
        return self.values(params, inputs, state, watch)[self.root], state

    def values(self, params: Map, inputs: Any, state: Map | None = None, watch: Any = None) -> dict[int, Any]:
        """The output of every layer; new state is added to *state*."""
        values: dict[int, Any] = {}
        state = {} if state is None else state
        for layer in self.layers:
            if layer.op is _INPUT:
                value = self._input(layer, inputs)
            elif layer.op is _CONSTANT:
                value = cast_float(layer.policy, layer.constant, "output")
            elif layer.op is OPTIONAL:
                value = values[layer.parents[0]]
                value = make_struct("Axon.None", __propagate__=False) if is_none(value) else value
            elif layer.op is _CONTAINER:
                value = container_ids(layer.parents[0], values.__getitem__)
                value = make_struct("Axon.None") if _propagates(value) else value
            else:
                given = [values[p] for p in layer.parents]
                value = self._layer(layer, given, params, state, watch)
            values[field(layer.node, "id")] = self._after(layer, value, watch)
        return values

    def _after(self, layer: Layer, value: Any, watch: Any) -> Any:
        if watch is not None or is_none(value):
            return value
        value = _hooked(layer, value, "forward")
        value = _backward(layer, value)
        if self.config.print_values:
            value = _printed(layer.name, value)
        return value

    def _layer(self, layer: Layer, given: list[Any], params: Map, state: Map, watch: Any) -> Any:
        if layer.skipped:
            return given[0] if given else None
        if any([_propagates(v) for v in given]):
            return make_struct("Axon.None")
        own = watch(layer, {"given": given}) if watch is not None else params
        given = [cast_float(layer.policy, v, "compute") for v in given]
        if layer.hooks and watch is None:
            given = [_hooked(layer, v, "pre_forward") for v in given]
        if len(layer.parameters) != layer.args.count(PARAMETER):
            raise MatchError(layer.parameters)
        values = iter(given)
        weights = iter([self._parameter(layer, p, own) for p in layer.parameters])
        args = [next(values) if a is LAYER else next(weights) for a in layer.args]
        if layer.op is _BLOCK:
            return self._block(layer, args, own)
        made = _apply(layer, args)
        if is_struct(made, "Axon.StatefulOutput"):
            new = field(made, "state")
            if self.config.mode is _TRAIN:
                state[layer.name] = new
            made = field(made, "output")
        if is_none(made):
            return make_struct("Axon.None")
        return cast_float(layer.policy, made, "output")

    def _parameter(self, layer: Layer, param: Struct, params: Map) -> Any:
        name = field(param, "name")
        own = params.get(layer.name)
        if own is None or name not in own:
            raise ArgumentError(
                f'parameter {text(name)} for layer: {text(layer.name)} in was not present in the given parameter map, this can '
                "happen if you are using parameters intended for another model or did not initialize portions of your model "
                "with Axon.init/3"
            )
        value = own[name]
        if value.__class__ is not dict and not isinstance(value, Struct):
            value = nx.to_tensor(value)
        value = cast_float(layer.policy, value, "compute")
        if field(param, "frozen"):
            from defnpy.nx.defn_kernel import stop_grad

            value = stop_grad(value)
        return value

    def _input(self, layer: Layer, inputs: Any) -> Any:
        found = _find_input(layer.name, inputs, self.input_names)
        if found is _MISSING:
            if option(field(layer.node, "opts"), "optional"):
                return make_struct("Axon.None")
            raise ArgumentError(
                f"unable to find input {layer.name} for model given to predict, you must provide an input tensor for every "
                "required input specified in the graph"
            )
        return cast_float(layer.policy, container_map(found, lambda t: t), "output")

    # -- blocks -----------------------------------------------------------------------------------------------------------

    def _inner(self, layer: Layer, args: list[Any]) -> Program:
        if layer.blocks is None:
            from defnpy.axon.api import input_

            fun = option(field(layer.node, "opts"), "block_fun")
            model = fun(*map(input_, _block_inputs(args)))
            if not is_model(model):
                from defnpy.axon.model import add_container

                model = add_container(model)
            layer.blocks = Program(model, Config([]))
        return layer.blocks

    def _block(self, layer: Layer, args: list[Any], params: Map) -> Any:
        inner = self._inner(layer, args)
        given = _block_inputs(args)
        return inner.run(params.get(layer.name, {}), given)[0]

    # -- initial values ---------------------------------------------------------------------------------------------------

    def init(self, inputs: Any, given: Map, seed: Any) -> tuple[Map, Struct]:
        """Initial parameters for *inputs*, with those that are *given*."""
        made: Map = {}
        facts: dict[str, Map] = {"parameters": {}, "state": {}, "frozen_parameters": {}}
        key = None if seed is None else random("key", seed)

        def watch(layer: Layer, at: Map) -> Map:
            if layer.op is _BLOCK:
                self._init_block(layer, at["given"], given, made, facts)
            elif layer.parameters:
                self._init_layer(layer, at["given"], given, made, facts, key)
            return self._stand_ins(layer, at["given"], made.get(layer.name, {}))

        self.run({}, inputs, watch)
        _report(made, given)
        return made, make_struct("Axon.ModelState", data=made, **facts)

    def _init_block(self, layer: Layer, args: list[Any], given: Map, made: Map, facts: Any) -> None:
        inner = self._inner(layer, args)
        values = _block_inputs(args)
        data, state = inner.init(values, given.get(layer.name, {}), time.time_ns())
        if layer.name in made:
            return
        if data:
            made[layer.name] = data
            for name, fact in facts.items():
                inside = field(state, name)
                if inside:
                    fact[layer.name] = inside

    def _init_layer(self, layer: Layer, args: list[Any], given: Map, made: Map, facts: Any, key: Any) -> None:
        own = made.setdefault(layer.name, {})
        given_own = given.get(layer.name, {})
        shapes = [nx.to_template(a) for a in args]
        for param in layer.parameters:
            name, kind = field(param, "name"), field(param, "kind").name
            word = self._word(layer, name)
            own[name] = _initial(param, layer.policy, shapes, given_own.get(name), key, word)
            _note(facts["parameters" if kind == "parameter" else "state"], layer.name, name)
            if field(param, "frozen"):
                _note(facts["frozen_parameters"], layer.name, name)
        for hook in layer.hooks:
            if hook[0] is Atom("initialize"):
                made[layer.name] = own = _io(own, layer, hook[2])

    def _stand_ins(self, layer: Layer, args: list[Any], initial: Map) -> Map:
        """Parameters of the right form for the output's template; their values do not matter."""
        if layer.op is _BLOCK:
            inner = self._inner(layer, args)
            values = _block_inputs(args)
            return {layer.name: inner.init(values, {}, 0)[0]}
        shapes = [nx.to_template(a) for a in args]
        made = {field(p, "name"): _stand_in(p, layer.policy, shapes, initial) for p in layer.parameters}
        return {layer.name: made}

    def _word(self, layer: Layer, name: str) -> int:
        path = f"{self.key_names[field(layer.node, 'id')]}.{name}"
        return int.from_bytes(hashlib.md5(path.encode(), usedforsecurity=False).digest()[:4], "big")


def _report(made: Map, given: Map) -> None:
    """Log which given values are dropped or cast."""
    for key in sorted_keys(given):
        value, own = given[key], made.get(key)
        if own is None:
            logged("warning", f"found unexpected key in the initial parameters map: {text(key)}")
        elif own.__class__ is dict and value.__class__ is dict:
            _report(own, value)
        elif own.__class__ is Tensor and value.__class__ is Tensor and own.type is not value.type:
            logged(
                "warning",
                f"initial type for parameter {key} does not match policy, consider using Axon.MixedPrecision.cast before passing "
                "initial state to model initialization function to avoid type casts",
            )


def _block_inputs(args: list[Any]) -> Map:
    """The inputs of a block's model, by name."""
    return {f"subgraph{i}": a for i, a in enumerate(args)}


def _note(fact: Map, layer: str, name: str) -> None:
    fact[layer] = [name, *fact.get(layer, [])]


def _identity(op: Any) -> Any:
    """What makes two ops the same: a function that captures nothing is its code, however often it is made."""
    captured = getattr(op, "__closure__", None) or getattr(op, "__kwdefaults__", None)
    return op.__code__ if op.__class__ is FunctionType and not captured else op


def _key_names(model: Struct) -> dict[int, str]:
    """The names that initial keys are made of: nodes count by op in order of creation."""
    names: dict[int, str] = {}
    counts: dict[Any, int] = {}
    nodes = nodes_of(model)
    for id_ in sorted(nodes):
        node = nodes[id_]
        op = _identity(field(node, "op"))
        n = counts.get(op, 0)
        counts[op] = n + 1
        op_name = field(node, "op_name")
        names[id_] = field(node, "name")(op_name, {op_name: n})
    return names


# -- initial values of a parameter ----------------------------------------------------------------------------------------


def template_of(param: Struct, inputs: list[Any]) -> Any:
    """The template of a parameter for templates of the inputs."""
    template = field(param, "template")
    if not is_function(template) and not isinstance(template, Closure):
        return template
    return template(*inputs)


def _stand_in(param: Struct, policy: Struct, inputs: list[Any], initial: Map) -> Any:
    """An expression of a parameter's form; an initialiser may make several tensors of one template."""
    template, value = template_of(param, inputs), initial.get(field(param, "name"))
    if template.__class__ is Tensor and value.__class__ is dict:
        return expressions(container_map(value, nx.to_template))
    return expressions(container_map(template, lambda t: t.like(type=_kind(t, policy))))


def _initial(param: Struct, policy: Struct, inputs: list[Any], given: Any, key: Any, word: int) -> Any:
    template = template_of(param, inputs)
    if given is not None:
        return _typed(given, template, policy)
    fun = field(param, "initializer")
    if is_function(fun, 3):
        seeded = random("fold_in", key, nx.tensor(word, [(Atom("type"), (Atom("u"), 32))])) if key is not None else None
    else:
        seeded = None
    if template.__class__ is not Tensor:
        typed = container_map(template, lambda t: t.like(type=_kind(t, policy)))
        return fun(typed, None, seeded) if seeded is not None else fun(typed, None)
    kind = _kind(template, policy).elixir
    return fun(template.shape, kind, seeded) if is_function(fun, 3) else fun(template.shape, kind)


def _kind(t: Tensor, policy: Struct) -> Any:
    from defnpy.nx.dtype import normalize

    wanted = field(policy, "params")
    floating = t.type.elixir[0].name in ("f", "bf")
    return normalize(wanted) if wanted is not None and floating else t.type


def _typed(given: Any, template: Any, policy: Struct) -> Any:
    if given.__class__ is dict:
        return {k: _typed(v, template[k] if k in template else v, policy) for k, v in given.items()}
    if template.__class__ is not Tensor or (isinstance(given, Struct) and given.__class__ is not Tensor):
        return given
    return nx.as_type(nx.to_tensor(given), _kind(template, policy).elixir)


# -- calls of layers ------------------------------------------------------------------------------------------------------


def _apply(layer: Layer, args: list[Any]) -> Any:
    args = [*args, layer.opts]
    try:
        if layer.op.__class__ is Atom:
            made = runtime().module(LAYERS).functions[f"{layer.op.name}/{len(args)}"](*args)
        else:
            made = call(layer.op, args)
        return _noted(made, field(layer.node, "op_name"))
    except ElixirError as caught:
        if is_struct(caught.term, "Axon.CompileError"):
            raise
        raise compile_error(caught.term, layer.name, _mfa(layer.op, len(args))) from caught


def _mfa(op: Any, arity: int) -> tuple[Any, Any, int]:
    """Module, name and number of arguments of the function that a layer calls."""
    if op.__class__ is Atom:
        return LAYERS, op, arity
    known = facts(op)
    return known["module"], known["name"], arity


def _noted(made: Any, op_name: Any) -> Any:
    """The output of a layer with its op in the facts of the expression."""
    if is_struct(made, "Axon.StatefulOutput"):
        return made.replace({Atom("output"): _noted(field(made, "output"), op_name)})
    if made.__class__ is not Tensor or not isinstance(made.data, Traced):
        return made
    from defnpy.nx.expr import annotated

    return annotated(made, {Atom("axon_layer"): op_name})


def _io(value: Any, layer: Layer, fun: Any) -> Any:
    """A hook on a value, named after its layer: the ``:hooks`` of a jit may take its place."""
    from defnpy.nx.hooks import io_call

    return io_call(value, Atom(layer.name), fun)


def _hooked(layer: Layer, value: Any, event: str) -> Any:
    for on, _, fun in layer.hooks:
        if on.name == event:
            value = _io(value, layer, fun)
    return value


def _backward(layer: Layer, value: Any) -> Any:
    from defnpy.nx.defn_kernel import custom_grad

    for on, _, fun in layer.hooks:
        if on.name == "backward":
            value = custom_grad(value, [value], Closure(1, lambda g, fun=fun: [_io(g, layer, fun)]))
    return value


def _printed(name: str, value: Any) -> Any:
    from defnpy.axon.base import remote
    from defnpy.nx.hooks import io_call

    def show(v: Any) -> Any:
        remote("IO", "inspect/2")(v, [(Atom("label"), name)])
        return v

    return io_call(value, Closure(1, show))


_MISSING = object()


def _find_input(name: str, inputs: Any, names: list[str]) -> Any:
    if inputs.__class__ is Tensor or is_leaf(inputs):
        if len(names) == 1:
            return inputs
        raise ArgumentError(
            f"ambiguous input given to the model, expected inputs with names {text(names)} but received a single tensor as input"
        )
    if inputs.__class__ is dict:
        found = inputs.get(name)
        return _MISSING if found is None else found
    if len(names) == 1 and inputs.__class__ is tuple:
        return inputs
    raise ArgumentError("invalid input given to model, expected input to be a tensor or a map corresponding to correct input names")


# -- the two functions ----------------------------------------------------------------------------------------------------


def _checked_model(model: Any) -> Struct:
    if not is_model(model):
        raise FunctionClauseError(alias("Axon.Compiler"), Atom("build"), 2)
    return model


def _result(program: Program, params: Any, inputs: Any) -> Any:
    data = field(params, "data") if is_state(params) else params
    with timed(program.config, "predict expression generation"):
        value, state = program.run(data, inputs)
    if program.config.raise_on_none and is_none(value):
        raise ArgumentError(
            "the compiled model will always result in %Axon.None{}. This most likely means you specified optional output and "
            " did not handle the case when it is missing"
        )
    return {_PREDICTION: value, _STATE: state} if program.config.mode is _TRAIN else value


def _program(model: Any, opts: Any) -> Program:
    config = Config(list(opts))
    with timed(config, "graph traversal"):
        return Program(_checked_model(model), config)


@contextmanager
def timed(config: Config, what: str) -> Iterator[None]:
    """With ``debug: true``, log how long a part of a build takes."""
    begin = time.perf_counter()
    yield
    if config.debug:
        logged("debug", f"Axon finished {what} in {round((time.perf_counter() - begin) * 1000, 1)}ms")


@ex("build/2")
def build_plain(model: Any, opts: Any) -> tuple[Any, Any]:
    """``Axon.Compiler.build/2``: the two functions, not compiled."""
    program = _program(model, opts)
    seed = program.config.seed

    def init(inputs: Any, given: Any) -> Any:
        state = state_of(given)
        data, made = program.init(nx.to_template(inputs), field(state, "data"), time.time_ns() if seed is None else seed)
        return made.replace({Atom("data"): data})

    return Closure(2, init), Closure(2, lambda params, inputs: _result(program, params, inputs))


def build(model: Any, opts: Any = ()) -> tuple[Any, Any]:
    """``{init_fn, predict_fn}``."""
    program = _program(model, opts)
    jit_opts = [(Atom("on_conflict"), Atom("reuse")), *program.config.jit]
    predict = lambda params, inputs: _result(program, params, inputs)  # noqa: E731
    run = defn.jit(predict, jit_opts)

    def call(params: Any, inputs: Any) -> Any:
        return run.call(field(params, "data") if is_state(params) else params, inputs)

    # What an embedding program needs to compile the functions for its own arrays.
    call.defn_body, call.defn_options, call.jit_options = predict, frozenset(), jit_opts  # type: ignore[attr-defined]
    return Closure(2, _Init(program, jit_opts), defn.COMPILED), Closure(2, call, defn.COMPILED)


class _Init:
    """The init function: one compiled program for each form of the inputs and the given values."""

    __slots__ = ("facts", "jit_opts", "program", "programs", "seed")
    defn_options: frozenset[int] = frozenset()

    @property
    def jit_options(self) -> Any:
        return self.jit_opts

    def defn_body(self, inputs: Any, given: Any) -> Any:
        """The parameters, for a trace: of *inputs* only the form matters."""
        return self.program.init(expressions(nx.to_template(inputs)), field(state_of(given), "data"), self.seed)[0]

    def __init__(self, program: Program, jit_opts: Any) -> None:
        self.program = program
        self.jit_opts = jit_opts
        self.programs: dict[Any, Any] = {}
        seed = program.config.seed
        self.seed = time.time_ns() if seed is None else seed

    def __call__(self, inputs: Any, given: Any) -> Any:
        plain = given.__class__ is dict and not given
        state = state_of(given)
        templates = nx.to_template(inputs)
        fun, facts = self._function(templates)
        data = defn._jitted(fun, [field(state, "data")], self.jit_opts, defn.programs_of(fun))
        made = facts[0]
        return data if plain else made.replace({Atom("data"): data})

    def _function(self, templates: Any) -> tuple[Any, list[Any]]:
        leaves: list[Tensor] = []
        key = defn.signature(templates, leaves)
        found = self.programs.get(key)
        if found is None:
            facts: list[Any] = []

            def start(given: Any) -> Any:
                with timed(self.program.config, "init expression generation"):
                    data, state = self.program.init(expressions(templates), given, self.seed)
                facts[:] = [state.replace({Atom("data"): {}})]
                return data

            found = self.programs[key] = (start, facts)
        return found


def expressions(templates: Any) -> Any:
    """Templates as parameters of a trace."""
    from defnpy.nx.expr import ROOT, parameter

    if is_none(templates):
        return templates
    return container_map(templates, lambda t: parameter(t, 0, ROOT))


def output_template(model: Struct, inputs: Any, opts: Any) -> Any:
    """The templates of the output for templates of the inputs."""
    program = Program(model, Config([*opts, (Atom("raise_on_none"), False)]))

    def start() -> Any:
        given = expressions(inputs)
        data, _ = program.init(given, {}, 0)
        return _result(program, data, given)

    return nx.to_template(defn.debug_expr_apply(start, []))


def trace_init(model: Any, inputs: Any, given: Any, opts: Any) -> Any:
    """``Axon.trace_init``: the expressions of the initial state."""
    program = Program(_checked_model(model), Config(opts))
    kept: list[Any] = []

    def start() -> Any:
        data, state = program.init(expressions(nx.to_template(inputs)), field(state_of(given), "data"), program.config.seed or time.time_ns())
        kept.append(state)
        return data

    data = defn.debug_expr_apply(start, [])
    return kept[0].replace({Atom("data"): data})


def trace_forward(model: Any, inputs: Any, params: Any, opts: Any) -> Any:
    """``Axon.trace_forward``: the expression of the output."""
    program = Program(_checked_model(model), Config(opts))
    return defn.debug_expr_apply(lambda p, i: _result(program, p, i), [params, inputs])


MODULE = native_module("Axon.Compiler", globals())
