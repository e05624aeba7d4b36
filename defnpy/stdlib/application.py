"""Application: applications, whether they run, and their environment."""

from __future__ import annotations

from typing import Any, NamedTuple

from defnpy.stdlib import access
from defnpy.stdlib.util import ERROR, OK, UNSET, need
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.map import unkey
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime

NAME = "Application"


class App(NamedTuple):
    """What is known of an application."""

    version: str
    needs: tuple[str, ...] = ("kernel", "stdlib", "elixir")
    description: str | None = None
    module: str | None = None


_BASE = ("kernel", "stdlib")
PROVIDED = {
    "kernel": App("8.5.3", (), "ERTS  CXC 138 10", "kernel"), "stdlib": App("4.2", ("kernel",), "ERTS  CXC 138 10"),
    "compiler": App("8.2.3", _BASE, "ERTS  CXC 138 10"), "crypto": App("5.1.2", _BASE, "CRYPTO"),
    "elixir": App("1.18.4", (*_BASE, "compiler"), module="elixir"), "logger": App("1.18.4", module="Elixir.Logger.App"),
    "ex_unit": App("1.18.4", module="Elixir.ExUnit"), "iex": App("1.18.4", module="Elixir.IEx.App"), "mix": App("1.18.4", module="Elixir.Mix"),
    "eex": App("1.18.4"), "nx": App("0.13.1", (*_BASE, "elixir", "logger", "telemetry", "complex"), module="Elixir.Nx.Application"),
    "exla": App("0.13.1", (*_BASE, "elixir", "nx", "telemetry")), "axon": App("0.8.1", (*_BASE, "elixir", "nx")), "polaris": App("0.1.0"),
    "complex": App("0.6.0"), "nimble_options": App("1.1.1"), "safetensors": App("0.1.3"),
    "telemetry": App("1.4.1", _BASE, "Dynamic dispatching library for metrics and instrumentations", "telemetry_app"),
}  # fmt: skip
RUNNING = ("logger", "elixir", "compiler", "stdlib", "kernel")
KEYS = ("description", "id", "vsn", "modules", "maxP", "maxT", "registered", "included_applications", "optional_applications", "applications",
        "mod", "start_phases")  # fmt: skip
KERNEL_MODULES = frozenset("application code error_logger file global inet inet_db logger net_adm net_kernel os pg rpc seq_trace".split())
_TEXTS = {
    "already_loaded": "already loaded application ", "not_loaded": "not loaded application ", "already_started": "already started application ",
    "not_started": "not started application ",
}  # fmt: skip
_SHOWN = {
    "bad_application": "bad application: ", "bad_start_type": "bad start type: ", "invalid_restart_type": "invalid application restart type: ",
    "invalid_name": "invalid application name: ", "invalid_options": "invalid application options: ", "badstartspec": "bad application start specs: ",
    "shutdown": "shutdown: ",
}  # fmt: skip
NO_FILE = [ord(char) for char in "no such file or directory"]


def _chars(text: str) -> list[int]:
    return [ord(char) for char in text]


def _check(app: Any, function: str, arity: int) -> None:
    need(is_atom(app), NAME, function, arity)


# -------------------------------------------------------------------------------------------------------- environment


