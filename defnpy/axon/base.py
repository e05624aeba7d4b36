"""What every file of Axon needs: the Nx functions, numerical definitions in Python, structs and options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from types import SimpleNamespace
from typing import Any, TypeVar

from defnpy.nx.api import FAMILIES
from defnpy.nx.defn import make_defn
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.stdlib.util import badarg
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

F = TypeVar("F", bound=Callable[..., Any])
Opts = Any

nx = SimpleNamespace(
    **{name: value for family in FAMILIES for name, value in vars(family).items() if callable(value) and hasattr(value, "__ex__")}
)
"""The functions of ``Nx`` by their Python names."""


def kw(**values: Any) -> list[tuple[Any, Any]]:
    """``[key: value, ...]``; a trailing underscore keeps a name that Python has."""
    return [(Atom(k.rstrip("_")), v) for k, v in values.items()]


def numeric(*signatures: str, check: Callable[[Any], None] | None = None) -> Callable[[F], F]:
    """Mark a Python function as the numerical definition(s) *signatures*; :func:`numeric_module` registers them.

    *check* refuses arguments as they were given, before they become expressions.
    """

    def mark(function: F) -> F:
        function.__defn__ = signatures  # type: ignore[attr-defined]
        function.__check__ = check  # type: ignore[attr-defined]
        return function

    return mark


def numeric_module(name: str, *namespaces: dict[str, Any], info: dict[str, Any] | None = None) -> Module:
    """A module of numerical definitions and of plain functions marked by ``ex``."""
    made = Module(alias(name))
    made.native = made.defined = True
    made.info.update(info or {})
    for namespace in namespaces:
        for value in list(namespace.values()):
            # What a file only imports belongs to another module.
            if not callable(value) or getattr(value, "__module__", None) != namespace.get("__name__", value.__module__):
                continue
            for signature in getattr(value, "__ex__", ()):
                made.functions[signature] = value
            for signature in getattr(value, "__defn__", ()):
                short, _, arity = signature.rpartition("/")
                run = make_defn(made.name, short, int(arity), value, (), True)
                check = getattr(value, "__check__", None)
                made.functions[signature] = run if check is None else _checked(run, check)
    return made


def _checked(run: Callable[..., Any], check: Callable[[Any], None]) -> Callable[..., Any]:
    @wraps(run)
    def checked(*args: Any) -> Any:
        check(args)
        return run(*args)

    return checked


def remote(module: str, signature: str) -> Callable[..., Any]:
    """A public function of another module."""
    return runtime().module(alias(module)).functions[signature]


def random(name: str, *args: Any) -> Any:
    """``Nx.Random.name(args...)``."""
    return remote("Nx.Random", f"{name}/{len(args)}")(*args)


def make_struct(name: str, /, **fields: Any) -> Struct:
    """``%Name{fields}`` over the defaults of its module."""
    module = runtime().module(alias(name))
    made = dict(module.info["struct"])
    made.update((Atom(k), v) for k, v in fields.items())
    return Struct(module.name, made)


def is_struct(term: Any, name: str) -> bool:
    """Whether *term* is a ``%Name{}``."""
    return isinstance(term, Struct) and term.module is alias(name)


def field(term: Struct, name: str) -> Any:
    """``term.name``."""
    return term.fields[Atom(name)]


def logged(level: str, message: str) -> None:
    """A message for ``Logger``."""
    remote("Logger", f"{level}/1")(message)


def option(opts: Opts, name: str, default: Any = None) -> Any:
    """``Keyword.get(opts, name, default)``."""
    return next((v for k, v in opts if k is Atom(name)), default)


def no_clause(function: str, arity: int, module: str = "Axon") -> FunctionClauseError:
    """The error of a call that no clause of ``module.function/arity`` takes."""
    return FunctionClauseError(alias(module), Atom(function), arity)


def at_least_rank(module: str, function: str, t: Tensor, rank: int, what: str = "input") -> None:
    """Refuse tensors of a lower rank."""
    if t.rank < rank:
        raise ArgumentError(f"{module}.{function}: expected {what} shape to have at least rank {rank}, got rank {t.rank}")


def equal_ranks(module: str, function: str, x: Any, kernel: Any) -> None:
    """Refuse a kernel of a higher rank than the input."""
    if nx.rank(x) < nx.rank(kernel):
        raise ArgumentError(f"{module}.{function}: expected input and kernel ranks to be equal got {nx.rank(x)} != {nx.rank(kernel)}")


def exact_rank(caller: str, t: Tensor, rank: int, what: str = "input") -> None:
    """Refuse tensors of another rank."""
    if t.rank != rank:
        raise ArgumentError(f"{caller}: expected {what} to have rank equal to {rank}, got {t.rank} != {rank}")


def element(shape: tuple[int, ...], i: int) -> int:
    """``elem(shape, i)``."""
    if not -len(shape) <= i < len(shape):
        raise badarg((1, "out of range"))
    return int(shape[i])


def sizes_for(key: str, size: Any, rank: int) -> tuple[int, ...]:
    """An option that is a size for each of *rank* axes, or one for all."""
    if size.__class__ is tuple:
        if len(size) != rank:
            raise ArgumentError(f"expected :{key} to be a {rank}-element tuple, got: {text(size)}")
        return size
    if size.__class__ is int:
        if rank < 0:
            raise badarg((1, "out of range"))
        return (size,) * rank
    raise ArgumentError(f"expected :{key} to be an integer or a tuple, got: {text(size)}")


def constant(value: Any, like: Tensor) -> Tensor:
    """A number as a tensor of the type of *like*; a float is no constant of an integer type."""
    if value.__class__ is float and like.type.elixir[0].name in ("s", "u"):
        raise ArgumentError(f"value {text(value)} is not valid for constant of type {text(like.type.elixir)}")
    return nx.tensor(value, kw(type=like.type.elixir)) if value.__class__ in (int, float) else value


def spread(name: str, value: Any, rank: int) -> list[Any]:
    """An integer for each of *rank* axes, or a list that has one for each."""
    if value.__class__ is list:
        if len(value) != rank:
            raise ArgumentError(f"expected :{name} to be a list of length {rank}, got list of length {len(value)}")
        return value
    return [value] * rank


def atoms(names: Iterable[str]) -> list[Any]:
    """Names as atoms."""
    return [Atom(n) for n in names]


__all__ = [
    "ArgumentError", "Atom", "Opts", "Struct", "Tensor", "alias", "at_least_rank", "atoms", "constant", "equal_ranks", "exact_rank", "field", "is_struct", "kw",
    "logged", "make_struct", "no_clause", "numeric", "numeric_module", "nx", "option", "random", "remote", "runtime", "spread", "text",
]  # fmt: skip
