"""Layers of models with several inputs or several outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Opts, kw, no_clause, nx, option
from defnpy.axon.builders.linear import with_meta
from defnpy.axon.model import add_container, add_layer, is_model
from defnpy.nx.options import validated
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex


def _inputs(args: tuple[Any, ...], name: str) -> tuple[tuple[Any, ...], Opts]:
    """Two models or a list of them, and options."""
    if args[0].__class__ is list:
        models, opts = tuple(args[0]), args[1] if len(args) == 2 else ()
        if not models or not all(is_model(m) for m in models):
            raise no_clause(name, len(args))
        return models, opts
    if len(args) < 2 or not is_model(args[0]) or not is_model(args[1]):
        raise no_clause(name, len(args))
    return (args[0], args[1]), args[2] if len(args) == 3 else ()


def _element_wise(name: str) -> Callable[..., Any]:
    @ex(f"{name}/1", f"{name}/2", f"{name}/3")
    def join(*args: Any) -> Any:
        models, opts = _inputs(args, name)
        o = validated(opts, name=None, meta=None)
        return add_layer(Atom(name), [add_container(models)], name=o["name"], meta=with_meta(o["meta"]))

    return join


globals().update({f"add_{name}": _element_wise(name) for name in ("add", "subtract", "multiply")})


@ex("concatenate/1", "concatenate/2", "concatenate/3")
def concatenate(*args: Any) -> Any:
    """Models joined along an axis."""
    models, opts = _inputs(args, "concatenate")
    o = validated(opts, name=None, meta=None, axis=-1)
    return add_layer(Atom("concatenate"), [add_container(models)], kw(axis=o["axis"]), name=o["name"], meta=with_meta(o["meta"]))


@ex("cond/4", "cond/5")
def cond(x: Any, test: Any, on_true: Any, on_false: Any, opts: Opts = ()) -> Any:
    """One of two models, chosen by a function of a third."""
    if not (is_model(x) and is_function(test, 1) and is_model(on_true) and is_model(on_false)):
        raise no_clause("cond", 5)
    o = validated(opts, name=None, meta=None)
    return add_layer(Atom("cond"), [x, on_true, on_false], kw(cond=test), name=o["name"], meta=with_meta(o["meta"]))


@ex("split/2", "split/3")
def split(x: Any, splits: Any, opts: Opts = ()) -> Any:
    """A tuple of models: parts of an axis."""
    if not is_model(x) or not (splits.__class__ is int or splits.__class__ is list):
        raise no_clause("split", 3)
    o = validated(opts, name=None, meta=None, axis=-1)
    count = len(splits) if isinstance(splits, list) else splits
    names = o["name"] if o["name"].__class__ is list else [o["name"]] * count

    def part(i: int) -> Any:
        op: Any = Atom("split")
        given = kw(index=i, splits=splits, axis=o["axis"])
        if isinstance(splits, list):
            start, given = sum(splits[:i]), []
            op = Closure(2, lambda t, _opts: nx.slice_along_axis(t, start, splits[i], kw(axis=o["axis"])), "Axon.split/3")
        return add_layer(op, [x], given, name=names[i], meta=with_meta(o["meta"]), op_name=Atom("split"))

    return tuple(map(part, range(count)))


@ex("mask/2", "mask/3")
def mask(x: Any, token: Any, opts: Opts = ()) -> Any:
    """Where integers equal a token."""
    if not is_model(x):
        raise no_clause("mask", 3)
    o = validated(opts, name=None, meta=None)
    fun = lambda t, opts: nx.equal(nx.as_type(t, (Atom("s"), 64)), option(opts, "eos_token"))  # noqa: E731
    return add_layer(fun, [x], kw(eos_token=token), name=o["name"], meta=with_meta(o["meta"]), op_name=Atom("mask"))
