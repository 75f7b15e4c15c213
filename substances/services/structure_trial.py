"""What a file of structures would change, told before anything is written: new, agreeing, disputed.

The rules are those of `structure_claims`; here they are only asked.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from substances.chemistry.skeleton import skeleton_of
from substances.models import Source, Structure
from substances.services.structure_claims import Claim
from substances.vocabulary import StructureTrust

#: What a claim would be to what other sources say of its substance.
NEW, AGREES, DISPUTES, NOT_COMPARED = "new", "agrees", "disputes", "not_compared"
RELATIONS = (NEW, AGREES, DISPUTES, NOT_COMPARED)
#: So many are told of each kind; all are counted.
MOST_TOLD = 200


@dataclasses.dataclass(slots=True)
class Trial:
    """What publishing would do, by substances that get a claim which is not there yet.

    Attributes:
        new: no source gives the substance a structure; this one would be shown.
        agrees: the same skeleton as every other source's.
        disputes: another skeleton than some other source's: the structure would be disputed.
        not_compared: there is no InChIKey on the one side or the other.
        shown: of all these, would be shown from now on.
        told: at most `MOST_TOLD` of each kind, in the order of the file: `{relation, line, substance, name, place,
            smiles, inchikey, shown, others[{smiles, inchikey, source}]}`.
    """

    new: int = 0
    agrees: int = 0
    disputes: int = 0
    not_compared: int = 0
    shown: int = 0
    told: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A structure that a substance has."""

    smiles: str
    inchikey: str
    as_reported: str
    standardiser: str
    source: int
    source_title: str
    source_kind: str
    is_current: bool


@dataclasses.dataclass(slots=True)
class Judged:
    """What would become of the claims of a batch; see `structure_claims.Written`."""

    added: int = 0
    renewed: int = 0
    kept: int = 0
    otherwise: dict[int, str] = dataclasses.field(default_factory=dict)


class Trying:
    """Judges claims in the order of their file, remembering what it said itself."""

    def __init__(self, source: Source) -> None:
        self.source, self.trial = source, Trial()
        self.said: dict[UUID, Given] = {}
        self.kinds: Counter[str] = Counter()

    def take(self, claims: Iterable[Claim], names: Mapping[UUID, str]) -> Judged:
        """What would become of these claims, in one query."""
        claims, judged = list(claims), Judged()
        given = _given({claim.substance for claim in claims})
        for claim in claims:
            there = given.get(claim.substance, [])
            own = self.said.get(claim.substance) or next((one for one in there if one.source == self.source.pk), None)
            if own is None:
                judged.added += 1
                self._tell(claim, there, names[claim.substance])
            elif _differs(own, claim):
                judged.otherwise[claim.line] = own.smiles
            elif own.standardiser != claim.measured.standardiser:
                judged.renewed += 1
            else:
                judged.kept += 1
        return judged

    def _tell(self, claim: Claim, others: list[Given], name: str) -> None:
        read = claim.measured
        relation, shown = relation_of(read.inchikey, [one.inchikey for one in others]), self._is_shown(others)
        self.said[claim.substance] = Given(
            *(read.smiles, read.inchikey, claim.as_reported, read.standardiser, self.source.pk or 0),
            *(self.source.title, self.source.kind, shown),
        )
        setattr(self.trial, relation, getattr(self.trial, relation) + 1)
        self.trial.shown += shown
        self.kinds[relation] += 1
        if self.kinds[relation] <= MOST_TOLD:
            said = [{"smiles": one.smiles, "inchikey": one.inchikey, "source": one.source_title} for one in others]
            about = {"substance": str(claim.substance), "name": name, "place": claim.locator}
            structure = {"smiles": read.smiles, "inchikey": read.inchikey, "shown": shown}
            self.trial.told.append({"relation": relation, "line": claim.line, **about, **structure, "others": said})

    def _is_shown(self, others: list[Given]) -> bool:
        shown = next((one for one in others if one.is_current), None)
        chosen = self.source.kind == StructureTrust.CURATED
        return shown is None or (chosen and shown.source_kind == StructureTrust.LOOKUP)


def relation_of(inchikey: str, others: Iterable[str]) -> str:
    """What a structure is to those of other sources, by skeleton; each by its InChIKey, "" where it has none."""
    keys = list(others)
    if not keys:
        return NEW
    skeletons = {skeleton_of(key) for key in keys if key}
    if inchikey and skeletons - {skeleton_of(inchikey)}:
        return DISPUTES
    return AGREES if inchikey and all(keys) else NOT_COMPARED


def _differs(own: Given, claim: Claim) -> bool:
    read = claim.measured
    return (own.smiles, own.inchikey) != (read.smiles, read.inchikey) and own.as_reported != claim.as_reported


def _given(substances: Iterable[UUID]) -> dict[UUID, list[Given]]:
    found: dict[UUID, list[Given]] = {}
    columns = ("smiles", "inchikey", "as_reported", "standardiser", "source_id", "source__title", "source__kind")
    rows = Structure.objects.filter(substance__in=substances).order_by("-is_current", "pk")
    for pk, *values in rows.values_list("substance_id", *columns, "is_current"):
        found.setdefault(pk, []).append(Given(*values))
    return found
