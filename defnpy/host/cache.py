"""Compiled programs on disk: keyed by content, checked when read, written atomically."""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from pathlib import Path
from types import CodeType

from defnpy.base.cachedir import cache_dir

FORMAT = 1
"""Raised when generated code or its run-time support changes its meaning."""


def key(text: bytes, file: str, extra: bytes = b"") -> str:
    """The name of the entry for a source text: content, file name, Python and defnpy versions, and what it depends on."""
    from defnpy.host.version import build_digest

    digest = hashlib.sha256()
    for part in (str(FORMAT).encode(), build_digest(), sys.version.encode(), file.encode(), extra, text):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _path(name: str) -> Path:
    return cache_dir() / "code" / name[:2] / name


def load(name: str) -> CodeType | None:
    """The code stored under *name*; None when there is none or the entry is damaged."""
    try:
        data = _path(name).read_bytes()
    except OSError:
        return None
    if len(data) < 32 or hashlib.sha256(data[32:]).digest() != data[:32]:
        return None
    try:
        code = marshal.loads(data[32:])
    except (ValueError, EOFError, TypeError):
        return None
    return code if code.__class__ is CodeType else None


def store(name: str, code: CodeType) -> None:
    """Write an entry; a full or read-only disk is not an error, the next start compiles again."""
    payload = marshal.dumps(code)
    path = _path(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(hashlib.sha256(payload).digest() + payload)
        os.replace(temporary, path)
    except OSError:
        return
