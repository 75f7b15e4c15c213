"""What is known against a substance: hazard classifications and concern flags."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from substances.models.lists import Entry, Release
from substances.models.provenance import SourcedFact, day_or_never
from substances.models.substance import Substance
from substances.querysets import ClassificationQuerySet, FlagQuerySet
from substances.vocabulary import Authority, Concern, Strength


class HazardClassification(SourcedFact):
    """One hazard class of one substance, as a source classifies it. Source of terms: Regulation (EC) No 1272/2008."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="classifications")
    hazard_class = models.CharField(max_length=60, help_text=_("Class and category, such as Carc. 1B."))
    hazard_statement = models.CharField(max_length=12, blank=True, help_text=_("Case matters: H360Fd is not H360FD."))
    as_printed = models.CharField(max_length=120, help_text=_("With the asterisks of Annex VI."))
    release = models.ForeignKey(Release, null=True, on_delete=models.CASCADE, related_name="classifications")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="classifications")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True, help_text=_("The first day on which it no longer holds."))

    objects = ClassificationQuerySet.as_manager()

    class Meta:
        ordering = ["hazard_class", "hazard_statement"]
        constraints = [
            models.CheckConstraint(
                name="classification_ends_after_it_begins",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.UniqueConstraint(
                *("substance", "source", "as_printed", day_or_never("valid_from")),
                condition=Q(release__isnull=True),
                name="classification_is_given_once_by_a_source",
            ),
            models.UniqueConstraint(
                *("entry", "substance", "as_printed"),
                condition=Q(release__isnull=False),
                name="classification_is_given_once_by_an_entry",
            ),
            models.CheckConstraint(
                name="classification_is_of_an_entry_or_of_no_release",
                condition=Q(release__isnull=True, entry__isnull=True) | Q(release__isnull=False, entry__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.as_printed


class ConcernFlag(SourcedFact):
    """A concern about a substance: what, how sure, who says so, on what ground, since when."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="flags")
    concern = models.CharField(max_length=24, choices=Concern)
    strength = models.CharField(max_length=20, choices=Strength, blank=True)
    authority = models.CharField(max_length=24, choices=Authority)
    legal_basis = models.CharField(_("ground"), max_length=300)
    since = models.DateField(null=True)
    until = models.DateField(null=True, help_text=_("The first day on which it no longer holds."))
    # Of a flag that a list states: it stands while its release answers for the list.
    release = models.ForeignKey(Release, null=True, on_delete=models.CASCADE, related_name="flags")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="flags")
    rule = models.CharField(
        max_length=60, blank=True, help_text=_("The published rule that led from what is printed to the concern.")
    )
    # The proposal (portal.review) that brought it, for flags by people; an id, since review knows nothing of flags.
    proposal = models.ForeignKey("review.Proposal", null=True, on_delete=models.PROTECT, related_name="+")

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["concern", "authority", "since"]
        constraints = [
            models.CheckConstraint(name="flag_concern_is_known", condition=Q(concern__in=Concern.values)),
            models.CheckConstraint(name="flag_authority_is_known", condition=Q(authority__in=Authority.values)),
            models.CheckConstraint(name="flag_strength_is_known", condition=Q(strength__in=["", *Strength.values])),
            models.CheckConstraint(
                name="flag_by_an_ngo_came_through_review",
                condition=Q(authority__in=["ngo_reviewed", "ngo_proposed"], proposal__isnull=False)
                | (~Q(authority__in=["ngo_reviewed", "ngo_proposed"]) & Q(proposal__isnull=True)),
                violation_error_message=_("An NGO's flag is published by review, and nothing else is."),
            ),
            models.CheckConstraint(
                name="flag_ends_after_it_begins",
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
            models.UniqueConstraint(
                *("substance", "concern", "strength", "authority", "source", "legal_basis", day_or_never("since")),
                condition=Q(release__isnull=True),
                name="flag_is_raised_once_on_one_ground",
            ),
            models.UniqueConstraint(
                *("release", "substance", "concern", "strength", "authority", "legal_basis", day_or_never("since")),
                condition=Q(release__isnull=False),
                name="flag_is_stated_once_by_a_release",
            ),
            models.CheckConstraint(
                name="flag_of_an_entry_is_of_its_release",
                condition=Q(release__isnull=False) | Q(entry__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["concern", "authority"], name="flag_by_concern")]

    def __str__(self) -> str:
        return f"{self.get_concern_display()} ({self.get_authority_display()})"
