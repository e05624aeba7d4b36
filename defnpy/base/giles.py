"""The inverse of the error function by the polynomials of M. Giles, "Approximating the erfinv function" (2010), as the reference has it."""

from __future__ import annotations

from typing import Any

CENTRAL = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
)  # fmt: skip
"""For ``w = -log(1 - x * x)`` below 5, in powers of ``w - 2.5``."""
TAIL = (
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
)  # fmt: skip
"""For other ``w``, in powers of ``sqrt(w) - 3``."""


def polynomial(coefficients: tuple[float, ...], w: Any) -> Any:
    """The value at *w* of a polynomial, its highest power first."""
    made: Any = coefficients[0]
    for c in coefficients[1:]:
        made = made * w + c
    return made
