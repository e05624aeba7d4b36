"""The syntax floor: text to tokens to the quoted tree, and back to text."""

from defnpy.syntax.errors import ParseError
from defnpy.syntax.parser import parse, parse_with_warnings

__all__ = ["ParseError", "parse", "parse_with_warnings"]
