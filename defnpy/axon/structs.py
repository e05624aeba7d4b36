"""The structs of Axon: their modules, fields and how they print."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom, Struct, alias, field, make_struct
from defnpy.terms import algebra
from defnpy.terms.errors import make
from defnpy.terms.exception import format_banner, format_mfa
from defnpy.terms.inspect import to_doc
from defnpy.terms.module import Module, ex, native_module


def _struct(name: str, fields: list[tuple[str, Any]], containers: list[str] | None = None, keep: Any = (), **more: Any) -> Module:
    derive: list[Any] = list(more.pop("derive", []))
    if containers is not None:
        derive.append((alias("Nx.Container"), [(Atom("containers"), [Atom(c) for c in containers]), (Atom("keep"), [Atom(k) for k in keep])]))
    info = {"struct": [(Atom(k), v) for k, v in fields], "derive": derive, **more}
    return native_module(name, {}, info=info)


NODE_DEFAULTS = [
    "id", "name", "mode", "parent", "parameters", "args", "op", "policy", "hooks", "opts", "global_options", "op_name", "meta",
    "stacktrace",
]  # fmt: skip
_HIDDEN: tuple[Any, list[Any]] = (alias("Inspect"), [(Atom("only"), [])])


def _impl(name: str, fun: Any) -> Module:
    made = Module(alias(name))
    made.native = made.defined = True
    made.functions["inspect/2"] = fun
    return made


# -- inspect --------------------------------------------------------------------------------------------------------------


def frame(name: str, lines: list[Any]) -> Any:
    """``#Name<``, the indented lines and ``>``."""
    inside: Any = algebra.empty()
    for line in lines:
        inside = algebra.concat_all([inside, algebra.line(), line])
    return algebra.force_unfit(algebra.concat_all([f"#{name}<", algebra.nest(inside, 2), algebra.line(), ">"]))


def inspect_model(model: Struct, opts: Any) -> Any:
    """``#Axon<...>``."""
    from defnpy.axon.graph import inputs_of, output_name
    from defnpy.axon.model import nodes_of

    return frame("Axon", [
        algebra.concat("inputs: ", to_doc(inputs_of(model), opts)),
        algebra.concat("outputs: ", to_doc(output_name(model), opts)),
        algebra.concat("nodes: ", to_doc(len(nodes_of(model)), opts)),
    ])  # fmt: skip


def inspect_policy(policy: Struct, opts: Any) -> Any:
    """``#Axon.MixedPrecision.Policy<p=f32 ...>``."""
    from defnpy.nx.dtype import normalize

    parts = [(k, field(policy, n)) for k, n in (("p", "params"), ("c", "compute"), ("o", "output"))]
    shown = " ".join(f"{k}={normalize(v).name}" for k, v in parts if v is not None)
    return algebra.force_unfit(algebra.concat_all(["#Axon.MixedPrecision.Policy<", shown, ">"]))


def inspect_state(state: Struct, opts: Any) -> Any:
    """``#Axon.ModelState<...>``: counts and sizes."""
    from defnpy.axon.state import counted, trainable

    total, size = counted(field(state, "data"))
    kept, kept_size = counted(trainable(state, "parameters"))
    state_count, state_size = counted(trainable(state, "state"))
    return frame("Axon.ModelState", [
        f"Parameters: {total} ({readable(size)})",
        f"Trainable Parameters: {kept} ({readable(kept_size)})",
        f"Trainable State: {state_count}, ({readable(state_size)})",
    ])  # fmt: skip


def readable(size: int) -> str:
    """A number of bytes in units of a thousand."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= scale:
            return f"{size / scale:.2f} {unit}"
    return f"{size} B"


# -- the compile error ----------------------------------------------------------------------------------------------------


def compile_error(cause: Any, name: str, mfa: Any) -> Any:
    """The ``Axon.CompileError`` of a layer that failed."""
    term = make_struct("Axon.CompileError", exception=cause, name=name, mfa=mfa, layer_stacktrace=[], compile_stacktrace=[])
    made = make("Axon.CompileError", "")
    made.term = Struct(term.module, {**term.fields, Atom("__exception__"): True})
    return made


@ex("message/1")
def compile_message(error: Struct) -> str:
    """The text of an ``Axon.CompileError``."""
    where = format_mfa(*field(error, "mfa"))
    cause = format_banner(Atom("error"), field(error, "exception")).replace("\n", "\n    ")
    return (
        f"exception found when compiling layer {where} named {field(error, 'name')}:\n\n"
        f"    {cause}\n\n"
        "(pass debug: true to build/compile to see where the layer was defined)\n\n\n"
        "Compiling of the model was initiated at:\n"
    )


@ex("exception/1")
def compile_exception(opts: Any) -> Struct:
    """``Axon.CompileError.exception/1``."""
    made = make_struct("Axon.CompileError")
    return Struct(made.module, {**made.fields, **dict(opts), Atom("__exception__"): True})


def _compile_error_module() -> Module:
    fields = ["exception", "name", "mfa", "layer_stacktrace", "compile_stacktrace"]
    return native_module(
        "Axon.CompileError", {"m": compile_message, "e": compile_exception},
        info={"struct": [*[(Atom(f), None) for f in fields], (Atom("__exception__"), True)], "exception": True},
    )  # fmt: skip


MODULES_BY_NAME = {
    "Elixir.Axon.Node": _struct("Axon.Node", [(n, None) for n in NODE_DEFAULTS]),
    "Elixir.Axon.Parameter": _struct(
        "Axon.Parameter",
        [("name", None), ("template", None), ("shape", None), ("initializer", None), ("children", None),
         ("type", (Atom("f"), 32)), ("frozen", False), ("kind", Atom("parameter"))],
    ),
    "Elixir.Axon.None": _struct("Axon.None", [("__propagate__", True)], [], ["__propagate__"], derive=[_HIDDEN]),
    "Elixir.Axon.StatefulOutput": _struct("Axon.StatefulOutput", [("output", None), ("state", {})], ["output", "state"]),
    "Elixir.Axon.MixedPrecision.Policy": _struct(
        "Axon.MixedPrecision.Policy", [("params", None), ("compute", None), ("output", None)]
    ),
    "Elixir.Axon.CompileError": _compile_error_module(),
    "Elixir.Inspect.Axon": _impl("Inspect.Axon", inspect_model),
    "Elixir.Inspect.Axon.ModelState": _impl("Inspect.Axon.ModelState", inspect_state),
    "Elixir.Inspect.Axon.MixedPrecision.Policy": _impl("Inspect.Axon.MixedPrecision.Policy", inspect_policy),
}  # fmt: skip
