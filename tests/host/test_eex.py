"""EEx: templates, their engines, the functions made of them and the problems found in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from defnpy.terms.errors import ElixirError
from tests.stdlib.support import run, shown

TEXTS = [
    ('"foo <%= bar %> baz", bar: 1', "foo 1 baz"),
    ('"<%% a <%= 1 %> %> <%!-- no <%= 2 %> --%>b"', "<% a 1 %> b"),
    ('"<%= if true do %>a<% else %>b<% end %>"', "a"),
    ('"<%= case 2 do %>\\n  <%!-- c --%>\\n<% 1 -> %>one<% 2 -> %>two<% end %>"', "two"),
    ('"<%= cond do %> <% 1 > 2 -> %>x<% true -> %>y<%= 3 %><% end %>"', "y3"),
    ('"<%= Enum.map xs, fn x -> %><%= x %>;<% end %>", xs: [1, 2]', "1;2;"),
    ('"<%= Enum.map(xs, fn x -> %>[<%= x %>]<% end) |> Enum.reverse() %>", xs: [1, 2]', "[2][1]"),
    ('"<%= f.(fn -> %>a<% end, fn y -> %>b<%= y %><% end) %>", f: fn a, b -> [a.(), b.(7)] end', "ab7"),
    ('"<%= for x <- @xs do %>\\n* <%= x %><% end %>", assigns: [xs: [1, 2]]', "\n* 1\n* 2"),
    ('"<%= @a.b %><%= @c[:d] %>", assigns: %{a: %{b: 1}, c: [d: 2]}', "12"),
    ('"<% x = 5 %><%= x %>"', "5"),
    ('"\\n  <%= a %>  \\n\\n\\n  <% b = 1 %>  \\nc <%= b %>\\n", [a: 1], trim: true', "1\n\nc 1"),
    ('"<%= __ENV__.file %>:<%= __ENV__.line %>\\n<%= __ENV__.line %>", [], file: "t.eex", line: 3', "t.eex:3\n4"),
    ('"<%= :a %><%= nil %><%= ~c"l" %><%= 1.5 %>"', "al1.5"),
]


@pytest.mark.parametrize(("args", "text"), TEXTS)
def test_texts(args: str, text: str) -> None:
    args = args.replace('~c"l"', "~c'l'")
    assert run(f"EEx.eval_string({args})") == text


PROBLEMS = [
    ('"a\\n <%= b", [], file: "t"', "t:2:2: expected closing '%>' for EEx expression\n  |\n1 | a\n2 |  <%= b\n  |  ^"),
    ('"a <%!-- b"', "nofile:1:3: expected closing '--%>' for EEx expression\n  |\n1 | a <%!-- b\n  |   ^"),
    ('"<%= if x do %> y"', "nofile:1:5: expected a closing '<% end %>' for block expression in EEx\n  |\n1 | <%= if x do %> y\n  |     ^"),
    ('"l\\nl\\nl\\nl\\nl\\n<% end %>"', "nofile:6:1: unexpected end of expression <% end %>\n  |\n3 | l\n4 | l\n5 | l\n6 | <% end %>\n  | ^"),
    ('"<% else %>", [], indentation: 2', "nofile:1:3: unexpected middle of expression <% else %>\n  |\n1 |   <% else %>\n  |   ^"),
    ('"<%| x %>"', "unsupported EEx syntax <%| %> (the syntax is valid but not supported by the current EEx engine)"),
    ('"a\\n<%= 1 + * 2 %>"', "invalid syntax found on nofile:2:9:\n    error: syntax error before: '*'\n    │\n"
     "  2 │     1 + * 2 \n    │         ^\n    │\n    └─ nofile:2:9"),
    ('"<%= case 1 do %>a<% 1 -> %>b<% end %>"', "invalid syntax found on nofile:1:29:\n    error: unexpected operator ->. If you want to define "
     "multiple clauses, the first expression must use ->. Syntax error before: '->'\n    │\n  1 │     case 1 do __EEX__(0); 1 -> __EEX__(1); end \n"
     "    │                             ^\n    │\n    └─ nofile:1:29"),
    (':a', "no function clause matching in EEx.eval_string/3"),
]


@pytest.mark.parametrize(("args", "message"), PROBLEMS)
def test_problems(args: str, message: str) -> None:
    with pytest.raises(ElixirError) as caught:
        run(f"EEx.eval_string({args})")
    assert str(caught.value) == message


def test_the_error_has_fields() -> None:
    code = 'try do EEx.compile_string("<% end %>", file: "f") rescue e in EEx.SyntaxError -> {e.file, e.line, e.column, e.message} end'
    assert shown(code) == '{"f", 1, 1, "unexpected end of expression <% end %>"}'


def test_functions_of_templates(tmp_path: Path) -> None:
    file = tmp_path / "t.eex"
    file.write_text("Hi <%= name %>\n<%= @x %>")
    code = f"""
    defmodule EExFunctions do
      require EEx
      EEx.function_from_string(:def, :sum, "<%= a + b %>", [:a, :b])
      EEx.function_from_string :defp, :hidden, "<%= @a %>!", [:assigns]
      EEx.function_from_file(:def, :greet, "{file}", [:name, :assigns])
      EEx.function_from_string(:def, :plain, "x\\n<%= 1 %>\\n", [], trim: true)
      def shown(a), do: hidden(a: a)
    end
    {{EExFunctions.sum(1, 2), EExFunctions.shown(3), EExFunctions.greet("Bo", x: 4), EExFunctions.plain()}}
    """
    assert shown(code) == r'{"3", "3!", "Hi Bo\n4", "x\n1"}'
    assert shown(f'EEx.eval_file("{file}", name: 1, assigns: [x: 2])') == r'"Hi 1\n2"'


ENGINE = """
defmodule EExUpcase do
  @behaviour EEx.Engine
  defdelegate init(opts), to: EEx.Engine
  defdelegate handle_body(state), to: EEx.Engine
  defdelegate handle_begin(state), to: EEx.Engine
  defdelegate handle_end(state), to: EEx.Engine
  defdelegate handle_text(state, meta, text), to: EEx.Engine
  def handle_expr(state, "|", expr), do: EEx.Engine.handle_expr(state, "=", quote(do: String.upcase(unquote(expr))))
  def handle_expr(state, marker, expr), do: EEx.Engine.handle_expr(state, marker, expr)
