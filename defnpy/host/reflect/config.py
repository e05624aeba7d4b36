"""Config and Config.Reader: configuration files, evaluated while one process collects what they set."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from defnpy.host.reflect.code import eval_string
from defnpy.stdlib import files, keyword
from defnpy.stdlib.util import OK, need
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import current

STATE = "config_reader"
IMPROPER = ("could not set configuration via Config. This usually means you are trying to execute a configuration file directly, "
            "instead of reading it with Config.Reader")


@dataclass
class Reading:
    """What a configuration file has set so far, and the files that were read for it, the newest first."""

    options: dict[str, Any]
    config: list[Any] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def wanted(self, name: str) -> Any:
        if name not in self.options:
            raise RuntimeError_(f"no :{name} key was given to this configuration file")
        return self.options[name]


def _reading() -> Reading:
    found: Reading | None = current().state.get(STATE)
    if found is None:
        raise RuntimeError_(IMPROPER)
    return found


# ------------------------------------------------------------------------------------------------------------- Config


@ex("config/2", "config/3")
def config(app: Any, *rest: Any) -> Any:
    """Add values of an application: a keyword list, or those below one key."""
    need(is_atom(app) and is_atom(rest[0]) if len(rest) == 2 else is_atom(app) and rest[0].__class__ is list, "Config", "config", 1 + len(rest))
    if len(rest) == 1 and not keyword.keyword_q(rest[0]):
        raise ArgumentError(f"config/2 expected a keyword list, got: {inspect(rest[0])}")
    reading = _reading()
    reading.config = merge(reading.config, [(app, rest[0] if len(rest) == 1 else [rest])])
    return reading.config


@ex("read_config/1")
def read_config(app: Any) -> Any:
    """What the file has set for an application so far, or nil."""
    return next((values for name, values in _reading().config if name is app), None)


@ex("__env__!/0")
def env() -> Any:
    """The environment that the reader was given."""
    return _reading().wanted("env")


@ex("__target__!/0")
def target() -> Any:
    """The target that the reader was given."""
    return _reading().wanted("target")


@ex("__import__!/1")
def import_file(path: Any) -> Any:
    """Evaluate another file for the same configuration."""
    reading = _reading()
    folder = os.path.dirname(reading.read[0]) if reading.read else os.getcwd()
    _evaluate(reading, os.path.abspath(os.path.join(folder, path)), None)
    return OK


# ------------------------------------------------------------------------------------------------------------- Reader


def read(path: Any, options: Any = ()) -> Any:
    """The configuration that a file makes."""
    return _read(path, None, options).config


def read_imports(path: Any, options: Any = ()) -> Any:
    """The configuration that a file makes, and the files that took part."""
    found = _read(path, None, options)
    return (found.config, found.read)


def evaluate(path: Any, text: Any, options: Any = ()) -> Any:
    """The configuration that a text makes."""
    return _read(path, text, options).config


def merge(first: Any, second: Any) -> Any:
    """Two configurations as one: the second one's values win, keyword lists in both are merged."""
    return keyword.merge(first, second, lambda _, a, b: keyword.merge(a, b, _deep))


def _deep(_: Any, a: Any, b: Any) -> Any:
    return keyword.merge(a, b, _deep) if keyword.keyword_q(a) and keyword.keyword_q(b) else b


def load(found: Any, options: Any) -> Any:
    """The configuration *found* with what a file adds: how a release is configured."""
    need(options.__class__ is tuple and len(options) == 2, "Config.Reader", "load", 2)
    return merge(found, read(*options))


def _read(path: Any, text: Any, options: Any) -> Reading:
    state = current().state
    outer = state.get(STATE)
    reading = state[STATE] = Reading({key.name: value for key, value in options})
    try:
        _evaluate(reading, os.path.abspath(path), text)
    finally:
        state[STATE] = outer
    return reading


def _evaluate(reading: Reading, path: str, text: Any) -> None:
    if path in reading.read:
        raise ArgumentError(f"attempting to load configuration {_shown(path)} recursively")
    source = files.read_bang(path) if text is None else text
    reading.read.insert(0, path)
    before = reading.config
    value, _ = eval_string(source, [], [(Atom("file"), path)])
    if reading.config is before and value.__class__ is list and value:
        reading.config = merge(before, _checked(value, path))


def _checked(value: list[Any], path: str) -> list[Any]:
    """What a file gives that sets nothing: applications and their values."""
    if not keyword.keyword_q(value):
        raise ArgumentError(f"expected config file {_shown(path)} to return keyword list, got: {inspect(value)}")
    for app, values in value:
        if not keyword.keyword_q(values):
            raise ArgumentError(f"expected config for app {inspect(app)} in {_shown(path)} to return keyword list, got: {inspect(values)}")
    return value


def _shown(path: str) -> str:
    here = os.getcwd() + os.sep
    return path[len(here):] if path.startswith(here) else path


def _reader() -> Module:
    made = native_module("Config.Reader", {})
    made.functions.update({
        "read!/1": read, "read!/2": read, "read_imports!/1": read_imports, "read_imports!/2": read_imports, "eval!/2": evaluate, "eval!/3": evaluate,
        "merge/2": merge, "load/2": load, "init/1": lambda options: options,
    })  # fmt: skip
    return made


MODULE = native_module("Config", globals())
MODULES_BY_NAME = {"Elixir.Config": MODULE, "Elixir.Config.Reader": _reader()}
