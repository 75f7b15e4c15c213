"""Structural groups: families whose members share a concern, their rules by version, and who belongs to them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.common.labels import Labelled
from substances.models.lists import ChemicalList
from substances.models.provenance import SourcedFact
from substances.models.structure import Structure
from substances.models.substance import Substance
from substances.querysets_groups import GroupMembershipQuerySet, GroupQuerySet
from substances.vocabulary import How


class SubstanceGroup(SourcedFact):
    """A family of substances, and the rule that says who belongs.

    `rule` and `rule_version` are those that answer: members inferred today were found by exactly this rule. A newer one
    waits as a `GroupRuleVersion` until every structure was asked by it.
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    name_pl = models.CharField(max_length=200, blank=True)
    definition = models.TextField()
    concern_public_since = models.PositiveSmallIntegerField(null=True, help_text=_("The year its concern was public."))
    rule = models.JSONField(
        null=True, help_text=_("Conditions read by substances.chemistry.groups; none: by name only.")
    )
    rule_version = models.PositiveSmallIntegerField(default=1)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GroupRuleVersion(Labelled):
    """One state of a group's rule, and what its coming changed among the members. A version's rule never changes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being evaluated")
        ANSWERING = "answering", _("In force")
        RETIRED = "retired", _("Replaced")
        DROPPED = "dropped", _("Never in force")

    group = models.ForeignKey(SubstanceGroup, on_delete=models.CASCADE, related_name="rule_versions")
    version = models.PositiveSmallIntegerField()
    rule = models.JSONField()
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of the rule in normal form."))
    definition = models.TextField(help_text=_("The group in words, as it was when the rule came."))
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    recorded_at = models.DateTimeField(auto_now_add=True)
    answered_from = models.DateTimeField(null=True, help_text=_("When members by this rule took the old ones' place."))
    answered_until = models.DateTimeField(null=True)
    # How far the evaluation of a waiting version has come: structures up to this key were asked.
    asked_up_to = models.PositiveBigIntegerField(default=0)
    structures_asked = models.PositiveIntegerField(default=0)
    structures_unread = models.PositiveIntegerField(default=0)
    members_count = models.PositiveIntegerField(null=True)
    added = models.JSONField(default=list, help_text=_("Substances that became members when this rule came, by id."))
    removed = models.JSONField(default=list, help_text=_("Substances that ceased to be members, by id."))

    class Meta:
        ordering = ["group", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["group", "version"], name="group_rule_version_is_numbered_once"),
            models.UniqueConstraint(
                fields=["group"], condition=Q(state="answering"), name="group_rule_version_that_answers_is_one"
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(state="waiting"), name="group_rule_version_that_waits_is_one"
            ),
            models.CheckConstraint(
                name="group_rule_version_answers_in_its_time",
                condition=Q(state__in=["waiting", "dropped"], answered_from__isnull=True, answered_until__isnull=True)
                | Q(state="answering", answered_from__isnull=False, answered_until__isnull=True)
                | Q(state="retired", answered_from__isnull=False, answered_until__gte=F("answered_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.version}"


class GroupListing(SourcedFact):
    """That a list names the group as such, in one entry: nobody in it need be named one by one."""

    group = models.ForeignKey(SubstanceGroup, on_delete=models.CASCADE, related_name="listings")
    chemical_list = models.ForeignKey(ChemicalList, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(help_text=_("What the entry is called, as printed."))
    # Where the list's words are not quite the group's: what differs, for people.
    differs = models.TextField(blank=True)

    class Meta:
        ordering = ["chemical_list__name", "locator"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "chemical_list", "locator"], name="group_listing_is_stated_once_for_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} on {self.chemical_list}, {self.locator}"


class GroupAssessment(models.Model):
    """That one structure was asked by the rules, and how it looked then.

    A structure without a row, or that looks otherwise now, is due; one that is gone leaves the row behind, so that its
    substance is due.
    """

    substance = models.ForeignKey(Substance, on_delete=models.CASCADE, related_name="group_assessments")
    structure = models.OneToOneField(Structure, null=True, on_delete=models.SET_NULL, related_name="group_assessment")
    smiles = models.TextField()
    inchikey = models.CharField(max_length=27)
    is_current = models.BooleanField()
    assessed_at = models.DateTimeField(auto_now=True)
    # By key: versions are made in order, so this structure was asked by all up to this one.
    newest_rule = models.PositiveBigIntegerField()
    problem = models.CharField(max_length=200, blank=True, help_text=_("Why the rules have no answer; else empty."))

    def __str__(self) -> str:
        return f"{self.structure_id} {self.assessed_at:%Y-%m-%d}"


class GroupFinding(models.Model):
    """That a structure fulfils one version of a rule. Members are derived from these."""

    version = models.ForeignKey(GroupRuleVersion, on_delete=models.CASCADE, related_name="findings")
    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="group_findings")
    atoms = models.JSONField(default=list, help_text=_("Atoms that make it a member, 0-based, as in its SMILES."))
    exempt = models.JSONField(default=list, help_text=_("Which of the rule's exemptions hold, 0-based."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "structure"], name="group_finding_is_one_for_a_structure"),
        ]

    def __str__(self) -> str:
        return f"{self.structure_id} by {self.version_id}"


class GroupMembership(SourcedFact):
    """That a substance belongs to a group: named by a source, or inferred by the rule."""

    group = models.ForeignKey(SubstanceGroup, on_delete=models.PROTECT, related_name="memberships")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="group_memberships")
    how = models.CharField(max_length=10, choices=How)
    rule_version = models.PositiveSmallIntegerField(null=True)
    # Each {on, reason, source, locator}: the list `on` names the group and leaves this substance out.
    exempt = models.JSONField(default=list, help_text=_("Exemptions of the rule that hold of it."))

    objects = GroupMembershipQuerySet.as_manager()

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
