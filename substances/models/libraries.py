"""Libraries: structures in great number from one file, searched beside the registry; and the indexes made of all."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.organisations.models import Organisation
from substances.querysets_libraries import LibraryQuerySet


class Library(models.Model):
    """One file of structures: what a supplier sells, what a company has made, what a public collection holds."""

    class State(models.TextChoices):
        IMPORTING = "importing", _("Being imported")
        READY = "ready", _("Ready")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=300, help_text=_("Who made it."))
    source_url = models.URLField(max_length=500, blank=True)
    licence = models.CharField(max_length=200, blank=True, help_text=_("On what terms it may be used."))
    edition = models.CharField(max_length=60, blank=True, help_text=_("As its maker calls it, or its date."))
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose members alone see it; nobody's: everybody does."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.IMPORTING)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    standardiser = models.CharField(max_length=80, help_text=_("Versions of the standardiser and of RDKit."))
    keys = models.JSONField(default=list, help_text=_("Of the fingerprints of each structure, in their order."))
    # What has come of the file so far, and the last line of it that is in these counts.
    lines = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    blank = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField(auto_now_add=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "slug"]
        constraints = [
            models.CheckConstraint(name="library_state_is_known", condition=Q(state__in=["importing", "ready"])),
            models.CheckConstraint(name="library_is_not_called_as_the_registry", condition=~Q(slug="registry")),
            models.CheckConstraint(
                name="library_loses_no_line", condition=Q(lines=F("stored") + F("rejected") + F("blank"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LibraryStructure(models.Model):
    """One structure of a library, as its line gives it and as we read it."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="structures")
    line = models.PositiveIntegerField(help_text=_("Of the file, counted from 1; of an SDF where the record begins."))
    given_id = models.CharField(max_length=200, blank=True)
    as_reported = models.TextField(blank=True, help_text=_("Where it is not the SMILES: what the file has."))
    smiles = models.TextField(help_text=_("Canonical, by RDKit."))
    inchikey = models.CharField(max_length=27, blank=True)
    parent_inchikey = models.CharField(max_length=27, blank=True, help_text=_("Where it is another structure."))
    parent_reason = models.CharField(max_length=60, blank=True)
    fingerprints = models.BinaryField(
        help_text=_("By zlib: those of the parent, if it has one, else its own; by the library's keys, 256 bytes each.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["library", "line"], name="library_structure_has_its_line")]
        indexes = [models.Index(fields=["library", "inchikey"], name="library_structure_by_inchikey")]

    def __str__(self) -> str:
        return f"{self.given_id or self.line} of {self.library_id}"


class LibraryRejection(models.Model):
    """A line of a library's file that gives no structure, and why."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    message = models.TextField()

    class Meta:
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["library", "line"], name="library_rejection_has_its_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class IndexGeneration(models.Model):
    """An index that was published from this database. Files that no row knows are of another, and are not used."""

    token = models.CharField(max_length=32, primary_key=True)
    collection = models.CharField(max_length=60, help_text=_("registry, or a library's slug."))
    family = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True)
    sequence = models.BigIntegerField(help_text=_("Everything noted up to here is in it."))
    rows = models.PositiveIntegerField()
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["collection", "family", "published_at"], name="index_generation_by_age")]

    def __str__(self) -> str:
        return f"{self.collection} {self.family} of {self.published_at:%Y-%m-%d %H:%M}"
