"""From the quoted tree back to text: ``Macro.to_string/1``.

The layout rules are the formatter's, at a width of 98: what fits stays on one line, do-blocks always break.
"""

from __future__ import annotations

import itertools
import re
import sys
from typing import Any

from defnpy.syntax.algebra import BLANK, EMPTY, LINE, SPACE, Doc, Group, Nest, is_broken, layout
from defnpy.syntax.json_form import format_float
from defnpy.syntax.terminals import BINARY, UNARY
from defnpy.terms.atom import Atom, atom_name, is_atom

WIDTH = 98
BLOCK_KEYS = ("do", "else", "rescue", "catch", "after")
LOGICAL = frozenset(("||", "|||", "or", "&&", "&&&", "and"))
PARENTHESISED = frozenset(
    "|> <<< >>> <~ ~> <<~ ~>> <~> <|> ^^^ +++ --- in ++ -- .. <>".split()
)  # fmt: skip
NO_SPACES = frozenset(("..", "//"))
BREAK_BEFORE = frozenset("|> ~>> <<~ ~> <~ <~> <|> | when".split())
WITHOUT_PARENS = frozenset(
    "alias import require use def defp defmacro defmacrop defguard defguardp defmodule defprotocol "
    "defimpl defdelegate "
    "defexception defoverridable defstruct raise reraise for with if unless case cond receive try quote send "
    "destructure assert refute".split()
)
IDENTIFIER = re.compile(r"[^\W\dA-Z][\w]*[?!]?")
ATOM_TEXT = re.compile(r"[^\W\d][\w@]*[?!]?")
RESERVED = frozenset(("do", "end", "fn", "true", "false", "nil", "and", "or", "not", "in", "when", "else",
                      "after",
                      "rescue", "catch"))  # fmt: skip
OPERATOR_ATOMS = frozenset(set(BINARY) | set(UNARY) | {"..//", "...", "<<>>", "%{}", "%", "{}", "->", "."})
ESCAPES = {"\a": "\\a", "\b": "\\b", "\x7f": "\\d", "\x1b": "\\e", "\f": "\\f", "\n": "\\n", "\r": "\\r",
           "\t": "\\t", "\v": "\\v", "\0": "\\0", "\\": "\\\\"}  # fmt: skip
SIGIL_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def to_string(tree: Any) -> str:
    """*tree* as Elixir source."""
    needed = 1000 + 12 * _depth(tree)
    before = sys.getrecursionlimit()
    if needed > before:
        # Calls between Python functions take no C stack, so depth costs only memory.
        sys.setrecursionlimit(needed)
    try:
        return layout(statement(tree), WIDTH)
    finally:
        sys.setrecursionlimit(before)


def _depth(tree: Any) -> int:
    deepest = 0
    todo = [(tree, 1)]
    while todo:
        term, depth = todo.pop()
        deepest = max(deepest, depth)
        if term.__class__ is list:
            todo.extend((item, depth + 1) for item in term)
        elif term.__class__ is tuple:
            parts = (term[0], term[2]) if len(term) == 3 else term
            todo.extend((item, depth + 1) for item in parts)
    return deepest


# ---- what a term is


def is_node(term: Any) -> bool:
    return term.__class__ is tuple and len(term) == 3


def is_call(term: Any) -> bool:
    return is_node(term) and term[2].__class__ is list


def operator_of(term: Any) -> tuple[str, int]:
    """The operator's name and number of operands; ("", 0) for anything else."""
    if is_call(term) and term[0].__class__ is Atom:
        name = term[0].name
        count = len(term[2])
        if count == 2 and name in BINARY and name not in ("=>", "//"):
            return name, 2
        if count == 1 and name in UNARY and name not in ("//",):
            return name, 1
        if count == 3 and name == "..//":
            return name, 3
        if name == "not" and count == 1:
            return name, 1
    return "", 0


def is_keywords(term: Any) -> bool:
    return (
        term.__class__ is list
        and bool(term)
        and all(item.__class__ is tuple and len(item) == 2 and is_key(item[0]) for item in term)
    )


def is_key(term: Any) -> bool:
    return is_atom(term) or _is_interpolated_atom(term)


