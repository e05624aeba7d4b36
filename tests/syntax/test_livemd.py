"""Notebooks are cut into cells."""

from __future__ import annotations

from defnpy.syntax.livemd import split_cells

NOTEBOOK = """# Title

Words.

```elixir
a = 1
```

<!-- livebook:{"output":true} -->

```
1
```

<!-- livebook:{"reevaluate_automatically":true} -->

```elixir
a + 1
```

```erlang
X = 1.
```
"""


def test_cells() -> None:
    cells = split_cells(NOTEBOOK)
    assert [(cell.kind, cell.source, cell.line) for cell in cells] == [
        ("markdown", "# Title\n\nWords.", 1),
        ("elixir", "a = 1", 6),
        ("elixir", "a + 1", 18),
        ("code", "X = 1.", 22),
    ]
    assert cells[2].attributes == {"reevaluate_automatically": True}
    assert cells[3].attributes == {"language": "erlang"}
