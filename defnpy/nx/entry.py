"""The short way into a compiled function: generated checks of the arguments, then the program itself.

A container that comes again (the parameters of a model) is known by its identity, since terms are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.nx.tensor import Tensor
from defnpy.terms import process, runtime

_MISS: tuple[Any, Any] = (object(), ())
_get_process = process._current.get
_get_runtime = runtime.runtime


def plain(term: Any) -> bool:
    """Whether a container consists of tuples, maps and tensors only."""
    if term.__class__ is Tensor:
        return True
    if term.__class__ is tuple:
        return all(map(plain, term))
    return term.__class__ is dict and all(map(plain, term.values()))


class _Writer:
    def __init__(self) -> None:
        self.env: dict[str, Any] = {"Tensor": Tensor, "ndarray": np.ndarray, "MISS": _MISS, "process": _get_process, "runtime": _get_runtime}
        self.lines: list[str] = []
        self.count = 0

    def bind(self, value: Any) -> str:
        name = f"g{len(self.env)}"
        self.env[name] = value
        return name

    def check(self, term: Any, name: str, pad: str, leaves: list[str]) -> None:
        """Lines that compare *name* with *term* and collect the arrays of its leaves."""
        fail = f"{pad}    return None"
        if term.__class__ is Tensor:
            array = f"d{self.count}"
            self.count += 1
            kind, shape, names = self.bind(term.type), self.bind(term.shape), self.bind(term.names)
            axes = f"{name}.vectorized_axes != {self.bind(term.vectorized_axes)}" if term.vectorized_axes else f"{name}.vectorized_axes"
            self.lines.append(
                f"{pad}if {name}.__class__ is not Tensor or {name}.type is not {kind} or {name}.shape != {shape} or {axes} "
                f"or {name}.donatable or ({name}.names is not {names} and {name}.names != {names}):"
            )
            self.lines.append(fail)
            self.lines.append(f"{pad}{array} = {name}.data")
            self.lines.append(f"{pad}if {array}.__class__ is not ndarray:")
            self.lines.append(fail)
            leaves.append(array)
            return
        kind_name = "tuple" if term.__class__ is tuple else "dict"
        self.lines.append(f"{pad}if {name}.__class__ is not {kind_name} or len({name}) != {len(term)}:")
        self.lines.append(fail)
        if term.__class__ is tuple:
            parts = [(str(i), t) for i, t in enumerate(term)]
        else:
            from defnpy.terms.map import sorted_keys

            parts = [(self.bind(k), term[k]) for k in sorted_keys(term)]
        for key, part in parts:
            inner = f"t{self.count}"
            self.count += 1
            if term.__class__ is dict:
                self.lines.append(f"{pad}{inner} = {name}.get({key})")
            else:
                self.lines.append(f"{pad}{inner} = {name}[{key}]")
            self.check(part, inner, pad, leaves)


def _container(w: _Writer, term: Any) -> str:
    """A function that gives the arrays of a container, or None."""
    inner = _Writer()
    leaves: list[str] = []
    inner.check(term, "a", "    ", leaves)
    text = "def unpack(a):\n" + "\n".join(inner.lines) + f"\n    return ({''.join(x + ', ' for x in leaves)})\n"
    exec(compile(text, "<entry>", "exec"), inner.env)  # the text is generated from the form of the arguments
    return w.bind(inner.env["unpack"])


def entry(args: Sequence[Any], run: Any, default_only: bool, long: Callable[..., Any] | None = None) -> Callable[..., Any] | None:
    """``entry(*args)``: the result of the program *run*; where the arguments (or the state of the process) ask for the long
    way ``long(*args)``, or None without it.

    *default_only* also asks that no options are set.
    """
    if not all(map(plain, args)):
        return None
    w = _Writer()
    names = [f"a{i}" for i in range(len(args))]
    values: list[str] = []
    options = "or OPTIONS in p.dictionary" if default_only else ""
    globals_ = 'or "defn_options" in o' if default_only else ""
    if default_only:
        from defnpy.nx.defn import _OPTIONS_KEY

        w.env["OPTIONS"] = _OPTIONS_KEY
    lines = [
        "    try:", "        p = process()", "    except LookupError:", "        return {miss}",
        "    s = p.state", "    o = runtime().options",
        f'    if "nx_trace" in s or "nx_backend" in s or "nx_backend" in o {options} {globals_}:', "        return {miss}",
    ]  # fmt: skip
    for i, (name, term) in enumerate(zip(names, args, strict=True)):
        if term.__class__ is Tensor:
            w.check(term, name, "    ", values)
            lines.extend(line.replace("return None", "return {miss}") for line in w.lines)
            w.lines = []
            continue
        memo = w.bind([_MISS])
        unpack = _container(w, term)
        lines.append(f"    m = {memo}[0]")
        lines.append(f"    if m[0] is {name}:\n        l{i} = m[1]\n    else:\n        l{i} = {unpack}({name})")
        lines.append(f"        if l{i} is None:\n            return {{miss}}\n        {memo}[0] = ({name}, l{i})")
        values.append(f"*l{i}")
    w.env["main"], w.env["finish"], w.env["long"] = run.main, run.finish, long
    result = run.result
    call = f"main({', '.join(values)})"
    if result.__class__ is Tensor:
        head = ", ".join(w.bind(x) for x in (result.type, result.shape, result.names))
        lines.append(f"    return Tensor({head}, {call}[0], {w.bind(result.vectorized_axes)})")
    else:
        lines.append(f"    return finish({call})")
    miss = f"long({', '.join(names)})" if long is not None else "None"
    text = f"def enter({', '.join(names)}):\n" + "\n".join(lines).replace("{miss}", miss) + "\n"
    exec(compile(text, "<entry>", "exec"), w.env)  # the text is generated from the form of the arguments
    made: Callable[..., Any] = w.env["enter"]
    return made