def _is_interpolated_atom(term: Any) -> bool:
    if not (is_call(term) and is_call(term[0]) and term[0][0] is Atom(".") and len(term[2]) == 2):
        return False
    target = term[0][2]
    return (len(target) == 2 and target[0] is Atom("erlang") and target[1] is Atom("binary_to_atom")
            and is_call(term[2][0]) and term[2][0][0] is Atom("<<>>")
            and _is_interpolated(term[2][0][2]))  # fmt: skip


def do_blocks(arguments: list[Any]) -> list[tuple[Any, Any]] | None:
    """The do-block sections at the end of *arguments*."""
    if not arguments or not is_keywords(arguments[-1]):
        return None
    sections: list[tuple[Any, Any]] = arguments[-1]
    names = [atom_name(key) if is_atom(key) else "" for key, _ in sections]
    if names[0] != "do" or any(name not in BLOCK_KEYS for name in names):
        return None
    return sections


# ---- statements and expressions


def statement(term: Any) -> Doc:
    """A term where a whole expression stands: no-parens calls and bare blocks are allowed."""
    if is_call(term) and term[0] is Atom("__block__") and len(term[2]) != 1:
        return block_lines(term[2]) if term[2] else ""
    return expression(term, top=True)


def block_lines(terms: list[Any]) -> Doc:
    docs = [expression(term, top=True) for term in terms]
    made: list[Doc] = []
    for index, doc in enumerate(docs):
        if index:
            made.append(BLANK if is_broken(doc) or is_broken(docs[index - 1]) else LINE)
        made.append(doc)
    return made


def expression(term: Any, top: bool = False, blocks: bool = True) -> Doc:
    """Any term. *blocks*: whether a do-block may stand here without attaching to something else."""
    kind = term.__class__
    if kind is list:
        return list_doc(term)
    if kind is tuple:
        if len(term) == 2:
            return enclosed("{", [expression(term[0]), *_last_keywords([term[1]])], "}")
        return node(term, top, blocks)
    return literal(term)


def literal(term: Any) -> str:
    if is_atom(term):
        return atom_text(term)
    if isinstance(term, int):
        return _underscored(str(term))
    if isinstance(term, float):
        text = format_float(term)
        whole, _, rest = text.partition(".")
        return f"{_underscored(whole)}.{rest}"
    if isinstance(term, str):
        return '"' + escape(term, '"') + '"'
    if isinstance(term, bytes):
        return '"' + "".join(f"\\x{byte:02X}" for byte in term) + '"'
    return str(term)


def _underscored(digits: str) -> str:
    sign = "-" if digits.startswith("-") else ""
    bare = digits.lstrip("-")
    return sign + (f"{int(bare):_}" if 6 <= len(bare) < 4000 else bare)


def escape(text: str, quote: str, interpolates: bool = True) -> str:
    out = []
    for index, char in enumerate(text):
        if char in ESCAPES:
            out.append(ESCAPES[char])
        elif char == quote:
            out.append("\\" + char)
        elif char == "#" and interpolates and text[index + 1 : index + 2] == "{":
            out.append("\\#")
        elif not char.isprintable() and char != " ":
            out.append(f"\\u{{{ord(char):X}}}" if ord(char) > 0xFF else f"\\u{ord(char):04X}")
        else:
            out.append(char)
    return "".join(out)


def atom_text(term: Any) -> str:
    name = atom_name(term)
    if term is None or term is True or term is False:
        return name
    if re.fullmatch(r"Elixir(\.[A-Z]\w*)+", name, re.ASCII):
        return name.removeprefix("Elixir.")
    if name in OPERATOR_ATOMS or ATOM_TEXT.fullmatch(name):
        return ":" + name
    return ':"' + escape(name, '"') + '"'


def key_text(term: Any) -> Doc:
    if not is_atom(term):
        return ['"', *_interpolated(term[2][0][2], '"'), '": ']
    name = atom_name(term)
    if (name in OPERATOR_ATOMS and name not in ("...", "..", "->", ".")) or ATOM_TEXT.fullmatch(name):
        return name + ": "
    return '"' + escape(name, '"') + '": '


def keywords_docs(pairs: list[Any], blocks: bool = True) -> list[Doc]:
    return [[key_text(key), expression(value, blocks=blocks)] for key, value in pairs]


def _last_keywords(terms: list[Any], blocks: bool = True) -> list[Doc]:
    """Documents of *terms*; keywords at the end lose their brackets."""
    docs = [expression(term, blocks=blocks) for term in terms[:-1]]
    if terms:
        final = terms[-1]
        docs.extend(
            keywords_docs(final, blocks) if is_keywords(final) else [expression(final, blocks=blocks)]
        )
    return docs


