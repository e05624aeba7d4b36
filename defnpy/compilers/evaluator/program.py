"""A graph as generated straight-line Python on NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.compilers.evaluator import emit as emitters
from defnpy.compilers.evaluator.blocks import BLOCKS
from defnpy.compilers.evaluator.kernels import TABLE
from defnpy.compilers.evaluator.kernels.quiet import QUIET, enter, leave
from defnpy.compilers.evaluator.runtime import call_hook, call_host, fold_rows, fold_windows
from defnpy.nx import expr as nodes
from defnpy.nx import hooks as hook_calls
from defnpy.nx import memory
from defnpy.nx.expr import Expr, Fun
from defnpy.nx.graph import Scope, real, scope
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.ops.reduce import REDUCE
from defnpy.nx.ops.window import WINDOW_REDUCE
from defnpy.nx.tensor import Tensor

_DEEP = 30


class Frame:
    """One function being written: its lines, the names of its values and the names that are free again."""

    def __init__(self, parent: Frame | None = None) -> None:
        self.names: dict[Expr, Any] = parent.names if parent else {}
        self.free: list[str] = []
        self.count: int = parent.count if parent else 0
        self.owned: set[Expr] = set()
        self.raw: set[Expr] = parent.raw if parent else set()
        self.last: dict[Expr, int] = {}
        self.uses: dict[Expr, int] = {}

    def fresh(self) -> str:
        """A name for a new value."""
        if self.free:
            return self.free.pop()
        self.count += 1
        return f"v{self.count}"


class Writer:
    """Writes the module of a graph."""

    def __init__(self, hooks: Any) -> None:
        self.hooks = hooks
        self.env: dict[str, Any] = {"asarray": np.asarray, "enter": enter, "leave": leave, "QUIET": QUIET}
        self.known: dict[int, str] = {}
        self.kept: list[Any] = []
        self.functions: list[str] = []
        self.serial = 0
        self.numbers: dict[tuple[str, str], str] = {}

    # -- names ------------------------------------------------------------------------------------------------------------

    def bind(self, value: Any, prefix: str) -> str:
        """A global name for *value*."""
        found = self.known.get(id(value))
        if found is not None:
            return found
        name = f"{prefix}{len(self.env)}"
        self.env[name] = value
        self.known[id(value)] = name
        self.kept.append(value)
        return name

    def number(self, value: Any, kind: Any) -> str:
        """A NumPy scalar of type *kind* as a global."""
        from defnpy.nx.convert import scalar_array

        key = (kind.name, repr(value))
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = f"n{len(self.env)}"
            self.env[found] = scalar_array(value, kind)[()]
        return found

    def full(self, e: Expr) -> str:
        """A constant as an array of its whole shape."""
        from defnpy.nx.convert import scalar_array

        memory.check(e.out)
        made = np.full(e.out.shape, scalar_array(e.params["value"], e.out.type), e.out.type.numpy)
        made.flags.writeable = False
        name = f"f{len(self.env)}"
        self.env[name] = made
        return name

    # -- functions --------------------------------------------------------------------------------------------------------

    def function(self, params: Sequence[Tensor], outputs: Sequence[Tensor], prefix: str = "g") -> str:
        """A function of NumPy values; several outputs come as a tuple, one by itself."""
        self.serial += 1
        name = f"{prefix}{self.serial}"
        frame = Frame()
        names = [f"x{i}" for i in range(len(params))]
        for n, t in zip(names, params, strict=True):
            frame.names[t.data] = n
        lines: list[str] = []
        plan = scope(outputs)
        self.block(plan, frame, lines, 1)
        self.functions.append(f"def {name}({', '.join(names)}):\n" + "\n".join(lines) + f"\n    return {self.results(plan, frame)}\n")
        return name

    def results(self, plan: Scope, frame: Frame) -> str:
        """The outputs of a scope as text."""
        made = [self.read(e, frame) for e in plan.outputs]
        return made[0] if len(made) == 1 else ", ".join(made)

    def loop(self, test: Fun, body: Fun) -> str:
        """A function that runs a ``while``."""
        self.serial += 1
        name = f"w{self.serial}"
        names = [f"x{i}" for i in range(len(body.params))]
        lines = ["    while True:"]
        frame = Frame()
        for n, t in zip(names, test.params, strict=True):
            frame.names[t.data] = n
        for n, t in zip(names, body.params, strict=True):
            frame.names[t.data] = n
        plan = scope(test.outputs)
        self.block(plan, frame, lines, 2, predicates=set(plan.outputs))
        lines.append(f"        if not {self.read(plan.outputs[0], frame)}: break")
        step = Frame(frame)
        plan = scope(body.outputs)
        self.block(plan, step, lines, 2)
        targets = ", ".join(names)
        lines.append(f"        {targets} = {self.results(plan, step)}")
        self.functions.append(f"def {name}({targets}):\n" + "\n".join(lines) + f"\n    return {targets}\n")
        return name

    # -- scopes -----------------------------------------------------------------------------------------------------------

    def block(self, plan: Scope, frame: Frame, lines: list[str], depth: int, predicates: Any = frozenset()) -> None:
        """Append the lines of a scope."""
        last, uses = frame.last, frame.uses
        tests = {c.test for c in plan.choices.values()} | set(predicates)
        for i, e in enumerate(plan.nodes):
            if e in plan.choices:
                for one in _all_uses(e):
                    last[one] = i
                for one in _inner_uses(e, plan.choices[e]):
                    uses[one] = uses.get(one, 0) + 1
                continue
            for t in e.operands:
                one = real(t.data)
                last[one] = i
                uses[one] = uses.get(one, 0) + 1
                if one.op is nodes.ELEM:
                    last[one.operands[0].data] = i
        for e in plan.outputs:
            last[e] = 1 << 60
            if e not in predicates:
                uses[e] = uses.get(e, 0) + 1
        for e in tests:
            if not uses.get(e):
                frame.raw.add(e)
        here = set(plan.nodes)
        for i, e in enumerate(plan.nodes):
            self.node(e, i, plan, frame, lines, depth)
            done = e.operands if e not in plan.choices else ()
            for t in done:
                one = real(t.data)
                if one in here and last.get(one) == i and one in frame.names and one in frame.owned:
                    name = frame.names[one]
                    if name.__class__ is str and name.startswith("v") and name not in frame.free and frame.names.get(e) != name:
                        frame.free.append(name)
                        frame.owned.discard(one)

    def node(self, e: Expr, at: int, plan: Scope, frame: Frame, lines: list[str], depth: int) -> None:
        """Append the lines of a node."""
        pad = "    " * depth
        op = e.op
        if op is nodes.PARAMETER or op is CONSTANT:
            return
        if op is nodes.TENSOR:
            array = e.params.numpy()
            frame.names[e] = self.bind(array[()] if not e.out.shape else array, "t")
        elif op is nodes.ELEM:
            frame.names[e] = frame.names[real(e.operands[0].data)][e.params]
        elif op is nodes.COND:
            if depth > _DEEP:
                self.assign(e, self.outlined(e, plan, frame), frame, lines, pad)
            else:
                self.choice(e, plan, frame, lines, depth)
        elif op is nodes.WHILE:
            self.assign(e, f"{self.loop(*e.params)}({self.operands(e, frame)})", frame, lines, pad)
        elif op is nodes.IO_CALL:
            self.io_call(e, frame, lines, pad)
        elif op is nodes.RUNTIME_CALL:
            helper = self.bind(call_host(e), "h")
            self.assign(e, f"{helper}({self.operands(e, frame)})", frame, lines, pad)
        elif op is nodes.BLOCK:
            self.guard(e, lines, pad)
            self.assign(e, self.block_call(e, frame), frame, lines, pad)
        elif op is REDUCE or op is WINDOW_REDUCE:
            fun = self.function(e.params["fun"].params, e.params["fun"].outputs)
            helper = self.bind((fold_rows if op is REDUCE else fold_windows)(e), "h")
            self.assign(e, f"{helper}({fun}, {self.operands(e, frame)})", frame, lines, pad)
        else:
            self.guard(e, lines, pad)
            emitters.emit(self, e, at, frame, lines, pad)
            return
        # These may hand out their operands, which must not be written to from here on.
        for one in _all_uses(e) if op is nodes.COND else map(real, (t.data for t in e.operands)):
            frame.owned.discard(one)

    def guard(self, e: Expr, lines: list[str], pad: str) -> None:
        """Before a large result is made, see whether it fits into memory."""
        if memory.is_large(e.out):
            lines.append(f"{pad}{self.bind(memory.check, 'm')}({self.bind(e.out, 'o')})")

    def assign(self, e: Expr, text: str, frame: Frame, lines: list[str], pad: str) -> None:
        """``name = text``; several outputs get a name each."""
        if e.out.__class__ is tuple:
            names = [frame.fresh() for _ in e.out]
            frame.names[e] = names
            lines.append(f"{pad}{', '.join(names)} = {text}")
        else:
            name = frame.fresh()
            frame.names[e] = name
            lines.append(f"{pad}{name} = {text}")

    def read(self, e: Expr, frame: Frame) -> str:
        """The name of a value."""
        if e.op is CONSTANT and e not in frame.names:
            return self.number(e.params["value"], e.out.type) if not e.out.shape else self.full(e)
        return frame.names[e]

    def operands(self, e: Expr, frame: Frame) -> str:
        """The operands as text."""
        return ", ".join(self.read(real(t.data), frame) for t in e.operands)

    def arrays(self, e: Expr, frame: Frame) -> str:
        """The operands as text, scalars as 0-d arrays."""
        made = []
        for t in e.operands:
            one = real(t.data)
            name = self.read(one, frame)
            made.append(name if one.out.shape else f"asarray({name})")
        return ", ".join(made)

    def kernel_call(self, e: Expr, frame: Frame) -> str:
        """The call of the kernel in the table."""
        kernel = self.bind(TABLE[e.op], "k")
        text = f"{kernel}({self.bind(e.out, 'o')}, {self.bind(e.params, 'p')}"
        operands = self.arrays(e, frame)
        return f"{text}, {operands})" if operands else text + ")"

    def block_call(self, e: Expr, frame: Frame) -> str:
        """A block: its kernel if there is one, else its composition."""
        call = e.params
        kernel = BLOCKS.get(call.tag.module.name) if hasattr(call.tag, "module") else None
        if kernel is not None:
            text = f"{self.bind(kernel, 'k')}({self.bind(e.out, 'o')}, {self.bind(call.tag, 'p')}, {self.arrays(e, frame)})"
            if e.out.__class__ is tuple:
                return f"[x if x.shape else x[()] for x in {text}]"
            return text if e.out.shape else f"asarray({text})[()]"
        return f"{self.function(call.body.params, call.body.outputs)}({self.operands(e, frame)})"

    def io_call(self, e: Expr, frame: Frame, lines: list[str], pad: str) -> None:
        """A hook; its value is its operand."""
        if hook_calls.active(e.params, self.hooks):
            helper = self.bind(call_hook(e, self.hooks), "h")
            lines.append(f"{pad}{helper}({self.operands(e, frame)})")
        names = [self.read(real(t.data), frame) for t in e.operands]
        for t in e.operands:
            frame.owned.discard(real(t.data))
        frame.names[e] = names if e.out.__class__ is tuple else names[0]

    def outlined(self, e: Expr, plan: Scope, frame: Frame) -> str:
        """The call of a function of its own for a ``cond``: Python limits how deep blocks may be nested."""
        self.serial += 1
        name = f"d{self.serial}"
        outer = [one for one in _all_uses(e) if one.op is not nodes.ELEM and frame.names.get(one).__class__ is str]
        inner = Frame()
        inner.names = dict(frame.names)
        inner.raw = set(frame.raw)
        params = []
        for i, one in enumerate(outer):
            if frame.names[one] not in self.env:
                params.append((f"q{i}", frame.names[one]))
                inner.names[one] = f"q{i}"
        for one in _all_uses(e):
            value = frame.names.get(one)
            if one.op is nodes.ELEM and value is not None and value not in self.env:
                params.append((f"q{len(params)}e", value))
                inner.names[one] = f"q{len(params) - 1}e"
        lines: list[str] = []
        self.choice(e, plan, inner, lines, 1)
        made = inner.names[e]
        text = ", ".join(made) if made.__class__ is list else made
        head = f"def {name}({', '.join(p for p, _ in params)}):\n"
        self.functions.append(head + "\n".join(lines) + f"\n    return {text}\n")
        return f"{name}({', '.join(v for _, v in params)})"

    def choice(self, e: Expr, plan: Scope, frame: Frame, lines: list[str], depth: int) -> None:
        """``if``/``else`` with the branches as nested scopes."""
        pad = "    " * depth
        made = plan.choices[e]
        several = e.out.__class__ is tuple
        names = [frame.fresh() for _ in e.out] if several else [frame.fresh()]
        targets = ", ".join(names)
        test = self.read(made.test, frame)
        for word, part in ((f"if {test}:", made.then), ("else:", made.other)):
            lines.append(pad + word)
            inner = Frame(frame)
            self.block(part, inner, lines, depth + 1)
            lines.append(f"{pad}    {targets} = {self.results(part, inner)}")
            frame.count = max(frame.count, inner.count)
        frame.names[e] = names if several else names[0]


def _all_uses(e: Expr) -> set[Expr]:
    """Every node below a ``cond``: all of them stay until it has run."""
    seen: set[Expr] = set()
    stack = [real(t.data) for t in e.operands]
    while stack:
        one = stack.pop()
        if one not in seen:
            seen.add(one)
            stack.extend(real(t.data) for t in one.operands)
    return seen


def _inner_uses(e: Expr, choice: Any) -> list[Expr]:
    """The nodes that are used inside of the branches (not only as the predicate)."""
    found: list[Expr] = []
    stack = [choice.then, choice.other]
    while stack:
        plan = stack.pop()
        found.extend(plan.outputs)
        for one in plan.nodes:
            found.extend(real(t.data) for t in one.operands)
        stack.extend(s for c in plan.choices.values() for s in (c.then, c.other))
    return found


def compile_graph(params: Sequence[Tensor], outputs: Sequence[Tensor], hooks: Any) -> Callable[..., Any]:
    """A function from arrays (scalars as NumPy scalars) to a tuple of arrays."""
    writer = Writer(hooks)
    frame = Frame()
    lines: list[str] = []
    names = [f"x{i}" for i in range(len(params))]
    for n, t in zip(names, params, strict=True):
        frame.names[t.data] = n
    plan = scope(outputs)
    used = {e for e in plan.nodes if e.op is nodes.PARAMETER}
    for n, t in zip(names, params, strict=True):
        if t.data in used and not t.data.out.shape:
            lines.append(f"        {n} = {n}[()]")
    writer.block(plan, frame, lines, 2)
    results = [writer.read(e, frame) if e.out.shape else f"asarray({writer.read(e, frame)})" for e in plan.outputs]
    head = f"def main({', '.join(names)}):\n    token = enter(QUIET)\n    try:\n"
    body = "\n".join(lines) + "\n" if lines else ""
    tail = f"        return ({', '.join(results)}{',' if results else ''})\n    finally:\n        leave(token)\n"
    source = "\n".join(writer.functions) + "\n" + head + body + tail
    exec(compile(source, "<defn>", "exec"), writer.env)  # the text is generated above, from nodes only
    main: Callable[..., Any] = writer.env["main"]
    return main



