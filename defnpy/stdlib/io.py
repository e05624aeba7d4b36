"""IO, IO.ANSI and StringIO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import devices
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import OK, UNSET, option
from defnpy.terms import ansi
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect as inspect_text
from defnpy.terms.inspect import opts_from
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid
from defnpy.terms.runtime import runtime

STDIO, LINE, ALL, EOF = Atom("stdio"), Atom("line"), Atom("all"), Atom("eof")


def _chardata(item: Any) -> str:
    made = txt.to_string(item)
    return made if made.__class__ is str else made.decode("utf-8", "surrogateescape")


# Where the log goes while something captures the device ``:user``.
USER_CAPTURES = "user_captures"


@ex("puts/1", "puts/2")
def puts(device: Any, item: Any = UNSET) -> Any:
    if item is UNSET:
        device, item = STDIO, device
    devices.write(device, _chardata(item) + "\n")
    return OK


@ex("write/1", "write/2")
def write(device: Any, item: Any = UNSET) -> Any:
    if item is UNSET:
        device, item = STDIO, device
    devices.write(device, _chardata(item))
    return OK


@ex("binwrite/1", "binwrite/2")
def binwrite(device: Any, item: Any = UNSET) -> Any:
    if item is UNSET:
        device, item = STDIO, device
    devices.write(device, txt.iodata_bytes(item).decode("utf-8", "replace"))
    return OK


@ex("inspect/1", "inspect/2", "inspect/3")
def inspect(device: Any, item: Any = UNSET, options: Any = UNSET) -> Any:
    """``inspect(item)``, ``inspect(item, opts)`` and ``inspect(device, item, opts)``."""
    if options is UNSET:
        device, item, options = STDIO, device, () if item is UNSET else item
    label = option(options, "label")
    chosen = opts_from([(Atom("pretty"), True), *options])
    head = f"{_chardata(label)}: " if label is not None and label is not False else ""
    devices.write(device, head + inspect_text(item, opts=chosen) + "\n")
    return item


@ex("warn/1", "warn/2")
def warn(message: Any, stack: Any = ()) -> Any:
    devices.write(Atom("stderr"), f"warning: {_chardata(message)}\n")
    return OK


@ex("gets/1", "gets/2")
def gets(device: Any, prompt: Any = UNSET) -> Any:
    if prompt is UNSET:
        device, prompt = STDIO, device
    if device in devices.STDIO:
        devices.write(device, _chardata(prompt))
    return devices.read_line(device)


@ex("getn/1", "getn/2", "getn/3")
def getn(device: Any, prompt: Any = UNSET, count: Any = UNSET) -> Any:
    if count is UNSET:
        device, prompt, count = (device, prompt, 1) if device.__class__ is Pid else (STDIO, device, prompt)
    return devices.read_all(device, 1 if count is UNSET else count)


@ex("read/1", "read/2", "binread/1", "binread/2")
def read(device: Any, what: Any = UNSET) -> Any:
    if what is UNSET:
        device, what = STDIO, device
    if what is LINE:
        return devices.read_line(device)
    if what is ALL or what is EOF:
        found = devices.read_all(device)
        return EOF if found == "" and what is EOF else found
    return devices.read_all(device, what)


@ex("stream/0", "stream/1", "stream/2", "binstream/2")
def stream(device: Any = STDIO, what: Any = LINE) -> Stream:
    def walk() -> Iterator[Any]:
        while True:
            part = devices.read_line(device) if what is LINE else devices.read_all(device, what)
            if part is EOF:
                return
            yield part

    return Stream(walk)


@ex("iodata_to_binary/1")
def iodata_to_binary(data: Any) -> Any:
    if data.__class__ is str or data.__class__ is bytes:
        return data
    return make_binary(txt.iodata_bytes(data))


@ex("iodata_length/1")
def iodata_length(data: Any) -> int:
    return len(txt.iodata_bytes(data))


@ex("iodata_empty?/1")
def iodata_empty_q(data: Any) -> bool:
    return not txt.iodata_bytes(data)


@ex("chardata_to_string/1")
def chardata_to_string(data: Any) -> Any:
    return data if txt.is_binary(data) else txt.list_to_string(data)


# ---------------------------------------------------------------------------------------------------------- ANSI


@ex("enabled?/0")
def enabled_q() -> bool:
    return bool(runtime().options.get("ansi_enabled", False))


def _flatten(data: Any, on: bool, out: list[str]) -> bool:
    """Collects the text of ANSI data; tells whether a sequence was among it."""
    colored = False
    for part in data if data.__class__ is list else [data]:
        if part.__class__ is list:
            colored = _flatten(part, on, out) or colored
        elif part.__class__ is Atom:
            colored = True
            if on:
                out.append(ansi.sequence(part))
            else:
                ansi.sequence(part)
        else:
            out.append(chr(part) if part.__class__ is int else txt.to_string(part))
    return colored


@ex("format/1", "format/2")
def ansi_format(data: Any, on: Any = UNSET) -> Any:
    emit = enabled_q() if on is UNSET else on is True
    out: list[str] = []
    if _flatten(data, emit, out) and emit:
        out.append("\x1b[0m")
    return out


@ex("format_fragment/1", "format_fragment/2")
def ansi_fragment(data: Any, on: Any = UNSET) -> Any:
    out: list[str] = []
    _flatten(data, enabled_q() if on is UNSET else on is True, out)
    return out


def _color_cube(code: Any, layer: str) -> str:
    return f"\x1b[{layer};5;{code}m"


def _ansi_module() -> Any:
    made = native_module("IO.ANSI", {"enabled_q": enabled_q, "format": ansi_format, "fragment": ansi_fragment})
    for name in ansi.names():
        made.functions[f"{name}/0"] = lambda name=name: ansi.sequence(Atom(name))
    made.functions["color/1"] = lambda code: _color_cube(code, "38")
    made.functions["color_background/1"] = lambda code: _color_cube(code, "48")
    made.functions["color/3"] = lambda r, g, b: _color_cube(16 + 36 * r + 6 * g + b, "38")
    made.functions["color_background/3"] = lambda r, g, b: _color_cube(16 + 36 * r + 6 * g + b, "48")
    for name, letter in (("up", "A"), ("down", "B"), ("right", "C"), ("left", "D")):
        made.functions[f"cursor_{name}/0"] = lambda letter=letter: f"\x1b[1{letter}"
        made.functions[f"cursor_{name}/1"] = lambda n, letter=letter: f"\x1b[{n}{letter}"
    made.functions["cursor/2"] = lambda line, column: f"\x1b[{line};{column}H"
    return made


# ------------------------------------------------------------------------------------------------------ StringIO


def string_open(text: Any, options: Any = (), fun: Any = UNSET) -> Any:
    """``StringIO.open/1..3``."""
    if is_function(options):
        options, fun = (), options
    pid = devices.open_device(devices.StringDevice(text))
    if fun is UNSET:
        return (OK, pid)
    return (OK, fun1(fun)(pid))


def string_contents(pid: Any) -> Any:
    """``StringIO.contents/1``."""
    device = devices.of(pid)
    assert device is not None
    return (device.input, "".join(device.output))


def string_flush(pid: Any) -> Any:
    """``StringIO.flush/1``."""
    device = devices.of(pid)
    assert device is not None
    text = "".join(device.output)
    device.output.clear()
    return text


def string_close(pid: Any) -> Any:
    """``StringIO.close/1``."""
    return (OK, string_contents(pid))


def _string_io_module() -> Any:
    made = native_module("StringIO", {})
    made.functions.update({
        "open/1": string_open, "open/2": string_open, "open/3": string_open,
        "contents/1": string_contents, "flush/1": string_flush, "close/1": string_close,
    })  # fmt: skip
    return made


def to_octets(term: Any) -> bytes:
    """The octets of a binary or of an atom's text."""
    return octets(txt.to_string(term) if is_atom(term) else term)


_IO_ONLY = {k: v for k, v in globals().items() if k not in ("enabled_q", "ansi_format", "ansi_fragment")}
MODULE = native_module("IO", _IO_ONLY)
MODULES_BY_NAME = {"Elixir.IO": MODULE, "Elixir.IO.ANSI": _ansi_module(), "Elixir.StringIO": _string_io_module()}
