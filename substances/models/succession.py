"""What a substance was split into, and what is proposed to be."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.review.models import Proposal
from substances.models.substance import Substance


class Successor(models.Model):
    """One of the substances that stand for one that was split; it has at least two."""

    split = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="successors")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["split", "substance__name"]
        constraints = [
            models.UniqueConstraint(fields=["split", "substance"], name="successor_is_named_once"),
            models.CheckConstraint(name="successor_is_another_substance", condition=~Q(split=F("substance"))),
        ]

    def __str__(self) -> str:
        return f"{self.substance} after {self.split}"


class SplitPlan(models.Model):
    """What a proposal to split a substance says in full: into which ones, and what each of them carries then."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    successors = models.JSONField(help_text=_("In order: id, name, and whether it is made by the split."))
    assigned = models.JSONField(help_text=_("For each line of what it carries, by its key, ids of successors."))

    def __str__(self) -> str:
        return " + ".join(one["name"] for one in self.successors)