def enclosed(opening: str, docs: list[Doc], closing: str) -> Doc:
    if not docs:
        return opening + closing
    made: list[Doc] = []
    for index, doc in enumerate(docs):
        made += [",", SPACE, doc] if index else [doc]
    return Group([opening, Nest(2, [EMPTY, made]), EMPTY, closing])


def list_doc(terms: list[Any]) -> Doc:
    if is_clauses(terms):
        return ["(", clauses_doc(terms), ")"]
    if terms and all(
        item.__class__ is int and (item in (27, *range(7, 14)) or 32 <= item < 127) for item in terms
    ):
        return '~c"' + escape("".join(map(chr, terms)), '"') + '"'
    cut = len(terms)
    while cut and is_keywords([terms[cut - 1]]):
        cut -= 1
    docs = [expression(item) for item in terms[:cut]]
    return enclosed("[", docs + keywords_docs(terms[cut:]), "]")


def in_parens(doc: Doc) -> Doc:
    return Group(["(", Nest(1, doc), ")"])


# ---- nodes


def node(term: Any, top: bool, blocks: bool) -> Doc:
    form, _, arguments = term
    if arguments.__class__ is not list:
        return form.name if form.__class__ is Atom else expression(form)
    if form.__class__ is Atom:
        special = SPECIAL.get(form.name)
        if special is not None:
            doc = special(term, blocks)
            if doc is not None:
                return doc
        if form.name in ("..", "...") and not arguments:
            return form.name
        name, count = operator_of(term)
        if count:
            return operator_doc(term, name, count, blocks)
        if form.name.startswith("sigil_") and len(arguments) == 2:
            doc = sigil_doc(form.name[6:], term[1], arguments)
            if doc is not None:
                return doc
        return call_doc(local_name(form.name), arguments, top and form.name in WITHOUT_PARENS, blocks)
    return remote_doc(term, blocks)


def local_name(name: str) -> str:
    if IDENTIFIER.fullmatch(name) and (name not in RESERVED):
        return name
    if name in OPERATOR_ATOMS or name in RESERVED:
        return f"unquote(:{name})"
    return f'unquote(:"{escape(name, chr(34))}")'


def call_doc(head: Doc, arguments: list[Any], bare: bool, blocks: bool) -> Doc:
    """A call: ``f(a)``, ``def f`` or, with sections, ``f a do ... end``."""
    sections = do_blocks(arguments) if blocks else None
    if sections is not None:
        before = arguments[:-1]
        docs = _last_keywords(before, blocks=False)
        made: list[Doc] = [head]
        if isinstance(head, list) and head[-1] == ".":
            made.append(enclosed("(", docs, ")"))
        elif docs:
            made += [" ", Nest(2, Group(_commas(docs)))]
        return [made, " ", sections_doc(sections)]
    if bare and arguments:
        return Group([head, " ", Nest(len(head) + 1 if isinstance(head, str) else 2,
                                      _commas(_last_keywords(arguments, blocks=False)))])  # fmt: skip
    return [head, enclosed("(", _last_keywords(arguments), ")")]


def _commas(docs: list[Doc]) -> list[Doc]:
    made: list[Doc] = []
    for index, doc in enumerate(docs):
        made += [",", SPACE, doc] if index else [doc]
    return made


def sections_doc(sections: list[tuple[Any, Any]]) -> Doc:
    made: list[Doc] = []
    for key, body in sections:
        made.append(atom_name(key))
        if is_clauses(body):
            made += [Nest(2, [LINE, clauses_doc(body)]), LINE]
        elif body == [] or not (is_call(body) and body[0] is Atom("__block__") and not body[2]):
            made += [Nest(2, [LINE, statement(body)]), LINE]
        else:
            made.append(LINE)
    return [*made, "end"]


def is_clauses(term: Any) -> bool:
    return (
        term.__class__ is list
        and bool(term)
        and all(is_call(item) and item[0] is Atom("->") for item in term)
    )


def clauses_doc(clauses: list[Any]) -> Doc:
    docs = [clause_doc(item) for item in clauses]
    made: list[Doc] = []
    for index, doc in enumerate(docs):
        if index:
            made.append(BLANK if is_broken(doc) or is_broken(docs[index - 1]) else LINE)
        made.append(doc)
    return made


