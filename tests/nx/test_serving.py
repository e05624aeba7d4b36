"""Servings: inline, by a process that batches, streamed; as Elixir programs see them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.nx.api.elementwise import multiply
from defnpy.nx.lib import batch, serving
from defnpy.terms.errors import ElixirError
from defnpy.terms.inspect import inspect
from defnpy.terms.process import current

PRELUDE = """
defmodule Doubling do
  @behaviour Nx.Serving
  def init(type, pid, options) do
    send(pid, {:init, type, options})
    {:ok, pid}
  end
  def handle_batch(batch, partition, pid) do
    {:execute, fn ->
      send(pid, {:batch, partition, batch.size})
      {Nx.Defn.jit_apply(&Nx.multiply(&1, 2), [batch]), :facts}
    end, pid}
  end
end
defmodule Waiting do
  @behaviour Nx.Serving
  def init(_, pid, _), do: {:ok, pid}
  def handle_batch(batch, partition, pid) do
    {:execute, fn ->
      send(pid, {:running, partition, self(), batch.size})
      receive do
        :crash -> raise "oops"
        :go -> {Nx.Defn.jit_apply(&Nx.multiply(&1, 2), [batch]), :facts}
      end
    end, pid}
  end
end
rows = fn list -> Nx.Batch.concatenate([Nx.tensor(list)]) end
flush = fn flush, acc -> receive do m -> flush.(flush, [m | acc]) after 0 -> Enum.reverse(acc) end end
list = fn t -> Nx.to_list(t) end
"""


def value(code: str) -> str:
    """What the program's last expression inspects as."""
    current().mailbox.clear()
    return inspect(ensure_runtime().evaluator.run_text(PRELUDE + code, "case.exs"))


def refused(code: str) -> str:
    with pytest.raises(ElixirError) as caught:
        value(code)
    return f"{inspect(caught.value.term.module)}: {caught.value.text}"


def test_from_python() -> None:
    whole = batch.concatenate([np.arange(3), np.arange(4)])
    left, right = batch.split(whole, 5)
    assert (left.size, right.size) == (5, 2)
    made: Any = serving.run(serving.new(lambda options: lambda given: multiply(given, 2)), right)
    assert made.numpy().tolist() == [4, 6]


@pytest.mark.parametrize(("code", "want"), [
    ("Nx.Serving.jit(&Nx.multiply(&1, 2)) |> Nx.Serving.run(rows.([1, 2, 3])) |> list.()", "[2, 4, 6]"),
    ("Nx.Serving.jit(fn {a, b} -> {Nx.add(a, 1), Nx.divide(b, 2)} end)\n"
     "|> Nx.Serving.run(Nx.Batch.concatenate([{Nx.tensor([1, 2]), Nx.tensor([4, 6])}])) |> Tuple.to_list() |> Enum.map(list)",
     "[[2, 3], [2.0, 3.0]]"),
    ("Nx.Serving.new(fn key, opts -> send(self(), {:key, key}); Nx.Defn.jit(&Nx.multiply(&1, 2), opts) end)\n"
     "|> Nx.Serving.run(rows.([1]) |> Nx.Batch.key(:foo)) |> list.() |> then(&{&1, flush.(flush, [])})", "{[2], [key: :foo]}"),
    ("s = Nx.Serving.new(Doubling, self(), some: 1) |> Nx.Serving.batch_size(2)\n"
     "{list.(Nx.Serving.run(s, rows.([1, 2, 3]))), flush.(flush, [])}",
     "{[2, 4, 6], [{:init, :inline, [[batch_keys: [:default], some: 1]]}, {:batch, 0, 2}, {:batch, 0, 1}]}"),
    ("Nx.Serving.jit(&Nx.multiply(&1, 2)) |> Nx.Serving.run(Stream.map([[1, 2], [3]], rows)) |> list.()", "[2, 4, 6]"),
    ("Nx.Serving.new(Doubling, self()) |> Nx.Serving.client_preprocessing(&{rows.(&1), :info})\n"
     "|> Nx.Serving.client_postprocessing(fn {out, facts}, info -> {list.(out), facts, info} end) |> Nx.Serving.run([1, 2])",
     "{[2, 4], :facts, :info}"),
    ("Nx.Serving.new(fn opts -> fn b -> Nx.Defn.jit_apply(&Nx.multiply(&1, 2), [Nx.Batch.pad(b, 4)], opts) end end)\n"
     "|> Nx.Serving.run(rows.([1, 2])) |> list.()", "[2, 4]"),
    ("Nx.Serving.jit(&Nx.multiply(&1, 2)) |> Nx.Serving.streaming() |> Nx.Serving.batch_size(2) |> Nx.Serving.run(rows.([1, 2, 3]))\n"
     "|> Enum.map(fn {:batch, out, facts} -> {list.(out), facts} end)", "[{[2, 4], :server_info}, {[6], :server_info}]"),
    ("Nx.Serving.jit(fn x -> x |> Nx.multiply(2) |> Nx.Defn.Kernel.hook(:double) |> Nx.add(1) end) |> Nx.Serving.streaming(hooks: [:double])\n"
     "|> Nx.Serving.run(rows.([1, 2])) |> Enum.map(fn {:double, t} -> {:double, list.(t)}; {:batch, t, _} -> list.(t) end)",
     "[{:double, [2, 4]}, [3, 5]]"),
])  # fmt: skip
def test_inline(code: str, want: str) -> None:
    assert value(code) == want


