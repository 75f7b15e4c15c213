"""Words and letters of the look: what a slug is called on a page, and which tile or step stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word: TypeAlias = "str | Promise"

#: Rooms of the main navigation: the address's name and what it is called.
ROOMS: list[tuple[str, Word]] = [
    ("web:substances", _("Substances")),
    ("web:alternatives", _("Alternatives")),
    ("web:structure-search", _("Structure search")),
    ("web:companies", _("Companies")),
    ("web:method", _("Method")),
]

#: Beginnings of concern slugs and their tiles; the first that fits counts.
CONCERN_TILES: list[tuple[str, str]] = [
    ("carcinogen", "C"),
    ("mutagen", "M"),
    ("toxic_to_reproduction", "R"),
    ("toxic_for_reproduction", "R"),
    ("repr", "R"),
    ("endocrine", "ED"),
    ("ed_", "ED"),
    ("extremely_persistent", "vP"),
    ("persistent", "PBT"),
    ("pbt", "PBT"),
    ("vpvb", "PBT"),
    ("pmt", "PMT"),
    ("vpvm", "PMT"),
    ("resp", "RS"),
    ("skin", "SS"),
    ("specific", "STOT"),
    ("organ", "STOT"),
    ("stot", "STOT"),
    ("ozone", "O3"),
    ("equivalent", "EC"),
]

#: Level of authority: steps of the ladder and its name, the firmest first.
AUTHORITY_LEVELS: dict[str, int] = {
    "harmonised": 5,
    "authority_assessment": 4,
    "screening_list": 3,
    "ngo_reviewed": 2,
    "ngo_proposed": 1,
    "model": 0,
}
AUTHORITIES: dict[str, Word] = {
    "harmonised": _("Harmonised in law"),
    "authority_assessment": _("Authority assessment"),
    "screening_list": _("Screening list"),
    "ngo_reviewed": _("NGO flag, reviewed"),
    "ngo_proposed": _("NGO flag, proposed"),
    "model": _("Model"),
}

HOW_CLASSES: dict[str, str] = {
    "by_name": "name",
    "as_member": "member",
    "inferred": "rule",
    "by_rule": "rule",
    "none": "none",
}
HOW: dict[str, Word] = {
    "by_name": _("Listed by name"),
    "as_member": _("Listed as a member"),
    "inferred": _("Inferred by structure rule"),
    "by_rule": _("Inferred by structure rule"),
    "none": _("Not listed"),
}

SCHEMES: dict[str, str] = {
    "cas": "CAS",
    "cas_rn": "CAS",
    "ec": "EC",
    "ec_number": "EC",
    "index": "CLP index",
    "clp_index": "CLP index",
    "inchikey": "InChIKey",
    "inchi": "InChI",
    "smiles": "SMILES",
    "dtxsid": "DTXSID",
    "cid": "PubChem CID",
    "un": "UN",
    "lei": "LEI",
    "isin": "ISIN",
}

CHECKED: dict[str, Word] = {
    "file": _("checked against the publisher’s file"),
    "text": _("read in the text"),
    "recalled": _("recalled, not yet checked"),
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
    for beginning, letters in CONCERN_TILES:
        if known.startswith(beginning) or known == beginning.rstrip("_"):
            return letters
    return known[:2].upper()


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
