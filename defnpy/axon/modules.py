"""Which Elixir modules this package provides, and the Python file of each."""

from __future__ import annotations

MODULES: dict[str, str] = {
    "Elixir.Axon": "defnpy.axon.api",
    "Elixir.Axon.Activations": "defnpy.axon.activations",
    "Elixir.Axon.Compiler": "defnpy.axon.build",
    "Elixir.Axon.Display": "defnpy.axon.display",
    "Elixir.Axon.Initializers": "defnpy.axon.initializers",
    "Elixir.Axon.Layers": "defnpy.axon.layers.module",
    "Elixir.Axon.Loop": "defnpy.axon.loop.api",
    "Elixir.Axon.Loop.State": "defnpy.axon.loop.state",
    "Elixir.Axon.LossScale": "defnpy.axon.loss_scale",
    "Elixir.Axon.Losses": "defnpy.axon.losses",
    "Elixir.Axon.Metrics": "defnpy.axon.metrics",
    "Elixir.Axon.MixedPrecision": "defnpy.axon.policy",
    "Elixir.Axon.ModelState": "defnpy.axon.state",
    "Elixir.Axon.Quantization": "defnpy.axon.quantization",
    "Elixir.Axon.Quantization.Layers": "defnpy.axon.quantization",
    "Elixir.Axon.Quantization.QTensor": "defnpy.axon.quantization",
    "Elixir.Axon.Optimizers": "defnpy.axon.optim.optimizers",
    "Elixir.Axon.Schedules": "defnpy.axon.optim.schedules",
    "Elixir.Axon.Updates": "defnpy.axon.optim.updates",
    "Elixir.Polaris.Optimizers": "defnpy.axon.optim.optimizers",
    "Elixir.Polaris.Schedules": "defnpy.axon.optim.schedules",
    "Elixir.Polaris.Updates": "defnpy.axon.optim.updates",
    **{
        f"Elixir.{name}": "defnpy.axon.structs"
        for name in (
            "Axon.Node", "Axon.Parameter", "Axon.None", "Axon.StatefulOutput", "Axon.MixedPrecision.Policy", "Axon.CompileError",
            "Inspect.Axon", "Inspect.Axon.ModelState", "Inspect.Axon.MixedPrecision.Policy",
        )
    },
}  # fmt: skip
