"""Why two structures are alike, worked out once and kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from substances.models.searches import StructureSearch
from substances.models.structure import Structure


class Explanation(models.Model):
    """What two structures share, how they differ, and where each fingerprint ranks the second among what is listed.

    The first is a stored structure, or a search's own: then it belongs to the search, is as private, and goes with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    search = models.ForeignKey(StructureSearch, null=True, on_delete=models.CASCADE, related_name="explanations")
    first = models.ForeignKey(Structure, null=True, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="+")
    # See substances.explaining.result.Explained; empty until a worker has written it.
    result = models.JSONField(default=dict)
    first_svg = models.TextField(blank=True, help_text=_("With what is common marked; trusted markup."))
    second_svg = models.TextField(blank=True, help_text=_("Turned as the first; trusted markup."))
    versions = models.JSONField(default=dict, help_text=_("Of software, by name."))
    data_release = models.CharField(max_length=60, blank=True, help_text=_("Of the data that gave the ranks."))
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="explanation_begins_with_a_search_or_a_structure",
                condition=Q(search__isnull=False, first__isnull=True) | Q(search__isnull=True, first__isnull=False),
            ),
            models.UniqueConstraint(fields=["search", "second"], name="explanation_of_a_search_is_one_per_structure"),
            models.UniqueConstraint(fields=["first", "second"], name="explanation_of_two_structures_is_one"),
        ]

    def __str__(self) -> str:
        return f"explanation {self.id}"