def clause_doc(clause: Any) -> Doc:
    left, body = clause[2]
    head = clause_head(left)
    if is_call(body) and body[0] is Atom("__block__") and len(body[2]) != 1:
        return [head, Nest(2, [LINE, block_lines(body[2])])] if body[2] else head
    return Group([head, Nest(2, [SPACE, expression(body)])])


def clause_head(left: list[Any]) -> Doc:
    if not left:
        return "() ->"
    if len(left) == 1 and is_call(left[0]) and left[0][0] is Atom("when"):
        *patterns, guard = left[0][2]
        if not patterns:
            return ["() when ", expression(guard, blocks=False), " ->"]
        docs = _commas([operand(item, "when", "left", blocks=False) for item in patterns])
        wrapped = ["(", docs, ")"] if len(patterns) > 1 and is_keywords(patterns[-1]) else docs
        return [wrapped, " when ", operand(guard, "when", "right", blocks=False), " ->"]
    if len(left) == 1 and is_call(left[0]) and left[0][0] is Atom("__block__"):
        return ["(", expression(left[0]), ") ->"]
    return [_commas(_last_keywords(left, blocks=False)), " ->"]


def fn_doc(term: Any, blocks: bool) -> Doc:
    clauses = term[2]
    if not is_clauses(clauses):
        return None
    if len(clauses) > 1:
        return ["fn", Nest(2, [LINE, clauses_doc(clauses)]), LINE, "end"]
    left, body = clauses[0][2]
    head = ["fn ", clause_head(left)] if left else "fn ->"
    if is_call(body) and body[0] is Atom("__block__") and len(body[2]) != 1:
        if not body[2]:
            return [head, " end"]
        return [head, Nest(2, [LINE, block_lines(body[2])]), LINE, "end"]
    return Group([head, Nest(2, [SPACE, expression(body)]), SPACE, "end"])


def block_doc(term: Any, blocks: bool) -> Doc:
    items = term[2]
    if not items:
        return "()"
    if len(items) == 1:
        only = items[0]
        if only.__class__ is not tuple:
            return expression(only)
        return ["(", statement(only), ")"]
    return ["(", Nest(2, [LINE, block_lines(items)]), LINE, ")"]


def alias_doc(term: Any, blocks: bool) -> Doc:
    items = term[2]
    if not items or not all(item.__class__ is Atom for item in items[1:]):
        return None
    first = items[0].name if items[0].__class__ is Atom else receiver(items[0])
    return [first, *("." + item.name for item in items[1:])]


def tuple_doc(term: Any, blocks: bool) -> Doc:
    return enclosed("{", _last_keywords(term[2]), "}") if not (
        len(term[2]) == 1 and is_keywords(term[2][-1])
    ) else enclosed("{", [expression(term[2][0])], "}")  # fmt: skip


def map_doc(term: Any, blocks: bool) -> Doc:
    return enclosed("%{", map_docs(term[2]), "}")


def map_docs(items: list[Any]) -> list[Doc]:
    if len(items) == 1 and is_call(items[0]) and items[0][0] is Atom("|") and len(items[0][2]) == 2:
        source, pairs = items[0][2]
        if pairs.__class__ is list and pairs:
            docs = map_docs(pairs)
            return [[operand(source, "|", "left"), " | ", docs[0]], *docs[1:]]
    cut = len(items)
    while cut and is_keywords([items[cut - 1]]):
        cut -= 1
    docs = []
    for item in items[:cut]:
        if item.__class__ is tuple and len(item) == 2:
            docs.append([operand(item[0], "=>", "left"), " => ", operand(item[1], "=>", "right")])
        else:
            docs.append(expression(item))
    return docs + keywords_docs(items[cut:])


def struct_doc(term: Any, blocks: bool) -> Doc:
    if len(term[2]) != 2 or not (is_call(term[2][1]) and term[2][1][0] is Atom("%{}")):
        return None
    name = term[2][0]
    return ["%", expression(name), enclosed("{", map_docs(term[2][1][2]), "}")]


def bits_doc(term: Any, blocks: bool) -> Doc:
    if _is_interpolated(term[2]):
        return ['"', *_interpolated(term[2], '"'), '"']
    return enclosed("<<", [bit_doc(item) for item in term[2]], ">>")


