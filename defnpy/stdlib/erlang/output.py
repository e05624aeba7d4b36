"""``:io`` and ``:io_lib``."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import io
from defnpy.stdlib.erlang.layout import pretty_text
from defnpy.stdlib.erlang.notation import erlang_text, printable, quoted
from defnpy.stdlib.erlang.text import format_text, nested_format
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.float_text import float_to_string
from defnpy.terms.module import Module, native_module

ERROR, ENOTSUP = Atom("error"), Atom("enotsup")


def _points(text: str) -> list[int]:
    return [ord(c) for c in text]


def _characters(items: Any, fits: Any) -> bool:
    return items.__class__ is list and all(map(fits, items))


def _point(c: Any) -> bool:
    return c.__class__ is int and 0 <= c < 0x110000


def _octet(c: Any) -> bool:
    return c.__class__ is int and 0 <= c < 256


def _unicode(c: Any) -> bool:
    return printable(c) or (_point(c) and c >= 256 and chr(c).isprintable())


def _deep(items: Any) -> bool:
    return _point(items) or _characters(items, _deep)


def _io_lib() -> Module:
    made = native_module("io_lib", {}, erlang=True)
    made.functions.update({
        "format/2": nested_format, "fwrite/2": nested_format, "format/3": lambda p, a, o: nested_format(p, a),
        "write/1": lambda t: _points(erlang_text(t)), "write/2": lambda t, depth: _points(erlang_text(t, depth=depth)),
        "print/1": lambda t: _points(pretty_text(t, False, 0, 80)), "write_string/1": lambda s: _points(quoted("".join(map(chr, s)))),
        "write_atom/1": lambda a: _points(erlang_text(a)), "nl/0": lambda: [10],
        "printable_list/1": lambda t: _characters(t, printable), "printable_latin1_list/1": lambda t: _characters(t, printable),
        "printable_unicode_list/1": lambda t: _characters(t, _unicode), "char_list/1": lambda t: _characters(t, _point),
        "latin1_char_list/1": lambda t: _characters(t, _octet), "deep_char_list/1": lambda t: t.__class__ is list and _deep(t),
        "chars_length/1": lambda t: len(txt.list_to_string(t)),
    })  # fmt: skip
    return made


def _write(text: str, device: tuple[Any, ...]) -> Any:
    """Print on standard output, or on the one device given."""
    return io.write(device[0], text) if device else io.write(text)


def _format(*args: Any) -> Any:
    """``format(Pattern)``, ``format(Pattern, Args)`` and ``format(Device, Pattern, Args)``."""
    pattern, rest = args[-2:] if len(args) > 1 else (args[0], [])
    return _write(format_text(pattern, rest), args[:-2])


def _printed(pattern: str) -> Any:
    """A function that prints its last argument; one before it is the device."""
    return lambda *args: _write(format_text(pattern, [args[-1]]), args[:-1])


def _io() -> Module:
    made = native_module("io", {}, erlang=True)
    made.functions.update({f"{name}/{n}": _format for name in ("format", "fwrite") for n in (1, 2, 3)})
    made.functions.update({f"{name}/{n}": _printed(p) for name, p in (("put_chars", "~ts"), ("write", "~w")) for n in (1, 2)})
    made.functions.update({
        "nl/0": lambda: _write("\n", ()), "nl/1": lambda device: _write("\n", (device,)), "get_line/1": lambda prompt: io.gets(prompt),
        "columns/0": lambda: (ERROR, ENOTSUP), "rows/0": lambda: (ERROR, ENOTSUP),
    })  # fmt: skip
    return made


def _io_lib_format() -> Module:
    made = native_module("io_lib_format", {}, erlang=True)
    made.functions["fwrite_g/1"] = lambda x: _points(float_to_string(x))
    return made


MODULES_BY_NAME = {"io": _io(), "io_lib": _io_lib(), "io_lib_format": _io_lib_format()}
