"""``impl_for/1``, ``impl_for!/1`` and ``__protocol__/1`` of the protocols that defnpy provides."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import need
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ProtocolUndefinedError
from defnpy.terms.module import Module
from defnpy.terms.protocol import find_impl, target_of


def reflecting(protocol: Module, targets: str, *, any_struct: bool = False, description: str = "") -> Module:
    """*protocol* with the functions that tell who implements it; *targets* are the types that its own code handles."""
    name = protocol.name.name.removeprefix("Elixir.")
    own = frozenset(targets.split())
    signatures = [(Atom(s.rpartition("/")[0]), int(s.rpartition("/")[2])) for s in sorted(protocol.functions) if not s.startswith("__")]

    def impl_for(term: Any) -> Any:
        """The module that implements the protocol for the term, or `nil`."""
        target = target_of(term)
        if target in own:
            return alias(f"{name}.{target}")
        found = find_impl(name, term)
        if found is not None:
            return found.name
        return alias(f"{name}.Any") if any_struct else None

    def impl_for_bang(term: Any) -> Any:
        """The module that implements the protocol for the term; raises Protocol.UndefinedError."""
        found = impl_for(term)
        if found is None:
            raise ProtocolUndefinedError(protocol.name, term, description)
        return found

    def facts(key: Any) -> Any:
        answers = {
            "module": protocol.name, "functions": signatures, "consolidated?": True,
            "impls": (Atom("consolidated"), [alias(t) for t in sorted(own)]),
        }  # fmt: skip
        need(getattr(key, "name", "") in answers, name, "__protocol__", 1)
        return answers[key.name]

    protocol.functions.update({"impl_for/1": impl_for, "impl_for!/1": impl_for_bang, "__protocol__/1": facts})
    return protocol
