"""Layers of models: what is refused, when and in which words; parameters of every kind."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

OUT_OF_RANGE = "ArgumentError: errors were found at the given arguments:\n\n  * 1st argument: out of range\n"
UNKNOWN = "ArgumentError: unknown keys [:foo] in [foo: 1], the allowed keys are: {}"


@pytest.mark.parametrize(
    ("layer", "known"),
    [
        ("conv(2, foo: 1)", "[:name, :activation, :meta, :kernel_initializer, :bias_initializer, :use_bias, :kernel_size, :strides, "
         ":padding, :input_dilation, :kernel_dilation, :channels, :feature_group_size]"),
        ("adaptive_avg_pool(foo: 1)", "[:name, :meta, :output_size, :channels, :norm]"),
        ("global_avg_pool(foo: 1)", "[:name, :meta, :keep_axes, :channels, :norm]"),
        ("rms_norm(foo: 1)", "[:name, :meta, :gamma_initializer, :channel_index, :epsilon, :shift, :upcast]"),
        ("stack_columns(foo: 1)", "[:name, :ignore]"),
        ("conv_lstm(2, foo: 1)", "[:name, :meta, :mask, :padding, :kernel_size, :strides, :unroll, :kernel_initializer, "
         ":bias_initializer, :use_bias]"),
    ],
)  # fmt: skip
def test_options_stand_in_order(layer: str, known: str) -> None:
    assert outcome(f'Axon.input("x") |> Axon.{layer}') == UNKNOWN.format(known)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        ("layer_norm(channel_index: 2)", "{3}", OUT_OF_RANGE),
        ("conv(2)", "{3}", OUT_OF_RANGE),
        ("separable_conv3d(2)", "{1, 6, 2}", OUT_OF_RANGE),
        ("separable_conv2d(2, kernel_size: {2, 2})", "{1, 6, 2}", "ArgumentError: expected :kernel_size to be a 1-element tuple, got: {2, 2}"),
        ("blur_pool()", "{2, 3}", "blur_pool: expected input to have rank equal to 4, got 2 != 4"),
        ("transpose([0, 3, 1])", "{2, 3}", "given axis (3) invalid for shape with rank 2"),
        ("max_pool(strides: [2], dilations: [2])", "{1, 3, 4, 4, 2}",
         "invalid stride dimensions, rank of shape (5) does not match rank of stride (3)"),
        ("avg_pool(dilations: [2])", "{1, 3, 4, 4, 2}",
         "invalid padding configuration, rank of padding configuration and shape must match"),
        ("avg_pool(kernel_size: {2})", "{1, 4, 4, 2}", "invalid window dimensions, rank of shape (4) does not match rank of window (3)"),
        ("adaptive_avg_pool(output_size: {1})", "{1, 4, 4, 2}", "expected :output_size to be a 2-element tuple, got: {1}"),
        ("pad([{1, 1}], channels: :last)", "{1, 2, 3}", "FunctionClauseError: no function clause matching in Axon.pad/4"),
        ("split(2) |> elem(0)", "{4}", "Axon.Layers.split: expected input shape to have at least rank 2, got rank 1"),
        ("lstm(2) |> elem(0)", "{4}", "exception found when compiling layer anonymous fn/3 in Axon.rnn_state/7 named lstm_0_c_hidden_state"),
        ("gru(2, kernel_initializer: :foo) |> elem(0)", "{1, 2, 3}", "function Axon.Initializers.foo/0 is undefined or private"),
        ("gru(0)", "{1, 2, 3}", "FunctionClauseError: no function clause matching in Axon.gru/4"),
        ("lstm(0, [])", "{1, 2, 3}", "FunctionClauseError: no function clause matching in Axon.lstm/4"),
    ],
)  # fmt: skip
def test_shapes_are_refused(layer: str, shape: str, expected: str) -> None:
    assert expected in outcome(f'Axon.input("x") |> Axon.{layer} |> Axon.get_output_shape(Nx.template({shape}, :f32))')


def test_convolutional_lstms_take_sequences_of_vectors() -> None:
    code = 'Axon.input("x") |> Axon.conv_lstm(4, seed: 5) |> elem(0) |> Axon.get_output_shape(Nx.template({1, 6, 4, 4}, :f32)) |> Nx.shape()'
    assert outcome(code) == "{1, 6, 4, 4}"


@pytest.mark.parametrize(
    ("parameter", "shown"),
    [
        ('Axon.param("w", [2, 3]).shape', "{2, 3}"),
        ('Axon.param("w", {2}, type: :bf16).type', "{:bf, 16}"),
        ('Axon.parameter("w", Nx.template({2}, :s32)).type', "{:s, 32}"),
        ('Axon.parameter("w", Nx.template({2}, :s32), type: :f32)',
         "ArgumentError: unknown keys [:type] in [type: :f32], the allowed keys are: [:initializer, :kind]"),
        ('Axon.parameter("w", fn t -> Nx.template(Nx.shape(t), :f32) end, type: :f64).template.(Nx.iota({2})).type', "{:f, 64}"),
        ('Axon.parameter("w", 3)', "FunctionClauseError: no function clause matching in Axon.parameter/3"),
    ],
)  # fmt: skip
def test_parameters(parameter: str, shown: str) -> None:
    assert outcome(parameter) == shown


def test_an_initialiser_may_make_several_tensors_of_one_template() -> None:
    code = """
    pair = Axon.parameter("w", fn t -> Nx.template(Nx.shape(t), :f32) end,
      initializer: fn shape, type, _ -> %{a: Nx.broadcast(Nx.tensor(2, type: type), shape), b: Nx.tensor(3)} end)
    net = Axon.layer(fn x, w, _ -> x |> Nx.multiply(w.a) |> Nx.add(w.b) end, [Axon.input("x"), pair])
    {init, predict} = Axon.build(net)
    predict.(init.(Nx.iota({2}), Axon.ModelState.empty()), Nx.iota({2})) |> Nx.to_list()
    """
    assert outcome(code) == "[3.0, 5.0]"


def test_a_bidirectional_layer_reverses_and_merges_containers() -> None:
    code = """
    net = Axon.input("x") |> Axon.bidirectional(fn x -> {Axon.nx(x, &Nx.cumulative_sum(&1, axis: 1))} end, &Nx.concatenate([&1, &2]))
    {inspect(net) =~ ~s(outputs: "nx_2"\\n  nodes: 7), Axon.predict(net, %{}, Nx.tensor([[1, 2, 3]])) |> elem(0) |> Nx.to_list()}
    """
    assert outcome(code) == "{true, [[1, 3, 6], [6, 5, 3]]}"
    assert outcome('Axon.container(Axon.input("x"))').startswith("Protocol.UndefinedError: protocol Nx.Container not implemented for type Axon")
