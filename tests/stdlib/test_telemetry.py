"""Events, handlers and spans of :telemetry."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

FORWARD = """
defmodule TelemetryForward do
  def tell(name, measurements, metadata, pid), do: send(pid, {name, measurements, metadata})
  def fail(_, _, _, _), do: raise "no"
  def drain(seen \\\\ []), do: receive(do: (m -> drain([m | seen])), after: (0 -> Enum.reverse(seen)))
end
import ExUnit.CaptureLog
Logger.configure(level: :debug)
tell = &TelemetryForward.tell/4
drain = fn -> TelemetryForward.drain() end
for h <- :telemetry.list_handlers([]), do: :telemetry.detach(h.id)
drain.()
"""


@pytest.mark.parametrize(("code", "text"), [
    (":telemetry.attach(:a, [:x, :y], tell, self())\n:telemetry.execute([:x, :y], %{n: 1})\n:telemetry.execute([:x], %{n: 2}, %{})\ndrain.()",
     "[{[:x, :y], %{n: 1}, %{}}]"),
    ("one = :telemetry.attach_many(:a, [[:x], [:y]], tell, self())\n"
     "{one, :telemetry.attach(:a, [:z], tell, 1), :telemetry.list_handlers([:y]) |> Enum.map(& &1.id), length(:telemetry.list_handlers([]))}",
     "{:ok, {:error, :already_exists}, [:a], 2}"),
    (":telemetry.attach(:a, [:x], tell, self())\n{:telemetry.detach(:a), :telemetry.detach(:a), :telemetry.execute([:x], %{}), drain.()}",
     "{:ok, {:error, :not_found}, :ok, []}"),
    (":telemetry.attach(:f, [:telemetry, :handler, :failure], tell, self())\n:telemetry.attach(\"bad\", [:x], &TelemetryForward.fail/4, 9)\n"
     "log = capture_log(fn -> :telemetry.execute([:x], %{}) end)\n[{_, %{system_time: _}, facts}] = drain.()\n"
     "{log =~ \"[error] Handler \\\"bad\\\" has failed and has been detached. Class=:error\\nReason=%RuntimeError{message: \\\"no\\\"}\\nStacktrace=[\", "
     "facts.handler_config, facts.kind, :telemetry.list_handlers([:x])}", "{true, 9, :error, []}"),
    ("capture_log(fn -> :telemetry.attach(\"id\", [:x], fn _, _, _, _ -> 1 end, nil) end) =~ "
     "\"[info] The function passed as a handler with ID \\\"id\\\" is a local function.\\nThis means\"", "true"),
    (":telemetry.attach_many(:a, [[:x, :start], [:x, :stop]], tell, self())\n"
     "r = :telemetry.span([:x], %{k: 1}, fn -> {:made, %{more: 5}, %{k: 2}} end)\n"
     "[{_, first, m1}, {_, last, m2}] = drain.()\n"
     "{r, Map.keys(first), Map.keys(last), last.more, m1.k, m2.k, m1.telemetry_span_context == m2.telemetry_span_context}",
     "{:made, [:monotonic_time, :system_time], [:duration, :monotonic_time, :more], 5, 1, 2, true}"),
    (":telemetry.attach(:a, [:x, :exception], tell, self())\n"
     "e = try do\n  :telemetry.span([:x], %{k: 1}, fn -> exit(:out) end)\ncatch\n  :exit, why -> why\nend\n"
     "[{_, _, m}] = drain.()\n{e, m.kind, m.reason, m.k, is_list(m.stacktrace)}", "{:out, :exit, :out, 1, true}"),
    ("try do\n  :telemetry.attach(:a, [\"x\"], tell, 1)\nrescue\n  e -> e.__struct__\nend", "ArgumentError"),
    ("ref = :telemetry_test.attach_event_handlers(self(), [[:x]])\n:telemetry.execute([:x], %{n: 1}, %{m: 2})\n"
     "receive do {[:x], ^ref, %{n: 1}, %{m: 2}} -> :seen end", ":seen"),
])
def test_telemetry(code: str, text: str) -> None:
    assert shown(FORWARD + code) == text


SERVING = """
:telemetry.attach_many(:s, for(p <- [:preprocessing, :execute, :postprocessing], e <- [:start, :stop, :exception], do: [:nx, :serving, p, e]),
  tell, self())
serving = Nx.Serving.new(fn opts -> Nx.Defn.jit(&Nx.multiply(&1, 2), opts) end)
  |> Nx.Serving.client_preprocessing(fn x -> {Nx.Batch.stack([x]), :info} end)
"""


@pytest.mark.parametrize(("code", "text"), [
    ("serving |> Nx.Serving.client_postprocessing(fn {out, _}, _ -> Nx.to_flat_list(out) end) |> Nx.Serving.run(Nx.tensor([3]))\n"
     "for {[_, _, p, e], _, m} <- drain.(), do: {p, e, m |> Map.delete(:telemetry_span_context) |> Map.delete(:input)}",
     "[{:preprocessing, :start, %{}}, {:preprocessing, :stop, %{info: :info}}, {:execute, :start, %{module: Nx.Serving.Default}}, "
     "{:execute, :stop, %{metadata: :server_info, module: Nx.Serving.Default}}, {:postprocessing, :start, %{info: :info}}, "
     "{:postprocessing, :stop, %{info: :info}}]"),
    ("try do\n  serving |> Nx.Serving.client_postprocessing(fn _, _ -> raise \"late\" end) |> Nx.Serving.run(Nx.tensor([3]))\nrescue\n  _ -> :ok\nend\n"
     "{[_, _, p, e], %{duration: _}, m} = List.last(drain.())\n{p, e, m.reason}", '{:postprocessing, :exception, %RuntimeError{message: "late"}}'),
    ("{:ok, _} = Nx.Serving.start_link(serving: serving, name: TelemetryServing, batch_timeout: 1)\n"
     "Nx.Serving.batched_run(TelemetryServing, Nx.tensor([3]))\n"
     "for(n <- 1..4, do: receive(do: ({[_, _, p, e], _, _} -> {p, e}), after: (2000 -> {:late, n}))) |> Enum.sort()",
     "[execute: :start, execute: :stop, preprocessing: :start, preprocessing: :stop]"),
])
def test_events_of_a_serving(code: str, text: str) -> None:
    pytest.importorskip("numpy")
    assert shown(FORWARD + SERVING + code) == text
