"""Where caches live: one folder per user, readable by that user only."""

from __future__ import annotations

import os
from pathlib import Path


def cache_dir() -> Path:
    """The folder for defnpy's caches, made with mode 0700 when it is not there.

    ``DEFNPY_CACHE_DIR`` names it; without it, ``defnpy`` in ``XDG_CACHE_HOME`` or ``~/.cache``.
    """
    named = os.environ.get("DEFNPY_CACHE_DIR")
    if named:
        folder = Path(named)
    else:
        base = os.environ.get("XDG_CACHE_HOME")
        folder = Path(base) / "defnpy" if base else Path.home() / ".cache" / "defnpy"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
