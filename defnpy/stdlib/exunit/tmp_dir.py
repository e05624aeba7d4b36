"""``@tag :tmp_dir``: an empty folder for one test."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from typing import Any

from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.runtime import runtime

TMP_DIR = Atom("tmp_dir")
_SPECIAL = re.compile(r'[ \[~#%&*{}\\:<>?/+|"\]]')


def with_tmp_dir(context: dict[Any, Any]) -> dict[Any, Any]:
    """The context of a test with the path of its folder, made anew, under ``:tmp_dir``."""
    wanted = context.get(TMP_DIR, False)
    if wanted is False:
        return context
    if wanted is not True and wanted.__class__ is not str:
        raise ArgumentError(f"expected :tmp_dir to be a boolean or a string, got: {inspect(wanted)}")
    module, name = inspect(context[Atom("module")]), atom_name(context[Atom("test")])
    digest = hashlib.md5(f"{module}/{name}".encode()).hexdigest()[:8]
    folder = os.path.join("tmp", _SPECIAL.sub("-", module), f"{_SPECIAL.sub('-', name)}-{digest}", wanted if wanted is not True else "")
    path = os.path.abspath(folder)
    grants = runtime().grants
    if grants is not None:
        grants.need("write", path)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return {**context, TMP_DIR: path}
