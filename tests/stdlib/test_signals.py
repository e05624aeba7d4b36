"""Exit signals, tasks, aliases, timers and names."""

from __future__ import annotations

import threading
import time

import pytest

from tests.stdlib.support import shown

BUSY = """
defmodule SignalsBusy do
  def loop(n), do: loop(n + 1)
  def guarded(pid) do
    try do
      send(pid, :started)
      loop(0)
    rescue
      _ -> send(pid, :rescued)
    catch
      _, _ -> send(pid, :caught)
    after
      send(pid, :cleaned)
    end
  end
end
me = self()
"""
WAIT = "receive do {:DOWN, ^r, _, _, why} -> {why, receive do m -> m after 30 -> :silence end} after 5000 -> :late end"


@pytest.mark.parametrize(("reason", "seen"), [(":kill", ":killed"), (":enough", ":enough"), ("{:shutdown, 1}", "{:shutdown, 1}")])
def test_a_signal_ends_a_busy_process_and_no_clause_of_it_runs(reason: str, seen: str) -> None:
    before = set(threading.enumerate())
    code = f"""{BUSY}
    {{p, r}} = spawn_monitor(fn -> SignalsBusy.guarded(me) end)
    receive do :started -> Process.exit(p, {reason}) end
    {WAIT}"""
    assert shown(code) == f"{{{seen}, :silence}}"
    deadline = time.monotonic() + 5
    while (left := {t for t in threading.enumerate() if t.name != "reaper"} - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left


def test_a_signal_reaches_functions_of_enum_and_linked_processes() -> None:
    code = f"""{BUSY}
    {{p, r}} = spawn_monitor(fn ->
      spawn_link(fn -> receive do :go -> exit(:broken) end end) |> send(:go)
      send(me, :started)
      Enum.each(Stream.iterate(1, & &1 + 1), fn x -> x * x end)
    end)
    receive do :started -> :ok end
    {WAIT}"""
    assert shown(code) == "{:broken, :silence}"


@pytest.mark.parametrize(("code", "text"), [
    ("t = Task.async(fn -> SignalsBusy.loop(0) end)\n{Task.shutdown(t, :brutal_kill), Process.alive?(t.pid)}", "{nil, false}"),
    ("t = Task.async(fn -> SignalsBusy.loop(0) end)\n{Task.yield(t, 5), Task.shutdown(t), Process.alive?(t.pid)}", "{nil, nil, false}"),
    ("Task.async_stream([1, 2], fn 1 -> SignalsBusy.loop(0); x -> x end, timeout: 30, on_timeout: :kill_task) |> Enum.to_list()",
     "[exit: :timeout, ok: 2]"),
])
def test_busy_tasks_end(code: str, text: str) -> None:
    assert shown(BUSY + code) == text


@pytest.mark.parametrize(("code", "text"), [
    # Results come in the order in which tasks finish, when asked for.
    ("Task.async_stream([60, 1], fn n -> Process.sleep(n); n end, ordered: false, max_concurrency: 2) |> Enum.to_list()", "[ok: 1, ok: 60]"),
    ("Process.flag(:trap_exit, true)\nTask.async_stream([1, 2], fn 1 -> exit(:no); x -> x end, zip_input_on_exit: true) |> Enum.to_list()",
     "[exit: {1, :no}, ok: 2]"),
    ("try do\n  Task.async_stream([1], & &1, max_concurrency: 0)\nrescue\n  e -> e.message\nend",
     '":max_concurrency must be an integer greater than zero"'),
    ("t = Task.async(fn -> Process.sleep(20); 1 end)\ncatch_exit = try do\n  Task.await(t, 1)\ncatch\n  :exit, {why, _} -> why\nend\n"
     "{catch_exit, receive do m -> m after 50 -> :nothing end}", "{:timeout, :nothing}"),
    ("Process.flag(:trap_exit, true)\ntasks = [Task.async(fn -> Process.sleep(:infinity) end), Task.async(fn -> exit(:bad) end)]\n"
     "try do\n  Task.await_many(tasks)\ncatch\n  :exit, {why, _} -> why\nend", ":bad"),
    ("tasks = [Task.async(fn -> Process.sleep(:infinity) end), Task.async(fn -> :fast end)]\n"
     "Task.yield_many(tasks, limit: 1) |> Enum.map(&elem(&1, 1))", "[nil, {:ok, :fast}]"),
    ("t = Task.async(fn -> Process.sleep(:infinity) end)\n"
     "{Task.yield_many([t], timeout: 1, on_timeout: :kill_task) |> Enum.map(&elem(&1, 1)), Process.alive?(t.pid)}", "{[nil], false}"),
    ("me = self()\nTask.async(fn -> Process.get(:\"$callers\") == [me] end) |> Task.await()", "true"),
    ("Task.completed(3) |> Map.take([:pid, :mfa])", "%{mfa: {Task, :completed, 1}, pid: nil}"),
    ("{:ok, s} = Task.Supervisor.start_link()\nt = Task.Supervisor.async_nolink(s, fn -> Process.sleep(:infinity) end)\n"
     "found = Task.Supervisor.children(s) == [t.pid]\nTask.shutdown(t, :brutal_kill)\n{found, Task.Supervisor.children(s)}", "{true, []}"),
    ("t = %Task{ref: make_ref(), owner: self(), pid: nil, mfa: {A, :b, 0}}\nsend(self(), {:DOWN, t.ref, :process, self(), :over})\n"
     "{Task.shutdown(t), Task.shutdown(t)}", "{{:exit, :over}, {:exit, :noproc}}"),
    ("{:ok, s} = Task.Supervisor.start_link(max_children: 0)\ntry do\n  Task.Supervisor.async(s, fn -> 1 end)\nrescue\n  e -> e.__struct__\nend",
     "RuntimeError"),
])
def test_tasks(code: str, text: str) -> None:
    assert shown(code) == text


@pytest.mark.parametrize(("code", "text"), [
    ("a = Process.alias([:reply])\nsend(a, 1)\nsend(a, 2)\n{receive do m -> m end, receive do m -> m after 0 -> :gone end, Process.unalias(a)}",
     "{1, :gone, false}"),
    ("r = Process.monitor(spawn(fn -> Process.sleep(20) end), tag: :over)\nreceive do {:over, ^r, :process, _, why} -> why end", ":normal"),
    ("t = Process.send_after(self(), :x, 5_000)\nleft = Process.read_timer(t)\n"
     "{left > 4_000 and left <= 5_000, is_integer(Process.cancel_timer(t)), Process.read_timer(t)}", "{true, true, false}"),
    ("Process.send_after(self(), :x, System.monotonic_time(:millisecond) + 5, abs: true)\nreceive do m -> m after 500 -> :late end", ":x"),
    ("Process.set_label(:worker)\nProcess.info(self(), :label)", "{:label, :worker}"),
    ("p = spawn(fn -> Process.sleep(50) end)\n{Process.info(p, :priority), Process.send({:x, :other@host}, 1, [:noconnect])}",
     "{{:priority, :normal}, :noconnect}"),
    (":global.register_name(:g, self())\n{GenServer.whereis({:global, :g}) == self(), GenServer.whereis({:via, :global, :h})}", "{true, nil}"),
    ("try do\n  Agent.start_link(fn -> 1 end, name: \"text\")\nrescue\n  e -> e.message |> String.split(\"\\n\") |> hd()\nend",
     '"expected :name option to be one of the following:"'),
    ("{:ok, a} = Agent.start(fn -> 1 end)\ntry do\n  Agent.get(a, fn _ -> Agent.stop(a) end)\ncatch\n  :exit, {{:calling_self, _}, _} -> :self\nend",
     ":self"),
    ("{:ok, s} = DynamicSupervisor.start_link(strategy: :one_for_one)\nDynamicSupervisor.start_child(s, %{id: 1, start: 2})",
     "{:error, {:invalid_mfa, 2}}"),
    ("{:ok, s} = Supervisor.start_link([], strategy: :one_for_one)\n"
     "{:ok, p} = Supervisor.start_child(s, {:a, {Agent, :start_link, [fn -> 1 end]}, :temporary, 10, :worker, [Agent]})\nAgent.get(p, & &1)", "1"),
    ("try do\n  Supervisor.child_spec(Missing.Module, [])\nrescue\n  e -> e.message\nend",
     '"The module Missing.Module was given as a child to a supervisor but it does not exist"'),
    ("Process.flag(:trap_exit, true)\nSupervisor.start_link([], strategy: :odd)", "{:error, {:supervisor_data, {:invalid_strategy, :odd}}}"),
])
def test_processes_and_names(code: str, text: str) -> None:
    assert shown(code) == text


REGISTRY = "{:ok, r} = Registry.start_link(keys: :duplicate, name: SignalsRegistry, listeners: [:signals_listener])\nresult = (fn -> "


@pytest.mark.parametrize(("code", "text"), [
    ("for v <- [1, 5], do: Registry.register(SignalsRegistry, :k, v)\n"
     "found = Registry.match(SignalsRegistry, :k, :\"$1\", [{:>, :\"$1\", 2}]) |> Enum.map(&elem(&1, 1))\n"
     "counted = Registry.count_select(SignalsRegistry, [{{:_, :_, :\"$1\"}, [{:<, :\"$1\", 9}], [true]}])\n"
     "Registry.unregister_match(SignalsRegistry, :k, :_, [{:==, 1, 1}])\n{found, counted, Registry.count(SignalsRegistry)}", "{[5], 2, 0}"),
    ("Process.register(self(), :signals_listener)\npid = spawn(fn -> Registry.register(SignalsRegistry, :k, 7) end)\n"
     "{receive do {:register, _, :k, ^pid, v} -> v end, receive do {:unregister, _, k, ^pid} -> k after 500 -> :late end}", "{7, :k}"),
    ("Registry.register(SignalsRegistry, :k, 7)\nlinked = r in elem(Process.info(self(), :links), 1)\nRegistry.lock(SignalsRegistry, :k, fn -> linked end)",
     "true"),
    ("Registry.put_meta(SignalsRegistry, :m, 1)\nRegistry.delete_meta(SignalsRegistry, :m)\nRegistry.meta(SignalsRegistry, :m)", ":error"),
    ("try do\n  GenServer.whereis({:via, Registry, {SignalsRegistry, :k}})\nrescue\n  e -> e.message\nend",
     '":via is not supported for duplicate registries"'),
])
def test_a_registry(code: str, text: str) -> None:
    assert shown(f"{REGISTRY}\n{code}\nend).()\nSupervisor.stop(r)\nresult") == text
