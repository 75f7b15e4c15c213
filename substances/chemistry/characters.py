"""Characters that are not what they seem: look-alikes, blanks, dashes, control characters."""

from __future__ import annotations

import unicodedata

from .messages import Note, StructureRefused

# Letters of other scripts that are drawn like an ASCII one. Compatibility forms (full width, mathematical) are
# found by NFKC and need no line here. Source: the shapes themselves; Unicode Technical Standard 39 lists more.
_LOOKALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТХаеорсхуіјѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορ",
        "ABESIJKMHOPCTXaeopcxyijsdqwABEZHIKMNOPTYXvop",
        strict=True,
    )
)
_LOOKALIKES |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
_LOOKALIKES |= {"≡": "#", "∕": "/", "⁄": "/", "＝": "=", "′": "'", "：": ":"}

HYPHENS = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
BLANKS = frozenset(
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u202f\u205f\u2060\u3000\ufeff"
)


def ascii_lookalike(char: str) -> str | None:
    """The ASCII character that `char` is easily mistaken for, or None."""
    known = _LOOKALIKES.get(char)
    if known is not None:
        return known
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isprintable() else None


def describe(char: str) -> str:
    """The Unicode name of a character, or its number where it has none."""
    return unicodedata.name(char, f"U+{ord(char):04X}")


def refuse_non_ascii(text: str, *, notation: str, offset: int = 0) -> None:
    """Refuses text with a character that is not printable ASCII, a blank or a line break.

    Args:
        text: what was given.
        notation: what it should be, for the sentence.
        offset: characters in front of `text` in what the person typed.

    Raises:
        StructureRefused: `lookalike`, `not_ascii` or `control_character`, with the first position.
    """
    for index, char in enumerate(text):
        if " " <= char <= "~" or char in "\n\r\t":
            continue
        position = offset + index + 1
        if char.isascii():
            raise StructureRefused("control_character", position=position, name=describe(char))
        ascii_char = ascii_lookalike(char)
        if ascii_char is not None:
            raise StructureRefused("lookalike", position=position, char=char, name=describe(char), ascii=ascii_char)
        raise StructureRefused("not_ascii", position=position, char=char, name=describe(char), notation=notation)


def trimmed(text: str) -> tuple[str, int, tuple[Note, ...]]:
    """The text without blanks around it, the number of characters cut in front, and what to tell about it."""
    blanks = "".join(BLANKS)
    body = text.lstrip(blanks)
    offset = len(text) - len(body)
    body = body.rstrip(blanks)
    return body, offset, () if body == text else (Note("trimmed"),)
