"""Nx.Defn: calls of numerical definitions, from options to a compiler and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from weakref import WeakSet

import numpy as np

from defnpy.nx import hooks as hook_calls
from defnpy.nx.containers import lazy_traverse
from defnpy.nx.convert import to_tensor
from defnpy.nx.dtype import F32, S32
from defnpy.nx.entry import entry
from defnpy.nx.expr import Expr, is_static
from defnpy.nx.graph import used_parameters
from defnpy.nx.show import text
from defnpy.nx.structure import concrete_leaves, diff, flatten
from defnpy.nx.tensor import Tensor
from defnpy.nx.trace import parameters as parameters
from defnpy.nx.trace import run_traced, tracing
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, CondClauseError, FunctionClauseError, RuntimeError_
from defnpy.terms.function import Capture, Closure, arity_of, is_function
from defnpy.terms.map import Key
from defnpy.terms.map import key as map_key
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current
from defnpy.terms.protocol import find_impl
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

DEFN = alias("Nx.Defn")
COMPILED = "Nx.Defn.Compiler.fun/2"
"""The function that compiled functions show as their maker."""
EVALUATOR = alias("Nx.Defn.Evaluator")
_COMPILER, _CONFLICT, _HOOKS = Atom("compiler"), Atom("on_conflict"), Atom("hooks")
_RAISE, _FORCE, _REUSE = Atom("raise"), Atom("force"), Atom("reuse")
_OPTIONS_KEY = map_key((DEFN, Atom("default_compiler")))
_MOST = 512
Options = list[Any]


# -- options --------------------------------------------------------------------------------------------------------------


def options_in_force() -> Options:
    """The list of the process, else the global one."""
    own = current().dictionary.get(_OPTIONS_KEY)
    if own is not None:
        return own
    return runtime().options.get("defn_options") or []


def scope_of_options() -> str:
    """Which scope decides: ``"process"``, ``"global"`` or ``"none"``."""
    if _OPTIONS_KEY in current().dictionary:
        return "process"
    return "global" if "defn_options" in runtime().options else "none"


def _keywords(opts: Any, function: str, arity: int) -> Options:
    if opts.__class__ is not list or not all(p.__class__ is tuple and len(p) == 2 and is_atom(p[0]) for p in opts):
        raise FunctionClauseError(DEFN, Atom(function), arity)
    return opts


@ex("default_options/0")
def default_options_0() -> Options:
    """The options in force in this process."""
    return options_in_force()


@ex("default_options/1")
def default_options(opts: Any) -> Options:
    """Set the options of this process; answers those before."""
    before = options_in_force()
    current().dictionary[_OPTIONS_KEY] = _keywords(opts, "default_options", 1)
    return before


@ex("global_default_options/1")
def global_default_options(opts: Any) -> Options:
    """Set the options of the whole runtime; answers those before."""
    before: Options = runtime().options.get("defn_options") or []
    runtime().options["defn_options"] = _keywords(opts, "global_default_options", 1)
    return before


class Settings:
    """Options taken apart: the compiler's module and the rest, in order, with ``:hooks``."""

    __slots__ = ("key", "module", "native", "rest")

    def __init__(self, merged: Options) -> None:
        given = dict(reversed(merged))
        self.module: Any = given.get(_COMPILER, EVALUATOR)
        rest = [p for p in merged if p[0] is not _COMPILER and p[0] is not _CONFLICT]
        if _HOOKS in given:
            hook_calls.check_hooks(given[_HOOKS])
        else:
            rest = [*rest, (_HOOKS, {})]
        self.rest = rest
        found = runtime().find(self.module) if self.module.__class__ is Atom else None
        self.native = found.info.get("compiler") if found is not None else None
        self.key = (self.module, Key(rest))

    def options(self) -> dict[str, Any]:
        """The rest by name."""
        return {k.name: v for k, v in reversed(self.rest)}

    def callback(self, name: str, arity: int) -> Callable[..., Any]:
        """A callback of the compiler's module."""
        found = runtime().find(self.module) if self.module.__class__ is Atom else None
        function = found.functions.get(f"{name}/{arity}") if found is not None else None
        if function is None:
            raise ArgumentError(
                f"the expected compiler callback {name}/{arity} is missing. Please check that the module {text(self.module)} "
                "is an Nx.Defn.Compiler"
            )
        return function


