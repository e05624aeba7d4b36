"""Arrays cross the border between Python and Elixir without a copy, in both directions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from defnpy.compilers.exla.backend import JaxData
from defnpy.host.border import array_of, tensor_of, to_elixir, to_python
from defnpy.host.setup import ensure_runtime
from defnpy.nx.dtype import of_name
from defnpy.terms.atom import alias
from defnpy.terms.inspect import inspect
from defnpy.terms.runtime import runtime


@pytest.fixture(autouse=True)
def _world() -> None:
    ensure_runtime()


def nx(name: str, *args: Any) -> Any:
    return runtime().module(alias("Nx")).functions[name](*args)


def place(array: Any) -> int:
    """Where the elements lie."""
    return int(array.unsafe_buffer_pointer()) if isinstance(array, jax.Array) else int(np.asarray(array).__array_interface__["data"][0])


@pytest.mark.parametrize("kind", ["f32", "f64", "bf16", "f16", "u8", "s64", "c64"])
def test_numpy(kind: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(of_name(kind).numpy)
    t = tensor_of(array)
    assert t.type.name == kind
    assert t.data is array
    assert array_of(t) is array
    assert to_python((t, {"a": t}))[0] is array


@pytest.mark.parametrize("array", [np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::2], np.asfortranarray(np.ones((2, 3))), np.zeros((), np.int32)])
def test_strided_views(array: Any) -> None:
    t = to_elixir(array)
    assert place(t.data) == place(array)
    np.testing.assert_array_equal(nx("add/2", t, 1).numpy(), array + 1)


def test_booleans_share_their_memory() -> None:
    array = np.array([True, False])
    assert place(tensor_of(array).data) == place(array)


def test_jax_arrays_stay_jax_arrays() -> None:
    array = jnp.arange(6, dtype=jnp.float32)
    t = tensor_of(array)
    assert t.data.__class__ is JaxData
    assert t.data.array is array
    assert array_of(t) is array


def test_jax_reads_host_tensors_through_dlpack() -> None:
    array = np.arange(64, dtype=np.float32)
    assert place(np.from_dlpack(tensor_of(array))) == place(array)
    made = jnp.from_dlpack(tensor_of(array))
    np.testing.assert_array_equal(made, array)


def test_numpy_reads_jax_tensors_through_dlpack() -> None:
    array = jnp.arange(64, dtype=jnp.float32)
    assert place(np.from_dlpack(tensor_of(array))) == place(array)


class Foreign:
    """An array of a library that only knows DLPack."""

    def __init__(self, array: Any) -> None:
        self.array, self.dtype, self.shape = array, array.dtype, array.shape

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()


def test_arrays_of_other_libraries() -> None:
    array = np.arange(4, dtype=np.float32)
    t = to_elixir(Foreign(array))
    assert place(t.data) == place(array)
    array[0] = 7
    assert nx("to_flat_list/1", t) == [7.0, 1.0, 2.0, 3.0]


def test_operations_leave_the_arrays_of_python_alone() -> None:
    array = np.arange(4, dtype=np.float32)
    chain = ensure_runtime().evaluator.run_text("Nx.Defn.jit(fn x -> Nx.exp(Nx.negate(Nx.multiply(Nx.add(x, 1), 2))) end)", "case.exs")
    chain(tensor_of(array))
    np.testing.assert_array_equal(array, np.arange(4))


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    given = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    t = tensor_of(given)
    assert place(t.data) == given.data_ptr()
    assert torch.from_dlpack(t).data_ptr() == given.data_ptr()
    low = torch.ones(4, dtype=torch.bfloat16)
    assert tensor_of(low).data.dtype == ml_dtypes.bfloat16
    assert place(tensor_of(low).data.view(np.int16)) == low.data_ptr()
    assert tensor_of(torch.ones(2, requires_grad=True)).shape == (2,)


def test_complex_numbers() -> None:
    term = to_elixir(1 + 2j)
    assert inspect(term) == "1.0+2.0i"
    assert to_python([term]) == [1 + 2j]
    assert to_python(nx("add/2", to_elixir(1j), 2)) == 2 + 1j
