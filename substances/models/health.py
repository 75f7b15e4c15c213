"""Exposure and health: what a substance does to whom, who comes into contact with it, and which limits hold."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from substances.health_terms import (
    Averaging,
    Bindingness,
    EffectScope,
    ExposedGroup,
    Fraction,
    HealthEffect,
    HealthFactKind,
    LimitKind,
    LimitUnit,
    Matrix,
    Organ,
    Route,
)
from substances.models.lists import Entry, Release
from substances.models.provenance import SourcedFact, day_or_never
from substances.models.substance import Substance
from substances.querysets import HealthQuerySet
from substances.vocabulary import Strength


class _DatedFact(SourcedFact):
    """A fact with the days between which it holds, and the entry of a list that states it, if one does."""

    since = models.DateField(null=True)
    until = models.DateField(null=True, help_text=_("The first day on which it no longer holds."))
    release = models.ForeignKey(Release, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")
    as_printed = models.CharField(max_length=300, blank=True, help_text=_("What the source prints."))

    class Meta:
        abstract = True


class HealthFact(_DatedFact):
    """What a substance does to an organ or a person, who comes into contact with it, or where it was found.

    What hazard classes alone say is not kept here: it follows from the classification by a published rule
    (`substances.health.rules`), each time it is asked.
    """

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="health_facts")
    kind = models.CharField(max_length=14, choices=HealthFactKind)
    effect = models.CharField(max_length=16, choices=HealthEffect, blank=True)
    organ = models.CharField(max_length=16, choices=Organ, blank=True)
    route = models.CharField(max_length=12, choices=Route, blank=True)
    exposed = models.CharField(max_length=12, choices=ExposedGroup, blank=True)
    matrix = models.CharField(max_length=12, choices=Matrix, blank=True)
    strength = models.CharField(max_length=20, choices=Strength, blank=True)
    rule = models.CharField(
        max_length=60, blank=True, help_text=_("The published rule that led from what is printed to this.")
    )

    objects = HealthQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "effect", "organ", "route", "exposed", "matrix", "pk"]
        constraints = [
            models.CheckConstraint(name="health_fact_kind_is_known", condition=Q(kind__in=HealthFactKind.values)),
            models.CheckConstraint(
                name="health_fact_speaks_in_known_terms",
                condition=Q(effect__in=["", *HealthEffect.values])
                & Q(organ__in=["", *Organ.values])
                & Q(route__in=["", *Route.values])
                & Q(exposed__in=["", *ExposedGroup.values])
                & Q(matrix__in=["", *Matrix.values])
                & Q(strength__in=["", *Strength.values]),
            ),
            models.CheckConstraint(
                name="health_fact_says_what_its_kind_asks",
                condition=Q(kind="target") & ~Q(effect="") & Q(exposed="", matrix="")
                | Q(kind="contact", effect="", organ="", matrix="") & ~Q(exposed="")
                | Q(kind="biomonitoring", effect="", organ="", route=""),
                violation_error_message=_("A harm needs its effect, a contact says who."),
            ),
            models.CheckConstraint(
                name="health_fact_ends_after_it_begins",
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
            models.CheckConstraint(
                name="health_fact_is_of_an_entry_or_of_no_release",
                condition=Q(release__isnull=True, entry__isnull=True) | Q(release__isnull=False, entry__isnull=False),
            ),
            models.UniqueConstraint(
                *("substance", "source", "kind", "effect", "organ", "route", "exposed", "matrix"),
                day_or_never("since"),
                condition=Q(release__isnull=True),
                name="health_fact_is_given_once_by_a_source",
            ),
            models.UniqueConstraint(
                *("entry", "substance", "kind", "effect", "organ", "route", "exposed", "matrix"),
                condition=Q(release__isnull=False),
                name="health_fact_is_given_once_by_an_entry",
            ),
        ]

    def __str__(self) -> str:
        said = (self.effect, self.organ, self.route, self.exposed, self.matrix)
        return " · ".join(part for part in said if part)


class ExposureLimit(_DatedFact):
    """How much is allowed, or held to be without effect: in the air at work, in the body, or a day.

    `value` and `also_value` are what the source prints; a value that follows by the molar mass is computed when shown
    (`substances.health.units`) and never stored.
    """

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="exposure_limits")
    kind = models.CharField(max_length=12, choices=LimitKind)
    averaging = models.CharField(max_length=10, choices=Averaging, blank=True)
    value = models.DecimalField(max_digits=16, decimal_places=8, validators=[MinValueValidator(0)])
    unit = models.CharField(max_length=16, choices=LimitUnit)
    also_value = models.DecimalField(max_digits=16, decimal_places=8, null=True, validators=[MinValueValidator(0)])
    also_unit = models.CharField(max_length=16, choices=LimitUnit, blank=True)
    jurisdiction = models.CharField(max_length=60)
    bindingness = models.CharField(max_length=12, choices=Bindingness, blank=True)
    exposed = models.CharField(max_length=12, choices=ExposedGroup, blank=True)
    route = models.CharField(max_length=12, choices=Route, blank=True)
    scope = models.CharField(max_length=10, choices=EffectScope, blank=True)
    fraction = models.CharField(max_length=12, choices=Fraction, blank=True)
    matrix = models.CharField(max_length=12, choices=Matrix, blank=True)
    measured_as = models.CharField(max_length=60, blank=True, help_text=_("What is weighed, where it is only a part."))
    skin = models.BooleanField(default=False, help_text=_("Whether uptake through the skin is noted."))
    condition = models.CharField(max_length=200, blank=True, help_text=_("For whom or what only, as printed."))

    objects = HealthQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "jurisdiction", "averaging", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                name="exposure_limit_speaks_in_known_terms",
                condition=Q(kind__in=LimitKind.values)
                & Q(averaging__in=["", *Averaging.values])
                & Q(unit__in=LimitUnit.values)
                & Q(also_unit__in=["", *LimitUnit.values])
                & Q(bindingness__in=["", *Bindingness.values])
                & Q(exposed__in=["", *ExposedGroup.values])
                & Q(route__in=["", *Route.values])
                & Q(scope__in=["", *EffectScope.values])
                & Q(fraction__in=["", *Fraction.values])
                & Q(matrix__in=["", *Matrix.values]),
            ),
            models.CheckConstraint(
                name="exposure_limit_is_above_zero",
                condition=Q(value__gt=0) & (Q(also_value__isnull=True) | Q(also_value__gt=0)),
                violation_error_message=_("A limit is a number above zero."),
            ),
            models.CheckConstraint(
                name="exposure_limit_gives_a_second_value_with_its_unit",
                condition=Q(also_value__isnull=True, also_unit="")
                | (Q(also_value__isnull=False) & ~Q(also_unit="") & ~Q(also_unit=F("unit"))),
            ),
            models.CheckConstraint(
                name="exposure_limit_at_work_says_over_what_time",
                condition=~Q(kind="occupational") | Q(averaging__in=["8h", "15min", "ceiling"]),
                violation_error_message=_("An occupational limit is for 8 hours, 15 minutes, or a ceiling."),
            ),
            models.CheckConstraint(
                name="exposure_limit_in_the_body_says_in_what",
                condition=~Q(kind__in=["biological", "guidance"]) | ~Q(matrix=""),
            ),
            models.CheckConstraint(
                name="exposure_limit_ends_after_it_begins",
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
            models.CheckConstraint(
                name="exposure_limit_is_of_an_entry_or_of_no_release",
                condition=Q(release__isnull=True, entry__isnull=True) | Q(release__isnull=False, entry__isnull=False),
            ),
            models.UniqueConstraint(
                *("substance", "source", "kind", "averaging", "unit", "exposed", "route", "scope", "matrix"),
                *("fraction", "condition", day_or_never("since")),
                condition=Q(release__isnull=True),
                name="exposure_limit_is_given_once_by_a_source",
            ),
            models.UniqueConstraint(
                *("entry", "substance", "kind", "averaging", "unit", "exposed", "route", "scope", "matrix"),
                *("fraction", "condition"),
                condition=Q(release__isnull=False),
                name="exposure_limit_is_given_once_by_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.unit}"
