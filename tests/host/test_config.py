"""Config and Config.Reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("import Config\nconfig :app, key: 1, other: [a: 1]\nconfig :app, Mod, x: 2\nconfig :app, other: [b: 2]", "[]",
         "[app: [{:key, 1}, {Mod, [x: 2]}, {:other, [a: 1, b: 2]}]]"),
        ("import Config\nconfig :app, env: config_env(), target: config_target()", "[env: :prod, target: :host]", "[app: [env: :prod, target: :host]]"),
        ("import Config\nconfig :app, a: 1\nconfig :app, b: read_config(:app)[:a]", "[]", "[app: [a: 1, b: 1]]"),
        ("[app: [a: 1]]", "[]", "[app: [a: 1]]"),
        ("1", "[]", "[]"),
    ],
)  # fmt: skip
def test_evaluated_text(session: Any, text: str, options: str, value: str) -> None:
    assert session.shown(f'Config.Reader.eval!("c.exs", """\n{text}\n""", {options})') == value


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import Config\nconfig :app, a: 1", "could not set configuration via Config."),
        ('Config.Reader.eval!("c.exs", "import Config; config_env()")', "no :env key was given to this configuration file"),
        ('Config.Reader.eval!("c.exs", "import Config; config :app, [{1, 2}]")', "config/2 expected a keyword list, got: [{1, 2}]"),
        ('Config.Reader.eval!("c.exs", "[a: 1]")', "expected config for app :a in c.exs to return keyword list, got: 1"),
        ('Config.Reader.eval!("c.exs", "import Config; config :app, 1")', "no function clause matching in Config.config/2"),
    ],
)  # fmt: skip
def test_errors(session: Any, code: str, message: str) -> None:
    with pytest.raises(Exception, match=r".") as failure:
        session.run(code)
    assert str(failure.value).startswith(message)


def test_files(session: Any, tmp_path: Path) -> None:
    main, other = tmp_path / "main.exs", tmp_path / "other.exs"
    main.write_text('import Config\nconfig :a, z: 1\nimport_config "other.exs"\n')
    other.write_text("import Config\nconfig :b, z: 1\n")
    assert session.shown(f'Config.Reader.read!("{main}")') == "[a: [z: 1], b: [z: 1]]"
    assert session.run(f'Config.Reader.read_imports!("{main}") |> elem(1)') == [str(other), str(main)]


def test_merging(session: Any) -> None:
    assert session.shown("Config.Reader.merge([a: [b: [c: 1], d: 1]], [a: [b: [e: 2], d: [f: 1]], g: []])") == "[a: [b: [c: 1, e: 2], d: [f: 1]], g: []]"
