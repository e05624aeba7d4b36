"""The builders of the grammar: each turns the top of the parser's stacks into one quoted term.

A builder gets the stack of values and the stack of places (a symbol's place is its first token's) and reads
from their ends. ``grammar/elixir.lark`` names the builder of every alternative that has one.
"""

from __future__ import annotations

from defnpy.syntax.builders import blocks, calls, containers, operators, refusals, texts
from defnpy.syntax.builders.nodes import Builder

BUILDERS: dict[str, Builder] = {
    name: made
    for module in (blocks, calls, containers, operators, refusals, texts)
    for name, made in vars(module).items()
    if name.islower() and name[0] != "_" and getattr(made, "__module__", None) == module.__name__
}
BUILDERS |= {"list": containers.list_, "tuple": containers.tuple_, "map": containers.map_}
