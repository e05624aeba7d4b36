"""Tasks, agents, servers and messages."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1..3 |> Enum.map(fn i -> Task.async(fn -> i * i end) end) |> Task.await_many()", "[1, 4, 9]"),
        ("Task.async_stream(1..3, &(&1 * 10)) |> Enum.to_list()", "[ok: 10, ok: 20, ok: 30]"),
        ("{:ok, a} = Agent.start_link(fn -> 1 end)\nAgent.update(a, &(&1 + 1))\nAgent.get(a, & &1)", "2"),
        ("send(self(), {:n, 1})\nreceive do\n  {:n, x} -> x\nend", "1"),
        ("receive do\n  :never -> 1\nafter\n  1 -> :late\nend", ":late"),
        ("{p, r} = spawn_monitor(fn -> exit(:x) end)\nreceive do\n  {:DOWN, ^r, _, ^p, why} -> why\nend", ":x"),
        ("try do\n  GenServer.call(:nobody, 1)\ncatch\n  :exit, {why, _} -> why\nend", ":noproc"),
        ("try do\n  Task.await(Task.async(fn -> Process.sleep(300) end), 5)\ncatch\n  :exit, {why, _} -> why\nend", ":timeout"),
    ],
)
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


def test_a_server_keeps_its_state() -> None:
    code = """
    defmodule StdlibCounter do
      use GenServer
      def init(n), do: {:ok, n}
      def handle_call(:get, _from, n), do: {:reply, n, n}
      def handle_cast({:add, k}, n), do: {:noreply, n + k}
    end
    {:ok, pid} = GenServer.start_link(StdlibCounter, 1)
    GenServer.cast(pid, {:add, 4})
    GenServer.call(pid, :get)
    """
    assert shown(code) == "5"


def test_a_supervisor_stops_its_children_at_once() -> None:
    code = """
    {:ok, agent} = Agent.start_link(fn -> 1 end)
    Process.unlink(agent)
    {:ok, sup} = Supervisor.start_link([{Agent, fn -> 2 end}], strategy: :one_for_one)
    [{_, child, _, _}] = Supervisor.which_children(sup)
    ref = Process.monitor(child)
    Supervisor.stop(sup)
    down = receive do {:DOWN, ^ref, _, _, reason} -> reason after 500 -> :late end
    {Process.alive?(agent), Process.alive?(sup), down}
    """
    assert shown(code) == "{true, false, :shutdown}"
