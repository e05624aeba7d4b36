"""Which Elixir modules this package provides, and the Python file of each; nothing here imports JAX."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Nx.Defn.Evaluator": "defnpy.compilers.evaluator.module",
    "Elixir.Nx.Defn.Debug": "defnpy.compilers.evaluator.debug",
    "Elixir.EXLA": "defnpy.compilers.exla.module",
    "Elixir.EXLA.Backend": "defnpy.compilers.exla.backend",
    "Elixir.EXLA.Client": "defnpy.compilers.exla.client",
}
