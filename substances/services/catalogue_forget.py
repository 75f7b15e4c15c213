"""Takes back what left the starter catalogue, as far as nobody else speaks of it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Model, ProtectedError

from substances.models import ChemicalList, Identifier, Name, Structure, Substance, SubstanceGroup
from substances.services.catalogue_changes import STARTER_CHECKED


def forget_dropped(*, substances: Collection[str], groups: Collection[str], lists: Collection[str]) -> tuple[str, ...]:
    """Removes what the catalogue no longer names; its own facts must be gone already.

    A substance that imports or reviews know of stays, without its slug. What an upper room or a release still
    speaks of stays as it is, and is tried again at the next load.

    Args:
        substances: slugs that the catalogue names now; likewise `groups` and `lists`.

    Returns:
        The slugs of what stays though it was dropped.
    """
    kept = []
    for group in SubstanceGroup.objects.exclude(slug__in=groups):
        kept += _delete(group, group.slug)
    for chemical_list in ChemicalList.objects.exclude(slug__in=lists):
        kept += _delete(chemical_list, chemical_list.slug)
    for substance in Substance.objects.filter(slug__isnull=False).exclude(slug__in=substances):
        slug = substance.slug or ""
        if any(
            model._default_manager.filter(substance=substance).exclude(checked__in=STARTER_CHECKED).exists()
            for model in (Identifier, Name, Structure)
        ):
            Substance.objects.filter(pk=substance.pk).update(slug=None)
            kept.append(slug)
        else:
            kept += _delete(substance, slug)
    return tuple(sorted(kept))


def _delete(row: Model, slug: str) -> list[str]:
    """Deletes a row; its slug, where others hold on to it."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return [slug]
    return []
