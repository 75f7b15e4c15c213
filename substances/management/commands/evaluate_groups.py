"""`manage.py evaluate_groups`: puts the rules of structural groups to structures, and says who belongs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from substances.models import GroupRuleVersion, SubstanceGroup
from substances.services.group_evaluation import Evaluation, Unhurried, ask_again, evaluate_groups
from substances.services.group_rules import RuleAsker, RuleUnread


class Command(BaseCommand):
    """All that is owed, or one group's part of it."""

    requires_system_checks = []
    help = (
        "Put the rules of structural groups to structures that are new or changed, and new rules to all of them, "
        "as workers do by themselves within a minute. Doing it twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which group, whether from the beginning, and how to tell."""
        parser.add_argument("--group", metavar="SLUG", help="of rules that wait only this group's; tell of it alone")
        parser.add_argument(
            "--again", action="store_true", help="ask every structure again, also those that once had no answer"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Evaluate, and print who belongs where."""
        slug = options["group"]
        groups = SubstanceGroup.objects.filter(slug=slug) if slug else SubstanceGroup.objects.by_structure()
        if slug and not groups.exists():
            raise CommandError(f"There is no group {slug!r}.")
        try:
            with RuleAsker(boxes=2) as asker:
                if options["again"]:
                    ask_again()
                done = evaluate_groups(turn=Unhurried(), asker=asker, only=slug)
        except RuleUnread as error:
            raise CommandError(f"A rule cannot be read: {error}") from error
        rows = self._rows(groups)
        if options["json"]:
            self.stdout.write(json.dumps({**dataclasses.asdict(done), "groups": rows}, ensure_ascii=False))
        else:
            self._tell(done, rows)

    def _rows(self, groups: Any) -> list[dict[str, Any]]:
        inferred, named = Q(memberships__how="inferred"), ~Q(memberships__how="inferred")
        counted = groups.annotate(
            inferred=Count("memberships", filter=inferred), named=Count("memberships", filter=named)
        )
        unread = dict(
            GroupRuleVersion.objects.filter(state="answering", group__in=groups).values_list(
                "group_id", "structures_unread"
            )
        )
        return [
            {
                "slug": group.slug,
                "rule_version": group.rule_version,
                "inferred": group.inferred,
                "named": group.named,
                "structures_unread": unread.get(group.pk),
            }
            for group in counted.order_by("slug")
        ]

    def _tell(self, done: Evaluation, rows: list[dict[str, Any]]) -> None:
        rate = f", {done.structures / done.seconds:.0f} a second" if done.seconds else ""
        self.stdout.write(
            f"{done.structures} structures asked in {done.seconds:.1f} s{rate}, {done.unread} without an answer; "
            f"{len(done.versions)} new rules in force; {done.came} memberships began, {done.left} ended"
        )
        for row in rows:
            self.stdout.write(
                f"  {row['slug']:<44} version {row['rule_version']:<3}{row['inferred']:>7} inferred"
                f"{row['named']:>5} named"
            )
