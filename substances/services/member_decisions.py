"""What curators decided about rows that named nobody for sure, for the next release of the same list to take over."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from substances.importers.base import Classified, StatedConcern
from substances.models import ConcernFlag, Entry, HazardClassification, MemberDecision, Release, Source, Substance
from substances.services.list_resolution import folded
from substances.vocabulary import Checked

BY_CURATOR = "curator"


def key_of(reported: Mapping[str, str]) -> str:
    """The same for the same numbers and name, however blanks and capitals of the name are printed."""
    said = {name: value.strip() for name, value in reported.items() if name != "name" and value.strip()}
    said["name"] = folded(reported.get("name", ""))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class Decided:
    """A decision that stands: whom it names (None: nobody we know), and who decided when."""

    pk: uuid.UUID
    substance: uuid.UUID | None
    by: uuid.UUID
    at: dt.datetime


def standing_decisions(chemical_list: int) -> dict[str, Decided]:
    """Decisions about a list that nobody has revoked, by what is reported; a merged substance is followed."""
    rows = MemberDecision.objects.filter(chemical_list=chemical_list, revoked_at__isnull=True)
    found = {}
    for row in rows.select_related("decision"):
        substance = root_of(row.decision) if row.decision else None
        found[row.key] = Decided(row.pk, substance.pk if substance else None, row.decided_by_id, row.decided_at)
    return found


def root_of(substance: Substance) -> Substance:
    """The substance that stands for it, which may have been merged since."""
    while substance.merged_into is not None:
        substance = substance.merged_into
    return substance


def stated_by(concerns: Iterable[StatedConcern], classes: Iterable[Classified]) -> dict[str, Any]:
    """What a row states of whomever it names, as JSON kept with its open members."""
    return {
        "flags": [dataclasses.asdict(one) for one in concerns],
        "classifications": [dataclasses.asdict(one) for one in classes],
    }


def state(states: Mapping[str, Any], *, entry: Entry, release: Release, substance: Substance, source: Source) -> None:
    """Writes flags and classes as the importer would have; what the release says already is not doubled."""
    locator = f"release of {release.published_on}, line {entry.line}"
    fact: dict[str, Any] = {"source": source, "checked": Checked.IMPORTED, "locator": locator}
    HazardClassification.objects.bulk_create(
        [
            HazardClassification(
                substance=substance,
                release=release,
                entry=entry,
                valid_from=entry.listed_on,
                valid_until=entry.valid_until,
                **one,
                **fact,
            )
            for one in states.get("classifications", ())
        ],
        ignore_conflicts=True,
    )
    ConcernFlag.objects.bulk_create(
        [
            ConcernFlag(
                substance=substance,
                release=release,
                entry=entry,
                since=entry.listed_on,
                until=entry.valid_until,
                **one,
                **fact,
            )
            for one in states.get("flags", ())
        ],
        ignore_conflicts=True,
    )