_plain_settings: dict[int, tuple[Options, Any, Settings]] = {}


def settings(opts: Options) -> Settings:
    """The settings of call options merged over those in force."""
    base = options_in_force()
    if opts:
        names = {k for k, _ in opts}
        return Settings([p for p in base if p[0] not in names] + list(opts))
    world = runtime()
    found = _plain_settings.get(id(base))
    if base and found is not None and found[0] is base and found[1] is world:
        return found[2]
    if not base:
        kept = world.options.get("defn_plain")
        if kept is None:
            kept = world.options["defn_plain"] = Settings([])
        return kept
    made = Settings(list(base))
    if len(_plain_settings) > _MOST:
        _plain_settings.clear()
    _plain_settings[id(base)] = (base, world, made)
    return made


# -- programs -------------------------------------------------------------------------------------------------------------


class Programs(dict[Any, Any]):
    """The compiled programs of one function by arguments and settings. *latest* is the short way into the last one."""

    __slots__ = ("__weakref__", "latest")

    def __init__(self) -> None:
        super().__init__()
        self.latest: list[Any] = [_nothing]
        _alive.add(self)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


_alive: WeakSet[Programs] = WeakSet()


def forget_programs() -> None:
    """Some module was defined anew: what was traced with its functions is traced again."""
    for programs in list(_alive):
        programs.clear()
        programs.latest[0] = _nothing


def _nothing(*args: Any) -> Any:
    return None


# -- signatures -----------------------------------------------------------------------------------------------------------


def signature(term: Any, leaves: list[Tensor]) -> Any:
    """A hashable description of an argument; its tensors are appended to *leaves*."""
    kind = term.__class__
    if kind is Tensor:
        leaves.append(term)
        return (term.type, term.shape, term.names, term.vectorized_axes)
    if kind is int or kind is float:
        leaves.append(to_tensor(term))
        return S32 if kind is int else F32
    if kind is tuple:
        return (tuple, *[signature(t, leaves) for t in term])
    if kind is dict:
        from defnpy.terms.map import sorted_keys

        return (dict, *[(k, signature(term[k], leaves)) for k in sorted_keys(term)])
    if is_function(term):
        return Key(term)
    parts: list[Any] = []

    lazy = isinstance(term, Struct) and find_impl("Nx.LazyContainer", term) is not None

    def step(template: Tensor, make: Callable[[], Tensor], acc: Any) -> tuple[Any, Any]:
        leaves.append(_Later(template, make) if lazy else make())  # type: ignore[arg-type]
        parts.append((template.type, template.shape, template.names, template.vectorized_axes))
        return None, acc

    shell = lazy_traverse(term, None, step)[0]
    return (Key(shell), *parts)


class _Later:
    """A tensor of a lazy container: it is built when a program uses it."""

    __slots__ = ("data", "donatable", "make", "template")

    def __init__(self, template: Tensor, make: Callable[[], Tensor]) -> None:
        self.template = template
        self.make = make
        self.data: Any = None
        self.donatable = False


def _built(leaves: list[Any], used: set[int]) -> list[Tensor]:
    """The tensors of *leaves*; those that are not used are empty ones."""
    made = []
    for i, t in enumerate(leaves):
        if t.__class__ is _Later:
            t = t.make() if i in used else t.template.like(data=np.empty(t.template.full_shape, t.template.type.numpy))
        made.append(t)
    return made


def check_inputs(leaves: Sequence[Tensor]) -> None:
    for t in leaves:
        if t.data.__class__ is Expr:
            raise ArgumentError(f"cannot pass a tensor expression as argument to defn, got: {text(t)}")


class Graph:
    """A traced function; see ``compilers.contract``."""

    __slots__ = ("args", "outputs", "params", "result")

    def __init__(self, params: list[Tensor], result: Any, args: Sequence[Any] = ()) -> None:
        self.args = args
        self.params = params
        self.result = result
        self.outputs = flatten(result)


class _Watch:
    """Notices whether a trace has an effect that a later call should repeat: output, messages, process state."""

    def __enter__(self) -> _Watch:
        self.process = current()
        self.leader = self.process.leader
        self.wrote = False
        self.mail = len(self.process.mailbox)
        self.state = dict(self.process.dictionary)
        self.process.leader = self._write
        return self

    def _write(self, written: str) -> None:
        self.wrote = True
        if self.leader is not None:
            self.leader(written)
        else:
            import sys

            sys.stdout.write(written)

    def __exit__(self, *_: Any) -> None:
        self.process.leader = self.leader
        after = self.process.dictionary
        same = len(after) == len(self.state) and all(after.get(k) is v for k, v in self.state.items())
        self.pure = not self.wrote and same and len(self.process.mailbox) == self.mail


