"""``alias``, ``require`` and ``import``."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Env
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.runtime import runtime

ALIAS_OPTIONS = frozenset(("as", "warn"))
IMPORT_OPTIONS = frozenset(("only", "except", "warn"))


def _module_name(tree: Any, env: Env, meta: Any, what: str) -> Any:
    name = ex.expand(tree, env)
    if not is_atom(name):
        raise env.fail(meta, f"invalid argument for {what}, expected a compile time atom or alias, got: {ex._show(tree)}")
    return name


def multi_alias(tree: Any, env: Env, what: str = "use", meta: Any = ()) -> list[Any] | None:
    """``A.{B, C}`` as a list of alias trees."""
    if tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is tuple and tree[0][0] is ex.DOT:
        inner = tree[0][2]
        if len(inner) == 2 and inner[1] is ex.TUPLE:
            base = ex.expand(inner[0], env)
            out = []
            for item in tree[2]:
                if not is_atom(item) and not ex.is_node(item, ex.ALIASES):
                    raise env.fail(meta or tree[1], f"invalid argument for {what}, expected a compile time atom or alias, got: {ex._show(item)}")
                segments = item[2] if ex.is_node(item, ex.ALIASES) else [item]
                out.append(Atom(atom_name(base) + "".join("." + s.name.removeprefix("Elixir.") for s in segments)))
            return out
    return None


def alias_(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = ex.known_options(args[1], ALIAS_OPTIONS, "alias", meta, env) if len(args) > 1 else {}
    many = multi_alias(args[0], env, "alias", meta)
    if many is not None:
        if "as" in options:
            raise env.fail(meta, ":as option is not supported by multi-alias call")
        for module in many:
            lint.note_alias(_add_alias(module, _INFERRED, env, meta), module, meta, env, options)
        return many
    module = _module_name(args[0], env, meta, "alias")
    as_ = options.get("as", _INFERRED)
    if as_ is _INFERRED and not atom_name(module).startswith("Elixir."):
        raise env.fail(meta, f"alias cannot be inferred automatically for module: {ex._show(module)}, please use the :as option. Implicit aliasing is "
                       "only supported with Elixir modules")
    name = _add_alias(module, as_, env, meta)
    # An alias of a module to its own name does nothing, as in Elixir.
    if "Elixir." + name != atom_name(module):
        lint.note_alias(name, module, meta, env, options)
    return module


_INFERRED = object()


def _add_alias(module: Any, as_: Any, env: Env, meta: Any) -> str:
    if as_ is _INFERRED:
        name = atom_name(module).rpartition(".")[2]
    else:
        target = as_
        if ex.is_node(as_, ex.ALIASES):
            if len(as_[2]) != 1:
                raise env.fail(meta, f"invalid value for option :as, expected a simple alias, got nested alias: {ex._show(as_)}")
            name = as_[2][0].name
        else:
            if as_.__class__ is not Atom or not as_.name.startswith("Elixir."):
                if ex.is_name(as_):
                    ex.expand(as_, env)
                raise env.fail(meta, f"invalid value for option :as, expected an alias, got: {ex._show(as_)}")
            name = atom_name(target).removeprefix("Elixir.")
    ex.bind_alias(name, module, meta, env)
    return name


def require(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = ex.known_options(args[1], ALIAS_OPTIONS, "require", meta, env) if len(args) > 1 else {}
    many = multi_alias(args[0], env, "require", meta)
    for module in many if many is not None else [_module_name(args[0], env, meta, "require")]:
        _loaded(module, meta, env)
        env.requires = env.requires | {module}
        if "as" in options:
            _add_alias(module, options["as"], env, meta)
    return many if many is not None else module


BEING_DEFINED = (
    "you are trying to use/import/require the module {0} which is currently being defined.\n\n"
    "This may happen if you accidentally override the module you want to use. For example:\n\n"
    "    defmodule MyApp do\n      defmodule Supervisor do\n        use Supervisor\n      end\n    end\n\n"
    "In the example above, the new Supervisor conflicts with Elixir's Supervisor. This may be fixed by using the fully qualified name in the "
    "definition:\n\n"
    "    defmodule MyApp.Supervisor do\n      use Supervisor\n    end\n"
)


SCHEDULED = (
    "module {} is not loaded but was defined. This happens when you depend on a module in the same context in which it is defined. For example:\n\n"
    "    defmodule MyApp do\n      defmodule Mod do\n      end\n\n      use Mod\n    end\n\n"
    "Try defining the module outside the context that uses it:\n\n"
    "    defmodule MyApp.Mod do\n    end\n\n    defmodule MyApp do\n      use MyApp.Mod\n    end\n\n"
    "If the module is defined at the top-level and you are trying to use it at the top-level, this is not supported by Elixir"
)


def _loaded(module: Any, meta: Any, env: Env, what: str = "require") -> Any:
    found = ex.module_of(module)
    if found is None:
        from defnpy.expand.macros import NATIVE

        if module in NATIVE:
            return runtime().module(module)
        from defnpy.terms.inspect import inspect

        shown = inspect(module)
        if module in env.context_modules or (env.state is not None and env.state.name is module):
            if what == "import":
                raise env.fail(meta, BEING_DEFINED.format(shown))
            if module in runtime().evaluator.open:
                return runtime().module(module)
            raise env.fail(meta, SCHEDULED.format(shown))
        raise env.fail(meta, f"module {shown} is not loaded and could not be found", runtime().why_missing(module))
    return found


def import_(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = ex.known_options(args[1], IMPORT_OPTIONS, "import", meta, env) if len(args) > 1 else {}
    many = multi_alias(args[0], env, "import", meta)
    modules = many if many is not None else [_module_name(args[0], env, meta, "import")]
    for module in modules:
        import_module(module, options, meta, env)
    return many if many is not None else modules[0]


def _is_signatures(value: Any) -> bool:
    return ex.is_keyword(value) and all(arity.__class__ is int for _, arity in value)


def _listed(pairs: list[Any], option: str, options: dict[str, Any], meta: Any, env: Env) -> set[str]:
    """The signatures that an option of ``import`` lists."""
    found: set[str] = set()
    for name, arity in pairs:
        signature = f"{atom_name(name)}/{arity}"
        if signature in found and options.get("warn") is not False:
            env.warn(meta, f"invalid :{option} option for import, {signature} is duplicated")
        found.add(signature)
    return found


def _without(module: Any, ambiguous: dict[str, tuple[Any, Any]], functions: dict[str, Any], macros: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The names still imported twice when *module* is imported anew; what it had hidden is seen again."""
    left = {}
    for signature, pair in ambiguous.items():
        if module not in pair:
            left[signature] = pair
            continue
        other = pair[0] if pair[1] is module else pair[1]
        if signature not in functions and signature not in macros:
            from defnpy.expand.macros import NATIVE

            of_macros = signature in runtime().module(other).macros or signature in NATIVE.get(other, {})
            (macros if of_macros else functions)[signature] = other
    return left