def test_requests_of_several_clients_share_a_batch() -> None:
    assert value("""
    {:ok, _} = Nx.Serving.start_link(name: SharedOne, serving: Nx.Serving.new(Doubling, self()), batch_size: 4, batch_timeout: 10_000)
    made = [[1], [2, 3], [-1]] |> Enum.map(fn l -> Task.async(fn -> list.(Nx.Serving.batched_run(SharedOne, rows.(l))) end) end) |> Task.await_many()
    {made, flush.(flush, [])}
    """) == "{[[2], [4, 6], [-2]], [{:init, :process, [[batch_keys: [:default]]]}, {:batch, 0, 4}]}"


def test_a_request_is_cut_where_the_batch_is_full() -> None:
    assert value("""
    {:ok, _} = Nx.Serving.start_link(name: CutOne, serving: Nx.Serving.new(Doubling, self()), batch_size: 2, batch_timeout: 20)
    made = Nx.Serving.batched_run(CutOne, rows.([1, 2, 3, 4, 5]))
    {list.(made), Enum.drop(flush.(flush, []), 1)}
    """) == "{[2, 4, 6, 8, 10], [{:batch, 0, 2}, {:batch, 0, 2}, {:batch, 0, 1}]}"


def test_batch_keys() -> None:
    code = """
    serving = Nx.Serving.new(fn :double, o -> Nx.Defn.jit(&Nx.multiply(&1, 2), o); :half, o -> Nx.Defn.jit(&Nx.divide(&1, 2), o) end)
    {:ok, _} = Nx.Serving.start_link(name: KeysOne, serving: serving, batch_size: 2, batch_timeout: 10, batch_keys: [:double, :half])
    """
    run = "for k <- [:double, :half], do: list.(Nx.Serving.batched_run(KeysOne, Nx.Batch.key(rows.([1, 3]), k)))"
    assert value(code + run) == "[[2, 6], [0.5, 1.5]]"
    assert refused(code.replace("KeysOne", "KeysTwo") + "Nx.Serving.batched_run(KeysTwo, rows.([1]))") == (
        "ArgumentError: unknown batch key: :default (expected one of [:double, :half])"
    )


def test_partitions_run_side_by_side() -> None:
    assert value("""
    serving = Nx.Serving.new(Waiting, self(), max_concurrency: 2, compiler: Nx.Defn.Evaluator)
    {:ok, _} = Nx.Serving.start_link(name: PartitionsOne, serving: serving, batch_size: 1, partitions: true)
    tasks = for i <- [1, 2], do: Task.async(fn -> list.(Nx.Serving.batched_run(PartitionsOne, rows.([i]))) end)
    running = for _ <- tasks, do: (receive do {:running, partition, pid, 1} -> {partition, pid} end)
    for {_, pid} <- running, do: send(pid, :go)
    {Enum.sort(Enum.map(running, &elem(&1, 0))), Task.await_many(tasks)}
    """) == "{[0, 1], [[2], [4]]}"


def test_partitions_of_exla_are_its_devices() -> None:
    assert value("""
    serving = Nx.Serving.jit(&Nx.multiply(&1, 2), compiler: EXLA, max_concurrency: 3)
    {:ok, _} = Nx.Serving.start_link(name: DevicesOne, serving: serving, batch_size: 2, partitions: true, batch_timeout: 10)
    {length(EXLA.__partitions_options__([])), Enum.map([1, 3], &list.(Nx.Serving.batched_run(DevicesOne, rows.([&1]))))}
    """) == "{1, [[2], [6]]}"


