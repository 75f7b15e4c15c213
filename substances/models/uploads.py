"""Files that curators send through the web, until they are published or thrown away."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from substances.querysets import UploadQuerySet
from substances.vocabulary import StructureTrust


class Upload(models.Model):
    """One file: first tried, then, on its curator's word, published. The file itself is in its chunks while needed."""

    class Stage(models.TextChoices):
        TRIAL = "trial", _("Being tried")
        PUBLISH = "publish", _("Being published")

    #: What the audit trail calls it; the work that tries and publishes it, and how long that may take.
    kind: ClassVar[str]
    work: ClassVar[str]
    deadline_seconds: ClassVar[int]
    #: The fields that say what is asked for: the same of the same file is the same upload.
    asked: ClassVar[tuple[str, ...]]
    chunks: Any  # the manager of its pieces

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    file_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    source_url = models.URLField(max_length=500, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.TRIAL)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    # What the last run of this stage came to, once it has ended by itself: a report, which each kind has, or this.
    report: models.JSONField[Any, Any]
    refusal = models.JSONField(null=True, help_text=_("Why the file was refused: message, sheet, line, column."))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = UploadQuerySet.as_manager()

    #: Whether the file is still there; see `UploadQuerySet.with_file`.
    has_file: bool

    class Meta:
        abstract = True
        ordering = ["-uploaded_at"]

    @property
    def may_be_published(self) -> bool:
        """Whether it was tried, would change something, and its file is there (asked `with_file`)."""
        tried = self.stage == self.Stage.TRIAL and self.report is not None
        return tried and self.has_file and not self.report["unchanged"]


class UploadPiece(models.Model):
    """A piece of a file: in the database, where no web server serves it and every worker finds it."""

    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        abstract = True
        ordering = ["number"]


class ListUpload(Upload):
    """A publisher's list, or one of one's own with its mapping."""

    kind, work, deadline_seconds = "list_upload", "substances.lists.import", 60 * 60
    asked = ("importer", "mapping", "published_on", "source_url", "licence")

    importer = models.CharField(max_length=80, help_text=_("Slug of the reader, or mapped-list."))
    mapping = models.TextField(blank=True, help_text=_("How to read a list of one's own; YAML."))
    published_on = models.DateField(
        null=True, help_text=_("The day the publisher put it out, where the file is silent.")
    )
    report = models.JSONField(null=True, help_text=_("As `ReleaseReport`."))

    class Meta(Upload.Meta):
        constraints = [
            models.CheckConstraint(name="upload_stage_is_known", condition=Q(stage__in=["trial", "publish"])),
            models.CheckConstraint(
                name="upload_is_taken_or_refused", condition=Q(report__isnull=True) | Q(refusal__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} for {self.importer}"


class UploadChunk(UploadPiece):
    """A piece of a list's file."""

    upload = models.ForeignKey(ListUpload, on_delete=models.CASCADE, related_name="chunks")

    class Meta(UploadPiece.Meta):
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="chunk_has_a_place_of_its_own")]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.upload_id}"


class StructureUpload(Upload):
    """A file that gives numbers a structure, said by one source."""

    kind, work, deadline_seconds = "structure_upload", "substances.structures.import", 60 * 60
    asked = ("source", "trust", "source_url", "licence")

    source = models.CharField(max_length=200, help_text=_("Who gives these structures, and in which edition."))
    trust = models.CharField(max_length=8, choices=StructureTrust)
    report = models.JSONField(null=True, help_text=_("As `StructureReport`."))

    class Meta(Upload.Meta):
        constraints = [
            models.CheckConstraint(name="structure_upload_stage_is_known", condition=Q(stage__in=["trial", "publish"])),
            models.CheckConstraint(
                name="structure_upload_is_taken_or_refused", condition=Q(report__isnull=True) | Q(refusal__isnull=True)
            ),
            models.CheckConstraint(
                name="structure_upload_trust_is_known", condition=Q(trust__in=StructureTrust.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} from {self.source}"


class StructureUploadChunk(UploadPiece):
    """A piece of a file of structures."""

    upload = models.ForeignKey(StructureUpload, on_delete=models.CASCADE, related_name="chunks")

    class Meta(UploadPiece.Meta):
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="structure_chunk_has_a_place_of_its_own")
        ]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.upload_id}"
