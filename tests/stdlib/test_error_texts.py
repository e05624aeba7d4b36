"""What errors say: of calls on what is no module, of missing functions, of wrong arguments by their position."""

from __future__ import annotations

import re

import pytest

from defnpy.terms.atom import Atom
from tests.stdlib.support import run


def said(code: str, before: str = "") -> str:
    """The blamed message of the error that *code* raises."""
    return str(run(f"{before}\ntry do\n  {code}\nrescue\n  e -> Exception.blame(:error, e, __STACKTRACE__) |> elem(0) |> Exception.message()\nend"))


NAMED = "If you are using Kernel.apply/3, make sure the module is an atom. If you are using the dot syntax, such as module.function(), " \
    "make sure the left-hand side of the dot is an atom representing a module"
WRONG = "errors were found at the given arguments:\n\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("m = [4]; m.run()", f"you attempted to apply a function named :run on [4]. {NAMED}"),
        ("apply({}, :run, [])", f"you attempted to apply a function named :run on {{}}. {NAMED}"),
        ("apply(5, :run, [1])", "you attempted to apply a function on 5. Modules (the first argument of apply) must always be an atom"),
        ("m = STRING; m.upcase(\"a\")", "function STRING.upcase/1 is undefined (module STRING is not available). Did you mean:\n\n      * String.upcase/1\n"),
        ("m = Parser; m.cook()", "function Parser.cook/0 is undefined (module Parser is not available). "
         "Make sure the module name is correct and has been specified in full (or that an alias has been defined)"),
        (":erlang.element(:a, [])", WRONG + "  * 1st argument: not an integer\n  * 2nd argument: not a tuple\n"),
        (":erlang.element(0, {1})", WRONG + "  * 1st argument: out of range\n"),
        ("t = :ets.new(:t, []); :ets.insert(t, 5)", WRONG + "  * 2nd argument: not a tuple\n"),
        ("t = :ets.new(:t, [keypos: 2]); :ets.insert(t, [{1}])", WRONG + "  * 2nd argument: the object has no key position\n"),
        (":counters.new(1_000_000_000_000_000_000_000, [])", "a system limit has been reached due to errors at the given arguments:\n\n"
         "  * 1st argument: counters array size reached a system limit\n"),
    ],
)  # fmt: skip
def test_messages(code: str, text: str) -> None:
    assert said(code) == text


def test_a_missing_function_names_modules_that_end_so_and_behaviours_that_want_it() -> None:
    before = """
    defmodule Kitchen.Oven do
      def bake(x), do: x
    end
    defmodule Cook do
      @callback serve(term) :: term
      @callback rest() :: term
      @optional_callbacks rest: 0
    end
    Code.eval_string("defmodule Chef do @behaviour Cook end")
    """
    run(before)
    missing = "function Oven.bake/1 is undefined (module Oven is not available)"
    assert said("m = Oven; m.bake(1)", before) == f"{missing}. Did you mean:\n\n      * Kitchen.Oven.bake/1\n"
    assert said("m = Chef; m.serve(1)", before) == "function Chef.serve/1 is undefined or private, but the behaviour Cook expects it to be present"
    assert said("m = Chef; m.rest()", before) == "function Chef.rest/0 is undefined or private"


def test_joining_in_a_function_names_the_segment() -> None:
    before = """
    defmodule Glue do
      def two(a, b), do: a <> b
      def three(a, b, c), do: a <> b <> c
      def all([], text), do: text
      def all([x | rest], text), do: all(rest, text <> x)
    end
    """
    head = "construction of binary failed: segment"
    assert said("Glue.two(31, \"x\")", before) == f"{head} 1 of type 'binary': expected a binary but got: 31"
    assert said("Glue.three(\"a\", \"b\", :c)", before) == f"{head} 3 of type 'binary': expected a binary but got: :c"
    assert said("Glue.all([\"a\", nil], \"\")", before) == f"{head} 2 of type 'binary': expected a binary but got: nil"
    assert said("a = 31; a <> \"x\"") == WRONG + "  * 1st argument: not a bitstring\n"


def test_error_info_of_a_stacktrace_says_what_was_wrong() -> None:
    before = """
    defmodule Faults do
      def format_error(:badarg, _), do: %{2 => "too long"}
      def format_error(_, _), do: %{general: [~c"no ", "luck"]}
    end
    stack = [{Faults, :call, [1, 2], [error_info: %{}]}]
    """
    code = "{Exception.normalize(:error, :badarg, stack).message, Exception.normalize(:error, :oops, stack) |> Exception.message()}"
    assert run(before + code) == (WRONG + "  * 2nd argument: too long\n", "Erlang error: :oops: no luck")


def test_functions_show_where_they_were_made() -> None:
    before = "defmodule Maker do\n  def adder(n), do: fn x -> x + n end\n  def inc, do: &(&1 + 1)\nend\n"
    text = run(before + "{inspect(Maker.adder(1)), inspect(Maker.inc()), inspect(fn -> 1 end), Function.info(Maker.inc(), :module)}")
    assert [re.sub(r"<\d+\.\d+/", "<", shown) for shown in text[:3]] == [
        "#Function<1 in Maker.adder/1>", "#Function<1 in Maker.inc/0>", "#Function<0 in :erl_eval.expr/6>",
    ]  # fmt: skip
    assert run(before + "Function.info(Maker.inc(), :name)") == (Atom("name"), Atom("-inc/0-fun-0-"))


def test_what_fails_while_it_is_inspected() -> None:
    code = """
    e = Inspect.Error.exception(exception: %RuntimeError{message: "two\\nlines"}, stacktrace: [], inspected_struct: "%{a: 1}")
    {Exception.message(e), inspect(e)}
    """
    inside = 'got RuntimeError with message:\n\n    """\n    two\n    lines\n    """\n\nwhile inspecting:\n\n    %{a: 1}\n'
    message, shown = run(code)
    assert message == inside
    assert shown.startswith("#Inspect.Error<\n  got RuntimeError with message:\n\n      \"\"\"\n      two\n") and shown.endswith("%{a: 1}\n>")


def test_a_regex_whose_options_have_no_letters() -> None:
    assert run('inspect(Regex.compile!("a", [:ucp]))') == 'Regex.compile!("a", [:ucp])'
    assert run('inspect(Regex.compile!("a", [:caseless, :multiline]))') == "~r/a/mi"
    assert run('Regex.match?(Regex.compile!("^b", [:multiline]), "a\\nb")') is True


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("[]", ""), ('file: "lib/a.ex", line: 3, module: Foo, function: {:bar, 1}', "\n└─ lib/a.ex:3: Foo.bar/1"),
        ('file: "lib/a.ex", module: Foo', "\n└─ lib/a.ex: Foo (module)"), ('file: "lib/a.ex"', "\n└─ lib/a.ex: (file)"), ("line: 3", ""),
        ("[{Foo, :bar, 2, [file: ~c\"a.ex\", line: 1]}, {Foo, :baz, 0, []}]", "\n  a.ex:1: Foo.bar/2\n  Foo.baz/0"),
    ],
)  # fmt: skip
def test_warnings_name_their_place(place: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(f'IO.warn("mind", {place})')
    assert capsys.readouterr().err == f"warning: mind{text}\n\n"
