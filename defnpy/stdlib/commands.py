"""``System.cmd`` and ``System.shell``: running programs, where the permissions allow it."""

from __future__ import annotations

import os
from typing import Any

from defnpy.stdlib import enumerable, grants
from defnpy.stdlib.util import option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary
from defnpy.terms.errors import ArgumentError, ErlangError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex

_KNOWN = frozenset(("into", "cd", "env", "arg0", "stderr_to_stdout", "parallelism", "use_stdio", "lines", "hide"))


@ex("cmd/2", "cmd/3")
def cmd(command: Any, args: Any, options: Any = ()) -> Any:
    if "\0" in command:
        raise ArgumentError(f"cannot execute System.cmd/3 for program with null byte, got: {inspect(command)}")
    if not all(arg.__class__ in (str, bytes) for arg in args):
        raise ArgumentError(f"all arguments for System.cmd/3 must be binaries, got: {inspect(args)}")
    _check(options, _KNOWN)
    grants.need("run", command)
    return _run([command, *args], options)


@ex("shell/1", "shell/2")
def shell(command: Any, options: Any = ()) -> Any:
    _check(options, (_KNOWN - {"arg0"}) | {"close_stdin"})
    if not command.strip():
        return ("", 0)
    grants.need("run", "sh")
    return _run(["/bin/sh", "-c", command], options)


def _check(options: Any, known: frozenset[str] | set[str]) -> None:
    for name, value in options:
        if name.name not in known:
            raise ArgumentError(f"invalid option {inspect(name)} with value {inspect(value)}")
    if option(options, "use_stdio", True) is False and option(options, "stderr_to_stdout") is True:
        raise ArgumentError('cannot use "stderr_to_stdout: true" and "use_stdio: false"')


def _environment(options: Any) -> dict[str, str] | None:
    given = option(options, "env")
    if given is None:
        return None
    made = dict(os.environ)
    for name, value in enumerable.iterate(given):
        if value is None:
            made.pop(str(txt.to_string(name)), None)
        else:
            made[str(txt.to_string(name))] = str(txt.to_string(value))
    return made


def _run(words: list[Any], options: Any) -> Any:
    import subprocess

    both = option(options, "stderr_to_stdout", False) is True
    piped = option(options, "use_stdio", True) is not False
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if piped else None, stderr=subprocess.STDOUT if both else None,
            cwd=option(options, "cd"), env=_environment(options), check=False)
    except FileNotFoundError:
        raise ErlangError(Atom("enoent")) from None
    except PermissionError:
        raise ErlangError(Atom("eacces")) from None
    found = done.stdout or b""
    parts = _lines(found, option(options, "lines")) if option(options, "lines") is not None else [make_binary(found)] if found else []
    into = option(options, "into", "")
    if into == "" and into.__class__ is str:
        return (make_binary(found), done.returncode)
    add, finish = enumerable.collector(into)
    for part in parts:
        add(part)
    return (finish(), done.returncode)


def _lines(output: bytes, most: Any) -> list[Any]:
    del most  # Lines may have any length here.
    return [make_binary(line) for line in output.removesuffix(b"\n").split(b"\n")] if output else []
