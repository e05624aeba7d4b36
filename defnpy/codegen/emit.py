"""Expanded trees to Python syntax trees.

An Elixir expression becomes statements appended to the current list plus a Python expression (:meth:`Emitter.expr`), or, where its
value goes to a known place, statements only (:meth:`Emitter.stmt` with a destination). Every node carries the line and column of
its source text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from defnpy.codegen import arithmetic, facts, inline
from defnpy.codegen.destinations import DISCARD, RETURN, Dest
from defnpy.codegen.looping import call_with_lists, go_back, next_step, reduce_loop, tail_value
from defnpy.codegen.loops import Plan, reduction, uses
from defnpy.codegen.matching import Arm, Matcher, bound_where_used, shared_tests
from defnpy.codegen.names import Names, python_name
from defnpy.codegen.pipelines import comprehension
from defnpy.codegen.sequences import Cursor, octets
from defnpy.codegen.simple import is_simple
from defnpy.codegen.tails import LAZY, called, calls_any
from defnpy.codegen.unit import UnitCode, native
from defnpy.expand.env import Var, column_of, line_of
from defnpy.terms.atom import Atom, atom_name, is_atom

MAX_DEPTH = 40


class Emitter:
    """Emits one Python function (or the top level of a file)."""

    def __init__(self, unit: UnitCode, parent: Emitter | None = None, *, top: bool = False) -> None:
        self.unit = unit
        self.parent = parent
        self.top = top
        self.body: list[ast.stmt] = []
        self.names: Names = _names_for(unit, parent, top)
        self.free: dict[Var, None] = {}
        self.loops = 0
        # The signature whose calls in tail position go on with the loop.
        self.tail: str | None = None
        # The functions whose calls in tail position bounce (codegen.tails), and the Python names of their bodies.
        self.bounces: dict[str, str] = {}
        # How the parameters of a loop are kept (codegen.loops).
        self.plan = Plan()
        self.params: list[str] = []
        self.cursors: dict[int, Cursor] = {}
        self.rests: dict[Var, tuple[int, int | None]] = {}
        # What the positions of the module's cursors are called, by name/arity and parameter.
        self.lists: dict[str, dict[int, str]] = parent.lists if parent is not None else {}
        # The parameters that take a list as it is collected.
        self.growing: dict[str, set[int]] = {}
        self.owners: dict[int, str] = {}
        self.collected: str | None = None
        self.reducing = False
        # Whether arithmetic that is refused makes a guard false instead of an error.
        self.guarding = False
        # The names that hold integers where the code being emitted runs.
        self.integers: frozenset[str] = frozenset()
        self.floats: frozenset[str] = frozenset()
        # The parameters whose classes hold in every round of the loop being emitted (codegen.numeric).
        self.classes: dict[int, str] = {}
        self.line = 1
        self.column = 0
        self.module_functions: dict[str, str] = parent.module_functions if parent is not None else {}
        self.module: Atom | None = parent.module if parent is not None else None
        self.function_name: str | None = parent.function_name if parent is not None else None
        self.defn: bool = parent.defn if parent is not None else False
        self.exception: str | None = parent.exception if parent is not None else None

    # -- nodes ---------------------------------------------------------------------------------------------------------

    def at(self, node: Any) -> Any:
        """Put the current position on a node."""
        node.lineno = self.line
        node.col_offset = self.column
        node.end_lineno = self.line
        node.end_col_offset = self.column
        return node

    def place(self, meta: Any) -> None:
        """Move the current position to that of a source node."""
        line = line_of(meta)
        if line:
            self.line = line
            self.column = max(column_of(meta) - 1, 0)
            self.unit.line, self.unit.column = self.line, self.column

    def name(self, name: str) -> ast.expr:
        return self.at(ast.Name(name, ast.Load()))

    def const(self, value: Any) -> ast.expr:
        return self.at(ast.Constant(value))

    def attr(self, base: ast.expr, name: str) -> ast.expr:
        return self.at(ast.Attribute(base, name, ast.Load()))

    def sub(self, base: ast.expr, index: ast.expr) -> ast.expr:
        return self.at(ast.Subscript(base, index, ast.Load()))

    def call(self, fun: ast.expr, args: list[ast.expr]) -> ast.expr:
        node = self.at(ast.Call(fun, args, []))
        depth = 1 + max((getattr(a, "_depth", 0) for a in (fun, *args)), default=0)
        node._depth = depth
        return node

    def rt(self, helper: str, args: list[ast.expr]) -> ast.expr:
        """A call of a run-time helper."""
        return self.call(self.attr(self.name("rt"), helper), args)

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
        if op.__class__ in (ast.Is, ast.IsNot) and (_is_literal(left) or _is_literal(right)):
            # Python warns of `is` with a literal; identity with an atom, nil or a boolean is decided here.
            return self.const(op.__class__ is ast.IsNot)
        return self.at(ast.Compare(left, [op], [right]))

    def is_(self, left: ast.expr, right: ast.expr) -> ast.expr:
        return self.compare(left, ast.Is(), right)

    def class_of(self, value: ast.expr) -> ast.expr:
        return self.attr(value, "__class__")

    def both(self, tests: list[ast.expr]) -> ast.expr:
        return tests[0] if len(tests) == 1 else self.at(ast.BoolOp(ast.And(), tests))

    def any_of(self, tests: list[ast.expr]) -> ast.expr:
        return tests[0] if len(tests) == 1 else self.at(ast.BoolOp(ast.Or(), tests))

    def negate(self, value: ast.expr) -> ast.expr:
        return self.at(ast.UnaryOp(ast.Not(), value))

    def walrus(self, name: str, value: ast.expr) -> ast.expr:
        return self.at(ast.NamedExpr(self.at(ast.Name(name, ast.Store())), value))

    def choose(self, test: ast.expr, then: ast.expr, other: ast.expr) -> ast.expr:
        node = self.at(ast.IfExp(test, then, other))
        node._depth = 1 + max(getattr(a, "_depth", 0) for a in (test, then, other))
        return node

    # -- statements ----------------------------------------------------------------------------------------------------

    @contextmanager
    def block(self) -> Iterator[list[ast.stmt]]:
        """Collect statements in a list of their own."""
        outer, self.body = self.body, []
        line, column = self.line, self.column
        try:
            yield self.body
        finally:
            self.body = outer
            self.line, self.column = line, column

    def add(self, statement: ast.stmt) -> None:
        self.body.append(self.at(statement))

    def assign(self, name: str, value: ast.expr) -> None:
        if value.__class__ is ast.Name and value.id == name:
            return
        self.add(ast.Assign([self.at(ast.Name(name, ast.Store()))], value))

    def temp(self, wanted: str = "t") -> str:
        return self.names.fresh(wanted)

    def spill(self, value: ast.expr, wanted: str = "t") -> ast.expr:
        """A cheap expression (a name or constant) with the same value."""
        if value.__class__ is ast.Name or value.__class__ is ast.Constant:
            return value
        name = self.temp(wanted)
        self.assign(name, value)
        return self.name(name)

    def finish(self, dest: Dest, value: ast.expr) -> None:
        """Send a value to its destination."""
        if dest is RETURN:
            if self.reducing:
                next_step(self, value)
                return
            if self.collected is not None:
                value = self.rt("onto", [self.name(self.collected), value])
            self.add(ast.Return(value))
        elif dest is DISCARD:
            if value.__class__ not in (ast.Name, ast.Constant):
                self.add(ast.Expr(value))
        else:
            self.assign(dest[1], value)

    def new_dest(self, wanted: str = "t") -> tuple[Dest, ast.expr]:
        name = self.temp(wanted)
        return ("name", name), self.name(name)

    # -- variables -----------------------------------------------------------------------------------------------------

    def bind(self, var: Var) -> str:
        """The Python name of a variable that is bound here."""
        if var.python is None or var.owner is not self:
            base = var.name if not var.name.startswith("&") else "a" + var.name[1:]
            wanted = python_name(base)
            var.python = self.names.fresh(wanted)
            var.owner = self
            var.in_loop = self.loops > 0
        return var.python

    def alias(self, var: Var, name: str) -> None:
        """Let a variable live under an existing Python name (a parameter)."""
        var.python = name
        var.owner = self
        var.in_loop = self.loops > 0

    def load(self, var: Var) -> ast.expr:
        if var.python is None:
            # Bound in a place that was never emitted (for instance a dropped branch).
            return self.const(None)
        if var.owner is not self:
            self._capture(var)
        if var.pending:
            return self.call(self.attr(self.name(var.python), "value"), [])
        return self.name(var.python)

    def _capture(self, var: Var) -> None:
        emitter: Emitter | None = self
        while emitter is not None and emitter is not var.owner:
            emitter.free[var] = None
            emitter = emitter.parent

    # -- expressions ---------------------------------------------------------------------------------------------------

    def expr(self, node: Any) -> ast.expr:
        """The value of a node as a Python expression; statements that must run first are added to the body."""
        done = self._expr(node)
        if getattr(done, "_depth", 0) > MAX_DEPTH:
            return self.spill(done)
        return done

    def _expr(self, node: Any) -> ast.expr:
        kind = node.__class__
        if kind is tuple:
            if len(node) == 2:
                return self.at(ast.Tuple(self.exprs(node), ast.Load()))
            form = node[0]
            if node[2].__class__ is Var:
                self.place(node[1])
                return self.load(node[2])
            self.place(node[1])
            if form.__class__ is tuple:
                return self._call(node)
            handler = EXPRESSIONS.get(form)
            if handler is not None:
                return handler(self, node)
            if form in STATEMENTS:
                dest, value = self.new_dest()
                self.stmt(node, dest)
                return value
            return self._local_call(node)
        if kind is list:
            return self._list(node)
        if kind is Atom:
            return self.name(self.unit.atom(node))
        return self.unit.constant(node) if kind not in (int, str, bool, float) else self.const(node)

    def exprs(self, nodes: Any) -> list[ast.expr]:
        """Several expressions, evaluated from left to right."""
        done: list[ast.expr] = []
        for node in nodes:
            mark = len(self.body)
            value = self.expr(node)
            if len(self.body) > mark:
                self._spill_before(done, mark)
            done.append(value)
        return done

    def _spill_before(self, done: list[ast.expr], mark: int) -> None:
        """Later arguments need statements: earlier arguments are evaluated before those."""
        tail = self.body[mark:]
        del self.body[mark:]
        for i, value in enumerate(done):
            if value.__class__ is not ast.Constant and not self._stable(value):
                done[i] = self.spill(value)
        self.body.extend(tail)

    def _stable(self, value: ast.expr) -> bool:
        return value.__class__ is ast.Name

    def atomic(self, node: Any) -> ast.expr:
        """As :meth:`expr`, the result being a name or a constant."""
        return self.spill(self.expr(node))

    def _list(self, items: list[Any]) -> ast.expr:
        if items and items[-1].__class__ is tuple and len(items[-1]) == 3 and items[-1][0] is _BAR:
            *front, (_, _, (head, tail)) = items
            parts = self.exprs([*front, head, tail])
            heads = self.at(ast.List(parts[:-1], ast.Load()))
            return self.rt("cons", [heads, parts[-1]])
        return self.at(ast.List(self.exprs(items), ast.Load()))

    def _call(self, node: Any) -> ast.expr:
        target, meta, args = node
        parts = target[2]
        if len(parts) == 1:
            return self._fun_call(parts[0], meta, args)
        module, name = parts
        if is_atom(module):
            return self.remote(module, atom_name(name), args, meta)
        values = self.exprs([module, *args])
        self.place(meta)
        signature = f"{atom_name(name)}/{len(args)}"
        return self.call(self.rt("remote", [values[0], self.const(signature)]), values[1:])

    def _fun_call(self, fun: Any, meta: Any, args: list[Any]) -> ast.expr:
        if fun.__class__ is tuple and fun[0] is _FN:
            values = self.exprs([fun, *args])
            clauses = fun[2]
            if len(clauses[0].patterns) == len(args):
                return self.call(values[0], values[1:])
        else:
            values = self.exprs([fun, *args])
        self.place(meta)
        f = values[0]
        arity = self.const(len(args))
        if f.__class__ is not ast.Name:
            return self.call(self.rt("fun", [f, arity]), values[1:])
        plain = self.is_(self.class_of(f), self.name("FunctionType"))
        count = self.compare(self.attr(self.attr(f, "__code__"), "co_argcount"), ast.Eq(), arity)
        chosen = self.choose(self.both([plain, count]), f, self.rt("fun", [f, arity]))
        return self.call(chosen, values[1:])

    def remote(self, module: Any, name: str, args: list[Any], meta: Any) -> ast.expr:
        """A call of a function of a known module."""
        signature = f"{name}/{len(args)}"
        if name == "reduce" and (found := reduction(((_DOT, meta, [module, Atom(name)]), meta, args))) is not None:
            return reduce_loop(self, found, args[0])
        if (made := comprehension(self, module, name, args)) is not None:
            return made
        if module.__class__ is Atom and module in facts.OPERATING:
            maker = inline.OPERATORS.get(signature)
            if maker is not None:
                return maker(self, args, meta)
        values = self.exprs(args)
        self.place(meta)
        found = native(module)
        if found is not None and signature in found.functions:
            return self.call(self.name(self.unit.function(module, signature)), values)
        if module.__class__ is Atom:
            table = self.attr(self.name(self.unit.module(module)), "functions")
            return self.call(self.sub(table, self.const(signature)), values)
        return self.call(self.rt("remote", [self.const(module), self.const(signature)]), values)

    def _local_call(self, node: Any) -> ast.expr:
        form, meta, args = node
        signature = f"{form.name}/{len(args)}"
        emitted = self.module_functions.get(signature)
        if emitted is not None and self.rests and signature in self.lists:
            return call_with_lists(self, self.name(emitted), [], signature, meta, args)
        values = self.exprs(args)
        self.place(meta)
        if emitted is None:
            return self.rt("missing_local", [self.const(signature), *values])
        return self.call(self.name(emitted), values)

    # -- destinations --------------------------------------------------------------------------------------------------

    def stmt(self, node: Any, dest: Dest) -> None:
        """Run a node and send its value to *dest*."""
        if node.__class__ is tuple and len(node) == 3 and node[2].__class__ is not Var:
            form = node[0]
            if form.__class__ is Atom:
                handler = STATEMENTS.get(form)
                if handler is not None and not (form is _IF and dest is not DISCARD and is_simple(node) and not self._tail_inside(node, dest)):
                    self.place(node[1])
                    handler(self, node, dest)
                    return
                if form in LAZY and self._tail_inside(node, dest):
                    self.place(node[1])
                    lazy_tail(self, node)
                    return
                if dest is RETURN and self._tail_call(node):
                    return
        if dest is RETURN and self.tail is not None and (self.reducing or self.collected is not None) and tail_value(self, node):
            return
        self.finish(dest, self.expr(node))

    def _tail_inside(self, node: Any, dest: Dest) -> bool:
        """Whether *node* must become statements because a call in it goes on with a loop, or bounces."""
        if dest is not RETURN or (self.tail is None and not self.bounces):
            return False
        return self.reducing or calls_any(node, {self.tail or "", *self.bounces})

    def _tail_call(self, node: Any) -> bool:
        call = called(node) if self.tail is not None or self.bounces else None
        if call is None:
            return False
        signature, args = call
        if signature == self.tail:
            go_back(self, args, [], node[1])
            return True
        step = self.bounces.get(signature)
        if step is None or self.collected is not None or self.reducing:
            return False
        self.add(ast.Return(call_with_lists(self, self.name("TailCall"), [self.name(step)], signature, node[1], args, leaving=True)))
        return True

    @contextmanager
    def no_tail(self) -> Iterator[None]:
        """Code inside is not in tail position even when its value is returned."""
        outer, bounces = self.tail, self.bounces
        self.tail, self.bounces = None, {}
        try:
            yield
        finally:
            self.tail, self.bounces = outer, bounces

    def conditional(self, test: ast.expr, then: list[ast.stmt], other: list[ast.stmt]) -> None:
        self.add(ast.If(test, then or [self.at(ast.Pass())], other))

    # -- truth ---------------------------------------------------------------------------------------------------------

    def truth(self, node: Any) -> ast.expr:
        """A Python condition that holds when the value is neither nil nor false."""
        if facts.is_boolean(node):
            return self.expr(node)
        value = self.expr(node)
        return self.truthy(value)

    def truthy(self, value: ast.expr) -> ast.expr:
        if value.__class__ is ast.Constant:
            return self.const(value.value is not None and value.value is not False)
        first = value
        if value.__class__ is not ast.Name:
            name = self.temp()
            first = self.walrus(name, value)
            value = self.name(name)
        return self.both([
            self.compare(first, ast.IsNot(), self.const(None)),
            self.compare(value, ast.IsNot(), self.const(False)),
        ])

    # -- clauses -------------------------------------------------------------------------------------------------------

    def guards(self, guards: list[Any]) -> ast.expr:
        """The condition that one of the guards holds; a guard that fails is false."""
        return self.any_of([self._guard(g) for g in guards])

    def _guard(self, guard: Any) -> ast.expr:
        child_body = self.body
        if facts.is_safe_guard(guard):
            return self.truth_of_guard(guard)
        parts = facts.conjuncts(guard)
        if all(facts.is_safe_guard(part) or arithmetic.can_guard(part) for part in parts):
            tests = []
            with self.where([]):
                for part in parts:
                    self.guarding = not facts.is_safe_guard(part)
                    tests.append(self.truth_of_guard(part))
                    self.integers |= facts.integers(part, self)
            self.guarding = False
            return self.both(tests)
        value = self.truth_of_guard(guard)
        assert child_body is self.body
        thunk = self.at(ast.Lambda(_no_args(), value))
        return self.rt("guard", [thunk])

    @contextmanager
    def where(self, guards: list[Any], integers: Sequence[Var] = ()) -> Iterator[None]:
        """Code inside runs where the guards hold, if there are any, and where these variables hold integers."""
        outer = self.integers, self.floats
        if integers:
            self.integers |= {var.python for var in integers if var.python is not None and var.owner is self}
        if len(guards) == 1:
            self.integers |= facts.integers(guards[0], self)
        try:
            yield
        finally:
            self.integers, self.floats = outer

    def know(self, name: str, value: ast.expr) -> None:
        """Remember the class of a name that was just given a value, for the code of its scope."""
        found = arithmetic.class_of(self, value)
        if found == "int":
            self.integers |= {name}
        elif found == "float":
            self.floats |= {name}

    def truth_of_guard(self, guard: Any) -> ast.expr:
        value = self.expr(guard)
        if facts.is_boolean(guard):
            return value
        return self.is_(value, self.const(True))

    def clause_chain(self, subjects: Sequence[ast.expr | Cursor], clauses: list[Any], dest: Dest, fail: list[ast.stmt]) -> None:
        """Try clauses in turn on the subjects (names); run *fail* when none matches."""
        arms: list[Arm] = []
        for clause in clauses:
            self.place(clause.meta)
            tests, bindings = self._head(subjects, clause)
            with self.block() as stmts, self.where(clause.guards, octets(subjects, clause.patterns)):
                for name, value in bindings:
                    self.assign(name, value)
                self.stmt(clause.body, dest)
            arms.append((tests, stmts))
            if not tests:
                break
        if dest is RETURN:
            self._flat(arms)
            if arms[-1][0]:
                self.body.extend(fail)
            return
        other = fail if arms[-1][0] else arms.pop()[1]
        for tests, stmts in reversed(arms):
            other = [self.at(ast.If(self.both(tests), stmts or [self.at(ast.Pass())], other))]
        self.body.extend(other)

    def _flat(self, arms: list[Arm]) -> None:
        """Arms that return, one after the other; what several in a row ask first is asked once."""
        while arms:
            shared, count = shared_tests(arms)
            tests, stmts = arms[0]
            if count > 1:
                with self.block() as inside:
                    self._flat([(tests[shared:], stmts) for tests, stmts in arms[:count]])
                self.conditional(self.both(tests[:shared]), inside, [])
            elif tests:
                self.conditional(self.both(tests), stmts, [])
            else:
                self.body.extend(stmts)
                return
            arms = arms[count:]

    def eager_head(self, subjects: Sequence[ast.expr | Cursor], clause: Any) -> ast.expr | None:
        """The test of a clause (None when it always matches), which binds its variables."""
        tests, bindings = self._head(subjects, clause, eager=True)
        assert not bindings
        return self.both(tests) if tests else None

    def _head(self, subjects: Sequence[ast.expr | Cursor], clause: Any, *, eager: bool = False) -> tuple[list[ast.expr], list[tuple[str, ast.expr]]]:
        """The tests of a clause and the assignments to make after them."""
        matcher = Matcher(self, eager=eager or bool(clause.guards))
        for pattern, subject in zip(clause.patterns, subjects, strict=True):
            matcher.match(pattern, subject)
        tests = matcher.tests
        if clause.guards:
            with self.where([], octets(subjects, clause.patterns)):
                tests = bound_where_used([*tests, self.guards(clause.guards)])
        return tests, matcher.bindings

    # -- functions -----------------------------------------------------------------------------------------------------

    def function(self, clauses: list[Any], wanted: str, fail: Any, bounces: dict[str, str] | None = None) -> ast.expr:
        """An anonymous function: a lambda when its body is one expression, a nested def otherwise."""
        if not bounces and len(clauses) == 1 and not clauses[0].guards and _plain_variables(clauses[0].patterns) and is_simple(clauses[0].body):
            return self._lambda(clauses[0])
        name = self.names.fresh(wanted)
        self.body.append(self.nested_def(name, clauses, fail, bounces))
        return self.name(name)

    def _lambda(self, clause: Any) -> ast.expr:
        child = Emitter(self.unit, self)
        child.line, child.column = self.line, self.column
        params = []
        for p in clause.patterns:
            if p[2].__class__ is Var:
                params.append(child.bind(p[2]))
            else:
                params.append(child.names.fresh("_"))
        value = child._expr(clause.body)
        assert not child.body, "a simple body emits no statements"
        arguments = self.arguments(params, child)
        return self.at(ast.Lambda(arguments, value))

    def arguments(self, params: list[str], child: Emitter) -> ast.arguments:
        """Positional parameters, and a keyword-only one for each captured variable of a loop."""
        captured = [v for v in child.free if v.in_loop and v.owner is not child]
        for v in captured:
            if v.owner is not self:
                self._capture(v)
        return ast.arguments(
            posonlyargs=[],
            args=[self.at(ast.arg(p)) for p in params],
            kwonlyargs=[self.at(ast.arg(str(v.python))) for v in captured],
            kw_defaults=[self.name(str(v.python)) for v in captured],
            defaults=[],
        )

    def nested_def(self, name: str, clauses: list[Any], fail: Any, bounces: dict[str, str] | None = None) -> ast.stmt:
        child = Emitter(self.unit, self)
        child.bounces = bounces or {}
        child.line, child.column = self.line, self.column
        params = child.parameters(clauses)
        child.clause_chain([child.name(p) for p in params], clauses, RETURN, [])
        if not _always_returns(child.body):
            child.add(ast.Expr(fail(child, params)))
        line, column = self.line, self.column
        definition = self.at(ast.FunctionDef(name, self.arguments(params, child), child.body, [], None))
        definition.type_params = []
        self.line, self.column = line, column
        return definition

    def parameters(self, clauses: list[Any]) -> list[str]:
        """Names for the parameters: the variable's own name where all clauses agree on it."""
        names = []
        for i in range(len(clauses[0].patterns)):
            patterns = [c.patterns[i] for c in clauses]
            found = {p[2].name for p in patterns if _named(p)}
            wanted = python_name(found.pop()) if len(found) == 1 and _named(patterns[0]) else f"arg{i + 1}"
            if wanted.startswith("&"):
                wanted = "a" + wanted[1:]
            name = self.names.exact(wanted.replace("&", "a"))
            names.append(name)
            for clause, p in zip(clauses, patterns, strict=True):
                if _named(p) and i not in self.plan.cursors and not _taken_apart(clause.patterns, p[2]):
                    self.alias(p[2], name)
                    p[2].pending = i in self.plan.pending
        return names


