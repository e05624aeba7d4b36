"""Supervisors, registries, links, and what crashed servers leave behind."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

WORKER = """
defmodule StdlibWorker do
  use GenServer, restart: :transient
  def start_link({name, n}), do: GenServer.start_link(__MODULE__, n, name: name)
  def init(n), do: {:ok, n, {:continue, :tenfold}}
  def handle_continue(:tenfold, n), do: {:noreply, n * 10}
  def handle_call(:get, _, n), do: {:reply, n, n}
  def handle_cast(:crash, _), do: exit(:no)
  def handle_cast(:stop, n), do: {:stop, :normal, n}
end
Logger.configure(level: :none)
child = fn name, n -> Supervisor.child_spec({StdlibWorker, {name, n}}, id: name) end
again = fn again, name, old ->
  case Process.whereis(name) do
    pid when is_pid(pid) and pid != old -> pid
    _ -> Process.sleep(5); again.(again, name, old)
  end
end
"""


def run(code: str) -> str:
    return shown(WORKER + code)


@pytest.mark.parametrize(("strategy", "same"), [("one_for_one", "{true, true}"), ("rest_for_one", "{true, false}"), ("one_for_all", "{false, false}")])
def test_strategies_restart_the_others_they_name(strategy: str, same: str) -> None:
    assert run(f"""
    {{:ok, sup}} = Supervisor.start_link([child.(:sa, 1), child.(:sb, 2), child.(:sc, 3)], strategy: :{strategy})
    [a, b, c] = Enum.map([:sa, :sb, :sc], &Process.whereis/1)
    GenServer.cast(:sb, :crash)
    again.(again, :sb, b)
    %{{active: 3}} = Supervisor.count_children(sup)
    result = {{Process.whereis(:sa) == a, Process.whereis(:sc) == c}}
    :ok = Supervisor.stop(sup)
    result
    """) == same


def test_a_normal_stop_of_a_transient_child_is_final() -> None:
    assert run("""
    {:ok, sup} = Supervisor.start_link([child.(:ta, 1)], strategy: :one_for_one)
    ref = Process.monitor(Process.whereis(:ta))
    GenServer.cast(:ta, :stop)
    receive do {:DOWN, ^ref, _, _, :normal} -> :ok end
    first = Supervisor.which_children(sup)
    {:ok, pid} = Supervisor.restart_child(sup, :ta)
    value = GenServer.call(pid, :get)
    :ok = Supervisor.terminate_child(sup, :ta)
    {first, value, Supervisor.delete_child(sup, :ta), Supervisor.delete_child(sup, :ta)}
    """) == "{[{:ta, :undefined, :worker, [StdlibWorker]}], 10, :ok, {:error, :not_found}}"


def test_too_many_restarts_end_the_supervisor() -> None:
    assert run("""
    Process.flag(:trap_exit, true)
    {:ok, sup} = Supervisor.start_link([child.(:ma, 1)], strategy: :one_for_one, max_restarts: 1)
    pid = Process.whereis(:ma)
    GenServer.cast(pid, :crash)
    GenServer.cast(again.(again, :ma, pid), :crash)
    receive do {:EXIT, ^sup, reason} -> reason after 2000 -> :none end
    """) == ":shutdown"


def test_dynamic_supervisors_and_names_in_a_registry() -> None:
    assert run("""
    {:ok, _} = Registry.start_link(keys: :unique, name: StdlibNames)
    {:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: 2)
    via = fn key -> {:via, Registry, {StdlibNames, key}} end
    {:ok, p} = DynamicSupervisor.start_child(sup, {StdlibWorker, {via.("x"), 5}})
    {:ok, _} = DynamicSupervisor.start_child(sup, {StdlibWorker, {via.("y"), 6}})
    full = DynamicSupervisor.start_child(sup, {StdlibWorker, {via.("z"), 7}})
    keys = Registry.select(StdlibNames, [{{:"$1", :_, :_}, [], [:"$1"]}]) |> Enum.sort()
    :ok = DynamicSupervisor.terminate_child(sup, p)
    {full, keys, GenServer.call(via.("y"), :get), Registry.lookup(StdlibNames, "x"), DynamicSupervisor.count_children(sup).active}
    """) == '{{:error, :max_children}, ["x", "y"], 60, [], 1}'


def test_topics_of_a_registry() -> None:
    assert shown("""
    {:ok, _} = Registry.start_link(keys: :duplicate, name: StdlibTopics)
    {:ok, _} = Registry.register(StdlibTopics, "news", 1)
    {:ok, _} = Registry.register(StdlibTopics, "news", 2)
    Registry.dispatch(StdlibTopics, "news", fn entries -> for {pid, v} <- entries, do: send(pid, {:got, v}) end)
    got = for _ <- 1..2, do: (receive do {:got, v} -> v end)
    {got, Registry.keys(StdlibTopics, self()), Registry.count(StdlibTopics)}
    """) == '{[1, 2], ["news", "news"], 2}'


@pytest.mark.parametrize(
    ("body", "reason"),
    [("1 + :a", ":badarith"), ("{:ok, _} = :x", "{:badmatch, :x}"), ('raise "oops"', '%RuntimeError{message: "oops"}'), ("throw(:b)", "{:nocatch, :b}")],
)
def test_exit_reasons_of_crashed_processes(body: str, reason: str) -> None:
    assert shown(f"""
    Logger.configure(level: :none)
    Process.flag(:trap_exit, true)
    spawn_link(fn -> {body} end)
    receive do {{:EXIT, _, {{reason, stack}}}} when is_list(stack) -> reason end
    """) == reason


def test_a_crash_of_a_linked_task_cannot_be_caught() -> None:
    assert shown("""
    Logger.configure(level: :none)
    me = self()
    {_, ref} = spawn_monitor(fn ->
      try do
        Task.await(Task.async(fn -> exit(:gone) end))
      catch
        :exit, _ -> send(me, :caught)
      end
    end)
    receive do {:DOWN, ^ref, _, _, reason} -> {reason, Process.info(me, :messages)} end
    """) == "{:gone, {:messages, []}}"


def test_terminate_hears_of_crashes_and_the_log_names_the_server() -> None:
    assert shown("""
    defmodule StdlibCrash do
      use GenServer
      def init(pid), do: {:ok, pid}
      def handle_call(:boom, _, _), do: raise "boom"
      def terminate({%RuntimeError{message: m}, _}, pid), do: send(pid, {:terminated, m})
    end
    {:ok, p} = GenServer.start(StdlibCrash, self())
    Logger.configure(level: :debug)
    log = ExUnit.CaptureLog.capture_log(fn ->
      try do
        GenServer.call(p, :boom)
      catch
        :exit, {{%RuntimeError{}, _}, {GenServer, :call, _}} -> :ok
      end
    end)
    {(receive do {:terminated, m} -> m after 100 -> nil end), log =~ "terminating\\n** (RuntimeError) boom", log =~ "): :boom\\nState: #PID"}
    """) == '{"boom", true, true}'


def test_match_specifications() -> None:
    assert shown("""
    t = :ets.new(:t, [])
    :ets.insert(t, [{1, {:a, 2}}, {2, {:b, 5}}, {3, {:a, 9}}])
    {:ets.match(t, {:"$1", {:a, :"$2"}}) |> Enum.sort(), :ets.select(t, [{{:"$1", {:_, :"$2"}}, [{:>, :"$2", 4}], [{{:"$1", :"$2"}}]}]) |> Enum.sort(),
     :ets.select_delete(t, [{{:"$1", :_}, [{:<, :"$1", 3}], [true]}]), :ets.tab2list(t)}
    """) == "{[[1, 2], [3, 9]], [{2, 5}, {3, 9}], 2, [{3, {:a, 9}}]}"


SYS = """
defmodule SysServer do
  use GenServer
  def init(x), do: {:ok, x}
  def handle_call(:get, _, s), do: {:reply, s, s}
