"""Every golden syntax case: trees, and errors with their full texts."""

from __future__ import annotations

from typing import Any

import pytest

from defnpy.syntax import ParseError, parse
from defnpy.syntax.json_form import error_json, to_json
from tests.syntax.helpers import golden, same_floats


@pytest.mark.parametrize("case", golden(), ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    try:
        got = {"ast": to_json(parse(case["code"]))}
    except ParseError as error:
        got = {"error": error_json(error)}
    want = {key: case[key] for key in ("ast", "error") if key in case}
    assert same_floats(got) == same_floats(want)
