"""Which Elixir modules this package provides, and the Python file of each."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Nx": "defnpy.nx.api",
    "Elixir.Nx.Backend": "defnpy.nx.lib.backend",
    "Elixir.Nx.Batch": "defnpy.nx.lib.batch",
    "Elixir.Nx.BinaryBackend": "defnpy.compilers.evaluator.kernels.backend",
    "Elixir.Nx.Constants": "defnpy.nx.lib.constants",
    "Elixir.Nx.Container": "defnpy.nx.lib.container",
    "Elixir.Nx.Container.Any": "defnpy.nx.lib.container_any",
    "Elixir.Nx.Floating": "defnpy.nx.lib.floating",
    "Elixir.Nx.LazyContainer": "defnpy.nx.lib.lazy_container",
    "Elixir.Nx.Serving": "defnpy.nx.lib.serving",
    "Elixir.Nx.Serving.Default": "defnpy.nx.lib.serving",
    "Elixir.Nx.Shape": "defnpy.nx.lib.shapes",
    "Elixir.Nx.Tensor": "defnpy.nx.lib.tensors",
    "Elixir.Nx.Testing": "defnpy.nx.lib.testing",
    "Elixir.Nx.Type": "defnpy.nx.lib.types",
    "Elixir.Safetensors": "defnpy.nx.lib.safetensors",
    "Elixir.Safetensors.FileTensor": "defnpy.nx.lib.safetensors",
}

_BLOCKS = (
    "LogicalNot", "Phase", "LinAlg.Cholesky", "LinAlg.Solve", "LinAlg.QR", "LinAlg.Eigh", "LinAlg.SVD", "LinAlg.LU", "LinAlg.Determinant",
    "AllClose", "CumulativeSum", "CumulativeProduct", "CumulativeMin", "CumulativeMax", "Take", "TakeAlongAxis", "TopK", "FFT2", "IFFT2",
    "RFFT", "IRFFT",
)  # fmt: skip
_STRUCTS = ("Nx.Heatmap", "Nx.Pointer", "Nx.TemplateBackend", "Nx.Defn.IncompatibleBackendsError")
MODULES.update((f"Elixir.{name}", "defnpy.nx.lib.structs") for name in (*_STRUCTS, *(f"Nx.Block.{b}" for b in _BLOCKS)))
