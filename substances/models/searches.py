"""Structure searches that somebody asked for, and their answers. Private to session or person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from portal.organisations.models import Organisation
from substances.models.substance import Substance
from substances.querysets import SearchQuerySet


class StructureSearch(models.Model):
    """One question about structures: what was typed, how it was read, under which parameters and versions."""

    class Kind(models.TextChoices):
        SIMILARITY = "similarity", _("Similar structures")

    class Format(models.TextChoices):
        AUTO = "auto", _("recognise")
        SMILES = "smiles", "SMILES"
        INCHI = "inchi", "InChI"
        MOLFILE = "molfile", _("molfile")
        NAME = "name", _("name")
        CAS = "cas", _("CAS number")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SIMILARITY)
    typed = models.TextField(help_text=_("As given. Never in addresses, logs or task arguments."))
    format = models.CharField(max_length=8, choices=Format)
    threshold = models.DecimalField(max_digits=4, decimal_places=3)
    limit = models.PositiveSmallIntegerField(default=50)
    # How it was read: format, smiles, inchikey, changes[]; empty until a worker has read it.
    read_as = models.JSONField(default=dict)
    svg = models.TextField(blank=True, help_text=_("The question, drawn."))
    known_substance = models.ForeignKey(Substance, null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint_key = models.CharField(max_length=80, blank=True)
    compared_with = models.PositiveIntegerField(null=True, help_text=_("How many structures were looked at."))
    versions = models.JSONField(default=dict)
    # Null: answered in the request, from stored fingerprints.
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="+")
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    access_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("Of the token an anonymous script polls with.")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="search_threshold_is_a_share", condition=Q(threshold__gte=0, threshold__lte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} search {self.id}"


class SearchHit(models.Model):
    """One answer to a search: a substance, how alike, and its place. The score is exact: shared over united bits."""

    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="hits")
    rank = models.PositiveIntegerField()
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")
    shared_bits = models.PositiveIntegerField()
    united_bits = models.PositiveIntegerField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["search", "rank"], name="hit_has_a_rank_of_its_own"),
            models.UniqueConstraint(fields=["search", "substance"], name="hit_is_named_once"),
            models.CheckConstraint(
                name="hit_shares_no_more_than_it_unites", condition=Q(shared_bits__lte=models.F("united_bits"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.substance}"

    @property
    def score(self) -> float:
        """Tanimoto coefficient, dimensionless, in [0, 1]."""
        return self.shared_bits / self.united_bits if self.united_bits else 0.0
