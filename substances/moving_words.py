"""What the rows of this room say of a substance, one line each, for those who merge and split."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from substances.models import (
    ConcernFlag,
    ExposureLimit,
    GroupMembership,
    HazardClassification,
    HealthFact,
    Identifier,
    ListMembership,
    Name,
    RejectedClaim,
    ReportedProducer,
    Structure,
)
from substances.reasons import in_words
from substances.vocabulary import IdentifierScheme

_DOT = " · "


def structure(row: Structure) -> str:
    """Which structure, by whom."""
    return _joined(row.inchikey or row.smiles, row.source.title)


def identifier(row: Identifier) -> str:
    """Scheme and number."""
    return f"{row.get_scheme_display()} {row.value}"


def name(row: Name) -> str:
    """The name and its language."""
    return f"{row.text} ({row.language})"


def rejected(row: RejectedClaim) -> str:
    """Which number or name is wrong of it, and who gave it."""
    scheme = dict(IdentifierScheme.choices).get(row.scheme, _("Name"))
    return _joined(f"{scheme} {row.value}", row.source.title)


def membership(row: ListMembership) -> str:
    """Which list, how, why, from when to when."""
    days = _days(row.valid_from, row.valid_until)
    return _joined(row.chemical_list.name, row.get_how_display(), in_words(row.reason), days)


def flag(row: ConcernFlag) -> str:
    """Which concern, how sure, by whose authority, on what ground, and by whom."""
    concern = _joined(row.get_concern_display(), row.get_strength_display())
    return _joined(concern, row.get_authority_display(), row.legal_basis, _by(row), _days(row.since, row.until))


def classification(row: HazardClassification) -> str:
    """The class as printed, and by whom."""
    return _joined(row.as_printed, row.hazard_statement, _by(row), _days(row.valid_from, row.valid_until))


def health(row: HealthFact) -> str:
    """What it does or who meets it, and by whom."""
    said = (row.get_kind_display(), row.get_effect_display(), row.get_organ_display(), row.get_route_display())
    met = (row.get_exposed_display(), row.get_matrix_display(), row.get_strength_display(), row.as_printed)
    return _joined(*said, *met, _by(row))


def limit(row: ExposureLimit) -> str:
    """Which limit, for whom, where, and by whom."""
    said = (row.get_kind_display(), f"{row.value.normalize():f} {row.get_unit_display()}", row.get_averaging_display())
    return _joined(*said, row.jurisdiction, row.get_exposed_display(), row.get_route_display(), row.condition, _by(row))


def group(row: GroupMembership) -> str:
    """Which group, and how."""
    return _joined(row.group.name, row.get_how_display())


def producer(row: ReportedProducer) -> str:
    """Which company, and by whom."""
    return _joined(row.company, row.company_group, _by(row))


def _by(row: Any) -> str:
    """The list whose release says so, else the source."""
    return str(row.release.chemical_list.name if row.release else row.source.title)


def _days(start: dt.date | None, end: dt.date | None) -> str:
    said = start.isoformat() if start else ""
    return _("%(start)s until %(end)s") % {"start": said, "end": end.isoformat()} if end else said


def _joined(*parts: object) -> str:
    return _DOT.join(str(part) for part in parts if part)
