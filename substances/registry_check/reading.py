"""Gives the checks their rows: batch by batch over all living substances, a constant number of queries a batch."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from portal.common.batches import batches
from substances.chemistry.skeleton import skeleton_of
from substances.models import (
    ChemicalList,
    ConcernFlag,
    Entry,
    GroupAssessment,
    GroupFinding,
    GroupMembership,
    GroupRuleVersion,
    HazardClassification,
    Identifier,
    ListMembership,
    Release,
    SearchTerm,
    Structure,
    Substance,
)
from substances.querysets import is_living
from substances.registry_check import of_claims, of_rows
from substances.registry_check.facts import Claim, Class, Flag, Found, Grouped, Known, Named, Place, World, folded_label
from substances.services.catalogue_read import read_catalogue
from substances.vocabulary import How, IdentifierScheme, ListEffect, NameKind

BATCH = 500
# Lists that print to which groups a row belongs, and under which fact; what others print of the status under REACH.
LABELLING = {"sin-list": "groups"}
STATUS_COLUMN = "REACH status, appears on"
_NAMES = (NameKind.PREFERRED, NameKind.SYNONYM, NameKind.SYSTEMATIC)


def the_world() -> World:
    """What is the same for all substances: five statements, and the catalogue's own non-members."""
    day = timezone.localdate()
    legal = ChemicalList.objects.filter(effect=ListEffect.CLASSIFICATION).values_list("slug", flat=True)
    imported = ChemicalList.objects.filter(current_release__isnull=False).values_list("slug", flat=True)
    labels: dict[str, frozenset[str]] = {}
    for slug, fact in LABELLING.items():
        rows = ListMembership.objects.in_force().filter(chemical_list__slug=slug, entry__isnull=False)
        printed = rows.order_by().values_list(f"entry__facts__{fact}", flat=True)
        labels[slug] = frozenset(folded_label(one) for row in printed.iterator(BATCH) for one in row or ())
    groups = read_catalogue().groups
    non_members = frozenset((group.slug, slug) for group in groups for slug in group.non_members)
    return World(day, frozenset(imported), frozenset(legal), labels, non_members)


def known_in_batches() -> Iterator[list[Known]]:
    """All living substances with their facts, nine statements for each batch."""
    last: UUID | None = None
    while True:
        living = Substance.objects.living().order_by("pk")
        rows = living.filter(pk__gt=last) if last else living
        batch = {pk: Known(pk, name, slug) for pk, name, slug in rows.values_list("pk", "name", "slug")[:BATCH]}
        if not batch:
            return
        _fill(batch)
        yield list(batch.values())
        last = max(batch)


def _fill(batch: Mapping[UUID, Known]) -> None:
    ids = list(batch)
    for pk, flag in _flags(ids):
        batch[pk].flags.append(flag)
    for pk, one in _classes(ids):
        batch[pk].classes.append(one)
    for pk, named in _named(ids):
        batch[pk].named.append(named)
    claims = Identifier.objects.filter(substance__in=ids).order_by("pk")
    for pk, key, scheme, value, source in claims.values_list("substance_id", "pk", "scheme", "value", "source__key"):
        batch[pk].claims.append(Claim(key, scheme, value, source))
    for pk, grouped in _groups(ids):
        batch[pk].groups.append(grouped)
    asked = GroupAssessment.objects.filter(substance__in=ids, structure__isnull=False, problem="").order_by()
    for pk in asked.values_list("substance_id", flat=True):
        batch[pk].was_asked = True
    keys = Structure.objects.filter(substance__in=ids).exclude(inchikey="").order_by()
    for pk, inchikey, source in keys.values_list("substance_id", "inchikey", "source__title"):
        batch[pk].skeletons.setdefault(skeleton_of(inchikey), []).append(source)


def _groups(ids: Collection[UUID]) -> Iterator[tuple[UUID, Grouped]]:
    """Named and inferred members; whether a structure of theirs fulfils the rule that answers."""
    fulfils = GroupFinding.objects.filter(
        version__group=OuterRef("group"),
        version__state=GroupRuleVersion.State.ANSWERING,
        structure__substance=OuterRef("substance"),
    )
    rows = GroupMembership.objects.filter(substance__in=ids).annotate(fulfils=Exists(fulfils)).order_by("pk")
    rows = rows.annotate(has_rule=Q(group__rule__isnull=False))
    for pk, *said in rows.values_list("substance_id", "group__slug", "group__name", "how", "has_rule", "fulfils"):
        yield pk, Grouped(*said)