def test_a_crash_reaches_its_clients_only() -> None:
    assert value("""
    {:ok, _} = Nx.Serving.start_link(name: CrashOne, serving: Nx.Serving.new(Waiting, self()), batch_size: 1)
    task = Task.async(fn ->
      try do Nx.Serving.batched_run(CrashOne, rows.([1])) catch :exit, {{%RuntimeError{message: m}, _}, {mod, fun, _}} -> {m, mod, fun} end
    end)
    receive do {:running, 0, pid, 1} -> send(pid, :crash) end
    first = Task.await(task)
    task = Task.async(fn -> list.(Nx.Serving.batched_run(CrashOne, rows.([-1]))) end)
    receive do {:running, 0, pid, 1} -> send(pid, :go) end
    {first, Task.await(task)}
    """) == '{{"oops", Nx.Serving, :local_batched_run}, [-2]}'


def test_a_waiting_batch_grows_while_everything_is_busy() -> None:
    assert value("""
    {:ok, _} = Nx.Serving.start_link(name: GrowOne, serving: Nx.Serving.new(Waiting, self()), batch_size: 4, batch_timeout: 10)
    ask = fn l -> Task.async(fn -> list.(Nx.Serving.batched_run(GrowOne, rows.(l))) end) end
    first = ask.([1])
    pid = receive do {:running, 0, pid, 1} -> pid end
    rest = [ask.([2])]
    Process.sleep(60)
    rest = rest ++ [ask.([3])]
    Process.sleep(60)
    send(pid, :go)
    size = receive do {:running, 0, pid, size} -> send(pid, :go); size end
    {size, Task.await_many([first | rest])}
    """) == "{2, [[2], [4], [6]]}"


def test_streams_of_a_process() -> None:
    assert value("""
    serving = Nx.Serving.jit(fn x -> x |> Nx.multiply(2) |> Nx.Defn.Kernel.hook(:double) |> Nx.add(1) end) |> Nx.Serving.streaming(hooks: [:double])
    {:ok, _} = Nx.Serving.start_link(name: StreamOne, serving: serving, batch_size: 4, batch_timeout: 10)
    plain = Nx.Serving.jit(&Nx.multiply(&1, 2)) |> Nx.Serving.streaming()
    {:ok, _} = Nx.Serving.start_link(name: StreamTwo, serving: plain, batch_size: 2, batch_timeout: 10)
    show = fn {:batch, t, facts} -> {list.(t), facts}; {hook, t} -> {hook, list.(t)} end
    {Enum.map(Nx.Serving.batched_run(StreamOne, rows.([1, 2])), show),
     Enum.map(Nx.Serving.batched_run(StreamTwo, rows.([1, 2, 3])), show),
     Enum.map(Nx.Serving.batched_run(StreamTwo, Stream.map([[1, 2], [3]], rows)), show)}
    """) == (
        "{[{:double, [2, 4]}, {[3, 5], :server_info}], [{[2, 4], :server_info}, {[6], :server_info}], "
        "[{[2, 4], :server_info}, {[6], :server_info}]}"
    )


def test_input_streams_without_output_streams() -> None:
    assert value("""
    {:ok, _} = Nx.Serving.start_link(name: InputOne, serving: Nx.Serving.jit(&Nx.multiply(&1, 2)), batch_size: 2, batch_timeout: 10)
    list.(Nx.Serving.batched_run(InputOne, Stream.map([[1, 2], [3]], rows)))
    """) == "[2, 4, 6]"


def test_distributed_calls() -> None:
    assert value("""
    serving = Nx.Serving.jit(&Nx.multiply(&1, 2)) |> Nx.Serving.distributed_postprocessing(&{:post, list.(&1)})
    {:ok, _} = Nx.Serving.start_link(name: FarOne, serving: serving, batch_timeout: 5)
    {Nx.Serving.batched_run({:distributed, FarOne}, rows.([1]), &Nx.Batch.key(&1, :default)), list.(Nx.Serving.batched_run({:local, FarOne}, rows.([2])))}
    """) == "{{:post, [2]}, [4]}"


