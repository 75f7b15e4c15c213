"""Parts of a search over a library so large that several workers share it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from substances.models.searches import StructureSearch


class SearchShard(models.Model):
    """Some neighbouring words of a library's index, and what of them answers a search; gone when the search has ended.

    Whoever has a free hand takes one, holds it for a moment, and writes what it found. The answer follows from the
    generation and the words alone, so that it does no harm where two give it.
    """

    search = models.ForeignKey(StructureSearch, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    # What is asked.
    library = models.SlugField(max_length=60)
    family = models.CharField(max_length=40)
    token = models.CharField(max_length=32, help_text="Of the generation that these words are of.")
    first_word = models.PositiveBigIntegerField()
    end_word = models.PositiveBigIntegerField()
    bits = models.BinaryField()
    threshold = models.DecimalField(max_digits=4, decimal_places=3)
    most = models.PositiveIntegerField(null=True)
    # Who is at it, until when; what was found: ids, shared and united bits, int64 each, one row behind the other.
    held_by = models.CharField(max_length=80, blank=True)
    held_until = models.DateTimeField(null=True)
    found = models.BinaryField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="search_shard_has_a_number_of_its_own"),
            models.CheckConstraint(name="search_shard_has_words", condition=Q(first_word__lt=F("end_word"))),
            models.CheckConstraint(
                name="search_shard_is_held_by_somebody_until_then",
                condition=Q(held_by="", held_until__isnull=True) | ~Q(held_by="") & Q(held_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"shard {self.number} of search {self.search_id}"