def _of_list(release_list: str | None, copy_of: str) -> str:
    return release_list or copy_of or ""


def _flags(ids: Collection[UUID]) -> Iterator[tuple[UUID, Flag]]:
    columns = ("concern", "strength", "authority", "rule", "release__chemical_list__slug", "source__copy_of_list")
    rows = ConcernFlag.objects.in_force().filter(substance__in=ids).order_by("pk")
    ends = ("release_id", "entry_id", "since", "until", "legal_basis", "proposal_id")
    for pk, key, *said in rows.values_list("substance_id", "pk", *columns, *ends):
        concern, strength, authority, rule, of_list, copy_of, release, entry, since, until, ground, proposal = said
        place = Place(release, entry)
        listed = _of_list(of_list, copy_of)
        yield (
            pk,
            Flag(key, concern, strength, authority, rule, listed, place, since, until, ground, proposal is not None),
        )


def _classes(ids: Collection[UUID]) -> Iterator[tuple[UUID, Class]]:
    columns = ("hazard_class", "hazard_statement", "as_printed", "release__chemical_list__slug", "source__copy_of_list")
    rows = HazardClassification.objects.in_force().filter(substance__in=ids).order_by("pk")
    ends = ("release_id", "entry_id", "valid_from", "valid_until")
    for pk, key, *said in rows.values_list("substance_id", "pk", *columns, *ends):
        name, statement, printed, of_list, copy_of, release, entry, since, until = said
        place = Place(release, entry)
        yield pk, Class(key, name, statement, printed, _of_list(of_list, copy_of), place, since, until)


def _named(ids: Collection[UUID]) -> Iterator[tuple[UUID, Named]]:
    rows = ListMembership.objects.in_force().filter(substance__in=ids).order_by("pk")
    # Expressions, since a header of a publisher's is no keyword.
    labels, printed = KeyTransform("groups", "entry__facts"), KeyTextTransform(STATUS_COLUMN, "entry__reported")
    status, stage_on = KeyTextTransform("status", "entry__facts"), KeyTextTransform("stage_on", "entry__facts")
    columns = ("chemical_list__slug", "chemical_list__effect", "reason", "release_id", "entry_id")
    values = rows.values_list("substance_id", *columns, "valid_from", "valid_until", status, stage_on, labels, printed)
    for pk, of_list, effect, reason, release, entry, since, until, *facts in values:
        open_or_not, reached, groups, reach_status = facts
        yield (
            pk,
            Named(
                *(of_list, effect, reason, Place(release, entry), since, until),
                labels=tuple(groups or ()) if of_list in LABELLING and entry else None,
                status=open_or_not or "",
                stage_on=_day(reached),
                reach_status=reach_status or "",
            ),
        )


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def shared_claims() -> Iterator[Found]:
    """Numbers and names of several living substances: grouped by the database, four statements for each batch."""
    numbers = Identifier.objects.filter(_LIVING).exclude(scheme=IdentifierScheme.INDEX).order_by()
    twice = numbers.values("scheme", "value").annotate(n=Count("substance", distinct=True)).filter(n__gt=1)
    for batch in batches(twice.order_by("scheme", "value").values_list("scheme", "value").iterator(BATCH), BATCH):
        rows = Identifier.objects.filter(_LIVING, value__in={value for _scheme, value in batch}).order_by("pk")
        claims = _grouped(rows.values_list("scheme", "value", "substance_id"), set(batch))
        holders = _holders({pk for pks in claims.values() for pk in pks})
        for (scheme, value), pks in sorted(claims.items()):
            yield from of_claims.shared_number(scheme, value, [holders[pk] for pk in pks])
    names = SearchTerm.objects.filter(_LIVING, kind__in=_NAMES).order_by()
    common = names.values("folded").annotate(n=Count("substance", distinct=True)).filter(n__gt=1)
    for texts in batches(common.order_by("folded").values_list("folded", flat=True).iterator(BATCH), BATCH):
        same = SearchTerm.objects.filter(_LIVING, kind__in=_NAMES, folded__in=texts).order_by("pk")
        shown = dict(same.values_list("folded", "text"))
        called = _grouped((("", folded, pk) for folded, pk in same.values_list("folded", "substance_id")), None)
        holders = _holders({pk for pks in called.values() for pk in pks})
        for (_none, folded), pks in sorted(called.items()):
            yield from of_claims.shared_name(shown[folded], folded, [holders[pk] for pk in pks])


