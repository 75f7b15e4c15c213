"""Words and letters of the look: what a slug is called on a page, and which tile or step stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from substances.vocabulary import Authority, Checked, Concern, How

Word: TypeAlias = "str | Promise"

#: Rooms of the main navigation: the address's name and what it is called.
ROOMS: list[tuple[str, Word]] = [
    ("web:substances", _("Substances")),
    ("web:lists", _("Lists")),
    ("web:alternatives", _("Alternatives")),
    ("web:structure-search", _("Structure search")),
    ("web:companies", _("Companies")),
    ("web:method", _("Method")),
]

#: Letters on the tile of a concern.
CONCERN_TILES: dict[str, str] = {
    Concern.CARCINOGENIC: "C",
    Concern.MUTAGENIC: "M",
    Concern.REPROTOXIC: "R",
    Concern.ENDOCRINE_HH: "ED",
    Concern.ENDOCRINE_ENV: "ED",
    Concern.PBT_VPVB: "PBT",
    Concern.PMT_VPVM: "PMT",
    Concern.EXTREMELY_PERSISTENT: "vP",
    Concern.RESPIRATORY_SENSITISER: "RS",
    Concern.SKIN_SENSITISER: "SS",
    Concern.STOT_RE: "STOT",
    Concern.OZONE_DEPLETING: "O3",
    Concern.EQUIVALENT_CONCERN: "EC",
}

#: Steps of the authority ladder, the firmest first; below "reviewed" it is drawn dashed.
AUTHORITY_LEVELS: dict[str, int] = {
    Authority.HARMONISED: 5,
    Authority.AUTHORITY_ASSESSMENT: 4,
    Authority.SCREENING_LIST: 3,
    Authority.NGO_REVIEWED: 2,
    Authority.NGO_PROPOSED: 1,
    Authority.MODEL: 0,
}
AUTHORITIES: dict[str, Word] = dict(Authority.choices)

HOW_CLASSES: dict[str, str] = {How.BY_NAME: "name", How.AS_MEMBER: "member", How.INFERRED: "rule"}
HOW: dict[str, Word] = {**dict(How.choices), "none": _("Not listed")}

CHECKED: dict[str, Word] = dict(Checked.choices)

#: Identifier schemes as the strip of identifiers heads them, shorter than in a sentence.
SCHEMES: dict[str, Word] = {
    "cas": "CAS",
    "ec": pgettext_lazy("identifier", "EC"),
    "index": _("CLP index"),
    "inchikey": "InChIKey",
    "inchi": "InChI",
    "smiles": "SMILES",
    "dtxsid": "DTXSID",
    "cid": "PubChem CID",
    "un": "UN",
    "lei": "LEI",
    "isin": "ISIN",
}

HAZARD_LETTERS: dict[str, str] = {"vl": "vL", "l": "L", "m": "M", "h": "H", "vh": "vH", "gap": "?", "na": "–"}
HAZARD_LEVELS: dict[str, Word] = {
    "vl": _("Very low"),
    "l": _("Low"),
    "m": _("Moderate"),
    "h": _("High"),
    "vh": _("Very high"),
    "gap": _("No data"),
    "na": _("Not applicable"),
}

#: The five verdicts, the worst first.
VERDICTS: list[tuple[str, Word]] = [
    ("regrettable", _("Regrettable")),
    ("likely_regrettable", _("Likely regrettable")),
    ("not_enough_known", _("Not enough known")),
    ("better_with_trade_offs", _("Better, with trade-offs")),
    ("better_on_what_is_known", _("Better on what is known")),
]

SAYS: dict[str, Word] = {
    "against": _("Against"),
    "mixed": _("Mixed"),
    "unknown": _("Unknown"),
    "for": _("In favour"),
}


def slug(text: str) -> str:
    """The text with lower-case letters and underscores, so that `by-name` and `BY_NAME` are one."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def concern_code(concern: str) -> str:
    """Letters on the tile of a concern; its first two letters where we have no tile for it."""
    known = slug(concern)
    return CONCERN_TILES.get(known, known[:2].upper())


def level_of(authority: str) -> int:
    """Step of the authority ladder, 0 to 5; what we do not know stands on the lowest."""
    return AUTHORITY_LEVELS.get(slug(authority), 0)


def name_of(names: Mapping[str, Word], text: str, *, otherwise: str | None = None) -> str:
    """What `text` is called in `names`; else what `otherwise` is called, else the text itself."""
    found = names.get(slug(text))
    if found is None and otherwise is not None:
        found = names[otherwise]
    return str(found) if found is not None else text


def verdict_number(verdict: str) -> int:
    """Place of a verdict on the scale, 1 to 5. What we do not know is "not enough known", never better."""
    order = [name for name, _word in VERDICTS]
    known = slug(verdict)
    if known.isdigit() and 1 <= int(known) <= len(order):
        return int(known)
    return order.index(known) + 1 if known in order else 3
