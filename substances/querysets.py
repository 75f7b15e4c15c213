"""The questions asked of substances, lists and searches, as adjectives and clauses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from substances.chemistry.skeleton import SKELETON_LENGTH

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User
    from substances.models import (  # noqa: F401  # named in the strings below
        ChemicalList,
        ConcernFlag,
        ListMembership,
        Structure,
        StructureSearch,
        Substance,
    )


def holds_on(day: dt.date, *, start: str, end: str) -> Q:
    """The half-open interval [start, end) contains `day`; an unknown bound does not exclude."""
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day})
    )


class _OfAList(models.QuerySet[Any]):
    """Facts that a list may have stated: they hold while their release answers for it."""

    def in_force(self) -> Self:
        """Facts of releases that answer for their list, and facts of no release.

        Of the latter, what a starter's copy of a list says holds until the list itself has been imported.
        """
        return self.filter(
            Q(release__in=_current_releases())
            | Q(release__isnull=True) & ~Q(source__in=_superseded_sources(self.model))
        )


def _current_releases() -> Any:
    return (
        apps.get_model("substances", "ChemicalList")
        .objects.filter(current_release__isnull=False)
        .order_by()
        .values("current_release")
    )


def _superseded_sources(model: type[models.Model]) -> Any:
    sources: Any = model._meta.get_field("source").related_model
    lists = apps.get_model("substances", "ChemicalList").objects.filter(current_release__isnull=False).order_by()
    return sources.objects.filter(copy_of_list__in=lists.values("slug")).order_by().values("pk")


class SubstanceQuerySet(models.QuerySet["Substance"]):
    """Substances."""

    def living(self) -> Self:
        """Those not merged into another, and not of an import still to be published."""
        return self.filter(merged_into__isnull=True).seen()

    def seen(self) -> Self:
        """Those not of an import still to be published; merged ones too."""
        return self.filter(staged_by__isnull=True)

    def flagged(self, day: dt.date | None = None) -> Self:
        """Those that carry a concern flag of any authority on `day` (today, if none is given)."""
        standing = self._related("flags").objects.standing(day).filter(substance=OuterRef("pk"))
        return self.filter(Exists(standing))

    def with_disputed_structure(self) -> Self:
        """Those to whom sources give structures with different skeletons; see `Substance.structure_disputed`."""
        structures = self._related("structures").objects.exclude(inchikey="").order_by()
        counted = structures.values("substance").annotate(n=Count(_SKELETON, distinct=True))
        return self.filter(pk__in=counted.filter(n__gt=1).values("substance"))

    def with_what_a_row_shows(self) -> Self:
        """With identifiers, flags standing today, groups and the structure shown first, in four queries."""
        identifiers, flags, groups, structures = (
            self._related(name).objects.all() for name in ("identifiers", "flags", "group_memberships", "structures")
        )
        told = structures.told().select_related("source")
        return self.prefetch_related(
            Prefetch("identifiers", queryset=identifiers.select_related("source")),
            Prefetch("flags", queryset=flags.standing().select_related("source")),
            Prefetch("group_memberships", queryset=groups.select_related("group")),
            Prefetch("structures", queryset=told, to_attr="told_structures"),
        )

    def with_what_a_hit_shows(self) -> Self:
        """With identifiers, flags standing today and the structure shown first, without sources: three queries."""
        identifiers, flags, structures = (
            self._related(name).objects.all() for name in ("identifiers", "flags", "structures")
        )
        return self.prefetch_related(
            Prefetch("identifiers", queryset=identifiers),
            Prefetch("flags", queryset=flags.standing()),
            Prefetch("structures", queryset=structures.told(), to_attr="told_structures"),
        )

    def _related(self, name: str) -> Any:
        """The model behind a relation: models import querysets, not the other way."""
        return self.model._meta.get_field(name).related_model

    def listed_on(self, day: dt.date, *, slug: str | None = None) -> Self:
        """Substances with an entry valid on `day`, by each list's newest release: of the list `slug`, or of any."""
        rows = self._related("list_memberships").objects.in_force().on(day).filter(substance=OuterRef("pk"))
        return self.filter(Exists(rows.filter(chemical_list__slug=slug) if slug else rows))


_SKELETON = Left("inchikey", SKELETON_LENGTH)


class StructureQuerySet(models.QuerySet["Structure"]):
    """Structures that sources give substances."""

    def told(self) -> Self:
        """The structure shown first of each substance and those with another skeleton, the one shown first in front."""
        shown = self.model._default_manager.filter(substance=OuterRef("substance"), is_current=True)
        alike = shown.annotate(skeleton_shown=_SKELETON).filter(
            skeleton_shown=Left(OuterRef("inchikey"), SKELETON_LENGTH)
        )
        return self.filter(Q(is_current=True) | ~Q(inchikey="") & ~Exists(alike)).order_by("-is_current", "pk")


class MembershipQuerySet(models.QuerySet["ListMembership"]):
    """Statements that a list names a substance."""

    def in_force(self) -> Self:
        """Those of each list's current release; of lists never imported, the starter catalogue's claims."""
        return self.filter(
            Q(release=F("chemical_list__current_release"))
            | Q(release__isnull=True, chemical_list__current_release__isnull=True)
        )

    def known_on(self, day: dt.date) -> Self:
        """Those of the release that was the newest of its list on `day`; lists without one by then say nothing."""
        releases = apps.get_model("substances", "Release").objects.filter(state="published", published_on__lte=day)
        newest: dict[int, Any] = {}
        for chemical_list, pk in releases.order_by("published_on", "released_at").values_list("chemical_list", "pk"):
            newest[chemical_list] = pk
        return self.filter(release__in=newest.values())

    def on(self, day: dt.date) -> Self:
        """Those valid on `day`."""
        return self.filter(holds_on(day, start="valid_from", end="valid_until"))


class SearchQuerySet(models.QuerySet["StructureSearch"]):
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


class FlagQuerySet(_OfAList):
    """Concern flags."""

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().filter(holds_on(day or timezone.localdate(), start="since", end="until"))


class ClassificationQuerySet(_OfAList):
    """Hazard classifications."""

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().filter(holds_on(day or timezone.localdate(), start="valid_from", end="valid_until"))


class HealthQuerySet(_OfAList):
    """Facts of exposure and health, and limits."""

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().filter(holds_on(day or timezone.localdate(), start="since", end="until"))

    def known_on(self, day: dt.date) -> Self:
        """Those of each list's release that was the newest on `day`, and those of no list recorded by then."""
        releases = apps.get_model("substances", "Release").objects.filter(state="published", published_on__lte=day)
        pairs = releases.order_by("published_on", "released_at").values_list("chemical_list", "pk")
        return self.filter(
            Q(release__in=list(dict(pairs).values())) | Q(release__isnull=True, recorded_at__date__lte=day)
        )


class ListQuerySet(models.QuerySet["ChemicalList"]):
    """Lists."""

    def with_counts(self, day: dt.date | None = None) -> Self:
        """With `substances_count`: how many substances each names on `day` (today, if none is given)."""
        memberships: Any = self.model._meta.get_field("memberships").related_model
        named = memberships.objects.in_force().on(day or timezone.localdate()).filter(chemical_list=OuterRef("pk"))
        counted = named.order_by().values("chemical_list").annotate(n=Count("substance", distinct=True)).values("n")
        return self.annotate(substances_count=Coalesce(Subquery(counted, output_field=models.IntegerField()), 0))
