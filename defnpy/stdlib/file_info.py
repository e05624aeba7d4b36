"""What File knows of files: ``%File.Stat{}``, links, modes and owners, and copies of whole trees."""

from __future__ import annotations

import calendar
import datetime
import errno
import os
import shutil
import stat as modes
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import devices
from defnpy.stdlib.calls import fun2
from defnpy.stdlib.file_access import attempt, done, error, path_text, reading, unwrap, writing
from defnpy.stdlib.util import ERROR, OK, option, truthy
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import octets
from defnpy.terms.errors import EXCEPTION, from_struct
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid
from defnpy.terms.struct import Struct

_STAT = alias("File.Stat")
_NAMES = {n: Atom(n) for n in (
    "size type access atime mtime ctime mode links major_device minor_device inode uid gid".split()
)}  # fmt: skip
UNIVERSAL, LOCAL, POSIX = Atom("universal"), Atom("local"), Atom("posix")
_KINDS = ((modes.S_ISREG, "regular"), (modes.S_ISDIR, "directory"), (modes.S_ISLNK, "symlink"),
          (modes.S_ISCHR, "device"), (modes.S_ISBLK, "device"))


# -- facts ---------------------------------------------------------------------------------------------------------------


def _moment(seconds: float, how: Any) -> Any:
    if how is POSIX:
        return int(seconds)
    zone = datetime.UTC if how is UNIVERSAL else None
    t = datetime.datetime.fromtimestamp(int(seconds), zone)
    return ((t.year, t.month, t.day), (t.hour, t.minute, t.second))


def _seconds(moment: Any) -> float:
    if moment.__class__ is int:
        return float(moment)
    (date, clock) = moment
    return calendar.timegm((*date, *clock))


def _facts(where: str, found: os.stat_result, how: Any) -> Struct:
    kind = next((name for test, name in _KINDS if test(found.st_mode)), "other")
    access = {(True, True): "read_write", (True, False): "read", (False, True): "write"}.get(
        (os.access(where, os.R_OK), os.access(where, os.W_OK)), "none")
    values = (
        found.st_size, Atom(kind), Atom(access), *(_moment(t, how) for t in (found.st_atime, found.st_mtime, found.st_ctime)),
        found.st_mode, found.st_nlink, found.st_dev, 0, found.st_ino, found.st_uid, found.st_gid,
    )  # fmt: skip
    return Struct(_STAT, dict(zip(_NAMES.values(), values, strict=True)))


def _stat(name: str, ask: Callable[[str], os.stat_result]) -> tuple[Any, Any]:
    @ex(f"{name}/1", f"{name}/2")
    def plain(path: Any, options: Any = ()) -> Any:
        where = reading(path)
        return attempt(lambda: (OK, _facts(where, ask(where), option(options, "time", UNIVERSAL))))

    @ex(f"{name}!/1", f"{name}!/2")
    def raising(path: Any, options: Any = ()) -> Any:
        return unwrap(plain(path, options), "read file stats", path)

    return plain, raising


stat, stat_bang = _stat("stat", os.stat)
lstat, lstat_bang = _stat("lstat", os.lstat)


@ex("write_stat/2", "write_stat/3")
def write_stat(path: Any, facts: Any, options: Any = ()) -> Any:
    where, found = writing(path), facts.fields

    def action() -> None:
        os.chmod(where, modes.S_IMODE(found[_NAMES["mode"]]))
        os.utime(where, (_seconds(found[_NAMES["atime"]]), _seconds(found[_NAMES["mtime"]])))

    return done(action)


@ex("write_stat!/2", "write_stat!/3")
def write_stat_bang(path: Any, facts: Any, options: Any = ()) -> Any:
    return unwrap(write_stat(path, facts, options), "write file stats", path)


@ex("touch/1", "touch/2")
def touch(path: Any, moment: Any = None) -> Any:
    where = writing(path)

    def action() -> None:
        if not os.path.exists(where):
            open(where, "ab").close()
        os.utime(where, None if moment is None else (_seconds(moment), _seconds(moment)))

    return done(action)


@ex("touch!/1", "touch!/2")
def touch_bang(path: Any, moment: Any = None) -> Any:
    return unwrap(touch(path, moment), "touch", path)


def _changing(name: str, what: str, change: Callable[[str, int], None]) -> tuple[Any, Any]:
    @ex(f"{name}/2")
    def plain(path: Any, value: Any) -> Any:
        where = writing(path)
        return done(lambda: change(where, value))

    @ex(f"{name}!/2")
    def raising(path: Any, value: Any) -> Any:
        return unwrap(plain(path, value), f"change {what} for", path)

    return plain, raising


chmod, chmod_bang = _changing("chmod", "mode", os.chmod)
chgrp, chgrp_bang = _changing("chgrp", "group", lambda where, group: os.chown(where, -1, group))
chown, chown_bang = _changing("chown", "owner", lambda where, owner: os.chown(where, owner, -1))


# -- links ---------------------------------------------------------------------------------------------------------------


@ex("read_link/1")
def read_link(path: Any) -> Any:
    where = reading(path)
    return attempt(lambda: (OK, os.readlink(where)))


@ex("read_link!/1")
def read_link_bang(path: Any) -> Any:
    return unwrap(read_link(path), "read link", path)