def bit_doc(item: Any) -> Doc:
    if is_call(item) and item[0] is Atom("::") and len(item[2]) == 2:
        left = operand(item[2][0], "::", "left")
        return [_guard_bits(item[2][0], left), "::", bit_type(item[2][1])]
    if is_call(item) and item[0] is Atom("<-") and len(item[2]) == 2:
        return [bit_doc(item[2][0]), " <- ", _guard_bits(item[2][1], operand(item[2][1], "<-", "right"))]
    return _guard_bits(item, expression(item))


def _guard_bits(item: Any, doc: Doc) -> Doc:
    """``<<`` beside ``<<>>`` needs parentheses to stay two tokens."""
    return (
        ["(", doc, ")"]
        if is_call(item) and item[0] is Atom("<<>>") and not _is_interpolated(item[2])
        else doc
    )


def bit_type(term: Any) -> Doc:
    name, count = operator_of(term)
    if count == 2 and name in ("-", "*"):
        left, right = term[2]
        if operator_of(right)[1]:
            return [bit_type(left), name, "(", expression(right), ")"]
        return [bit_type(left), name, expression(right)]
    return ["(", expression(term), ")"] if count else expression(term)


def _hole(item: Any) -> Any:
    """The expression of an interpolation part, or None."""
    if is_call(item) and item[0] is Atom("::") and len(item[2]) == 2:
        left, right = item[2]
        if is_node(right) and right[0] is Atom("binary") and right[2].__class__ is not list and is_call(left):
            form = left[0]
            if is_call(form) and form[0] is Atom(".") and len(form[2]) == 2 and len(left[2]) == 1:
                if form[2][0] is Atom("Elixir.Kernel") and form[2][1] is Atom("to_string"):
                    if any(key is Atom("from_interpolation") for key, _ in left[1]) or not left[1]:
                        return (left[2][0],)
    return None


def _is_interpolated(parts: list[Any]) -> bool:
    return (
        any(_hole(part) is not None for part in parts)
        and all(isinstance(part, str | bytes) or _hole(part) is not None for part in parts)
        and not any(
            isinstance(a, str | bytes) and isinstance(b, str | bytes)
            for a, b in itertools.pairwise(parts)
        )
    )


def _interpolated(parts: list[Any], quote: str, raw: bool = False) -> list[Doc]:
    made: list[Doc] = []
    for part in parts:
        hole = _hole(part)
        if hole is not None:
            inner = hole[0]
            if is_call(inner) and inner[0] is Atom("__block__") and not inner[2]:
                made.append("#{}")
            else:
                made += ["#{", _flat(inner), "}"]
        elif isinstance(part, bytes):
            made.append("".join(f"\\x{byte:02X}" for byte in part))
        else:
            made.append(part if raw else escape(part, quote))
    return made


def _flat(term: Any) -> str:
    """*term* on one line where that can be: a hole must not add line breaks to its string."""
    if is_call(term) and term[0] is Atom("__block__") and len(term[2]) > 1:
        return "; ".join(layout(expression(item), 1 << 30) for item in term[2])
    return layout(expression(term), 1 << 30)


def sigil_doc(name: str, meta: list[Any], arguments: list[Any]) -> Doc:
    content, modifiers = arguments
    if not (is_call(content) and content[0] is Atom("<<>>") and modifiers.__class__ is list):
        return None
    if not re.fullmatch(r"[a-z]|[A-Z][A-Z0-9]*", name):
        return None
    opening = next((value for key, value in meta if key is Atom("delimiter")), '"')
    closing = SIGIL_CLOSERS.get(opening, opening)
    flags = "".join(map(chr, modifiers))
    parts = content[2]
    if len(opening) == 3:
        made = [
            _raw_lines(part) if isinstance(part, str) else ["#{", _flat((_hole(part) or (part,))[0]), "}"]
            for part in parts
        ]
        return [f"~{name}{opening}", LINE, *made, closing + flags]
    made = []
    for part in parts:
        hole = _hole(part)
        if hole is not None:
            made += ["#{", _flat(hole[0]), "}"]
        elif isinstance(part, str):
            made.append(part.replace(closing, "\\" + closing))
        else:
            return None
    return [f"~{name}{opening}", *made, closing + flags]


def _raw_lines(text: str) -> Doc:
    made: list[Doc] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            made.append(LINE)
        made.append(line)
    return made


