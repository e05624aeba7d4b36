"""URI, Version and OptionParser."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('URI.parse("HTTP://u:p@[::1]:8080/a?b#")',
         '%URI{scheme: "http", authority: "u:p@[::1]:8080", userinfo: "u:p", host: "::1", port: 8080, path: "/a", query: "b", fragment: ""}'),
        ('inspect(URI.new("https://x.y?q=1"))',
         r'"{:ok, %URI{scheme: \"https\", userinfo: nil, host: \"x.y\", port: 443, path: nil, query: \"q=1\", fragment: nil}}"'),
        ('URI.new("a/b c")', '{:error, " "}'),
        ('URI.new("http://h/ x")', '{:error, ":"}'),
        ('try do URI.new!("/<") rescue e in URI.Error -> Exception.message(e) end',
         r'"cannot parse due to reason invalid_uri: \"<\""'),
        ('URI.to_string(URI.parse("https://h:443/p?"))', '"https://h/p?"'),
        ('for r <- ["../x", "y/./z/..", "/a/../b", "//h2", "?q", "q:/r"], do: to_string(URI.merge("http://h/d/e", r))',
         '["http://h/x", "http://h/d/y/", "http://h/b", "http://h2", "http://h/d/e?q", "q:/r"]'),
        ('URI.encode_query([a: "x y&", b: 1], :rfc3986)', '"a=x%20y%26&b=1"'),
        ('URI.encode_query(a: "x y&")', '"a=x+y%26"'),
        ('URI.decode_query("a=1+2&b&c=%zz", %{"k" => 1})', '%{"a" => "1 2", "b" => "", "c" => "%zz", "k" => 1}'),
        ('URI.query_decoder("a=1&a=%32") |> Enum.to_list()', '[{"a", "1"}, {"a", "2"}]'),
        ('URI.encode("ä b", &(&1 in ?a..?z))', '"%C3%A4%20b"'),
        ('{URI.default_port("own"), URI.default_port("own", 7), URI.parse("own://h").port}', "{nil, :ok, 7}"),
        ('to_string(URI.append_path(URI.append_query(URI.parse("http://h/a/?x"), "y=1"), "/b"))', '"http://h/a/b?x&y=1"'),
        ('try do URI.append_path(URI.parse("/"), "b") rescue e -> e.message end', r'"path must start with \"/\", got: \"b\""'),
        ('Version.match?("1.2.0-rc.1", "~> 1.1", allow_pre: false)', "false"),
        ('Version.match?("2.0.0", "~> 1.2 or >= 2.0.0 and < 3.0.0")', "true"),
        ('for v <- ["1.0", "1.02.3", "1.0.0-01", "1.0.0-a..b", "1.2.3-0a+x"], do: Version.parse(v) != :error', "[false, false, false, false, true]"),
        ('Version.compare("1.0.0-alpha.9", "1.0.0-alpha.beta")', ":lt"),
        ('Version.parse_requirement!("~> 2.0")', 'Version.parse_requirement!("~> 2.0")'),
        ('Version.parse_requirement("1.0 and")', ":error"),
        ('Version.parse!("1.2.3-a")', '%Version{major: 1, minor: 2, patch: 3, pre: ["a"]}'),
        ('OptionParser.parse(["-vv", "--no-x", "--n=3", "a", "--", "b"], strict: [v: :count, x: :boolean, n: :integer], aliases: [v: :v])',
         '{[v: 2, x: false, n: 3], ["a", "b"], []}'),
        ('OptionParser.parse(["--n", "q", "--zz"], strict: [n: :integer])', '{[], [], [{"--n", "q"}, {"--zz", nil}]}'),
        ('OptionParser.parse(["-n2", "-3"], strict: [n: :integer], aliases: [n: :n])', '{[n: 2], ["-3"], []}'),
        ('OptionParser.parse(["--", "b"], switches: [], return_separator: true)', '{[], ["--", "b"], []}'),
        ('OptionParser.next(["--q", "1", "r"], strict: [q: :string])', '{:ok, :q, "1", ["r"]}'),
        ('OptionParser.to_argv([foo_bar: 1, q: true, z: false, v: 2], switches: [v: :count])', '["--foo-bar", "1", "--q", "--no-z", "--v", "--v"]'),
        (r'OptionParser.split("a \"b c\" d\\ e")', '["a", "b c", "d e"]'),
        ('try do OptionParser.parse!(["--verbos", "--n", "x"], strict: [verbose: :boolean, n: :integer]) rescue e -> e.message end',
         r'"2 errors found!\n--verbos : Unknown option. Did you mean --verbose?\n--n : Expected type integer, got \"x\""'),
        ('try do OptionParser.parse([], strict: [a: :int]) rescue e -> e.message end', '"invalid switch types/modifiers: :int"'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text