def test_child_of_a_supervisor() -> None:
    assert value("""
    {:ok, _} = Supervisor.start_link([{Nx.Serving, name: ChildOne, serving: Nx.Serving.jit(&Nx.multiply(&1, 2)), batch_timeout: 5}], strategy: :one_for_one)
    {list.(Nx.Serving.batched_run(ChildOne, rows.([2]))), is_pid(Process.whereis(ChildOne.Supervisor))}
    """) == "{[4], true}"


@pytest.mark.parametrize(("code", "want"), [
    ("Nx.Serving.jit(& &1) |> Nx.Serving.run(Nx.Batch.new())", "ArgumentError: cannot run with empty Nx.Batch"),
    ("Nx.Serving.jit(& &1) |> Nx.Serving.run(7)",
     "ArgumentError: the default client_preprocessing expects a Nx.Batch or a stream of Nx.Batch as input. Give a batch or use a custom preprocessing"),
    ("Nx.Serving.jit(& &1) |> Nx.Serving.batch_size(1) |> Nx.Serving.run([rows.([1, 2])])",
     "RuntimeError: client_preprocessing must return a stream of Nx.Batch of maximum size 1, got: #Nx.Batch<size: 2, pad: 0, ...>"),
    ("Nx.Serving.new(fn _ -> 1 end) |> Nx.Serving.run(rows.([1]))",
     "RuntimeError: anonymous function given to Nx.Serving.new/2 should return an AOT or JIT compiled function that expects one argument. Got: 1"),
    ("Nx.Serving.jit(& &1) |> Nx.Serving.streaming() |> Nx.Serving.streaming()", "ArgumentError: serving is already marked as streaming"),
    ("Nx.Serving.jit(& &1) |> Nx.Serving.streaming(hooks: [:a]) |> Nx.Serving.run([rows.([1])])",
     "ArgumentError: streaming hooks do not support input streaming, input must be a Nx.Batch"),
    ("Nx.Serving.jit(& &1) |> Nx.Serving.streaming(hooks: [:a]) |> Nx.Serving.batch_size(1) |> Nx.Serving.run(rows.([1, 2]))",
     "ArgumentError: batch size (2) cannot exceed Nx.Serving server batch size of 1 when streaming hooks"),
    ("Nx.Serving.start_link(name: A1, serving: Nx.Serving.jit(& &1) |> Nx.Serving.batch_size(2), batch_size: 3)",
     "ArgumentError: the batch size set via Nx.Serving.batch_size/2 (2) does not match the batch size given to the serving process (3)"),
    ("Nx.Serving.start_link(name: A1, serving: Nx.Serving.jit(& &1), distribution_weight: 1.5)",
     "ArgumentError: :distribution_weight must be an integer"),
    ("Nx.Serving.child_spec(serving: 1)", "ArgumentError: :name option is expected when starting Nx.Serving and must be an atom"),
    ("Nx.Serving.child_spec(name: A1)", "ArgumentError: :serving option is expected when starting Nx.Serving"),
    ("Nx.Serving.batch_size(Nx.Serving.jit(& &1), 0)", "FunctionClauseError: no function clause matching in Nx.Serving.batch_size/2"),
    ("Nx.Serving.process_options(Nx.Serving.jit(& &1), foo: 1)",
     "ArgumentError: unknown keys [:foo] in [foo: 1], the allowed keys are: [:batch_size, :batch_timeout, :batch_keys, :partitions, "
     ":shutdown, :hibernate_after, :spawn_opt, :distribution_weight]"),
])  # fmt: skip
def test_errors(code: str, want: str) -> None:
    assert refused(code) == want


def test_a_stream_stays_in_its_process() -> None:
    assert value("""
    stream = Nx.Serving.jit(& &1) |> Nx.Serving.streaming() |> Nx.Serving.run(rows.([1]))
    Task.await(Task.async(fn -> try do Enum.to_list(stream) rescue e -> Exception.message(e) end end))
    """) == '"the stream returned from Nx.Serving.run/2 must be consumed in the same process"'


@pytest.mark.parametrize(("name", "function", "args"), [
    ("Nobody", "distributed_batched_run", ", [retries: 3]"), ("{:local, Nobody}", "local_batched_run", ""),
])  # fmt: skip
def test_nobody_is_there(name: str, function: str, args: str) -> None:
    code = f"try do Nx.Serving.batched_run({name}, 1) catch :exit, reason -> reason end"
    assert value(code) == f"{{:noproc, {{Nx.Serving, :{function}, [Nobody, 1{args}]}}}}"
