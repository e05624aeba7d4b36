"""Which Elixir modules this package provides, and the Python file of each."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Nx": "defnpy.nx.api",
    "Elixir.Nx.Batch": "defnpy.nx.lib.batch",
    "Elixir.Nx.BinaryBackend": "defnpy.compilers.evaluator.kernels.backend",
    "Elixir.Nx.Constants": "defnpy.nx.lib.constants",
    "Elixir.Nx.Container": "defnpy.nx.lib.container",
    "Elixir.Nx.Container.Any": "defnpy.nx.lib.container_any",
    "Elixir.Nx.Floating": "defnpy.nx.lib.floating",
    "Elixir.Nx.LazyContainer": "defnpy.nx.lib.lazy_container",
    "Elixir.Nx.Serving": "defnpy.nx.lib.serving",
    "Elixir.Nx.Tensor": "defnpy.nx.lib.tensors",
    "Elixir.Nx.Testing": "defnpy.nx.lib.testing",
    "Elixir.Nx.Type": "defnpy.nx.lib.types",
}
