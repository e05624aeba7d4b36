"""Behind the first compile error of a file or tree: what else keeps it from being compiled, so that one run names all problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from defnpy.expand import expander as ex
from defnpy.terms.atom import Atom
from defnpy.terms.errors import CompileError
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

if TYPE_CHECKING:
    from defnpy.host.compilation import Compilation

MODULE = Atom("%defmodule")


def name_all(compilation: Compilation, error: CompileError) -> None:
    """Add to *error* the problems of the modules at the top of its file that were not reached.

    Their bodies run, as compiling a module needs, but print nothing. Nothing else of the file runs.
    """
    body = compilation.expanded
    waiting = [node for node in (body[2] if ex.is_node(body, ex.BLOCK) else [body]) if _is_module(node) and node[2][0] not in compilation.begun]
    process = current()
    leader, process.leader = process.leader, lambda text: None
    try:
        collect(error, [_compiling(compilation, node) for node in waiting], lambda: compilation.begun)
    finally:
        process.leader = leader


def _is_module(node: Any) -> bool:
    return node.__class__ is tuple and node[0] is MODULE and node[2][0].__class__ is Atom


def _compiling(compilation: Compilation, node: Any) -> Callable[[], Any]:
    name, (block, env, _) = node[2]
    return lambda: compilation.define_module(name, block, env.fork(), node[1])


def collect(error: CompileError, units: Iterable[Callable[[], Any]], begun: Callable[[], Iterable[Atom]]) -> None:
    """Compile *units* and add their problems to those of *error*, without the ones that modules cause which were *begun* but failed."""
    loaded = runtime().modules
    known = {id(d) for d in error.diagnostics}
    for compile_unit in units:
        missing = _mentions(name for name in begun() if name not in loaded or not loaded[name].defined)
        try:
            compile_unit()
        except CompileError as other:
            found = [d for d in other.diagnostics if id(d) not in known and not missing(d.message)]
            error.diagnostics.extend(found)
            known.update(map(id, found))
        except Exception:
            # It may lack what did not compile.
            continue


def _mentions(names: Iterable[Any]) -> Callable[[str], bool]:
    from defnpy.terms.inspect import inspect

    shown = "|".join(re.escape(inspect(name)) for name in names)
    pattern = re.compile(rf"(?<![\w.])(?:{shown})(?![\w])")
    return lambda message: bool(shown) and pattern.search(message) is not None
