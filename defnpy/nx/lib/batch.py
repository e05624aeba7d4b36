"""``Nx.Batch``: inputs gathered to be run together."""

from __future__ import annotations

from typing import Any

from defnpy.nx.containers import compatible, eager_map, flatten_list, lazy_map, lazy_traverse
from defnpy.nx.convert import constant
from defnpy.nx.options import keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor, unnamed
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

BATCH = alias("Nx.Batch")
_NAMES = {n: Atom(n) for n in ("key", "stack", "size", "template", "pad")}
_DEFAULT = Atom("default")


class Batch(Struct):
    """``%Nx.Batch{}``. ``entries`` are containers with a leading axis, in order; ``template`` is one entry's without it."""

    __slots__ = ("entries", "key", "pad", "size", "template")
    module = BATCH

    def __init__(
        self, entries: tuple[Any, ...] = (), size: int = 0, template: Any = None, pad: int = 0, key: Any = _DEFAULT
    ) -> None:
        self.entries = entries
        self.size = size
        self.template = template
        self.pad = pad
        self.key = key

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        values = {"key": self.key, "pad": self.pad, "size": self.size, "stack": list(self.entries), "template": self.template}
        return {_NAMES[k]: v for k, v in values.items()}

    def replace(self, changes: dict[Any, Any]) -> Struct:
        made = self.like()
        for name, value in changes.items():
            setattr(made, "entries" if name.name == "stack" else name.name, value)
        return made

    def like(self, **changes: Any) -> Batch:
        """A copy with some slots changed."""
        made = Batch(self.entries, self.size, self.template, self.pad, self.key)
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    def ex_inspect(self, opts: Any) -> Any:
        """The document of ``inspect/2``."""
        return f"#Nx.Batch<size: {self.size}, pad: {self.pad}, ...>"

    def lazy_traverse(self, acc: Any, fun: Any) -> tuple[Any, Any]:
        """Nx.LazyContainer: every tensor of all entries joined and padded."""
        if self.template is None:
            raise ArgumentError("cannot traverse/jit/compile Nx.Batch without entries")
        total = self.size + self.pad
        columns = [_tensors(entry) for entry in self.entries]
        place = iter(range(1 << 30))
        state = [acc]

        def one(template: Tensor) -> Any:
            at = next(place)
            shape = (total, *template.shape)
            names = (None, *template.names)
            names = unnamed(len(names)) if all(n is None for n in names) else names
            whole = Tensor(template.type, shape, names, TEMPLATE, template.vectorized_axes)
            made, state[0] = fun(whole, lambda: self._joined(columns, at), state[0])
            return made

        return lazy_map(self.template, one), state[0]

    def _joined(self, columns: list[list[Tensor]], at: int) -> Tensor:
        from defnpy.nx.api.shape import concatenate, pad

        parts = [column[at] for column in columns]
        made = concatenate(parts, keywords(axis=0)) if len(parts) > 1 else parts[0]
        if self.pad:
            zero = constant(0, made.type)
            made = pad(made, zero, [(0, self.pad, 0)] + [(0, 0, 0)] * (len(made.shape) - 1))
        return made


def _tensors(container: Any) -> list[Tensor]:
    return flatten_list([container])


def _template(container: Any) -> Any:
    return lazy_map(container, lambda t: t.like(data=TEMPLATE))


def _unequal(a: Any, b: Any) -> bool:
    return not compatible(_template(a), _template(b))


def _templates(container: Any) -> list[Tensor]:
    found: list[Tensor] = []

    def collect(template: Tensor, make: Any, acc: Any) -> tuple[Tensor, Any]:
        found.append(template)
        return template, acc

    lazy_traverse(container, None, collect)
    return found


def _check(word: str, known: Any, also: str, new: Any, entry: Any) -> None:
    if _unequal(known, new):
        raise ArgumentError(
            f"cannot add to batch due to incompatible tensors/containers.\n\n{word}:\n\n{text(known)}\n\n"
            f"{also}:\n\n{text(new)}\n\nFrom entry:\n\n{text(entry)}\n"
        )


def _add(batch: Batch, entries: list[Any], templates: list[Any], stored: list[Any], sizes: list[int]) -> Batch:
    if not entries:
        return batch
    head = templates[0]
    if batch.template is not None:
        _check("The batch has shape", batch.template, "But then the head of the list has template", head, entries[0])
    for template, entry in zip(templates[1:], entries[1:], strict=True):
        _check("The head of the list has shape", head, "But another list element has template", template, entry)
    known = batch.template if batch.template is not None else head
    return batch.like(entries=(*batch.entries, *stored), size=batch.size + sum(sizes), template=known)