def access_doc(term: Any) -> Doc:
    container, key = term[2]
    inside = _last_keywords([key]) if is_keywords(key) else [expression(key)]
    return [receiver(container), enclosed("[", inside, "]")]


def receiver(term: Any) -> Doc:
    """A term before a dot or a bracket."""
    if term.__class__ is int or term.__class__ is float:
        return literal(term)
    name, count = operator_of(term)
    if name == "@" and is_node(term[2][0]) and term[2][0][2].__class__ is not list:
        return expression(term)
    if count or (is_call(term) and do_blocks(term[2]) is not None) or is_clauses(term):
        return ["(", expression(term), ")"]
    if is_call(term) and term[0] is Atom("fn"):
        return ["(", expression(term), ")"]
    return expression(term)


def remote_doc(term: Any, blocks: bool) -> Doc:
    form, _, arguments = term
    if is_call(form) and form[0] is Atom("."):
        target = form[2]
        if len(target) == 1:
            return call_doc([receiver(target[0]), "."], arguments, False, blocks)
        if len(target) == 2 and target[1].__class__ is Atom:
            return dotted_doc(term, target[0], target[1].name, blocks)
        if len(target) == 2:
            return [receiver(target[0]), ".", expression(target[1])]
    return [
        receiver(form) if is_node(form) else expression(form),
        enclosed("(", _last_keywords(arguments), ")"),
    ]


def dotted_doc(term: Any, left: Any, name: str, blocks: bool) -> Doc:
    _, meta, arguments = term
    if left is Atom("Elixir.Access") and name == "get" and len(arguments) == 2:
        if any(key is Atom("from_brackets") for key, _ in meta):
            return access_doc(term)
    if _is_interpolated_atom(term):
        return [':"', *_interpolated(arguments[0][2], '"'), '"']
    if left is Atom("Elixir.List") and name == "to_charlist" and len(arguments) == 1:
        parts = charlist_parts(arguments[0])
        if parts is not None:
            return ["'", *parts, "'"]
    if name == "{}":
        return [receiver(left), ".", enclosed("{", _last_keywords(arguments), "}")]
    if not arguments and any(key is Atom("no_parens") for key, _ in meta):
        return [receiver(left), ".", remote_name(name)]
    return call_doc([receiver(left), ".", remote_name(name)], arguments, False, blocks)


def charlist_parts(term: Any) -> list[Doc] | None:
    if term.__class__ is not list or not any(is_call(item) for item in term):
        return None
    made: list[Doc] = []
    for item in term:
        if isinstance(item, str):
            made.append(escape(item, "'"))
        elif is_call(item) and any(key is Atom("from_interpolation") for key, _ in item[1]):
            made += ["#{", _flat(item[2][0]), "}"]
        else:
            return None
    return made


def remote_name(name: str) -> str:
    if IDENTIFIER.fullmatch(name) or (
        name in OPERATOR_ATOMS and name not in ("->", ".", "..//", "%", "%{}", "{}", "<<>>")
    ):
        return name
    return '"' + escape(name, '"') + '"'


# ---- operators


def operator_doc(term: Any, name: str, count: int, blocks: bool) -> Doc:
    arguments = term[2]
    if count == 3:
        first, second, step = arguments
        left = [operand(first, "..", "left"), "..", operand(second, "..", "right")]
        return [left, "//", operand(step, "//", "right", blocks)]
    if count == 1:
        return unary_doc(name, arguments[0], blocks)
    left, right = arguments
    left_doc = operand(left, name, "left", blocks)
    right_doc = operand(right, name, "right", blocks)
    if name == "when" and is_keywords(right):
        right_doc = _commas(keywords_docs(right, False))
    if name in NO_SPACES:
        return [left_doc, name, right_doc]
    if name in BREAK_BEFORE:
        # A chain of one kind of pipe is one group: it breaks at every pipe or at none.
        if left_doc.__class__ is Group and not BINARY[name].right and operator_of(left)[0] in BREAK_BEFORE:
            left_doc = left_doc.doc
        elif right_doc.__class__ is Group and operator_of(right)[0] == name:
            right_doc = right_doc.doc
        return Group([left_doc, SPACE, name, " ", right_doc])
    if name == "=" and (right.__class__ in (list, tuple) and not operator_of(right)[1]):
        return [left_doc, " = ", right_doc]
    return Group([left_doc, " ", name, Nest(2, [SPACE, right_doc])])


