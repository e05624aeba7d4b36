"""Elixir functions as Python callables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.host.border import to_elixir, to_python
from defnpy.host.setup import ensure_runtime
from defnpy.terms.atom import Atom, alias, atom_name
from defnpy.terms.function import arity_of, is_function
from defnpy.terms.module import Module
from defnpy.terms.process import current
from defnpy.terms.runtime import Runtime, reset_runtime, runtime, use_runtime

COMPILERS = {"evaluator": "Nx.Defn.Evaluator", "exla": "EXLA"}
BACKENDS = {"evaluator": "Nx.BinaryBackend", "exla": "EXLA.Backend"}

__all__ = ["ElixirFunction", "ElixirModule", "bind", "build", "choose", "default_options", "global_default_options", "load", "options",
           "options_in_force", "to_elixir", "to_python"]


# -- options --------------------------------------------------------------------------------------------------------------


def keyword(given: dict[str, Any]) -> list[Any]:
    """Python keyword arguments as an Elixir keyword list; compiler names become their modules."""
    out: list[Any] = []
    for name, value in given.items():
        if name == "compiler" and isinstance(value, str):
            value = alias(COMPILERS.get(value, value))
        out.append((Atom(name), to_elixir(value)))
    return out


def _named(listed: Any) -> dict[str, Any]:
    """An Elixir keyword list as Python keyword arguments."""
    names = {alias(v): k for k, v in COMPILERS.items()}
    return {atom_name(k): names.get(v, to_python(v)) if v.__class__ is Atom else to_python(v) for k, v in listed}


def _defn() -> Any:
    ensure_runtime()
    from defnpy.nx import defn

    return defn


def global_default_options(**given: Any) -> dict[str, Any]:
    """Set the options of the whole Runtime (``compiler="exla"``); gives those before."""
    return _named(_defn().global_default_options(keyword(given)))


def default_options(**given: Any) -> dict[str, Any]:
    """Set the options of this process (thread or context); gives those before."""
    return _named(_defn().default_options(keyword(given)))


@contextmanager
def options(**given: Any) -> Iterator[None]:
    """The options of this process inside a ``with`` block."""
    defn = _defn()
    dictionary = current().dictionary
    missing = object()
    before = dictionary.get(defn._OPTIONS_KEY, missing)
    defn.default_options(keyword(given))
    try:
        yield
    finally:
        if before is missing:
            dictionary.pop(defn._OPTIONS_KEY, None)
        else:
            dictionary[defn._OPTIONS_KEY] = before


def options_in_force() -> tuple[str, dict[str, Any]]:
    """Which scope decides (``"process"``, ``"global"``, ``"default"``) and its options."""
    defn = _defn()
    scope = defn.scope_of_options()
    return ("default" if scope == "none" else scope), _named(defn.options_in_force())


def choose(name: str) -> None:
    """Make a compiler and its backend the global defaults (``defnpy run --compiler``)."""
    run = runtime().evaluator.run_text
    run(f"Nx.global_default_backend({BACKENDS[name]})\nNx.Defn.global_default_options(compiler: {COMPILERS[name]})", "options")


# -- modules --------------------------------------------------------------------------------------------------------------


class ElixirModule:
    """A loaded file or module: its public functions, modules and top-level variables as attributes.

    ``fetch!`` is ``fetch_bang``, ``empty?`` is ``empty_q``; ``getattr(module, "empty?")`` works too.
    """

    def __init__(self, name: str, functions: dict[str, ElixirFunction], members: dict[str, Any], value: Any = None) -> None:
        self.__name__ = name
        self.__functions = functions
        self.__members = members
        self.result = value

    def public(self) -> dict[str, Any]:
        """Everything by its Python name."""
        return {**self.__members, **self.__functions}

    def __getattr__(self, name: str) -> Any:
        found = self.public()
        if name in found:
            made = found[name]
            self.__dict__[name] = made
            return made
        from defnpy.codegen.names import python_name

        if python_name(name) in found:
            return found[python_name(name)]
        from defnpy.base.nearest import nearest

        near = nearest(name, found)
        hint = f"; did you mean {near!r}?" if near else ""
        raise AttributeError(f"{self.__name__} has no public function or module {name!r}{hint}")

    def __dir__(self) -> list[str]:
        return sorted(self.public())

    def __repr__(self) -> str:
        return f"<elixir {self.__name__}>"


def load(path: str | os.PathLike[str], *, runtime: Runtime | None = None, **call_options: Any) -> ElixirModule:
    """Run a file and give its functions as Python callables.

    Options such as ``compiler="exla"`` hold for every call; without them the options in force at the call decide. A file with
    one module shows that module's functions directly. Errors are Python exceptions with the position in the file.
    """
    from defnpy.host.loader import read_source, run_source

    ensure_runtime()
    token = use_runtime(runtime) if runtime is not None else None
    try:
        world = _world()
        before = {name for name, m in world.modules.items() if m.defined}
        namespace: dict[str, Any] = {}
        file = os.fspath(path)
        value = run_source(read_source(file), file, namespace=namespace)
        made = [m for name, m in world.modules.items() if m.defined and not m.native and (name not in before or m.info.get("file") == file)]
        return _module_view(os.path.basename(file), made, _variables(namespace), value, call_options)
    finally:
        if token is not None:
            reset_runtime(token)


def _world() -> Runtime:
    return runtime()


def _variables(namespace: dict[str, Any]) -> dict[str, Any]:
    from defnpy.rt import NAMES

    skip = {*NAMES, "rt", "OBJECTS", "UNIT", "RESULT", "VALUE"}
    return {
        k: v for k, v in namespace.items()
        if k not in skip and not k.startswith(("__", "A_", "M_", "C_")) and v.__class__ is not type(load) and not isinstance(v, Module)
        and not callable(v) or is_function(v) and not _is_definition(k, v)
    }


def _is_definition(name: str, value: Any) -> bool:
    return name.rpartition("_")[2].isdigit() or name[:1].isupper() or name.startswith("erl_")


def _module_view(name: str, modules: list[Module], variables: dict[str, Any], value: Any, call_options: dict[str, Any]) -> ElixirModule:
    members: dict[str, Any] = {}
    for k, v in variables.items():
        members[k] = wrap_function(v, k, call_options) if is_function(v) else to_python(v)
    views: dict[str, ElixirModule] = {}
    for m in modules:
        short = m.name.name.removeprefix("Elixir.")
        views[short] = ElixirModule(short, functions_of(m, call_options), {})
    for short, view in views.items():
        members.setdefault(short.rpartition(".")[2], view)
    top = [m for m in modules if "impl" not in m.info]
    functions = functions_of(top[0], call_options) if len(top) == 1 else {}
    return ElixirModule(name, functions, members, to_python(value) if value is not None else None)


def functions_of(module: Module, call_options: dict[str, Any]) -> dict[str, ElixirFunction]:
    """The public functions of a module, one callable for all arities of a name."""
    from defnpy.codegen.names import python_name

    by_name: dict[str, dict[int, Any]] = {}
    for signature, function in module.functions.items():
        name, _, arity = signature.rpartition("/")
        if not name.startswith("__") and name not in ("module_info", "behaviour_info"):
            by_name.setdefault(name, {})[int(arity)] = function
    shown = module.name.name.removeprefix("Elixir.")
    return {python_name(n): make_callable(f"{shown}.{n}", f, call_options) for n, f in by_name.items()}


# -- callables ------------------------------------------------------------------------------------------------------------


class ElixirFunction:
    """A function (all arities of a name) called with Python values.

    Keyword arguments become the option list that is the last argument.
    """

    def __init__(self, name: str, arities: dict[int, Callable[..., Any]], call_options: dict[str, Any]) -> None:
        self.__name__ = name
        self.arities = arities
        self.call_options = call_options

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        given = [to_elixir(a) for a in args]
        if keywords:
            given.append(keyword(keywords))
        function = self.arities.get(len(given))
        if function is None:
            raise TypeError(f"{self.__name__} takes {_counts(self.arities)} arguments, {len(given)} were given")
        if self.call_options:
            with options(**self.call_options):
                return to_python(function(*given))
        return to_python(function(*given))

    def __repr__(self) -> str:
        return f"<elixir function {self.__name__}/{_counts(self.arities)}>"


def _counts(arities: dict[int, Any]) -> str:
    return " or ".join(map(str, sorted(arities)))


def make_callable(name: str, arities: dict[int, Any], call_options: dict[str, Any]) -> Any:
    """A compiled callable for a defn, a converting one for any other function."""
    if any(getattr(f, "defn_body", None) is not None for f in arities.values()):
        from defnpy.host.compiled import DefnFunction

        return DefnFunction(name, arities, call_options)
    return ElixirFunction(name, arities, call_options)


def wrap_function(function: Any, name: str, call_options: dict[str, Any]) -> Any:
    """A function value (a closure, a result of ``Axon.build``) as a Python callable."""
    target = getattr(function, "call", function)
    for key, value in getattr(target, "jit_options", ()):
        if key.name == "compiler":
            call_options = {**call_options, "compiler": next((k for k, v in COMPILERS.items() if alias(v) is value), "evaluator")}
    return make_callable(name, {arity_of(function): target if getattr(target, "defn_body", None) is not None else function}, call_options)


def build(model: Any, **given: Any) -> tuple[Any, Any]:
    """``Axon.build``: the init and predict functions of a model as Python callables."""
    from defnpy.terms.runtime import runtime as world

    ensure_runtime()
    module = world().find(alias("Axon"))
    assert module is not None
    call_options = {k: given[k] for k in ("compiler",) if k in given}
    init, predict = module.functions["build/2"](getattr(model, "term", model), keyword(given))
    return wrap_function(init, "init", call_options), wrap_function(predict, "predict", call_options)


def bind(function: Any, *parameters: Any) -> Any:
    """*function* with its first arguments fixed and, on EXLA, compiled into the program: for serving."""
    return function.bind(*parameters)
