"""What the database holds of fingerprints, and which substances' have changed since when. See migration 0002."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from portal.common.batches import batches
from substances.chemistry.skeleton import skeleton_of
from substances.models import Fingerprint
from substances.similarity.rows import Row

# Metals, organometallics and inorganic substances are compared by group and element only (substances.chemistry).
NOT_COMPARED = ("parent_metal", "parent_inorganic")
#: Not to be likened by: it tells which structures may hold a substructure. Metals are screened too.
PATTERN = "pattern-r0-2048-bits"
_IDS_AT_ONCE = 500


class Present(NamedTuple):
    """Where the database stands.

    Attributes:
        revision: another one after every change.
        sequence: of the last change that was noted.
        incomplete_before: what was known at a lower sequence cannot be brought up to date.
    """

    revision: str
    sequence: int
    incomplete_before: int


def present() -> Present:
    """One small statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, sequence, incomplete_before FROM substances_structures_revision")
        return Present(*cursor.fetchone())


def changed_since(sequence: int) -> list[UUID]:
    """The substances of which something was noted behind a sequence, each once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT substance_id FROM substances_structures_changed WHERE sequence > %s", [sequence])
        return [value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall()]


def rows_of(substances: Collection[UUID], *, family: str, key: str) -> dict[UUID, list[Row]]:
    """Of each of some substances its rows under a key; an empty list where there is none."""
    found: dict[UUID, list[Row]] = {substance: [] for substance in substances}
    for some in batches(found, _IDS_AT_ONCE):
        for row in _told(_living(family, key).filter(structure__substance_id__in=some)):
            found[row.substance_id].append(row)
    return found


def all_rows(*, family: str, key: str) -> Iterable[Row]:
    """The rows of all living substances under a key, in the order of `Rows`."""
    return _told(_living(family, key))


def key_and_rows(family: str) -> tuple[str, int]:
    """The key of this family that most structures have, and how many rows that is; the web process knows no RDKit."""
    keys = Fingerprint.objects.filter(key__startswith=f"{family}-").order_by().values_list("key")
    count, key = max(((n, key) for key, n in keys.annotate(n=Count("pk"))), default=(0, ""))
    return key, count


def keys_stored() -> set[str]:
    """Every key under which there is a fingerprint."""
    return set(Fingerprint.objects.order_by().values_list("key", flat=True).distinct())


def _living(family: str, key: str) -> QuerySet[Fingerprint]:
    living = Fingerprint.objects.filter(
        key=key, structure__substance__merged_into__isnull=True, structure__substance__split_at__isnull=True
    )
    return living if family == PATTERN else living.exclude(structure__parent_reason__in=NOT_COMPARED)


def _told(fingerprints: QuerySet[Fingerprint]) -> Iterable[Row]:
    fields = ("structure__substance_id", "structure_id", "bits", "structure__is_current", "structure__inchikey")
    ordered = fingerprints.order_by("structure__substance_id", "structure_id", "of_parent").values_list(*fields)
    for substance, structure, bits, asks, inchikey in ordered.iterator():
        yield Row(substance, structure, bytes(bits), asks, skeleton_of(inchikey))
