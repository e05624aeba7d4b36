"""Path: names of files, taken apart and joined as text."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

from defnpy.stdlib import grants
from defnpy.stdlib.util import ERROR, OK, UNSET, need, option
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import call, is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module
from defnpy.terms.text import is_binary, list_to_string

ABSOLUTE, RELATIVE = Atom("absolute"), Atom("relative")
_DOUBLED = re.compile(r"/(?:\./|/)+")


def text_of(path: Any) -> Any:
    """A path as a binary."""
    if is_binary(path):
        return path
    need(path.__class__ in (list, ImproperList), "IO", "chardata_to_string", 1)
    return list_to_string(path)


def _cwd() -> str:
    grants.need("read", ".")
    return os.getcwd()


# -- absolute and relative -----------------------------------------------------------------------------------------------


@ex("type/1")
def type_(path: Any) -> Any:
    return ABSOLUTE if text_of(path).startswith("/") else RELATIVE


@ex("relative/1")
def relative(path: Any) -> Any:
    made = text_of(path)
    return "." if made == "/" else made[1:] if made.startswith("/") else made


def _joined(parts: list[Any]) -> str:
    """*parts* with one slash between them; doubled slashes and ``./`` behind a slash go."""
    made = parts[0] if len(parts) == 1 else f"{parts[0]}/{relative(parts[1])}"
    made = _DOUBLED.sub("/", made)
    return made[:-1] if len(made) > 1 and made.endswith("/") else made


@ex("absname/1", "absname/2")
def absname(path: Any, base: Any = None) -> str:
    made = text_of(path)
    if made.startswith("/"):
        return _joined([made])
    root = _cwd() if base is None else call(base, []) if is_function(base, 0) else base
    return _joined([text_of(root), made])


def _home(path: Any) -> str:
    made = str(text_of(path))
    return os.path.expanduser("~") + made[1:] if made == "~" or made.startswith("~/") else made


@ex("expand/1", "expand/2")
def expand(path: Any, base: Any = None) -> str:
    made = absname(_home(path), None if base is None else absname(_home(base)))
    out: list[str] = []
    for part in made.split("/")[1:]:
        if part == "..":
            del out[-1:]
        elif part != ".":
            out.append(part)
    return "/" + "/".join(out)


def _resolved(parts: list[str]) -> list[str]:
    """A split relative path without its dots; what leads out of it stays in front."""
    out: list[str] = []
    up: list[str] = []
    for part in parts:
        if part == "..":
            up += [".."] if not out else []
            del out[-1:]
        elif part != ".":
            out.append(part)
    return [*up, *out] or ["."]


@ex("relative_to/2", "relative_to/3")
def relative_to(path: Any, base: Any, options: Any = ()) -> Any:
    parts, root = split(path), split(base)
    absolute = parts[:1] == ["/"]
    if absolute != (root[:1] == ["/"]):
        return join(_resolved(parts))
    if absolute:
        parts, root = split(expand(path)), split(expand(base))
        if option(options, "force", False) is not True:
            if parts == root:
                return "."
            return join(parts[len(root) :] if parts[: len(root)] == root else parts)
    else:
        parts, root = _resolved(parts), _resolved(root)
    return _forced(parts, root, absolute)


def _forced(parts: list[str], root: list[str], absolute: bool) -> Any:
    if parts == root or parts == ["."]:
        return "."
    if root == ["."]:
        return join(parts)
    common = 0
    while common < min(len(parts), len(root)) and parts[common] == root[common]:
        common += 1
    return join([".."] * (len(root) - common) + parts[common:]) if common or not absolute else join(parts)


@ex("relative_to_cwd/1", "relative_to_cwd/2")
def relative_to_cwd(path: Any, options: Any = ()) -> Any:
    return relative_to(path, _cwd(), options)


@ex("safe_relative/1", "safe_relative/2", "safe_relative_to/2")
def safe_relative(path: Any, base: Any = None) -> Any:
    """The path when it stays below *base*, symbolic links followed."""
    made = text_of(path)
    root = os.path.realpath(_cwd() if base is None else text_of(base))
    out: list[str] = []
    for part in split(made):
        if part == "/" or (part == ".." and not out):
            return ERROR
        if part == "..":
            out.pop()
        elif part != ".":
            out.append(part)
    target = os.path.realpath(os.path.join(root, *out))
    inside = target == root or target.startswith(root.rstrip("/") + "/")
    return (OK, "/".join(out)) if inside else ERROR


# -- parts ---------------------------------------------------------------------------------------------------------------


@ex("join/1", "join/2")
def join(first: Any, second: Any = UNSET) -> Any:
    need(second is not UNSET or (first.__class__ is list and first != []), "Path", "join", 1)
    parts = [text_of(p) for p in (first if second is UNSET else [first, second])]
    made = parts[0]
    if second is UNSET and len(parts) == 1:
        return made
    for part in parts[1:]:
        made = _trimmed(_join_two(made, part))
    return made


def _trimmed(path: Any) -> Any:
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def _join_two(left: Any, right: Any) -> Any:
    if right == "/":
        return _trimmed(left)
    tail = relative(right)
    return tail if left == "" else "/" + tail if left == "/" else f"{_trimmed(left)}/{tail}"


@ex("split/1")
def split(path: Any) -> list[Any]:
    made = text_of(path)
    return (["/"] if made.startswith("/") else []) + [p for p in made.split("/") if p]


@ex("basename/1", "basename/2")
def basename(path: Any, extension: Any = "") -> Any:
    parts = [p for p in text_of(path).split("/") if p]
    made = parts[-1] if parts else ""
    ending = text_of(extension)
    return made[: -len(ending)] if ending and made.endswith(ending) and made != ending else made


@ex("dirname/1")
def dirname(path: Any) -> Any:
    made = text_of(path)
    head = made.rpartition("/")[0].rstrip("/")
    return head or ("/" if made.startswith("/") else ".")


def _cut(path: Any) -> int:
    """Where the extension of a path begins; a name that begins with a dot has none there."""
    start = path.rfind("/") + 1
    dot = path.rfind(".", start)
    return len(path) if dot <= start else int(dot)


@ex("extname/1")
def extname(path: Any) -> Any:
    made = text_of(path)
    return made[_cut(made) :]


@ex("rootname/1", "rootname/2")
def rootname(path: Any, extension: Any = None) -> Any:
    made = text_of(path)
    if extension is None:
        return made[: _cut(made)]
    ending = text_of(extension)
    return made.removesuffix(ending) if made != ending else made


# -- wildcards -----------------------------------------------------------------------------------------------------------


def _alternatives(pattern: str) -> list[str]:
    """*pattern* once for each choice of its ``{a,b}``."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    return [made for choice in found[1].split(",") for made in _alternatives(pattern[: found.start()] + choice + pattern[found.end() :])]


@ex("wildcard/1", "wildcard/2")
def wildcard(pattern: Any, options: Any = ()) -> list[str]:
    made = text_of(pattern)
    if "\0" in made:
        raise ArgumentError(f"cannot execute Path.wildcard/2 for path with null byte, got: {inspect(pattern)}")
    grants.need("read", os.path.dirname(re.split(r"[*?{\[]", made)[0]) or ".")
    hidden = option(options, "match_dot", False) is True
    found = {_trimmed(path) for one in _alternatives(made) for path in glob.glob(one, recursive=True, include_hidden=hidden)}
    return sorted(path for path in found if path)


MODULE = native_module("Path", globals())
