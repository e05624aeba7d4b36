"""quote with its options, escaping, hygiene of macros, guards, environments, protocols: what code that writes code relies on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stdlib.support import run, shown

CASES = {
    "lines of a quote": ("n = 7\n{quote(line: n, do: f(1)), quote(line: false, do: f(1)), quote(line: true, do: f(1))}",
                         "{{:f, [line: 7], [1]}, {:f, [], [1]}, {:f, [line: 2], [1]}}"),
    "a file makes quoted code keep its place": ('quote(file: "a.ex", line: 4, do: f(1))', '{:f, [keep: {"a.ex", 4}], [1]}'),
    "location keep": ("quote(location: :keep, do: f(1))", '{:f, [keep: {"case.exs", 1}], [1]}'),
    "a context that the running program gives": ("c = :here\nquote(context: c, do: v)", "{:v, [], :here}"),
    "generated code": ("quote(generated: true, do: f(1))", "{:f, [generated: true], [1]}"),
    "bindings of a quote in its context": (
        "quote(bind_quoted: [v: 1 + 1], context: :ctx, do: v)", "{:__block__, [], [{:=, [], [{:v, [line: 1], :ctx}, 2]}, {:v, [], :ctx}]}"),
    "unquote in the options of a nested quote": ("l = 9\nquote(do: quote([line: unquote(l)], do: unquote(x)))",
                                                 "{:quote, [context: Elixir], [[line: 9], [do: {:unquote, [], [{:x, [], Elixir}]}]]}"),
    "an unquoted alias after a dot": ("Code.eval_quoted(quote(do: Foo.unquote(Bar.Baz))) |> elem(0)", "Foo.Bar.Baz"),
    "a spliced list before a tail": ("l = [1, 2]\nquote(do: [unquote_splicing(l) | t])", "[1, {:|, [], [2, {:t, [], Elixir}]}]"),
    "a pair with a spliced list is a tuple": (
        "l = [1, 2]\n{quote(do: {:a, unquote_splicing(l)}), quote(do: {unquote_splicing(l), :a})}", "{{:{}, [], [:a, 1, 2]}, {:{}, [], [1, 2, :a]}}"),
    "a sign before a whole number expands": (
        "{Macro.expand(quote(do: -1), __ENV__), Macro.expand(quote(do: +2), __ENV__), Macro.expand({:-, [], [1.5]}, __ENV__)}", "{-1, 2, {:-, [], [1.5]}}"),
    "escaped code unquotes": (
        "tree = quote(unquote: false, do: [1, unquote_splicing([2, 3]), Kernel.unquote(:abs)(-4) | [5]])\n"
        "Macro.to_string(elem(Code.eval_quoted(Macro.escape(tree, unquote: true)), 0))", '"[1, 2, 3, Kernel.abs(-4) | [5]]"'),
    "escaping without metadata": ("Macro.escape({:f, [line: 1, counter: 2], []}, prune_metadata: true)", "{:{}, [], [:f, [line: 1], []]}"),
    "literals are expanded, calls are not": (
        "alias A.B, as: C\n{Macro.expand_literals({C, [C]}, __ENV__), Macro.expand_literals(quote(do: f(C)), __ENV__) |> elem(0)}",
        "{{A.B, [A.B]}, :f}"),
    "pipes at other places": ("Macro.to_string(Macro.pipe(9, quote(do: f(1, 2)), -1))", '"f(1, 2, 9)"'),
    "calls taken apart": ("{Macro.decompose_call(quote(do: {1, 2, 3})), Macro.decompose_call(quote(do: f(1)))}", "{:error, {:f, [1]}}"),
    "operators without operands": ("{Macro.operator?(:.., 0), Macro.operator?(:+, 0)}", "{true, false}"),
    "an environment is a struct": (
        "e = %{__ENV__ | line: 40, file: \"x.ex\"}\n"
        "{match?(%Macro.Env{line: 40}, e), Macro.Env.location(e), Macro.Env.in_guard?(Macro.Env.to_guard(e)), e.tracers}",
        '{true, [file: "x.ex", line: 40], true, []}'),
    "an environment with an alias more": (
        "{:ok, e} = Macro.Env.define_alias(__ENV__, [], Some.Thing)\n{Macro.Env.expand_alias(e, [], [:Thing]), Macro.Env.lookup_alias_as(e, Some.Thing)}",
        '{{:alias, Some.Thing}, [Thing]}'),
    "an import that is found": ("Macro.Env.expand_import(__ENV__, [], :length, 1)", "{:function, Kernel, :length}"),
    "a pipeline as a step": ("[3, [1]] |> (List.flatten() |> Enum.sort())", "[1, 3]"),
    "a path through what is nil": (
        "m = %{a: nil, b: %{c: 1}}\n{get_in(m.a.x), get_in(m.b.c), pop_in(m.a[:x]), get_in(m, [:z, Access.all()])}",
        "{nil, 1, {nil, %{a: nil, b: %{c: 1}}}, nil}"),
    "timeouts": ("{to_timeout(week: 1, minute: 2), to_timeout(:infinity), to_timeout(5)}", "{604920000, :infinity, 5}"),
    "a pinned size is that of before the pattern": ("n = 16\nfor <<n, x::size(^n) <- <<8, 1, 2, 9, 3, 4>> >>, do: {n, x}", "[{8, 258}, {9, 772}]"),
    "a pinned prefix": ('p = "ab"\n<<^p::binary, x::binary>> = "abcd"\n^p <> y = "abef"\n{x, y}', '{"cd", "ef"}'),
    "reraise keeps the given stack": (
        "try do\n  reraise ArgumentError, \"m\", [{:m, :f, 0, []}]\nrescue\n  e -> {e.message, __STACKTRACE__}\nend", '{"m", [{:m, :f, 0, []}]}'),
    "a name before what may be a unary operator": ('Code.string_to_quoted!("a -1")', "{:a, [ambiguous_op: nil, line: 1], [{:-, [line: 1], [1]}]}"),
    "an alias of an Erlang module": ("alias :lists, as: L\n{L, L.Bar}", '{:lists, :"Elixir.lists.Bar"}'),
    "names joined to modules that there are": (
        "{Module.safe_concat(List, Chars), try do\n  Module.safe_concat(Not, \"There1x\")\nrescue\n  ArgumentError -> :no\nend}",
        "{List.Chars, :no}"),
    "the module of a file's top": ('Code.eval_string("__MODULE__.Foo") |> elem(0)', "Foo"),
    "an attribute's value when it is set": ("defmodule QM.Value do\n  IO.inspect(@a [1 + 1])\n  def a, do: @a\nend\nQM.Value.a()", "[2]"),
    "modules made of quoted code": (
        "Module.create(QM.Created, quote do\n  alias List, as: L\n  def f, do: L.flatten([1, [2]])\nend, __ENV__)\nQM.Created.f()", "[1, 2]"),
    "keys with marks behind capital letters": ('Enum.map(["[ÓL@!: 0]", "[Ó@: 0]"], &elem(Code.string_to_quoted(&1), 0))', "[:ok, :ok]"),
    "rescue in anything": ("try do\n  raise \"x\"\nrescue\n  e in _ -> e.message\nend", '"x"'),
}


@pytest.mark.parametrize("name", CASES)
def test_value(name: str) -> None:
    code, expected = CASES[name]
    assert shown(code) == expected


MODULES = {
    "guards evaluate their arguments once outside of guards": (
        """
        defmodule QM.Guards do
          defmacrop small(x), do: quote(do: unquote(x) < 10)
          defguard both(a, b \\\\ 3) when is_integer(a) and small(a) and rem(a, b) == 0
          @known [1, 2]
          defguard known(x) when x in @known
          def f(x) when both(x), do: :yes
          def f(_), do: :no
        end
        defmodule QM.GuardsUsed do
          import QM.Guards
          def go, do: {both(send(self(), 6)), f(9), f(8), f(12), known(2), known(4)}
          def messages, do: Process.info(self(), :message_queue_len)
        end
        {QM.GuardsUsed.go(), QM.GuardsUsed.messages()}
        """, "{{true, :yes, :no, :no, true, false}, {:message_queue_len, 1}}"),
    "aliases that a macro makes": (
        """
        defmodule QM.Maker do
          defmacro make do
            quote do
              defmodule Inner do
                def a, do: :a
              end
              defmodule Inner.Deep do
                def b, do: Inner.a()
              end
            end
          end
        end
        defmodule QM.Made do
          require QM.Maker
          QM.Maker.make()
          def go, do: {Inner.a(), Inner.Deep.b()}
        end
        QM.Made.go()
        """, "{:a, :a}"),
    "a capture inside a capture": (
        """
        defmodule QM.Capture do
          defmacro c(x), do: quote(do: &(unquote(x) <> &1))
          def go, do: (&c(&1).("b")).("a")
        end
        QM.Capture.go()
        """, '"ab"'),
    "imports that a quoted capture means": (
        """
        defmodule QM.Imported do
          defmacro size(l), do: quote(do: (&length/1).(unquote(l)))
        end
        defmodule QM.Without do
          import Kernel, except: [length: 1]
          import QM.Imported
          def go, do: size([1, 2])
        end
        QM.Without.go()
        """, "2"),
    "a variable in a rescue that a macro writes": (
        """
        defmodule QM.Rescue do
          defmacrop wrong(e), do: quote(do: unquote(e) in ArgumentError)
          def go do
            raise ArgumentError, "w"
          rescue
            wrong(e) -> e.message
          end
        end
        QM.Rescue.go()
        """, '"w"'),
    "protocols that are derived": (
        """
        defprotocol QM.Show do
          @undefined_impl_description "try it"
          defmacro __deriving__(module, options) do
            struct = Macro.struct!(module, __CALLER__)
            quote do
              defimpl QM.Show, for: unquote(module) do
                def show(x), do: {x.a, unquote(Macro.escape(struct)).a, unquote(options)}
              end
            end
          end
          def show(x)
        end
        defprotocol QM.Plain do
          @fallback_to_any true
          def plain(x)
        end
        defimpl QM.Plain, for: Any do
          def plain(x), do: {:any, x.a}
        end
        defmodule QM.Derived do
          @derive [QM.Plain, {QM.Show, :opt}]
          defstruct a: 1
        end
        x = struct(QM.Derived, a: 2)
        defmodule QM.Later do
          defstruct a: 5
        end
        require Protocol
        Protocol.derive(QM.Show, QM.Later, :late)
        message = try do
          QM.Show.show(3)
        rescue
          e -> Exception.message(e)
        end
        {QM.Show.show(x), QM.Plain.plain(x), QM.Plain.impl_for(x), QM.Plain.QM.Derived.__impl__(:for), QM.Show.show(struct(QM.Later)),
         message =~ "try it", QM.Plain.__info__(:attributes)[:__protocol__]}
        """,
        "{{2, 1, :opt}, {:any, 2}, QM.Plain.QM.Derived, QM.Derived, {5, 5, :late}, true, [fallback_to_any: true]}"),
    "hooks and what a module says of itself": (
        """
        defmodule QM.Hooks do
          def __on_definition__(env, kind, name, args, guards, _body), do: send(self(), {env.module, kind, name, length(args), length(guards)})
          def __after_verify__(module), do: send(self(), {:verified, module})
        end
        defmodule QM.Hooked do
          @on_definition QM.Hooks
          @after_verify QM.Hooks
          Module.register_attribute(__MODULE__, :kept, accumulate: true, persist: true)
          @kept 1
          @kept 2
          @deprecated "no more"
          def f(x, y \\\\ 1) when x > y, do: x
          {:v1, :def, _, [{_, [{:x, _, _} | _], [_guard], _}]} = Module.get_definition(__MODULE__, {:f, 2})
          @over Module.overridables_in(__MODULE__)
          def over, do: @over
        end
        messages = for _ <- 1..3 do
          receive do
            m -> m
          end
        end
        {messages, QM.Hooked.__info__(:attributes)[:kept], QM.Hooked.__info__(:deprecated), QM.Hooked.over()}
        """,
        '{[{QM.Hooked, :def, :f, 2, 1}, {QM.Hooked, :def, :over, 0, 0}, {:verified, QM.Hooked}], [1], '
        '[{{:f, 1}, "no more"}, {{:f, 2}, "no more"}], []}'),
    "only calls that are left count": (
        """
        defmodule QM.Overridden do
          def f, do: not_there()
          defoverridable f: 0
          def f, do: 1
        end
        QM.Overridden.f()
        """, "1"),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules(name: str) -> None:
    code, expected = MODULES[name]
    assert shown(code) == expected


REFUSED = {
    "unquote(%{a: 1}) is no code": ("m = %{a: 1}\nquote(do: unquote(m))", "ArgumentError", "tried to unquote invalid AST: %{a: 1}\nDid you forget"),
    "splicing what is no list": ('quote(do: [unquote_splicing("x")])', "ArgumentError", "expected a list with quoted expressions in unquote_splicing/1"),
    "a line that is no number": ('l = "x"\nquote(line: l, do: f())', "ArgumentError", 'invalid runtime value for option :line in quote, got: "x"'),
    "an attribute with two values": ("defmodule QR.A do\n  @foo 1, 2\nend", "ArgumentError", "expected 0 or 1 argument for @foo, got: 2"),
    "an attribute written like a module": ("defmodule QR.B do\n  @Foo\nend", "ArgumentError", "cannot start with an uppercase letter"),
    "a delegated function with a guard": ("defmodule QR.C do\n  defdelegate f(x) when x > 1, to: List\nend", "ArgumentError", "guards are not allowed"),
    "a function delegated to itself": ("defmodule QR.D do\n  defdelegate f(x), to: __MODULE__\nend", "ArgumentError", "is calling itself"),
    "a path of one name": ("m = %{}\nput_in(m, 1)", "ArgumentError", "to access at least one element, got: m"),
    "a field of nil in a path": ("m = %{a: nil}\nput_in(m.a.b, 1)", "BadMapError", "expected a map, got:"),
    "a slash in a module's name": ('defmodule :"a/b", do: 1', "ArgumentError", 'invalid module name: :"a/b"'),
    "in with no list in a guard": ("defmodule QR.E do\n  def f(x) when x in :a, do: x\nend", "ArgumentError", 'invalid right argument for operator "in"'),
    "overridable and not defined": ("defmodule QR.F do\n  defoverridable f: 1\nend", "ArgumentError", "because it was not defined"),
    "@impl nil": ("defmodule QR.G do\n  @impl nil\n  def f, do: 1\nend", "ArgumentError", "it should be a module or a boolean, got: nil"),
    "@deprecated without a text": ("defmodule QR.H do\n  @deprecated 1\n  def f, do: 1\nend", "ArgumentError", "the reason for the deprecation, got: 1"),
    "a protocol that nothing implements is not derived": (
        "defprotocol QR.P do\n  def f(x)\nend\ndefmodule QR.I do\n  @derive QR.P\n  defstruct [:a]\nend",
        "ArgumentError", "could not load module QR.P.Any due to reason :nofile, cannot derive QR.P for QR.I"),
    "asking a compiled module": ("Module.get_attribute(QM.Guards, :x)", "ArgumentError",
                                 "could not call Module.get_attribute/2 because the module QM.Guards is already compiled. Use the Module.__info__/1"),
    "@file that is no file": ("defmodule QR.J do\n  @file 1\n  def f, do: 1\nend", "ArgumentError", "@file is a built-in module attribute"),
    "a function named like a module": ("Foo()", "SyntaxError", "unexpected ( after alias Foo. Function names and identifiers in Elixir start with"),
    "parts of a timeout twice": ("to_timeout(hour: 1, hour: 2)", "ArgumentError", "timeout component :hour is duplicated"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, kind, message = REFUSED[name]
    with pytest.raises(Exception) as caught:
        run(code)
    error: Any = caught.value
    assert error.term.module.name == f"Elixir.{kind}"
    assert message in str(error)


COMPILE_ERRORS = {
    "1 | 2": "misplaced operator |/2",
    "fn x \\\\ 1 -> x end": "anonymous functions cannot have optional arguments",
    "^x": "misplaced operator ^x",
    "import List, only: 3": "invalid :only option for import, expected value to be an atom :functions, :macros",
    "import List, except: [:a]": "invalid :except option for import",
    "defmodule QC.A do\n  def f(x)\nend": "implementation not provided for predefined def f/1",
    "defmodule QC.B do\n  def f(x) when x > 1\nend": 'missing :do option in "def"',
    "defmodule QC.C do\n  def f(a), do: a\n  defoverridable f: 1\n  def f(_), do: super()\nend": "super must be called with the same number of arguments",
    "defmodule QC.D do\n  defmacro f, do: 1\n  defoverridable f: 0\n  def f, do: 2\nend":
        "cannot override macro (defmacro, defmacrop) f/0 in module QC.D as a function",
    "a = 1\na -1": '"a -1" looks like a function call but there is a variable named "a"',
    "%{a: 1, a: _} = %{}": "key :a will be overridden in map",
    "alias IO.{ANSI, 42}": "invalid argument for alias, expected a compile time atom or alias, got: 42",
    "alias Elixir.{Map}, as: M": ":as option is not supported by multi-alias call",
    "defmodule QC.F do\n  import QC.F\nend": "you are trying to use/import/require the module QC.F which is currently being defined",
    "defmodule QC.G do\n  defmodule Elixir.QC.G, do: 1\nend": "cannot define module QC.G because it is currently being defined in nofile:1",
    "defmodule QC.H do\n  def f, do: m(1)\n  defmacro m(x), do: x\nend": "cannot invoke macro m/1 before its definition",
    "defmodule QC.E do\n  defguard g(x) when nothing(x)\nend": "cannot find or invoke local nothing/1 inside a guard",
}


@pytest.mark.parametrize("code", COMPILE_ERRORS)
def test_compile_errors_are_logged_where_standard_error_is_captured(code: str) -> None:
    logged = run(
        "defmodule QC.Log do\n  import ExUnit.CaptureIO\n"
        "  def go(code), do: capture_io(:stderr, fn ->\n    try do\n      Code.eval_string(code)\n    rescue\n      CompileError -> :ok\n    end\n  end)\n"
        f"end\nQC.Log.go({_quoted(code)})")
    assert f"error: {COMPILE_ERRORS[code]}" in logged
    assert "└─ nofile:" in logged


def _quoted(code: str) -> str:
    escaped = code.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'"{escaped}"'
