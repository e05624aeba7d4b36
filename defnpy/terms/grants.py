"""What a program may touch outside itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from defnpy.terms.errors import RuntimeError_


@dataclass(slots=True)
class Grants:
    """Permissions of a Runtime; ``read`` and ``write`` are absolute folders."""

    trust: bool = False
    read: list[str] = field(default_factory=list)
    write: list[str] = field(default_factory=list)
    env: bool = False

    run: bool = False
    net: bool = False

    def need(self, kind: str, detail: Any = None) -> None:
        """Raise unless *kind* (``read``, ``write``, ``env``, ``run``, ``net``) is granted for *detail*."""
        if self.trust or self._granted(kind, detail):
            return
        what, flag = _REFUSALS[kind]
        made = RuntimeError_(f"{what.format(detail=detail)} is not allowed")
        folder = os.path.dirname(os.path.realpath(str(detail))) if kind in ("read", "write") else ""
        made.add_note(f"hint: grant it with {flag.format(folder=folder)} or --trust")
        raise made

    def _granted(self, kind: str, detail: Any) -> bool:
        if kind == "read":
            return _below(str(detail), [*self.read, *self.write])
        if kind == "write":
            return _below(str(detail), self.write)
        return bool(getattr(self, kind))


_REFUSALS = {
    "read": ("reading {detail}", "--allow-read={folder}"),
    "write": ("writing {detail}", "--allow-write={folder}"),
    "env": ("reading the environment", "--allow-env"),
    "run": ("running {detail}", "--trust"),
    "net": ("using the network", "--trust"),
}


def _below(path: str, folders: list[str]) -> bool:
    full = os.path.realpath(path)
    return any(full == folder or full.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