def operand(term: Any, parent: str, side: str, blocks: bool = True) -> Doc:
    """An operand of *parent*, in parentheses where precedence or the formatter's taste asks for them."""
    name, count = operator_of(term)
    doc = expression(term, blocks=blocks)
    if count == 1:
        if name in ("not", "!") and parent == "in" and side == "left":
            return ["(", doc, ")"]
        if name == "not" and _is_not_in(term):
            return ["(", doc, ")"] if _needs_parens("in", 170, False, parent, side) else doc
        return ["(", doc, ")"] if name in ("&", "...") and not _is_tight_capture(term) else doc
    if is_clauses(term):
        return doc
    if count == 0:
        return doc
    level = BINARY[".." if name == "..//" else name]
    return ["(", doc, ")"] if _needs_parens(name, level.precedence, level.right, parent, side) else doc


def _needs_parens(name: str, level: int, right: bool, parent: str, side: str) -> bool:
    above = BINARY[parent]
    correct = "right" if above.right else "left"
    if name == parent and correct == side:
        return False
    if parent in PARENTHESISED and name not in NO_SPACES:
        return True
    if parent in LOGICAL and name in LOGICAL:
        return True
    return above.precedence > level or (above.precedence == level and correct != side)


def _is_tight_capture(term: Any) -> bool:
    return term[0] is Atom("&") and term[2][0].__class__ is int


def _is_not_in(term: Any) -> bool:
    return operator_of(term[2][0]) == ("in", 2)


def unary_doc(name: str, argument: Any, blocks: bool) -> Doc:
    if name == "&":
        return capture_doc(argument, blocks)
    if name == "@":
        return attribute_doc(argument)
    inner, count = operator_of(argument)
    if name == "not":
        if inner == "in":
            left, right = argument[2]
            return [operand(left, "in", "left", blocks), " not in ", operand(right, "in", "right", blocks)]
        doc = expression(argument, blocks=blocks)
        return ["not ", "(", doc, ")"] if count > 1 else ["not ", doc]
    doc = expression(argument, blocks=blocks)
    if count > 1 or (count and inner in ("not", "&", "...", name) and not _is_tight(argument)):
        return [name, "(", doc, ")"]
    return [name, doc]


def _is_tight(term: Any) -> bool:
    return operator_of(term)[0] == "&" and _is_tight_capture(term)


def capture_doc(argument: Any, blocks: bool) -> Doc:
    if argument.__class__ is int:
        return f"&{argument}"
    if operator_of(argument) == ("/", 2) and argument[2][1].__class__ is int:
        target, arity = argument[2]
        if is_node(target) and target[2].__class__ is not list and target[0].__class__ is Atom:
            return f"&{target[0].name}/{arity}"
        if is_call(target) and not target[2] and is_call(target[0]) and target[0][0] is Atom("."):
            return ["&", expression(target), f"/{arity}"]
    name, count = operator_of(argument)
    if name == "&" or argument.__class__ in (float, str):
        return ["& ", expression(argument, blocks=blocks)]
    if count or (is_node(argument) and argument[2].__class__ is not list):
        return ["&(", expression(argument), ")"]
    return ["&", expression(argument, blocks=blocks)]


def attribute_doc(argument: Any) -> Doc:
    if (
        is_call(argument)
        and argument[0].__class__ is Atom
        and len(argument[2]) == 1
        and not operator_of(argument)[1]
    ):
        if (
            argument[0].name not in SPECIAL
            and IDENTIFIER.fullmatch(argument[0].name)
            and do_blocks(argument[2]) is None
        ):
            value = argument[2][0]
            docs = (
                _commas(keywords_docs(value, False))
                if is_keywords(value)
                else expression(value, blocks=False)
            )
            return ["@", argument[0].name, " ", Nest(2, docs) if is_keywords(value) else docs]
    # `@` binds tighter than the dot and every operator.
    if operator_of(argument)[1] or (is_node(argument) and argument[0].__class__ is tuple):
        return ["@(", expression(argument), ")"]
    return ["@", expression(argument)]


SPECIAL = {
    "fn": fn_doc,
    "__block__": block_doc,
    "__aliases__": alias_doc,
    "{}": tuple_doc,
    "%{}": map_doc,
    "%": struct_doc,
    "<<>>": bits_doc,
}
