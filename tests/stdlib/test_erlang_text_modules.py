"""``:re``, ``:filename``, ``:base64``, ``:gb_trees``, ``:gb_sets`` and ``:io``."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

VALUES = [
    (':re.run("abc123", "[0-9]+")', "{:match, [{3, 3}]}"),
    (':re.run("key=val", "(?<k>\\\\w+)=(?<v>\\\\w+)", [{:capture, [:v, :k], :binary}])', '{:match, ["val", "key"]}'),
    (':re.run("a1b2", "\\\\d", [:global, {:capture, :all, :list}])', '{:match, [[~c"1"], [~c"2"]]}'),
    (':re.run("aébc", "é(b)?", [:unicode])', "{:match, [{1, 3}, {3, 1}]}"),
    (':re.run("abc", "b", [:anchored])', ":nomatch"),
    (':re.run("ab", ~r/b/.re_pattern)', "{:match, [{1, 1}]}"),
    (':re.replace("aXbXc", "(X)", "[\\\\1\\\\g{1}\\\\&]")', '["a", ["[", "X", "X", "&]"] | "bXc"]'),
    (':re.replace("aXbXc", "X", "<&>", [:global, return: :binary])', '"a<X>b<X>c"'),
    (':re.split("a1b22c", "(\\\\d)", [:group])', '[["a", "1"], ["b", "2"], ["", "2"], ["c"]]'),
    (':re.split("a1b2c3", "\\\\d", [{:return, :list}, :trim])', '[~c"a", ~c"b", ~c"c"]'),
    (':re.split("abc", "", parts: 2)', '["a", "bc"]'),
    (':re.compile("a(")', '{:error, {~c"missing )", 2}}'),
    ('{:filename.join("a/", "b/"), :filename.join([~c"a", ~c"/b"]), :filename.basename("x/y.erl", ".erl")}', '{"a/b", ~c"/b", "y"}'),
    ('{:filename.extension(".bashrc"), :filename.extension("a.b.c"), :filename.dirname("a/b/"), :filename.dirname("a")}', '{"", ".c", "a/b", "."}'),
    ('{:filename.rootname("a/b.c/d"), :filename.split("/a//b/"), :filename.absname("b", "/x")}', '{"a/b.c/d", ["/", "a", "b"], "/x/b"}'),
    ('{:base64.encode(~c"ab"), :base64.decode(~c"YWI="), :base64.mime_decode_to_string("Y W=I=")}', '{"YWI=", "ab", ~c"ab"}'),
    (":gb_sets.union(:gb_sets.from_list([3, 1, 2]), :gb_sets.from_list([9]))", "{4, {2, {1, nil, nil}, {3, nil, {9, nil, nil}}}}"),
    ("Enum.reduce(1..6, :gb_trees.empty(), &:gb_trees.insert(&1, :v, &2)) |> then(&:gb_trees.delete(4, &1)) |> :gb_trees.take_smallest()",
     "{1, :v, {4, {2, :v, nil, {3, :v, nil, {5, :v, nil, {6, :v, nil, nil}}}}}}"),
    (":gb_trees.from_orddict(a: 1, b: 2, c: 3) |> :gb_trees.iterator() |> :gb_trees.next()", "{:a, 1, [{:b, 2, {:a, 1, nil, nil}, {:c, 3, nil, nil}}]}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), VALUES)
def test_value(code, value):
    assert shown(code) == value


REFUSED = [
    (':re.run("a", "a(")', "could not parse regular expression\nmissing ) on character 2"),
    (':re.run(:a, "a")', "1st argument: not an iodata term"),
    (':re.run("a", "a", [:foo])', "3rd argument: invalid options"),
    (':base64.decode("YW")', "no function clause matching in :base64.decode_binary/4"),
    (':base64.decode("Y!==")', "bad argument in arithmetic expression"),
    (":gb_trees.insert(1, 1, :gb_trees.from_orddict([{1, 2}]))", "Erlang error: {:key_exists, 1}"),
]


@pytest.mark.parametrize(("code", "message"), REFUSED)
def test_refused(code, message):
    assert message in eval_message(code)


def eval_message(code: str) -> str:
    from tests.stdlib.support import run

    return run(f"try do {code} rescue e -> Exception.message(e) end")


def test_io_writes(capsys):
    shown(':io.format("~p and ~s~n", [{:a, [1, 2]}, "text"]); :io.write({:a, "b"}); :io.put_chars(:stdio, "c"); :io.nl()')
    assert capsys.readouterr().out == "{a,[1,2]} and text\n{a,<<98>>}c\n"
