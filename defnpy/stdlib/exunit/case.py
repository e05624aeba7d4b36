"""ExUnit.Case, ExUnit.Callbacks, ExUnit.CaseTemplate: what a test module registers while it is compiled.

A module's ``info["ex_unit"]`` holds its tests and callbacks: ``tests`` is a list of ``(name, tags)``, ``setup`` and ``setup_all`` are
lists of ``(function, describe)`` where the function is a name of the module itself or ``{module, kind}`` of a template.
"""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import OK, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_, make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

TAGS = ("tag", "describetag", "moduletag")
RESERVED = frozenset(Atom(n) for n in (
    "module", "file", "line", "test", "async", "registered", "describe", "describe_line", "test_type", "case", "test_pid"))
SCOPES = ("module", "describe", "test")
CURRENT = "ex_unit_describe"


def _state(module: Any) -> Any:
    """The module that is being compiled, given by its name or environment."""
    if isinstance(module, Struct):
        module = module.fields[Atom("module")]
    return runtime().evaluator.open.get(module)


def _suite(module: Any, what: str = "test") -> tuple[Any, dict[str, Any]]:
    state = _state(module)
    found = state.info.get("ex_unit") if state is not None else None
    if found is None:
        raise RuntimeError_(f'cannot define {what}. Please make sure you have invoked "use ExUnit.Case" in the current module')
    return state, found


@ex("__register__/2")
def register(module: Any, options: Any) -> Any:
    """``use ExUnit.Case``."""
    state = _state(module)
    made = state.info.setdefault("ex_unit", _blank())
    for name in TAGS:
        state.register_attribute(name, accumulate=True, persist=False)
    is_async = option(options, "async", made["async"])
    if is_async.__class__ is not bool:
        raise ArgumentError(f":async must be a boolean, got: {inspect(is_async)}")
    made["async"] = is_async
    made["parameterize"] = option(options, "parameterize", made["parameterize"])
    made["case"] = True
    return OK


def _blank() -> dict[str, Any]:
    return {"case": False, "async": False, "parameterize": None, "tests": [], "setup": [], "setup_all": [], "describes": [],
            "registered": [], "module_tags": []}


def tags_of(listed: list[Any]) -> dict[Any, Any]:
    """The tags of a list of attribute values, the first one winning."""
    out: dict[Any, Any] = {}
    for tag in reversed(listed):
        if is_atom(tag):
            out[maps.key(tag)] = True
        else:
            for k, v in [tag] if tag.__class__ is tuple else iterate(tag):
                out[maps.key(k)] = v
    for key in out:
        if key in RESERVED:
            raise RuntimeError_(f"cannot set tag {inspect(key)} because it is reserved by ExUnit")
    kind = out.get(Atom("type"), Atom("none"))
    if not is_atom(kind):
        raise RuntimeError_("value for tag \":type\" must be an atom")
    return out


@ex("register_test/6")
def register_test(module: Any, file: str, line: int, kind: Any, name: Any, tags: Any) -> Any:
    """Note a test of the open module; gives the name of its function."""
    state, suite = _suite(module, atom_name(kind))
    describe = state.attributes.get(CURRENT)
    title = f"{atom_name(kind)} {describe[1]} {name}" if describe is not None else f"{atom_name(kind)} {name}"
    if len(title.encode()) > 255:
        raise make("SystemLimitError", f"the computed name of a test (which includes its type, the name of its describe, and the test name "
                   f"itself) must be shorter than 255 characters, got: {inspect(title)}")
    if f"{title}/1" in state.definitions:
        raise ArgumentError(f'"{title}" is already defined in {inspect(state.name)}')
    listed = [*tags, *state.get_attribute("tag"), *(state.get_attribute("describetag") if describe else []),
              *state.get_attribute("moduletag")]
    found = tags_of(listed)
    found.update({
        Atom("line"): line, Atom("file"): file, Atom("describe"): describe[1] if describe else None,
        Atom("describe_line"): describe[0] if describe else None, Atom("test_type"): kind,
        Atom("registered"): {Atom(n): state.attributes.get(n) for _, n in suite["registered"]},
    })  # fmt: skip
    suite["tests"].append((Atom(title), found))
    suite["module_tags"] = list(state.get_attribute("moduletag"))
    state.attributes["tag"] = []
    _forget(state, suite, "test")
    return Atom(title)


@ex("register_test/4")
def register_test_of(env: Any, kind: Any, name: Any, tags: Any) -> Any:
    return register_test(env, env.fields[Atom("file")], env.fields[Atom("line")], kind, name, tags)


def _forget(state: Any, suite: dict[str, Any], scope: str) -> None:
    for where, name in suite["registered"]:
        if where == scope:
            state.attributes[name] = [] if name in state.accumulating else None


def _register_attribute(scope: str) -> Any:
    def function(module: Any, name: Any, options: Any = ()) -> Any:
        state, suite = _suite(module, "attribute")
        if any(n == name.name for _, n in suite["registered"]):
            raise ArgumentError(f"{inspect(name)} is already registered")
        suite["registered"].append((scope, name.name))
        state.register_attribute(name.name, accumulate=option(options, "accumulate", False) is True, persist=False)
        return OK

    prefix = "" if scope == "test" else f"{scope}_"
    return ex(f"register_{prefix}attribute/2", f"register_{prefix}attribute/3")(function)


