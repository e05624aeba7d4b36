"""Programs that the compiler refuses: the error it logs first."""

from __future__ import annotations

import pytest

from defnpy.terms.errors import ArgumentError, ElixirError
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


FORMS = [
    ("try do\n  1\nend", 'missing :catch/:rescue/:after option in "try"'),
    ("try do\n  1\nrescue\n  e -> e\nrescue\n  e -> 1\nend", 'duplicate :rescue clauses given for "try"'),
    ("try do 1 catch a, b, c -> 1 end", 'expected one or two args for :catch clauses (->) in "try"'),
    ("try do 1 rescue x = y -> 1 end", 'invalid "rescue" clause. The clause should match on an alias'),
    ("try do 1 rescue x in 1 -> 1 end", 'invalid "rescue" clause. The clause should match on an alias'),
    ("cond do _ -> 1 end", 'invalid use of _ inside "cond"'),
    ("for x <- [1], uniq: 1, do: x", ":uniq option for comprehensions only accepts a boolean, got: 1"),
    ("for x <- [1], reduce: 0, do: x", "when using :reduce with comprehensions, the do block must be written using acc -> expr clauses"),
    ("for x <- [1], reduce: 0, into: [] do x -> 1 end", "cannot use :reduce alongside :into/:uniq in comprehension"),
    ("receive do 1 end", 'expected -> clauses for :do in "receive"'),
    ("receive do _ -> 1 after 1 end", 'expected a single -> clause for :after in "receive"'),
    ("receive 1", 'invalid arguments for "receive"'),
    ("import List, as: L", "unsupported option :as given to import"),
    ("import List, only: [first: 1], except: [last: 1]", ":only and :except can only be given together to import when :only is"),
    ("alias Foo, bar: 1", "unsupported option :bar given to alias"),
    ("alias Foo, as: 1", "invalid value for option :as, expected an alias, got: 1"),
    ("alias :foo", "alias cannot be inferred automatically for module: :foo, please use the :as option"),
    ("require Integer, foo: 1", "unsupported option :foo given to require"),
    ("1.foo", "invalid call 1.foo"),
    ('"a".b()', 'invalid call "a".b()'),
    ("&(&2)", "capture argument &2 cannot be defined without &1 (you cannot skip arguments, all arguments must be numbered)"),
    ("if(x, do: 1) = 1", "invalid pattern in match, case is not allowed in matches"),
    ("then(x, y) = 1", "invalid pattern in match, anonymous call is not allowed in matches"),
    ("to_string(x) = 1", "cannot invoke remote function String.Chars.to_string/1 inside a match"),
    ("[a | b] ++ c = [1]", "invalid argument for ++ operator inside a match, expected a literal proper list, got: [a | b]"),
    ("a.b = 1", "cannot invoke remote function a.b/0 inside a match"),
    ("%{x => 1} = %{}", "cannot use variable x as map key inside a pattern. Map keys in patterns can only be literals"),
    ("fn x when fn -> 1 end -> x end", "invalid expression in guards, fn is not allowed in guards"),
    ("fn x when if(x, do: 1) -> x end", "invalid expression in guards, case is not allowed in guards"),
    ("fn x when x ++ [1] == [1] -> x end", "cannot invoke remote function :erlang.++/2 inside a guard"),
]
RAISED = [
    ("!x = 1", "invalid expression in match, ! is not allowed in patterns such as function clauses"),
    ("is_struct(x) = 1", "invalid expression in match, is_struct is not allowed in patterns"),
    ("fn x when x && 1 -> x end", "invalid expression in guard, && is not allowed in guards"),
    ("fn x when x in y -> x end", 'invalid right argument for operator "in"'),
    ("if true, 1", "invalid or duplicate keys for if"),
    ("x = 1\nx |> x + 1", r"cannot pipe x into x \+ 1, the :\+ operator can only take one argument"),
    ('1 <> a = "a"', "expected binary argument in <> operator but got: 1"),
]


@pytest.mark.parametrize(("code", "message"), FORMS)
def test_forms(session: Session, code: str, message: str) -> None:
    (found,) = refused(session, code, "file")
    assert found.startswith(message)


@pytest.mark.parametrize(("code", "message"), RAISED)
def test_macros_that_raise(session: Session, code: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        session.run(code)


def test_a_variable_twice_among_the_parameters(session: Session) -> None:
    assert session.run("Enum.reduce([1, 1], 1, fn x, x -> x end)") == 1
    assert session.run("f = fn x, x -> x end\ntry do f.(1, 2) rescue e in FunctionClauseError -> e.arity end") == 2


def test_a_date_is_a_pattern(session: Session) -> None:
    assert session.run("case Date.new!(2020, 1, 2) do ~D[2020-01-02] -> :it; _ -> :other end").name == "it"


def test_calls_of_literals_fail_when_they_run(session: Session) -> None:
    assert session.run("try do 1.() rescue e in BadFunctionError -> Exception.message(e) end") == "expected a function, got: 1"
    assert session.run("try do nil.foo rescue e in KeyError -> e.key end").name == "foo"


def test_no_exceptions_named_are_all(session: Session) -> None:
    assert session.run('try do raise "a" rescue _ in [] -> 1 end') == 1


@pytest.mark.parametrize(("code", "message"), [
    ("raise ArgumentError, nil", "no function clause matching in ArgumentError.exception/1"),
    ("Macro.camelize(:abc)", "no function clause matching in Macro.camelize/1"),
    ("apply(Enum, nil, [1])", "undefined function. Make sure the module name is correct"),
    ("defmodule A do\n  A.f()\nend", r"function A.f/0 is undefined \(function not available\). Make sure the module name is correct"),
    ("defmodule A do\n  defstruct 1\nend", "struct fields definition must be list, got: 1"),
    ("defimpl NoSuch, for: Integer do\nend", "could not load module NoSuch due to reason :nofile"),
    ("%Range{first: 1}", r"the following keys must also be given when building struct Range: \[:last, :step\]"),
    ("x = %{a: 1}\nx.a(1)", "you attempted to apply a function named :a on a map/struct"),
    ("defprotocol P do\n  def 1\nend", "invalid arguments for def inside defprotocol"),
])  # fmt: skip
def test_texts(session: Session, code: str, message: str) -> None:
    with pytest.raises(ElixirError, match=message):
        session.run(code)


def test_a_field_may_be_written_like_a_call(session: Session) -> None:
    assert session.run("x = %{a: 1}\n{x.a(), (3..4).first()}") == (1, 3)


@pytest.mark.parametrize(("code", "message"), [
    ('"a"..x', r'ranges \(first..last//step\) expect both sides to be integers, got: "a"..x'),
    ("1..2//0", r"ranges \(first..last//step\) expect the step to be a non-zero integer, got: 0"),
    ("var!(f(x))", r"expected a variable to be given to var!, got: f\(x\)"),
])  # fmt: skip
def test_literals_are_checked_first(session: Session, code: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        session.run(code)


def test_nil_may_name_a_field(session: Session) -> None:
    assert session.run("defmodule A do\n  defstruct [nil]\nend\ninspect(struct(A))") == "%A{nil: nil}"