def _linking(name: str, what: str, link: Callable[[str, str], None]) -> tuple[Any, Any]:
    @ex(f"{name}/2")
    def plain(existing: Any, new: Any) -> Any:
        source, target = path_text(existing), writing(new)
        if link is os.link:
            # The new name opens what the old one does.
            reading(existing), writing(existing)
        return done(lambda: link(source, target))

    @ex(f"{name}!/2")
    def raising(existing: Any, new: Any) -> Any:
        answer = plain(existing, new)
        if answer is not OK:
            fields = {EXCEPTION: True, Atom("reason"): answer[1], Atom("existing"): path_text(existing), Atom("new"): path_text(new),
                      Atom("action"): f"create {what}"}
            raise from_struct(Struct(alias("File.LinkError"), fields))
        return OK

    return plain, raising


ln, ln_bang = _linking("ln", "hard link", os.link)
ln_s, ln_s_bang = _linking("ln_s", "symlink", os.symlink)


# -- copies --------------------------------------------------------------------------------------------------------------


def _two(kind: str, answer: Any, action: str, source: Any, target: Any) -> Any:
    """The value of an answer; an error raises File.CopyError or File.RenameError with both paths."""
    if answer.__class__ is not tuple or answer[0] is not ERROR:
        return answer[1] if answer.__class__ is tuple else answer
    fields = {EXCEPTION: True, Atom("reason"): answer[1], Atom("source"): path_text(source), Atom("destination"): path_text(target),
              Atom("on"): answer[2] if len(answer) > 2 else "", Atom("action"): action}
    raise from_struct(Struct(alias(kind), fields))


@ex("copy/2", "copy/3")
def copy(source: Any, target: Any, most: Any = Atom("infinity")) -> Any:
    """The number of octets that went from a file, or an open device, to another."""
    count = most if most.__class__ is int else None

    def action() -> Any:
        data = _content(source, count)
        if isinstance(target, Pid):
            devices.write_octets(target, data)
        else:
            with open(writing(target), "wb") as out:
                out.write(data)
        return (OK, len(data))

    return attempt(action)


def _content(source: Any, count: int | None) -> bytes:
    if isinstance(source, Pid):
        found = devices.read_all(source, count, raw=True)
        return b"" if found is devices.EOF else octets(found)
    with open(reading(source), "rb") as handle:
        return handle.read(-1 if count is None else count)


@ex("copy!/2", "copy!/3")
def copy_bang(source: Any, target: Any, most: Any = Atom("infinity")) -> Any:
    return _two("File.CopyError", copy(source, target, most), "copy", source, target)


def _asked(options: Any) -> Callable[[str, str], bool]:
    """Whether a file that exists is written over."""
    given = options if is_function(options) else option(options, "on_conflict")
    return (lambda a, b: True) if given is None else lambda a, b: truthy(fun2(given)(a, b))


def _copy_file(a: str, b: str, asked: Callable[[str, str], bool]) -> bool:
    if os.path.lexists(b) and (os.path.realpath(a) == os.path.realpath(b) or not asked(a, b)):
        return False
    shutil.copyfile(a, b)
    shutil.copymode(a, b)
    return True


@ex("cp/2", "cp/3")
def cp(source: Any, target: Any, options: Any = ()) -> Any:
    a, b = reading(source), writing(target)
    return done(lambda: _copy_file(a, b, _asked(options)))


@ex("cp!/2", "cp!/3")
def cp_bang(source: Any, target: Any, options: Any = ()) -> Any:
    return _two("File.CopyError", cp(source, target, options), "copy", source, target)


@ex("cp_r/2", "cp_r/3")
def cp_r(source: Any, target: Any, options: Any = ()) -> Any:
    follow = not is_function(options) and option(options, "dereference_symlinks", False) is True
    copied: list[str] = []
    failure = _copy_tree(reading(source), writing(target), _asked(options), follow, copied)
    return (OK, copied[::-1]) if failure is None else (ERROR, *failure)


def _copy_tree(a: str, b: str, asked: Callable[[str, str], bool], follow: bool, copied: list[str]) -> tuple[Any, str] | None:
    """Copy a file or folder; *copied* collects what was written. The reason and the path of a failure, or None."""
    try:
        if os.path.islink(a) and not follow:
            if os.path.lexists(b):
                if not asked(a, b):
                    return None
                os.remove(b)
            os.symlink(os.readlink(a), b)
        elif os.path.isdir(a):
            os.makedirs(b, exist_ok=True) if os.path.isdir(b) else os.mkdir(b)
            copied.append(b)
            for name in os.listdir(a):
                failure = _copy_tree(f"{a.rstrip('/')}/{name}", f"{b.rstrip('/')}/{name}", asked, follow, copied)
                if failure is not None:
                    return failure
            return None
        elif not _copy_file(a, b, asked):
            return None
        copied.append(b)
    except OSError as problem:
        return error(problem), b if problem.filename == b or problem.errno == errno.EEXIST else a
    return None


@ex("cp_r!/2", "cp_r!/3")
def cp_r_bang(source: Any, target: Any, options: Any = ()) -> Any:
    return _two("File.CopyError", cp_r(source, target, options), "copy recursively", source, target)


@ex("rename/2")
def rename(source: Any, target: Any) -> Any:
    a, b = writing(source), writing(target)
    return done(lambda: os.rename(a, b))


@ex("rename!/2")
def rename_bang(source: Any, target: Any) -> Any:
    return _two("File.RenameError", rename(source, target), "rename", source, target)


STAT = native_module("File.Stat", {}, info={"struct": [(n, None) for n in _NAMES.values()]})
