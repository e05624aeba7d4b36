"""Compiled defns as Python callables: nothing of ours stands between the caller and the compiled program in the steady state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from defnpy.host.border import is_array, to_elixir, to_python
from defnpy.host.embed import COMPILERS, keyword, options
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import BadMapError, ElixirError, FunctionClauseError, KeyError_, MatchError
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

MISS = object()
EXLA, EVALUATOR = alias("EXLA"), alias("Nx.Defn.Evaluator")


class DefnFunction:
    """A defn (all arities of its name) called with arrays, numbers and containers of them.

    With EXLA the call is one ``jax.jit`` function over the leaves of the caller's own pytree; it works inside jit, grad and vmap.
    With the Evaluator it is generated Python over NumPy, specialised for the shapes and types of the arguments. Keyword
    arguments are the option list of the defn.
    """

    def __init__(self, name: str, arities: dict[int, Any], call_options: dict[str, Any]) -> None:
        self.__name__ = name
        self.arities = arities
        self.call_options = call_options
        self._fixed = alias(COMPILERS.get(call_options["compiler"], call_options["compiler"])) if "compiler" in call_options else None
        self._fast: Callable[[Any], Any] = _no_program
        self._programs: dict[Any, Callable[[Any], Any]] = {}
        self._flat: Callable[[Any], Any] = _no_program
        self._flats: dict[Any, Callable[[Any], Any]] = {}
        self._jits: dict[Any, Any] = {}

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        compiler = self._fixed or _compiler_in_force()
        if compiler is EXLA:
            if not keywords:
                out = self._flat(args)
                if out is not MISS:
                    return out
            return self._jit(args, keywords)
        if compiler is EVALUATOR and not keywords:
            out = self._fast(args)
            if out is not MISS:
                return out
            return self._evaluate(args)
        return self._generic(args, keywords)

    def __repr__(self) -> str:
        return f"<elixir defn {self.__name__}/{' or '.join(map(str, sorted(self.arities)))}>"

    def bind(self, *parameters: Any) -> Any:
        """This function with its first arguments fixed: compiled into the program on EXLA."""
        if (self._fixed or _compiler_in_force()) is EXLA:
            import jax

            placed = jax.tree.map(jax.numpy.asarray, parameters)
            return jax.jit(lambda *rest: self._traced((*placed, *rest), {}))
        return lambda *rest: self(*parameters, *rest)

    def function(self, count: int) -> Any:
        """The defn of that arity."""
        found = self.arities.get(count)
        if found is None:
            wanted = " or ".join(map(str, sorted(self.arities)))
            raise TypeError(f"{self.__name__} takes {wanted} arguments, {count} were given")
        return found

    # -- any compiler --

    def _generic(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        given = [to_elixir(a) for a in args]
        if keywords:
            given.append(keyword(keywords))
        function = self.function(len(given))
        if any(_is_tracer(leaf) for leaf in _leaves(args)):
            return self._jit(args, keywords)
        with options(**self.call_options) if self.call_options else _nothing():
            return to_python(with_either_keys(lambda terms: function(*terms), given))

    # -- evaluator --

    def _evaluate(self, args: tuple[Any, ...]) -> Any:
        if any(_is_tracer(leaf) for leaf in _leaves(args)):
            return self._jit(args, {})
        key = _signature(args)
        program = self._programs.get(key) if key is not None else None
        if program is None:
            if key is None:
                return self._generic(args, {})
            made = self._specialise(args)
            if made is None:
                return self._generic(args, {})
            program = self._programs[key] = made
        self._fast = program
        return program(args)

    def _specialise(self, args: tuple[Any, ...]) -> Callable[[Any], Any] | None:
        from defnpy.compilers.evaluator.compiler import EVALUATOR as compiler
        from defnpy.host.specialise import specialise
        from defnpy.nx import defn

        function = self.function(len(args))
        if getattr(function, "defn_options", None):
            return None
        used: list[list[Any]] = []

        def trace(terms: list[Any]) -> Any:
            used.append(terms)
            with defn._Watch() as watch:
                graph = defn.trace(function.defn_body, terms, EVALUATOR)
            if not watch.pure:
                raise _Impure
            return graph

        try:
            graph = with_either_keys(trace, [to_elixir(a) for a in args])
        except _Impure:
            return None
        run = compiler.compile(graph, {"hooks": None})
        return specialise(args, used[-1], graph, run.main)  # type: ignore[attr-defined]

    # -- EXLA --

    def _jit(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        import jax

        leaves, structure = jax.tree.flatten(args)
        static = (structure, *sorted((k, v) for k, v in keywords.items()))
        jitted = self._jits.get(static)
        if jitted is None:
            jitted = self._jits[static] = self._new_jit(structure, keywords)
            if not keywords:
                from defnpy.host.specialise import flat_call

                self._flats[static] = flat_call(args, jitted) or _no_program
        if any(map(_is_64, leaves)):
            from defnpy.compilers.exla.types import x64

            with x64():
                return jitted(*leaves)
        if not keywords:
            self._flat = self._flats[static]
        return jitted(*leaves)

    def _new_jit(self, structure: Any, keywords: dict[str, Any]) -> Any:
        """The jax.jit function of the leaves of such arguments."""
        import jax

        def program(*leaves: Any) -> Any:
            return self._traced(jax.tree.unflatten(structure, leaves), keywords)

        program.__name__ = program.__qualname__ = self.__name__
        return jax.jit(program)

    def _traced(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The body on jax values (tracers, mostly)."""
        from defnpy.compilers.exla.lower import lower
        from defnpy.nx import defn
        from defnpy.nx.containers import container_map

        function = self.function(len(args) + bool(keywords))
        given: list[Any] = [_tensors(a) for a in args]
        if keywords:
            given.append(keyword(keywords))
        fixed: frozenset[int] = getattr(function, "defn_options", frozenset())
        arity = len(given)

        def trace(terms: list[Any]) -> Any:
            static = {i: terms[i] for i in range(arity) if i in fixed}

            def inner(*dynamic: Any) -> Any:
                rest = iter(dynamic)
                return function.defn_body(*[static[i] if i in static else next(rest) for i in range(arity)])

            dynamic = [t for i, t in enumerate(terms) if i not in static]
            _, makers = defn.parameters(dynamic)
            return defn.trace(inner, dynamic, EXLA), [m().data.array for m in makers]

        graph, arrays = with_either_keys(trace, given)
        outputs = iter(lower(graph)(*arrays))
        from defnpy.compilers.exla.backend import JaxData

        return to_python(container_map(graph.result, lambda t: t.like(data=JaxData(next(outputs)), donatable=False)))


