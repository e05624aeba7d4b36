"""IO and StringIO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import devices
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import OK, UNSET, badarg, need, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError, make
from defnpy.terms.exception import format_stacktrace_entry
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect as inspect_text
from defnpy.terms.inspect import opts_from, struct_any_doc
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

STDIO, LINE, ALL, EOF = Atom("stdio"), Atom("line"), Atom("all"), Atom("eof")


def _chardata(item: Any) -> str:
    """What is printed for *item*; the device refuses lists that are no chardata."""
    if item.__class__ is list or item.__class__ is ImproperList:
        try:
            made = txt.list_to_string(item)
        except ArgumentError:
            raise badarg((2, "not valid character data (an iodata term)")) from None
    else:
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
    need(item.__class__ in (str, bytes, list, ImproperList), "IO", "binwrite", 2)
    devices.write_octets(device, txt.iodata_bytes(item))
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
def warn(message: Any, place: Any = ()) -> Any:
    """*place* is a stack trace, a ``Macro.Env``, or a keyword list of file, line, module and function."""
    if isinstance(place, Struct):
        place = find_function(alias("Macro.Env"), Atom("stacktrace"), 1)(place)
        where = "\n└─ " + format_stacktrace_entry(place[0])
    elif place and len(place[0]) == 2:
        where = "\n└─ " + format_stacktrace_entry(_named_place(place)) if option(place, "file") is not None else ""
    else:
        where = "".join("\n  " + format_stacktrace_entry(entry) for entry in place)
    devices.write(Atom("stderr"), f"warning: {_chardata(message)}{where}\n\n")
    return OK


def _named_place(place: Any) -> Any:
    """The stack entry of a place in options."""
    file, line, module, function = (option(place, name) for name in ("file", "line", "module", "function"))
    location = [(Atom("file"), file), *([(Atom("line"), line)] if line is not None else [])]
    if module is None:
        return (Atom("elixir_compiler"), Atom("__FILE__"), 1, location)
    return (module, *(function or (Atom("__MODULE__"), 0)), location)


@ex("warn_once/3")
def warn_once(key: Any, message: Any, drop: Any = 0) -> Any:
    """A warning that the Runtime shows once for each *key*; *message* gives its text."""
    shown = runtime().options.setdefault("warned_once", set())
    if key not in shown:
        shown.add(key)
        warn(message())
    return OK


@ex("gets/1", "gets/2")
def gets(device: Any, prompt: Any = UNSET) -> Any:
    if prompt is UNSET:
        device, prompt = STDIO, device
    devices.prompt(device, _chardata(prompt))
    return devices.read_line(device)


@ex("getn/1", "getn/2", "getn/3")
def getn(device: Any, prompt: Any = UNSET, count: Any = UNSET) -> Any:
    """``getn(prompt)``, ``getn(prompt, count)``, ``getn(device, prompt)`` and ``getn(device, prompt, count)``."""
    if prompt is UNSET:
        device, prompt = STDIO, device
    elif count is UNSET and (prompt.__class__ is int or prompt is EOF):
        device, prompt, count = STDIO, device, prompt
    devices.prompt(device, _chardata(prompt))
    if count is EOF:
        return devices.read_all(device) or EOF
    return devices.read_all(device, 1 if count is UNSET else count)


@ex("read/1", "read/2")
def read(device: Any, what: Any = UNSET) -> Any:
    return _read(device, what, False)


@ex("binread/1", "binread/2")
def binread(device: Any, what: Any = UNSET) -> Any:
    return _read(device, what, True)


def _read(device: Any, what: Any, raw: bool) -> Any:
    if what is UNSET:
        device, what = STDIO, device
    if what is LINE:
        return devices.read_line(device, raw)
    if what is ALL or what is EOF:
        found = devices.read_all(device, None, raw)
        return EOF if what is EOF and found in ("", []) else found
    need(what.__class__ is int and what >= 0, "IO", "binread" if raw else "read", 2)
    return devices.read_all(device, what, raw)


class IOStream(Stream):
    """``%IO.Stream{}``: lines or characters of a device, which also collects what is written to it."""

    __slots__ = ("device", "raw", "unit")
    module = alias("IO.Stream")

    def __init__(self, device: Any, unit: Any, raw: bool) -> None:
        super().__init__(self.walk)
        self.device, self.unit, self.raw = device, unit, raw

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return dict(zip(IO_STREAM_FIELDS, (self.device, self.raw, self.unit), strict=True))

    def walk(self) -> Iterator[Any]:
        while True:
            part = _read(self.device, self.unit, self.raw)
            if part is EOF:
                return
            if part.__class__ is tuple:
                raise make("IO.StreamError", f"error during streaming: {inspect_text(part[1])}", reason=part[1])
            yield part

    def ex_inspect(self, opts: Any) -> Any:
        return struct_any_doc(self, opts)

    def ex_equal(self, other: Any, same: Any) -> bool:
        return isinstance(other, IOStream) and bool(same(self.fields, other.fields))

    def ex_collector(self) -> Any:
        put = binwrite if self.raw else write
        return lambda part: put(self.device, part), lambda: self


IO_STREAM_FIELDS = [Atom(n) for n in ("device", "raw", "line_or_bytes")]


@ex("stream/0", "stream/1", "stream/2")
def stream(device: Any = STDIO, unit: Any = UNSET) -> Stream:
    return IOStream(*_streamed(device, unit, "stream"), False)


def _streamed(device: Any, unit: Any, name: str) -> tuple[Any, Any]:
    """The device and the unit; one argument is the unit."""
    if unit is UNSET:
        device, unit = STDIO, LINE if device is STDIO else device
    need(unit is LINE or (unit.__class__ is int and unit > 0), "IO", name, 2)
    return device, unit


@ex("binstream/0", "binstream/1", "binstream/2")
def binstream(device: Any = STDIO, unit: Any = UNSET) -> Stream:
    return IOStream(*_streamed(device, unit, "binstream"), True)


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
    need(txt.is_binary(data) or data.__class__ in (list, ImproperList), "IO", "chardata_to_string", 1)
    return data if txt.is_binary(data) else txt.list_to_string(data)


# ------------------------------------------------------------------------------------------------------ StringIO


def string_open(text: Any, options: Any = (), fun: Any = UNSET) -> Any:
    """``StringIO.open/1..3``."""
    need(txt.is_binary(text), "StringIO", "open", 2)
    if is_function(options):
        options, fun = (), options
    encoding = "latin-1" if option(options, "encoding") is Atom("latin1") else "utf-8"
    pid = devices.open_device(devices.StringDevice(text, option(options, "capture_prompt", False) is True, encoding))
    if fun is UNSET:
        return (OK, pid)
    return (OK, fun1(fun)(pid))


def string_contents(pid: Any) -> Any:
    """``StringIO.contents/1``."""
    device = devices.of(pid)
    assert device is not None
    return (make_binary(device.input), make_binary(b"".join(device.output)))


def string_flush(pid: Any) -> Any:
    """``StringIO.flush/1``."""
    device = devices.of(pid)
    assert device is not None
    data = b"".join(device.output)
    device.output.clear()
    return make_binary(data)


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


MODULE = native_module("IO", globals())
_STREAM = native_module("IO.Stream", {}, info={"struct": list(zip(IO_STREAM_FIELDS, (None, None, LINE), strict=True))})
MODULES_BY_NAME = {"Elixir.IO": MODULE, "Elixir.StringIO": _string_io_module(), "Elixir.IO.Stream": _STREAM}
