"""Running files: from the cache when it knows them, compiling them otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from defnpy.host import cache
from defnpy.terms.errors import ElixirError, make

SUFFIXES = (".defn", ".ex", ".exs", ".livemd")


def read_source(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a source file; what cannot be read is a File.Error that says why."""
    shown = os.fspath(path)
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise _unreadable(shown, "no such file or directory") from None
    except IsADirectoryError:
        raise _unreadable(shown, "is a directory: name a file, or load a folder with --path") from None
    except PermissionError:
        raise _unreadable(shown, "permission denied") from None
    except OSError as error:
        raise _unreadable(shown, error.strerror or str(error)) from None


def _unreadable(path: str, why: str) -> ElixirError:
    made = make("Code.LoadError", f"could not load {path}. Reason: {why}", file=path)
    return made


def run_file(path: str | os.PathLike[str], *, extra: bytes = b"") -> Any:
    """Run a program; gives the value of its last expression. *extra* stands for whatever else the code was compiled against."""
    return run_source(read_source(path), os.fspath(path), extra=extra)


def run_source(text: bytes, file: str, *, extra: bytes = b"", namespace: dict[str, Any] | None = None, library: bool = False) -> Any:
    """Run a program given as text; its globals are left in *namespace*. What the modules of a *library* compute is computed once."""
    from defnpy import rt

    name = cache.key(text, file, extra)
    code = cache.load(name)
    if code is not None:
        scope = {**rt.namespace(f"defnpy:{file}"), "__file__": file}
        try:
            exec(code, scope)
        finally:
            if namespace is not None:
                namespace.update(scope)
        return scope.get("RESULT")
    return _compile_and_run(text, file, name, namespace, library)


def _compile_and_run(text: bytes, file: str, name: str, namespace: dict[str, Any] | None, library: bool) -> Any:
    from defnpy.host.compilation import deep_recursion
    from defnpy.host.source import read_program
    from defnpy.terms.runtime import runtime

    evaluator = runtime().evaluator
    before = evaluator.compiled, runtime().asked
    compilation = evaluator.compilation(file)
    compilation.library = library
    compilation.namespace["__file__"] = file
    with deep_recursion():
        try:
            tree, warned = read_program(text, file)
            value = compilation.run_whole(tree)
        finally:
            if namespace is not None:
                namespace.update(compilation.namespace)
            compilation.report_warnings()
            if library:  # what this file did counts for this file only
                evaluator.compiled, runtime().asked = before
        module = compilation.artifact()
        # A program that deserves a warning is compiled, and warned of, each time.
        if module is not None and not warned and not compilation.warned:
            cache.store(name, compile(module, file, "exec", dont_inherit=True))
    return value


def transpile(text: bytes, file: str) -> str:
    """The Python module that a program becomes. Modules are compiled; the top-level statements do not run."""
    import ast

    from defnpy.host.compilation import deep_recursion
    from defnpy.host.source import parse_program
    from defnpy.terms.runtime import runtime

    compilation = runtime().evaluator.compilation(file)
    with deep_recursion():
        compilation.compile_only(parse_program(text, file))
        module = compilation.artifact()
        if module is None:
            raise make("CompileError", f"{file} cannot be printed as one Python module: a module's body runs code whose effects belong to "
                       "the first load")
        return HEADER.format(file=os.path.basename(file)) + ast.unparse(module) + "\n"


HEADER = '''"""Transpiled by defnpy from {file}."""
from defnpy import rt
from defnpy.rt import Atom, Bits, CELLS, FunctionType, ImproperList, NOMATCH, Pending, Range, Struct, TailCall

'''
