"""Structure searches that somebody asked for, and their answers. Private to session, person or their organisation."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from portal.organisations.models import Organisation
from substances.models.groups import SubstanceGroup
from substances.models.libraries import LibraryStructure
from substances.models.substance import Substance
from substances.querysets import SearchQuerySet


class StructureSearch(models.Model):
    """One question about structures: what was typed, how it was read, under which parameters and versions."""

    class Kind(models.TextChoices):
        SIMILARITY = "similarity", _("Similar structures")
        EXACT = "exact", _("The same structure")
        SUBSTRUCTURE = "substructure", _("Structures that contain it")
        GROUP = "group", _("Groups it is a member of")
        BATCH = "batch", _("Many structures at once")
        LIBRARY = "library", _("Similar structures of a library")

    class Format(models.TextChoices):
        AUTO = "auto", _("recognise")
        SMILES = "smiles", "SMILES"
        SMARTS = "smarts", _("SMARTS (pattern)")
        INCHI = "inchi", "InChI"
        MOLFILE = "molfile", _("molfile")
        NAME = "name", _("name")
        CAS = "cas", _("CAS number")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SIMILARITY)
    typed = models.TextField(help_text=_("As given. Never in addresses, logs or task arguments."))
    format = models.CharField(max_length=8, choices=Format)
    # Each kind's own, checked and complete: see substances.searches.parameters.
    parameters = models.JSONField(default=dict)
    # How it was read: format, smiles, inchikey, changes[]; empty until a worker has read it.
    read_as = models.JSONField(default=dict)
    svg = models.TextField(blank=True, help_text=_("The question, drawn."))
    known_substance = models.ForeignKey(Substance, null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint_key = models.CharField(max_length=80, blank=True)
    compared_with = models.PositiveIntegerField(null=True, help_text=_("How many structures were looked at."))
    versions = models.JSONField(default=dict, help_text=_("Of software, by name."))
    data_release = models.CharField(
        max_length=60, blank=True, help_text=_("Of the data that answered; empty until then.")
    )
    repeats = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", help_text=_("The same question, asked before.")
    )
    # Null: answered in the request, from stored fingerprints.
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="+")
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    access_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("Of the token an anonymous script polls with.")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", help_text=_("Whose members may read it.")
    )
    link_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text=_("Of the token in its permanent link; empty without one.")
    )
    link_made_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="search_is_shared_or_linked_by_its_owner_alone",
                condition=Q(owner__isnull=False) | Q(organisation__isnull=True, link_sha256=""),
            ),
            models.CheckConstraint(
                name="search_link_says_when_it_was_made",
                condition=Q(link_sha256="", link_made_at__isnull=True)
                | ~Q(link_sha256="") & Q(link_made_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} search {self.id}"

    @property
    def threshold(self) -> Decimal:
        """Least Tanimoto coefficient asked for; 0 for kinds that have none."""
        return Decimal(self.parameters.get("threshold", "0"))

    @property
    def limit(self) -> int:
        """Hits at most."""
        return int(self.parameters.get("limit", 0))


class SearchHit(models.Model):
    """One answer to a search: a substance, a group or a library's structure, its place, and why.

    Written by substances.searches.hits alone.

    A score is exact: shared over united bits. What kinds without a score have to say stands in `note`, `atoms`, `told`.
    """

    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="hits")
    rank = models.PositiveIntegerField()
    substance = models.ForeignKey(Substance, null=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(SubstanceGroup, null=True, on_delete=models.CASCADE, related_name="+")
    library_structure = models.ForeignKey(LibraryStructure, null=True, on_delete=models.CASCADE, related_name="+")
    shared_bits = models.PositiveIntegerField(null=True)
    united_bits = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=40, blank=True, help_text=_("Why it is here: a code of its kind."))
    atoms = models.JSONField(null=True, help_text=_("To highlight, counted as written in the SMILES that it is of."))
    told = models.JSONField(default=dict, help_text=_("What else its kind says of it."))
    svg = models.TextField(blank=True, help_text=_("Drawn with what was found marked; trusted markup."))

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["search", "rank"], name="hit_has_a_rank_of_its_own"),
            models.UniqueConstraint(fields=["search", "substance"], name="hit_is_named_once"),
            models.UniqueConstraint(fields=["search", "group"], name="hit_names_a_group_once"),
            models.UniqueConstraint(
                fields=["search", "library_structure"], name="hit_names_a_structure_of_a_library_once"
            ),
            models.CheckConstraint(
                name="hit_is_a_substance_a_group_or_of_a_library",
                condition=Q(substance__isnull=False, group__isnull=True, library_structure__isnull=True)
                | Q(substance__isnull=True, group__isnull=False, library_structure__isnull=True)
                | Q(substance__isnull=True, group__isnull=True, library_structure__isnull=False),
            ),
            models.CheckConstraint(
                name="hit_with_a_score_has_both_its_numbers",
                condition=Q(shared_bits__isnull=True, united_bits__isnull=True)
                | Q(shared_bits__isnull=False, united_bits__isnull=False),
            ),
            models.CheckConstraint(
                name="hit_shares_no_more_than_it_unites", condition=Q(shared_bits__lte=models.F("united_bits"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.substance or self.group or self.library_structure}"

    @property
    def score(self) -> float | None:
        """Tanimoto coefficient, dimensionless, in [0, 1]; None for kinds without one."""
        if self.shared_bits is None:
            return None
        return self.shared_bits / self.united_bits if self.united_bits else 0.0
