"""Behaviours that the libraries' own test suites ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


def test_inputs_are_found_by_their_names_alone() -> None:
    with pytest.raises(ArgumentError, match="unable to find input x"):
        run('Axon.predict(Axon.input("x"), Axon.ModelState.empty(), %{foo: Nx.tensor(1)})')


def test_an_absent_value_that_a_layer_gives_is_absent_for_the_next_one() -> None:
    code = """
    none = Axon.layer(fn %Axon.None{} = none, _ -> none end, [Axon.optional(Axon.input("x", optional: true))])
    net = Axon.layer(fn _, _ -> Nx.tensor(7) end, [Axon.optional(Axon.nx(none, fn _ -> raise "no" end))])
    Axon.predict(net, Axon.ModelState.empty(), %{})
    """
    assert run(code).numpy() == 7


def test_hooks_of_a_jit_take_the_place_of_a_layers_hook() -> None:
    code = """
    me = self()
    net = Axon.input("x") |> Axon.attach_hook(fn _ -> send(me, :own) end, on: :forward) |> Axon.relu()
    {_, predict} = Axon.build(net)
    Nx.Defn.jit(predict, hooks: %{x: fn _ -> send(me, :other) end}).(Axon.ModelState.empty(), Nx.tensor([1.0]))
    receive do message -> message end
    """
    assert inspect(run(code)) == ":other"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("conv(Nx.iota({1, 1, 1}), Nx.iota({1, 1, 1, 1}), 0)", "conv: expected input and kernel ranks to be equal got 3 != 4"),
        ("depthwise_conv(Nx.iota({1, 1, 1}), Nx.iota({1, 1, 1, 1}), 0)", "depthwise_conv: expected input and kernel ranks to be equal"),
        ("separable_conv2d(Nx.iota({1, 1, 1}), Nx.iota({1}), 0, Nx.iota({1}), 0)", "expected input to have rank equal to 4, got 3 != 4"),
        ("separable_conv2d(Nx.iota({1, 1, 1, 1}), Nx.iota({1}), 0, Nx.iota({1}), 0)", "expected all input ranks"),
        ("dense(Nx.tensor([[1, 2]]), Nx.tensor([[3], [4]]), {1, 2})", "invalid bias, expected a tensor, got {1, 2}"),
        ("resize(Nx.iota({1, 1}))", "expected input to have rank equal to 4, got 2 != 4"),
    ],
)  # fmt: skip
def test_layers_name_what_is_wrong_with_their_arguments(call: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        run(f"Axon.Layers.{call}")
    assert message in str(caught.value)


def test_an_output_shape_may_be_absent() -> None:
    code = 'Axon.get_output_shape(Axon.multiply(Axon.input("x"), Axon.input("m", optional: true)), %{"x" => Nx.template({1, 1}, :f32)})'
    assert inspect(run(code)).startswith("%Axon.None{") or inspect(run(code)).startswith("#Axon.None<")


def test_a_resumed_loop_keeps_its_number_of_iterations() -> None:
    code = """
    data = Stream.repeatedly(fn -> {Nx.tensor([[1.0]]), Nx.tensor([[2.0]])} end)
    loop = Axon.Loop.trainer(Axon.input("x") |> Axon.dense(1), :mean_squared_error, :sgd, log: 0)
    whole = %{loop | output_transform: & &1}
    state = Axon.Loop.run(whole, data, Axon.ModelState.empty(), epochs: 2, iterations: 3)
    again = whole |> Axon.Loop.from_state(state) |> Axon.Loop.run(data, %{}, epochs: 1)
    {state.event_counts.iteration_completed, again.event_counts.iteration_completed, again.epoch}
    """
    assert inspect(run(code)) == "{%{epoch: 0, total: 6}, %{epoch: 0, total: 9}, 3}"


def test_no_batch_is_drawn_after_the_last_iteration() -> None:
    code = """
    me = self()
    data = Stream.repeatedly(fn -> send(me, :drawn); {Nx.tensor([[1.0]]), Nx.tensor([[2.0]])} end)
    loop = Axon.Loop.trainer(Axon.input("x") |> Axon.dense(1), :mean_squared_error, :sgd, log: 0)
    Axon.Loop.run(loop, data, Axon.ModelState.empty(), iterations: 3)
    Process.info(self(), :message_queue_len)
    """
    assert inspect(run(code)) == "{:message_queue_len, 4}"


def test_metric_functions_take_an_average_outputs_and_a_count() -> None:
    code = """
    %{metrics: %{"accuracy" => {average, :accuracy}}} = Axon.Loop.loop(fn _, _ -> 1 end) |> Axon.Loop.metric(:accuracy)
    average.(0.5, [%{y_true: Nx.tensor([[1, 0, 1]]), y_pred: Nx.tensor([[0.8, 0.2, 0.8]])}], 1)
    """
    assert run(code).numpy() == 0.75


def test_gradients_accumulate_without_touching_the_parent() -> None:
    code = """
    {init, update} = Polaris.Updates.trace(nesterov: true) |> Polaris.Updates.accumulate_gradients(1)
    params = %{a: Nx.tensor([1.0])}
    {zero, state} = update.(%{a: Nx.tensor([2.0])}, init.(params), params)
    {_, made} = update.(%{a: Nx.tensor([2.0])}, state, params)
    {zero.a, elem(state, 0).gradient_state.a, elem(state, 1).trace.a, elem(made, 0).step, elem(made, 1).trace.a}
    """
    assert [float(t.numpy().ravel()[0]) for t in run(code)] == [0.0, 2.0, 0.0, 0.0, 2.0]


def test_a_number_is_not_rounded_before_it_takes_a_type() -> None:
    assert float(run("Nx.as_type(2.718281828459045, :f64)").numpy()) == 2.718281828459045
    assert int(run("Nx.as_type(5_000_000_000, :s64)").numpy()) == 5_000_000_000


@pytest.mark.parametrize("compiler", ["Nx.Defn.Evaluator", "EXLA"])
def test_the_inverse_of_a_singular_matrix_leaves_out_noise(compiler: str) -> None:
    code = f"Nx.Defn.jit(&Nx.LinAlg.pinv/1, compiler: {compiler}).(Nx.tensor([[1.1, 2.3, 3.7], [2.2, 4.6, 7.4], [0.3, 0.9, 0.1]]))"
    a = np.array([[1.1, 2.3, 3.7], [2.2, 4.6, 7.4], [0.3, 0.9, 0.1]])
    np.testing.assert_allclose(run(code).numpy(), np.linalg.pinv(a, rcond=1e-5), rtol=1e-3, atol=1e-4)


def test_the_rank_of_a_shape_is_its_size() -> None:
    assert run("Nx.rank({nil, 3, 0})") == 3


def test_axes_are_normalised_for_libraries() -> None:
    assert run("Nx.Shape.normalize_axis({nil, 3, 4}, -1, [nil, nil, nil])") == 2
    assert run("Nx.Shape.normalize_axis({2, 3, 4}, :c, [nil, nil, :c], 1)") == 2
    with pytest.raises(ArgumentError, match=r"given axis \(3\) invalid for shape with rank 3"):
        run("Nx.Shape.normalize_axis({2, 3, 4}, 3, [nil, nil, nil])")
