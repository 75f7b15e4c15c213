"""Writes what the substances' starter catalogue says of groups: who they are, who names them, whom they name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

from django.db.models import Exists, OuterRef

from substances.models import (
    ChemicalList,
    GroupAssessment,
    GroupListing,
    GroupMembership,
    Structure,
    SubstanceGroup,
)
from substances.services.catalogue_changes import Changes, reconcile
from substances.services.catalogue_groups import GroupText
from substances.services.catalogue_read import CatalogueFiles
from substances.services.group_versions import forget_rules_of, record_rules
from substances.vocabulary import How


class GroupWriter:
    """Brings the groups of one catalogue into the database. Lists and structures must be there already."""

    def __init__(self, files: CatalogueFiles, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> None:
        self.files, self.sources, self.ids = files, sources, ids
        self.structured = {line.text("substance") for line in files.structures}

    def write(self) -> dict[str, Changes]:
        """Groups, the lists that name them and the members named; rules that changed wait to be evaluated."""
        changes = {"groups": self._groups()}
        named = {group.slug for group in self.files.groups}
        forget_rules_of(SubstanceGroup.objects.exclude(slug__in=named))
        record_rules({group.slug: group.rule for group in self.files.groups})
        stored = {group.slug: group for group in SubstanceGroup.objects.filter(slug__in=named)}
        changes["group listings"] = self._listings(stored)
        changes["group memberships"] = self._memberships(stored)
        for group in stored.values():
            inferred = GroupMembership.objects.filter(group=group, how=How.INFERRED)
            said = {"source": group.source_id, "checked": group.checked}
            inferred.exclude(**said).update(**said)
        return changes

    def _groups(self) -> Changes:
        wanted = [
            SubstanceGroup(
                slug=group.slug,
                name=group.name,
                name_pl=group.name_pl,
                definition=group.definition,
                concern_public_since=group.concern_public_since,
                rule=group.rule,
                source_id=self.sources[group.source],
                checked=group.checked,
                locator=group.locator,
            )
            for group in self.files.groups
        ]
        # A changed rule comes into force when every structure was asked by it, and not before.
        leave = ("rule", "rule_version")
        return reconcile(wanted, among=SubstanceGroup.objects.all(), key=("slug",), leave=leave, remove=False)

    def _listings(self, stored: Mapping[str, SubstanceGroup]) -> Changes:
        lists = dict(ChemicalList.objects.values_list("slug", "pk"))
        wanted = [
            GroupListing(
                group=stored[group.slug],
                chemical_list_id=lists[named.list],
                source_id=self.sources[named.source],
                checked=named.checked,
                locator=named.locator,
                words=named.words,
                differs=named.differs,
            )
            for group in self.files.groups
            for named in group.named_by
        ]
        key = ("group_id", "chemical_list_id", "locator")
        return reconcile(wanted, among=GroupListing.objects.all(), key=key)

    def _memberships(self, stored: Mapping[str, SubstanceGroup]) -> Changes:
        wanted = [row for group in self.files.groups for row in self._named(group, stored[group.slug])]
        inferred = GroupMembership.objects.filter(how=How.INFERRED)
        unfounded = ~Exists(Structure.objects.filter(substance=OuterRef("substance")))
        inferred.filter(unfounded).delete()
        for row in wanted:
            inferred.filter(group=row.group_id, substance=row.substance_id).delete()
        named = GroupMembership.objects.exclude(how=How.INFERRED)
        changes = reconcile(wanted, among=named, key=("group_id", "substance_id"), about="substance_id")
        # Whoever is no longer named may be a member by rule: it is asked again.
        GroupAssessment.objects.filter(substance__in=changes.touched).delete()
        return changes

    def _named(self, group: GroupText, stored: SubstanceGroup) -> Iterator[GroupMembership]:
        """Members an author named that have no structure here to judge by."""
        fact = {"group_id": stored.pk, "source_id": stored.source_id, "checked": group.checked}
        for slug in group.members:
            if slug not in self.structured:
                substance = self.ids[slug]
                yield GroupMembership(**fact, substance_id=substance, how=How.AS_MEMBER, locator=group.locator)
