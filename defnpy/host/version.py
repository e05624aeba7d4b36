"""The version of defnpy, and a digest that changes with its own sources."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

VERSION = "0.1.0"
_digest: list[bytes] = []
_COMPILING = ("base", "terms", "syntax", "expand", "codegen", "host", "rt.py")


def build_digest() -> bytes:
    """A digest of the files that decide what code is generated: names, sizes and times (an edited checkout compiles anew)."""
    if not _digest:
        package = Path(__file__).resolve().parent.parent
        found = [VERSION]
        for part in _COMPILING:
            _stat(package / part, found)
        _digest.append(hashlib.sha256("\n".join(found).encode()).digest())
    return _digest[0]


def _stat(path: Path, found: list[str]) -> None:
    if path.is_dir():
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    _stat(Path(entry.path), found)
    else:
        status = path.stat()
        found.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
