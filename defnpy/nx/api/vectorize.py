"""Turning axes into vectorised axes and back."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx import vectors
from defnpy.nx.containers import eager_map
from defnpy.nx.convert import to_tensor
from defnpy.nx.options import keyword
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module

_AUTO = Atom("auto")


def _axis_list(given: Any) -> list[tuple[Any, int | None]]:
    entries = given if given.__class__ is list else [given]
    made: list[tuple[Any, int | None]] = []
    for entry in entries:
        if is_atom(entry) and entry is not None:
            made.append((entry, None))
        elif entry.__class__ is tuple and len(entry) == 2 and is_atom(entry[0]) and entry[1].__class__ is int:
            made.append(entry)
        else:
            raise ArgumentError(
                "expected vectorized axis specification to be an atom or a tuple of {atom, pos_integer}, "
                f"got: {text(entry)}"
            )
    return made


@ex("vectorize/2")
def vectorize(container: Any, axes: Any) -> Any:
    """Turn the first axes into vectorised axes."""
    return eager_map(container, lambda t: _vectorize(t, axes))


def _vectorize(t: Tensor, given: Any) -> Tensor:
    if given == [] and given.__class__ is list:
        return t
    if not t.shape:
        raise ArgumentError("cannot vectorize tensor of rank 0")
    entries = _axis_list(given)
    if len(entries) > len(t.shape):
        raise ArgumentError("number of vectorized axes must not be greater than the shape size")
    made = []
    taken = {name for name, _ in t.vectorized_axes}
    for i, (name, size) in enumerate(entries):
        if size is not None and size != t.shape[i]:
            raise ArgumentError(f"expected vectorized axis {text(name)} to have size {size}, got {t.shape[i]}")
        if name in taken:
            raise ArgumentError(
                f"cannot use name {text(name)} for new vectorized axes because there's already a vectorized axis "
                "with the same name"
            )
        if name in t.names[len(entries) :]:
            raise ArgumentError(
                f"cannot use name {text(name)} for new vectorized axes because there's already an axis with the "
                "same name"
            )
        made.append((name, t.shape[i]))
    n = len(entries)
    return t.like(
        shape=t.shape[n:], names=shapes.intern_names(t.names[n:]), vectorized_axes=(*t.vectorized_axes, *made)
    )


@ex("devectorize/1", "devectorize/2")
def devectorize(container: Any, opts: Any = ()) -> Any:
    """Turn vectorised axes into plain leading axes."""
    keep = keyword(opts, keep_names=True)["keep_names"]
    return eager_map(container, lambda t: vectors.devectorized(t, bool(keep)))


@ex("revectorize/2", "revectorize/3")
def revectorize(container: Any, axes: Any, opts: Any = ()) -> Any:
    """Rearrange all elements over new vectorised axes and a new shape."""
    given = keyword(opts, target_shape=None, target_names=None)
    return eager_map(container, lambda t: _revectorize(t, axes, given["target_shape"], given["target_names"]))


def _revectorize(t: Tensor, axes: Any, shape: Any, names: Any) -> Tensor:
    from defnpy.nx.api.shape import reshape

    if axes.__class__ is not list or any(a.__class__ is not tuple or len(a) != 2 for a in axes):
        raise FunctionClauseError(alias("Nx"), Atom("revectorize"), 3)
    if shape is None:
        shape = t.shape
        names = list(t.names) if names is None else names
    sizes = (*(n for _, n in axes), *shape)
    if sum(1 for n in sizes if n is _AUTO) > 1:
        raise ArgumentError(
            "cannot have more than one `:auto` occurrence between target_axes and the :target_shape option"
        )
    plain = vectors.devectorized(t)
    made = reshape(plain, sizes)
    k = len(axes)
    inner = made.shape[k:]
    result = vectors.vectorized(made, tuple((name, n) for (name, _), n in zip(axes, made.shape[:k], strict=True)))
    return result.like(names=shapes.named(names, inner))


@ex("reshape_vectors/1", "reshape_vectors/2")
def reshape_vectors(tensors: Any, opts: Any = ()) -> list[Tensor]:
    """Give all tensors the same vectorised axes, with size 1 where they lack one."""
    if tensors.__class__ is not list:
        raise FunctionClauseError(alias("Nx"), Atom("reshape_vectors"), 2)
    align = bool(keyword(opts, align_ranks=False)["align_ranks"])
    made, axes = vectors.aligned([to_tensor(t) for t in tensors], align)
    return [vectors.vectorized(t, axes) for t in made]


@ex("broadcast_vectors/1", "broadcast_vectors/2")
def broadcast_vectors(tensors: Any, opts: Any = ()) -> list[Tensor]:
    """Give all tensors the same vectorised axes and sizes."""
    if tensors.__class__ is not list:
        raise FunctionClauseError(alias("Nx"), Atom("broadcast_vectors"), 2)
    align = bool(keyword(opts, align_ranks=False)["align_ranks"])
    made, axes = vectors.aligned([to_tensor(t) for t in tensors], align)
    return [vectors.vectorized(vectors.spread(t, axes), axes) for t in made]


MODULE = native_module("Nx", globals())
