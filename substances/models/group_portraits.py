"""What workers work out of a group ahead of its page, because the page itself must not."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.models.groups import SubstanceGroup
from substances.models.structure import Structure


class GroupPortrait(models.Model):
    """Members drawn with the atoms by which the rule takes them in, and what resembles the members. Derived."""

    group = models.OneToOneField(SubstanceGroup, on_delete=models.CASCADE, related_name="portrait")
    made_of = models.CharField(max_length=64, help_text=_("SHA-256 of the rule, the members and the structures."))
    made_at = models.DateTimeField(auto_now=True)
    structure = models.ForeignKey(Structure, null=True, on_delete=models.CASCADE, related_name="+")
    svg = models.TextField(blank=True, help_text=_("Drawn by substances.chemistry.depict; trusted markup."))
    others = models.JSONField(
        null=True, help_text=_("Further members drawn: id and name of the substance, and the drawing; trusted markup.")
    )
    near = models.JSONField(default=list, help_text=_("Substances that resemble members, nearest first, with bits."))
    members_compared = models.PositiveIntegerField(default=0, help_text=_("Members that have a fingerprint."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="group_portrait_is_drawn_of_a_structure",
                condition=Q(structure__isnull=False) | Q(svg=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.made_at:%Y-%m-%d}"
