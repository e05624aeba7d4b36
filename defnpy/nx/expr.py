"""Expression tensors: the nodes of a traced graph and the backend that builds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx.convert import number_term, python_number
from defnpy.nx.dtype import DType
from defnpy.nx.ops.base import Op
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, Traced, template
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, RuntimeError_
from defnpy.terms.process import Reference
from defnpy.terms.struct import Struct

EXPR = alias("Nx.Defn.Expr")
ROOT = Atom("root")
_ID, _OP, _ARGS, _CONTEXT = Atom("id"), Atom("op"), Atom("args"), Atom("context")


def _no_rule(params: Any, *operands: Any) -> Any:
    raise AssertionError("the output of this node is given, not inferred")


PARAMETER = Op("parameter", _no_rule)
"""Params: the position."""
TENSOR = Op("tensor", _no_rule)
"""Params: the concrete tensor."""
METADATA = Op("metadata", _no_rule)
"""Operand and params ``kind``: ``"stop_grad"``, ``"custom_grad"`` (with ``inputs`` and ``fun``), ``"mark"`` (of a gradient) or a user's map."""
ELEM = Op("elem", _no_rule)
"""Operand: a node with several outputs; params: the position."""
COND = Op("cond", _no_rule)
"""Operands: predicates, then the outputs of each branch in turn; params: the number of predicates."""
WHILE = Op("while", _no_rule)
"""Operands: the initial state; params: the sub-graphs ``(condition, body)``."""
IO_CALL = Op("io_call", _no_rule)
"""Operands: the leaves of a value; params: :class:`Call`."""
RUNTIME_CALL = Op("runtime_call", _no_rule)
"""Operands: the leaves of a value; params: :class:`Call`."""
BLOCK = Op("block", _no_rule)
"""Operands: inputs; params: :class:`BlockCall`."""
SPECIAL = (PARAMETER, TENSOR, METADATA, ELEM, COND, WHILE, IO_CALL, RUNTIME_CALL, BLOCK)


class Fun:
    """A sub-graph: parameters (a flat list), its outputs (a flat list) and the context of its nodes."""

    __slots__ = ("context", "outputs", "params", "structure")

    def __init__(self, params: list[Tensor], outputs: list[Tensor], context: Any, structure: Any = None) -> None:
        self.params = params
        self.outputs = outputs
        self.context = context
        self.structure = structure


class Call:
    """A call of a host function from a graph: the function (or a hook's name) and how its value is rebuilt from leaves."""

    __slots__ = ("fun", "name", "opts", "output", "structure")

    def __init__(self, structure: Any, name: Any, fun: Any, opts: Any = None, output: Any = None) -> None:
        self.structure = structure
        self.name = name
        self.fun = fun
        self.opts = opts
        self.output = output


class BlockCall:
    """A block: its struct and its composition, traced when somebody needs it."""

    __slots__ = ("_body", "default", "operands", "tag")

    def __init__(self, tag: Any, default: Callable[..., Any], operands: Sequence[Tensor]) -> None:
        self.tag = tag
        self.default = default
        self.operands = [template(t.type, t.shape, t.names) for t in operands]
        self._body: Fun | None = None

    @property
    def body(self) -> Fun:
        """The composition as a sub-graph."""
        if self._body is None:
            from defnpy.nx.trace import trace_fun

            self._body = trace_fun(self.default, self.operands, "block")
        return self._body


class Expr(Struct, Traced):
    """A node. ``out`` is its output template, or a tuple of them (read by ELEM nodes)."""

    __slots__ = ("_id", "context", "op", "operands", "out", "params", "source")
    module = EXPR
    backend: Any

    def __init__(self, op: Op, out: Any, operands: tuple[Tensor, ...], params: Any, context: Any) -> None:
        self.op = op
        self.out = out
        self.operands = operands
        self.params = params
        self.context = context
        self.source: Any = None
        self._id: Any = None

    @property
    def id(self) -> Any:
        """A unique reference; of a constant its value, type and shape."""
        if self._id is None:
            if self.op is CONSTANT:
                value = number_term(self.params["value"])
                self._id = (value, self.out.type.elixir, self.out.shape)
            else:
                self._id = Reference()
        return self._id

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        from defnpy.nx.arguments import arguments

        return {_ARGS: arguments(self), _CONTEXT: self.context, _ID: self.id, _OP: Atom(self.op.name)}

    def term(self) -> Expr:
        """The data of a tensor as a term."""
        return self

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<{self.op.name} {self.out!r}>" if self.out.__class__ is tuple else f"<{self.op.name} {self.out.type}{self.out.shape}>"


