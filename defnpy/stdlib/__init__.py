"""Elixir's standard library: one file for each module. ``MODULES`` maps an Elixir module to the Python module that provides it."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Kernel": "defnpy.stdlib.kernel",
    "Elixir.Enum": "defnpy.stdlib.enum",
    "Elixir.Enumerable": "defnpy.stdlib.enumerable",
    "Elixir.Map": "defnpy.stdlib.map",
    "Elixir.Keyword": "defnpy.stdlib.keyword",
    "Elixir.List": "defnpy.stdlib.list",
    "Elixir.Tuple": "defnpy.stdlib.tuple",
    "Elixir.Access": "defnpy.stdlib.access",
}
