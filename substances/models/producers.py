"""Who makes or imports a substance, as a publisher of a list reports it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.models.lists import Release
from substances.models.provenance import SourcedFact
from substances.models.substance import Substance
from substances.querysets_producers import ProducerQuerySet


class ReportedProducer(SourcedFact):
    """That a company makes or imports a substance, as one row of a release's sheet of producers says.

    The company is a name as printed, not a company of this portal: whose name it is, nobody here has looked into. A row
    that names several substances is kept once for each; one that names nobody we know is kept all the same.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="producers")
    sheet = models.CharField(max_length=100)
    line = models.PositiveIntegerField(help_text=_("In the file, the header being counted."))
    place = models.PositiveSmallIntegerField(default=0, help_text=_("Of the substance among those of its row."))
    reported = models.JSONField(help_text=_("Every cell, under its header."))
    company = models.CharField(max_length=300, help_text=_("As printed."))
    company_group = models.CharField(max_length=300, blank=True, help_text=_("As printed."))
    stands_for_many = models.BooleanField(
        default=False, help_text=_("No company: those who are not published, such as CBI.")
    )
    isin = models.CharField("ISIN", max_length=12, blank=True, help_text=_("Valid by ISO 6166, or empty."))
    domicile = models.CharField(max_length=200, blank=True, help_text=_("As printed."))
    countries = models.JSONField(default=list, help_text=_("As printed, in its order."))
    named = models.JSONField(help_text=_("The substance: its name and numbers as printed."))
    substance = models.ForeignKey(Substance, null=True, on_delete=models.PROTECT, related_name="reported_producers")
    resolved_by = models.CharField(
        max_length=60, blank=True, help_text=_("Which identifier tied the row to the substance.")
    )

    objects = ProducerQuerySet.as_manager()

    class Meta:
        ordering = ["release", "sheet", "line", "place"]
        constraints = [
            # Of a substance that was split, each successor may have the row.
            models.UniqueConstraint(
                fields=["release", "sheet", "line", "place", "substance"],
                name="reported_producer_is_said_once_of_a_substance",
            ),
            models.UniqueConstraint(
                fields=["release", "sheet", "line", "place"],
                condition=Q(substance__isnull=True),
                name="reported_producer_of_nobody_known_is_one_place_of_one_line",
            ),
            models.CheckConstraint(name="reported_producer_has_a_name", condition=~Q(company="")),
            models.CheckConstraint(
                name="reported_producer_says_what_tied_it_to_its_substance",
                condition=Q(substance__isnull=True, resolved_by="") | (Q(substance__isnull=False) & ~Q(resolved_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.substance or self.named.get('name', '')}"
