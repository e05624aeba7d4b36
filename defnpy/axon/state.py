"""Axon.ModelState: parameters and state of a model with what is trainable and frozen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Struct, Tensor, alias, field, is_struct, make_struct, nx
from defnpy.terms.errors import FunctionClauseError
from defnpy.terms.map import sorted_keys
from defnpy.terms.module import ex, native_module

NAME = "Axon.ModelState"
Access = Any
_DATA, _FROZEN = Atom("data"), Atom("frozen_parameters")


def is_state(term: Any) -> bool:
    """Whether *term* is a ``%Axon.ModelState{}``."""
    return is_struct(term, NAME)


def _no_clause(function: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(alias(NAME), Atom(function), arity)


def _state(term: Any, function: str, arity: int) -> Struct:
    if not is_state(term):
        raise _no_clause(function, arity)
    return term


@ex("empty/0")
def empty() -> Struct:
    """A state without anything."""
    return make_struct(NAME)


@ex("new/1")
def new(data: Any) -> Struct:
    """The state of a map of parameters; a state stays as it is."""
    if is_state(data):
        return data
    if data.__class__ is not dict:
        raise _no_clause("new", 1)
    return make_struct(NAME, data=data, parameters=_access_map(data))


def bare(data: Any) -> Struct:
    """A state of which only the data are known."""
    return make_struct(NAME, data=data, parameters={}, state={}, frozen_parameters={})


def _access_map(data: dict[Any, Any]) -> dict[Any, Any]:
    return {k: _access_map(v) if v.__class__ is dict else None for k, v in data.items()}


def counted(data: Any) -> tuple[int, int]:
    """How many elements and bytes the tensors of *data* have."""
    count = size = 0
    for k in sorted_keys(data) if data.__class__ is dict else ():
        value = data[k]
        if value.__class__ is dict:
            more, bytes_ = counted(value)
        elif value.__class__ is Tensor:
            more, bytes_ = nx.flat_size(value), nx.byte_size(value)
        elif isinstance(value, Struct):
            from defnpy.nx.containers import container_each

            leaves: list[Tensor] = []
            container_each(value, leaves.append)
            more, bytes_ = sum(nx.flat_size(t) for t in leaves), sum(nx.byte_size(t) for t in leaves)
        else:
            t = nx.to_tensor(value)
            more, bytes_ = nx.flat_size(t), nx.byte_size(t)
        count, size = count + more, size + bytes_
    return count, size


# -- what is trainable, what is frozen ------------------------------------------------------------------------------------


def taken(data: Any, access: Access) -> dict[Any, Any]:
    """The part of *data* that nested lists of names choose."""
    made: dict[Any, Any] = {}
    for k in sorted_keys(access):
        names = access[k]
        if names.__class__ is list:
            if not names:
                continue
            inner = data.get(k, {})
            chosen = {n: inner[n] for n in names if n in inner}
            if chosen:
                made[k] = chosen
        elif names.__class__ is dict:
            inner = taken(data.get(k, {}), names)
            if inner:
                made[k] = inner
        else:
            raise FunctionClauseError(alias(NAME), Atom("get_paths"), 2)
    return made


def _without(data: Any, frozen: Access) -> dict[Any, Any]:
    """*data* without what *frozen* chooses; maps that get empty disappear."""
    made: dict[Any, Any] = {}
    for k in data:
        if k not in frozen:
            made[k] = data[k]
            continue
        names = frozen[k]
        if names.__class__ is list:
            left = {n: v for n, v in data[k].items() if n not in names} if data[k].__class__ is dict else {}
        else:
            left = _without(data[k], names)
        if left:
            made[k] = left
    return made


def _common(data: Any, frozen: Access) -> dict[Any, Any]:
    """The part of *data* that *frozen* chooses."""
    made: dict[Any, Any] = {}
    for k in data:
        if k in frozen:
            names = frozen[k]
            if names.__class__ is list:
                chosen = {n: v for n, v in data[k].items() if n in names}
            else:
                chosen = _common(data[k], names)
            if chosen:
                made[k] = chosen
    return made


def trainable(state: Struct, kind: str) -> dict[Any, Any]:
    """The unfrozen parameters or state (*kind* is the field that names them)."""
    access = field(state, kind)
    if any(v.__class__ is dict and _bare(v) for v in access.values()):
        # A state made of a plain map has no lists of names; printing counts nothing then.
        return {}
    return _without(taken(field(state, "data"), access), field(state, "frozen_parameters"))


def _bare(access: dict[Any, Any]) -> bool:
    return any(v is None or (v.__class__ is dict and _bare(v)) for v in access.values())


def _checked(state: Struct, kind: str) -> dict[Any, Any]:
    return _without(taken(field(state, "data"), field(state, kind)), field(state, "frozen_parameters"))


@ex("trainable_parameters/1")
def trainable_parameters(state: Any) -> Any:
    """The parameters that are not frozen."""
    return _checked(_state(state, "trainable_parameters", 1), "parameters")


@ex("trainable_state/1")
def trainable_state(state: Any) -> Any:
    """The state that is not frozen."""
    return _checked(_state(state, "trainable_state", 1), "state")


@ex("frozen_parameters/1")
def frozen_parameters(state: Any) -> Any:
    """The parameters that are frozen."""
    state = _state(state, "frozen_parameters", 1)
    return _common(taken(field(state, "data"), field(state, "parameters")), field(state, "frozen_parameters"))


@ex("frozen_state/1")
def frozen_state(state: Any) -> Any:
    """The state that is frozen."""
    state = _state(state, "frozen_state", 1)
    return _common(taken(field(state, "data"), field(state, "state")), field(state, "frozen_parameters"))


# -- freezing -------------------------------------------------------------------------------------------------------------


def _paths(data: Any, prefix: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for k in sorted_keys(data):
        value = data[k]
        found.extend(_paths(value, [*prefix, k]) if value.__class__ is dict else [[*prefix, k]])
    return found


def _access_of(paths: list[list[Any]]) -> dict[Any, Any]:
    """Nested maps that end in lists of names; the last path comes first in its list."""
    made: dict[Any, Any] = {}
    for path in paths:
        at = made
        for step in path[:-2]:
            at = at.setdefault(step, {})
        if len(path) < 2:
            continue
        names = at.setdefault(path[-2], [])
        if names.__class__ is list:
            names.insert(0, path[-1])
    return made


def _everything(_: Any) -> bool:
    return True


@ex("freeze/1", "freeze/2")
def freeze(state: Any, mask: Callable[[Any], Any] = _everything) -> Any:
    """Freeze what *mask* says of paths; it replaces earlier freezing unless it chooses nothing."""
    state = _state(state, "freeze", 2)
    chosen = [p for p in _paths(field(state, "data"), []) if mask(p) not in (None, False)]
    return state.replace({_FROZEN: _access_of(chosen)}) if chosen else state


@ex("unfreeze/1", "unfreeze/2")
def unfreeze(state: Any, mask: Callable[[Any], Any] = _everything) -> Any:
    """Unfreeze what *mask* says of paths."""
    state = _state(state, "unfreeze", 2)
    kept = [p for p in _frozen_paths(field(state, "frozen_parameters"), []) if mask(p) in (None, False)]
    return state.replace({_FROZEN: _access_of(kept)})


def _frozen_paths(access: Access, prefix: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for k in sorted_keys(access):
        value = access[k]
        if value.__class__ is dict:
            found.extend(_frozen_paths(value, [*prefix, k]))
        else:
            found.extend([*prefix, k, n] for n in reversed(value))
    return found


# -- updates --------------------------------------------------------------------------------------------------------------


def _updated(data: Any, changes: Any) -> Any:
    """*data* with the values of *changes* at paths that it has."""
    made = dict(data)
    for k, value in changes.items():
        if k in made:
            inside = value.__class__ is dict and made[k].__class__ is dict
            made[k] = _updated(made[k], value) if inside else value
    return made


@ex("update/2", "update/3")
def update(state: Any, parameters: Any, new_state: Any = None) -> Any:
    """New values of parameters and of state that is not frozen."""
    state = _state(state, "update", 3)
    data = _updated(field(state, "data"), parameters)
    changes = _without(new_state or {}, field(state, "frozen_parameters"))
    return state.replace({_DATA: _updated(data, changes)})


@ex("merge/3")
def merge(left: Any, right: Any, fun: Callable[[Any, Any, Any], Any]) -> Any:
    """Two states joined; *fun* takes the name and both values where both have one."""
    left, right = _state(left, "merge", 3), _state(right, "merge", 3)
    data = _merged(field(left, "data"), field(right, "data"), fun)
    return left.replace({
        _DATA: data,
        **{Atom(n): _merged_access(field(left, n), field(right, n)) for n in ("parameters", "state", "frozen_parameters")},
    })  # fmt: skip


def _merged(a: dict[Any, Any], b: dict[Any, Any], fun: Callable[[Any, Any, Any], Any]) -> dict[Any, Any]:
    made = dict(a)
    for k in sorted_keys(b):
        if k not in made:
            made[k] = b[k]
        elif made[k].__class__ is dict and b[k].__class__ is dict:
            made[k] = _merged(made[k], b[k], fun)
        else:
            made[k] = fun(k, made[k], b[k])
    return made


def _merged_access(a: Access, b: Access) -> Access:
    made = dict(a)
    for k, v in b.items():
        mine = made.get(k)
        if mine is None:
            made[k] = v
        elif mine.__class__ is dict and v.__class__ is dict:
            made[k] = _merged_access(mine, v)
        elif mine.__class__ is list and v.__class__ is list:
            made[k] = mine + [n for n in v if n not in mine]
    return made


MODULE = native_module(
    NAME,
    globals(),
    info={
        "struct": [(_DATA, {}), (Atom("parameters"), {}), (Atom("state"), {}), (_FROZEN, {})],
        "derive": [(
            alias("Nx.Container"),
            [(Atom("containers"), [_DATA]), (Atom("keep"), [Atom("parameters"), Atom("state"), _FROZEN])],
        )],
    },
)  # fmt: skip
