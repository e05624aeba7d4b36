"""Compile-time warnings about behaviours: callbacks that a module lacks, and what ``@impl`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import line_of
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.exception import format_mfa
from defnpy.terms.inspect import inspect
from defnpy.terms.runtime import runtime

if TYPE_CHECKING:
    from defnpy.expand.module import Definition, ModuleState

Known = dict[str, list[tuple[str, Atom, bool]]]
"""``name/arity`` of a callback to its kind (``function`` or ``macro``), its behaviour and whether it is optional."""


def check(state: ModuleState) -> None:
    """Warn of required callbacks that a module lacks, and of ``@impl`` where no behaviour asks for the function."""
    known: Known = {}
    behaviours = state.get_attribute("behaviour")
    complete = all([_collect(behaviour, known, state) for behaviour in reversed(behaviours)])
    open_callbacks = dict(known)
    if complete:
        contexts = _implementations(state, behaviours, known, open_callbacks)
        _missing_impls(state, open_callbacks, contexts)
    for signature, callbacks in sorted(open_callbacks.items(), key=_functions_first):
        for kind, behaviour, optional in callbacks:
            _missing_callback(signature, kind, behaviour, optional, state)


def _functions_first(known: tuple[str, list[tuple[str, Atom, bool]]]) -> tuple[str, str, int]:
    signature, callbacks = known
    name, _, arity = signature.rpartition("/")
    return callbacks[0][0], name, int(arity)


def _warn(state: ModuleState, text: str) -> None:
    """What is said of a module as a whole names its line only."""
    state.env.warn([], text, line_of(state.meta))


def _collect(behaviour: Atom, known: Known, state: ModuleState) -> bool:
    """Add the callbacks of a behaviour; whether they are known."""
    found = runtime().find(behaviour)
    if found is None:
        if behaviour.name.startswith("Elixir.") and not runtime().evaluator.provides(behaviour):
            _warn(state, f"@behaviour {inspect(behaviour)} does not exist (in module {inspect(state.name)})")
        return False
    if "callbacks" not in found.info:
        if not found.native and not found.info.get("protocol"):
            _warn(state, f"module {inspect(behaviour)} is not a behaviour (in module {inspect(state.name)})")
        return False
    optional = {(atom_name(n), a) for n, a in found.info.get("optional_callbacks", [])}
    for name, arity in found.info["callbacks"]:
        text = atom_name(name)
        kind = "macro" if text.startswith("MACRO-") else "function"
        signature = f"{text.removeprefix('MACRO-')}/{arity - 1 if kind == 'macro' else arity}"
        others = known.setdefault(signature, [])
        if others:
            _conflict(f"{kind} {signature}", behaviour, others[-1][1], state)
        is_optional = (text, arity) in optional or (kind == "macro" and (text.removeprefix("MACRO-"), arity - 1) in optional)
        others.append((kind, behaviour, is_optional))
    return True


def _conflict(callback: str, behaviour: Atom, other: Atom, state: ModuleState) -> None:
    if behaviour is other:
        text = f"the behaviour {inspect(behaviour)} has been declared twice (conflict in {callback} in module {inspect(state.name)})"
    else:
        text = (f"conflicting behaviours found. Callback {callback} is defined by both {inspect(other)} and {inspect(behaviour)} "
                f"(in module {inspect(state.name)})")
    _warn(state, text)


def _kind(definition: Definition) -> str:
    return "macro" if definition.kind.startswith("defmacro") else "function"


def _missing_callback(signature: str, kind: str, behaviour: Atom, optional: bool, state: ModuleState) -> None:
    made = state.definitions.get(signature)
    found = runtime().find(behaviour)
    what = "protocol" if found is not None and found.info.get("protocol") else "behaviour"
    required = f"{kind} {signature} required by {what} {inspect(behaviour)}"
    wanted = "def" if kind == "function" else "defmacro"
    if made is None:
        if not optional and signature not in state.provided:
            _warn(state, f"{required} is not implemented (in module {inspect(state.name)})")
    elif made.kind != wanted:
        _warn(state, f'{required} was implemented as "{made.kind}" but should have been "{wanted}" (in module {inspect(state.name)})')


# -- @impl ---------------------------------------------------------------------------------------------------------------


def _implementations(state: ModuleState, behaviours: list[Atom], known: Known, left: Known) -> dict[Atom, list[Any]]:
    """Check what ``@impl`` says; the behaviours that it names, each with the contexts of the code that does."""
    contexts: dict[Atom, list[Any]] = {}
    for d, value, meta in state.impls:
        named = [(s, behaviour) for n in range(d.defaults, -1, -1) for s in [f"{d.name}/{d.arity - n}"] for _, behaviour, _ in known.get(s, [])]
        fault = _fault(d, value, behaviours, known, named)
        if fault is not None:
            state.env.warn([], fault, line_of(meta))
            continue
        for signature, behaviour in named if value is not False else []:
            if value is True or behaviour is value:
                left.pop(signature, None)
                contexts.setdefault(behaviour, []).append(ex.meta_get(meta, ex.CONTEXT))
    return contexts


def _fault(d: Definition, value: Any, behaviours: list[Atom], known: Known, named: list[tuple[str, Atom]]) -> str | None:
    """What is wrong with ``@impl value`` before a definition."""
    what = f"{_kind(d)} {d.signature}"
    got = f'got "@impl {inspect(value)}" for {what} but '
    if not d.public:
        return f"{what} is private, @impl attribute is always discarded for private functions/macros"
    if not behaviours:
        return got + "no behaviour was declared"
    if value is False:
        return f"{got}it is a callback specified in {inspect(named[0][1])}" if named else None
    if value is True:
        return None if named else f"{got}no behaviour specifies such callback{_listed(known)}"
    if any(behaviour is value for _, behaviour in named):
        return None
    if value not in behaviours:
        return got + "this behaviour was not declared with @behaviour"
    return f"{got}this behaviour does not specify such callback{_listed(known)}"


def _listed(known: Known) -> str:
    if not known:
        return ". There are no known callbacks, please specify the proper @behaviour and make sure it defines callbacks"
    lines = []
    for signature, callbacks in sorted(known.items()):
        name, _, arity = signature.rpartition("/")
        lines += [f"\n  * {format_mfa(behaviour, Atom(name), arity)} ({kind})" for kind, behaviour, _ in callbacks]
    return f". The known callbacks are:\n{''.join(lines)}\n"


def _missing_impls(state: ModuleState, left: Known, contexts: dict[Atom, list[Any]]) -> None:
    """Where some callbacks are marked with ``@impl``, the others of the same code are expected to be."""
    if not state.impls:
        return
    for signature, callbacks in left.items():
        made = state.definitions.get(signature)
        if made is None or not made.public or made.wrapper:
            continue
        context = ex.meta_get(made.meta, ex.CONTEXT)
        for _, behaviour, _ in callbacks:
            if context in contexts[behaviour] if behaviour in contexts else context is None and lint.written(made.meta):
                state.env.warn([], f"module attribute @impl was not set for {_kind(made)} {signature} callback (specified in "
                               f"{inspect(behaviour)}). This either means you forgot to add the \"@impl true\" annotation before the definition "
                               "or that you are accidentally overriding this callback", line_of(made.meta))
                break
