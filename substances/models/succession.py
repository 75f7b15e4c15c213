"""What a substance was split into."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

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
