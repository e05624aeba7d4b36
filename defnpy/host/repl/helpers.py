"""IEx.Helpers: what a person asks a session."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_, make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import current, write
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

HIDDEN = Atom("do not show this result in output")
HELP = """\
  c "file"        compiles a file into the session
  cd "folder"     changes the current folder
  exports Mod     the functions and macros of a module
  flush()         takes the messages out of the mailbox and shows them
  h Mod.fun/1     documentation (of a module, a function, or a macro)
  i term          information about a term
  ls("folder")    what a folder holds
  pwd()           the current folder
  r Mod           compiles a module's file again
  v(n), v()       the value of expression n (negative: from the end), the last value
  clear()         clears the screen
  #iex:break      leaves an expression that is not complete
"""
HEADINGS = {"function": "def", "macro": "defmacro"}
QUOTED = re.compile(r"`([^`]+)`")
KINDS = {
    "int": "Integer", "float": "Float", "str": "BitString", "bytes": "BitString", "list": "List", "tuple": "Tuple",
    "dict": "Map", "Pid": "PID", "Reference": "Reference",
}  # fmt: skip
MODULES_OF = {
    "Atom": ["Atom"], "Integer": ["Integer"], "Float": ["Float"], "BitString": ["String", ":binary"], "List": ["List"],
    "Tuple": ["Tuple"], "Map": ["Map"], "Function": ["Function"], "PID": ["Process", "Node"], "Reference": ["Reference"],
}  # fmt: skip


def session() -> Any:
    found = runtime().options.get("repl")
    if found is None:
        raise RuntimeError_("IEx is not running")
    return found


@ex("v/0", "v/1")
def v(index: Any = -1) -> Any:
    """The value of an earlier expression, by its number or from the end."""
    values = session().values
    position = index - 1 if index > 0 else len(values) + index
    if not 0 <= position < len(values):
        raise RuntimeError_(f"v({index}) is out of bounds")
    return values[position]


@ex("h/0", "h/1")
def h(target: Any = None) -> Any:
    """Documentation. The session turns what is written into ``{module, name, arity}``."""
    if target is None:
        write(HELP)
        return HIDDEN
    module, name, arity = target if target.__class__ is tuple else (target, None, None)
    if module is None:
        shown = any(_show(candidate, name, arity) for candidate in (_helpers(), alias("Kernel"), alias("Kernel.SpecialForms")))
        if not shown:
            write(f"No documentation for {_label(None, name, arity)} was found\n")
        return HIDDEN
    found = runtime().find(module) if is_atom(module) else None
    if found is None:
        write(f"Could not load module {inspect(module)}, got: nofile\n")
    elif name is None:
        _show_module(found)
    elif not _show(module, name, arity):
        write(f"No documentation for {_label(module, name, arity)} was found\n")
    return HIDDEN


def _helpers() -> Any:
    return alias("IEx.Helpers")


def _label(module: Any, name: Any, arity: Any) -> str:
    shown = atom_name(name) if module is None else f"{inspect(module)}.{atom_name(name)}"
    return shown if arity is None else f"{shown}/{arity}"


def _show_module(module: Module) -> None:
    from defnpy.host.docs import entries, module_doc

    doc = module_doc(module)
    if doc in (None, False) and not module.native:
        write(f"{inspect(module.name)} was compiled without docs\n")
        return
    _article(inspect(module.name), doc)
    if module.native:
        _columns(_exported(module) or [f"{entry.name}/{entry.arity}" for entry in entries(module)])
        write("\n")


def _show(module: Any, name: Any, arity: Any) -> bool:
    """Print the documentation of every function of that name; whether there was one."""
    from defnpy.host.docs import CALLBACKS, covers, entries

    found = runtime().find(module)
    if found is None:
        return False
    listed = [e for e in entries(found) if e.name == atom_name(name) and covers(e, arity) and e.doc is not False]
    defined = [e for e in listed if e.kind not in CALLBACKS]
    for entry in defined or listed:
        _article(f"{HEADINGS.get(entry.kind, '@' + entry.kind)} {entry.signature}", entry.doc)
    return bool(listed)


def _article(heading: str, doc: Any) -> None:
    """A heading and a text; in a terminal the heading is a bar across it, code and examples have a colour."""
    current_session = runtime().options.get("repl")
    colored = current_session is not None and current_session.colors
    write(f"\n\x1b[7m\x1b[33m{heading.center(80)}\x1b[0m\n\n" if colored else f"\n* {heading}\n\n")
    if doc:
        text = doc.rstrip()
        write((_colored(text) if colored else text) + "\n\n")


def _colored(text: str) -> str:
    """Indented lines and quoted code in cyan, headings in yellow."""

    def line(row: str) -> str:
        if row.startswith("    "):
            return f"\x1b[36m{row}\x1b[0m"
        if row.startswith("#"):
            return f"\x1b[33m{row}\x1b[0m"
        return QUOTED.sub("\x1b[36m\\1\x1b[0m", row)

    return "\n".join(map(line, text.split("\n")))


@ex("exports/1")
def exports(module: Any) -> Any:
    """The functions and macros of *module*, in columns."""
    found = runtime().find(module)
    if found is None:
        raise ArgumentError(f"could not load module {inspect(module)} due to reason :nofile")
    _columns(_exported(found))
    return HIDDEN


def _exported(module: Module) -> list[str]:
    from defnpy.host.docs import macro_signatures, split_signature

    names = {name for name in [*module.functions, *macro_signatures(module)] if not name.startswith(("__", "module_info", "behaviour_info"))}
    return sorted(names, key=lambda name: (split_signature(name)[0], split_signature(name)[1] or 0))


def _columns(names: list[str]) -> None:
    width = max(map(len, names), default=0) + 5
    per_row = max(1, 80 // width)
    for start in range(0, len(names), per_row):
        write("".join(name.ljust(width) for name in names[start : start + per_row]).rstrip() + "\n")


@ex("i/0", "i/1")
def i(*given: Any) -> Any:
    """What kind of value a term is."""
    term = given[0] if given else v()
    kind = _kind(term)
    facts = [("Term", inspect(term, pretty=True)), ("Data type", kind), *_details(term, kind)]
    facts.append(("Reference modules", ", ".join([kind] if isinstance(term, Struct) else MODULES_OF.get(kind, []))))
    for title, text in facts:
        write(title + "\n" + "".join(f"  {row}\n" for row in text.splitlines()))
    return HIDDEN


def _kind(term: Any) -> str:
    if is_atom(term):
        return "Atom"
    if isinstance(term, Struct):
        return inspect(term.module)
    if callable(term):
        return "Function"
    return KINDS.get(type(term).__name__, type(term).__name__)


def _details(term: Any, kind: str) -> list[tuple[str, str]]:
    if isinstance(term, str):
        octets = term.encode("utf-8", "surrogatepass")
        raw = "<<" + ", ".join(map(str, octets)) + ">>"
        return [
            ("Byte size", str(len(octets))),
            ("Description", "This is a string: a UTF-8 encoded binary. It's printed surrounded by\n"
             '"double quotes" because all UTF-8 encoded code points in it are printable.'),
            ("Raw representation", raw),
        ]  # fmt: skip
    if isinstance(term, bytes):
        return [("Byte size", str(len(term))), ("Description", "This is a binary: a sequence of bytes that is no valid UTF-8.")]
    if term.__class__ is list and term and inspect(term).startswith("~c"):
        return [
            ("Description", "This is a list of integers that is printed using the `~c` sigil syntax,\n"
             "defined by the `Kernel.sigil_c/2` macro, because all the integers in it\nrepresent printable ASCII characters."),
            ("Raw representation", "[" + ", ".join(map(str, term)) + "]"),
        ]  # fmt: skip
    if kind == "Atom" and atom_name(term).startswith("Elixir."):
        found = runtime().find(term)
        return [("Source", str(found.info.get("file", "native")))] if found is not None else []
    return []


@ex("c/1")
def c(path: Any) -> Any:
    """Compile a file (or several) into the session; gives the modules it defines."""
    made: list[Any] = []
    for one in path if path.__class__ is list else [path]:
        file = Path(str(one))
        if not file.is_file():
            raise ArgumentError(f"could not find file {one}")
        runtime().grants.need("read", str(file))
        made += _compiled(file)
    return made


def _compiled(file: Any) -> list[Any]:
    before = dict(runtime().modules)
    linecache_forget(str(file))
    runtime().evaluator.run_text(file.read_bytes(), str(file))
    return [name for name, module in runtime().modules.items()
            if not module.native and module.defined and (before.get(name) is not module or module.info.get("file") == str(file))]


def linecache_forget(file: str) -> None:
    import linecache

    linecache.checkcache(file)


@ex("r/1")
def r(module: Any) -> Any:
    """Compile the file of *module* again."""
    found = runtime().find(module)
    file = Path(str(found.info.get("file", ""))) if found is not None else Path("")
    if found is None or found.native or not file.is_file():
        raise make("ArgumentError", f"could not find source for module: {inspect(module)}")
    runtime().grants.need("read", str(file))
    return (Atom("reloaded"), _compiled(file))


@ex("flush/0")
def flush() -> Any:
    """Show the messages that wait, and take them out of the mailbox."""
    mailbox = current().mailbox
    while mailbox:
        write(inspect(mailbox.popleft(), pretty=True) + "\n")
    return Atom("ok")


@ex("pwd/0")
def pwd() -> Any:
    """Show the current folder."""
    write(os.getcwd() + "\n")
    return HIDDEN


@ex("cd/1")
def cd(folder: Any) -> Any:
    """Make *folder* the current one."""
    try:
        os.chdir(Path(str(folder)).expanduser())
    except OSError:
        write(f"No directory {folder}\n")
        return HIDDEN
    return pwd()


@ex("ls/0", "ls/1")
def ls(path: Any = ".") -> Any:
    """Show what a folder holds, in columns; a file shows itself."""
    place = Path(str(path)).expanduser()
    runtime().grants.need("read", str(place))
    if place.is_dir():
        _columns(sorted(entry.name for entry in place.iterdir()))
    else:
        write(f"{place if place.exists() else f'No such file or directory {path}'}\n")
    return HIDDEN


@ex("clear/0")
def clear() -> Any:
    """Clear the screen."""
    if session().colors:
        write("\x1b[H\x1b[2J")
    return HIDDEN


MODULE = native_module("IEx.Helpers", globals())
