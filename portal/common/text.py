"""Text that people wrote: tidied when it is stored, made harmless when it is shown with markup."""

from __future__ import annotations

import unicodedata

import nh3
from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe

#: What free text may become on a page: paragraphs and links, nothing else.
ALLOWED_TAGS = {"p", "br", "a"}
KEPT_CONTROLS = {"\n", "\t"}


def tidy(text: str) -> str:
    """The text in composed form (NFC), with one kind of line end, without invisible controls and outer blanks.

    It stays text: `<` is a character like any other, and templates escape it.
    """
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Cc are controls; Cf would reorder or hide text (U+202E), but joiners are needed by some scripts.
    kept = "".join(
        character
        for character in lines
        if character in KEPT_CONTROLS or not (unicodedata.category(character) == "Cc" or character in _BIDI_CONTROLS)
    )
    return kept.strip()


_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def paragraphs(text: str) -> SafeString:
    """The text as HTML paragraphs with its web addresses as links; whatever markup it contains is shown as text."""
    html = linebreaks(urlize(text, nofollow=True, autoescape=True), autoescape=False)
    clean = nh3.clean(
        html, tags=ALLOWED_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel="nofollow noopener"
    )
    return mark_safe(clean)  # noqa: S308  # nh3 has just made it harmless