def _env(app: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = runtime().options.get("app_env", {}).get(app, {})
    return found


def _own_env(app: Any) -> dict[Any, Any]:
    """The environment of an application, to be changed."""
    return runtime().options.setdefault("app_env", {}).setdefault(app, {})


@ex("get_env/2", "get_env/3")
def get_env(app: Any, key: Any, default: Any = None) -> Any:
    _check(app, "get_env", 3)
    return _env(app).get(key, default)


@ex("fetch_env/2")
def fetch_env(app: Any, key: Any) -> Any:
    _check(app, "fetch_env", 2)
    found = _env(app)
    return (OK, found[key]) if key in found else ERROR


@ex("fetch_env!/2")
def fetch_env_bang(app: Any, key: Any) -> Any:
    _check(app, "fetch_env!", 2)
    found = _env(app)
    if key not in found:
        raise _missing(app, key, key)
    return found[key]


def _missing(app: Any, place: Any, key: Any) -> ArgumentError:
    why = f"configuration at {inspect(key)} was not set" if atom_name(app) in _states() else "the application was not loaded nor configured"
    return ArgumentError(f"could not fetch application environment {inspect(place)} for application {inspect(app)} because {why}")


@ex("put_env/3", "put_env/4")
def put_env(app: Any, key: Any, value: Any, options: Any = ()) -> Any:
    _check(app, "put_env", 4)
    _own_env(app)[key] = value
    return OK


@ex("delete_env/2", "delete_env/3")
def delete_env(app: Any, key: Any, options: Any = ()) -> Any:
    _check(app, "delete_env", 3)
    _env(app).pop(key, None)
    return OK


@ex("put_all_env/1", "put_all_env/2")
def put_all_env(config: Any, options: Any = ()) -> Any:
    need(config.__class__ is list, NAME, "put_all_env", 2)
    for app, values in config:
        for key, value in values:
            _own_env(app)[key] = value
    return OK


@ex("get_all_env/1")
def get_all_env(app: Any) -> list[Any]:
    _check(app, "get_all_env", 1)
    return list(_env(app).items())


@ex("compile_env/4")
def compile_env(env: Any, app: Any, place: Any, default: Any) -> Any:
    """The value that the environment has while the module is compiled; *place* is a key or a path of keys."""
    found = _at(app, place)
    return default if found is UNSET else found


@ex("compile_env!/3")
def compile_env_bang(env: Any, app: Any, place: Any) -> Any:
    found = _at(app, place)
    if found is UNSET:
        raise _missing(app, place, place)
    return found


def _at(app: Any, place: Any) -> Any:
    path = place if place.__class__ is list and place else [place]
    need(all(map(is_atom, path)), NAME, "fetch_compile_env", 3)
    found = fetch_env(app, path[0])
    for key in path[1:]:
        if found is ERROR:
            break
        found = access.fetch(found[1], key)
    return UNSET if found is ERROR else found[1]


# ------------------------------------------------------------------------------------------------------- applications


def _states() -> dict[str, bool]:
    """The applications that are loaded, and whether they run."""
    return runtime().options.setdefault("applications", {name: name in RUNNING for name in PROVIDED})


def _exists(name: str) -> bool:
    """Whether there is such an application: one of those provided, or modules of its name."""
    if name in _states() or name in PROVIDED:
        return True
    root = "".join(part.capitalize() for part in name.split("_"))
    made = runtime()
    known = [*(n.name for n, module in list(made.modules.items()) if module.defined), *(n for loader in made.loaders for n in getattr(loader, "owners", ()))]
    return made.find(Atom("Elixir." + root)) is not None or any(_root(module) == name.replace("_", "") for module in known)


def _root(module: str) -> str:
    return module.removeprefix("Elixir.").partition(".")[0].lower()


def _facts(name: str) -> App:
    return PROVIDED.get(name, App("0.0.0"))


def _not_found(name: str) -> Any:
    return (ERROR, (NO_FILE, _chars(name + ".app")))


@ex("load/1")
def load(app: Any) -> Any:
    _check(app, "load", 1)
    name = atom_name(app)
    if name in _states():
        return (ERROR, (Atom("already_loaded"), app))
    if not _exists(name):
        return _not_found(name)
    _states()[name] = False
    return OK


@ex("ensure_loaded/1")
def ensure_loaded(app: Any) -> Any:
    _check(app, "ensure_loaded", 1)
    return OK if atom_name(app) in _states() else load(app)


@ex("unload/1")
def unload(app: Any) -> Any:
    _check(app, "unload", 1)
    if atom_name(app) not in _states():
        return (ERROR, (Atom("not_loaded"), app))
    if _states()[atom_name(app)]:
        return (ERROR, (Atom("running"), app))
    del _states()[atom_name(app)]
    return OK


@ex("start/1", "start/2")
def start(app: Any, kind: Any = None) -> Any:
    _check(app, "start", 2)
    name = atom_name(app)
    if not _exists(name):
        return _not_found(name)
    if _states().get(name):
        return (ERROR, (Atom("already_started"), app))
    stopped = next((need for need in _facts(name).needs if not _states().get(need) and name in PROVIDED), None)
    if stopped is not None:
        return (ERROR, (Atom("not_started"), Atom(stopped)))
    _states()[name] = True
    return OK


@ex("ensure_started/1", "ensure_started/2")
def ensure_started(app: Any, kind: Any = None) -> Any:
    _check(app, "ensure_started", 2)
    return OK if _states().get(atom_name(app)) else start(app)


@ex("ensure_all_started/1", "ensure_all_started/2")
def ensure_all_started(apps: Any, kind: Any = None) -> Any:
    """Start applications and what they need; gives those that did not run."""
    need(is_atom(apps) or apps.__class__ is list, NAME, "ensure_all_started", 2)
    begun: list[Any] = []
    for app in apps if apps.__class__ is list else [apps]:
        if not _start_all(atom_name(app), begun):
            return (ERROR, (app, _not_found(atom_name(app))[1]))
    return (OK, begun)


def _start_all(name: str, begun: list[Any]) -> bool:
    if not _exists(name):
        return False
    if not _states().get(name):
        for needed in _facts(name).needs:
            _start_all(needed, begun)
        _states()[name] = True
        begun.append(Atom(name))
    return True


@ex("stop/1")
def stop(app: Any) -> Any:
    _check(app, "stop", 1)
    if not _states().get(atom_name(app)):
        return (ERROR, (Atom("not_started"), app))
    _states()[atom_name(app)] = False
    return OK


def _listed(names: list[str]) -> list[Any]:
    return [(Atom(name), _chars(_facts(name).description or name), _chars(_facts(name).version)) for name in names]


@ex("loaded_applications/0")
def loaded_applications() -> list[Any]:
    return _listed(list(_states()))


@ex("started_applications/0", "started_applications/1")
def started_applications(timeout: Any = None) -> list[Any]:
    return _listed([name for name in reversed(_states()) if _states()[name]])


@ex("spec/1", "spec/2")
def spec(app: Any, key: Any = UNSET) -> Any:
    """What is known of a loaded application: all of it, or one key."""
    need(is_atom(app) and (key is UNSET or (is_atom(key) and atom_name(key) in KEYS)), NAME, "spec", 1 if key is UNSET else 2)
    name = atom_name(app)
    if name not in _states():
        return None
    found, infinity = _facts(name), Atom("infinity")
    values: dict[str, Any] = {
        "description": _chars(found.description or name), "id": [], "vsn": _chars(found.version), "modules": [], "maxP": infinity, "maxT": infinity,
        "registered": [], "included_applications": [], "optional_applications": [], "applications": [Atom(needed) for needed in found.needs],
        "mod": (Atom(found.module), []) if found.module else [], "start_phases": Atom("undefined"),
    }  # fmt: skip
    return [(Atom(name), values[name]) for name in KEYS] if key is UNSET else values[atom_name(key)]


@ex("get_application/1")
def get_application(module: Any) -> Any:
    """The application that a module is part of."""
    need(is_atom(module), NAME, "get_application", 1)
    found = runtime().find(module)
    if found is None or not found.native:
        return None
    name = atom_name(module)
    if not name.startswith("Elixir."):
        return None if name == "erlang" else Atom("kernel" if name in KERNEL_MODULES else "stdlib")
    root = _root(name)
    return Atom(next((app for app in PROVIDED if app.replace("_", "") == root), "elixir"))


@ex("app_dir/1", "app_dir/2")
def app_dir(app: Any, path: Any = "") -> str:
    need(is_atom(app) and (path.__class__ is str or path.__class__ is list), NAME, "app_dir", 2 if path else 1)
    raise ArgumentError(f"unknown application: {inspect(app)}")


@ex("format_error/1")
def format_error(reason: Any) -> str:
    """The text of what an application failed for."""
    if reason.__class__ is tuple and len(reason) == 2:
        kind, what = reason
        if kind == NO_FILE:
            return "could not find application file: " + "".join(map(chr, what))
        label = atom_name(kind) if is_atom(kind) else ""
        if label in _TEXTS:
            return _TEXTS[label] + inspect(what).removeprefix(":")
        if label in _SHOWN:
            return _SHOWN[label] + inspect(what)
    return inspect(unkey(reason))


MODULE = native_module(NAME, globals())
