"""Loop states as binaries and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Struct, field, make_struct, remote
from defnpy.nx.api.serialize import deserialize as read_tensors
from defnpy.nx.api.serialize import serialize as write_tensors
from defnpy.nx.tensor import Tensor
from defnpy.stdlib.erlang import term_format

_TENSORS = Atom("nx_serialized")


def default_name(state: Struct) -> str:
    """The name of a checkpoint."""
    return f"checkpoint_{field(state, 'epoch')}_{field(state, 'iteration')}.ckpt"


def _packed(term: Any) -> Any:
    if term.__class__ is Tensor:
        return _TENSORS, _joined(write_tensors(term))
    if term.__class__ is dict:
        return {k: _packed(v) for k, v in term.items()}
    if term.__class__ is tuple:
        return tuple(_packed(t) for t in term)
    if term.__class__ is list:
        return [_packed(t) for t in term]
    if isinstance(term, Struct):
        return Struct(term.module, {k: _packed(v) for k, v in term.fields.items()})
    return term


def _joined(parts: Any) -> bytes:
    if parts.__class__ is list:
        return b"".join(_joined(p) for p in parts)
    return bytes([parts]) if parts.__class__ is int else parts.encode("utf-8", "surrogatepass") if parts.__class__ is str else parts


def _unpacked(term: Any) -> Any:
    if term.__class__ is tuple and len(term) == 2 and term[0] is _TENSORS:
        return read_tensors(term[1])
    if term.__class__ is dict:
        module = term.get(Atom("__struct__"))
        made = {k: _unpacked(v) for k, v in term.items()}
        if module is None:
            return made
        made.pop(Atom("__struct__"))
        return Struct(module, made)
    if term.__class__ is tuple:
        return tuple(_unpacked(t) for t in term)
    if term.__class__ is list:
        return [_unpacked(t) for t in term]
    if isinstance(term, Struct):
        return Struct(term.module, {k: _unpacked(v) for k, v in term.fields.items()})
    return term


def serialize(state: Struct) -> Any:
    """The state without what only this run needs."""
    return term_format.encode({k: _packed(v) for k, v in state.fields.items()})


def deserialize(data: Any) -> Struct:
    """The state of :func:`serialize`."""
    raw = data.encode("utf-8", "surrogatepass") if data.__class__ is str else data
    fields = _unpacked(term_format.decode(raw)[0])
    return make_struct("Axon.Loop.State", **{k.name: v for k, v in fields.items()})


def saver(folder: Any, pattern: Any) -> Callable[[Any], Any]:
    """A handler that writes the state to a file in *folder*."""

    def save(state: Struct) -> Any:
        name = pattern if pattern.__class__ is str else pattern(state)
        path = remote("Path", "join/2")(folder, name)
        remote("File", "mkdir_p!/1")(remote("Path", "dirname/1")(path))
        remote("File", "write!/2")(path, serialize(state))
        return Atom("continue"), state

    return save