register_attribute = _register_attribute("test")
register_describe_attribute = _register_attribute("describe")
register_module_attribute = _register_attribute("module")


@ex("get_last_registered_test/1")
def get_last_registered_test(module: Any) -> Any:
    _, suite = _suite(module)
    if not suite["tests"]:
        return None
    name, tags = suite["tests"][-1]
    return test_struct(_state(module).name, name, tags)


def test_struct(module: Any, name: Any, tags: Any, state: Any = None, time: int = 0) -> Struct:
    """``%ExUnit.Test{}``."""
    return Struct(alias("ExUnit.Test"), {Atom(k): v for k, v in {
        "name": name, "case": module, "module": module, "state": state, "time": time, "tags": tags, "logs": "", "parameters": {}}.items()})


MODULE = native_module("ExUnit.Case", globals())


# -- callbacks -----------------------------------------------------------------------------------------------------------


def describe(module: Any, line: int, message: Any) -> Any:
    """The begin of a ``describe`` block."""
    state, suite = _suite(module, "describe")
    if state.attributes.get(CURRENT) is not None:
        raise RuntimeError_('cannot call "describe" inside another "describe". See the documentation for ExUnit.Case.describe/2 on named '
                            "setups and how to handle hierarchies")
    if message.__class__ is not str:
        raise ArgumentError(f"describe name must be a string, got: {inspect(message)}")
    if message in suite["describes"]:
        raise ArgumentError(f"describe {inspect(message)} is already defined in {inspect(state.name)}")
    if state.get_attribute("describetag"):
        raise RuntimeError_("@describetag must be set inside describe/2 blocks")
    suite["describes"].append(message)
    state.attributes[CURRENT] = (line, message)
    return OK


def end_describe(module: Any) -> Any:
    """The end of a ``describe`` block."""
    state, suite = _suite(module, "describe")
    state.attributes[CURRENT] = None
    state.attributes["describetag"] = []
    _forget(state, suite, "describe")
    return OK


def callback(module: Any, kind: Any) -> Any:
    """Note a ``setup`` or ``setup_all`` block; gives the name of its function."""
    state, suite = _suite(module, kind.name)
    current = state.attributes.get(CURRENT)
    if kind is Atom("setup_all") and current is not None:
        raise RuntimeError_("cannot invoke setup_all/1-2 inside describe as setup_all always applies to all tests in a module")
    listed = suite[kind.name]
    name = Atom(f"__ex_unit_{kind.name}_{len(listed)}")
    listed.append((name, current[1] if current is not None else None))
    state.calls_by_name(f"{name.name}/1")
    return name


def callbacks(module: Any, kind: Any, given: Any) -> Any:
    """``setup`` of names known only when the module is compiled."""
    state, suite = _suite(module, kind.name)
    current = state.attributes.get(CURRENT)
    for one in given if given.__class__ is list else [given]:
        named = one.__class__ is tuple and len(one) == 2 and all(is_atom(part) for part in one)
        if not (named or is_atom(one)):
            raise ArgumentError("setup/setup_all expect a callback as an atom, a {module, function} tuple or a list of callbacks, got: "
                                + inspect(one))
        suite[kind.name].append((one, current[1] if current is not None else None))
        if not named:
            state.calls_by_name(f"{one.name}/1")
    return OK


# -- templates -----------------------------------------------------------------------------------------------------------


def register_template(module: Any) -> Any:
    """``use ExUnit.CaseTemplate``."""
    _state(module).info.setdefault("ex_unit", _blank())
    return OK


def proxy(template: Any, options: Any) -> Any:
    """The quoted code of ``use Template, options``: a case whose tests run the template's callbacks first."""
    here: Any = (Atom("__MODULE__"), [], None)
    case = alias("ExUnit.Case")
    inherit: Any = ((Atom("."), [], [alias("ExUnit.CaseTemplate"), Atom("__inherit__")]), [], [here, template])
    kept = [p for p in options if p.__class__ is tuple and p[0] in (Atom("async"), Atom("parameterize"))] if options.__class__ is list else []
    return (Atom("__block__"), [], [(Atom("use"), [], [case, kept]), inherit])


def inherit(module: Any, template: Any) -> Any:
    """Let the callbacks of *template* run before those of *module*."""
    _, suite = _suite(module)
    for kind in ("setup", "setup_all"):
        suite[kind].append(((template, Atom(kind)), None))
    return OK


TEMPLATE_MODULE = native_module("ExUnit.CaseTemplate", {})
TEMPLATE_MODULE.functions.update({"__register__/1": register_template, "__proxy__/2": proxy, "__inherit__/2": inherit})
MODULES_BY_NAME = {"Elixir.ExUnit.Case": MODULE, "Elixir.ExUnit.CaseTemplate": TEMPLATE_MODULE}
