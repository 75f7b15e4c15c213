"""Companies, what they make, import or use, and what they promised."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.companies.querysets import CompanyQuerySet
from portal.organisations.models import Organisation
from substances.models import SourcedFact, Substance, SubstanceGroup


class Company(models.Model):
    """A company whose handling of chemicals can be read here. Demo companies are made up and marked on every page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    isin = models.CharField("ISIN", max_length=12, blank=True, help_text="ISO 6166")
    lei = models.CharField("LEI", max_length=20, blank=True, help_text="ISO 17442")
    sector = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text=_("ISO 3166-1, two letters"))
    is_demo = models.BooleanField(default=False)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Grows with every change to its profile; entity tags are made of it.
    revision = models.PositiveIntegerField(default=1)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(fields=["lei"], condition=~Q(lei=""), name="company_lei_is_its_own"),
            models.CheckConstraint(
                name="company_made_up_says_so_in_name_and_numbers",
                condition=Q(is_demo=False)
                | (
                    Q(name__endswith="(demo)")
                    & (Q(isin="") | Q(isin__startswith="ZZ"))
                    & (Q(lei="") | Q(lei__startswith="0000"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Production(SourcedFact):
    """That a company makes, imports or uses a substance, in which band of tonnes a year."""

    class Role(models.TextChoices):
        MANUFACTURER = "manufacturer", _("Manufacturer")
        IMPORTER = "importer", _("Importer")
        USER = "user", _("User")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="production")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role)
    year = models.PositiveSmallIntegerField()
    tonnes_per_year_min = models.FloatField(null=True)
    tonnes_per_year_max = models.FloatField(null=True)

    class Meta:
        ordering = ["-year", "substance__name"]
        constraints = [
            models.CheckConstraint(
                name="production_role_is_known", condition=Q(role__in=["manufacturer", "importer", "user"])
            ),
            models.CheckConstraint(
                name="production_band_is_in_order",
                condition=Q(tonnes_per_year_min__isnull=True)
                | Q(tonnes_per_year_max__isnull=True)
                | Q(tonnes_per_year_max__gte=F("tonnes_per_year_min")),
            ),
            models.UniqueConstraint(
                fields=["company", "substance", "role", "year", "source"], name="production_is_stated_once_by_a_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.get_role_display()} of {self.substance}, {self.year}"


class Commitment(SourcedFact):
    """What a company said it would do about a substance or a group, and by when."""

    class Status(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        ON_TRACK = "on_track", _("On track")
        LATE = "late", _("Late")
        MET = "met", _("Met")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="commitments")
    substance = models.ForeignKey(Substance, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(SubstanceGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    target_year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status)

    class Meta:
        ordering = ["target_year"]
        constraints = [
            models.CheckConstraint(
                name="commitment_status_is_known", condition=Q(status__in=["announced", "on_track", "late", "met"])
            ),
            models.CheckConstraint(
                name="commitment_is_about_a_substance_or_a_group",
                condition=Q(substance__isnull=True, group__isnull=False)
                | Q(substance__isnull=False, group__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.target_year})"
