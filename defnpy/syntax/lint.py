"""What the tokenizer warns about or refuses although it could read it: texts and conditions."""

from __future__ import annotations

import re
import unicodedata

BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
DEPRECATED_OPERATORS = {
    "^^^": "^^^ is deprecated. It is typically used as xor but it has the wrong precedence, use Bitwise.bxor/2 instead",
    "<|>": "<|> is deprecated. Use another pipe-like operator",
}
CHARLIST = (
    "using single-quoted strings to represent charlists is deprecated.\n"
    'Use ~c"" if you indeed want a charlist or use "" instead.\n'
    'You may run "mix format --migrate" to change all single-quoted\n'
    "strings to use the ~c sigil and fix this warning."
)
CHARLIST_HEREDOC = (
    "single-quoted string represent charlists. Use ~c''' if you indeed want a charlist or use \"\"\" instead"
)
QUOTED_KEY = "single quotes around keywords are deprecated. Use double quotes instead"
EMPTY_PARENS = (
    "invalid expression (). If you want to invoke or define a function, make sure there are no spaces between the function name and its "
    "arguments. If you wanted to pass an empty block or code, pass a value instead, such as a nil or an atom"
)
EMPTY_CLAUSE = "an expression is always required on the right side of ->. Please provide a value after ->"
NOT_IN = '"not expr1 in expr2" is deprecated, use "expr1 not in expr2" instead'
BARE_CALL = (
    'missing parentheses for expression following "{}:" keyword. Parentheses are required to solve ambiguity inside keywords.\n\n'
    "This error happens when you have function calls without parentheses inside keywords. For example:\n\n"
    "    function(arg, one: nested_call a, b, c)\n    function(arg, one: if expr, do: :this, else: :that)\n\n"
    'In the examples above, we don\'t know if the arguments "b" and "c" apply to the function "function" or "nested_call". Or if the keywords '
    '"do" and "else" apply to the function "function" or "if". You can solve this by explicitly adding parentheses:\n\n'
    "    function(arg, one: if(expr, do: :this, else: :that))\n    function(arg, one: nested_call(a, b, c))\n\nAmbiguity found at:"
)
TYPE_ATOM = 'atom ::: must be written between quotes, as in :"::", to avoid ambiguity'
UNNECESSARY = {
    "atom": (
        'found quoted atom "{0}" but the quotes are not required. Atoms made exclusively of ASCII letters, numbers, '
        "underscores, beginning with a letter or underscore, and optionally ending with ! or ? do not require quotes"
    ),
    "keyword": (
        'found quoted keyword "{0}" but the quotes are not required. Note that keywords are always atoms, even when '
        "quoted. Similar to atoms, keywords made exclusively of ASCII letters, numbers, and underscores and not "
        "beginning with a number do not require quotes"
    ),
    "call": (
        'found quoted call "{0}" but the quotes are not required. Calls made exclusively of Unicode letters, numbers, '
        "and underscores and not beginning with a number do not require quotes"
    ),
}
PLAIN_NAME = re.compile(r"[a-z_][A-Za-z0-9_]*[?!]?\Z")
INVISIBLE = {
    0: ("\\0", "null"), 7: ("\\a", "alert"), 8: ("\\b", "backspace"), 9: ("\\t", "tab"), 10: ("\\n", "newline"),
    11: ("\\v", "vertical tab"), 12: ("\\f", "form feed"), 13: ("\\r", "carriage return"), 27: ("\\e", "escape"),
    32: ("\\s", "space"), 127: ("\\d", "delete"),
}  # fmt: skip


def bidirectional(place: str, char: str) -> str:
    """The refusal of a character that would make text read otherwise than it is."""
    token = f"\\u{ord(char):04X}"
    text = f"invalid bidirectional formatting character in {place}: {token}"
    if place == "comment":
        return text
    return f"{text}. If you want to use such character, use it in its escaped {token} form instead"


def code_point(char: str) -> str:
    """The number of a character as the reference writes it: in four digits, or not at all."""
    return f"U+{ord(char):04X}" if ord(char) <= 0xFFFF else "U+****"


def incompatible(name: str) -> str:
    """A name with a character that is another form of plain ones (``x²``)."""
    def shown(text: str) -> str:
        return f'    "{text}" (code points {" ".join(f"0x{ord(char):05X}" for char in text)})'

    return (
        "unexpected token: Elixir expects unquoted Unicode atoms, variables, and calls to use allowed codepoints and to be in NFC form."
        f"\n\nGot:\n\n{shown(name)}\n\nHint: You could write the above in a compatible format that is accepted by Elixir:\n\n"
        f"{shown(unicodedata.normalize('NFKC', name))}\n\nSee https://hexdocs.pm/elixir/unicode-syntax.html for more information."
    )


def character(written: str) -> str | None:
    """What is wrong with ``?x`` or ``?\\x`` (*written* is without the question mark)."""
    escaped = written[0] == "\\" and len(written) > 1
    char = written[-1]
    known = INVISIBLE.get(ord(char))
    if known is not None:
        mark = "?\\" if escaped else "?"
        return f"found {mark} followed by code point 0x{ord(char):X} ({known[1]}), please use ?{known[0]} instead"
    if escaped and char.isascii() and char.isalpha() and char not in "abdefnrstvxu":
        return f"unknown escape sequence ?\\{char}, use ?{char} instead"
    return None


def before_equals(what: str, shown: str) -> str:
    """``a!=b``: the name's mark may belong to the operator."""
    last = shown[-1]
    return (
        f'found {what} "{shown}", ending with "{last}", followed by =. It is unclear if you mean "{shown[:-1]} {last}=" '
        f'or "{shown} =". Please add a space before or after {last} to remove the ambiguity'
    )


def called_alias(name: str) -> str:
    """``Foo()``: a function is called as if its name were a module's."""
    return (
        f"unexpected ( after alias {name}. Function names and identifiers in Elixir start with lowercase characters or underscore. "
        "For example:\n\n    hello_world()\n    _starting_with_underscore()\n    numb3rs_are_allowed()\n    may_finish_with_question_mark?()\n"
        "    may_finish_with_exclamation_mark!()\n\nUnexpected token: ("
    )


def outdented(marker: str) -> str:
    """A heredoc line left of the closing delimiter."""
    return (
        "outdented heredoc line. The contents inside the heredoc should be indented at the same level as the closing "
        f"{marker}. The following is forbidden:\n\n    def text do\n      \"\"\"\n    contents\n      \"\"\"\n    end\n\n"
        "Instead make sure the contents are indented as much as the heredoc closing:\n\n"
        "    def text do\n      \"\"\"\n      contents\n      \"\"\"\n    end\n\n"
        "The current heredoc line is indented too little"
    )

MISPLACED_DO = (
    '. In case you wanted to write a "do" expression, you must either use do-blocks or separate the keyword argument with comma. '
    "For example, you should either write:\n\n    if some_condition? do\n      :this\n    else\n      :that\n    end\n\n"
    "or the equivalent construct:\n\n    if(some_condition?, do: :this, else: :that)\n\n"
    'where "some_condition?" is the first argument and the second argument is a keyword list.\n\n'
    'You may see this error if you forget a trailing comma before the "do" in a "do" block'
)
DO_OF_FN = '. Anonymous functions are written as:\n\n    fn pattern -> expression end\n\nPlease remove the "do" keyword'
