"""Large maps whose updates do not copy: versions of one dict (Baker's trick).

The newest version holds the dict; an update moves it on to the next version and leaves behind what was there before. An older
version that is looked at again makes a copy of its own. So a map that is only passed on costs the same for each update, however
large, and one that is kept costs a copy, as every update of a small map does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NoReturn

LARGE = 128
"""Maps with fewer keys are copied by every update."""

_GONE: Any = object()


class Version(dict[Any, Any]):
    """A map, to everybody who asks for its ``__class__`` a dict. Safe when several processes hold it."""

    __slots__ = ("cell", "key", "kept", "newer", "old")
    __class__ = property(lambda self: dict)

    def __init__(self, data: dict[Any, Any]) -> None:
        # The dict while this is the newest version, else nothing. Taking it out is the one atomic step of an update.
        self.cell = [data]
        self.newer: Version | None = None
        self.key: Any = None
        self.old: Any = None
        self.kept = False

    # -- updates --

    def put(self, key: Any, value: Any) -> Version:
        """A map with one more key, or another value for it; _GONE removes the key."""
        data = self._take()
        if data is None:
            data = self.snapshot()
            _change(data, key, value)
            return Version(data)
        made = Version(data)
        self.key, self.old = key, data.get(key, _GONE)
        self.newer = made
        _change(data, key, value)
        return made

    def _take(self) -> dict[Any, Any] | None:
        """The dict, for the next version alone; None when this version is old or was asked for again."""
        if self.kept:
            return None
        try:
            return self.cell.pop()
        except IndexError:
            return None

    def _own(self) -> dict[Any, Any]:
        """The dict of the newest version, or a copy that an old version makes for itself."""
        while True:
            try:
                return self.cell[0]
            except IndexError:
                self._copy()

    def _copy(self) -> None:
        changes: list[tuple[Any, Any]] = []
        version = self
        while not version.cell:
            if version.newer is None:
                # Another process is in the middle of an update.
                time.sleep(0)
                continue
            changes.append((version.key, version.old))
            version = version.newer
        try:
            data = version.cell[0]
        except IndexError:
            return
        made = dict(data)
        if not version.cell:
            return
        for key, old in reversed(changes):
            _change(made, key, old)
        self.kept = True
        self.cell = [made]
        self.newer = None

    def snapshot(self) -> dict[Any, Any]:
        """All of it as a dict that nobody else changes."""
        while True:
            made = dict(self._own())
            if self.cell:
                return made

    # -- reading: what was read counts if the dict is still here afterwards --

    def __getitem__(self, key: Any) -> Any:
        found = self.get(key, _GONE)
        if found is _GONE:
            raise KeyError(key)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        while True:
            found = self._own().get(key, default)
            if self.cell:
                return found

    def __contains__(self, key: object) -> bool:
        return self.get(key, _GONE) is not _GONE

    def __len__(self) -> int:
        while True:
            size = len(self._own())
            if self.cell:
                return size

    def __iter__(self) -> Iterator[Any]:
        return iter(self.snapshot())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self.snapshot())

    def keys(self) -> Any:
        return self.snapshot().keys()

    def values(self) -> Any:
        return self.snapshot().values()

    def items(self) -> Any:
        return self.snapshot().items()

    def copy(self) -> dict[Any, Any]:
        return self.snapshot()

    def __eq__(self, other: object) -> bool:
        return self.snapshot() == (other.snapshot() if type(other) is Version else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __or__(self, other: Any) -> Any:
        return self.snapshot() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.snapshot()

    def __repr__(self) -> str:
        return repr(self.snapshot())

    def _fixed(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a map is never changed in place")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = setdefault = clear = _fixed


def _change(data: dict[Any, Any], key: Any, value: Any) -> None:
    if value is _GONE:
        data.pop(key, None)
    else:
        data[key] = value


def put(data: dict[Any, Any], key: Any, value: Any) -> dict[Any, Any]:
    """*data* with *key* (a dict key) set to *value*."""
    if type(data) is Version:
        return data.put(key, value)
    if len(data) < LARGE:
        return {**data, key: value}
    return Version({**data, key: value})


def without(data: dict[Any, Any], key: Any) -> dict[Any, Any]:
    """*data* without *key*."""
    if key not in data:
        return data
    if type(data) is Version:
        return data.put(key, _GONE)
    made = dict(data)
    del made[key]
    return made if len(made) < LARGE else Version(made)
