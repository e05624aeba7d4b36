"""Fourier transforms and complex numbers."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.api import elementwise as math
from defnpy.nx.api import index, shape
from defnpy.nx.convert import complex_term, to_tensor, unary_operand
from defnpy.nx.dispatch import apply, block, tag
from defnpy.nx.dtype import to_complex, to_real
from defnpy.nx.ops import order as ops
from defnpy.nx.options import keywords, validated
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, RuntimeError_
from defnpy.terms.module import ex, native_module

_POWER = Atom("power_of_two")


def _power_of_two(n: int) -> int:
    return 1 << (n - 1).bit_length()


def _ranked(t: Tensor, least: int) -> None:
    if len(t.shape) <= least - 1:
        raise ArgumentError(f"expected a tensor with rank > {least - 1}, got tensor with rank {len(t.shape)}")


def _length(given: Any, n: int, error: Any = RuntimeError_) -> int:
    if given is None:
        return n
    if given is _POWER:
        return _power_of_two(n)
    if given.__class__ is int and given > 0:
        return given
    raise error(f"expected an integer or :power_of_two as length, got: {text(given)}")


def _transform(op: Any, tensor: Any, opts: Any) -> Tensor:
    given = validated(opts, length=None, axis=-1, eps=1.0e-10)
    t = to_tensor(tensor)
    _ranked(t, 1)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    n = _length(given["length"], t.shape[axis])
    return apply_vectorized(t, lambda p, k: apply(op, p, eps=given["eps"], length=n, axis=axis + k))


@ex("fft/1", "fft/2")
def fft(tensor: Any, opts: Any = ()) -> Tensor:
    """The discrete Fourier transform along an axis."""
    return _transform(ops.FFT, tensor, opts)


@ex("ifft/1", "ifft/2")
def ifft(tensor: Any, opts: Any = ()) -> Tensor:
    """The inverse discrete Fourier transform along an axis."""
    return _transform(ops.IFFT, tensor, opts)


def _transform2(name: str, one: Any, tensor: Any, opts: Any) -> Tensor:
    t = to_tensor(tensor)
    _ranked(t, 2)
    given = validated(opts, lengths=None, axes=[-2, -1], eps=1.0e-10)
    axes = given["axes"]
    if axes.__class__ is not list or len(axes) != 2:
        raise ArgumentError(f"expected :axes to be a list with 2 axes, got: {text(axes)}")
    a, b = shapes.axes_indices(t.shape, axes, t.names)
    lengths = given["lengths"]
    if lengths is None:
        sizes = [t.shape[a], t.shape[b]]
    else:
        good = lengths.__class__ is list and len(lengths) == 2
        if not good or any(n is not _POWER and (n.__class__ is not int or n < 1) for n in lengths):
            raise ArgumentError(f"expected :lengths to be a list of lengths or :power_of_two, got: {text(lengths)}")
        sizes = [_length(n, t.shape[i]) for n, i in zip(lengths, (a, b), strict=True)]

    def plain(p: Tensor, k: int) -> Tensor:
        dims = list(p.shape)
        dims[a + k], dims[b + k] = sizes
        out = template(to_complex(p.type), tuple(dims), p.names)
        label = tag(name, eps=given["eps"], lengths=sizes, axes=[a + k, b + k])
        return block(label, out, (p,), lambda x: _two(one, x, sizes, (a + k, b + k), given["eps"]))

    return apply_vectorized(t, plain)


def _two(one: Any, t: Tensor, sizes: list[int], axes: tuple[int, int], eps: float) -> Tensor:
    last = one(t, keywords(axis=axes[1], length=sizes[1], eps=eps))
    return one(last, keywords(axis=axes[0], length=sizes[0], eps=eps))


@ex("fft2/1", "fft2/2")
def fft2(tensor: Any, opts: Any = ()) -> Tensor:
    """The two-dimensional discrete Fourier transform."""
    return _transform2("FFT2", fft, tensor, opts)


@ex("ifft2/1", "ifft2/2")
def ifft2(tensor: Any, opts: Any = ()) -> Tensor:
    """The inverse two-dimensional discrete Fourier transform."""
    return _transform2("IFFT2", ifft, tensor, opts)


@ex("rfft/1", "rfft/2")
def rfft(tensor: Any, opts: Any = ()) -> Tensor:
    """The non-redundant half of the transform of a real tensor."""
    given = validated(opts, length=None, axis=-1, eps=1.0e-10)
    t = to_tensor(tensor)
    if t.type.is_complex:
        raise ArgumentError(f"Nx.rfft/2 expects a real tensor, got type: {text(t.type.elixir)}")
    _ranked(t, 1)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    n = _length(given["length"], t.shape[axis], ArgumentError)

    def plain(p: Tensor, k: int) -> Tensor:
        at = axis + k
        out = template(to_complex(p.type), (*p.shape[:at], n // 2 + 1, *p.shape[at + 1 :]), p.names)
        label = tag("RFFT", eps=given["eps"], length=n, axis=at)
        return block(label, out, (p,), lambda x: _half(x, n, at, given["eps"]))

    return apply_vectorized(t, plain)


def _half(t: Tensor, n: int, axis: int, eps: float) -> Tensor:
    full = fft(t, keywords(axis=axis, length=n, eps=eps))
    return index.slice_along_axis(full, 0, n // 2 + 1, keywords(axis=axis))


@ex("irfft/1", "irfft/2")
def irfft(tensor: Any, opts: Any = ()) -> Tensor:
    """The real tensor of length *n* whose half transform is given."""
    given = validated(opts, length=None, axis=-1, eps=1.0e-10)
    t = to_tensor(tensor)
    _ranked(t, 1)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    n = given["length"]
    if n is None:
        n = 2 * (t.shape[axis] - 1)
    elif n.__class__ is not int or n < 1:
        raise ArgumentError(f"expected a positive integer as length, got: {text(n)}")

    def plain(p: Tensor, k: int) -> Tensor:
        at = axis + k
        out = template(to_real(p.type), (*p.shape[:at], n, *p.shape[at + 1 :]), p.names)
        label = tag("IRFFT", eps=given["eps"], length=n, axis=at)
        return block(label, out, (p,), lambda x: _whole(x, n, at, given["eps"]))

    return apply_vectorized(t, plain)


def _whole(t: Tensor, n: int, axis: int, eps: float) -> Tensor:
    """Rebuild the redundant half by symmetry, transform back, keep the real part."""
    half = n // 2 + 1
    at = keywords(axis=axis)
    have = t.shape[axis]
    if have < half:
        config = [(0, half - have if i == axis else 0, 0) for i in range(len(t.shape))]
        t = shape.pad(t, 0, config)
    elif have > half:
        t = index.slice_along_axis(t, 0, half, at)
    mirrored = shape.reverse(index.slice_along_axis(t, 1, n - half, at), keywords(axes=[axis]))
    t = shape.concatenate([t, math.conjugate(mirrored)], at)
    return math.real(ifft(t, keywords(axis=axis, length=n, eps=eps)))


@ex("complex/2")
def complex_(real: Any, imag: Any) -> Tensor:
    """A complex tensor of real and imaginary parts."""
    a, b = to_tensor(real), to_tensor(imag)
    if a.type.is_complex or b.type.is_complex:
        raise ArgumentError("Nx.complex/2 does not support complex inputs")
    return math.add(math.multiply(b, complex_term(0.0, 1.0)), a)


@ex("phase/1")
def phase(tensor: Any) -> Tensor:
    """The angle of each element in the complex plane."""

    def plain(p: Tensor, _: int) -> Tensor:
        out = template(to_real(p.type), p.shape, p.names)
        return block(tag("Phase"), out, (p,), lambda x: math.atan2(math.imag(x), math.real(x)))

    return apply_vectorized(unary_operand(tensor), plain)


MODULE = native_module("Nx", globals())
