"""Modules of Nx.Defn that work on expressions."""
