"""Lists that somebody brings with a mapping file, beside those of the catalogue."""

from __future__ import annotations

from django.db import transaction

from substances.importers.mapped_list.mapping import About
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, Source
from substances.services.lists import ListError


@transaction.atomic
def keep_own_list(slug: str, about: About) -> ChemicalList:
    """The list that a mapping describes, made or brought into line with it.

    Raises:
        ListError: the slug belongs to a list with a reader of its own.
    """
    if slug in IMPORTERS or slug in {importer.list_slug for importer in IMPORTERS.values()}:
        raise ListError(f"{slug} is a list with a reader of its own; give yours another slug.")
    said = {
        "name": about.name,
        "publisher": about.publisher,
        "jurisdiction": about.jurisdiction,
        "legal_basis": about.legal_basis,
        "url": about.url,
    }
    source, _made = Source.objects.update_or_create(
        key=slug,
        defaults={
            "title": about.name,
            "publisher": about.publisher,
            "url": about.url,
            "licence": about.licence,
            "legal_reference": about.legal_basis[:200],
            "kind": "list",
        },
    )
    known = ChemicalList.objects.filter(slug=slug).first()
    if known is not None and known.effect != about.effect:
        raise ListError(f"{slug} is here with the effect {known.effect}; what being named means cannot change.")
    chemical_list, _made = ChemicalList.objects.update_or_create(
        slug=slug, defaults={**said, "effect": about.effect, "source": source}
    )
    return chemical_list
