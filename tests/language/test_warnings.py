"""What the compiler says of code that compiles, and of names that clash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import defnpy
from tests.stdlib.support import run, shown


def _run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    file = folder / "w.exs"
    file.write_text(code)
    return subprocess.run([sys.executable, "-m", "defnpy", "run", str(file)], capture_output=True, text=True, timeout=120, check=False)


def _warnings(text: str) -> list[str]:
    return [line.lstrip().removeprefix("warning: ") for line in text.splitlines() if line.lstrip().startswith("warning: ")]


PROGRAM = """defmodule W do
  def f(x, y) do
    z = 1
    x
  end

  defp g(a), do: a
  def ok(_a, {b, b}, list), do: for(i <- list, do: binding() ++ [i])
  def pinned(v, x), do: match?(^v, x)
end

unused = 1
used = 2
IO.inspect(used)
"""


def test_unused_variables_and_functions_are_named_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        done = _run(tmp_path, PROGRAM)
        assert (done.returncode, done.stdout) == (0, "2\n")
        for name, line in (("y", 2), ("z", 3), ("unused", 12)):
            assert f'warning: variable "{name}" is unused (if the variable is not meant to be used, prefix it with an underscore)' in done.stderr
            assert f"w.exs:{line}:" in done.stderr
        assert "warning: function g/1 is unused" in done.stderr
        assert done.stderr.count("warning:") == 4


def test_what_the_reader_warns_of_is_told_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        assert _warnings(_run(tmp_path, "IO.puts(not 1 in [2])").stderr) == ['"not expr1 in expr2" is deprecated, use "expr1 not in expr2" instead']


def test_a_local_function_that_clashes_with_an_import(tmp_path: Path) -> None:
    done = _run(tmp_path, "defmodule K do\n  def length(x), do: {:mine, x}\n  def f(x), do: length(x)\nend\n")
    assert done.returncode == 1
    assert "error: imported Kernel.length/1 conflicts with local function" in done.stderr
    assert "w.exs:2:7" in done.stderr


def test_defaults_may_add_a_clause_to_a_function_without() -> None:
    code = (
        "defmodule Df do\n  def f(x, y) when is_integer(y), do: {:two, x, y}\n  def f(x, y, o \\\\ :d), do: {:three, x, y, o}\nend\n"
        "{Df.f(1, 2), Df.f(1, :a), Df.f(1, 2, 3)}"
    )
    assert shown(code) == "{{:two, 1, 2}, {:three, 1, :a, :d}, {:three, 1, 2, 3}}"


def test_a_module_inside_sees_the_struct_of_the_one_around_it() -> None:
    code = (
        'defmodule Around do\n  defstruct [:a]\n  defimpl Inspect do\n    def inspect(%Around{a: a}, _), do: "#Around<#{a}>"\n  end\nend\n'
        "struct(Around, a: 1)"
    )
    assert shown(code) == "#Around<1>"


def test_improper_lists_are_taken_apart() -> None:
    assert shown("[h | t] = [1 | 2]\n{h, t}") == "{1, 2}"
    assert shown("[a, b | c] = [1, 2 | 3]\n{a, b, c}") == "{1, 2, 3}"


def test_integers_of_any_length_are_written_and_read() -> None:
    assert shown('{String.length("#{2 ** 20000}"), String.length(inspect(3 ** 20000)), rem(String.to_integer(String.duplicate("7", 5000)), 1000)}') == (
        "{6021, 9543, 777}"
    )


def test_functions_may_have_the_names_of_forms_of_another_arity() -> None:
    code = (
        "defmodule Fo do\n  def cond(a, b, c, d \\\\ 3), do: [a, b, c, d]\n  def f(x), do: cond(x, 1, 2)\n  def try(a, b), do: {a, b}\n"
        "  def g, do: try(1, 2)\nend\n{Fo.f(0), Fo.g()}"
    )
    assert shown(code) == "{[0, 1, 2, 3], {1, 2}}"


CHECKED = """defmodule Wanted do
  @callback f(integer) :: integer
  @callback g() :: atom
  @optional_callbacks g: 0
end
defmodule Careless do
  @behaviour Wanted
  alias Foo.Bar
  import Integer, only: [is_odd: 1, gcd: 2]
  def a(x) when is_odd(x), do: x
  def b(_), do: 1
  def a(0), do: 0
  @doc "private"
  defp c(1), do: 2
  def d(x), do: c(x)
  @impl true
  def nope(x), do: x
  def m, do: %{a: 1, a: 2}
  def z(x) do
    case x do
      _ -> 1
      2 -> 3
    end
  end
  def q(_), do: 1
  def q(2), do: 1
