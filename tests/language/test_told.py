"""What compiling a text writes to standard error: messages, places and their order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stdlib.support import run

PROBE = """defmodule ToldProbe do
  def of(source) do
    ExUnit.CaptureIO.capture_io(:stderr, fn ->
      try do
        source |> Code.string_to_quoted!(columns: true) |> Code.eval_quoted()
      rescue
        _ -> :ok
      end
    end)
  end
end
&ToldProbe.of/1
"""


@pytest.fixture(scope="module")
def told() -> Callable[[str], list[str]]:
    """The problems of a source text: each message's first line and its places."""

    def problems(source: str, probe: Callable[[str], str] = run(PROBE)) -> list[str]:
        found = []
        for part in probe(source).split("\n\n"):
            lines = part.split("\n")
            if lines[0].startswith(("warning: ", "error: ")):
                found.append(lines[0].partition(": ")[2])
            if found:
                found[-1] += "".join(f" @ {line.removeprefix('└─ ').strip()}" for line in lines if line.startswith(("└─ ", "  nofile")))
        return found

    return problems


UNUSED = "variable \"{}\" is unused (if the variable is not meant to be used, prefix it with an underscore) @ nofile:{}"
NEVER = "this clause cannot match because a previous clause at line {} always matches @ nofile:{}"
SCOPES = """defmodule Ta do
  def a(x) do
    zz = 1
    b = fn q -> 1 end
    case x do
      {m, l} -> 1
    end
  end
  k = 2
end
"""
PRIVATE = """defmodule Tb do
  defp used(a, b \\\\ 1), do: a + b
  defp gone(a), do: a
  @kept 1
  defmacrop hidden(x), do: x
  def call, do: {used(1), used(1, 2)}
  def f(1), do: 1
  def f(1), do: 2
end
"""
DOCUMENTED = """defmodule Tc do
  @doc "a"
  @doc since: "1"
  @doc "b"
  def f(1), do: 1
  @doc "c"
  def f(2), do: 2
  @doc "d"
  defp g, do: f(1)
  @doc false
  defstruct [:k]
  @doc "e"
  def h, do: g()
  @typep t :: integer
  @typep u :: integer
  @opaque o :: term
  @spec h() :: u
end
"""
CLAUSES = """defmodule Td do
  def a({x, :a}), do: x
  def a({[], :a}), do: 1
  def b(:a, {x, y}), do: {x, y}
  def b(:a, {1, _}), do: 1
  def c(:a), do: 1
  def c(:a), do: 2
  def c(:a), do: 3
  def d(%{a: x}), do: x
  def d(%{a: 1}), do: 1
  def e(%{a: 1, p: x}), do: x
  def e(%{p: [_ | _]}), do: 2
  def e(%{p: [x]}), do: x
  def f([_ | _]), do: 1
  def f([1]), do: 2
  def g(x) when x > 1, do: x
  def g(x) when x > 2, do: x
  def h(x) when true, do: x
  def h(1), do: 2
  def i({_, _, _}), do: 1
  def i({:b}), do: 1
  def i({_, 1, _}), do: 1
  def j(x, x), do: x
  def j(1, 1), do: 1
end
"""
OTHERS = """defmodule Te do
  def f, do: {Tuple.append({}, 1), Gone.x(), &Tuple.append/2, Enum.nope()}
  def g, do: {Gone.x(), Logger.info("x")}
end
Tuple.append({}, 1)
"""
CALLBACKS = """defmodule Tf do
  use GenServer
  def handle_call(_, _, s), do: {:reply, s, s}
  @impl true
  def handle_info(_, s), do: {:noreply, s}
end
defmodule Tg do
  @behaviour Access
  def fetch(a, b), do: {a, b}
end
"""
TOLD = [
    (SCOPES, [UNUSED.format("k", "9:3: Ta (module)"), UNUSED.format("q", "4:12: Ta.a/1"), UNUSED.format("l", "6:11: Ta.a/1"),
              UNUSED.format("m", "6:8: Ta.a/1"), UNUSED.format("b", "4:5: Ta.a/1"), UNUSED.format("zz", "3:5: Ta.a/1")]),
    (PRIVATE, ["macro hidden/1 is unused @ nofile:5:13: Tb (module)", "function gone/1 is unused @ nofile:3:8: Tb (module)", NEVER.format(7, "8:7"),
               "module attribute @kept was set but never used @ nofile:4: Tb (module)"]),
    (DOCUMENTED, ["redefining @doc attribute previously set at line 2 @ nofile:4: Tc (module)",
                  "redefining @doc attribute previously set at line 4. @ nofile:6: Tc.f/1",
                  "defp g/0 is private, @doc attribute is always discarded for private functions/macros/types @ nofile:8: Tc.g/0",
                  "@opaque type o/0 is underspecified and therefore meaningless @ nofile:16: Tc (module)", "type t/0 is unused @ nofile:14: (file)"]),
    (CLAUSES, [NEVER.format(4, "5:7"), NEVER.format(6, "7:7"), NEVER.format(9, "10:7"), NEVER.format(14, "15:7"),
               NEVER.format(18, "19:7").replace("this clause", "this clause for h/1"), NEVER.format(20, "22:7")]),
    (OTHERS, ["Tuple.append/2 is deprecated. Use insert_at instead @ nofile:5:7",
              "Tuple.append/2 is deprecated. Use insert_at instead @ nofile:2:21: Te.f/0 @ nofile:2:53: Te.f/0",
              "Gone.x/0 is undefined (module Gone is not available or is yet to be defined). Make sure the module name is correct and has been "
              "specified in full (or that an alias has been defined) @ nofile:2:41: Te.f/0 @ nofile:3:20: Te.g/0",
              "Enum.nope/0 is undefined or private @ nofile:2:68: Te.f/0",
              "Logger.info/1 is undefined or private. However, there is a macro with the same name and arity. Be sure to require Logger if you intend "
              "to invoke this macro @ nofile:3:32: Te.g/0"]),
    (CALLBACKS, ["function init/1 required by behaviour GenServer is not implemented (in module Tf). @ nofile:1: Tf (module)",
                 "module attribute @impl was not set for function handle_call/3 callback (specified in GenServer). This either means you forgot to add "
                 "the \"@impl true\" annotation before the definition or that you are accidentally overriding this callback @ nofile:3: Tf (module)",
                 "function get_and_update/3 required by behaviour Access is not implemented (in module Tg) @ nofile:7: Tg (module)",
                 "function pop/2 required by behaviour Access is not implemented (in module Tg) @ nofile:7: Tg (module)"]),
    ("defmodule Tm do\n  def f(x) do\n    x == 1\n    x + 1\n    x <> ""\n    x\n  end\nend", [
        "use of operator == has no effect @ nofile:3:7",
        "the result of evaluating operator '+'/2 is ignored (suppress the warning by assigning the expression to the _ variable) @ nofile:4:7"]),
    ("defmodule Th do\n  @spec f(integer) :: integer\n  def g, do: 1\nend", ["spec for undefined function f/1 @ nofile:2"]),
    ("defmodule Ti do\n  def f, do: gone(1)\nend",
     ["undefined function gone/1 (expected Ti to define such a function or for it to be imported, but none are available) @ nofile:2:14: Ti.f/0"]),
    ("{3..1, 5..2//-1}", ["3..1 has a default step of -1, please write 3..1//-1 instead @ nofile:1: (file)"]),
    ("with x = 1 do\n  x\nelse\n  _ -> 2\nend", ['"else" clauses will never match because all patterns in "with" will always match @ nofile:1:1']),
    ("case 1.0 do\n  0.0 -> 1\n  -0.0 -> 2\n  _ -> 3\nend",
     ["pattern matching on 0.0 is equivalent to matching only on +0.0 from Erlang/OTP 27+. Instead you must match on +0.0 or -0.0 @ nofile"]),
    ("for x <- [1], uniq: true do\n  x\nend\n:ok",
     ["the :uniq option has no effect since the result of the for comprehension is not used @ nofile:1:1"]),
    ("fn x when length(x) == 0 -> 1\nend",
     ['do not use "length(x) == 0" to check if a list is empty since length always traverses the whole list. Prefer to pattern match on an empty list '
      'or use "x == []" as a guard @ nofile:1:21']),
    ("not 1 in [2]", ['"not expr1 in expr2" is deprecated, use "expr1 not in expr2" instead @ nofile:1:7']),
    ("fn () -> :ok end", []),
    ("use Bitwise\n1 &&& 2", ["use Bitwise is deprecated. import Bitwise instead @ nofile:1"]),
    ("require Logger\nimport Logger\nwarn(\"\")", ["Logger.warn/1 is deprecated. Use Logger.warning/2 instead @ nofile:3:1"]),
    ("alias A.C", []),
    ("defmodule Tl do\n  alias A.C\n  alias A.B\n  import String\n  import List\nend", [f"unused {what} @ nofile:{line}:3" for what, line in (
        ("alias B", 3), ("alias C", 2), ("import List", 5), ("import String", 4))]),
    ("defmodule Tj do\nend\nrequire Tj", ["module Tj is not loaded but was defined. This happens when you depend on a module in the same context in which "
                                          "it is defined. For example: @ nofile:3:1"]),
    ("&(1 + 2)", ["invalid args for &, expected one of: @ nofile:1:5"]),
    ("fn\n  x -> x\n  x, y -> {x, y}\nend", ["cannot mix clauses with different arities in anonymous functions @ nofile:1:1"]),
    ("^gone = 1", ['undefined variable ^gone. No variable "gone" has been defined before the current pattern @ nofile:1:2']),
]


