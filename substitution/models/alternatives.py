"""What could be used instead, in which function, and on what evidence."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.common.labels import Labelled
from substances.models import SourcedFact, Substance
from substitution.querysets import AlternativeQuerySet, ReplacementQuerySet
from substitution.vocabulary import AlternativeKind, AlternativeStatus, FunctionLevel, Readiness, Supports


class TechnicalFunction(SourcedFact):
    """What a substance is used for, at one of three levels: plasticiser → flexible cable jacket → insulated wire."""

    slug = models.SlugField(max_length=80, unique=True)
    level = models.CharField(max_length=20, choices=FunctionLevel)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=200)
    name_pl = models.CharField(max_length=200, blank=True)
    oecd_category = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="function_level_is_known", condition=Q(level__in=FunctionLevel.values)),
            models.CheckConstraint(
                name="function_has_a_parent_exactly_below_the_top",
                condition=Q(level="chemical_function", parent__isnull=True)
                | (~Q(level="chemical_function") & Q(parent__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Alternative(SourcedFact):
    """Something that can take a substance's place.

    Most alternatives are another substance. Some are another material, process or design, or doing without;
    then `candidate` is empty and `description` says what.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=AlternativeKind)
    name = models.CharField(max_length=300)
    name_pl = models.CharField(max_length=300, blank=True)
    candidate = models.ForeignKey(Substance, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    readiness = models.CharField(max_length=12, choices=Readiness, blank=True)
    status = models.CharField(max_length=10, choices=AlternativeStatus)

    objects = AlternativeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="alternative_kind_is_known", condition=Q(kind__in=AlternativeKind.values)),
            models.CheckConstraint(
                name="alternative_status_is_known", condition=Q(status__in=AlternativeStatus.values)
            ),
            models.CheckConstraint(
                name="alternative_names_a_substance_only_when_it_is_one",
                condition=Q(kind="substance") | Q(candidate__isnull=True),
            ),
            models.CheckConstraint(
                name="alternative_without_a_substance_says_what_it_is",
                condition=Q(candidate__isnull=False) | ~Q(description=""),
                violation_error_message=_("Say what it is, where it is not a substance in the catalogue."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Replacement(Labelled):
    """That an alternative takes a substance's place in one technical function, and how far that is known to work."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alternative = models.ForeignKey(Alternative, on_delete=models.PROTECT, related_name="replacements")
    replaces = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")
    function = models.ForeignKey(TechnicalFunction, on_delete=models.PROTECT, related_name="replacements")
    status = models.CharField(max_length=10, choices=AlternativeStatus)
    since = models.PositiveSmallIntegerField(null=True, help_text=_("The year it was first known in this use."))
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        ordering = ["function__name", "alternative__name"]
        constraints = [
            models.CheckConstraint(
                name="replacement_status_is_known", condition=Q(status__in=AlternativeStatus.values)
            ),
            models.UniqueConstraint(
                fields=["alternative", "replaces", "function"], name="replacement_is_stated_once_per_function"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alternative} for {self.replaces} in {self.function}"


class Evidence(SourcedFact):
    """What one source found about a replacement."""

    replacement = models.ForeignKey(Replacement, on_delete=models.PROTECT, related_name="evidence")
    finding = models.TextField()
    supports = models.CharField(max_length=8, choices=Supports)

    class Meta:
        ordering = ["supports", "id"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                name="evidence_speaks_for_against_or_neither", condition=Q(supports__in=Supports.values)
            ),
            models.UniqueConstraint(
                fields=["replacement", "source", "locator", "finding"], name="evidence_is_given_once"
            ),
        ]

    def __str__(self) -> str:
        return self.finding
