"""Upper, lower and title case of text, in the modes of ``String.upcase/2`` and its like."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom

DEFAULT, ASCII, GREEK, TURKIC = (Atom(n) for n in ("default", "ascii", "greek", "turkic"))
MODES = (DEFAULT, ASCII, GREEK, TURKIC)
_DOTTED, _DOTLESS, _DOT = "\u0130", "\u0131", "\u0307"
_SIGMA, _FINAL_SIGMA = "\u03a3", "\u03c2"


def upcase(text: str, mode: Any) -> str:
    """*text* in capitals, character by character."""
    if mode is DEFAULT and text.isascii():
        return text.upper()
    if mode is ASCII:
        return "".join(c.upper() if c.isascii() else c for c in text)
    if mode is TURKIC:
        text = text.replace("i", _DOTTED)
    return "".join(map(str.upper, text))


def downcase(text: str, mode: Any, before: str = "") -> str:
    """*text* in small letters; *before* is the text in front of it."""
    if mode is DEFAULT and text.isascii():
        return text.lower()
    if mode is ASCII:
        return "".join(c.lower() if c.isascii() else c for c in text)
    if mode is TURKIC:
        text = text.replace(_DOTTED, "i").replace("I" + _DOT, "i").replace("I", _DOTLESS)
    if mode is GREEK and _SIGMA in text:
        return "".join(_FINAL_SIGMA if c == _SIGMA and _is_final(before + text, len(before) + i) else c.lower() for i, c in enumerate(text))
    return "".join(map(str.lower, text))


def _is_final(text: str, place: int) -> bool:
    return _cased(text[:place][::-1]) and not _cased(text[place + 1 :])


def _cased(text: str) -> bool:
    """Whether the next letter of *text* has a case; marks that a case ignores are passed over."""
    for c in text:
        if c.lower() != c.upper():
            return True
        if not (c in "'.:\u00ad\u00b7\u2018\u2019\u2027" or _is_mark(c)):
            return False
    return False


def _is_mark(char: str) -> bool:
    import unicodedata

    return unicodedata.category(char) in ("Mn", "Me", "Cf", "Lm", "Sk")


def capitalize(text: str, mode: Any) -> str:
    """The first character in title case, the others in small letters."""
    first = text[:1]
    if mode is ASCII:
        return upcase(first, ASCII) + downcase(text[1:], ASCII)
    title = _DOTTED if mode is TURKIC and first == "i" else first.title()
    return title + downcase(text[1:], mode, first)
