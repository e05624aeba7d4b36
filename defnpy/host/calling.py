"""``defnpy run FILE --call Mod.fun``: one function on inputs from files or JSON values."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from defnpy.terms.atom import alias
from defnpy.terms.errors import ArgumentError, UndefinedFunctionError
from defnpy.terms.inspect import inspect
from defnpy.terms.runtime import runtime


def call_function(file: str, target: str, inputs: list[str], output: str | None, verbose: bool) -> None:
    """Load *file*, call ``Mod.fun`` on the inputs, show the result or write it to *output*."""
    from defnpy.host.loader import run_file

    started = time.perf_counter()
    run_file(file)
    loaded = time.perf_counter()
    function = find(target, len(inputs))
    args = [read_input(i) for i in inputs]
    value = function(*args)
    done = time.perf_counter()
    if verbose:
        sys.stderr.write(f"load {loaded - started:.3f} s, call (with compilation) {done - loaded:.3f} s\n")
    if output is None:
        sys.stdout.write(inspect(value, pretty=True) + "\n")
    else:
        write_output(output, value)


def find(target: str, arity: int) -> Any:
    """The function ``Mod.fun`` of that arity."""
    name, _, function = target.rpartition(".")
    module = runtime().find(alias(name)) if name else None
    if module is None:
        raise ArgumentError(f"--call expects Mod.fun, a public function of the file; there is no module {name or '(none)'}")
    found = module.functions.get(f"{function}/{arity}")
    if found is None:
        from defnpy.terms.atom import Atom
        from defnpy.terms.exception import blame, message_of

        raise ArgumentError(message_of(blame(UndefinedFunctionError(module.name, Atom(function), arity).term)))
    return found


def read_input(text: str) -> Any:
    """An input file (.npy, .npz, .safetensors, .json) or a JSON value."""
    from defnpy.host.embed import to_elixir

    suffix = Path(text).suffix
    if suffix in (".npy", ".npz", ".safetensors"):
        from defnpy.host.loader import read_source

        read_source(text)
        return to_elixir(_arrays(text, suffix))
    if suffix == ".json":
        from defnpy.host.loader import read_source

        text = read_source(text).decode()
    try:
        return _numeric(json.loads(text))
    except ValueError as error:
        raise ArgumentError(f"an input must be a .npy, .npz, .safetensors or .json file or a JSON value, got: {text[:80]}") from error


def _numeric(value: Any) -> Any:
    """JSON to terms; a (nested) list of numbers is a tensor."""
    from defnpy.host.embed import to_elixir

    if value.__class__ is list and value and _is_numbers(value):
        import numpy as np

        array = np.array(value)
        return to_elixir(array.astype(np.float32 if array.dtype.kind == "f" else np.int32))
    if value.__class__ is dict:
        return {k: _numeric(v) for k, v in value.items()}
    return to_elixir(value)


def _is_numbers(value: Any) -> bool:
    return all(_is_numbers(v) if v.__class__ is list else v.__class__ in (int, float) for v in value)


def _arrays(path: str, suffix: str) -> Any:
    import numpy as np

    if suffix == ".safetensors":
        from defnpy.nx.safetensors import read

        return read(Path(path).read_bytes())
    try:
        loaded = np.load(path, allow_pickle=False)
        return loaded if suffix == ".npy" else {k: loaded[k] for k in loaded.files}
    except (ValueError, OSError, EOFError) as error:
        raise ArgumentError(f"{path} is not a {suffix} file that can be read without pickle: {error}") from None


def write_output(path: str, value: Any) -> None:
    """Write a result by the suffix of *path*."""
    import numpy as np

    from defnpy.host.embed import to_python

    result = to_python(value)
    suffix = Path(path).suffix
    if suffix == ".npy":
        np.save(path, np.asarray(result), allow_pickle=False)
    elif suffix == ".npz":
        np.savez(path, **_named(result))
    elif suffix == ".safetensors":
        from defnpy.nx.safetensors import write

        Path(path).write_bytes(write(_named(result)))
    elif suffix == ".json":
        Path(path).write_text(json.dumps(_plain(result)))
    else:
        raise ArgumentError(f"the output must end in .npy, .npz, .safetensors or .json, got: {path}")


def _named(result: Any, prefix: str = "") -> dict[str, Any]:
    """A container's arrays by dotted names."""
    import numpy as np

    if isinstance(result, dict):
        pairs: Any = result.items()
    elif isinstance(result, list | tuple):
        pairs = ((str(i), v) for i, v in enumerate(result))
    else:
        return {prefix or "result": np.asarray(result)}
    out: dict[str, Any] = {}
    for k, v in pairs:
        out.update(_named(v, f"{prefix}.{k}" if prefix else str(k)))
    return out


def _plain(result: Any) -> Any:
    if isinstance(result, dict):
        return {str(k): _plain(v) for k, v in result.items()}
    if isinstance(result, list | tuple):
        return [_plain(v) for v in result]
    return result.tolist() if hasattr(result, "tolist") else result
