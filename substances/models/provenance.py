"""Where facts come from."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from portal.common.labels import Labelled
from substances.querysets import SourceQuerySet
from substances.vocabulary import Checked


def day_or_never(field: str) -> Coalesce:
    """The day in `field`, or the first day of the calendar where none is known: two unknown days are the same.

    For unique constraints: SQLite has no NULLS NOT DISTINCT.
    """
    return Coalesce(field, Value(dt.date.min, output_field=models.DateField()))


class Source(models.Model):
    """A document or register that one can name exactly."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    # By slug, since lists are said to come from sources: what this one says is superseded by a release of that list.
    copy_of_list = models.SlugField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)
    url = models.URLField(max_length=500, blank=True)
    legal_reference = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class SourcedFact(Labelled):
    """A statement with its source, the place in it, and how we made sure that it says so."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    locator = models.CharField(_("place in the source"), max_length=200, blank=True)
    checked = models.CharField(max_length=10, choices=Checked)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class CatalogueLoad(models.Model):
    """Which state of a room's starter catalogue is loaded, so that loading it again is known to be needless."""

    room = models.CharField(primary_key=True, max_length=40)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of its files and of what reads them."))
    counts = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.room} {self.fingerprint[:12]}"
