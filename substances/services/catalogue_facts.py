"""Writes the facts of the substances' starter catalogue: one method for each kind of fact."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from substances.importers.grounds import rule_of_ground
from substances.models import (
    ChemicalList,
    ConcernFlag,
    Fingerprint,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Structure,
)
from substances.moving_claims import NAME
from substances.services.catalogue_changes import STARTER_CHECKED, Changes, reconcile
from substances.services.catalogue_files import Line
from substances.services.catalogue_group_facts import GroupWriter
from substances.services.catalogue_health import HEALTH_COLUMNS, write_health
from substances.services.catalogue_read import CatalogueFiles
from substances.services.catalogue_structures import Measured
from substances.services.claims import rejected
from substances.services.folding import fold
from substances.vocabulary import Authority, Concern, How, ListEffect, NameKind, Strength, StructureTrust

# Flags by people come through review, models speak for themselves; a catalogue states the other three.
_AUTHORITIES = (Authority.HARMONISED, Authority.AUTHORITY_ASSESSMENT, Authority.SCREENING_LIST)
_ABOUT = "substance_id"


class FactWriter:
    """Brings the facts of one catalogue into the database; the methods return what they changed."""

    def __init__(self, files: CatalogueFiles, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> None:
        self.files, self.sources, self.ids = files, sources, ids

    def write(self, measured: Mapping[str, Measured]) -> dict[str, Changes]:
        """Everything, in the order the references need; who belongs to groups by rule is evaluated later.

        Args:
            measured: structures as read, by slug of the substance.
        """
        return {
            "identifiers": self._identifiers(),
            "names": self._names(),
            "structures": self._structures(measured),
            "fingerprints": self._fingerprints(measured),
            "classifications": self._classifications(),
            "flags": self._flags(),
            "lists": self._lists(),
            "memberships": self._memberships(),
            **GroupWriter(self.files, self.sources, self.ids).write(),
            **write_health({name: getattr(self.files, name) for name in HEALTH_COLUMNS}, self.sources, self.ids),
        }

    def _fact(self, line: Line) -> dict[str, Any]:
        return {
            "substance_id": self.ids[line.text("substance")],
            "source_id": self.sources[line.text("source")],
            "checked": line.text("checked"),
            "locator": line.optional("locator"),
        }

    def _identifiers(self) -> Changes:
        wanted = [
            Identifier(**self._fact(line), scheme=line.text("scheme"), value=line.text("value"))
            for line in self.files.identifiers
        ]
        wrong = rejected()
        wanted = [row for row in wanted if (row.substance_id, row.scheme, row.value) not in wrong]
        key = (_ABOUT, "scheme", "value", "source_id")
        return reconcile(wanted, among=Identifier.objects.all(), key=key, about=_ABOUT)

    def _names(self) -> Changes:
        wanted = [
            Name(
                **self._fact(line),
                language=line.text("language", longest=8),
                text=line.text("name", longest=1000),
                kind=line.choice("kind", NameKind, default=NameKind.SYNONYM),
            )
            for line in self.files.names
        ]
        wrong = rejected()
        wanted = [row for row in wanted if (row.substance_id, NAME, fold(row.text)) not in wrong]
        key = (_ABOUT, "language", "text", "source_id")
        return reconcile(wanted, among=Name.objects.all(), key=key, about=_ABOUT)

    def _structures(self, measured: Mapping[str, Measured]) -> Changes:
        ids = [self.ids[line.text("substance")] for line in self.files.structures]
        # What people chose comes before a lookup, whichever was there first.
        looked_up = Structure.objects.filter(is_current=True, source__kind=StructureTrust.LOOKUP)
        looked_up.filter(substance__in=ids).update(is_current=False)
        taken = Structure.objects.filter(is_current=True).exclude(checked__in=STARTER_CHECKED)
        others_first = set(taken.values_list("substance_id", flat=True))
        wanted = []
        for line in self.files.structures:
            found = measured[line.text("substance")]
            fact = self._fact(line)
            wanted.append(
                Structure(
                    **fact,
                    as_reported=line.text("smiles"),
                    smiles=found.smiles,
                    inchi=found.inchi,
                    inchikey=found.inchikey,
                    formula=found.formula,
                    mass_g_per_mol=found.mass_g_per_mol,
                    parent_smiles=found.parent_smiles,
                    parent_inchikey=found.parent_inchikey,
                    parent_reason=found.parent_reason,
                    issues=found.issues,
                    svg=found.svg,
                    molfile_deflated=found.molfile_deflated,
                    standardiser=found.standardiser,
                    is_current=fact["substance_id"] not in others_first,
                    note=line.optional("note"),
                )
            )
        return reconcile(wanted, among=Structure.objects.all(), key=(_ABOUT, "source_id"), about=_ABOUT)

    def _fingerprints(self, measured: Mapping[str, Measured]) -> Changes:
        rows = Structure.objects.filter(checked__in=STARTER_CHECKED).values_list("substance_id", "pk")
        structures = dict(rows)
        wanted = []
        for slug, found in measured.items():
            structure = structures.get(self.ids[slug])
            if structure is not None:
                for of_parent, prints in ((False, found.fingerprints), (True, found.parent_fingerprints)):
                    wanted += [
                        Fingerprint(structure_id=structure, key=key, bits=bits, of_parent=of_parent)
                        for key, bits in prints.items()
                    ]
        among = Fingerprint.objects.filter(structure__checked__in=STARTER_CHECKED)
        return reconcile(wanted, among=among, key=("structure_id", "key", "of_parent"))

    def _classifications(self) -> Changes:
        wanted = [
            HazardClassification(
                **self._fact(line),
                hazard_class=line.text("hazard_class", longest=60),
                hazard_statement=line.optional("hazard_statement"),
                as_printed=line.text("as_printed", longest=120),
                valid_from=line.day("valid_from"),
                valid_until=line.day("valid_until"),
            )
            for line in self.files.classifications
        ]
        key = (_ABOUT, "source_id", "as_printed", "valid_from")
        return reconcile(wanted, among=HazardClassification.objects.filter(release=None), key=key, about=_ABOUT)

    def _flags(self) -> Changes:
        wanted = []
        rows = self.files.memberships
        pops = {line.text("substance"): line.optional("reason") for line in rows if line.text("list") == "eu-pops"}
        for line in self.files.flags:
            if line.choice("authority", Authority) not in _AUTHORITIES:
                raise line.error("authority", f"is not one of {', '.join(_AUTHORITIES)}")
            concern, ground = line.choice("concern", Concern), line.text("legal_basis", longest=300)
            wanted.append(
                ConcernFlag(
                    **self._fact(line),
                    concern=concern,
                    strength=line.choice("strength", Strength, default=""),
                    authority=line.text("authority"),
                    legal_basis=ground,
                    rule=rule_of_ground(concern, ground, reason=pops.get(line.text("substance"), "")),
                    since=line.day("since"),
                    until=line.day("until"),
                )
            )
        key = (_ABOUT, "concern", "authority", "legal_basis", "source_id", "since", "strength")
        return reconcile(wanted, among=ConcernFlag.objects.filter(proposal=None, release=None), key=key, about=_ABOUT)

    def _lists(self) -> Changes:
        wanted = [
            ChemicalList(
                slug=line.slug("slug"),
                name=line.text("name", longest=200),
                publisher=line.text("publisher", longest=200),
                jurisdiction=line.optional("jurisdiction"),
                effect=line.choice("effect", ListEffect),
                legal_basis=line.optional("legal_basis"),
                url=line.optional("url"),
                source_id=self.sources[line.text("source")],
            )
            for line in self.files.lists
        ]
        leave = ("current_release_id",)
        return reconcile(wanted, among=ChemicalList.objects.all(), key=("slug",), leave=leave, remove=False)

    def _memberships(self) -> Changes:
        lists = dict(ChemicalList.objects.values_list("slug", "pk"))
        wanted = []
        for line in self.files.memberships:
            if line.choice("how", How) == How.INFERRED:
                raise line.error("how", "a list names a substance by_name or as_member")
            wanted.append(
                ListMembership(
                    **self._fact(line),
                    chemical_list_id=lists[line.text("list")],
                    how=line.text("how"),
                    reason=line.optional("reason"),
                    valid_from=line.day("entry_date"),
                    valid_until=line.day("until"),
                )
            )
        key = ("chemical_list_id", _ABOUT, "reason", "valid_from")
        return reconcile(wanted, among=ListMembership.objects.filter(release=None), key=key, about=_ABOUT)