def trace(fun: Callable[..., Any], args: Sequence[Any], module: Any) -> Graph:
    """The graph of *fun* for arguments like *args*."""
    made, makers = parameters(args)
    params = parameters_in(made)
    result = run_traced(fun, made, module)
    return Graph(params[: len(makers)], result, made)


def parameters_in(args: Sequence[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for arg in args:
        if not is_static(arg):
            found.extend(concrete_leaves(arg))
    return found


def evaluate(
    fun: Callable[..., Any], args: Sequence[Any], key: Any, leaves: list[Tensor], how: Settings, cache: Programs, direct: bool = False
) -> Any:  # fmt: skip
    """Run *fun* through the compiler that *how* names; *direct* asks for a short way into the program."""
    if how.native is None:
        return _by_callback(fun, args, how)
    key = (how.key, key)
    later = any([t.__class__ is not Tensor for t in leaves])
    run = cache.get(key)
    if run is None:
        check_inputs(leaves)
        compiler = how.native
        opts = how.options()
        compiler.check(opts)
        with _Watch() as watch:
            graph = trace(fun, args, how.module)
        run = compiler.compile(graph, opts)
        if later:
            run.used = used_parameters(graph)
        if watch.pure:
            if len(cache) >= _MOST:
                cache.clear()
            cache[key] = run
            if direct and how.module is EVALUATOR:
                cache.latest[0] = entry(graph.args, run, True) or _nothing
    if later:
        leaves = _built(leaves, run.used)
    return run(leaves)


def _by_callback(fun: Callable[..., Any], args: Sequence[Any], how: Settings) -> Any:
    """A compiler written in Elixir."""
    callback = how.callback("__jit__", 5)
    made, makers = parameters(args)
    check_inputs([m() for m in makers])
    given = [a for a in made if not is_static(a)]
    return callback(fun, given, _entry(fun, made, how.module), [list(makers)], how.rest)[0]


def _entry(fun: Callable[..., Any], args: Sequence[Any], module: Any) -> Callable[[Any], Any]:
    """The function that a compiler calls with the dynamic arguments."""

    def entry(given: Any) -> Any:
        rest = iter(given)
        return run_traced(fun, [a if is_static(a) else next(rest) for a in args], module)

    return entry


def callback_jit(compiler: Any, given: Any, fun: Any, args_list: Any, opts: Any) -> Any:
    """``__jit__/5`` of a native compiler."""
    run = _from_callback(compiler, given, fun, opts)
    return [run([make() for make in makers]) for makers in args_list]


def callback_compile(compiler: Any, given: Any, fun: Any, opts: Any) -> Any:
    """``__compile__/4`` of a native compiler."""
    run = _from_callback(compiler, given, fun, opts)
    return Closure(1, lambda args_list: [run([make() for make in makers]) for makers in args_list])


def _from_callback(compiler: Any, given: Any, fun: Any, opts: Any) -> Any:
    named = {k.name: v for k, v in reversed(opts)}
    compiler.check(named)
    params = parameters_in(given)
    return compiler.compile(Graph(params, fun(given)), named)


# -- defn -----------------------------------------------------------------------------------------------------------------


@cache
def _shaped(arity: int) -> Callable[..., Any]:
    """A factory of functions of *arity* parameters: the short way ``latest[0]``, else ``run`` with a tuple."""
    names = ", ".join(f"a{i}" for i in range(arity))
    comma = "," if arity else ""
    space: dict[str, Any] = {}
    exec(f"def make(run, latest):\n    def call({names}):\n        done = latest[0]({names})\n"
         f"        return run(({names}{comma})) if done is None else done\n    return call\n", space)
    return space["make"]


def make_defn(module: Atom, name: str, arity: int, body: Callable[..., Any], options: tuple[int, ...], public: bool) -> Callable[..., Any]:
    """The callable of a defn: inside a trace its body, outside a call through the compiler in force."""
    programs = Programs()
    fixed = frozenset(options)

    def run(args: tuple[Any, ...]) -> Any:
        if tracing() is not None:
            return body(*args)
        if not fixed:
            inner, dynamic, static = body, args, ()
            static_key: Any = None
        else:
            dynamic = tuple(a for i, a in enumerate(args) if i not in fixed)
            static = tuple(a for i, a in enumerate(args) if i in fixed)
            static_key = Key(list(static))

            def inner(*given: Any) -> Any:
                rest, kept = iter(given), iter(static)
                return body(*[next(kept) if i in fixed else next(rest) for i in range(arity)])

        leaves: list[Tensor] = []
        key = (static_key, *[Key(a) if a.__class__ is list else signature(a, leaves) for a in dynamic])
        return evaluate(inner, dynamic, key, leaves, settings([]), programs, not fixed)

    made = _shaped(arity)(run, programs.latest)
    made.__name__ = name
    made.__qualname__ = f"{module.name.removeprefix('Elixir.')}.{name}"
    # What an embedding program needs to compile the body for its own arrays.
    made.defn_body, made.defn_options = body, fixed
    return made


def call_remote(module: Any, signature: str, args: list[Any]) -> Any:
    """A call of another module's function from inside a defn: it must be a defn or a deftransform."""
    from defnpy.terms.errors import UndefinedFunctionError

    name, _, arity = signature.rpartition("/")
    found = runtime().find(module)
    if found is None:
        raise UndefinedFunctionError(module, Atom(name), int(arity))
    allowed = found.native and module.name.startswith(("Elixir.Nx", "Elixir.Axon", "Elixir.Polaris", "Elixir.Complex"))
    if not allowed and signature not in found.info.get("defn", ()) and signature not in found.info.get("deftransform", ()):
        if signature not in found.functions:
            raise UndefinedFunctionError(module, Atom(name), int(arity))
        advice = (
            ". To print the runtime value of a tensor, use print_value/2. To print the tensor expression, use print_expr/2"
            if module is alias("IO") and name == "inspect"
            else ""
        )
        raise RuntimeError_(f"cannot invoke {text(module)}.{signature} inside defn because it was not defined with defn{advice}")
    return found.functions[signature](*args)


# -- jit and compile ------------------------------------------------------------------------------------------------------


def programs_of(fun: Any) -> Programs:
    """The compiled programs of a function; they live as long as it does."""
    target = fun.call if fun.__class__ is Capture else fun
    space = getattr(target, "__dict__", None)
    if space is None:
        return Programs()
    if "_defn_programs" not in space:
        space["_defn_programs"] = Programs()
    return space["_defn_programs"]


def _option(opts: Options, name: Atom, default: Any) -> Any:
    for k, v in opts:
        if k is name:
            return v
    return default


def _conflict(opts: Options, word: str, fun: Any, args: Sequence[Any]) -> tuple[bool, Any]:
    """Inside a trace: whether the call is answered already, and with what."""
    if tracing() is None:
        return False, None
    mode = _option(opts, _CONFLICT, _RAISE)
    if mode is _RAISE:
        raise RuntimeError_(f"cannot invoke {word} function when there is a {'Shard JIT' if 'Shard' in word else 'JIT'} compilation happening")
    if mode is _REUSE:
        return True, fun(*args)
    if mode is not _FORCE:
        raise CondClauseError()
    return False, None


def _jitted(fun: Any, args: Sequence[Any], opts: Options, programs: Programs) -> Any:
    done, value = _conflict(opts, "JITed", fun, args)
    if done:
        return value
    leaves: list[Tensor] = []
    key = tuple([Key(a) if a.__class__ is list else signature(a, leaves) for a in args])
    return evaluate(fun, args, key, leaves, settings(opts), programs)


@ex("jit/1", "jit/2")
def jit(fun: Any, opts: Any = ()) -> Closure:
    """A function that runs *fun* through a compiler."""
    if not is_function(fun) or not (opts == () or opts.__class__ is list):
        raise FunctionClauseError(DEFN, Atom("jit"), 2)
    listed = list(opts)
    programs = programs_of(fun)

    def call(*args: Any) -> Any:
        return _jitted(fun, args, listed, programs)

    call.defn_body, call.defn_options, call.jit_options = fun, frozenset(), listed  # type: ignore[attr-defined]
    return Closure(arity_of(fun), call, COMPILED)


@ex("jit_apply/2", "jit_apply/3")
def jit_apply(fun: Any, args: Any, opts: Any = ()) -> Any:
    """Run *fun* through a compiler."""
    if not is_function(fun) or args.__class__ is not list or not (opts == () or opts.__class__ is list):
        raise FunctionClauseError(DEFN, Atom("jit_apply"), 3)
    from defnpy.terms.errors import BadArityError

    if arity_of(fun) != len(args):
        raise BadArityError(fun, args)
    return _jitted(fun, args, list(opts), programs_of(fun))


@ex("compile/2", "compile/3")
def compile_(fun: Any, args: Any, opts: Any = ()) -> Any:
    """Compile *fun* for arguments like *args*, once."""
    if not is_function(fun) or args.__class__ is not list or not (opts == () or opts.__class__ is list):
        raise FunctionClauseError(DEFN, Atom("compile"), 3)
    how = settings(list(opts))
    made, makers = parameters(args)
    dynamic = [a for a in made if not is_static(a)]
    if how.native is None:
        callback = how.callback("__compile__", 4)
        by_list = callback(fun, dynamic, _entry(fun, made, how.module), how.rest)
        run: Callable[[list[Tensor]], Any] = lambda leaves: by_list([[lambda t=t: t for t in leaves]])[0]  # noqa: E731
    else:
        named = how.options()
        how.native.check(named)
        graph = Graph(parameters_in(made), run_traced(fun, made, how.module))
        run = how.native.compile(graph, named)
    checked = _Compiled(run, [a for a in args if not is_static(a)], parameters_in(made))
    if getattr(run, "main", None) is not None:
        short = entry(dynamic, run, False, checked)
        if short is not None:
            short.label = COMPILED  # type: ignore[attr-defined]
            return short
    return Closure(len(dynamic), checked, COMPILED)


class _Compiled:
    """A compiled function: checks its arguments against the templates it was compiled for."""

    __slots__ = ("args", "key", "run", "templates")

    def __init__(self, run: Callable[[list[Tensor]], Any], args: list[Any], templates: list[Tensor]) -> None:
        self.run = run
        self.args = args
        self.templates = templates
        self.key: Any = None

    def __call__(self, *args: Any) -> Any:
        if tracing() is not None:
            raise RuntimeError_("cannot invoke compiled function when there is a JIT compilation happening")
        leaves: list[Tensor] = []
        key = [signature(a, leaves) for a in args]
        leaves = [t.make() if isinstance(t, _Later) else t for t in leaves]
        if key != self.key:
            self._check(args, leaves)
            self.key = key
        if any([t.donatable for t in leaves]):
            self._check(args, leaves)
        return self.run(leaves)

    def _check(self, args: Sequence[Any], leaves: list[Tensor]) -> None:
        check_inputs(leaves)
        if len(leaves) != len(self.templates) or not _same_form(self.args, args):
            raise ArgumentError(
                "cannot invoke compiled function because the given arguments do not match compiled arguments\n\n"
                f"Compiled with:\n\n{text(self.args)}\n\nGot:\n\n{text(list(args))}\n"
            )
        # A position is that of an argument, however many tensors it holds.
        positions = [i for i, arg in enumerate(args, 1) for _ in parameters([arg])[1]]
        for i, t, given in zip(positions, self.templates, leaves, strict=True):
            if not _compatible(t, given):
                shown = diff(t, "Expected", given, "Argument", lambda a, b: False)
                raise ArgumentError(f"argument at position {i} is not compatible with compiled function template.\n\n{shown}\n")
            if t.donatable != given.donatable:
                raise ArgumentError(
                    f"argument at position {i} was compiled with donatable?: {text(t.donatable)} but got {text(given.donatable)}"
                )


def _same_form(left: Any, right: Any) -> bool:
    from defnpy.nx.structure import same_structure

    return same_structure(tuple(left), tuple(right)) or any(_lazy(t) for t in (*left, *right))


def _lazy(term: Any) -> bool:
    return term.__class__ not in (tuple, dict, int, float, Tensor)


def _compatible(a: Tensor, b: Tensor) -> bool:
    from defnpy.nx.containers import tensors_compatible

    return tensors_compatible(a, b)


@ex("debug_expr/1", "debug_expr/2")
def debug_expr(fun: Any, opts: Any = ()) -> Closure:
    """A function that gives the expressions of *fun*."""
    return Closure(arity_of(fun), lambda *args: debug_expr_apply(fun, list(args), opts), COMPILED)


@ex("debug_expr_apply/2", "debug_expr_apply/3")
def debug_expr_apply(fun: Any, args: Any, opts: Any = ()) -> Any:
    """The expressions of *fun* for some arguments."""
    done, value = _conflict(list(opts), "JITed", fun, args)
    if done:
        return value
    made, makers = parameters(args)
    check_inputs([m() for m in makers])
    return run_traced(fun, made, alias("Nx.Defn.Debug"))


@ex("to_backend/1")
def to_backend(opts: Any) -> Any:
    """The backend that goes with the compiler of some options."""
    how = settings(list(opts))
    callback = how.callback("__to_backend__", 1)
    return callback([p for p in how.rest if p[0] is not _HOOKS])


@ex("shard_jit/2", "shard_jit/3")
def shard_jit(fun: Any, mesh: Any, opts: Any = ()) -> Closure:
    """A function that runs *fun* on a mesh of devices."""
    return Closure(1, lambda args: shard_jit_apply(fun, mesh, args, opts))


@ex("shard_jit_apply/3", "shard_jit_apply/4")
def shard_jit_apply(fun: Any, mesh: Any, args: Any, opts: Any = ()) -> Any:
    """Run *fun* on a mesh of devices."""
    done, value = _conflict(list(opts), "Shard JITed", fun, args)
    if done:
        return value
    how = settings(list(opts))
    callback = how.callback("__shard_jit__", 6)
    return callback(fun, mesh, [], fun, args, how.rest)


# -- gradients ------------------------------------------------------------------------------------------------------------


def _gradient(fun: Any, make: Callable[[Any], Any]) -> Any:
    """The function of a gradient of *fun*; one for each function, so that its programs are found again."""
    target = fun.call if fun.__class__ is Capture else fun
    space = getattr(target, "__dict__", None)
    if space is None:
        return make(fun)
    kept = space.setdefault("_defn_gradients", {})
    found = kept.get(make)
    if found is None:
        found = kept[make] = make(fun)
    return found


def _grad_of(fun: Any) -> Any:
    from defnpy.nx.grad.transform import grad as transform

    return lambda t: transform(t, fun)


def _value_and_grad_of(fun: Any) -> Any:
    from defnpy.nx.grad.transform import value_and_grad as transform

    return lambda t: transform(t, fun, None)


def _apply(fun: Any, t: Any) -> Any:
    return fun(t) if tracing() is not None else _jitted(fun, [t], [], programs_of(fun))


@ex("grad/1")
def grad_1(fun: Any) -> Closure:
    """The gradient of *fun* as a function."""
    if not is_function(fun, 1):
        raise FunctionClauseError(DEFN, Atom("grad"), 1)
    return Closure(1, lambda t: _apply(_gradient(fun, _grad_of), t))


@ex("grad/2")
def grad(term: Any, fun: Any) -> Any:
    """The gradient of *fun* at *term*."""
    if not is_function(fun, 1):
        raise FunctionClauseError(DEFN, Atom("grad"), 2)
    return _apply(_gradient(fun, _grad_of), term)


@ex("value_and_grad/1")
def value_and_grad_1(fun: Any) -> Closure:
    """The value and gradient of *fun* as a function."""
    if not is_function(fun, 1):
        raise FunctionClauseError(DEFN, Atom("value_and_grad"), 1)
    return Closure(1, lambda t: _apply(_gradient(fun, _value_and_grad_of), t))


@ex("value_and_grad/2")
def value_and_grad(term: Any, fun: Any) -> Any:
    """The value and gradient of *fun* at *term*; with two functions the second picks the scalar of the value."""
    if is_function(term, 1) and is_function(fun, 1):
        return Closure(1, lambda t: value_and_grad_3(t, term, fun))
    if not is_function(fun, 1):
        raise FunctionClauseError(DEFN, Atom("value_and_grad"), 2)
    return _apply(_gradient(fun, _value_and_grad_of), term)


@ex("value_and_grad/3")
def value_and_grad_3(term: Any, fun: Any, transform: Any) -> Any:
    """As ``value_and_grad/2``; *transform* picks the scalar of the value."""
    from defnpy.nx.grad.transform import value_and_grad as make

    return _apply(lambda t: make(t, fun, transform), term)


MODULE = native_module("Nx.Defn", globals())
