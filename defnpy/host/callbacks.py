"""The callbacks of the behaviours that native modules stand for, with the optional ones apart."""

from __future__ import annotations

from defnpy.terms.atom import Atom

_CALENDAR = (
    "date_to_string/3 datetime_to_string/11 day_of_era/3 day_of_week/4 day_of_year/3 day_rollover_relative_to_midnight_utc/0 "
    "days_in_month/2 iso_days_to_beginning_of_day/1 iso_days_to_end_of_day/1 leap_year?/1 months_in_year/1 "
    "naive_datetime_from_iso_days/1 naive_datetime_to_iso_days/7 naive_datetime_to_string/7 parse_date/1 parse_naive_datetime/1 "
    "parse_time/1 parse_utc_datetime/1 quarter_of_year/3 shift_date/4 shift_naive_datetime/8 shift_time/5 "
    "time_from_day_fraction/1 time_to_day_fraction/4 time_to_string/4 valid_date?/3 valid_time?/4 year_of_era/3"
)
_TIME_ZONES = "time_zone_period_from_utc_iso_days/2 time_zone_periods_from_wall_datetime/2"
_SERVER = "terminate/2 handle_info/2 handle_continue/2 handle_cast/2 handle_call/3 format_status/2 format_status/1 code_change/3"
BEHAVIOURS: dict[str, tuple[str, str]] = {
    "Elixir.Access": ("pop/2 get_and_update/3 fetch/2", ""),
    "Elixir.Application": ("stop/1 start/2", "start_phase/3 prep_stop/1 config_change/3"),
    "Elixir.Calendar": (_CALENDAR, ""),
    "Elixir.Calendar.TimeZoneDatabase": (_TIME_ZONES, ""),
    "Elixir.Collectable": ("into/1", ""),
    "Elixir.DynamicSupervisor": ("init/1", ""),
    "Elixir.EEx.Engine": ("init/1 handle_text/3 handle_expr/3 handle_end/1 handle_body/1 handle_begin/1", ""),
    "Elixir.Enumerable": ("slice/1 reduce/3 member?/2 count/1", ""),
    "Elixir.Exception": ("message/1 exception/1", "blame/2"),
    "Elixir.GenServer": ("init/1", _SERVER),
    "Elixir.Inspect": ("inspect/2", ""),
    "Elixir.JSON.Encoder": ("encode/2", ""),
    "Elixir.List.Chars": ("to_charlist/1", ""),
    "Elixir.Nx.Container": ("traverse/3 serialize/1 reduce/3", ""),
    "Elixir.Nx.LazyContainer": ("traverse/3", ""),
    "Elixir.String.Chars": ("to_string/1", ""),
    "Elixir.Supervisor": ("init/1", ""),
}
"""Module to its required and its optional callbacks."""


def callbacks_of(name: str) -> dict[str, list[tuple[Atom, int]]]:
    """The facts of a native behaviour: ``callbacks`` and ``optional_callbacks``; nothing for another module."""
    known = BEHAVIOURS.get(name)
    if known is None:
        return {}
    required, optional = (_parsed(text) for text in known)
    return {"callbacks": sorted([*required, *optional], key=lambda pair: (pair[0].name, pair[1]), reverse=True), "optional_callbacks": optional}


def _parsed(text: str) -> list[tuple[Atom, int]]:
    return [(Atom(name), int(arity)) for name, _, arity in (word.rpartition("/") for word in text.split())]