@pytest.mark.parametrize(("source", "problems"), TOLD)
def test_problems_their_places_and_order(told: Callable[[str], list[str]], source: str, problems: list[str]) -> None:
    assert told(source) == problems


def test_the_variables_of_numerical_definitions_are_asked_for(told: Callable[[str], list[str]]) -> None:
    code = "defmodule Tk do\n  import Nx.Defn\n  defn f(a, b) do\n    {_, n} = while {i = 0, a}, i < 2 do\n      {i + 1, a}\n    end\n    n\n  end\nend"
    assert told(code) == [UNUSED.format("b", "3:13: Tk.f/2")]


@pytest.mark.parametrize(("source", "message"), [
    ("f = ()", "invalid expression ()."), ("fn x -> end", "an expression is always required on the right side of ->."),
    ("IO.inspect 1, label: max 1, 2", 'missing parentheses for expression following "label:" keyword.'),
])
def test_the_reader_warns(told: Callable[[str], list[str]], source: str, message: str) -> None:
    assert any(problem.startswith(message) for problem in told(source))


def test_missing_callbacks_are_listed_by_name_macros_last(told: Callable[[str], list[str]]) -> None:
    code = """
defmodule TldA do
  @callback zed(term) :: term
  @callback alpha() :: term
  @macrocallback mac(term) :: term
end
defmodule TldB do
  @behaviour TldA
  @behaviour Access
end
"""
    found = [text for text in told(code) if "required by" in text]
    names = [text.split(" required")[0] for text in found]
    assert names == ["function alpha/0", "function fetch/2", "function get_and_update/3", "function pop/2", "function zed/1", "macro mac/1"]
