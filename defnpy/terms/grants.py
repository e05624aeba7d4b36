"""What a program may touch outside itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(slots=True)
class Grants:
    """Permissions of a Runtime; ``read`` and ``write`` are absolute folders."""

    trust: bool = False
    read: list[str] = field(default_factory=list)
    write: list[str] = field(default_factory=list)
    env: bool = False

    def may_read(self, path: str) -> bool:
        return self.trust or _below(path, [*self.read, *self.write])

    def may_write(self, path: str) -> bool:
        return self.trust or _below(path, self.write)

    def may_read_environment(self) -> bool:
        return self.trust or self.env


def _below(path: str, folders: list[str]) -> bool:
    full = os.path.realpath(path)
    return any(full == folder or full.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
