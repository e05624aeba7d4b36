"""Expressions of library functions: what debug_expr shows of their compositions."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

CASES = [
    (
        "Nx.Defn.debug_expr(fn a -> Nx.variance(a) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  f32\n  \n  Nx.Defn.Expr\n  parameter a:0                              s32[2][3]\n  b = sum a, axes: "
        "[0, 1], keep_axes: true   s32[1][1]\n  c = divide b, 6                            f32[1][1]\n  d = subtract a, c"
        "                          f32[2][3]\n  e = pow d, 2                               f32[2][3]\n  f = sum e, axes: "
        "nil, keep_axes: false     f32\n  g = divide f, 6                            f32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.logsumexp(a, axes: [1], keep_axes: true) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  f32[2][1]\n  \n  Nx.Defn.Expr\n  parameter a:0                                  s32[2][3]\n  b = red"
        "uce_max a, axes: [1], keep_axes: true   s32[2][1]\n  c = metadata b, :stop_grad                     s32[2][1]\n "
        " d = is_infinity c                              u8[2][1]\n  e = select d, 0, c                             s32["
        "2][1]\n  f = subtract a, e                              s32[2][3]\n  g = exp f                                  "
        "    f32[2][3]\n  h = sum g, axes: [1], keep_axes: true          f32[2][1]\n  i = log h                          "
        "            f32[2][1]\n  j = add i, e                                   f32[2][1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.sum(a, keep_axes: true) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  s32[1][1]\n  \n  Nx.Defn.Expr\n  parameter a:0                              s32[2][3]\n  b = sum a, "
        "axes: [0, 1], keep_axes: true   s32[1][1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.rfft(a) end).(Nx.iota({3}))",
        "#Nx.Tensor<\n  c64[2]\n  \n  Nx.Defn.Expr\n  parameter a:0                                                   s32[3"
        "]\n  b = block %Nx.Block.RFFT{eps: 1.0e-10, length: 3, axis: 0}, a   c64[2]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.complex(a, a) end).(Nx.iota({3}))",
        "#Nx.Tensor<\n  c64[3]\n  \n  Nx.Defn.Expr\n  parameter a:0              s32[3]\n  b = multiply 0.0+1.0i, a   c64[3]"
        "\n  c = add b, a               c64[3]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.real(a) end).(Nx.tensor([1.0]))",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0   f32[1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.add(a, :infinity) end).(Nx.tensor([1.0]))",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0         f32[1]\n  b = add infinity, a   f32[1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.reshape(Nx.reshape(a, {6}), {3, 2}) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  s32[3][2]\n  \n  Nx.Defn.Expr\n  parameter a:0   s32[2][3]\n  b = reshape a   s32[6]\n  c = reshape b"
        "   s32[3][2]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.LinAlg.norm(a) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  f32\n  \n  Nx.Defn.Expr\n  parameter a:0                                     s32[2][3]\n  b = abs a "
        "                                        s32[2][3]\n  c = reduce_max b, axes: [0, 1], keep_axes: true   s32[1][1"
        "]\n  d = greater c, 0                                  u8[1][1]\n  e = select d, c, 1                           "
        "     s32[1][1]\n  f = divide b, e                                   f32[2][3]\n  g = pow f, 2                   "
        "                   f32[2][3]\n  h = sum g, axes: [0, 1], keep_axes: true          f32[1][1]\n  i = pow h, 0.5   "
        "                                 f32[1][1]\n  j = multiply i, e                                 f32[1][1]\n  k ="
        " squeeze j, [0, 1]                             f32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.LinAlg.matrix_rank(a) end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  u32\n  \n  Nx.Defn.Expr\n  parameter a:0                                                           "
        "  s32[2][3]\n  b = block %Nx.Block.LinAlg.SVD{max_iter: 100, full_matrices?: false}, a   tuple3\n  c = elem b, 1"
        "                                                             f32[2]\n  d = reduce_max c, axes: nil, keep_axes: "
        "false                             f32\n  e = multiply 3.0e-7, d                                                "
        "    f32\n  f = greater c, e                                                          u8[2]\n  g = sum f, axes: n"
        "il, keep_axes: false                                    u32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a, b -> Nx.LinAlg.triangular_solve(a, b) end).(Nx.eye(2), Nx.iota({2}))",
        "#Nx.Tensor<\n  f32[2]\n  \n  Nx.Defn.Expr\n  parameter a:0                                                        "
        "         s32[2][2]\n  parameter b:1                                                                 s32[2]\n  c "
        "= triangular_solve a, b, transform_a: :none, left_side: true, lower: true   f32[2]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.Defn.Expr.metadata(Nx.add(a, 1), %{foo: 1}) end).(1)",
        "#Nx.Tensor<\n  s32\n  \n  Nx.Defn.Expr\n  parameter a:0   s32\n  b = add 1, a    s32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.Defn.Expr.metadata(Nx.add(a, 1), %{foo: 1, inspect: :bar}) end).(1)",
        "#Nx.Tensor<\n  s32\n  \n  Nx.Defn.Expr\n  parameter a:0          s32\n  b = add 1, a           s32\n  c = metadata b"
        ", :bar   s32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.Defn.grad(a, fn a -> Nx.sum(Nx.pow(a, 3)) end) end).(Nx.tensor([1.0]))",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0       f32[1]\n  b = pow a, 2.0      f32[1]\n  c = multipl"
        "y 3, b   f32[1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.Defn.grad(a, fn a -> Nx.sum(Nx.max(a, 0)) end) end).(Nx.tensor([1.0]))",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0            f32[1]\n  b = max a, 0             f32[1]\n  c"
        " = equal a, b           u8[1]\n  d = select c, 1.0, 0.0   f32[1]\n  e = equal 0, b           u8[1]\n  f = select "
        "e, 2.0, 1.0   f32[1]\n  g = divide d, f          f32[1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.Defn.grad(a, fn a -> Nx.sum(Nx.clip(a, 0, 1)) end) end).(Nx.tensor([1.0]))",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0            f32[1]\n  b = greater_equal a, 0   u8[1]\n  c "
        "= less_equal a, 1      u8[1]\n  d = bitwise_and b, c     u8[1]\n  e = select d, 1.0, 0.0   f32[1]\n>",
    ),
    (
        "Nx.Defn.debug_expr(&Axon.Activations.softmax/1).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  f32[2][3]\n  \n  Nx.Defn.Expr\n  parameter a:0                                  s32[2][3]\n  b = red"
        "uce_max a, axes: [1], keep_axes: true   s32[2][1]\n  c = metadata b, :stop_grad                     s32[2][1]\n "
        " d = subtract a, c                              s32[2][3]\n  e = exp d                                      f32"
        "[2][3]\n  f = sum e, axes: [1], keep_axes: true          f32[2][1]\n  g = divide 1, f                           "
        "     f32[2][1]\n  h = multiply g, e                              f32[2][3]\n>",
    ),
    (
        "Nx.Defn.debug_expr(&Axon.Activations.mish/1).(Nx.iota({3}))",
        "#Nx.Tensor<\n  f32[3]\n  \n  Nx.Defn.Expr\n  parameter a:0       s32[3]\n  b = abs a           s32[3]\n  c = negate "
        "b        s32[3]\n  d = exp c           f32[3]\n  e = log1p d         f32[3]\n  f = max 0.0, a      f32[3]\n  g = a"
        "dd e, f        f32[3]\n  h = tanh g          f32[3]\n  i = multiply a, h   f32[3]\n>",
    ),
    (
        "Nx.Defn.debug_expr(&Axon.Losses.categorical_cross_entropy/2).(Nx.iota({2, 3}), Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  f32[2]\n  \n  Nx.Defn.Expr\n  parameter a:0                            s32[2][3]\n  parameter d:1   "
        "                         s32[2][3]\n  b = not_equal a, 0.0                     u8[2][3]\n  c = select b, a, 1   "
        "                    s32[2][3]\n  e = select b, d, 1                       s32[2][3]\n  f = log e                "
        "                f32[2][3]\n  g = multiply c, f                        f32[2][3]\n  h = select b, g, 0           "
        "            f32[2][3]\n  i = negate h                             f32[2][3]\n  j = sum i, axes: [1], keep_axes: "
        "false   f32[2]\n>",
    ),
    (
        "Nx.Defn.jit_apply(fn x -> Nx.multiply(x, 0.2) end, [Nx.tensor([-0.68, 1.3, 0.77], type: :bf16)])",
        "#Nx.Tensor<\n  bf16[3]\n  [-0.135, 0.258, 0.152]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> a[0][0] end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  s32\n  \n  Nx.Defn.Expr\n  parameter a:0                         s32[2][3]\n  b = slice a, [0, 0], ["
        "1, 1], [1, 1]   s32[1][1]\n  c = squeeze b, [0, 1]                 s32\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> a[[.., 0..2]] end).(Nx.iota({2, 3}))",
        "#Nx.Tensor<\n  s32[2][3]\n  \n  Nx.Defn.Expr\n  parameter a:0                         s32[2][3]\n  b = slice a, [0,"
        " 0], [2, 3], [1, 1]   s32[2][3]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.slice(Nx.slice(a, [0, 1], [2, 2], strides: [1, 1]), [1, 0], [1, 2]) end).(Nx.iot"
        "a({2, 3}))",
        "#Nx.Tensor<\n  s32[1][2]\n  \n  Nx.Defn.Expr\n  parameter a:0                         s32[2][3]\n  b = slice a, [1,"
        " 1], [1, 2], [1, 1]   s32[1][2]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.sum(a, axes: []) end).(Nx.iota({2, 3}, type: :u8))",
        "#Nx.Tensor<\n  u32[2][3]\n  \n  Nx.Defn.Expr\n  parameter a:0   u8[2][3]\n  b = as_type a   u32[2][3]\n>",
    ),
    (
        "Nx.Defn.debug_expr(fn a -> Nx.add(a, Nx.as_type(2.0, :s32)) end).(1)",
        "ArgumentError: value 2.0 is not valid for constant of type {:s, 32}",
    ),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_expression(code: str, expected: str) -> None:
    assert outcome(code) == expected
