"""What a numerical definition may contain: checks of its patterns, cases and calls, with the reference's texts."""

from __future__ import annotations

import math
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env, Var, line_of
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import CompileError

NX, NX_KERNEL = alias("Nx"), alias("Nx.Defn.Kernel")
FORBIDDEN = frozenset(
    "backend_copy backend_deallocate backend_transfer compatible? default_backend deserialize global_default_backend "
    "process_default_backend serialize to_batched to_binary to_flat_list to_heatmap to_list to_number to_pointer from_pointer "
    "from_numpy load_numpy load_numpy! to_numpy".split()
)
NO_FORMS = frozenset(Atom(n) for n in ("for", "with", "receive", "try", "^", "super"))
_UNDERSCORE = Atom("_")


CALLBACKS = frozenset({"hook", "io_call", "runtime_call", "print_value", "print_expr"})


def expand_callbacks(args: list[Any], env: Env) -> list[Any]:
    """Arguments of a hook: its functions run on values, so they may do what a defn may not. Their operators stay those of the defn."""
    out = []
    for arg in args:
        if ex.is_node(arg, Atom("fn")) or ex.is_node(arg, ex.CAPTURE):
            scope = env.fork()
            scope.defn = False
            out.append(ex.expand(arg, scope))
        else:
            out.append(ex.expand(arg, env))
    return out


def failure(message: str, meta: Any, env: Env) -> CompileError:
    """The CompileError of a form that a defn cannot hold."""
    return CompileError(message, env.file, line_of(meta) or env.line)


def refuse_form(tree: Any, env: Env) -> CompileError:
    form, meta, args = tree
    return failure(f"undefined function {form.name}/{len(args)} (there is no such import)", meta, env)


def check_head(state: Any, found: Any, kind: str, params: list[Any], guards: list[Any], env: Env, meta: Any) -> None:
    """One clause, no guards, patterns of variables, tuples, maps and structs only."""
    if found.clauses:
        raise failure(f"cannot compile {kind} {found.signature} with multiple clauses", found.meta, env)
    if guards:
        # The reference's own spelling.
        raise failure("guards are not supported by " + ("defn" if kind == "defn" else "defpn"), meta, env)
    check_patterns(params, params, env, meta)


def check_match(pattern: Any, env: Env, meta: Any) -> None:
    """The left side of ``=``: any pattern, each variable once."""
    seen: set[Any] = set()
    stack = [pattern]
    while stack:
        p = stack.pop()
        if p.__class__ is list or (p.__class__ is tuple and len(p) == 2):
            stack.extend(p)
        elif p.__class__ is tuple and len(p) == 3:
            if p[2].__class__ is list:
                if p[0] is ex.PIN:
                    raise refuse_form(p, env)
                stack.extend(p[2])
            elif p[0] is not _UNDERSCORE:
                key = ex.variable_key(p)
                if key in seen:
                    raise failure(f'variable "{p[0].name}" appears twice in pattern {ex._show(pattern)}', meta, env)
                seen.add(key)


def check_patterns(patterns: list[Any], shown: Any, env: Env, meta: Any) -> None:
    """Refuse other patterns and variables that appear twice."""
    seen: set[Any] = set()
    for p in patterns:
        _check(p, seen, shown, env, meta)


def _check(p: Any, seen: set[Any], shown: Any, env: Env, meta: Any) -> None:
    if p.__class__ is tuple and len(p) == 2:
        _check(p[0], seen, shown, env, meta)
        _check(p[1], seen, shown, env, meta)
        return
    if p.__class__ is tuple and len(p) == 3:
        form, p_meta, args = p
        if args.__class__ is not list:
            if form is _UNDERSCORE:
                return
            key = id(args) if args.__class__ is Var else ex.variable_key(p)
            if key in seen:
                raise failure(f'variable "{form.name}" appears twice in pattern {ex._show(shown)}', meta, env)
            seen.add(key)
            return
        if form is ex.TUPLE:
            for item in args:
                _check(item, seen, shown, env, meta)
            return
        if form is ex.MATCH:
            for item in args:
                _check(item, seen, shown, env, meta)
            return
        if form is ex.MAP:
            for _, item in args:
                _check(item, seen, shown, env, meta)
            return
        if form is ex.STRUCT:
            _check(args[1], seen, shown, env, meta)
            return
        if form is Atom("<>"):
            p = (ex.BITS, p_meta, [args[0], (Atom("::"), [], [args[1], (Atom("binary"), [], None)])])
        elif form.__class__ is Atom and form.name in ("+", "-") and len(args) == 2:
            p = args[0]
    raise failure(f"only variables, tuples, maps, and structs are allowed as patterns in defn, got: {ex._show(p)}", meta, env)


