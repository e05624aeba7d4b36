"""Axon.MixedPrecision: types of parameters, computation and output."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom, Opts, Struct, Tensor, alias, field, is_struct, make_struct, nx
from defnpy.axon.model import is_model, make_model, nodes_of, output_of, type_term
from defnpy.nx.containers import container_map
from defnpy.nx.options import validated
from defnpy.terms.errors import FunctionClauseError
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module

NAME = "Axon.MixedPrecision"
_POLICY = Atom("policy")


def cast_float(policy: Struct, value: Any, kind: str) -> Any:
    """*value* in the type that *policy* wants of *kind*; integers stay."""
    wanted = policy.fields[Atom(kind)]
    if wanted is None:
        return value
    if is_struct(value, "Axon.None"):
        return value

    def cast(t: Any) -> Any:
        if t.__class__ is Tensor and t.type.elixir[0].name in ("f", "bf"):
            return nx.as_type(t, wanted)
        return t

    return cast(value) if value.__class__ is Tensor else container_map(value, cast)


@ex("create_policy/0", "create_policy/1")
def create_policy(opts: Opts = ()) -> Struct:
    """A policy."""
    given = validated(opts, params=None, compute=None, output=None)
    return make_struct("Axon.MixedPrecision.Policy", **{k: None if v is None else type_term(v) for k, v in given.items()})


@ex("cast/3")
def cast(policy: Any, term: Any, kind: Any) -> Any:
    """A container in the type of *kind*."""
    if not is_struct(policy, "Axon.MixedPrecision.Policy") or getattr(kind, "name", "") not in ("params", "compute", "output"):
        raise FunctionClauseError(alias(NAME), Atom("cast"), 3)
    if is_struct(term, "Axon.ModelState"):
        return term.replace({Atom("data"): cast_float(policy, field(term, "data"), kind.name)})
    return cast_float(policy, term, kind.name)


@ex("apply_policy/2")
def apply_policy_2(model: Any, policy: Any) -> Any:
    """The policy for every layer."""
    return apply_policy(model, policy, lambda _: True)


@ex("apply_policy/3")
def apply_policy(model: Any, policy: Any, which: Any) -> Any:
    """The policy for chosen layers: a function of nodes, ``only: ops`` or ``except: ops``."""
    choose: Any = None
    if is_function(which, 1):
        choose = which
    elif which.__class__ is list and len(which) == 1:
        names = which[0][1]
        if which[0][0].name == "only":
            choose = lambda node: field(node, "op") in names  # noqa: E731
        elif which[0][0].name == "except":
            choose = lambda node: field(node, "op") not in names  # noqa: E731
    if choose is None or not is_model(model):
        raise FunctionClauseError(alias(NAME), Atom("apply_policy"), 3)
    nodes = nodes_of(model)
    made = {k: n.replace({_POLICY: policy}) if choose(n) not in (None, False) else n for k, n in nodes.items()}
    return make_model(made, output_of(model))


MODULE = native_module(NAME, globals())
