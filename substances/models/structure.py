"""Structures and the fingerprints made from them."""

from __future__ import annotations

import zlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.chemistry.skeleton import skeleton_of
from substances.models.provenance import SourcedFact
from substances.models.substance import Substance
from substances.querysets import StructureQuerySet


class Structure(SourcedFact):
    """A structure that a source gives a substance, standardised once and drawn once."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="structures")
    as_reported = models.TextField(help_text=_("What the source gave: SMILES, InChI or molfile."))
    smiles = models.TextField(help_text=_("Canonical, by RDKit."))
    inchi = models.TextField(blank=True)
    inchikey = models.CharField(max_length=27)
    formula = models.CharField(max_length=200)
    mass_g_per_mol = models.FloatField(null=True, help_text=_("Average molar mass."))
    # The second key for similarity; null where nothing may be taken away, and why.
    parent_smiles = models.TextField(null=True, blank=True)
    parent_inchikey = models.CharField(max_length=27, null=True, blank=True)
    parent_reason = models.CharField(max_length=60, blank=True)
    issues = models.JSONField(default=list)
    svg = models.TextField(help_text=_("Drawn by substances.chemistry.depict; trusted markup."))
    molfile_deflated = models.BinaryField(
        default=b"", help_text=_("The flat drawing as a molfile, by zlib; empty where a molfile would say another.")
    )
    standardiser = models.CharField(max_length=80, help_text=_("Versions of the standardiser and of RDKit."))
    is_current = models.BooleanField(default=True, help_text=_("The one shown first where sources differ."))
    note = models.TextField(blank=True)

    objects = StructureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["substance", "source"], name="structure_is_given_once_by_a_source"),
            models.UniqueConstraint(
                fields=["substance"], condition=Q(is_current=True), name="structure_shown_first_is_one"
            ),
            models.CheckConstraint(
                name="structure_parent_key_comes_with_its_structure",
                condition=Q(parent_smiles__isnull=True, parent_inchikey__isnull=True)
                | Q(parent_smiles__isnull=False, parent_inchikey__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["inchikey"], name="structure_by_inchikey"),
            models.Index(fields=["parent_inchikey"], name="structure_by_parent"),
        ]

    def __str__(self) -> str:
        return self.smiles

    @property
    def skeleton(self) -> str:
        """The first block of the InChIKey: the connectivity, without stereochemistry or isotopes."""
        return skeleton_of(self.inchikey)

    @property
    def molfile(self) -> str:
        """A molfile of the standard form with flat coordinates; "" where none can be written."""
        return inflated(self.molfile_deflated)


def inflated(molfile_deflated: bytes | memoryview) -> str:
    """The text of a stored molfile."""
    return zlib.decompress(molfile_deflated).decode() if molfile_deflated else ""


class Fingerprint(models.Model):
    """The bits of one structure under one key (type, radius, length, versions); the truth an index is built from."""

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="fingerprints")
    key = models.CharField(max_length=80, help_text=_("See substances.chemistry.fingerprints."))
    bits = models.BinaryField(help_text=_("2,048 bits in 256 bytes; bit order as in chemistry.fingerprints."))
    of_parent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "key", "of_parent"], name="fingerprint_is_one_per_structure_and_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.structure_id}"
