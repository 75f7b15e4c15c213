"""`manage.py import_list SLUG FILE --published DAY`: takes a publisher's file in as a release of its list."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from substances.importers.base import Importer, WrongFile
from substances.importers.mapped_list.mapping import load_mapping
from substances.importers.mapped_list.parse import MappedList
from substances.importers.mapped_list.yaml_text import MappingError
from substances.importers.registry import IMPORTERS
from substances.services.lists import ListError, publish_release

MAPPED = "mapped-list"
_WAITS = "It waits for a curator, who finds it under Lists, or for --confirm; until then the old release answers"


class Command(BaseCommand):
    """One file, one release."""

    requires_system_checks = []
    help = "Take a publisher's file in as a dated, immutable release of its list. Doing it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read, and from which day it is."""
        parser.add_argument(
            "slug",
            choices=[*sorted(IMPORTERS), MAPPED],
            help=f"which list the file claims to be; {MAPPED}: see --mapping",
        )
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--published",
            type=_day,
            metavar="YYYY-MM-DD",
            help="the day the publisher put it out, where the file is silent",
        )
        parser.add_argument("--mapping", type=Path, metavar="YAML", help="how to read a list of one's own")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, and keep nothing")
        parser.add_argument(
            "--confirm",
            action="store_true",
            help="publish although many substances leave the list or a concern vanishes; else such a file waits",
        )
        parser.add_argument("--url", default="", help="where the file came from")
        parser.add_argument("--licence", default="", help="under which terms")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or refuse the file whole."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        try:
            report = publish_release(
                importer=_importer(options["slug"], options["mapping"]),
                path=path,
                published_on=options["published"],
                source_url=options["url"],
                licence=options["licence"],
                confirmed=options["confirm"],
                dry_run=options["dry_run"],
            )
        except MappingError as error:
            raise CommandError(f"{options['mapping']}: {error}") from error
        except (WrongFile, ListError) as error:
            raise CommandError(f"{path.name} was refused, nothing was stored: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(report), default=str, ensure_ascii=False))
            return
        if report.unchanged:
            self.stdout.write(f"This file of {report.published_on} is published already; nothing was done.")
        self.stdout.write(
            f"{report.rows} rows: {report.entries} entries, {report.members} members, {report.continuations} "
            f"continuations, {report.unusable} that name nobody, {report.lost} lost\n"
            f"{report.memberships} memberships, {report.substances_made} substances made, {report.flags} flags\n"
            f"{report.entered} entered, {report.left} left, "
            f"{report.flags_raised} flags raised, {report.flags_ended} ended; {len(report.problems)} problems"
        )
        if report.producers:
            self.stdout.write(f"{report.producers} rows say who makes or imports what")
        if report.state == "dry_run":
            self.stdout.write("This was a trial: nothing was kept.")
        elif report.waits_for:
            said = ", ".join(f"{one['code']} {one}" for one in report.waits_for)
            self.stdout.write(f"{_WAITS if report.state == 'waiting' else 'Published nevertheless'}: {said}")
        for problem in report.problems:
            self.stdout.write(f"  {_place(problem)}: {problem['message']}")


def _importer(slug: str, mapping: Path | None) -> Importer:
    if (slug == MAPPED) != (mapping is not None):
        raise CommandError(f"--mapping and {MAPPED} go together")
    if mapping is None:
        return IMPORTERS[slug]
    if not mapping.is_file():
        raise CommandError(f"{mapping}: there is no such file")
    return MappedList(load_mapping(mapping))


def _place(problem: dict[str, Any]) -> str:
    if not problem["line"]:
        return "catalogue"
    return f"sheet {problem['sheet']!r}, row {problem['line']}" if problem["sheet"] else f"row {problem['line']}"


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
