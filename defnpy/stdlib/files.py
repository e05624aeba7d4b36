"""File. Every access to the disk asks the grants first."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import devices, file_info, grants
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.file_access import attempt, done, path_text, reading, unwrap, writing
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import ERROR, OK, need, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect, struct_any_doc
from defnpy.terms.module import ex, native_module

APPEND, LINE = Atom("append"), Atom("line")
BOM = b"\xef\xbb\xbf"
STREAM_FIELDS = [Atom(n) for n in ("path", "modes", "line_or_bytes", "raw", "node")]


def _read(path: str) -> Any:
    with open(path, "rb") as handle:
        return (OK, make_binary(handle.read()))


@ex("read/1")
def read(path: Any) -> Any:
    where = reading(path)
    return attempt(lambda: _read(where))


@ex("read!/1")
def read_bang(path: Any) -> Any:
    return unwrap(read(path), "read file", path)


@ex("write/2", "write/3")
def write(path: Any, content: Any, modes: Any = ()) -> Any:
    where, data = writing(path), txt.iodata_bytes(content)

    def action() -> Any:
        with open(where, "ab" if APPEND in modes else "wb") as handle:
            handle.write(data)
        return OK

    return attempt(action)


@ex("write!/2", "write!/3")
def write_bang(path: Any, content: Any, modes: Any = ()) -> Any:
    return unwrap(write(path, content, modes), "write to file", path)


@ex("exists?/1", "exists?/2")
def exists_q(path: Any, options: Any = ()) -> bool:
    return os.path.exists(reading(path))


@ex("regular?/1", "regular?/2")
def regular_q(path: Any, options: Any = ()) -> bool:
    return os.path.isfile(reading(path))


@ex("dir?/1", "dir?/2")
def dir_q(path: Any, options: Any = ()) -> bool:
    return os.path.isdir(reading(path))


@ex("ls/0", "ls/1")
def ls(path: Any = ".") -> Any:
    where = reading(path)
    return attempt(lambda: (OK, os.listdir(where)))


@ex("ls!/0", "ls!/1")
def ls_bang(path: Any = ".") -> Any:
    return unwrap(ls(path), "list directory", path)


@ex("mkdir/1")
def mkdir(path: Any) -> Any:
    where = writing(path)
    return done(lambda: os.mkdir(where))


@ex("mkdir!/1")
def mkdir_bang(path: Any) -> Any:
    return unwrap(mkdir(path), "make directory", path)


@ex("mkdir_p/1")
def mkdir_p(path: Any) -> Any:
    where = writing(path)
    return done(lambda: os.makedirs(where, exist_ok=True))


@ex("mkdir_p!/1")
def mkdir_p_bang(path: Any) -> Any:
    return unwrap(mkdir_p(path), "make directory (with -p)", path)


@ex("rm/1")
def rm(path: Any) -> Any:
    where = writing(path)
    return done(lambda: os.remove(where))


@ex("rm!/1")
def rm_bang(path: Any) -> Any:
    return unwrap(rm(path), "remove file", path)


@ex("rmdir/1")
def rmdir(path: Any) -> Any:
    where = writing(path)
    return done(lambda: os.rmdir(where))


@ex("rmdir!/1")
def rmdir_bang(path: Any) -> Any:
    return unwrap(rmdir(path), "remove directory", path)


@ex("rm_rf/1")
def rm_rf(path: Any) -> Any:
    where = writing(path)
    found = [os.path.join(d, f) for d, _, files in os.walk(where) for f in files] + [d for d, _, _ in os.walk(where)]
    if os.path.isfile(where):
        os.remove(where)
        return (OK, [where])
    shutil.rmtree(where, ignore_errors=True)
    return (OK, found)


@ex("rm_rf!/1")
def rm_rf_bang(path: Any) -> Any:
    return unwrap(rm_rf(path), "remove files and directories recursively from", path)


@ex("cwd/0")
def cwd() -> Any:
    grants.need("read", ".")
    return (OK, os.getcwd())


@ex("cwd!/0")
def cwd_bang() -> Any:
    return cwd()[1]


@ex("cd/1")
def cd(path: Any) -> Any:
    where = reading(path)
    return done(lambda: os.chdir(where))


@ex("cd!/1", "cd!/2")
def cd_bang(path: Any, fun: Any = None) -> Any:
    before = os.getcwd()
    unwrap(cd(path), "set current working directory to", path)
    if fun is None:
        return OK
    try:
        return fun0(fun)()
    finally:
        os.chdir(before)


class FileStream(Stream):
    """``%File.Stream{}``: read line by line or by bytes, and written to by what collects."""

    __slots__ = ("modes", "path", "unit")
    module = alias("File.Stream")

    def __init__(self, path: str, unit: Any, modes: list[Any]) -> None:
        super().__init__(self.walk)
        self.path, self.unit, self.modes = path, unit, modes

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        raw = option(self.modes, "encoding") is None
        shown = [Atom("raw"), Atom("read_ahead"), *self.modes] if raw else self.modes
        values = (self.path, shown, self.unit, raw, Atom("nonode@nohost"))
        return dict(zip(STREAM_FIELDS, values, strict=True))

    def walk(self) -> Iterator[Any]:
        opened = attempt(lambda: (OK, open(reading(self.path), "rb")))  # noqa: SIM115
        with unwrap(opened, "stream", self.path) as handle:
            if Atom("trim_bom") in self.modes and handle.peek(3)[:3] == BOM:
                handle.read(3)
            handle.seek(handle.tell() + option(self.modes, "read_offset", 0))
            if option(self.modes, "encoding") is not None:
                yield from self.characters(handle)
                return
            if self.unit is LINE:
                yield from (make_binary(line[:-2] + b"\n" if line.endswith(b"\r\n") else line) for line in handle)
                return
            while part := handle.read(self.unit):
                yield make_binary(part)

    def characters(self, handle: Any) -> Iterator[Any]:
        """Lines or characters of a file that has an encoding."""
        named = option(self.modes, "encoding")
        kind, order = named if named.__class__ is tuple else (named, Atom("big"))
        wide = {"utf16": "utf-16", "utf32": "utf-32"}.get(kind.name)
        name = f"{wide}-{order.name[0]}e" if wide else "latin-1" if kind.name == "latin1" else "utf-8"
        with io.TextIOWrapper(handle, name) as reader:
            if self.unit is LINE:
                yield from reader
            else:
                while part := reader.read(self.unit):
                    yield part

    def ex_inspect(self, opts: Any) -> Any:
        return struct_any_doc(self, opts)

    def ex_equal(self, other: Any, same: Any) -> bool:
        return isinstance(other, FileStream) and bool(same(self.fields, other.fields))

    def ex_collector(self) -> Any:
        mode = "ab" if APPEND in self.modes else "wb"
        handle = unwrap(attempt(lambda: (OK, open(writing(self.path), mode))), "stream", self.path)

        def close() -> Any:
            handle.close()
            return self

        return lambda part: handle.write(txt.iodata_bytes(part)), close


@ex("stream!/1", "stream!/2", "stream!/3")
def stream_bang(path: Any, unit: Any = LINE, modes: Any = ()) -> Stream:
    if unit.__class__ is list:
        unit, modes = (modes if modes.__class__ is not tuple else LINE), unit
    need(unit is LINE or unit.__class__ is int and unit > 0, "File", "stream!", 3)
    offset = option(modes, "read_offset", 0)
    if offset.__class__ is not int or offset < 0:
        raise ArgumentError(f"expected :read_offset to be a non-negative integer, got: {inspect(offset)}")
    listed = [(Atom("encoding"), m) if m is Atom("utf8") else m for m in modes]
    return FileStream(path_text(path), unit, [*listed, Atom("binary")])


def _open_mode(where: str, names: set[str]) -> str:
    """Python's mode for a set of modes: reading and writing keeps what a file has."""
    if "exclusive" in names:
        return "xb"
    if "append" in names:
        return "ab+" if "read" in names else "ab"
    if "write" in names:
        return ("rb+" if os.path.exists(where) else "wb+") if "read" in names else "wb"
    return "rb"


