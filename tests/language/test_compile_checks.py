"""Programs that the compiler refuses: the error it logs first."""

from __future__ import annotations

import pytest

from tests.conftest import Session

UNSIZED = "a binary field without size is only allowed at the end of a binary pattern"
LITERAL = "literal string in bitstring supports only endianness and type specifiers"

BITSTRINGS = [
    ("<<1::integer-float>>", 'conflicting type specification for bit field: "float" and "integer"'),
    ("<<1::signed-unsigned>>", 'conflicting sign specification for bit field: "unsigned" and "signed"'),
    ("<<1::big-little>>", 'conflicting endianness specification for bit field: "little" and "big"'),
    ("<<1::8-16>>", 'conflicting size specification for bit field: "16" and "8"'),
    ("<<1::size(8)-unit(1)-unit(2)>>", 'conflicting unit specification for bit field: "2" and "1"'),
    ('<<"a"::integer>>', 'conflicting type specification for bit field: "integer" and "binary"'),
    ("<<1.0::integer>>", 'conflicting type specification for bit field: "integer" and "float"'),
    ("<< <<1>>::integer >>", 'conflicting type specification for bit field: "integer" and "bitstring"'),
    ('<<"a"::8>>', LITERAL),
    ('<<"abc"::binary-size(2)>>', LITERAL),
    ("<< <<1>>::size(8) >>", "literal <<>> in bitstring supports only type specifiers, which must be one of: binary or bitstring"),
    ("<<1::utf8-size(8)>>", "size and unit are not supported on utf types"),
    ("<<1::utf8-signed>>", "signed and unsigned specifiers are supported only on integer and float types"),
    ("<<1::unit(2)>>", "integer and float types require a size specifier if the unit specifier is given"),
    ("<<1::float-8>>", "float requires size*unit to be 16, 32, or 64 (default), got: 8"),
    ("<<1::nil>>", "unknown bitstring specifier: nil"),
    ("<<1::integer(8)>>", "unknown bitstring specifier: integer(8)"),
    ("x = 8\n<<1::x>>", "unknown bitstring specifier: x"),
    ("<<1::(4 + 4)>>", "unknown bitstring specifier: 4 + 4"),
    ("<<a::binary, b::binary>> = <<>>", UNSIZED),
    ('fn <<a::bits, "x">> -> a end', UNSIZED),
    ('<<a, b::binary>> <> c = "abc"', UNSIZED),
    ('for <<a::binary <- "abc">>, do: a', UNSIZED),
    ("<<x = 1>> = <<1>>", "cannot pattern match inside a bitstring that is already in match, got: x = 1"),
    ('<<s::size(^n)>> = "a"', 'undefined variable ^n. No variable "n" has been defined before the current pattern'),
    ("fn n, <<x::size(n)>> -> x end", 'undefined variable "n"'),
]
MODULES = [
    ("defmodule A do\n  def f(x), as: x\nend", 'missing :do option in "def"'),
    ("defmodule A do\n  foo(1)\nend", "undefined function foo/1 (there is no such import)"),
    ("defmodule A do\n  x\n  y\nend", 'undefined variable "x"'),
    ("defmodule A do\n  use NoSuchModule\nend", "module NoSuchModule is not loaded and could not be found"),
    ("defmodule A do\n  defmodule [:a]\nend", "undefined function defmodule/1 (there is no such import)"),
]


def errors_of(found: list[object]) -> list[str]:
    return [d.message for d in found if d.severity == "error"]  # type: ignore[attr-defined]


def refused(session: Session, code: str, what: str) -> list[str]:
    with pytest.raises(Exception, match=f"cannot compile {what}") as caught:
        session.run(code)
    return errors_of(caught.value.diagnostics)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("code", "message"), BITSTRINGS)
def test_bitstrings(session: Session, code: str, message: str) -> None:
    (found,) = refused(session, code, "file")
    assert found.startswith(message)


@pytest.mark.parametrize(("code", "message"), MODULES)
def test_an_error_in_a_module_names_it(session: Session, code: str, message: str) -> None:
    assert refused(session, code, "module A") == [message]


def test_outside_functions_the_first_error_is_the_last(session: Session) -> None:
    assert refused(session, "a = b\nc(1)", "file") == ['undefined variable "b"']


def test_undefined_functions_of_a_module_come_last_name_first(session: Session) -> None:
    found = refused(session, "defmodule A do\n  def a, do: x()\n  def b, do: {y(), z()}\nend", "module A")
    assert [message.split()[2] for message in found] == ["y/0", "z/0", "x/0"]


def test_what_remains_fine(session: Session) -> None:
    assert session.run('a = "x"\n<<^a::binary, b>> = "xy"\nb') == 121
    assert session.run('x = "ab"\n<<x::binary-size(1)-unit(8)>>') == "a"
    assert session.run("<<1::size(2)-unit(8)>>") == "\x00\x01"
    assert session.run('<<n, s::binary-size(n), r::binary>> = <<2, "abc">>\n{s, r}') == ("ab", "c")
