"""Printing expression tensors: one line for each node that a value depends on."""

from __future__ import annotations

from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.arguments import arguments
from defnpy.nx.expr import Expr, Fun, constant_of
from defnpy.nx.show import complex_text, double, text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.function import Capture, is_function
from defnpy.terms.struct import Struct


def letters(n: int) -> str:
    """``a``, ``b``, ... ``z``, ``ba``, ``bb`` ...: digits of base 26."""
    made = chr(97 + n % 26)
    while n >= 26:
        n //= 26
        made = chr(97 + n % 26) + made
    return made


_INSPECT = Atom("inspect")


def skip(e: Expr) -> Expr:
    """The node behind the marks of gradients and facts that do not say how they are shown."""
    while e.op is nodes.METADATA and (
        e.params["kind"] == "mark" or (e.params["kind"] == "user" and _INSPECT not in e.params["map"])
    ):
        e = e.operands[0].data
    return e


def order(roots: list[Expr]) -> list[Expr]:
    """All nodes below *roots*, operands first; branches of ``cond`` count, sub-graphs do not."""
    seen: set[Expr] = set()
    made: list[Expr] = []
    stack: list[tuple[Expr, bool]] = [(e, False) for e in reversed(roots)]
    while stack:
        e, done = stack.pop()
        if done:
            made.append(e)
            continue
        if e in seen:
            continue
        seen.add(e)
        stack.append((e, True))
        stack.extend((skip(t.data), False) for t in reversed(_visit(e)))
    return made


def _visit(e: Expr) -> list[Tensor]:
    if e.op is nodes.COND:
        from defnpy.nx.control import clauses_of

        clauses, last = clauses_of(e)
        return [t for p, body in clauses for t in (p, *body)] + list(last)
    if e.op.name == "slice":
        return [e.operands[0], *e.operands[1:]]
    return list(e.operands)


class _Lines:
    """The names given so far and the lines made."""

    def __init__(self) -> None:
        self.names: dict[Expr, str] = {}
        self.parameters: list[tuple[str, str]] = []
        self.rest: list[tuple[str, str]] = []

    def name(self, e: Expr) -> str:
        """The letter of a node."""
        found = self.names.get(e)
        if found is None:
            found = self.names[e] = letters(len(self.names))
        return found

    def add(self, e: Expr) -> None:
        """Append the line of a node."""
        if e.op.name == "constant":
            return
        name = self.name(e)
        if e.op is nodes.PARAMETER:
            self.parameters.append((f"parameter {name}:{e.params}", _kind(e)))
        elif e.op is nodes.TENSOR:
            self.rest.append((f"tensor {name}", _kind(e)))
        else:
            self.rest.append((f"{name} = {e.op.name} {self.arguments(e)}", _kind(e)))

    def arguments(self, e: Expr) -> str:
        """The arguments of a node as text."""
        if e.op is nodes.COND:
            clauses, last = arguments(e)
            shown = [f"{self.term(p)} -> {self.term(b)}" for p, b in clauses]
            return ", ".join([*shown, f"true -> {self.term(last)}"])
        if e.op is nodes.WHILE:
            return self.term(arguments(e)[0])
        if e.op is nodes.IO_CALL:
            ((name, value),) = arguments(e)
            return f"{text(name).removeprefix(':')}: {self.term(value)}"
        if e.op is nodes.METADATA:
            t, given = arguments(e)
            shown = [given[_INSPECT]] if e.params["kind"] == "user" else given
            return f"{self.term(t)}, {', '.join(map(text, shown))}"
        if e.op is nodes.ELEM:
            return f"{self.term(e.operands[0])}, {e.params}"
        if e.op.name in ("as_type", "reshape", "bitcast"):
            return self.term(e.operands[0])
        return ", ".join(self.term(a) for a in arguments(e))

    def term(self, term: Any) -> str:
        """One argument."""
        if term.__class__ is Tensor:
            e = skip(term.data) if term.data.__class__ is Expr else None
            if e is None:
                return text(term)
            value = constant_of(term.like(data=e))
            return _number(value, e) if value is not None else self.name(e)
        if term.__class__ is list and term and all(p.__class__ is tuple and len(p) == 2 and p[0].__class__ is Atom for p in term):
            return ", ".join(f"{k.name}: {self.term(v)}" for k, v in term)
        if term.__class__ is list:
            return "[" + ", ".join(map(self.term, term)) + "]"
        if term.__class__ is tuple:
            return "{" + ", ".join(map(self.term, term)) + "}"
        if term.__class__ is Struct:
            return _struct(term)
        if term.__class__ is Fun:
            return "fun"
        if term.__class__ is Capture or is_function(term):
            return text(term)
        return text(term)


def _struct(term: Struct) -> str:
    """``%Module{field: value}``; the tags of blocks have no module of their own."""
    shown = ", ".join(f"{text(k).removeprefix(':')}: {text(v)}" for k, v in term.fields.items())
    return f"%{term.module.name.removeprefix('Elixir.')}{{{shown}}}"


def _number(value: Any, e: Expr) -> str:
    if value.__class__ is complex:
        return complex_text(double, value.real, value.imag)
    if value.__class__ is float:
        from defnpy.nx.convert import float_term

        return text(float_term(value)).removeprefix(":")
    return str(value)


def _kind(e: Expr) -> str:
    if e.out.__class__ is tuple:
        return f"tuple{len(e.out)}"
    return str(e.out.type.name) + "".join(f"[{n}]" for n in e.out.shape)


def lines(tensor: Tensor, limit: int | None) -> list[str]:
    """The lines below the header."""
    e = skip(tensor.data)
    value = constant_of(tensor.like(data=e))
    if value is not None:
        return ["", "Nx.Defn.Expr", _number(value, e)]
    made = _Lines()
    for one in order([e]):
        made.add(one)
    rows = made.parameters + made.rest
    if limit is not None and len(rows) > limit:
        # The limit counts the other nodes first, then the parameters.
        rest = made.rest[:limit]
        rows = [("...", ""), *made.parameters[: limit - len(rest)], *rest]
    width = max(len(left) for left, _ in rows)
    return ["", "Nx.Defn.Expr", *(f"{left.ljust(width)}   {right}" for left, right in rows)]