class _Impure(Exception):
    """The trace printed or changed process state: it must happen at every call."""


def _no_program(args: Any) -> Any:
    return MISS


def _compiler_in_force() -> Any:
    """The compiler of the options in force; quick where nobody set any."""
    if not current().dictionary and not runtime().options.get("defn_options"):
        return EVALUATOR
    from defnpy.nx import defn

    return defn.settings([]).module


class _nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _is_tracer(leaf: Any) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(leaf, jax.core.Tracer)


def _is_64(leaf: Any) -> bool:
    """Whether jax would narrow this value where 64-bit types are off."""
    dtype = getattr(leaf, "dtype", None)
    return dtype is not None and dtype.itemsize >= 8 and dtype.kind in "fiuc" and dtype != "complex64" and not _is_tracer(leaf)


def _leaves(value: Any) -> Any:
    if value.__class__ is dict:
        for v in value.values():
            yield from _leaves(v)
    elif isinstance(value, tuple | list):
        for v in value:
            yield from _leaves(v)
    else:
        yield value


def _signature(value: Any) -> Any:
    """A hashable description of NumPy arguments; None when something else is among them."""
    kind = value.__class__
    if kind is tuple:
        parts = [_signature(v) for v in value]
        return None if None in parts else (tuple, *parts)
    if kind is dict:
        parts = [_signature(v) for v in value.values()]
        return None if None in parts else (dict, *zip(value, parts, strict=True))
    if kind is int or kind is float:
        return kind
    if kind.__name__ == "ndarray" and kind.__module__ == "numpy":
        return (value.dtype, value.shape)
    return None


def _tensors(value: Any) -> Any:
    """Python values with their arrays as tensors that hold jax values."""
    if value.__class__ is dict:
        return maps.from_pairs((k, _tensors(v)) for k, v in value.items())
    if value.__class__ is tuple:
        return tuple([_tensors(v) for v in value])
    if value.__class__ is list:
        return [_tensors(v) for v in value]
    if is_array(value):
        from defnpy.compilers.exla.backend import tensor_from_jax

        return tensor_from_jax(value)
    return to_elixir(value)


def with_either_keys(work: Callable[[list[Any]], Any], terms: list[Any]) -> Any:
    """*work* on the terms; where it does not know the string keys of a Python dict, once more with atom keys."""
    try:
        return work(terms)
    except (MatchError, KeyError_, FunctionClauseError, BadMapError) as first:
        if not any(_has_text_keys(t) for t in terms):
            raise
        try:
            return work([_atom_keys(t) for t in terms])
        except ElixirError:
            raise first from None


def _has_text_keys(term: Any) -> bool:
    if term.__class__ is dict:
        return any(k.__class__ is str for k in term) or any(_has_text_keys(v) for v in term.values())
    return term.__class__ in (tuple, list) and any(_has_text_keys(v) for v in term)


def _atom_keys(term: Any) -> Any:
    if term.__class__ is dict:
        return {(Atom(k) if k.__class__ is str else k): _atom_keys(v) for k, v in term.items()}
    if term.__class__ is tuple:
        return tuple([_atom_keys(v) for v in term])
    return term