end
"""


def test_code_that_cannot_be_meant_is_warned_of(tmp_path: Path) -> None:
    done = _run(tmp_path, CHECKED)
    assert done.returncode == 0
    for text in (
        'clauses with the same name and arity (number of arguments) should be grouped together, "def a/1" was previously defined',
        "defp c/1 is private, @doc attribute is always discarded for private functions/macros/types",
        "key :a will be overridden in map",
        "this clause cannot match because a previous clause at line 21 always matches",
        "this clause for q/1 cannot match because a previous clause at line 25 always matches",
        "function f/1 required by behaviour Wanted is not implemented (in module Careless)",
        'got "@impl true" for function nope/1 but no behaviour specifies such callback. The known callbacks are:\n\n'
        "  * Wanted.f/1 (function)\n  * Wanted.g/0 (function)\n",
        "unused alias Bar",
        "unused import Integer.gcd/2",
    ):
        assert f"warning: {text}" in done.stderr.replace("\n    ", "\n")
    assert done.stderr.count("warning:") == 9


CAREFUL = """defmodule Using do
  defmacro __using__(_) do
    quote do
      import Enum
      alias String, as: Str
      @before_compile Using
      def hello(_), do: 1
      defoverridable hello: 1
    end
  end

  defmacro __before_compile__(_) do
    quote do
      def late(_), do: 1
    end
  end
end

defmodule User do
  use Using
  use GenServer
  alias Map.Typed
  alias String, as: Quoted
  import Bitwise
  import Enum, warn: false
  @type t :: Typed.t()
  def late(1), do: 0
  def hello(2), do: super(3)
  def hello(x), do: x &&& 3
  defmacro mac(x), do: quote(do: Quoted.upcase(unquote(x)))
  @impl true
  def init(x), do: {:ok, x}
  @impl true
  def handle_info(_, x), do: {:noreply, x}
  def h(n) when n > 3, do: 2
  def h(_), do: 3
end
"""


def test_careful_code_is_not_warned_of(tmp_path: Path) -> None:
    done = _run(tmp_path, CAREFUL)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_variables_of_a_model_file_are_for_its_readers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Python programs read them: no warning, and no compiling anew at each load. Inner variables are another matter."""
    file = tmp_path / "v.defn"
    file.write_text("model = fn x ->\n  y = 1\n  x\nend\n")
    assert callable(defnpy.load(file).model)
    said = capsys.readouterr().err
    assert 'variable "y" is unused' in said
    assert said.count("warning:") == 1


OTHERS = """defmodule Old do
  @deprecated "Use new/0 instead"
  def old, do: 1
  def new, do: 2
end

defmodule Calls do
  @unread 1
  @read 2
  @compile {:no_warn_undefined, Quiet}
  def a, do: Unknown.call(@read)
  def b, do: Old.old() + Old.newer()
  def c, do: {Quiet.x(), Later.x(), &Later.y/0, Foo.Bar.x()}
  defmacrop m, do: 1
end

defmodule Later do
  def x, do: 1
  @doc "of nothing"
end

defmodule Wanted do
  @callback f() :: any
end

defmodule Given do
  @behaviour Wanted
  @behaviour Nowhere.AtAll
  @derive [Inspect]
  defmacro f, do: 1
end

defmodule Marked do
  @behaviour Wanted
  @impl false
  def f, do: 1
  @impl Later
  def g, do: 1
  @impl true
  defp h, do: 1
  def i, do: h()
end

defprotocol Proto do
  @callback q(any) :: any
end
"""


