"""Substances, and what they are called."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.common.labels import Labelled
from substances.chemistry.skeleton import is_disputed
from substances.models.provenance import SourcedFact
from substances.querysets import SubstanceQuerySet
from substances.vocabulary import IdentifierScheme, NameKind, SubstanceKind

if TYPE_CHECKING:
    from substances.models.structure import Structure


class Substance(Labelled):
    """A substance of any kind. Its UUID is its key; every number others gave it is a claim with a source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(
        max_length=120, unique=True, null=True, blank=True, help_text=_("Its key in the catalogue.")
    )
    kind = models.CharField(max_length=12, choices=SubstanceKind, default=SubstanceKind.UNSPECIFIED)
    name = models.CharField(max_length=500, help_text=_("The name pages are headed with."))
    note = models.TextField(blank=True)
    # Made by an import that has not been published: nobody sees it, and it goes with its release.
    # Neither has an index over its many NULLs: SQLite took it before the key (measured: 27 ms instead of 1).
    staged_by = models.ForeignKey(
        "Release", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    # Since when it stands for nothing any more: others do, see `Successor`.
    split_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Grows with every change to what is known of it; entity tags are made of it.
    revision = models.PositiveIntegerField(default=1)

    # The structure shown first and those that dispute it, where they were fetched with it.
    told_structures: list[Structure]

    objects = SubstanceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(name="substance_kind_is_known", condition=Q(kind__in=SubstanceKind.values)),
            models.CheckConstraint(name="substance_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="substance_is_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["staged_by"], condition=Q(staged_by__isnull=False), name="substance_by_its_import"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="substance_by_heir"),
            models.Index(
                fields=["name", "id"],
                condition=Q(merged_into__isnull=True, staged_by__isnull=True),
                name="living_substance_by_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_structure(self) -> Structure | None:
        """The structure shown first; prefetched by `with_what_a_row_shows`."""
        if getattr(self, "told_structures", None) is None:
            return self.structures.filter(is_current=True).first()
        return next((structure for structure in self._told() if structure.is_current), None)

    @property
    def structure_disputed(self) -> bool:
        """Whether sources give it structures with different skeletons: then none of them is certain."""
        return is_disputed(structure.inchikey for structure in self._told())

    @property
    def disputed_structures(self) -> list[Structure]:
        """Where sources disagree: the structure shown first, then those with another skeleton; else none."""
        return self._told() if self.structure_disputed else []

    def _told(self) -> list[Structure]:
        """The structure shown first and those with another skeleton, as prefetched or asked."""
        fetched: list[Structure] | None = getattr(self, "told_structures", None)
        return list(self.structures.told()) if fetched is None else fetched

    @property
    def cas_rn(self) -> str:
        """Its first CAS number, or empty."""
        return next((i.value for i in self.identifiers.all() if i.scheme == IdentifierScheme.CAS), "")


class Identifier(SourcedFact):
    """A number or key that a source gives a substance."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=10, choices=IdentifierScheme)
    value = models.CharField(max_length=60, help_text=_("In the scheme's normal form, CAS with its hyphens."))
    as_printed = models.CharField(
        max_length=120, blank=True, help_text=_("Only where the source printed it otherwise.")
    )

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.CheckConstraint(name="identifier_scheme_is_known", condition=Q(scheme__in=IdentifierScheme.values)),
            models.CheckConstraint(name="identifier_has_a_value", condition=~Q(value="")),
            models.UniqueConstraint(
                fields=["substance", "scheme", "value", "source"], name="identifier_is_claimed_once_by_a_source"
            ),
        ]
        indexes = [models.Index(fields=["scheme", "value"], name="identifier_by_value")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class Name(SourcedFact):
    """What a source calls a substance, in one language."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="names")
    language = models.CharField(max_length=8, default="en", help_text=_("BCP 47"))
    text = models.CharField(max_length=1000)
    kind = models.CharField(max_length=12, choices=NameKind, default=NameKind.SYNONYM)

    class Meta:
        ordering = ["language", "kind", "text"]
        constraints = [
            models.CheckConstraint(name="name_kind_is_known", condition=Q(kind__in=NameKind.values)),
            models.CheckConstraint(name="name_has_a_text", condition=~Q(text="")),
            models.UniqueConstraint(
                fields=["substance", "language", "text", "source"], name="name_is_given_once_by_a_source"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SearchTerm(models.Model):
    """A name or identifier as search reads it: accents folded, lower case. Derived; rebuilt with its substance.

    SQLite finds it by an FTS5 trigram table, PostgreSQL by a pg_trgm index (migrations `search_*`).
    """

    substance = models.ForeignKey(Substance, on_delete=models.CASCADE, related_name="search_terms")
    folded = models.CharField(max_length=1000)
    text = models.CharField(max_length=1000, help_text=_("As shown beside the result."))
    kind = models.CharField(max_length=12, help_text=_("An identifier scheme, a kind of name, or smiles."))

    class Meta:
        indexes = [models.Index(fields=["folded"], name="search_term_by_text")]

    def __str__(self) -> str:
        return self.text
