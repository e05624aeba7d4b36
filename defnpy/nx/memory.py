"""Tensors that would not fit into the memory of the machine are refused before anything is allocated."""

from __future__ import annotations

import os
from math import prod
from pathlib import Path
from typing import Any

from defnpy.nx.show import text
from defnpy.terms.errors import SystemLimitError

LARGE = 1 << 28
"""Below this many bytes nobody asks how much memory there is."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_CGROUP = Path("/sys/fs/cgroup")
_GROUPS = (
    (_CGROUP / "memory.max", _CGROUP / "memory.current"),
    (_CGROUP / "memory" / "memory.limit_in_bytes", _CGROUP / "memory" / "memory.usage_in_bytes"),
)


def size(t: Any) -> int:
    """The bytes that the elements of an output template take in the host's memory."""
    return prod(t.full_shape) * t.type.numpy.itemsize


def check(out: Any) -> None:
    """Raise when an output (a template or a tuple of them) is larger than the memory that is free."""
    for t in out if out.__class__ is tuple else (out,):
        need = size(t)
        if need > LARGE and need > available():
            raise refusal(f"a tensor of type {t.type.name} and shape {text(t.full_shape)}", need)


def is_large(out: Any) -> bool:
    """Whether an output is large enough to be worth a :func:`check` when it is made."""
    return any(size(t) > LARGE for t in (out if out.__class__ is tuple else (out,)))


def refusal(what: str, need: int) -> SystemLimitError:
    """The error of something that needs too many bytes."""
    return SystemLimitError(f"a system limit has been reached: {what} needs {_shown(need)} of memory, {_shown(available())} are free")


def available() -> int:
    """The bytes that this process may still take: what the machine has free, or less where a control group has a limit."""
    return min(_machine(), _group())


def _machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 1 << 62


def _group() -> int:
    for limit_file, used_file in _GROUPS:
        try:
            limit = limit_file.read_text().strip()
            return 1 << 62 if limit == "max" else max(int(limit) - int(used_file.read_text()), 0)
        except (OSError, ValueError):
            continue
    return 1 << 62


def _shown(count: int) -> str:
    amount, unit = float(count), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}"
