"""Axon.Display: what tables and diagrams say of layers."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

LITERAL = "FunctionClauseError: no function clause matching in anonymous fn/2 in Axon.Display.do_axon_to_rows/6"


@pytest.mark.parametrize(
    ("layer", "options"),
    [
        ("Axon.rms_norm()", ["epsilon: 1.0e-6", "channel_index: -1", "shift: 0.0", "upcast: :normalization"]),
        ("Axon.mask(0)", ["eos_token: 0"]),
        ("Axon.global_lp_pool()", ["channels: :last", "keep_axes: false", "norm: 2"]),
        ("Axon.adaptive_max_pool()", ["output_size: nil", "channels: :last"]),
        ("Axon.adaptive_lp_pool(output_size: 2)", ["output_size: 2", "norm: 2", "channels: :last"]),
    ],
)
def test_options_of_a_layer(layer: str, options: list[str]) -> None:
    table = f"""
    Axon.input("x") |> {layer} |> Axon.Display.as_table(Nx.template({{2, 4, 3}}, :f32))
    |> String.split("\\n") |> Enum.drop(8) |> Enum.filter(&String.starts_with?(&1, "| ")) |> Enum.map(&String.trim(Enum.at(String.split(&1, " | "), 3)))
    """
    assert outcome(table) == outcome(str(options).replace("'", '"'))


def test_a_recurrent_layer() -> None:
    code = """
    {sequence, _} = Axon.input("x") |> Axon.lstm(4)
    lines = sequence |> Axon.Display.as_table(Nx.template({2, 4, 3}, :f32)) |> String.split("\\n") |> Enum.filter(&String.starts_with?(&1, "| "))
    row = fn line -> line |> String.split("|", trim: true) |> Enum.map(&String.trim/1) end
    for [name, _, out, option, parameter] <- Enum.drop(Enum.map(lines, row), 4), do: {name, out, option, parameter}
    """
    assert outcome(code) == outcome("""[
      {"lstm_0_c_hidden_state ( recurrent_state )", "f32[2][4]", "", "key: f32[2]"},
      {"lstm_1_h_hidden_state ( recurrent_state )", "f32[2][4]", "", "key: f32[2]"},
      {"constant_0 ( constant )", "s32", "value: #Nx.Tensor<", ""}, {"", "", "s32", ""}, {"", "", "0", ""}, {"", "", ">", ""},
      {"lstm_0_hidden_state ( container )", "f32[2][4], f32[2][4]", "", ""},
      {"lstm_0 ( lstm )", "f32[2][4][4], f32[2][4], f32[2][4]", "activation: :tanh", "input_kernel: f32[3][4]"},
      {"", "", "gate: :sigmoid", "hidden_kernel: f32[4][4]"}, {"", "", "unroll: :dynamic", "bias: f32[4]"},
      {"lstm_0_output_sequence ( elem )", "f32[2][4][4]", "", ""}]""")


@pytest.mark.parametrize(
    "layer", ["Axon.dense(2)", "Axon.conv(2)", "Axon.conv_transpose(2)", "Axon.embedding(3, 2)"]
)
def test_a_parameter_of_a_written_shape_has_no_row(layer: str) -> None:
    assert outcome(f'Axon.input("x") |> {layer} |> Axon.Display.as_table(Nx.template({{1, 3, 3}}, :s64))') == LITERAL


def test_a_wrong_number_of_arguments_is_a_compile_error() -> None:
    code = """
    net = Axon.input("x") |> Axon.activation(&Nx.sin/1)
    try do
      Axon.get_output_shape(net, Nx.template({2}, :f32))
    rescue
      e in Axon.CompileError -> {e.name, e.mfa, e.exception.__struct__}
    end
    """
    assert outcome(code) == '{"custom_0", {Nx, :sin, 2}, BadArityError}'