end
"""


def test_an_engine_of_the_program() -> None:
    assert shown(ENGINE + 'EEx.eval_string("a<%| b %><%= b %><%| if true do %>q<% end %>", [b: "x"], engine: EExUpcase)') == '"aXxQ"'


def test_code_of_the_default_engine() -> None:
    assert shown('EEx.compile_string("a <%= @b %>", line: 4) |> Macro.to_string()') == (
        r'"arg0 = String.Chars.to_string(EEx.Engine.fetch_assign!(var!(assigns), :b))\n<<\"a \", arg0::binary>>"')
    assert shown("EEx.Engine.behaviour_info(:callbacks) |> length()") == "6"


def test_tokens() -> None:
    code = 'for token <- elem(EEx.tokenize("a<%% <% end, fn x -> %>\\n<% x.end %>", trim: true), 1), do: {elem(token, 0), to_string(elem(token, 1) |> '
    code += "then(&if(is_map(&1), do: ~c\"\", else: &1)))}"
    assert shown(code) == r'[text: "a<% ", middle_expr: "", text: "\n", expr: "", eof: ""]'


def test_warnings(capfd: pytest.CaptureFixture[str]) -> None:
    assert run('EEx.eval_string("<% if true do %>a<% end %><%= @z %>", assigns: [y: 1])') == ""
    shown_warnings = capfd.readouterr().err
    assert 'the contents of this expression won\'t be output unless the EEx block starts with "<%="\n└─ nofile:1:1' in shown_warnings
    assert "assign @z not available in EEx template. Please ensure all assigns are given as options. Available assigns: [:y]" in shown_warnings
