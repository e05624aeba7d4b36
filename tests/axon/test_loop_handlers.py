"""Handlers and metrics of loops."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

LOOP = """
loop = Axon.Loop.loop(fn _, s -> Map.update!(s, :n, & &1 + 1) end, fn _, _ -> %{n: 0} end)
       |> Axon.Loop.handle_event(:epoch_completed, fn s -> {:continue, %{s | metrics: %{"m" => Nx.tensor(abs(s.epoch - 2))}}} end)
{:ok, log} = Agent.start(fn -> [] end)
note = fn s -> Agent.update(log, &[s.epoch | &1]); {:continue, s} end
run = fn loop -> Axon.Loop.run(loop, [1], %{}, epochs: 7, jit_compile?: false); Enum.reverse(Agent.get(log, & &1)) end
"""


@pytest.mark.parametrize(
    ("opts", "epochs"),
    [
        ("", "[4]"), ("patience: 1", "[2]"), ("mode: :min", "[6]"), ("patience: 1, mode: :min", "[4, 6]"),
        ("patience: 1, mode: fn m -> Nx.to_number(m) != 0 end", "[]"), ("patience: 0, mode: fn m -> Nx.to_number(m) > 1 end", "[1, 2, 3]"),
    ],
)  # fmt: skip
def test_a_monitor_watches_for_greater_values_unless_told(opts: str, epochs: str) -> None:
    assert outcome(LOOP + f'loop |> Axon.Loop.monitor("m", note, "w", [{opts}]) |> run.()') == epochs


def test_an_unknown_metric_is_an_undefined_function_of_the_run() -> None:
    code = """
    net = Axon.input("x") |> Axon.dense(1)
    loop = net |> Axon.Loop.trainer(:mean_squared_error, :sgd, log: 0) |> Axon.Loop.metric(:nothing)
    Axon.Loop.run(loop, [{Nx.tensor([[1.0]]), Nx.tensor([[1.0]])}], Axon.ModelState.empty())
    """
    assert outcome(code) == "UndefinedFunctionError: function Axon.Metrics.nothing/2 is undefined or private"


def test_a_rate_is_cut_only_where_the_optimizer_scales() -> None:
    code = """
    net = Axon.input("x") |> Axon.dense(1)
    rate = Polaris.Schedules.cosine_decay(0.1)
    loop = Axon.Loop.trainer(net, :mean_squared_error, Polaris.Optimizers.sgd(learning_rate: rate), log: 0)
    data = [{Nx.tensor([[1.0]]), Nx.tensor([[1.0]])}]
    loop |> Axon.Loop.reduce_lr_on_plateau("loss", patience: 0, mode: :max, extra: 1)
    |> Axon.Loop.run(data, Axon.ModelState.empty(), epochs: 5)
    """
    assert outcome(code).startswith("MatchError: no match of right hand side value: %{count: #Nx.Tensor<")


def test_checkpoints_take_no_other_options() -> None:
    code = "Axon.Loop.loop(fn _, s -> s end) |> Axon.Loop.checkpoint(serialize_opts: [])"
    assert outcome(code) == (
        "ArgumentError: unknown keys [:serialize_opts] in [serialize_opts: []], the allowed keys are: "
        "[:criteria, :event, :filter, :path, :file_pattern, :patience, :mode]"
    )
