"""Lists that name substances: immutable dated releases, their entries as reported, and whom they name."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.common.labels import Labelled
from substances.models.provenance import Source, SourcedFact, day_or_never
from substances.models.substance import Substance
from substances.querysets import ListQuerySet, MembershipQuerySet, SeenLists
from substances.vocabulary import EntryRole, How, ListEffect


class ChemicalList(Labelled):
    """A list that a publisher keeps, such as the Candidate List, and what being named by it means."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=60, blank=True)
    effect = models.CharField(max_length=16, choices=ListEffect)
    legal_basis = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=500, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    is_own = models.BooleanField(
        default=False, help_text=_("Brought with a mapping, not of the catalogue; unseen until its first release.")
    )
    # What answers today. Null: nothing imported yet, the starter catalogue's claims stand in.
    current_release = models.ForeignKey("Release", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = SeenLists()
    with_staged = ListQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(name="list_effect_is_known", condition=Q(effect__in=ListEffect.values))]

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """One state of a list, as its publisher gave it on a day. Once published it never changes."""

    class State(models.TextChoices):
        STAGED = "staged", _("Being imported")
        WAITING = "waiting", _("Waits for a curator")
        PUBLISHED = "published", _("Published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chemical_list = models.ForeignKey(ChemicalList, on_delete=models.PROTECT, related_name="releases")
    state = models.CharField(max_length=10, choices=State, default=State.STAGED)
    published_on = models.DateField(help_text=_("The day the publisher put it out."))
    retrieved_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, help_text=_("Of the file."))
    file_name = models.CharField(max_length=200)
    source_url = models.URLField(max_length=500, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    importer = models.CharField(max_length=80, help_text=_("Slug and version of the reader."))
    # Every row of the file is one of these four; publishing checks the sum.
    rows = models.PositiveIntegerField(default=0)
    entries_count = models.PositiveIntegerField(default=0)
    members_count = models.PositiveIntegerField(default=0)
    continuations_count = models.PositiveIntegerField(default=0)
    unusable_count = models.PositiveIntegerField(default=0)
    # Rows beside them, of a sheet that says who makes what (`ReportedProducer`); null: the file has no such sheet.
    producers_count = models.PositiveIntegerField(null=True)
    problems = models.JSONField(default=list)
    learned = models.JSONField(
        default=dict,
        help_text=_(
            "Told when it is published: numbers and names of substances seen already, words about an own list."
        ),
    )
    waits_for = models.JSONField(default=list, help_text=_("Why a curator has to confirm it, as code and figures."))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    staged_at = models.DateTimeField(auto_now_add=True)
    # Of the import that took it last: it alone may write. Null: it is being cleared.
    claim = models.UUIDField(null=True, default=uuid.uuid4, editable=False)
    # The job that has it staged, whose next claim goes on at once; null: none has, as at the command line.
    staged_for = models.UUIDField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(default=timezone.now, help_text=_("When its import last showed life."))
    released_at = models.DateTimeField(null=True, help_text=_("When this portal began to answer from it."))

    class Meta:
        ordering = ["-published_on", "-released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chemical_list", "sha256", "published_on"],
                condition=Q(state="published"),
                name="release_of_one_file_is_published_once",
            ),
            models.CheckConstraint(
                name="release_is_dated_when_published",
                condition=Q(state="published", released_at__isnull=False)
                | (~Q(state="published") & Q(released_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="staged"), name="release_is_staged_one_at_a_time"
            ),
            models.CheckConstraint(
                name="release_adds_up_when_published",
                condition=~Q(state="published")
                | Q(rows=F("entries_count") + F("members_count") + F("continuations_count") + F("unusable_count")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chemical_list}, {self.published_on}"


class Entry(models.Model):
    """One row of a release as reported: what the publisher printed, and on which line."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="entries")
    sheet = models.CharField(max_length=100, blank=True)
    line = models.PositiveIntegerField(help_text=_("In the file, the header being counted."))
    role = models.CharField(max_length=12, choices=EntryRole, default=EntryRole.ENTRY)
    belongs_to = models.PositiveIntegerField(null=True, help_text=_("The line of the entry it is a part of."))
    name = models.TextField()
    reported = models.JSONField(help_text=_("Every cell, under its header."))
    listed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True, help_text=_("The first day on which it no longer holds."))
    reasons = models.JSONField(default=list, help_text=_("In our normal form."))
    facts = models.JSONField(default=dict, help_text=_("What else was understood; see the importer's README."))
    is_group = models.BooleanField(default=False)
    # The substances it names: of each its name and numbers as printed.
    named = models.JSONField(default=list)
    # What it states of whomever it names; a release flags a substance once, though several rows state the same of it.
    concerns = models.JSONField(default=list)

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["release", "sheet", "line"], name="entry_is_one_line_of_its_release"),
            models.CheckConstraint(name="entry_role_is_known", condition=Q(role__in=EntryRole.values)),
            models.CheckConstraint(
                name="entry_belongs_to_another_exactly_as_its_part",
                condition=Q(role__in=["member", "continuation"], belongs_to__isnull=False)
                | (~Q(role__in=["member", "continuation"]) & Q(belongs_to__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListMembership(SourcedFact):
    """That a list names a substance, by name or as a member of what it names.

    From an entry of a release; or claimed by the starter catalogue, before the first real import (without a release)
    and behind it where no single row of a group could be told (of a release, without an entry).
    """

    chemical_list = models.ForeignKey(ChemicalList, on_delete=models.PROTECT, related_name="memberships")
    release = models.ForeignKey(Release, null=True, on_delete=models.CASCADE, related_name="memberships")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="memberships")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="list_memberships")
    how = models.CharField(max_length=10, choices=How)
    reason = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True, help_text=_("The first day on which it no longer holds."))
    resolved_by = models.CharField(
        max_length=60, blank=True, help_text=_("Which identifier tied the row to the substance.")
    )
    # Of the substance among those that its row prints (`Entry.named`); null: a curator named it, or the row does not.
    place = models.PositiveSmallIntegerField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["chemical_list__name", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="membership_of_an_entry_is_of_its_release",
                condition=Q(release__isnull=False) | Q(entry__isnull=True),
            ),
            models.CheckConstraint(
                name="membership_is_by_name_or_as_member", condition=Q(how__in=["by_name", "as_member"])
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.UniqueConstraint(
                *("entry", "substance", "reason", day_or_never("valid_from")),
                condition=Q(entry__isnull=False),
                name="list_membership_is_stated_once_by_an_entry",
            ),
            models.UniqueConstraint(
                *("chemical_list", "substance", "reason", day_or_never("valid_from")),
                condition=Q(release__isnull=True),
                name="list_membership_is_claimed_once_by_the_starter",
            ),
        ]
        indexes = [models.Index(fields=["substance", "chemical_list"], name="list_membership_by_substance")]

    def __str__(self) -> str:
        return f"{self.substance} on {self.chemical_list}"


class OpenMember(models.Model):
    """A member of a row that names nobody we know for sure: kept as reported until a curator decides."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="open_members")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="open_members")
    reported = models.JSONField(help_text=_("Name and numbers as printed."))
    code = models.CharField(max_length=40)
    message = models.TextField(help_text=_("An English sentence that quotes the values."))
    candidates = models.JSONField(default=list, help_text=_("Ids of the substances it could be."))
    # What its row states of whomever it names, by kind of fact.
    states = models.JSONField(default=dict)
    # The decision, made here or taken over from an earlier release; null: it waits.
    remembered = models.ForeignKey("MemberDecision", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(Substance, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["release", "entry"]
        constraints = [
            models.CheckConstraint(
                name="open_member_is_decided_by_somebody_or_open",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, decision__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.message