@ex("open/1", "open/2", "open/3")
def open_(path: Any, modes: Any = (), fun: Any = None) -> Any:
    if is_function(modes):
        modes, fun = (), modes
    names = {m.name for m in modes if m.__class__ is Atom}
    encoding = "utf-8" if "utf8" in names or option(modes, "encoding") in (Atom("utf8"), Atom("unicode")) else "latin-1"
    charlists = "charlist" in names or "char_list" in names
    if "ram" in names:
        pid = devices.open_device(devices.FileDevice(io.BytesIO(octets(path)), encoding, charlists))
    else:
        writes = bool(names & {"append", "write", "exclusive"})
        where = writing(path) if writes else reading(path)
        if "read" in names:
            reading(path)
        opened = attempt(lambda: (OK, open(where, _open_mode(where, names))))  # noqa: SIM115
        if opened[0] is ERROR:
            return opened
        pid = devices.open_device(devices.FileDevice(opened[1], encoding, charlists))
    if fun is None:
        return (OK, pid)
    try:
        return (OK, fun1(fun)(pid))
    finally:
        close(pid)


@ex("open!/1", "open!/2", "open!/3")
def open_bang(path: Any, modes: Any = (), fun: Any = None) -> Any:
    return unwrap(open_(path, modes, fun), "open", path)


def open_file(path: Any, mode: str = "rb") -> Any:
    """A Python file for native functions that read or write formats; as ``File.open!`` where it cannot be opened."""
    where = reading(path) if mode == "rb" else writing(path)
    return unwrap(attempt(lambda: (OK, open(where, mode))), "open", path)  # noqa: SIM115


@ex("close/1")
def close(pid: Any) -> Any:
    devices.close(pid)
    return OK


MODULE = native_module("File", {**vars(file_info), **globals()})
MODULES_BY_NAME = {
    "Elixir.File": MODULE,
    "Elixir.File.Stat": file_info.STAT,
    "Elixir.File.Stream": native_module("File.Stream", {}, info={
        "struct": list(zip(STREAM_FIELDS, (None, [], LINE, True, None), strict=True))}),
}  # fmt: skip
