"""The questions asked of substances, lists and searches, as adjectives and clauses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User
    from substances.models import ChemicalList, ConcernFlag, ListMembership, StructureSearch, Substance

    _SubstanceBase = models.QuerySet[Substance]
    _MembershipBase = models.QuerySet[ListMembership]
    _SearchBase = models.QuerySet[StructureSearch]
    _FlagBase = models.QuerySet[ConcernFlag]
    _ListBase = models.QuerySet[ChemicalList]
else:
    _SubstanceBase = _MembershipBase = _SearchBase = _FlagBase = _ListBase = models.QuerySet


def holds_on(day: dt.date, *, start: str, end: str) -> Q:
    """The half-open interval [start, end) contains `day`; an unknown bound does not exclude."""
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day})
    )


class SubstanceQuerySet(_SubstanceBase):
    """Substances."""

    def living(self) -> Self:
        """Those not merged into another."""
        return self.filter(merged_into__isnull=True)

    def flagged(self, day: dt.date | None = None) -> Self:
        """Those that carry a concern flag of any authority on `day` (today, if none is given)."""
        flags: Any = self.model._meta.get_field("flags").related_model
        standing = flags.objects.standing(day).filter(substance=OuterRef("pk"))
        return self.filter(Exists(standing))

    def with_what_a_row_shows(self) -> Self:
        """With identifiers, flags standing today, groups and the structure shown first, in a fixed number of queries."""
        flags: Any = self.model._meta.get_field("flags").related_model
        structures: Any = self.model._meta.get_field("structures").related_model
        return self.prefetch_related(
            "identifiers__source",
            Prefetch("flags", queryset=flags.objects.standing().select_related("source")),
            "group_memberships__group",
            Prefetch("structures", queryset=structures.objects.filter(is_current=True), to_attr="current_structures"),
        )

    def listed_on(self, day: dt.date, *, slug: str | None = None) -> Self:
        """Substances with an entry valid on `day`, by each list's newest release: of the list `slug`, or of any."""
        memberships: Any = self.model._meta.get_field("list_memberships").related_model
        rows = memberships.objects.in_force().on(day).filter(substance=OuterRef("pk"))
        return self.filter(Exists(rows.filter(chemical_list__slug=slug) if slug else rows))


class MembershipQuerySet(_MembershipBase):
    """Statements that a list names a substance."""

    def in_force(self) -> Self:
        """Those of each list's current release; of lists never imported, the starter catalogue's claims."""
        return self.filter(
            Q(release=F("chemical_list__current_release"))
            | Q(release__isnull=True, chemical_list__current_release__isnull=True)
        )

    def on(self, day: dt.date) -> Self:
        """Those valid on `day`."""
        return self.filter(holds_on(day, start="valid_from", end="valid_until"))


class SearchQuerySet(_SearchBase):
    """Structure searches."""

    def visible_to(self, user: User | AnonymousUser, *, session_key: str | None, access_sha256: str = "") -> Self:
        """A person's own searches, those of this session, and the one this access token was given for."""
        visible = Q(pk__in=[])
        if user.is_authenticated:
            visible |= Q(owner=user)
        if session_key:
            visible |= Q(session_key=session_key)
        if access_sha256:
            visible |= Q(access_sha256=access_sha256)
        return self.filter(visible)


class FlagQuerySet(_FlagBase):
    """Concern flags."""

    def standing(self, day: dt.date | None = None) -> Self:
        """Those that hold on `day` (today, if none is given)."""
        return self.filter(holds_on(day or timezone.localdate(), start="since", end="until"))


class ListQuerySet(_ListBase):
    """Lists."""

    def with_counts(self, day: dt.date | None = None) -> Self:
        """With `substances_count`: how many substances each names on `day` (today, if none is given)."""
        memberships: Any = self.model._meta.get_field("memberships").related_model
        named = memberships.objects.in_force().on(day or timezone.localdate()).filter(chemical_list=OuterRef("pk"))
        counted = named.order_by().values("chemical_list").annotate(n=Count("substance", distinct=True)).values("n")
        return self.annotate(substances_count=Coalesce(Subquery(counted, output_field=models.IntegerField()), 0))
