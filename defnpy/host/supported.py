"""``python -m defnpy.host.supported``: the text of docs/supported.md, made from the tables."""

from __future__ import annotations

from defnpy.terms.atom import Atom
from defnpy.terms.inspect import inspect

HEAD = """# What exists

Made from the tables by `python -m defnpy.host.supported > docs/supported.md`; a test compares.
A function that is missing raises UndefinedFunctionError with the reference's text.

| module | functions and macros |
|---|---|
"""


def rows() -> list[tuple[str, str]]:
    """``(module, its functions)`` of every native module that has some."""
    from defnpy.expand.macros import NATIVE
    from defnpy.host import catalog
    from defnpy.host.setup import ensure_runtime

    ensure_runtime()
    out = []
    for name in sorted(catalog.tables()):
        module = catalog.load_native(name)
        assert module is not None
        atom = Atom(name)
        signatures = {*module.functions, *module.info.get("older", ()), *module.macros, *NATIVE.get(atom, {})}
        public = sorted(s for s in signatures if not s.startswith("_") and s != "behaviour_info/1")
        if public:
            out.append((inspect(atom), ", ".join(_grouped(public))))
    return out


def _grouped(signatures: list[str]) -> list[str]:
    """``map/2`` alone, ``reduce/2,3`` for several arities."""
    arities: dict[str, list[str]] = {}
    for signature in signatures:
        name, _, arity = signature.rpartition("/")
        arities.setdefault(name, []).append(arity)
    return [f"`{name}/{','.join(sorted(a))}`".replace("|", "\\|") for name, a in sorted(arities.items())]


def text() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {module} | {functions} |\n" for module, functions in rows())


if __name__ == "__main__":
    print(text(), end="")
