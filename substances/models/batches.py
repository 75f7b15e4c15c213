"""Many structures asked about at once: each row as given, the pieces it is done in, and one answer to each row."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from substances.models.searches import StructureSearch
from substances.models.substance import Substance


class BatchPart(models.Model):
    """A run of rows that one job answers."""

    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    first = models.PositiveIntegerField(help_text=_("Number of its first row."))
    last = models.PositiveIntegerField(help_text=_("Number of its last row."))
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="batch_part_has_a_number_of_its_own"),
            models.CheckConstraint(name="batch_part_has_rows", condition=Q(first__lte=F("last"))),
        ]

    def __str__(self) -> str:
        return f"rows {self.first} to {self.last} of {self.search_id}"


class BatchRow(models.Model):
    """One row as it was given."""

    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text=_("Counts from 1, in the order given."))
    line = models.PositiveIntegerField(help_text=_("Of the text, where it begins; counts from 1."))
    given_id = models.CharField(max_length=200, blank=True, help_text=_("What the row is called by whoever asks."))
    typed = models.TextField(help_text=_("As given. Never in addresses, logs or task arguments."))
    notation = models.CharField(max_length=10)
    problem = models.JSONField(null=True, help_text=_("Why nothing can be read from the row: code, template, params."))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="batch_row_has_a_number_of_its_own"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.search_id}"


class BatchAnswer(models.Model):
    """What became of one row. The key is the row's, so that none is answered twice."""

    class State(models.TextChoices):
        COMPARED = "compared", _("Compared")
        NOT_COMPARED = "not_compared", _("Read, but not comparable")
        NOT_READ = "not_read", _("Not read")

    row = models.OneToOneField(BatchRow, primary_key=True, on_delete=models.CASCADE, related_name="answer")
    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=State)
    reason = models.JSONField(null=True, help_text=_("Why it was not compared: code, template, params."))
    read_as = models.JSONField(default=dict, help_text=_("Format, SMILES, InChIKey, formula, changes."))
    known_substance = models.ForeignKey(Substance, null=True, on_delete=models.PROTECT, related_name="+")
    is_listed = models.BooleanField(help_text=_("Whether it, or something it resembles, was listed when it was asked."))
    hits = models.JSONField(default=list, help_text=_("Best first: substance, shared and united bits, listed."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="batch_answer_says_why_nothing_was_compared",
                condition=Q(state="compared", reason__isnull=True) | ~Q(state="compared") & Q(reason__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["search", "state"], name="batch_answer_by_state")]

    def __str__(self) -> str:
        return f"answer to {self.row_id}: {self.state}"
