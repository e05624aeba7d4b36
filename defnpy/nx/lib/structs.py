"""Structs without functions of their own, and the exception of mixed backends."""

from __future__ import annotations

from typing import Any

from defnpy.nx.show import text
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, ElixirError, KeyError_, make
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

MIXED = "Nx.Defn.IncompatibleBackendsError"
_EXPR = alias("Nx.Defn.Expr")

_FFT2 = {"eps": None, "lengths": None, "axes": None}
_RFFT = {"eps": None, "length": None, "axis": None}
_ALONG = {"axis": 0, "reverse": False}
_FIELDS: dict[str, dict[str, Any]] = {
    "Nx.Block.LogicalNot": {},
    "Nx.Block.Phase": {},
    "Nx.Block.LinAlg.Cholesky": {},
    "Nx.Block.LinAlg.Solve": {},
    "Nx.Block.LinAlg.QR": {"eps": 1.0e-10, "mode": Atom("reduced")},
    "Nx.Block.LinAlg.Eigh": {"max_iter": 1000, "eps": 1.0e-4},
    "Nx.Block.LinAlg.SVD": {"max_iter": 100, "full_matrices?": True},
    "Nx.Block.LinAlg.LU": {"eps": 1.0e-10},
    "Nx.Block.LinAlg.Determinant": {},
    "Nx.Block.AllClose": {"equal_nan": False, "rtol": 1.0e-5, "atol": 1.0e-8},
    "Nx.Block.CumulativeSum": _ALONG,
    "Nx.Block.CumulativeProduct": _ALONG,
    "Nx.Block.CumulativeMin": _ALONG,
    "Nx.Block.CumulativeMax": _ALONG,
    "Nx.Block.Take": {"axis": 0},
    "Nx.Block.TakeAlongAxis": {"axis": 0},
    "Nx.Block.TopK": {"k": 1},
    "Nx.Block.FFT2": _FFT2,
    "Nx.Block.IFFT2": _FFT2,
    "Nx.Block.RFFT": _RFFT,
    "Nx.Block.IRFFT": _RFFT,
    "Nx.Heatmap": {"tensor": None, "opts": []},
    "Nx.Pointer": {"address": None, "kind": None, "data_size": None, "handle": None},
    "Nx.TemplateBackend": {},
}
NAMES = (*_FIELDS, MIXED)


def incompatible(one: Atom, two: Atom) -> ElixirError:
    """The error of an operation whose operands belong to two backends."""
    if _EXPR in (one, two):
        advice = (
            "This may mean you are passing a tensor to defn/jit as an optional argument or as closure in an anonymous function. "
            "For efficiency, it is preferred to always pass tensors as required arguments instead. Alternatively, you could call "
            "Nx.backend_copy/1 on the tensor, however this will copy its value and inline it inside the defn expression"
        )
    else:
        advice = (
            "You may need to call Nx.backend_transfer/2 (or Nx.backend_copy/2) on one or both of them to transfer them to a "
            "common implementation"
        )
    message = (
        "cannot invoke Nx function because it relies on two incompatible tensor implementations: "
        f"{text(one)} and {text(two)}. {advice}"
    )
    return make(MIXED, message, backend1=one, backend2=two)


@ex("exception/1")
def exception(opts: Any) -> Struct:
    """``raise Nx.Defn.IncompatibleBackendsError, backend1: a, backend2: b``."""
    given = dict(opts)
    for name in ("backend1", "backend2"):
        if Atom(name) not in given:
            raise KeyError_(key=Atom(name), term=opts)
    return incompatible(given[Atom("backend1")], given[Atom("backend2")]).term


@ex("message/1")
def message_of(error: Struct) -> Any:
    """The text of the error."""
    return error.fields[Atom("message")]


def _struct(name: str) -> Module:
    fields = [(Atom(k), v) for k, v in _FIELDS[name].items()]
    blank = dict(fields)

    @ex("__struct__/0")
    def make_blank() -> Struct:
        return Struct(alias(name), dict(blank))

    @ex("__struct__/1")
    def make_of(given: Any) -> Struct:
        return Struct(alias(name), {**blank, **dict(given)})

    return native_module(name, {"0": make_blank, "1": make_of}, info={"struct": fields})


def _error() -> Module:
    fields: list[tuple[Any, Any]] = [(Atom(n), None) for n in ("message", "backend1", "backend2")]
    return native_module(
        MIXED, {"e": exception, "m": message_of}, info={"struct": [*fields, (EXCEPTION, True)], "exception": True}
    )


MODULES_BY_NAME = {**{f"Elixir.{name}": _struct(name) for name in _FIELDS}, f"Elixir.{MIXED}": _error()}
