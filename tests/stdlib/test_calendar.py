"""Dates, times, durations, other calendars and time zones."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

ZONES = """
defmodule CalendarCase.Zones do
  @winter %{utc_offset: 3600, std_offset: 0, zone_abbr: "XET"}
  @summer %{utc_offset: 3600, std_offset: 3600, zone_abbr: "XEST"}

  def time_zone_period_from_utc_iso_days({days, _}, "X/Town"), do: {:ok, if(days > 737_600, do: @summer, else: @winter)}
  def time_zone_period_from_utc_iso_days(_, _), do: {:error, :time_zone_not_found}

  def time_zone_periods_from_wall_datetime(%{hour: 2}, "X/Town"), do: {:ambiguous, @summer, @winter}
  def time_zone_periods_from_wall_datetime(%{hour: 3}, "X/Town"),
    do: {:gap, {@winter, ~N[2019-03-31 03:00:00]}, {@summer, ~N[2019-03-31 04:00:00]}}
  def time_zone_periods_from_wall_datetime(_, "X/Town"), do: {:ok, @winter}
end

db = CalendarCase.Zones
"""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("try do Date.add(:x, 1) rescue e -> Exception.message(e) end", '"no function clause matching in Date.add/2"'),
        ("try do DateTime.to_unix(~N[2024-01-01 00:00:00]) rescue e -> Exception.message(e) end",
         '"no function clause matching in DateTime.to_unix/1"'),
        ("Date.shift(~D[2023-10-31], month: 4, day: -1)", "~D[2024-02-28]"),
        ("try do Date.shift(~D[2023-10-31], hour: 1) rescue e -> e.message end", '"unsupported unit :hour. Expected :year, :month, :week, :day"'),
        ("Date.add(~D[0000-01-01], -1)", "~D[-0001-12-31]"),
        ("Date.new!(12000, 1, 2)", "Date.new!(12000, 1, 2)"),
        ("{Date.year_of_era(~D[-0004-01-01]), Date.day_of_era(~D[0000-12-31])}", "{{5, 0}, {1, 0}}"),
        ("Date.beginning_of_week(~D[2024-05-15], :sunday)", "~D[2024-05-12]"),
        ("Date.to_iso8601(~D[2024-05-15], :basic)", '"20240515"'),
        ("Date.range(~D[2024-01-05], ~D[2024-01-01], -2) |> Enum.map(& &1.day)", "[5, 3, 1]"),
        ("Enum.slice(Date.range(~D[2024-01-01], ~D[2024-01-09], 3), 1, 9)", "[~D[2024-01-04], ~D[2024-01-07]]"),
        ("{Time.new(1, 2, 3, 4), Time.new(25, 0, 0)}", "{{:ok, ~T[01:02:03.000004]}, {:error, :invalid_time}}"),
        ("Time.add(~T[23:30:00], 45, :minute)", "~T[00:15:00]"),
        ("Time.add(~T[10:00:00], 5, :millisecond)", "~T[10:00:00.005]"),
        ("{Time.diff(~T[01:00:00], ~T[02:30:00], :hour), Time.diff(~T[00:00:00.9], ~T[00:00:01.0])}", "{-1, -1}"),
        ("Time.shift(~T[23:00:00], hour: 2, microsecond: {5, 6})", "~T[01:00:00.000005]"),
        ("Time.from_iso8601(\"T10:20:30,5Z\")", "{:ok, ~T[10:20:30.5]}"),
        ("NaiveDateTime.end_of_day(~N[2024-01-01 10:00:00.1])", "~N[2024-01-01 23:59:59.9]"),
        ("NaiveDateTime.from_erl!({{2024, 1, 2}, {3, 4, 5}}, {7, 3})", "~N[2024-01-02 03:04:05.000]"),
        ("NaiveDateTime.shift(~N[2024-01-31 10:00:00], month: 1, hour: -11)", "~N[2024-02-28 23:00:00]"),
        ("NaiveDateTime.from_iso8601(\"2024-02-30 00:00:00\")", "{:error, :invalid_date}"),
        ("DateTime.from_iso8601(\"2024-01-01T00:30:00+02:00\")", "{:ok, ~U[2023-12-31 22:30:00Z], 7200}"),
        ("DateTime.from_iso8601(\"20240101T003000Z\", :basic)", "{:ok, ~U[2024-01-01 00:30:00Z], 0}"),
        ("DateTime.to_iso8601(~U[2024-01-01 00:30:00Z], :extended, 5400)", '"2024-01-01T02:00:00+01:30"'),
        ("DateTime.from_unix!(1_700_000_000_123, :millisecond)", "~U[2023-11-14 22:13:20.123Z]"),
        ("DateTime.diff(~U[2024-01-02 00:00:00Z], ~U[2024-01-01 12:00:00Z], :day)", "0"),
        ("DateTime.new(~D[2024-01-01], ~T[10:00:00], \"X/Y\")", "{:error, :utc_only_time_zone_database}"),
        ("DateTime.shift(~U[2024-01-31 10:00:00Z], Duration.new!(month: 1, minute: 90))", "~U[2024-02-29 11:30:00Z]"),
        ("Duration.from_iso8601!(\"P1Y2W3DT4H-5.25S\")", "%Duration{year: 1, week: 2, day: 3, hour: 4, second: -5, microsecond: {-250000, 2}}"),
        ("Duration.from_iso8601(\"P1H\")", "{:error, :invalid_date_component}"),
        ("Duration.to_iso8601(Duration.new!(day: 1, microsecond: {1500, 4}))", '"P1DT0.0015S"'),
        ("Duration.to_string(Duration.new!(hour: 2, second: 1), separator: \"-\", units: [hour: \"H\"])", '"2H-1s"'),
        ("Duration.subtract(Duration.new!(week: 1), Duration.new!(week: 3, month: 1))", "%Duration{month: -1, week: -2}"),
        ("Calendar.strftime(~U[2024-03-04 15:06:07.08Z], \"%-d|%_m|%05H|%I%P|%j|%f|%z|%Z|%s|%q|%A|%-%\")",
         '"4| 3|00015|03pm|064|08|+0000|UTC|1709564767|1|Monday|%"'),
        ("Calendar.strftime(~D[2024-03-04], \"%x %B\", preferred_date: \"%d.%m\", month_names: fn 3 -> \"März\" end)", '"04.03 März"'),
        ("try do Calendar.strftime(~D[2024-03-04], \"%K\") rescue e -> e.message end", '"invalid strftime format: %K"'),
        ("try do Code.eval_string(\"~D[2024-02-30]\") rescue e -> e.message end",
         r'"cannot parse \"2024-02-30\" as Date for Calendar.ISO, reason: :invalid_date"'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("DateTime.shift_zone(~U[2019-01-01 12:00:00.5Z], \"X/Town\", db)", '{:ok, #DateTime<2019-01-01 13:00:00.5+01:00 XET X/Town>}'),
        ("DateTime.shift_zone(~U[2019-01-01 12:00:00Z], \"Y\", db)", "{:error, :time_zone_not_found}"),
        ("DateTime.from_naive(~N[2019-10-27 02:30:00], \"X/Town\", db)",
         '{:ambiguous, #DateTime<2019-10-27 02:30:00+02:00 XEST X/Town>, #DateTime<2019-10-27 02:30:00+01:00 XET X/Town>}'),
        ("DateTime.from_naive(~N[2019-03-31 03:30:00], \"X/Town\", db)",
         '{:gap, #DateTime<2019-03-31 02:59:59.999999+01:00 XET X/Town>, #DateTime<2019-03-31 04:00:00+02:00 XEST X/Town>}'),
        ("d = DateTime.new!(~D[2019-01-01], ~T[00:00:00], \"X/Town\", db); DateTime.add(d, 300, :day, db)",
         "#DateTime<2019-10-28 01:00:00+02:00 XEST X/Town>"),
        ("d = DateTime.new!(~D[2019-01-01], ~T[00:00:00], \"X/Town\", db); {DateTime.to_unix(d), DateTime.compare(d, ~U[2018-12-31 23:00:00Z])}",
         "{1546297200, :eq}"),
    ],
)  # fmt: skip
def test_time_zones(code: str, text: str) -> None:
    assert shown(ZONES + code) == text