def test_calls_of_other_modules_attributes_and_behaviours_are_checked(tmp_path: Path) -> None:
    done = _run(tmp_path, OTHERS)
    assert done.returncode == 0
    warned = _warnings(done.stderr)
    assert sorted(warned) == sorted([
        "module attribute @unread was set but never used",
        "macro m/0 is unused",
        "module attribute @doc was set but no definition follows it",
        "@behaviour Nowhere.AtAll does not exist (in module Given)",
        "warning: module attribute @derive was set but never used (it must come before defstruct)",
        'function f/0 required by behaviour Wanted was implemented as "defmacro" but should have been "def" (in module Given)',
        'got "@impl false" for function f/0 but it is a callback specified in Wanted',
        'got "@impl Later" for function g/0 but this behaviour was not declared with @behaviour',
        "module attribute @impl was not set for function f/0 callback (specified in Wanted). This either means you forgot to add the \"@impl true\" "
        "annotation before the definition or that you are accidentally overriding this callback",
        "function h/0 is private, @impl attribute is always discarded for private functions/macros",
        "protocols must define at least one function, but none was defined",
        "cannot define @callback q/1 inside protocol, use def/1 to outline your protocol definition",
        "Unknown.call/1 is undefined (module Unknown is not available or is yet to be defined). Make sure the module name is correct and has been "
        "specified in full (or that an alias has been defined)",
        "Old.old/0 is deprecated. Use new/0 instead",
        "Old.newer/0 is undefined or private. Did you mean:",
        "Later.y/0 is undefined or private",
        "Foo.Bar.x/0 is undefined (module Foo.Bar is not available or is yet to be defined)",
    ])
    assert f"└─ {tmp_path}/w.exs:12:18: Calls.b/0" in done.stderr
    assert f"└─ {tmp_path}/w.exs:14:13: Calls (module)" in done.stderr


REACHED = """defmodule Reached do
  def late(a), do: a
  def late(a)
  def mixed(a \\\\ 1), do: a
  def mixed(_b), do: 2
  if Process.get(:not_there) == 1 do
    import Map, only: [new: 0]
    def new_one, do: new()
  end
  @value @missing
  def a, do: b()
  defp b, do: @value
  defp c, do: d()
  defp d, do: c()
  defp e(x, y \\\\ 1), do: x + y
  def f, do: e(1)
end

Code.eval_string("import List\\n1")
"""


def test_functions_that_only_call_each_other_are_unused(tmp_path: Path) -> None:
    done = _run(tmp_path, REACHED)
    assert done.returncode == 0
    warned = _warnings(done.stderr)
    assert sorted(warned) == [
        "def mixed/1 has multiple clauses and also declares default values. In such cases, the default values should be defined in a header. "
        "Instead of:",
        "function c/0 is unused",
        "function d/0 is unused",
        "function head for def late/1 must come at the top of its direct implementation. Instead of:",
        "this clause for mixed/1 cannot match because a previous clause at line 4 always matches",
        "undefined module attribute @missing, please remove access to @missing or explicitly set it before access",
    ]


BEHAVIOURS = [
    ("use GenServer\n  @impl true\n  def init(x), do: {:ok, x}\n  def handle_call(:a, _f, s), do: {:reply, 1, s}",
     ["module attribute @impl was not set for function handle_call/3 callback (specified in GenServer). This either means you forgot to add the "
      '"@impl true" annotation before the definition or that you are accidentally overriding this callback']),
    ("use Supervisor", ["function init/1 required by behaviour Supervisor is not implemented (in module WB)"]),
    ("use Application", ["function start/2 required by behaviour Application is not implemented (in module WB)"]),
    ("use Agent\n  @impl true\n  def start_link(x), do: x", ['got "@impl true" for function start_link/1 but no behaviour was declared']),
    ("@behaviour Access\n  @impl true\n  def fetch(a, b), do: {:ok, {a, b}}\n  @impl true\n  def pop(a, b), do: {a, b}",
     ["function get_and_update/3 required by behaviour Access is not implemented (in module WB)"]),
    ("defexception [:message]\n  @impl true\n  def message(e), do: e.message", []),
]


@pytest.mark.parametrize(("body", "messages"), BEHAVIOURS)
def test_callbacks_of_native_behaviours(body: str, messages: list[str]) -> None:
    code = f'{{_, found}} = Code.with_diagnostics(fn -> Code.eval_string("""\ndefmodule WB do\n  {body}\nend\n""") end)\nEnum.map(found, & &1.message)'
    assert run(code) == messages


def test_a_server_without_init_gets_one() -> None:
    code = ('{made, found} = Code.with_diagnostics(fn -> elem(Code.eval_string("defmodule WI do\n use GenServer\nend\nWI.init(3)"), 0) end)\n'
            "{made, Enum.map(found, &(&1.message |> String.split(\"\n\") |> hd()))}")
    assert shown(code) == '{{:ok, 3}, ["function init/1 required by behaviour GenServer is not implemented (in module WI)."]}'
