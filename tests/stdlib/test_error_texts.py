"""What errors say: of calls on what is no module, of missing functions, of wrong arguments by their position."""

from __future__ import annotations

import pytest

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
