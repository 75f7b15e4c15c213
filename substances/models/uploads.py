"""Files of lists that curators send through the web, until they are published or thrown away."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from substances.querysets import UploadQuerySet


class ListUpload(models.Model):
    """One file: first tried, then, on its curator's word, published. The file itself is in its chunks while needed."""

    class Stage(models.TextChoices):
        TRIAL = "trial", _("Being tried")
        PUBLISH = "publish", _("Being published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    importer = models.CharField(max_length=80, help_text=_("Slug of the reader, or mapped-list."))
    mapping = models.TextField(blank=True, help_text=_("How to read a list of one's own; YAML."))
    file_name = models.CharField(max_length=200)
    file_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    published_on = models.DateField(
        null=True, help_text=_("The day the publisher put it out, where the file is silent.")
    )
    source_url = models.URLField(max_length=500, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.TRIAL)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    # What the last run of this stage came to: one of them, once it has ended by itself.
    report = models.JSONField(null=True, help_text=_("As `ReleaseReport`."))
    refusal = models.JSONField(null=True, help_text=_("Why the file was refused: message, sheet, line, column."))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(name="upload_stage_is_known", condition=Q(stage__in=["trial", "publish"])),
            models.CheckConstraint(
                name="upload_is_taken_or_refused", condition=Q(report__isnull=True) | Q(refusal__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} for {self.importer}"


class UploadChunk(models.Model):
    """A piece of a file: in the database, where no web server serves it and every worker finds it."""

    upload = models.ForeignKey(ListUpload, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="chunk_has_a_place_of_its_own")]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.upload_id}"
