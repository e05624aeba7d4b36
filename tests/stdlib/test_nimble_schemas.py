"""NimbleOptions: what a schema becomes, the typespecs made of it, and faults of schemas and options."""

from __future__ import annotations

import pytest

from defnpy.host.report import banner
from tests.stdlib.support import run, shown

TYPESPECS = [
    (":string", "{:a, binary()}"), (":mfa", "{:a, {module(), atom(), [term()]}}"), (":mod_arg", "{:a, {module(), [term()]}}"),
    (":non_empty_keyword_list", "{:a, keyword()}"), ("nil", "{:a, nil}"), ("{:fun, 2}", "{:a, (term(), term() -> term())}"),
    ("{:fun, 0}", "{:a, (-> term())}"), ("{:in, 1..3}", "{:a, 1..3}"), ("{:in, [1, :b]}", "{:a, term()}"),
    ("{:or, [:atom, {:list, :integer}, nil]}", "{:a, atom() | [integer()] | nil}"), ("{:tuple, [:atom]}", "{:a, {atom()}}"),
    ("{:map, :atom, :any}", "{:a, %{optional(atom()) => term()}}"), ("{:struct, Range}", "{:a, struct()}"),
    ("{:list, {:keyword_list, [b: []]}}", "{:a, [keyword()]}"), ("{:custom, M, :f, []}", "{:a, term()}"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec"), TYPESPECS)
def test_typespec_of_an_option(kind: str, spec: str) -> None:
    assert run(f"Macro.to_string(NimbleOptions.option_typespec(a: [type: {kind}]))") == spec


def test_typespec_of_a_schema() -> None:
    code = "Macro.to_string(NimbleOptions.option_typespec(a: [type_spec: quote(do: t(1))], b: [type: :atom], c: []))"
    assert run(code) == "{:a, t(1)} | {:b, atom()} | {:c, nil}"


def test_a_schema_has_its_defaults() -> None:
    code = "NimbleOptions.new!(a: [], b: [type: :map, keys: [c: [required: true]]]).schema"
    assert shown(code) == (
        "[a: [redact: false, required: false, type: :any], "
        "b: [redact: false, required: false, type: :map, keys: [c: [redact: false, type: :any, required: true]]]]")


FAULTS = [
    ("NimbleOptions.new!(a: 1)", "(ArgumentError) invalid NimbleOptions schema. Reason: invalid value for :a option: expected keyword list, got: 1"),
    ("NimbleOptions.new!(a: [keys: [b: 1]])", "(ArgumentError) invalid NimbleOptions schema. Reason: invalid value for :b option: "
     "expected keyword list, got: 1 (in options [:a, :keys])"),
    ("NimbleOptions.validate!([1], a: [])", "(ArgumentError) expected a keyword list, but an entry in the list is not a two-element tuple "
     "with an atom as its first element, got: 1"),
    ("NimbleOptions.validate!([b: 2], a: [default: 1], c: [required: true], b: [])",
     "(NimbleOptions.ValidationError) required :c option not found, received options: [:b]"),
    ("NimbleOptions.option_typespec([])", "(Enum.EmptyError) empty error"),
    ("NimbleOptions.option_typespec(a: [type: :foo])", "(CaseClauseError) no case clause matching: :foo"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "title"), FAULTS)
def test_faults(code: str, title: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - many classes, all Elixir's in the end
        run(code)
    assert banner(caught.value).strip() == f"** {title}"


def test_documentation_takes_schemas_as_they_are() -> None:
    assert run("NimbleOptions.docs(a: [], *: [type: :integer], g: [type: nil], h: [required: true, default: 1, doc: \"\"])") == (
        "* `:a`\n\n* `:g`\n\n* `:h` - Required.  The default value is `1`.\n\n")