def is_expr(t: Any) -> bool:
    """Whether *t* is an expression tensor."""
    return t.__class__ is Tensor and t.data.__class__ is Expr


def constant_of(t: Tensor) -> Any:
    """The Python number of a constant, or None."""
    e = t.data
    return e.params["value"] if e.__class__ is Expr and e.op is CONSTANT else None


def constant(number: Any, type: DType, shape: tuple[int, ...] = (), names: Any = None) -> Tensor:
    """A constant node of a Python number."""
    if type.is_integer and number.__class__ is float:
        raise ArgumentError(f"value {text(number_term(number))} is not valid for constant of type {text(type.elixir)}")
    if number.__class__ is int:
        if type.is_float:
            number = float(number)
        elif not type.min <= number <= type.max:
            number = (number - type.min) % (1 << type.bits) + type.min
    if type.is_complex and number.__class__ is not complex:
        number = complex(number)
    out = template(type, shape, names)
    params = {"value": number, "type": type, "shape": shape, "names": out.names}
    return _with(out, Expr(CONSTANT, template(type, shape), (), params, None))


def _with(out: Tensor, data: Any) -> Tensor:
    out.data = data
    return out


def to_expr(t: Any) -> Tensor:
    """Any tensor or number as an expression tensor."""
    if t.__class__ is Tensor:
        if t.data.__class__ is Expr:
            return t
        from defnpy.nx.tensor import TEMPLATE

        if t.data is TEMPLATE:
            raise RuntimeError_("cannot perform operations on a Nx.TemplateBackend tensor")
        if not t.full_shape and t.data.__class__ is np.ndarray:
            return constant(t.data.item() if t.type.exact else _item(t), t.type)
        plain = t.like(vectorized_axes=(), shape=t.full_shape, names=(None,) * len(t.full_shape), donatable=False)
        node = Expr(TENSOR, template(t.type, t.full_shape), (), plain, None)
        return t.like(data=node)
    number = python_number(t)
    if number is None:
        raise ArgumentError(f"unable to build tensor expression, expected a tensor or a number, got: {text(t)}")
    from defnpy.nx.dtype import infer

    return constant(number, infer(number))


def _item(t: Tensor) -> Any:
    value = t.data.item()
    return int(value) if t.type.is_integer else float(value)


def merge_contexts(operands: Sequence[Tensor]) -> Any:
    """The context of an operation; two different ones are an error."""
    context: Any = None
    for t in operands:
        own = t.data.context
        if own is None or own is context:
            continue
        if context is not None and own != context:
            raise context_error(own, context)
        context = own
    return context


def context_error(one: Any, other: Any) -> RuntimeError_:
    """The error for expressions of different contexts."""
    return RuntimeError_(
        f"""cannot build defn because expressions come from different contexts: {text(one)} and {text(other)}.

This typically happens on "while" and inside anonymous functions, when you try to access an external variable. \
All variables you intend to use inside "while" or anonymous functions in defn must be explicitly given as arguments.
For example, this is not valid:

    defn increment_by_y_while_less_than_10(y) do
      while x = 0, Nx.less(x, 10) do
        x + y
      end
    end

In the example above, we want to increment "x" by "y" while it is less than 10. However, the code above fails \
because "y" is used inside "while" but it is not explicitly given to "while". You can fix it like this:

    defn increment_by_y_while_less_than_10(y) do
      while {{x = 0, y}}, Nx.less(x, 10) do
        {{x + y, y}}
      end
    end

The "while" loop now works because "y" is one of its arguments.
"""
    )


