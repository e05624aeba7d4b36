"""Environment variables and commands of System."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
show = fn f -> IO.inspect(try do f.() rescue e -> {e.__struct__, Exception.message(e)} end, width: 200) end
show.(fn -> System.cmd("echo", ["a b", "c"]) end)
show.(fn -> System.cmd("printf", ["1\\n2\\n3"], into: [], lines: 80) end)
show.(fn -> System.cmd("sh", ["-c", "echo $one$two; exit 3"], env: [{"one", "1"}, {:two, "2"}]) end)
show.(fn -> System.shell("echo x >&2; cat", stderr_to_stdout: true, close_stdin: true) end)
show.(fn -> System.shell("  ") end)
show.(fn -> System.cmd("no-such-program-here", []) end)
show.(fn -> System.cmd("echo", [~c"a"]) end)
show.(fn -> System.cmd("echo", [], use_stdio: false, stderr_to_stdout: true) end)
System.put_env([defnpy_test_one: "1"])
show.(fn -> {System.get_env("defnpy_test_one"), System.put_env(%{"defnpy_test_one" => nil}), System.get_env("defnpy_test_one")} end)
show.(fn -> System.fetch_env!("DEFNPY_TEST_NONE") end)
show.(fn -> System.put_env("A=B", "1") end)
show.(fn -> System.endianness() in [:little, :big] end)
show.(fn -> raise MissingApplicationsError, apps: [plug: "~> 1.0"], description: "needed" end)
"""
SAID = r'''
{"a b c\n", 0}
{["1", "2", "3"], 0}
{"12\n", 3}
{"x\n", 0}
{"", 0}
{ErlangError, "Erlang error: :enoent"}
{ArgumentError, "all arguments for System.cmd/3 must be binaries, got: [~c\"a\"]"}
{ArgumentError, "cannot use \"stderr_to_stdout: true\" and \"use_stdio: false\""}
{"1", :ok, nil}
{System.EnvError, "could not fetch environment variable \"DEFNPY_TEST_NONE\" because it is not set"}
{ArgumentError, "cannot execute System.put_env/2 for key with \"=\", got: \"A=B\""}
true
'''


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_commands_and_variables(tmp_path: Path) -> None:
    (tmp_path / "program.exs").write_text(PROGRAM)
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", "--trust", "program.exs"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.stdout.startswith(SAID.lstrip()), done.stdout + done.stderr
    assert "include these applications as your dependencies:\\n\\n  {:plug, \\\"~> 1.0\\\"}" in done.stdout