@ex("new/0")
def new() -> Batch:
    """An empty batch."""
    return Batch()


@ex("key/2")
def key(batch: Batch, name: Any) -> Batch:
    """Set the key of a batch."""
    return batch.like(key=name)


def _list(name: str, entries: Any) -> list[Any]:
    if entries.__class__ is not list:
        raise FunctionClauseError(BATCH, Atom(name), 2)
    return entries


@ex("stack/1", "stack/2")
def stack(batch: Any, entries: Any = None) -> Batch:
    """Add entries, each one row of the batch."""
    from defnpy.nx.api.shape import new_axis

    if entries is None:
        batch, entries = Batch(), batch
    entries = _list("stack", entries)
    templates = [_template(entry) for entry in entries]
    rows = [eager_map(entry, lambda t: new_axis(t, 0)) for entry in entries]
    return _add(batch, entries, templates, rows, [1] * len(rows))


@ex("concatenate/1", "concatenate/2")
def concatenate(batch: Any, entries: Any = None) -> Batch:
    """Add entries that each have several rows."""
    if entries is None:
        batch, entries = Batch(), batch
    entries = _list("concatenate", entries)
    sizes = [_rows(entry) for entry in entries]
    templates = [lazy_map(entry, _without_first) for entry in entries]
    return _add(batch, entries, templates, [eager_map(entry, lambda t: t) for entry in entries], sizes)


def _without_first(t: Tensor) -> Tensor:
    names = t.names[1:]
    names = unnamed(len(names)) if all(n is None for n in names) else names
    return t.like(shape=t.shape[1:], names=names, data=TEMPLATE)


def _rows(entry: Any) -> int:
    found = _templates(entry)
    if not found:
        raise ArgumentError(f"cannot have an empty container in concatenate: {text(entry)}")
    size = None
    for t in found:
        if not t.shape:
            raise ArgumentError(f"cannot concatenate scalar tensor in {text(eager_map(entry, lambda x: x))}")
        if size is not None and t.shape[0] != size:
            raise ArgumentError(
                "concatenate expects all tensors in the same container to have the same value for first axis, "
                f"got {t.shape[0]} and {size} in {text(entry)}"
            )
        size = t.shape[0]
    assert size is not None
    return size


@ex("pad/2")
def pad(batch: Batch, size: Any) -> Batch:
    """Rows of zeros to add at the end."""
    if size.__class__ is not int or size < 0:
        raise FunctionClauseError(BATCH, Atom("pad"), 2)
    return batch.like(pad=size)


@ex("merge/1")
def merge_all(batches: list[Batch]) -> Batch:
    """Several batches as one."""
    if not batches:
        return Batch()
    made = batches[0]
    for batch in batches[1:]:
        made = merge(made, batch)
    return made


@ex("merge/2")
def merge(left: Batch, right: Batch) -> Batch:
    """Two batches as one."""
    if left.key is not right.key:
        raise ArgumentError(f"cannot merge batches with different batch keys: {text(left.key)} and {text(right.key)}")
    if left.template is not None and right.template is not None and _unequal(left.template, right.template):
        raise ArgumentError(
            "cannot merge batches due to incompatible templates:\n\n"
            f"    {text(right.template)}\n\nand:\n\n    {text(left.template)}\n"
        )
    template = left.template if left.template is not None else right.template
    return Batch(left.entries + right.entries, left.size + right.size, template, left.pad + right.pad, left.key)


@ex("split/2")
def split(batch: Batch, n: Any) -> tuple[Batch, Batch]:
    """The first *n* rows (padding counts at the end) and the rest."""
    if n.__class__ is not int or n < 1:
        raise FunctionClauseError(BATCH, Atom("split"), 2)
    if n >= batch.size:
        padded = min(n - batch.size, batch.pad)
        return batch.like(pad=padded), batch.like(entries=(), size=0, pad=batch.pad - padded)
    left: list[Any] = []
    right: list[Any] = []
    need = n
    for entry in batch.entries:
        rows = _rows(entry)
        if need <= 0:
            right.append(entry)
        elif rows <= need:
            left.append(entry)
        else:
            left.append(_part(entry, 0, need))
            right.append(_part(entry, need, rows - need))
        need -= rows
    return batch.like(entries=tuple(left), size=n, pad=0), batch.like(entries=tuple(right), size=batch.size - n)


def _part(entry: Any, start: int, length: int) -> Any:
    from defnpy.nx.api.index import slice_along_axis

    return eager_map(entry, lambda t: slice_along_axis(t, start, length))


MODULE = native_module(
    "Nx.Batch",
    globals(),
    info={"struct": list(Batch().fields.items())},
)