def import_module(module: Any, options: dict[str, Any], meta: Any, env: Env) -> None:
    """Bring the functions and macros of *module* into the environment."""
    from defnpy.expand.macros import NATIVE

    found = _loaded(module, meta, env, "import")
    env.requires = env.requires | {module}
    functions = set(found.functions)
    macros = set(found.macros) | set(NATIVE.get(module, {}))
    functions -= macros
    only, excluded = options.get("only"), options.get("except")
    if only is not None:
        only = ex.expand(only, env)
        if only is Atom("functions"):
            macros = set()
        elif only is Atom("macros"):
            functions = set()
        elif only is Atom("sigils"):
            functions = {f for f in functions if f.startswith("sigil_")}
            macros = {m for m in macros if m.startswith("sigil_")}
        elif _is_signatures(only) and excluded is not None:
            raise env.fail(meta, ":only and :except can only be given together to import when :only is :functions, :macros, or :sigils")
        elif not _is_signatures(only):
            raise env.fail(meta, "invalid :only option for import, expected value to be an atom :functions, :macros, or a literal keyword list of "
                           f"function names with arity as values, got: {ex._show(options['only'])}")
        else:
            wanted = _listed(only, "only", options, meta, env)
            lint.imports_nothing(module, wanted - functions - macros, options, meta, env)
            functions &= wanted
            macros &= wanted
    else:
        functions = {f for f in functions if not f.startswith("_")}
        macros = {m for m in macros if not m.startswith("_")}
    # A module imported again replaces what it had imported before.
    kept_f = {k: v for k, v in env.functions.items() if v is not module}
    kept_m = {k: v for k, v in env.macros.items() if v is not module}
    ambiguous = _without(module, env.ambiguous, kept_f, kept_m)
    if excluded is not None:
        excluded = ex.expand(excluded, env)
        if not _is_signatures(excluded):
            raise env.fail(meta, "invalid :except option for import, expected value to be a literal keyword list of function names with arity as "
                           f"values, got: {ex._show(options['except'])}")
        dropped = _listed(excluded, "except", options, meta, env)
        functions -= dropped
        macros -= dropped
        if module is not ex.KERNEL:
            earlier = {k for k, v in env.functions.items() if v is module} | {k for k, v in env.macros.items() if v is module}
            if earlier:
                functions &= earlier
                macros &= earlier
    for signature in functions | macros:
        other = kept_f.get(signature) or kept_m.get(signature)
        if other is not None:
            ambiguous[signature] = (other, module) if signature in macros and signature in kept_f else (module, other)
    env.ambiguous = ambiguous
    for signature in macros:
        kept_f.pop(signature, None)
    for signature in functions:
        kept_m.pop(signature, None)
    lint.note_import(module, functions | macros, meta, env, options)
    env.functions = {**kept_f, **dict.fromkeys(functions, module)}
    env.macros = {**kept_m, **dict.fromkeys(macros, module)}