end
{:ok, p} = GenServer.start_link(SysServer, 5)
"""
SYSTEM_CALLS = [
    ("{:sys.get_state(p), :sys.replace_state(p, &(&1 + 1)), GenServer.call(p, :get)}", "{5, 6, 6}"),
    (":sys.suspend(p)\nheld = try do GenServer.call(p, :get, 20) catch :exit, {why, _} -> why end\n"
     "{held, :sys.get_state(p), :sys.resume(p), GenServer.call(p, :get)}", "{:timeout, 5, :ok, 5}"),
    ("{:status, ^p, mod, [_, how, _, [], details]} = :sys.get_status(p)\n{mod, how, List.last(details)}",
     "{{:module, :gen_server}, :running, {:data, [{~c\"State\", 5}]}}"),
    ("failed = try do :sys.replace_state(p, fn _ -> raise \"x\" end) rescue e in ErlangError -> elem(e.original, 0) end\n{failed, :sys.get_state(p)}",
     "{:callback_failed, 5}"),
    ("ref = Process.monitor(p)\n:sys.terminate(p, :normal)\nreceive do {:DOWN, ^ref, _, _, why} -> why end", ":normal"),
    ("try do :sys.get_state(:nope) catch :exit, e -> e end", "{:noproc, {:sys, :get_state, [:nope]}}"),
    ("{:ok, a} = Agent.start_link(fn -> 1 end)\n{:sys.replace_state(a, &(&1 * 2)), Agent.get(a, & &1)}", "{2, 2}"),
]


@pytest.mark.parametrize(("code", "value"), SYSTEM_CALLS)
def test_servers_from_outside(code: str, value: str) -> None:
    assert shown(SYS + code) == value