def node(op: Op, out: Any, operands: tuple[Tensor, ...], params: Any) -> Any:
    """A new node; the data of *out* (one tensor) is set, several outputs come as ELEM nodes."""
    context = merge_contexts(operands)
    if out.__class__ is tuple:
        parent = Expr(op, tuple(template(t.type, t.shape) for t in out), operands, params, context)
        return elements(parent, out)
    out.data = Expr(op, template(out.type, out.shape), operands, params, context)
    return out


def elements(parent: Expr, outs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The outputs of a node with several of them, as ELEM nodes in *outs*."""
    made = []
    whole = Tensor(outs[0].type, outs[0].shape, outs[0].names, parent)
    for i, t in enumerate(outs):
        t.data = Expr(ELEM, template(t.type, t.shape), (whole,), i, parent.context)
        made.append(t)
    return tuple(made)


def parameter(out: Tensor, position: int, context: Any = ROOT) -> Tensor:
    """*out* as the parameter at *position*; vectorised axes are part of the node's shape."""
    return out.like(data=Expr(PARAMETER, template(out.type, out.full_shape), (), position, context))


def metadata(t: Tensor, kind: str, **params: Any) -> Tensor:
    """*t* marked for gradients, printing or users."""
    t = to_expr(t)
    e = t.data
    if e.out.__class__ is tuple:
        return t
    return t.like(data=Expr(METADATA, e.out, (t.like(shape=e.out.shape, vectorized_axes=(), names=e.out.names),), {"kind": kind, **params}, e.context))


def annotated(t: Tensor, facts: dict[Any, Any]) -> Tensor:
    """*t* with facts for users; those of a node that has some already are kept."""
    t = to_expr(t)
    e = t.data
    if e.op is METADATA and e.params["kind"] == "user":
        return t.like(data=Expr(METADATA, e.out, e.operands, {"kind": "user", "map": {**e.params["map"], **facts}}, e.context))
    return metadata(t, "user", map=facts)


def _unsupported(function: str, arity: int) -> ArgumentError:
    return ArgumentError(
        f"cannot invoke {function}/{arity} on Nx.Defn.Expr.\n\nThis typically means you are invoking an unsupported Nx function\n"
        "inside `defn` or inside JIT compiled code\n"
    )


class Tracer(backends.Backend):
    """The backend of expression tensors."""

    name = EXPR

    def run(self, op: Op, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        from defnpy.nx.simplify import RULES

        exprs = tuple([t if t.data.__class__ is Expr else to_expr(t) for t in operands])
        rule = RULES.get(op)
        if rule is not None:
            made = rule(op, out, exprs, params)
            if made is not None:
                return made
        return node(op, out, exprs, params)

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        exprs = tuple(to_expr(t) for t in operands)
        return node(BLOCK, out, exprs, BlockCall(tag, default, operands))

    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        if out.full_shape:
            concrete = Tensor(out.type, out.full_shape, (None,) * len(out.full_shape), array)
            out.data = Expr(TENSOR, template(out.type, out.full_shape), (), concrete, None)
            return out
        value = array.item()
        if not out.type.exact:
            value = int(value) if out.type.is_integer else float(value)
        out.data = constant(value, out.type).data
        return out

    def to_numpy(self, tensor: Tensor) -> Any:
        raise _unsupported("to_binary", 2)

    def deallocate(self, tensor: Tensor) -> Any:
        raise _unsupported("backend_deallocate", 1)

    def copy(self, tensor: Tensor, backend: Any) -> Any:
        """``Nx.backend_copy/2`` has no meaning for expressions."""
        raise _unsupported("backend_copy", 3)

    def show(self, tensor: Tensor, limit: int | None) -> tuple[list[str], int | None]:
        """The lines of ``inspect``."""
        from defnpy.nx.show_expr import lines

        return lines(tensor, limit), limit


TRACER = Tracer()
Expr.backend = TRACER


def is_static(term: Any) -> bool:
    """Whether an argument of a computation is passed through as it is: lists (options) and functions."""
    from defnpy.terms.function import is_function

    return term.__class__ is list or is_function(term)