_LIVING = is_living("substance__")


def _grouped(
    rows: Iterable[tuple[str, str, UUID]], wanted: Collection[tuple[str, str]] | None
) -> dict[tuple[str, str], set[UUID]]:
    found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for scheme, value, pk in rows:
        if wanted is None or (scheme, value) in wanted:
            found[scheme, value].add(pk)
    return found


def _holders(ids: Collection[UUID]) -> dict[UUID, of_claims.Holder]:
    """What tells these substances apart, in three statements."""
    numbers: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    claims = Identifier.objects.filter(substance__in=ids, scheme__in=["cas", "ec"]).order_by()
    for pk, scheme, value in claims.values_list("substance_id", "scheme", "value"):
        numbers[pk, scheme].add(value)
    keys = Structure.objects.filter(substance__in=ids).exclude(inchikey="").order_by()
    for pk, inchikey in keys.values_list("substance_id", "inchikey"):
        numbers[pk, "skeleton"].add(skeleton_of(inchikey))
    return {
        pk: of_claims.Holder(pk, name, *(frozenset(numbers[pk, kind]) for kind in ("cas", "ec", "skeleton")))
        for pk, name in Substance.objects.filter(pk__in=ids).values_list("pk", "name")
    }


def releases() -> Iterator[Found]:
    """What importers told of the rows of the releases that answer, and entries that came back renamed."""
    for chemical_list in ChemicalList.objects.filter(current_release__isnull=False).order_by("slug"):
        release = Release.objects.defer("learned").filter(pk__in=[chemical_list.current_release_id]).first()
        if release is None:
            continue
        places = {(one.get("sheet", ""), one["line"]) for one in release.problems if one["line"]}
        yield from of_rows.problems(chemical_list.slug, release.pk, release.problems, _rows(release, places))
        yield from _renamed(chemical_list, release)


def _rows(release: Release, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], of_rows.Row]:
    """By sheet and line, the row and the substance that it names where it names one alone."""
    found: dict[tuple[str, int], of_rows.Row] = {}
    for batch in batches(sorted({line for _sheet, line in places}), BATCH):
        entries = Entry.objects.filter(release=release, line__in=batch).order_by()
        named = ListMembership.objects.filter(entry=OuterRef("pk")).order_by("pk").values("substance")
        counted = entries.annotate(n=Count("memberships"), one=Subquery(named[:1]))
        for pk, sheet, line, n, one in counted.values_list("pk", "sheet", "line", "n", "one"):
            found[sheet, line] = of_rows.Row(pk, one if n == 1 else None)
    return found


def _renamed(chemical_list: ChemicalList, release: Release) -> Iterator[Found]:
    older = Release.objects.filter(chemical_list=chemical_list, state=Release.State.PUBLISHED)
    before = older.filter(published_on__lt=release.published_on).order_by("-published_on", "-released_at").first()
    if before is None:
        return
    left, entered = _listed(before, missing_in=release), _listed(release, missing_in=before)
    for found in of_claims.renamed(chemical_list.slug, release.published_on, left, entered):
        yield dataclasses.replace(found, place=Place(release.pk))


def _listed(release: Release, *, missing_in: Release) -> Iterator[of_claims.Listed]:
    """Substances of a release that another does not name, where the row has a day and reasons."""
    there = ListMembership.objects.filter(release=missing_in, substance=OuterRef("substance"))
    rows = ListMembership.objects.filter(~Exists(there), _LIVING, release=release, valid_from__isnull=False)
    rows = rows.filter(how=How.BY_NAME, entry__isnull=False)
    rows = rows.exclude(reason="").exclude(chemical_list__effect=ListEffect.WORK_LIST)
    columns = ("substance_id", "substance__name", "entry__name", "valid_from", "reason")
    for row in rows.order_by("pk").values_list(*columns).iterator(BATCH):
        yield of_claims.Listed(*row)
