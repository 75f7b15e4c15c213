"""Structural groups: families whose members share a concern, as tested rules and as named members."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.models.provenance import SourcedFact
from substances.models.substance import Substance
from substances.vocabulary import How


class SubstanceGroup(SourcedFact):
    """A family of substances, and the rule that says who belongs."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    name_pl = models.CharField(max_length=200, blank=True)
    definition = models.TextField()
    concern_public_since = models.PositiveSmallIntegerField(null=True, help_text=_("The year its concern was public."))
    rule = models.JSONField(
        null=True, help_text=_("Conditions read by substances.chemistry.groups; none: by name only.")
    )
    rule_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GroupMembership(SourcedFact):
    """That a substance belongs to a group: named by a source, or inferred by the rule."""

    group = models.ForeignKey(SubstanceGroup, on_delete=models.PROTECT, related_name="memberships")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="group_memberships")
    how = models.CharField(max_length=10, choices=How)
    rule_version = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["group__name"]
        constraints = [
            models.UniqueConstraint(fields=["group", "substance"], name="group_membership_is_stated_once"),
            models.CheckConstraint(
                name="group_membership_inferred_names_the_rule",
                condition=Q(how="inferred", rule_version__isnull=False)
                | (~Q(how="inferred") & Q(rule_version__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substance} in {self.group}"
