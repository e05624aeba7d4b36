"""What ``catch :error, reason`` sees: Erlang's reasons of the runtime's errors, the struct of those that a program raised."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

PREPARE = "zero = String.length(\"\")\nmap = Map.new([a: 1])\nf = fn 1 -> 1 end\n"


@pytest.mark.parametrize(("code", "text"), [
    ("1 / zero", ":badarith"),
    ("div(1, zero)", ":badarith"),
    ("f.(2)", ":function_clause"),
    ("f.(2, 3)", "{:badarity, 2}"),
    ("apply(Enum, :no_such, [])", ":undef"),
    ("%{} = zero", "{:badmatch, 0}"),
    ("case zero do\n  1 -> 2\nend", "{:case_clause, 0}"),
    ("cond do\n  zero == 1 -> 2\nend", ":cond_clause"),
    ("with 1 <- zero do\n  1\nelse\n  5 -> 1\nend", "{:with_clause, 0}"),
    ("zero and true", "{:badbool, :and, 0}"),
    ("%{zero | a: 1}", "{:badmap, 0}"),
    ("map.b", "{:badkey, :b, %{a: 1}}"),
    ("%{map | b: 1}", "{:badkey, :b}"),
    ("String.to_integer(\"q\")", ":badarg"),
    (":erlang.error({:my, 1})", "{:my, 1}"),
    ("raise \"text\"", '%RuntimeError{message: "text"}'),
    ("raise ArgumentError", '%ArgumentError{message: "argument error"}'),
    ("raise MatchError, term: 1", "%MatchError{term: 1}"),
])
def test_reasons(code: str, text: str) -> None:
    caught = "case reason do\n  {:badarity, {_, args}} -> {:badarity, length(args)}\n  other -> other\nend"
    assert shown(f"{PREPARE}try do\n{code}\ncatch\n  :error, reason -> {caught}\nend") == text


def test_rescue_still_sees_structs() -> None:
    assert shown(PREPARE + "for f <- [fn -> map.b end, fn -> 1 / zero end, fn -> f.(2) end] do\n  try do\n    f.()\n  rescue\n    e -> e.__struct__\n"
                           "  end\nend") == "[KeyError, ArithmeticError, FunctionClauseError]"


@pytest.mark.parametrize(("code", "shown_call"), [
    ("zero + :one", "0 + :one"), ("1 / zero", "1 / 0"), ("rem(7, zero)", "rem(7, 0)"), ("-List.first([:a])", "-(:a)"),
    ("Bitwise.bor(zero, :x)", "Bitwise.bor(0, :x)"),
])
def test_blame_shows_the_operation(code: str, shown_call: str) -> None:
    found = shown(f"{PREPARE}try do\n{code}\nrescue\n  e ->\n    {{blamed, [{{module, _, args, _}} | _]}} = Exception.blame(:error, e, __STACKTRACE__)\n"
                  "    {e.message, blamed.message, module, is_list(args)}\nend")
    plain = "bad argument in arithmetic expression"
    assert found.replace("\n", "").replace("  ", " ") == f'{{"{plain}", "{plain}: {shown_call}", :erlang, true}}'


@pytest.mark.parametrize(("reason", "text"), [
    ("{:nodedown, :a@b}", "no connection to a@b"), ("{:bad_return_value, 1}", "bad return value: 1"), ("{:bad_call, :r}", "bad call: :r"),
    ("{:start_spec, {:invalid_mfa, 2}}", "bad child specification, invalid mfa: 2"),
    ("{:supervisor_data, :odd}", "bad supervisor configuration, got: :odd"),
])
def test_exit_reasons(reason: str, text: str) -> None:
    assert shown(f"Exception.format_exit({reason})") == f'"{text}"'
