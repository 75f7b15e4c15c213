"""Two substances that are one: what is known of the one goes to the other, which stands for both from then on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey, Model
from django.utils.translation import gettext as _

from portal.common.errors import Conflict
from substances.models import Fingerprint, GroupMembership, SearchTerm, Structure, Substance
from substances.services.search_terms import rebuild_for

# Made anew from the rest: search terms by `rebuild_for`; what rules inferred of a structure, by asking them again.
_DERIVED: tuple[type[Model], ...] = (SearchTerm,)


@transaction.atomic
def merge_substances(*, gone: UUID, kept: UUID) -> Substance:
    """The substance that stands for both. Facts of every room follow; one that says what is said already is dropped.

    Raises:
        Conflict: one of them was merged meanwhile, is not published, or they are the same.
    """
    both = {one.pk: one for one in Substance.objects.living().select_for_update().filter(pk__in=[gone, kept])}
    if len(both) != 2:
        raise Conflict(_("One of the two was merged meanwhile, or they are one already."), code="merged")
    _structures_step_back(gone, kept)
    for model, name in _relations():
        _follow(model, name, gone, kept)
    slug = both[gone].slug
    Substance.objects.filter(pk=gone).update(merged_into=kept, revision=F("revision") + 1)
    if both[kept].slug is None and slug is not None:  # the catalogue goes on speaking of the one that stands
        Substance.objects.filter(pk=gone).update(slug=None)
        Substance.objects.filter(pk=kept).update(slug=slug)
    Substance.objects.filter(pk=kept).update(revision=F("revision") + 1)
    rebuild_for([both[gone], both[kept]])
    return both[kept]


def _relations() -> list[tuple[type[Model], str]]:
    """Every model of every room that points to a substance, and by which field; higher rooms need not be named."""
    found = []
    for relation in Substance._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.auto_created and isinstance(field, ForeignKey) and field.model not in (Substance, *_DERIVED):
            found.append((field.model, field.name))
    return found


def _follow(model: type[Model], name: str, gone: UUID, kept: UUID) -> None:
    rows: Any = model._default_manager
    for pk in list(rows.filter(**{name: gone}).order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                rows.filter(pk=pk).update(**{name: kept})
        except IntegrityError:  # said of the one that stands already
            if hasattr(model, "source"):
                rows.filter(pk=pk).delete()


def _structures_step_back(gone: UUID, kept: UUID) -> None:
    """Of the two structures that are shown first one stays so: that of the substance that stands."""
    if Structure.objects.filter(substance=kept, is_current=True).exists():
        Structure.objects.filter(substance=gone, is_current=True).update(is_current=False)
    twice = Structure.objects.filter(substance=kept).values("source")
    Fingerprint.objects.filter(structure__substance=gone, structure__source__in=twice).delete()
    same_group = GroupMembership.objects.filter(substance=kept).values("group")
    GroupMembership.objects.filter(substance=gone, group__in=same_group).delete()
