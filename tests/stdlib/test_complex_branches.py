"""Complex: the branches of inverse functions, logarithms of nothing, domains, and conjugates of real numbers."""

from __future__ import annotations

import pytest

from defnpy.terms.errors import ArithmeticError_
from tests.stdlib.support import run, shown


@pytest.mark.parametrize(
    ("code", "real", "imaginary"),
    [
        ("Complex.acos(Complex.new(-1.5, 0.5))", -2.741953586253269, 1.06931104315811),
        ("Complex.acosh(Complex.new(-1.5, 0.5))", -1.06931104315811, -2.741953586253269),
        ("Complex.acos(Complex.new(0, -1))", 1.5707963267948966, 0.8813735870195428),
        ("Complex.asec(Complex.new(0.5, 0))", 0.0, 1.3169578969248164),
    ],
)
def test_branches(code: str, real: float, imaginary: float) -> None:
    assert run(f"z = {code}; {{z.re, z.im}}") == (pytest.approx(real), pytest.approx(imaginary))


def test_logarithms_and_conjugates_of_numbers() -> None:
    assert shown("{Complex.log(0), Complex.log2(0), Complex.log(-2), Complex.sqrt(-1)}") == "{:neg_infinity, :neg_infinity, :nan, :nan}"
    assert shown("{Complex.conjugate(3), Complex.conjugate(:infinity), Complex.conjugate(Complex.new(1, 2))}") == "{3, :infinity, 1.0-2.0i}"


@pytest.mark.parametrize("code", ["Complex.acos(2)", "Complex.asin(-3.5)", "Complex.atanh(2)", "Complex.acosh(0)"])
def test_outside_of_the_domain(code: str) -> None:
    with pytest.raises(ArithmeticError_):
        run(code)