def _names_for(unit: UnitCode, parent: Emitter | None, top: bool) -> Names:
    """The names in use: shared with the function around, else a copy of the file's."""
    if top:
        return unit.names
    if parent is not None and not parent.top:
        return parent.names
    return Names(set(unit.names.taken))


def _is_literal(node: ast.expr) -> bool:
    """A number or text: never identical to an atom, nil, a boolean or NOMATCH."""
    if node.__class__ is ast.Constant:
        return node.value is not None and node.value is not True and node.value is not False
    return node.__class__ in (ast.Tuple, ast.List, ast.Dict)


def _named(pattern: Any) -> bool:
    return pattern.__class__ is tuple and len(pattern) == 3 and pattern[2].__class__ is Var


def _taken_apart(patterns: list[Any], var: Var) -> bool:
    """Whether *var* is also bound inside a pattern: its parameter is compared with what is found there."""
    return any(p.__class__ in (tuple, list) and not _plain_variable(p) and uses(p, var) for p in patterns)


def _plain_variable(pattern: Any) -> bool:
    return pattern.__class__ is tuple and len(pattern) == 3 and (pattern[2].__class__ is Var or pattern[0] is _UNDERSCORE)


def _plain_variables(patterns: list[Any]) -> bool:
    """Whether the patterns are variables, none of them twice."""
    named = [id(p[2]) for p in patterns if _named(p)]
    return all(_plain_variable(p) for p in patterns) and len(set(named)) == len(named)


def _always_returns(body: list[ast.stmt]) -> bool:
    if not body:
        return False
    last = body[-1]
    if last.__class__ in (ast.Return, ast.Raise, ast.Continue):
        return True
    if last.__class__ is ast.If:
        return bool(last.orelse) and _always_returns(last.body) and _always_returns(last.orelse)
    if last.__class__ is ast.Expr and last.value.__class__ is ast.Call:
        fun = last.value.func
        return fun.__class__ is ast.Name and fun.id.endswith("_failed")
    return False


def _no_args() -> ast.arguments:
    return ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])


_BAR, _FN, _IF, _UNDERSCORE, _DOT = Atom("|"), Atom("fn"), Atom("%if"), Atom("_"), Atom(".")

from defnpy.codegen.expressions import EXPRESSIONS, lazy_tail  # noqa: E402
from defnpy.codegen.statements import STATEMENTS  # noqa: E402
