"""Reasons of Article 57 of REACH as ECHA prints them, and what each means as a concern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from substances.importers.base import StatedConcern
from substances.vocabulary import Authority, Concern, Strength

_BASIS = "Regulation (EC) No 1907/2006, Article 57"

# Reason as printed → normal form: letter of Article 57, sub-reason, receptor.
REASONS: Mapping[str, str] = {
    "Carcinogenic (Article 57a)": "57a",
    "Mutagenic (Article 57b)": "57b",
    "Toxic for reproduction (Article 57c)": "57c",
    "PBT (Article 57d)": "57d",
    "vPvB (Article 57e)": "57e",
    "Endocrine disrupting properties (Article 57(f) - human health)": "57f-ed-hh",
    "Endocrine disrupting properties (Article 57(f) - environment)": "57f-ed-env",
    "Specific target organ toxicity after repeated exposure (Article 57(f) - human health)": "57f-stot-re-hh",
    "Respiratory sensitising properties (Article 57(f) - human health)": "57f-resp-sens-hh",
    "Equivalent level of concern having probable serious effects to human health "
    "(Article 57(f) - human health)": "57f-eloc-hh",
    "Equivalent level of concern having probable serious effects to the environment "
    "(Article 57(f) - environment)": "57f-eloc-env",
}
# Normal form → concern, strength, point of the article. Source: Regulation (EC) No 1907/2006, Article 57.
_MEANING: Mapping[str, tuple[Concern, str, str]] = {
    "57a": (Concern.CARCINOGENIC, Strength.KNOWN_OR_PRESUMED, "(a)"),
    "57b": (Concern.MUTAGENIC, Strength.KNOWN_OR_PRESUMED, "(b)"),
    "57c": (Concern.REPROTOXIC, Strength.KNOWN_OR_PRESUMED, "(c)"),
    "57d": (Concern.PBT_VPVB, "", "(d)"),
    "57e": (Concern.PBT_VPVB, "", "(e)"),
    "57f-ed-hh": (Concern.ENDOCRINE_HH, "", "(f), human health"),
    "57f-ed-env": (Concern.ENDOCRINE_ENV, "", "(f), environment"),
    "57f-stot-re-hh": (Concern.STOT_RE, "", "(f)"),
    "57f-resp-sens-hh": (Concern.RESPIRATORY_SENSITISER, "", "(f)"),
    "57f-eloc-hh": (Concern.EQUIVALENT_CONCERN, "", "(f), human health"),
    "57f-eloc-env": (Concern.EQUIVALENT_CONCERN, "", "(f), environment"),
}
# Points (a) to (e) each name one property: the letter says it in any language, as in "(artikel 57 c)". Point (f) does
# not: what stands before it is needed, and is known in English only.
_LETTER = re.compile(r"\((?:article|artikel|artikkel|articolo|artículo|artykuł) ?57 ?\(?([a-e])\)?\)", re.IGNORECASE)


class NotAReason(ValueError):
    """A text that is no reason of Article 57; the message quotes it."""


def article_57_reason(text: str) -> str:
    """The normal form of one reason, such as "57f-ed-hh".

    Raises:
        NotAReason: it is none that is known.
    """
    printed = " ".join(text.split()).rstrip(";")
    if printed in REASONS:
        return REASONS[printed]
    letters = {letter.lower() for letter in _LETTER.findall(printed)}
    if len(letters) == 1:
        return f"57{letters.pop()}"
    raise NotAReason(f"{text!r} is not a reason of Article 57 as this list prints them")


def article_57_reasons(cell: str) -> tuple[str, ...]:
    """The reasons of a cell, one a line or, as in exports before 2025, joined by "#"; sorted.

    Raises:
        NotAReason: one of them is none that is known.
    """
    parts = [part.strip() for part in re.split(r"[\n#]", cell)]
    return tuple(sorted({article_57_reason(part) for part in parts if part}))


def article_57_concerns(reasons: Iterable[str]) -> Iterator[StatedConcern]:
    """What reasons in normal form state of a substance that an authority has identified by them."""
    for reason in reasons:
        concern, strength, point = _MEANING[reason]
        yield StatedConcern(concern, strength, Authority.AUTHORITY_ASSESSMENT, _BASIS + point, f"reach-57/{reason}")
