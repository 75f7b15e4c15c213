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
    from substances.clocks import Clocks
    from substances.models import (  # noqa: F401  # named in the strings below
        ChemicalList,
        ConcernFlag,
        Source,
        Structure,
        StructureSearch,
        Substance,
    )


def holds_on(day: dt.date, *, start: str, end: str) -> Q:
    """The half-open interval [start, end) contains `day`; an unknown bound does not exclude."""
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day})
    )


def newest_releases(day: dt.date) -> Any:
    """The release of each list that was its newest on `day`; lists without one by then have none."""
    releases = apps.get_model("substances", "Release").objects.filter(state="published", published_on__lte=day)
    newest = releases.filter(chemical_list=OuterRef("pk")).order_by("-published_on", "-released_at").values("pk")[:1]
    lists = apps.get_model("substances", "ChemicalList").objects.order_by()
    return lists.annotate(newest=Subquery(newest)).filter(newest__isnull=False).values("newest")


class _Dated(models.QuerySet[Any]):
    """Facts that hold from a day until another; many are stated by a release of a list."""

    start, end = "valid_from", "valid_until"

    def on(self, day: dt.date) -> Self:
        """Those valid on `day`; an unknown bound does not exclude."""
        return self.filter(holds_on(day, start=self.start, end=self.end))

    def at(self, clocks: Clocks) -> Self:
        """Those that hold on `as_of`, of the releases that were the newest on `known_on` (of today's, without it).

        A fact without a day is known to hold since the release that states it, not before.
        """
        known: Self = self.in_force() if clocks.known_on is None else self.known_on(clocks.known_on)
        held = known.on(clocks.as_of)
        if clocks.is_now:
            return held
        return held.filter(Q(**{f"{self.start}__isnull": False}) | Q(release__published_on__lte=clocks.as_of))

    def in_force(self) -> Self:
        """Those that answer today."""
        raise NotImplementedError

    def known_on(self, day: dt.date) -> Self:
        """Those known on `day`."""
        raise NotImplementedError


def is_living(path: str = "", *, known_on: dt.date | None = None) -> Q:
    """Substances that are neither merged nor split, nor of an import still to be published.

    Args:
        path: to the substance, such as `substance__`; empty for substances themselves.
        known_on: as was known on that day: what was split later was one then. What was merged is told as its heir's.
    """
    living = Q(**{f"{path}{field}__isnull": True for field in ("merged_into", "staged_by")})
    is_one = Q(**{f"{path}split_at__isnull": True})
    if known_on is not None:
        day_after = timezone.make_aware(dt.datetime.combine(known_on + dt.timedelta(days=1), dt.time.min))
        is_one |= Q(**{f"{path}split_at__gte": day_after})
    return living & is_one


class _OfAList(_Dated):
    """Facts that a list may have stated: they hold while their release answers for it."""

    def known_on(self, day: dt.date) -> Self:
        """Those of the release that was the newest of its list on `day`, and of no release what was out by then.

        Of the latter: what people proposed here by its own day, the rest by the day or year of its source. What a
        starter's copy of a list says is no release: it is known of no day.
        """
        elsewhere = (
            Q(proposal__isnull=False, **{f"{self.start}__lte": day})
            if any(field.name == "proposal" for field in self.model._meta.fields)
            else Q(pk__in=[])
        )
        out = Q(source__published_on__lte=day) | Q(source__published_on__isnull=True, source__year__lt=day.year)
        return self.filter(
            Q(release__in=newest_releases(day))
            | Q(release__isnull=True) & (elsewhere | Q(source__copy_of_list="") & out)
        )

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
        """Those neither merged into another nor split, and not of an import still to be published."""
        return self.filter(is_living())

    def seen(self) -> Self:
        """Those not of an import still to be published; merged and split ones too."""
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

    def with_what_a_row_shows(self, clocks: Clocks | None = None) -> Self:
        """With identifiers, flags standing today (or by the clocks), groups, the structure shown first: 4 queries."""
        identifiers, flags, groups, structures = (
            self._related(name).objects.all() for name in ("identifiers", "flags", "group_memberships", "structures")
        )
        told = structures.told().select_related("source")
        return self.prefetch_related(
            Prefetch("identifiers", queryset=identifiers.select_related("source")),
            Prefetch("flags", queryset=(flags.at(clocks) if clocks else flags.standing()).with_row()),
            Prefetch("group_memberships", queryset=groups.select_related("group", "source")),
            Prefetch("structures", queryset=told, to_attr="told_structures"),
        )

    def _related(self, name: str) -> Any:
        """The model behind a relation: models import querysets, not the other way."""
        return self.model._meta.get_field(name).related_model


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


