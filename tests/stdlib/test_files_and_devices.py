"""Path, File and its streams, StringIO and the devices of IO."""

from __future__ import annotations

from pathlib import Path

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.grants import Grants
from defnpy.terms.runtime import runtime
from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('Path.absname("../x//y/", "/a/b")', '"/a/b/../x/y"'),
        ('Path.expand("../x/./y", "/a/b")', '"/a/x/y"'),
        ('{Path.join("a/", "/b/"), Path.join(["/", "a", "/"]), Path.join("", "a")}', '{"a/b", "/a", "a"}'),
        ('for p <- ["/a/b/..", "x", "/a/c/d"], do: Path.relative_to(p, "/a")', '[".", "x", "c/d"]'),
        ('Path.relative_to("/a/b", "/a/c/d", force: true)', '"../../b"'),
        ('Path.relative_to("a/b", "a/c")', '"../b"'),
        ('for p <- [".rc", "a.b/c", "x.tar.gz"], do: {Path.extname(p), Path.rootname(p)}', '[{"", ".rc"}, {"", "a.b/c"}, {".gz", "x.tar"}]'),
        ('{Path.basename("/"), Path.basename("a.ex", ".ex"), Path.dirname("/a"), Path.dirname("a")}', '{"", "a", "/", "."}'),
        ('Path.split(~c"/a//b")', '["/", "a", "b"]'),
        ('{Path.safe_relative("a/../b", "/tmp"), Path.safe_relative("../b", "/tmp")}', '{{:ok, "b"}, :error}'),
        ('{:ok, d} = StringIO.open("q\\r\\nr", capture_prompt: true); {IO.gets(d, "? "), IO.getn(d, "!", 5), StringIO.contents(d)}',
         r'{"q\n", "r", {"", "? !"}}'),
        ('{:ok, d} = StringIO.open(<<255, 10>>); {IO.read(d, :line), IO.binread(d, 1), StringIO.contents(d)}',
         r'{{:error, :collect_line}, <<255>>, {"\n", ""}}'),
        ('{:ok, d} = StringIO.open("éa"); {IO.binread(d, 1), IO.read(d, 1)}', '{<<195>>, {:error, :invalid_unicode}}'),
        ('{:ok, d} = StringIO.open("", encoding: :latin1); IO.binwrite(d, <<200>>); StringIO.flush(d)', "<<200>>"),
        ('{:ok, d} = StringIO.open("ab"); {IO.stream(d, 1) |> Enum.to_list(), Enum.into(["x"], IO.stream(d, :line)) == IO.stream(d, :line)}',
         '{["a", "b"], true}'),
        ("{IO.stream() == IO.stream(:stdio, :line), IO.binstream().raw}", "{true, true}"),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


FILES = [
    ('Enum.into(["a\\n", "b"], File.stream!(p)); {File.read!(p), Enum.to_list(File.stream!(p)), File.stream!(p, 2) |> Enum.at(0)}',
     r'{"a\nb", ["a\n", "b"], "a\n"}'),
    ('File.write!(p, "\\uFEFFé1"); {Enum.to_list(File.stream!(p, 1, [:trim_bom, :utf8])), Enum.to_list(File.stream!(p, [:trim_bom, read_offset: 2]))}',
     '{["é", "1"], ["1"]}'),
    ('File.write!(p, "abc"); s = File.stat!(p, time: :posix); {s.__struct__, s.size, s.type, s.access, is_integer(s.mtime)}',
     "{File.Stat, 3, :regular, :read_write, true}"),
    ('File.touch!(p, {{2001, 2, 3}, {4, 5, 6}}); File.stat!(p).mtime', "{{2001, 2, 3}, {4, 5, 6}}"),
    ('File.write!(p, "é"); a = File.open!(p, [:read, :utf8], &IO.read(&1, 1)); {a, File.open!(p, [:read], &{IO.read(&1, 1), IO.read(&1, :eof)})}',
     '{"é", {"Ã", "©"}}'),
    ('File.open!(p, [:write, :charlist], &IO.write(&1, "ok")); File.open!(p, [:charlist], &IO.read(&1, :eof))', '~c"ok"'),
    ('File.write!(p, "1234"); {File.copy!(p, q, 2), File.read!(q)}', '{2, "12"}'),
    ('File.ln_s!("target", p); {File.read_link!(p), File.lstat!(p).type, File.stat(p)}', '{"target", :symlink, {:error, :enoent}}'),
    ('File.mkdir_p!(Path.join(p, "d")); File.write!(Path.join(p, "d/f"), "x"); {:ok, l} = File.cp_r(p, q); {length(l), File.read!(Path.join(q, "d/f"))}',
     '{3, "x"}'),
    ('File.write!(p, ""); File.chmod!(p, 0o640); Bitwise.band(File.stat!(p).mode, 0o777)', "416"),
    ('File.mkdir!(p); File.write!(Path.join(p, "f"), ""); try do File.rmdir!(p) rescue e -> e.reason end', ":enotempty"),
    ('File.mkdir!(p); {File.cd!(p, fn -> Path.basename(File.cwd!()) end), Path.wildcard(Path.join(p, "*"))}', '{"p", []}'),
    ('for n <- ~w(pa pb pc .pd), do: File.write!(q <> n, ""); Path.wildcard(q <> "p{a,c}") |> Enum.map(&Path.basename/1)', '["qpa", "qpc"]'),
    ('try do File.cp!(p, q) rescue e -> Exception.message(e) |> String.contains?("could not copy from") end', "true"),
]


@pytest.mark.parametrize(("code", "text"), FILES)
def test_files(code: str, text: str, tmp_path: Path) -> None:
    assert shown(f'p = "{tmp_path / "p"}"\nq = "{tmp_path / "q"}"\n{code}') == text


def test_a_hard_link_needs_the_grants_of_what_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a new name in a granted folder would open any file."""
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.write_text("secret")
    ensure_runtime()
    monkeypatch.setattr(runtime(), "grants", Grants(read=[str(mine)], write=[str(mine)]))
    assert "not allowed" in shown(f'try do File.ln("{other}", "{mine}/l") rescue e -> Exception.message(e) end')
    assert shown(f'File.ln_s("{other}", "{mine}/s"); try do File.read("{mine}/s") rescue e -> Exception.message(e) =~ "not allowed" end') == "true"
    assert list(mine.iterdir()) == [mine / "s"]