def check_case(clauses: list[Any], env: Env) -> None:
    """``case`` runs while tracing: no map keys in patterns, guards over the pattern's own variables."""
    from defnpy.expand.clauses import split_when

    for _, meta, (head, _) in clauses:
        params, guards = split_when(head)
        names: set[Any] = set()
        for p in params:
            _case_pattern(p, names, meta, env)
        for g in guards:
            _case_guard(g, names, meta, env)


def _case_pattern(p: Any, names: set[Any], meta: Any, env: Env) -> None:
    if p.__class__ is tuple and len(p) == 2:
        for item in p:
            _case_pattern(item, names, meta, env)
    elif p.__class__ is list:
        for item in p:
            _case_pattern(item, names, meta, env)
    elif p.__class__ is tuple and len(p) == 3:
        form, _, args = p
        if args.__class__ is not list:
            names.add(ex.variable_key(p))
        elif form is ex.MAP and args:
            raise failure(f"case/2 in defn does not allow matching on keys of maps and structs in patterns. Got: {ex._show(p)}", meta, env)
        elif form is ex.STRUCT and args[1][2]:
            raise failure(f"case/2 in defn does not allow matching on keys of maps and structs in patterns. Got: {ex._show(p)}", meta, env)
        else:
            for item in args:
                _case_pattern(item, names, meta, env)


def _case_guard(g: Any, names: set[Any], meta: Any, env: Env) -> None:
    if g.__class__ is tuple and len(g) == 3:
        form, _, args = g
        if args.__class__ is not list:
            if ex.variable_key(g) not in names:
                raise failure(f"case/2 in defn allow guards to only access variables defined in patterns. Got: {form.name}", meta, env)
            return
        for item in args:
            _case_guard(item, names, meta, env)


CONSTANTS = alias("Nx.Constants")
NUMBERS = ("pi", "e", "i")


def number_of(name: str, meta: Any) -> Any:
    """A constant without a type is a number inside a defn, so that the other operand decides the type."""
    if name == "i":
        return ex.call_node("Complex", "new", meta, [0, 1])
    return math.pi if name == "pi" else math.e


def check_remote(module: Any, name: str, args: list[Any], meta: Any, env: Env) -> None:
    """Refuse Nx functions that make no sense while tracing."""
    if module is NX and name in FORBIDDEN:
        raise failure(f"Nx.{name}/{len(args)} is not allowed inside defn", meta, env)
    if module is NX and name == "runtime_call" and len(args) >= 3:
        _runtime_callback(args[-1] if len(args) == 3 else args[2], meta, env)


def _runtime_callback(fun: Any, meta: Any, env: Env) -> None:
    if ex.is_node(fun, Atom("fn")):
        raise failure("Nx.runtime_call inside defn requires a named capture (e.g. &my_callback/2), anonymous functions are not allowed. "
                      "Use a defp or def function and pass it as &name/2", meta, env)
    if ex.is_node(fun, ex.CAPTURE) and ex.is_node(fun[2][0], Atom("/")):
        arity = fun[2][0][2][1]
        if arity != 2:
            raise failure(f"Nx.runtime_call inside defn requires a named capture with arity 2 (e.g. &my_callback/2), got arity {arity}", meta, env)
    elif ex.is_node(fun, ex.CAPTURE):
        raise failure("Nx.runtime_call inside defn requires a named capture (e.g. &my_callback/2), anonymous functions are not allowed. "
                      "Use a defp or def function and pass it as &name/2", meta, env)


def check_local_call(state: Any, signature: str, meta: Any, file: str) -> None:
    """A function called from a defn must be one (or a deftransform)."""
    found = state.definitions.get(signature)
    line = line_of(meta)
    if found is None:
        raise CompileError(f"undefined function {signature} (there is no such import)", file, line)
    if found.defn is None:
        raise CompileError(f"cannot use function {signature} inside defn because it was not defined with defn", file, line)
