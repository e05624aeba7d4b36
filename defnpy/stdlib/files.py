"""File and Path. Every access to the disk asks the grants first."""

from __future__ import annotations

import errno
import glob
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import devices, grants
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import ERROR, OK, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import make_binary
from defnpy.terms.errors import EXCEPTION, from_struct
from defnpy.terms.function import is_function
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

APPEND, LINE = Atom("append"), Atom("line")


def _path(path: Any) -> str:
    made = txt.to_string(path) if not isinstance(path, Struct) else path.fields[Atom("path")]
    return str(made)


def _reading(path: Any) -> str:
    made = _path(path)
    grants.need("read", made)
    return made


def _writing(path: Any) -> str:
    made = _path(path)
    grants.need("write", made)
    return made


def _reason(problem: OSError) -> Atom:
    return Atom(errno.errorcode.get(problem.errno or 0, "einval").lower())


def _tried(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except OSError as problem:
        return (ERROR, _reason(problem))


def _unwrap(answer: Any, action: str, path: Any) -> Any:
    if answer.__class__ is tuple and answer and answer[0] is ERROR:
        fields = {EXCEPTION: True, Atom("reason"): answer[1], Atom("path"): _path(path), Atom("action"): action}
        raise from_struct(Struct(alias("File.Error"), fields))
    return answer[1] if answer.__class__ is tuple and len(answer) == 2 and answer[0] is OK else answer


def _read(path: str) -> Any:
    with open(path, "rb") as handle:
        return (OK, make_binary(handle.read()))


@ex("read/1")
def read(path: Any) -> Any:
    where = _reading(path)
    return _tried(lambda: _read(where))


@ex("read!/1")
def read_bang(path: Any) -> Any:
    return _unwrap(read(path), "read file", path)


@ex("write/2", "write/3")
def write(path: Any, content: Any, modes: Any = ()) -> Any:
    where, data = _writing(path), txt.iodata_bytes(content)

    def action() -> Any:
        with open(where, "ab" if APPEND in modes else "wb") as handle:
            handle.write(data)
        return OK

    return _tried(action)


@ex("write!/2", "write!/3")
def write_bang(path: Any, content: Any, modes: Any = ()) -> Any:
    return _unwrap(write(path, content, modes), "write to file", path)


@ex("exists?/1", "exists?/2")
def exists_q(path: Any, options: Any = ()) -> bool:
    return os.path.exists(_reading(path))


@ex("regular?/1", "regular?/2")
def regular_q(path: Any, options: Any = ()) -> bool:
    return os.path.isfile(_reading(path))


@ex("dir?/1", "dir?/2")
def dir_q(path: Any, options: Any = ()) -> bool:
    return os.path.isdir(_reading(path))


@ex("ls/0", "ls/1")
def ls(path: Any = ".") -> Any:
    where = _reading(path)
    return _tried(lambda: (OK, os.listdir(where)))


@ex("ls!/0", "ls!/1")
def ls_bang(path: Any = ".") -> Any:
    return _unwrap(ls(path), "list directory", path)


def _done(action: Callable[[], Any]) -> Any:
    def run() -> Any:
        action()
        return OK

    return _tried(run)


@ex("mkdir/1")
def mkdir(path: Any) -> Any:
    where = _writing(path)
    return _done(lambda: os.mkdir(where))


@ex("mkdir!/1")
def mkdir_bang(path: Any) -> Any:
    return _unwrap(mkdir(path), "make directory", path)


@ex("mkdir_p/1")
def mkdir_p(path: Any) -> Any:
    where = _writing(path)
    return _done(lambda: os.makedirs(where, exist_ok=True))


@ex("mkdir_p!/1")
def mkdir_p_bang(path: Any) -> Any:
    return _unwrap(mkdir_p(path), "make directory (with -p)", path)


@ex("rm/1")
def rm(path: Any) -> Any:
    where = _writing(path)
    return _done(lambda: os.remove(where))


@ex("rm!/1")
def rm_bang(path: Any) -> Any:
    return _unwrap(rm(path), "remove file", path)


@ex("rmdir/1")
def rmdir(path: Any) -> Any:
    where = _writing(path)
    return _done(lambda: os.rmdir(where))


@ex("rm_rf/1")
def rm_rf(path: Any) -> Any:
    where = _writing(path)
    found = [os.path.join(d, f) for d, _, files in os.walk(where) for f in files] + [d for d, _, _ in os.walk(where)]
    if os.path.isfile(where):
        os.remove(where)
        return (OK, [where])
    shutil.rmtree(where, ignore_errors=True)
    return (OK, found)


@ex("rm_rf!/1")
def rm_rf_bang(path: Any) -> Any:
    return _unwrap(rm_rf(path), "remove files and directories recursively from", path)


@ex("cp/2", "cp/3")
def cp(source: Any, target: Any, options: Any = ()) -> Any:
    a, b = _reading(source), _writing(target)
    return _done(lambda: shutil.copyfile(a, b))


@ex("cp!/2", "cp!/3")
def cp_bang(source: Any, target: Any, options: Any = ()) -> Any:
    return _unwrap(cp(source, target), "copy", source)


@ex("cp_r/2")
def cp_r(source: Any, target: Any) -> Any:
    a, b = _reading(source), _writing(target)
    return _done(lambda: shutil.copytree(a, b, dirs_exist_ok=True))


@ex("rename/2")
def rename(source: Any, target: Any) -> Any:
    a, b = _writing(source), _writing(target)
    return _done(lambda: os.rename(a, b))


@ex("rename!/2")
def rename_bang(source: Any, target: Any) -> Any:
    return _unwrap(rename(source, target), "rename", source)


@ex("touch/1", "touch!/1")
def touch(path: Any) -> Any:
    return write(path, "", [APPEND])


@ex("cwd/0")
def cwd() -> Any:
    grants.need("read", ".")
    return (OK, os.getcwd())


@ex("cwd!/0")
def cwd_bang() -> Any:
    return cwd()[1]


@ex("stat/1", "stat!/1")
def stat(path: Any) -> Any:
    where = _reading(path)

    def action() -> Any:
        found = os.stat(where)
        kind = Atom("directory" if os.path.isdir(where) else "regular")
        return (OK, {Atom("size"): found.st_size, Atom("type"): kind, Atom("mtime"): int(found.st_mtime)})

    return _tried(action)


@ex("stream!/1", "stream!/2", "stream!/3")
def stream_bang(path: Any, how: Any = LINE, modes: Any = ()) -> Stream:
    where = _reading(path)
    size = how if how.__class__ is int else None

    def walk() -> Iterator[Any]:
        with open(where, "rb") as handle:
            if size is None:
                yield from (make_binary(line) for line in handle)
                return
            while part := handle.read(size):
                yield make_binary(part)

    return Stream(walk)


@ex("open/1", "open/2", "open/3")
def open_(path: Any, modes: Any = (), fun: Any = None) -> Any:
    if is_function(modes):
        modes, fun = (), modes
    names = {m.name for m in modes if m.__class__ is Atom}
    mode = "a" if "append" in names else "w" if "write" in names else "r"
    where = _reading(path) if mode == "r" else _writing(path)
    opened = _tried(lambda: (OK, open(where, mode, encoding="utf-8")))  # noqa: SIM115
    if opened[0] is ERROR:
        return opened
    pid = devices.open_device(devices.FileDevice(opened[1]))
    if fun is None:
        return (OK, pid)
    try:
        return (OK, fun1(fun)(pid))
    finally:
        close(pid)


@ex("open!/1", "open!/2")
def open_bang(path: Any, modes: Any = ()) -> Any:
    return _unwrap(open_(path, modes), "open", path)


def open_file(path: Any, mode: str = "rb") -> Any:
    """A Python file for native functions that read or write formats; as ``File.open!`` where it cannot be opened."""
    where = _reading(path) if mode == "rb" else _writing(path)
    return _unwrap(_tried(lambda: (OK, open(where, mode))), "open", path)  # noqa: SIM115


@ex("close/1")
def close(pid: Any) -> Any:
    device = devices.of(pid)
    if isinstance(device, devices.FileDevice):
        device.handle.close()
    return OK


# ---------------------------------------------------------------------------------------------------------- Path


def _join(first: Any, second: Any = None) -> str:
    parts = [_path(p) for p in (first if second is None else [first, second])]
    made = parts[0]
    for part in parts[1:]:
        made = made.rstrip("/") + "/" + part.lstrip("/") if made else part
    return made.rstrip("/") if len(made) > 1 else made


def _expand(path: Any, base: Any = None) -> str:
    made = os.path.expanduser(_path(path))
    root = _path(base) if base is not None else os.getcwd()
    return os.path.normpath(os.path.join(root, made))


def _split(path: Any) -> list[str]:
    made = _path(path)
    return (["/"] if made.startswith("/") else []) + [p for p in made.split("/") if p]


def _basename(path: Any, extension: Any = "") -> str:
    made = os.path.basename(_path(path).rstrip("/"))
    return made[: -len(extension)] if extension and made.endswith(extension) else made


def _relative_to(path: Any, base: Any, options: Any = ()) -> str:
    made, root = _path(path), _path(base).rstrip("/")
    if made == root:
        return "."
    return made[len(root) + 1 :] if made.startswith(root + "/") else made


def _wildcard(pattern: Any, options: Any = ()) -> list[str]:
    grants.need("read", os.path.dirname(_path(pattern)) or ".")
    hidden = option(options, "match_dot", False) is True
    return sorted(glob.glob(_path(pattern), recursive=True, include_hidden=hidden))


def _paths() -> Module:
    made = native_module("Path", {})
    made.functions.update({
        "join/1": _join, "join/2": _join, "expand/1": _expand, "expand/2": _expand, "absname/1": _expand,
        "absname/2": _expand, "split/1": _split, "basename/1": _basename, "basename/2": _basename,
        "dirname/1": lambda p: os.path.dirname(_path(p).rstrip("/")) or ".", "extname/1": lambda p: os.path.splitext(_path(p))[1],
        "rootname/1": lambda p: os.path.splitext(_path(p))[0],
        "rootname/2": lambda p, e: _path(p).removesuffix(e), "relative_to/2": _relative_to, "relative_to/3": _relative_to,
        "relative_to_cwd/1": lambda p: _relative_to(p, os.getcwd()), "relative/1": lambda p: _path(p).lstrip("/"),
        "type/1": lambda p: Atom("absolute" if _path(p).startswith("/") else "relative"),
        "wildcard/1": _wildcard, "wildcard/2": _wildcard, "safe_relative/1": _safe_relative,
    })  # fmt: skip
    return made


def _safe_relative(path: Any) -> Any:
    made = os.path.normpath(_path(path))
    return ERROR if made.startswith(("..", "/")) else (OK, made)


MODULE = native_module("File", globals())
MODULES_BY_NAME = {"Elixir.File": MODULE, "Elixir.Path": _paths()}
