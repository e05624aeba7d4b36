"""Logger: levels, metadata, formats, handlers."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

PREPARE = """
require Logger
import ExUnit.CaptureLog
defmodule LoggerSample do
  require Logger
  def tell(x), do: Logger.info("got #{send(self(), :evaluated); x}", user: 7)
end
defmodule LoggerSink do
  def log(event, config), do: send(config.config.to, {event.level, event.msg, event.meta[:user]})
  def plain(level, message, {_, {_, _, _, _}}, metadata), do: [to_string(level), ":", message, inspect(metadata)]
end
plain = fn options, fun -> capture_log([format: "$level|$metadata|$message\\n"] ++ options, fun) end
got = fn -> receive do m -> m after 0 -> nil end end
Logger.reset_metadata()
Logger.configure(level: :debug)
"""
AFTER = "\nLogger.configure(level: :debug)\nLogger.delete_all_module_levels()\nLogger.delete_process_level(self())\nresult"


@pytest.mark.parametrize(("code", "text"), [
    ("{plain.([metadata: [:user, :mfa, :module, :function]], fn -> LoggerSample.tell(1) end), got.()}",
     '{"info|user=7 mfa=LoggerSample.tell/1 module=LoggerSample function=tell/1 |got 1\\n", :evaluated}'),
    # What is not logged is not evaluated.
    ("Logger.configure(level: :error)\n{plain.([], fn -> LoggerSample.tell(1) end), got.()}", '{"", nil}'),
    ("Logger.put_module_level(LoggerSample, :error)\n{plain.([], fn -> LoggerSample.tell(1); Logger.debug(\"other\") end), "
     "Logger.get_module_level(LoggerSample)}", '{"debug||other\\n", [{LoggerSample, :error}]}'),
    ("Logger.put_process_level(self(), :warning)\nplain.([], fn -> Logger.info(\"a\"); Logger.log(:warn, \"b\") end)", '"warning||b\\n"'),
    ("Logger.metadata(a: 1, b: :two)\nLogger.metadata(a: nil, c: \"x\")\n"
     "{Logger.metadata(), plain.([metadata: :all], fn -> Logger.bare_log(:info, \"m\", pid: nil, gl: nil, domain: nil) end)}",
     '{[b: :two, c: "x"], "info|b=two c=x domain=elixir |m\\n"}'),
    ("plain.([metadata: [:k]], fn -> Logger.error(fn -> {[\"io\", ?:, ~c\"list\"], k: 1.5} end) end)", '"error|k=1.5 |io:list\\n"'),
    ("plain.([], fn -> Logger.notice(%{b: 1, a: [x: 2]}); Logger.alert(only: :this) end)", '"notice||[a: [x: 2], b: 1]\\nalert||[only: :this]\\n"'),
    ("plain.([], fn -> Logger.info(%{n: 3}, report_cb: fn %{n: n} -> {\"~p of ~ts~n\", [{n, \"x\"}, \"y\"]} end) end)",
     '"info||{3, \\"x\\"} of y\\n\\n"'),
    ("plain.([truncate: 5], fn -> Logger.info(\"a£bcdef\") end)", '"info||a£bc (truncated)\\n"'),
    ("plain.([], fn -> :logger.warning(\"~w and ~s\", [:a, \"b\"]); :logger.error(%{r: 1}) end)", '"warning||:a and b\\nerror||[r: 1]\\n"'),
    ("capture_log([format: {LoggerSink, :plain}, metadata: [:user]], fn -> Logger.info(\"m\", user: 1) end)", '"info:m[user: 1]"'),
    ("capture_log([level: :error], fn -> Logger.info(\"m\"); Logger.error(\"e\") end) =~ ~r/^\\n\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[error\\] e\\n$/", "true"),
    ("Application.put_env(:logger, :default_formatter, format: \"<$message>\")\nr = capture_log(fn -> Logger.info(\"m\") end)\n"
     "Application.delete_env(:logger, :default_formatter)\nr", '"<m>"'),
    ("import ExUnit.CaptureIO\n:logger.update_handler_config(:default, :formatter, Logger.Formatter.new(format: \"$message!\", colors: [enabled: true]))\n"
     "r = capture_io(:user, fn -> Logger.error(\"m\") end)\n:logger.update_handler_config(:default, :formatter, Logger.default_formatter())\nr",
     '"\\e[31mm!\\e[0m"'),
    (":ok = :logger.add_handler(:sink, LoggerSink, %{level: :error, config: %{to: self()}})\n"
     "capture_log(fn -> Logger.info(\"no\"); Logger.error(\"yes\", user: 2) end)\n:logger.remove_handler(:sink)\n"
     "{got.(), got.(), :logger.remove_handler(:sink)}", '{{:error, {:string, "yes"}, 2}, nil, {:error, {:not_found, :sink}}}'),
    (":logger.add_primary_filter(:quiet, {fn e, word -> if match?({:string, ^word}, e.msg), do: :stop, else: :ignore end, \"no\"})\n"
     "r = plain.([], fn -> Logger.info(\"no\"); Logger.info(\"yes\") end)\n:logger.remove_primary_filter(:quiet)\nr", '"info||yes\\n"'),
    ("Logger.Formatter.compile(\"$date $time [$level]$node x\")", '[:date, " ", :time, " [", :level, "]", :node, " x"]'),
    ("try do\n  Logger.Formatter.compile(\"$bad\")\nrescue\n  e -> e.message\nend", '"$bad is an invalid format pattern"'),
    ("[:date, \" \", :time, \" \", :level] |> Logger.Formatter.format(:info, \"\", {{2024, 2, 9}, {3, 14, 5, 67}}, []) |> IO.chardata_to_string()",
     '"2024-02-09 03:14:05.067 info"'),
    ("Logger.Formatter.prune([\"a\", <<98, 255>>, 0x110000]) |> IO.chardata_to_string()", '"ab\ufffd\ufffd"'),
])
def test_logger(code: str, text: str) -> None:
    assert shown(f"{PREPARE}result = (fn ->\n{code}\nend).(){AFTER}") == text
