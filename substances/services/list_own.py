"""Lists that somebody brings with a mapping file, beside those of the catalogue.

What a mapping says about its list takes effect in the transaction that publishes a release: until then the words stand
with the release (`Release.learned`), a list that is new is seen by nobody, and `clear` leaves nothing of it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from substances.importers.base import About
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, Release, Source


def why_no_own_list(slug: str, about: About) -> str:
    """Why nobody may bring a list by this slug that is said to be so; "" where they may."""
    if slug in IMPORTERS or slug in {importer.list_slug for importer in IMPORTERS.values()}:
        return f"{slug} is a list with a reader of its own; give yours another slug."
    known = ChemicalList.with_staged.filter(slug=slug).first()
    if known is None:
        taken = Source.objects.filter(key=slug).exists()
        return f"{slug} is a source that other facts rest on; give your list another slug." if taken else ""
    if not known.is_own:
        return f"{slug} is a list of the catalogue; give yours another slug."
    if known.current_release_id is not None and known.effect != about.effect:
        return f"{slug} is here with the effect {known.effect}; what being named means cannot change."
    return ""


@transaction.atomic
def own_list(slug: str, about: About) -> ChemicalList:
    """The list to stage a release for: as it is, or, where nobody brought it yet, made and hidden until one is out."""
    known = ChemicalList.with_staged.filter(slug=slug).first()
    if known is not None:
        return known
    source = Source.objects.create(key=slug, kind="list", **_of_source(about))
    return ChemicalList.with_staged.create(slug=slug, source=source, is_own=True, **_of_list(about))


def words_to_publish(about: About) -> dict[str, Any]:
    """What a release keeps of them until it is published, as `Release.learned` has it."""
    return {"about": dataclasses.asdict(about)}


def publish_words(release: Release) -> None:
    """What the mapping of a release says about its list is what the list is called from now on."""
    if (said := release.learned.get("about")) is not None:
        about, known = About(**said), ChemicalList.with_staged.filter(pk=release.chemical_list_id)
        known.update(**_of_list(about))
        Source.objects.filter(pk__in=known.values("source")).update(**_of_source(about))


def forget_unseen_list(pk: int) -> None:
    """A list made for a release that did not come out goes with it, and its source, if nobody else rests on that."""
    unseen = ChemicalList.with_staged.unseen().select_related("source").filter(pk=pk, releases=None).first()
    if unseen is None:
        return
    unseen.delete()
    try:
        with transaction.atomic():
            unseen.source.delete()
    except ProtectedError:  # a catalogue that came meanwhile has a source of that key
        return


def _of_list(about: About) -> dict[str, str]:
    said = dataclasses.asdict(about)
    del said["licence"]
    return said


def _of_source(about: About) -> dict[str, str]:
    return {
        "title": about.name,
        "publisher": about.publisher,
        "url": about.url,
        "licence": about.licence,
        "legal_reference": about.legal_basis[:200],
    }
