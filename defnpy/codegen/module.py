"""The definitions of a module to Python functions and one registering call."""

from __future__ import annotations

import ast
from typing import Any

from defnpy.codegen.destinations import RETURN
from defnpy.codegen.emit import Emitter
from defnpy.codegen.handing import cursor_parameters, growing_lists, rests
from defnpy.codegen.looping import enter_loop
from defnpy.codegen.loops import loops, plan
from defnpy.codegen.names import python_name
from defnpy.codegen.numeric import classes
from defnpy.codegen.sequences import OCTETS, TEXT, Cursor
from defnpy.codegen.tails import bouncing
from defnpy.codegen.unit import UnitCode
from defnpy.expand.module import Definition
from defnpy.terms.atom import Atom


def emit_definitions(unit: UnitCode, module: Atom, definitions: list[Definition]) -> tuple[list[ast.stmt], dict[str, str]]:
    """Python functions for all definitions; gives the statements and the Python name of each ``name/arity``."""
    names: dict[str, str] = {}
    for d in definitions:
        names[d.signature] = unit.names.exact(f"{python_name(d.name.replace(' ', '_'))}_{d.arity}")
    groups = bouncing(definitions)
    steps = {signature: unit.names.fresh(f"{names[signature]}_step") for signature in groups}
    plain = {d.signature: d.clauses for d in definitions if d.caller is None and d.defn not in ("defn", "defnp") and d.arity}
    cursors = cursor_parameters(plain)
    # The same name in every function: nothing else of the file is called so.
    at = {k: unit.names.exact(f"at_{k + 1}") for k in sorted({k for listed in cursors.values() for k in listed})}
    lists = {signature: {k: at[k] for k in sorted(listed)} for signature, listed in cursors.items()}
    growing = growing_lists(groups, plain, lists)
    statements: list[ast.stmt] = []
    for d in definitions:
        group = groups.get(d.signature, frozenset())
        kinds = cursors.get(d.signature, {})
        statements.extend(emit_definition(unit, module, d, names, {s: steps[s] for s in group}, lists, kinds, growing))
    return statements, names


def emit_definition(unit: UnitCode, module: Atom, definition: Definition, names: dict[str, str], bounces: dict[str, str],
                    lists: dict[str, dict[int, str]], kinds: dict[int, str], growing: dict[str, set[int]]) -> list[ast.stmt]:
    """One function: its parameters, clauses and, for a defn, the compiling wrapper; two functions when it bounces."""
    em = Emitter(unit)
    em.module = module
    em.function_name = definition.signature
    em.module_functions = names
    em.defn = definition.defn in ("defn", "defnp")
    em.bounces = bounces
    em.lists, em.growing = lists, growing
    own = lists.get(definition.signature, {})
    em.place(definition.meta)
    clauses = definition.clauses
    leading = []
    if definition.caller is not None:
        caller = em.names.fresh("caller")
        leading.append(caller)
        em.alias(definition.caller, caller)
    name_atom = Atom(definition.name)
    is_loop = definition.caller is None and any(loops(c.body, name_atom, definition.arity) for c in clauses)
    if definition.caller is None and not em.defn and definition.arity:
        em.plan = plan(clauses, name_atom, own, growing.get(definition.signature, ()))
    if is_loop:
        em.loops = 1
    params = em.params = em.parameters(clauses)
    for k, kind in kinds.items():
        reader, size = (em.names.fresh(wanted) if kind == of else None for of, wanted in ((TEXT, "reader"), (OCTETS, "size")))
        em.cursors[k] = Cursor(params[k], own[k], kind, reader, size)
    em.rests = {var: found for c in clauses for var, found in rests(c, kinds, lists).items()}
    with em.block() as first:
        enter_loop(em)
    subjects = [em.cursors.get(k) or em.name(p) for k, p in enumerate(params)]
    if is_loop:
        em.tail = definition.signature
        if not em.plan:
            first += _float_loop(em, module, definition, subjects)
    body = _body(em, module, definition, subjects)
    em.place(definition.meta)
    if is_loop:
        body = [em.at(ast.While(em.const(True), body, []))]
    body = [*first, *body]
    arguments_node = em.arguments([*leading, *params], em)
    positions = [em.at(ast.arg(cursor.at)) for cursor in em.cursors.values()]
    if bounces:
        arguments_node.args.extend(positions)  # of the body, which nothing else calls
    else:
        arguments_node.kwonlyargs.extend(positions)
        arguments_node.kw_defaults.extend(em.const(0) for _ in positions)
    public = names[definition.signature]
    name = bounces.get(definition.signature, public)
    function = em.at(ast.FunctionDef(name, arguments_node, body or [em.at(ast.Pass())], [], None))
    function.type_params = []
    statements: list[ast.stmt] = [function]
    if bounces:
        statements.extend(_bouncing(em, public, name, arguments_node, len(positions)))
    if definition.defn in ("defn", "defnp"):
        statements.append(_wrap_defn(em, module, definition, name))
    return statements


