"""What a person is given to read on a page: its text, and the attributes that are read aloud or shown."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

#: Attributes whose value somebody reads.
SPOKEN = {"aria-label", "aria-description", "alt", "title", "placeholder", "data-label", "data-announce"}
SPOKEN |= {"data-copied", "data-not-copied"}
#: Not for reading: scripts, styles, drawings, and what is there to be copied into a terminal.
SILENT = {"script", "style", "svg", "pre", "code", "textarea"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """One piece of text; `where` says in which element or attribute, `language` is its own where it declares one."""

    text: str
    where: str
    language: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.open: list[tuple[str, str]] = []

    @property
    def _language(self) -> str:
        return next((language for _, language in reversed(self.open) if language), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        language = given.get("lang", "") or self._language
        for name in sorted(SPOKEN & given.keys()):
            self._add(given[name], f"{tag}[{name}]", language)
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            self._add(given.get("value", ""), f"{tag}[value]", language)
        if tag not in VOID:
            self.open.append((tag, given.get("lang", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not SILENT & {tag for tag, _ in self.open}:
            self._add(data, self.open[-1][0] if self.open else "", self._language)

    def _add(self, text: str, where: str, language: str) -> None:
        if words := " ".join(text.split()):
            self.pieces.append(Piece(words, where, language))


def pieces_of(html: str) -> list[Piece]:
    """Every piece of text of a page in the order of the page, blanks folded."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.pieces
