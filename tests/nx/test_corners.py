"""Corners of Nx that the reference's own suite names: literals, names, vectorised axes, containers and their protocols."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import ArithmeticError_, CompileError
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


def test_as_type_of_a_number_keeps_its_digits() -> None:
    assert run("Nx.as_type(1.0e-128, :f64) |> Nx.to_number()") == 1.0e-128


def test_vectorised_arguments_keep_kept_axes() -> None:
    assert run("Nx.argmax(Nx.vectorize(Nx.tensor([[1, 3], [4, 2]]), :x), keep_axis: true).shape") == (1,)


def test_broadcast_to_a_vectorised_tensor_with_axes_takes_its_shape_only() -> None:
    made = run(
        "a = Nx.vectorize(Nx.tensor([[1, 2, 3], [4, 5, 6]]), :x)\n"
        "Nx.broadcast(a, Nx.vectorize(Nx.iota({1, 2, 3}), :a), axes: [1], names: [:i, :j])"
    )
    assert (made.shape, [name.name for name, _ in made.vectorized_axes]) == ((2, 3), ["x"])


def test_weighted_mean_by_the_name_of_an_axis() -> None:
    code = "Nx.weighted_mean(Nx.tensor([1, 2, 3], type: :u8, names: [:x]), Nx.tensor([1, 3, 5]), axes: [:x]) |> Nx.to_number()"
    assert abs(run(code) - 22 / 9) < 1e-6


def test_covariance_around_a_batch_of_means() -> None:
    made = run("Nx.covariance(Nx.tensor([[4, 5], [2, 3], [1, 0]]), Nx.tensor([[3, 2], [2, 3]]))")
    assert made.shape == (2, 2, 2)
    assert abs(made.numpy()[0, 1, 1] - 14 / 3) < 1e-6


def test_linspace_computes_in_its_type() -> None:
    assert run("Nx.linspace(0, 0.5, n: 6, type: :f64) |> Nx.to_flat_list()")[1] == 0.1


def test_angles_of_complex_numbers_that_are_real() -> None:
    made = run("Nx.atan2(Complex.new(7, 0), Complex.new(2.0, 0.0))")
    assert made.type.name == "c64" and abs(made.numpy().real - 1.2924967) < 1e-6
    with pytest.raises(ArithmeticError_, match="only accepts real numbers"):
        run("Nx.atan2(7, Complex.new(1, 3))")


def test_non_finite_parts_in_sigils() -> None:
    assert inspect(run("import Nx, only: :sigils\n~VEC[1i Inf+2i NaN-Infi]")) == "#Nx.Tensor<\n  c64[3]\n  [0.0+1.0i, Inf+2.0i, NaN-Infi]\n>"
    assert inspect(run("import Nx, only: :sigils\n~VEC[i 1-i]")) == "#Nx.Tensor<\n  c64[2]\n  [0.0+1.0i, 1.0-1.0i]\n>"


@pytest.mark.parametrize(("given", "kind"), [("Nx.tensor(0, type: :bf16), Nx.tensor(9, type: :bf16)", "bf16"), ("0, 9, type: :f8_e4m3fn", "f8_e4m3fn")])
def test_types_of_random_numbers(given: str, kind: str) -> None:
    assert run(f"Nx.Random.uniform_split(Nx.Random.key(44), {given})").type.name == kind


def test_implementations_of_the_container_protocols() -> None:
    code = '{Nx.Container.impl_for("text"), Nx.Container.impl_for({1, 2}), Nx.LazyContainer.impl_for(%{}), Nx.Container.impl_for(Nx.tensor(1))}'
    assert inspect(run(code)) == "{nil, Nx.Container.Tuple, Nx.LazyContainer.Map, Nx.Container.Nx.Tensor}"


def test_templates_keep_the_mark_of_donation() -> None:
    assert run("(Nx.tensor([1]) |> Nx.donatable() |> Nx.to_template()).donatable?") is True


def test_branches_that_no_element_takes_do_not_run() -> None:
    code = """
    defmodule CornerBranches do
      import Nx.Defn
      defn pick(p) do
        cond do
          p == 1 -> print_value(p * 10, label: "one")
          p == 2 -> print_value(p * 100, label: "two")
          true -> p
        end
      end
    end
    import ExUnit.CaptureIO
    {made, io} = with_io(fn -> CornerBranches.pick(Nx.vectorize(Nx.tensor([0, 2]), :x)) end)
    {made |> Nx.devectorize() |> Nx.to_list(), io =~ "one", io =~ "two"}
    """
    assert inspect(run(code)) == "{[0, 200], false, true}"


def test_predicates_with_different_vectorised_axes() -> None:
    code = """
    defmodule CornerAxes do
      import Nx.Defn
      defn pick(p, a, q, b) do
        cond do
          p -> a
          q -> b
          true -> 40
        end
      end
    end
    v = fn list, name -> Nx.vectorize(Nx.tensor(list), name) end
    CornerAxes.pick(v.([0, 1, 0], :p), v.([10, 100], :q), v.([1, 0], :q), v.([20, 200, 2000], :p)) |> Nx.devectorize() |> Nx.to_list()
    """
    assert run(code) == [[20, 40], [10, 100], [2000, 40]]


def test_constants_take_the_type_of_the_other_operand_inside_a_defn() -> None:
    code = "defmodule CornerPi do\n  import Nx.Defn\n  defn f(x), do: x * Nx.Constants.pi()\nend\n"
    assert run(code + "CornerPi.f(Nx.tensor(1.0, type: :f64)) |> Nx.to_number()") == 3.141592653589793
    assert run(code + "CornerPi.f(Nx.tensor(1.0, type: :f16)).type") == run("{:f, 16}")


def test_literals_in_branches_keep_their_digits() -> None:
    code = "defmodule CornerLiteral do\n  import Nx.Defn\n  defn f(x), do: if(x == 1, do: 1.4, else: x)\nend\n"
    assert run(code + "CornerLiteral.f(Nx.tensor(1.0, type: :f64)) |> Nx.to_number()") == 1.4


def test_options_of_a_while_with_a_condition() -> None:
    body = "while a, Nx.less(a, 10), unroll: true do\n a + 1\n end"
    code = f"defmodule CornerWhile do\n  import Nx.Defn\n  defn f(a) do\n {body}\n  end\nend\nCornerWhile.f(0)"
    with pytest.raises(CompileError, match="options are not supported on while with conditions"):
        run(code)


def test_gradients_of_complex_numbers_through_linear_functions_are_real() -> None:
    assert run("Nx.Defn.grad(Nx.tensor([Complex.new(1, 2)]), &Nx.sum/1)").type.name == "f32"


def test_gradients_keep_the_axes_of_their_input() -> None:
    code = "Nx.Defn.grad(Nx.vectorize(Nx.iota({2, 2}, type: :f32), :a), fn t -> t |> Nx.devectorize(keep_names: false) |> Nx.vectorize(:b) |> Nx.sum() end)"
    made = run(code)
    assert [name.name for name, _ in made.vectorized_axes] == ["a"] and made.numpy().tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("call", ["Nx.argmax(t)", "Nx.argmin(t)"])
def test_argmax_copies_no_memory_that_is_read_only(call: str) -> None:
    """NumPy copies what it may not write to; a tensor of a binary is such memory."""
    size = 1 << 20
    fun = run(f"fn t -> {call} |> Nx.to_flat_list() |> hd() end")
    t = run("fn b -> Nx.from_binary(b, :f32) end")(b"\0" * (size - 4) + b"\0\0\x80\x3f")
    assert fun(t) == (size // 4 - 1 if "argmax" in call else 0)
    tracemalloc.start()
    try:
        fun(t)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size // 2