def _body(em: Emitter, module: Atom, definition: Definition, subjects: list[Any]) -> list[ast.stmt]:
    """The clauses of a function, and the error when none takes the arguments."""
    with em.block() as body:
        with em.block() as failed:
            arguments = em.at(ast.List([_given(em, k) for k in range(len(em.params))], ast.Load()))
            # The reference compiles the body of a defn under this name.
            shown = f"__defn:{definition.name}__" if em.defn else definition.name
            call = em.rt("clause_failed", [em.name(em.unit.atom(module)), em.const(shown), em.const(definition.arity), arguments])
            em.add(ast.Expr(call))
        for cursor in em.cursors.values():
            if cursor.reader is not None:
                em.assign(cursor.reader, em.rt("reader", [em.name(cursor.array), em.name(cursor.at)]))
        em.clause_chain(subjects, definition.clauses, RETURN, failed)
    return body


def _float_loop(em: Emitter, module: Atom, definition: Definition, subjects: list[Any]) -> list[ast.stmt]:
    """The loop for parameters that hold floats (codegen.numeric), tried first; a round that finds something else leaves it."""
    em.classes = classes(definition.clauses)
    if not em.classes:
        return []
    names: dict[str, list[str]] = {}
    for k, kind in em.classes.items():
        names.setdefault(kind, []).append(em.params[k])
    em.integers, em.floats = frozenset(names.get("int", ())), frozenset(names["float"])
    loop = em.at(ast.While(em.const(True), _body(em, module, definition, subjects), []))
    em.classes, em.integers, em.floats = {}, frozenset(), frozenset()
    tests = []
    for kind, held in names.items():
        left, *more = [em.class_of(em.name(name)) for name in held]
        tests.append(em.at(ast.Compare(left, [ast.Is() for _ in held], [*more, em.name(kind)])))
    return [em.at(ast.If(em.both(tests), [loop], []))]


def _bouncing(em: Emitter, name: str, step: str, body_given: ast.arguments, positions: int) -> list[ast.stmt]:
    """The function that makes the calls which *step* and those after it ask for, until there is a value."""
    growing = em.growing.get(str(em.function_name), ())
    lists = [em.call(em.name("Pending"), [em.name(a.arg)]) if k in growing else em.name(a.arg) for k, a in enumerate(body_given.args)]
    made = em.call(em.name(step), lists)
    split = len(body_given.args) - positions
    args, last = body_given.args[:split], body_given.args[split:]
    given = ast.arguments(posonlyargs=[], args=args, kwonlyargs=last, kw_defaults=[em.const(0) for _ in last], defaults=[])
    with em.block() as body:
        value = em.temp("value")
        em.assign(value, made)
        again = em.is_(em.class_of(em.name(value)), em.name("TailCall"))
        with em.block() as turn:
            em.assign(value, em.call(em.name(value), []))
        em.add(ast.While(again, turn, []))
        em.add(ast.Return(em.name(value)))
    function = em.at(ast.FunctionDef(name, given, body, [], None))
    function.type_params = []
    return [function, em.at(ast.Expr(em.rt("bouncing", [em.name(name), em.name(step)])))]


def _given(em: Emitter, k: int) -> ast.expr:
    """What parameter *k* holds, as a term."""
    if k in em.cursors:
        return em.rt("rest_of", [em.name(em.cursors[k].array), em.name(em.cursors[k].at)])
    value = em.name(em.params[k])
    return em.rt("whole", [value]) if k in em.plan.pending else value


def _wrap_defn(em: Emitter, module: Atom, definition: Definition, name: str) -> ast.stmt:
    """``f_2 = rt.defn(module, "f", 2, f_2, option_positions, public)``."""
    positions = em.at(ast.Tuple([em.const(i) for i in definition.option_positions], ast.Load()))
    call = em.rt("defn", [
        em.name(em.unit.atom(module)), em.const(definition.name), em.const(definition.arity), em.name(name), positions,
        em.const(definition.defn == "defn"),
    ])
    return em.at(ast.Assign([em.at(ast.Name(name, ast.Store()))], call))


def registration(unit: UnitCode, module: Atom, definitions: list[Definition], names: dict[str, str], info: dict[str, Any],
                 line: int) -> ast.stmt:
    """``rt.define_module(name, functions, macros, info)``."""
    em = Emitter(unit)
    em.line = line

    def table(kinds: tuple[str, ...]) -> ast.expr:
        chosen = [d for d in definitions if d.kind in kinds]
        keys: list[ast.expr | None] = [em.const(d.signature) for d in chosen]
        return em.at(ast.Dict(keys, [em.name(names[d.signature]) for d in chosen]))

    keys: list[ast.expr | None] = [em.const(k) for k in info]
    values = [unit.constant(v) for v in info.values()]
    call = em.rt("define_module", [
        em.name(unit.atom(module)), table(("def",)), table(("defmacro",)), em.at(ast.Dict(keys, values)),
        table(("defp",)),
    ])
    return em.at(ast.Expr(call))