class MembershipQuerySet(_Dated):
    """Statements that a list names a substance."""

    def in_force(self) -> Self:
        """Those of each list's current release; of lists never imported, the starter catalogue's claims."""
        return self.filter(
            Q(release=F("chemical_list__current_release"))
            | Q(release__isnull=True, chemical_list__current_release__isnull=True)
        )

    def known_on(self, day: dt.date) -> Self:
        """Those of the release that was the newest of its list on `day`; lists without one by then say nothing."""
        return self.filter(release__in=newest_releases(day))

    def of_living(self, clocks: Clocks | None = None) -> Self:
        """Those of substances neither merged nor split, as was known by the clocks (today, without).

        What stayed with such a substance is history: true of nobody today. To leave out the few that live no more costs
        half of looking for each of all (27,000 substances, SQLite).
        """
        living = is_living(known_on=clocks.known_on if clocks else None)
        gone = apps.get_model("substances", "Substance").objects.exclude(living)
        return self.exclude(substance__in=gone.order_by().values("pk"))


class SearchQuerySet(models.QuerySet["StructureSearch"]):
    """Structure searches."""

    def singly(self) -> Self:
        """Those about one structure; batches have pages of their own."""
        return self.exclude(kind="batch")

    def visible_to(self, user: User | AnonymousUser, *, session_key: str | None, access_sha256: str = "") -> Self:
        """As `owned_by`, and what was shared with an organisation the person is a member of."""
        own = _owned_by(user, session_key, access_sha256)
        if user.is_authenticated:
            own |= Q(organisation__in=user.memberships.order_by().values("organisation"))
        return self.filter(own)

    def owned_by(self, user: User | AnonymousUser, *, session_key: str | None, access_sha256: str = "") -> Self:
        """A person's own searches, those of this session, and the one this access token was given for."""
        return self.filter(_owned_by(user, session_key, access_sha256))

    def linked_by(self, link_sha256: str) -> Self:
        """The one that this permanent link opens; of every link but one of these, none."""
        return self.filter(link_sha256=link_sha256) if link_sha256 else self.none()


def _owned_by(user: User | AnonymousUser, session_key: str | None, access_sha256: str) -> Q:
    visible = Q(pk__in=[])
    if user.is_authenticated:
        visible |= Q(owner=user)
    if session_key:
        visible |= Q(session_key=session_key)
    if access_sha256:
        visible |= Q(access_sha256=access_sha256)
    return visible


class UploadQuerySet(models.QuerySet[Any]):
    """Files that curators sent: of lists, of structures."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A curator's own."""
        return self.filter(uploaded_by=user) if user.is_authenticated and user.is_curator else self.none()

    def with_file(self) -> Self:
        """With `has_file`: whether the file is still there."""
        pieces: Any = self.model._meta.get_field("chunks").related_model
        return self.annotate(has_file=Exists(pieces.objects.filter(upload=OuterRef("pk"))))


class FlagQuerySet(_OfAList):
    """Concern flags."""

    start, end = "since", "until"

    def with_row(self) -> Self:
        """With source, and the list, release and row that state it, in the same query; wide columns are left out."""
        wide = ("entry__reported", "entry__facts", "release__problems", "release__learned", "release__waits_for")
        return self.select_related("source", "release__chemical_list", "entry").defer(*wide)

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().on(day or timezone.localdate())


class ClassificationQuerySet(_OfAList):
    """Hazard classifications."""

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().on(day or timezone.localdate())


class HealthQuerySet(_OfAList):
    """Facts of exposure and health, and limits."""

    start, end = "since", "until"

    def standing(self, day: dt.date | None = None) -> Self:
        """Those in force that hold on `day` (today, if none is given)."""
        return self.in_force().on(day or timezone.localdate())


class SourceQuerySet(models.QuerySet["Source"]):
    """Documents and registers that facts rest on."""

    def seen(self) -> Self:
        """All but those of lists that nobody sees yet."""
        lists: Any = apps.get_model("substances", "ChemicalList")
        return self.exclude(pk__in=lists.with_staged.unseen().order_by().values("source"))


# A list of somebody's own whose first release is not out.
_UNSEEN = Q(is_own=True, current_release__isnull=True)


class ListQuerySet(models.QuerySet["ChemicalList"]):
    """Lists."""

    def unseen(self) -> Self:
        """Those of somebody's own whose first release is not out: nobody else knows of them."""
        return self.filter(_UNSEEN)

    def with_counts(self, day: dt.date | None = None) -> Self:
        """With `substances_count`: how many substances each names on `day` (today, if none is given)."""
        memberships: Any = self.model._meta.get_field("memberships").related_model
        today = memberships.objects.in_force().of_living().on(day or timezone.localdate())
        named = today.filter(chemical_list=OuterRef("pk"))
        counted = named.order_by().values("chemical_list").annotate(n=Count("substance", distinct=True)).values("n")
        return self.annotate(substances_count=Coalesce(Subquery(counted, output_field=models.IntegerField()), 0))


class SeenLists(models.Manager["ChemicalList"]):
    """Lists as people know them: no question forgets to leave out those that are being tried."""

    def get_queryset(self) -> ListQuerySet:
        """All but the unseen ones."""
        return ListQuerySet(self.model, using=self._db).exclude(_UNSEEN)

    def with_counts(self, day: dt.date | None = None) -> ListQuerySet:
        """As of the queryset."""
        return self.get_queryset().with_counts(day)
