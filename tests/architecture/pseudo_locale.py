"""English in which every translated text stands in ⟦brackets⟧: what stands outside them was never translatable."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import trans_real

CONTEXT_END = "\x04"
INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
SPOKEN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
SILENT_ELEMENTS = {"script", "style", "svg", "template", "code", "pre", "kbd"}
WITHOUT_END = {"meta", "link", "input", "br", "hr", "img", "wbr", "source", "path", "use"}
WORD = re.compile(r"[^\W\d_]{2,}")


class PseudoEnglish(gettext.NullTranslations):
    """Gives every text back in brackets."""

    plural = staticmethod(lambda number: int(number != 1))

    def gettext(self, message: str) -> str:
        text = message.rpartition(CONTEXT_END)[2]
        return f"⟦{text}⟧" if text else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        return "en"

    def language(self) -> str:
        return "en"


@contextmanager
def pseudo_english() -> Iterator[None]:
    """English speaks in brackets inside this block."""
    real: dict[str, Any] = vars(trans_real)["_translations"]
    before = real.get("en")
    real["en"] = PseudoEnglish()
    try:
        yield
    finally:
        if before is None:
            del real["en"]
        else:
            real["en"] = before


class _Reader(HTMLParser):
    """Collects what a person reads or is read to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if not self.silent:
            self.texts += [text for name in SPOKEN_ATTRIBUTES if (text := given.get(name))]
        if tag in WITHOUT_END:
            return
        marked = given.get("translate") == "no" or ("lang" in given and tag != "html")
        if self.silent or tag in SILENT_ELEMENTS or marked:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def read_texts(html: str) -> list[str]:
    """Every text of a page that people see or hear, whitespace folded."""
    reader = _Reader()
    reader.feed(html)
    return [folded for text in reader.texts if (folded := " ".join(text.split()))]


def outside_brackets(texts: list[str]) -> list[str]:
    """What is left of each text without the brackets, which may span several, and all that stands in them."""
    text = "\n".join(texts)
    while INNERMOST.search(text):
        text = INNERMOST.sub("\n", text)
    return [folded for line in text.splitlines() if (folded := " ".join(line.split()))]


def everything_stored() -> str:
    """Every text in the database, one a line: data, which nobody translates."""
    lines: set[str] = set()
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)]
        for row in model._default_manager.values_list(*fields) if fields else ():
            lines.update(" ".join(str(value).split()) for value in row if value)
    return "\n".join(["", *sorted(lines), ""])


def untranslated(html: str, *, stored: str, names: set[str]) -> list[str]:
    """Texts of a page that hold words which are neither in brackets nor stored data nor one of `names`."""
    left = outside_brackets(read_texts(html))
    return [text for text in left if not _is_data(text, stored=stored, names=names)]


def _is_data(left: str, *, stored: str, names: set[str]) -> bool:
    """Whether it is stored, whole or cut short, or joined from names and stored parts."""
    if left in stored:
        return True
    parts = [part.strip() for part in re.split(r"[·,;:()\[\]/|–—…›]+", left)]
    return all(part in names or part in stored for part in parts if WORD.search(part))
