"""``&``: captured functions and functions of placeholders."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint, remotes
from defnpy.expand.env import Env
from defnpy.terms.atom import Atom, atom_name, is_atom

SUPER_ARITY = "super must be called with the same number of arguments as the current definition"


def capture(tree: Any, env: Env) -> Any:
    form, meta, (body,) = tree
    if body.__class__ is int:
        raise env.fail(meta, f"capture argument &{body} must be used within the capture operator &")
    if ex.is_node(body, Atom("/")) and len(body[2]) == 2 and body[2][1].__class__ is int:
        found = _function_capture(body[2][0], body[2][1], meta, env)
        if found is not None:
            return found
    if body.__class__ is list or body.__class__ is tuple:
        return _placeholder_capture(body, meta, env)
    raise env.fail(meta, _CAPTURE_HELP + ex._show(body))


_CAPTURE_HELP = (
    "invalid args for &, expected one of:\n\n"
    "  * &Mod.fun/arity to capture a remote function, such as &Enum.map/2\n"
    "  * &fun/arity to capture a local or imported function, such as &is_atom/1\n"
    "  * &some_code(&1, ...) containing at least one argument as &1, such as &List.flatten(&1)\n\n"
    "Got: "
)


def _function_capture(target: Any, arity: int, meta: Any, env: Env) -> Any:
    names = [Atom(f"arg{i + 1}") for i in range(arity)]
    params = [(n, meta, Atom("%capture")) for n in names]
    if target.__class__ is not tuple or len(target) != 3:
        return None
    inner, target_meta, args = target
    if inner.__class__ is tuple and inner[0] is ex.DOT and len(inner[2]) == 2 and not args:
        receiver = ex.expand(inner[2][0], env)
        name = inner[2][1]
        if arity == 0 and lint.written(meta) and ex.meta_get(target_meta, ex.NO_PARENS) is None:
            shown = f"&{ex._show(inner[2][0])}.{atom_name(name)}"
            env.warn_of_clause(meta, f"extra parentheses on a remote function capture {shown}()/0 have been deprecated. "
                               f"Please remove the parentheses: {shown}/0")
        if receiver.__class__ is Atom and ex.find_macro(receiver, f"{atom_name(name)}/{arity}", env) is not None:
            call: Any = ((ex.DOT, target_meta, [receiver, name]), target_meta, params)
            return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, call])]), env)
        if receiver.__class__ is Atom:
            if env.function is not None:
                env.unit.remote_calls.append((receiver, atom_name(name), arity, target_meta, env))
            else:
                remotes.warn_of_deprecated(receiver, f"{atom_name(name)}/{arity}", target_meta, env)
        return (ex.CAPTURE, meta, [receiver, name, arity])
    if inner.__class__ is Atom and (args.__class__ is not list or not args):
        call = (inner, target_meta, params)
        if inner.name == "super" and env.function is not None and arity != env.function[1]:
            raise env.fail(meta, SUPER_ARITY)
        signature = f"{inner.name}/{arity}"
        for pair in (*_meta_imports(meta), *_meta_imports(target_meta)):
            if pair[0] == arity and ex.find_macro(pair[1], signature, env) is None:
                return (ex.CAPTURE, meta, [pair[1], inner, arity])
        own = env.state.definitions.get(signature) if env.state is not None else None
        if own is None or own.kind in ("defmacro", "defmacrop"):
            module = ex.imported(signature, arity, target_meta, env) and env.functions.get(signature)
            env.unit.used_imports.add((env.macros.get(signature) or module, signature))
            if module is not None and signature not in env.macros:
                return (ex.CAPTURE, meta, [module, inner, arity])
            if signature in env.macros or inner in ex.SPECIAL or (own is not None and env.state.ready_macro(signature) is not None):
                return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, call])]), env)
            for pair in _meta_imports(target_meta):
                if pair[0] == arity:
                    return (ex.CAPTURE, meta, [pair[1], inner, arity])
        if env.function is None and not (env.defn and env.state is not None):
            raise env.fail(meta, f"undefined function {signature} (there is no such import)")
        if env.state is not None:
            # A capture inside a defn may be of any function: it is called while tracing.
            env.state.local_calls.append((signature, target_meta, False, env.file, env.function))
        return (Atom("%local_capture"), meta, [inner, arity])
    return None


def _meta_imports(meta: Any) -> Any:
    from defnpy.expand.env import meta_get

    return meta_get(meta, ex.IMPORTS, ())


def _sequential(body: Any) -> Any:
    """``f(&1, &2)`` as the bare ``f`` and its arity: such a capture is ``&f/2``."""
    if body.__class__ is not tuple or len(body) != 3 or body[2].__class__ is not list or not body[2]:
        return None
    form, meta, args = body
    if any(not ex.is_node(a, ex.CAPTURE) or a[2] != [i] for i, a in enumerate(args, 1)):
        return None
    if form.__class__ is tuple and form[0] is ex.DOT and len(form[2]) == 2 and (ex.is_node(form[2][0], ex.ALIASES) or is_atom(form[2][0])):
        return (form, meta, []), len(args)
    if form.__class__ is Atom and form not in ex.SPECIAL:
        return (form, meta, None), len(args)
    return None


def _placeholder_capture(body: Any, meta: Any, env: Env) -> Any:
    # The arguments of one capture are not those of another that a macro puts inside it.
    own = [(ex.COUNTER, env.unit.next())]
    named = _sequential(body)
    if named is not None:
        target, arity = named
        found = _function_capture(target, arity, meta, env)
        if found is not None:
            return found
    seen: set[int] = set()

    def walk(t: Any) -> Any:
        kind = t.__class__
        if kind is tuple:
            if len(t) == 3:
                if t[0] is ex.CAPTURE and t[2].__class__ is list and len(t[2]) == 1:
                    index = t[2][0]
                    if index.__class__ is int:
                        if index < 1:
                            raise env.fail(t[1], f"capture argument &{index} must be numbered between 1 and 255")
                        seen.add(index)
                        return (Atom(f"&{index}"), [*own, *t[1]], Atom("%capture"))
                    if _names(t):
                        return t
                    raise env.fail(t[1], "nested captures are not allowed. You cannot define a function using the capture operator & "
                                   f"inside another function defined via &. Got invalid nested capture: {ex._show(t)}")
                if t[2].__class__ is list:
                    return (walk(t[0]) if t[0].__class__ is tuple else t[0], t[1], [walk(a) for a in t[2]])
                return t
            return tuple(walk(a) for a in t)
        if kind is list:
            return [walk(a) for a in t]
        return t

    replaced = walk(body)
    place = body[1] if body.__class__ is tuple and len(body) == 3 and body[2].__class__ is list and body[0] is not ex.BLOCK else meta
    if not seen:
        if ex.is_node(body, ex.BLOCK):
            raise env.fail(meta, "block expressions are not allowed inside the capture operator &, got: " + ex._show(body))
        raise env.fail(place, _CAPTURE_HELP + ex._show(body))
    for i in range(1, max(seen) + 1):
        if i not in seen:
            raise env.fail(place, f"capture argument &{max(seen)} cannot be defined without &{i} (you cannot skip arguments, all arguments must be numbered)")
    params = [(Atom(f"&{i + 1}"), [*own, *meta], Atom("%capture")) for i in range(max(seen))]
    return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, replaced])]), env)


def _names(t: Any) -> bool:
    """Whether ``&...`` captures a named function (allowed inside another capture)."""
    inner = t[2][0]
    return ex.is_node(inner, Atom("/")) and len(inner[2]) == 2 and inner[2][1].__class__ is int
