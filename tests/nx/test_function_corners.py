"""Corners of single functions of Nx, Nx.LinAlg and Nx.Random: options, result types, names and the order of checks."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

CASES = [
    ("Nx.any(Nx.iota({4}, type: :f32), axes: []) |> Nx.to_list()", "[0, 1, 2, 3]"),
    ("Nx.all(5_000_000_000, axes: []) |> Nx.to_number()", "0"),
    ("Nx.irfft(Nx.iota({3, 2}), axis: 1)", "ArgumentError: length at axis 1 must be greater than or equal to 1, got: 0"),
    ("Nx.irfft(Nx.iota({3, 1}), axis: 1)", "ArgumentError: length at axis 1 must be greater than or equal to 1, got: -1"),
    ("Nx.add(Nx.tensor([1], type: :bf16), Nx.tensor([1], type: :f8_e4m3fn)).type", "{:f8_e4m3fn, 8}"),
    ("Nx.tensor([0.97, 1.0, -0.98, 63.0], type: :f8_e4m3fn) |> Nx.to_list()", "[0.9375, 1.0, -0.9375, 60.0]"),
    ("Nx.sigmoid(Nx.tensor([2], type: :f16)) |> Nx.to_list()", "[0.880859375]"),
    ("Nx.acos(Nx.tensor([Complex.new(2, -2.5)])) |> Nx.to_list()", "[-0.9194329380989075-1.862914800643921i]"),
    (
        "Nx.Defn.jit_apply(&Nx.asin/1, [Nx.tensor([Complex.new(2, 0)])]) |> Nx.to_list()",
        "[1.5707963705062866-1.316957950592041i]",
    ),
    ("Nx.atanh(Nx.tensor([Complex.new(2, 0)])) |> Nx.to_list()", "[0.5493061542510986-1.5707963705062866i]"),
    (
        "Complex.acosh(Complex.new(-2.5, 0.5)) |> then(&{Float.round(&1.re, 6), Float.round(&1.im, 6)})",
        "{-1.591913, -2.927632}",
    ),
    (
        "Nx.window_scatter_max(Nx.tensor([0, 1, 4, 6], type: :u64), Nx.iota({3}, type: :s8), 1, {2}, strides: [1]).type",
        "{:s, 32}",
    ),
    ("Nx.iota({2, 3}, names: [:a, :b], vectorized_axes: [x: 2]).names", "[nil, nil]"),
    ("Nx.eye(Nx.iota({2, 3})).shape", "{2, 3}"),
    (
        "Nx.eye({1}, names: [:a, :b])",
        "ArgumentError: invalid names for tensor of rank 1, when specifying names every dimension must have a name or be nil",
    ),
    ("Nx.fill(Nx.iota({2}), 1.5, type: :u64) |> Nx.to_list()", "[1, 1]"),
    ("Nx.linspace(0, 2.5, n: 2, type: :s64) |> Nx.to_list()", "[0, 2]"),
    ("Nx.concatenate([Nx.tensor(3)]) |> Nx.to_number()", "3"),
    (
        "Nx.put_slice(Nx.iota({4}), [0], Nx.vectorize(Nx.tensor([7, 8]), :v)) |> Nx.devectorize() |> Nx.to_list()",
        "[[7, 1, 2, 3], [8, 1, 2, 3]]",
    ),
    (
        "Nx.indexed_add(Nx.iota({3, 2}), Nx.tensor([[1], [0]]), Nx.tensor([[10, 3], [5, 0]]), axes: [1]) |> Nx.to_list()",
        "[[5, 11], [2, 6], [4, 5]]",
    ),
    ("Nx.mode(Nx.tensor([[3]], names: [:a, :b]), keep_axis: true).names", "[:a, :b]"),
    ("Nx.select(Nx.vectorize(Nx.tensor([0, 1]), :w), Nx.tensor([[5]], names: [:a, :b]), Nx.iota({2, 2})).names", "[:a, :b]"),
    (
        "Nx.log(Nx.tensor([5], names: [:a]), Nx.tensor([[2, 3]], names: [:a, :b]))",
        "ArgumentError: cannot merge name :a on axis 1 with name :b on axis 1",
    ),
    (
        "Nx.reshape(Nx.iota({2, 2}), {1, 1}, names: [:a])",
        "ArgumentError: cannot reshape, current shape {2, 2} is not compatible with new shape {1, 1}",
    ),
    ("Nx.broadcast(Nx.iota({2, 2}), {}, names: [:a])", "ArgumentError: cannot broadcast tensor of dimensions {2, 2} to {}"),
    (
        "Nx.conv(Nx.iota({1, 1, 2, 2}), Nx.iota({2, 1, 1, 1}), kernel_permutation: [2, 0, 1, 3])",
        "ArgumentError: size of input channels divided by feature groups must match size of kernel channels, got 1 / 1 "
        "!= 2 for shapes {1, 1, 2, 2} and {1, 2, 1, 1}",
    ),
    ("inspect(Nx.tensor(3), limit: 0)", "\"#Nx.Tensor<\\n  s32\\n  3\\n>\""),
    ("Nx.Random.randint(Nx.Random.key(1), -2.5, 100, type: :s16, shape: {3}) |> elem(0) |> Nx.to_list()", "~c\"AV-\""),
    ("Nx.Random.choice(Nx.Random.key(1), Nx.tensor(1), samples: 2)", "ArgumentError: tensor must have rank 1 or greater"),
    (
        "Nx.Random.gumbel(Nx.Random.key(1), names: [:a])",
        "ArgumentError: unknown key :names in [names: [:a]], expected one of [:shape, :type]",
    ),
    (
        "Nx.LinAlg.norm(Nx.iota({2, 2, 2}), axes: [2])",
        "ArgumentError: expected 1-D or 2-D tensor, got tensor with shape {2, 2, 2}",
    ),
    ("Nx.LinAlg.norm(Nx.tensor([[1.0, -2], [3, 4]]), ord: :inf, axes: [0], keep_axes: true) |> Nx.to_list()", "[7.0]"),
    ("Nx.LinAlg.norm(Nx.tensor([1.0, -3, 4]), ord: 3) |> Nx.to_number() |> Float.round(4)", "4.5144"),
    ("Nx.LinAlg.norm(Nx.tensor([1, 2], type: :f16)).type", "{:f, 16}"),
    ("Nx.LinAlg.norm(Nx.iota({3}), ord: :nuclear)", "ArgumentError: nuclear norm not supported for rank != 2"),
    (
        "Nx.LinAlg.pinv(Nx.tensor([8, 6], names: [:b])) |> then(&{&1.names, Nx.to_list(Nx.round(Nx.multiply(&1, 100)))})",
        "{[:b], [8.0, 6.0]}",
    ),
    ("Nx.LinAlg.pinv(Nx.eye(2, type: :bf16)).type", "{:bf, 16}"),
    ("Nx.LinAlg.invert(Nx.eye(2, type: :bf16)).type", "{:f, 32}"),
    ("Nx.LinAlg.solve(Nx.eye(1), Nx.tensor([2], type: :bf16)).type", "{:f, 32}"),
    (
        "Nx.LinAlg.least_squares(Nx.tensor([Complex.new(1, 1)]), Nx.iota({2}))",
        "ArgumentError: Nx.LinAlg.least_squares/2 is not yet implemented for complex inputs",
    ),
    ("Nx.broadcast(Nx.tensor(3), Nx.vectorize(Nx.iota({2, 3}), :v))", "#Nx.Tensor<\n  s32[3]\n  [3, 3, 3]\n>"),
    (
        "Nx.fill(Nx.vectorize(Nx.iota({2, 1}), :v), 7)",
        "#Nx.Tensor<\n  vectorized[v: 2]\n  s32[1]\n  [\n    [7],\n    [7]\n  ]\n>",
    ),
    ("Nx.Defn.jit_apply(fn x -> Nx.as_type(-1, :u8) |> Nx.add(x) end, [1])", "#Nx.Tensor<\n  s32\n  256\n>"),
    ("Nx.Defn.jit_apply(fn x -> Nx.tensor(300, type: :s8) |> Nx.divide(x) end, [1])", "#Nx.Tensor<\n  f32\n  44.0\n>"),
    ("Nx.all(Nx.tensor(-6, type: :s8), keep_axes: true) |> Nx.to_number()", "250"),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_corner(code: str, expected: str) -> None:
    assert outcome(code) == expected
