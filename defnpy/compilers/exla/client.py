"""EXLA.Client: the devices that programs run on."""

from __future__ import annotations

from typing import Any

from defnpy.nx.show import text
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError, RuntimeError_
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

_PLATFORMS = {"cuda": "cuda", "rocm": "rocm", "tpu": "tpu", "host": "cpu"}
_CLIENT = Atom("Elixir.EXLA.Client")
_ALLOWED = ("client", "device_id")


def _devices(name: str) -> list[Any]:
    import jax

    try:
        return jax.devices(_PLATFORMS[name])
    except RuntimeError:
        return []


def fetch(name: Any) -> list[Any]:
    """The devices of the client called *name*."""
    if not is_atom(name):
        raise FunctionClauseError(_CLIENT, Atom("fetch!"), 1)
    label = getattr(name, "name", None)
    if label not in _PLATFORMS:
        known = text([Atom(n) for n in _PLATFORMS])
        raise ArgumentError(
            f"could not find EXLA client named {text(name)}, the clients specified in your config files are: {known}"
        )
    found = _devices(label)
    if not found:
        raise RuntimeError_(f"EXLA client {text(name)} has no devices on this machine")
    return found


def backend_options(options: Any) -> Any:
    """The options of EXLA.Backend, checked."""
    bad = [k for k, _ in options if k.name not in _ALLOWED]
    if bad:
        raise ArgumentError(f"unknown keys {text(bad)} in {text(options)}, the allowed keys are: [:client, :device_id]")
    given = {k.name: v for k, v in options}
    if "client" in given:
        fetch(given["client"])
    return options


def device_of(options: dict[str, Any]) -> Any:
    """The device that options ask for, or None where it is JAX's default."""
    if options.get("client") is None and not options.get("device_id"):
        return None
    import jax

    found = fetch(options["client"]) if options.get("client") is not None else jax.devices()
    number = options.get("device_id") or 0
    if not 0 <= number < len(found):
        raise ArgumentError(f":device_id must be a number between 0 and {len(found) - 1}")
    return None if found[number] == jax.devices()[0] else found[number]


@ex("default_name/0")
def default_name() -> Any:
    """The client in use when none is named."""
    for name in _PLATFORMS:
        if _devices(name):
            return Atom(name)
    return Atom("host")


@ex("get_supported_platforms/0")
def get_supported_platforms() -> Any:
    """The platforms with devices, and how many each has."""
    return {Atom(name): len(found) for name in _PLATFORMS if (found := _devices(name))}


@ex("fetch!/1")
def fetch_bang(name: Any) -> Struct:
    """A client."""
    found = fetch(name)
    fields = {
        Atom("ref"): None,
        Atom("platform"): name,
        Atom("name"): name,
        Atom("device_count"): len(found),
        Atom("devices"): list(range(len(found))),
        Atom("default_device_id"): 0,
    }
    return Struct(_CLIENT, fields)


MODULE = native_module("EXLA.Client", globals())
