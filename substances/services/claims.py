"""Numbers and names that were found to be wrong: taken from the substance, kept as their source gave them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from portal.common.errors import Conflict
from portal.review.models import Proposal
from substances.models import Identifier, Name, RejectedClaim, Substance
from substances.moving_claims import NAME
from substances.services.folding import fold
from substances.services.search_terms import rebuild_for
from substances.vocabulary import NameKind


@transaction.atomic
def reject_claim(*, substance: UUID, scheme: str, value: str, proposal: Proposal) -> int:
    """Takes a number (or, where `scheme` is "name", a name) from a substance; how many sources had given it.

    No import, structure file or catalogue teaches it again. A substance headed by a rejected name is headed by another.

    Raises:
        Conflict: it does not carry it any more.
    """
    claims: list[Identifier] | list[Name]
    if scheme == NAME:
        names = Name.objects.filter(substance=substance).select_related("source")
        claims = [name for name in names if fold(name.text) == fold(value)]
    else:
        claims = list(Identifier.objects.filter(substance=substance, scheme=scheme, value=value))
    shown = Substance.objects.select_for_update().get(pk=substance)
    if not claims and not (scheme == NAME and fold(shown.name) == fold(value)):
        raise Conflict(_("It does not carry this any more."), code="not_claimed")
    for claim in claims:
        RejectedClaim.objects.get_or_create(
            substance_id=substance,
            scheme=scheme,
            value=claim.text if isinstance(claim, Name) else claim.value,
            source_id=claim.source_id,
            defaults={"locator": claim.locator, "checked": claim.checked, "proposal": proposal},
        )
        claim.delete()
    if scheme == NAME and fold(shown.name) == fold(value):
        _head_otherwise(shown)
    Substance.objects.filter(pk=substance).update(revision=F("revision") + 1)
    rebuild_for([shown])
    return len(claims)


def _head_otherwise(shown: Substance) -> None:
    """By its preferred name, else by another one, else by the old one with a number that tells it apart."""
    names = {name.kind: name.text for name in Name.objects.filter(substance=shown, language="en").order_by("-pk")}
    other = next((names[kind] for kind in (NameKind.PREFERRED, *NameKind.values) if kind in names), None)
    number = Identifier.objects.filter(substance=shown).order_by("scheme", "value").values_list("value", flat=True)
    shown.name = (other or f"{shown.name[:400]} [{number.first() or shown.pk}]")[:500]
    shown.save(update_fields=["name"])


def rejected() -> set[tuple[UUID, str, str]]:
    """What must not be learned again: substance, scheme (or "name"), and the value; a name folded."""
    rows = RejectedClaim.objects.values_list("substance_id", "scheme", "value")
    return {(pk, scheme, fold(value) if scheme == NAME else value) for pk, scheme, value in rows}
