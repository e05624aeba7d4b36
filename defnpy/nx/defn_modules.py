"""Modules of numerical definitions, and the Python file of each."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Nx.Defn": "defnpy.nx.defn",
    "Elixir.Nx.Defn.Kernel": "defnpy.nx.defn_kernel",
    "Elixir.Nx.Defn.Compiler": "defnpy.nx.defn_compiler",
    "Elixir.Nx.Defn.Expr": "defnpy.nx.lib_defn.expr",
    "Elixir.Nx.Defn.Tree": "defnpy.nx.lib_defn.tree",
    "Elixir.Nx.Defn.Composite": "defnpy.nx.lib_defn.composite",
    "Elixir.Nx.Defn.Graph": "defnpy.nx.lib_defn.graph",
    "Elixir.Nx.Defn.Graph.Stage": "defnpy.nx.lib_defn.stage",
    "Elixir.Nx.Mesh": "defnpy.nx.lib_defn.mesh",
    "Elixir.Nx.Random": "defnpy.nx.random",
    "Elixir.Nx.LinAlg": "defnpy.nx.linalg",
}
