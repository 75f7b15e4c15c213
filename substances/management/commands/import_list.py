"""`manage.py import_list SLUG FILE --published DAY`: takes a publisher's file in as a release of its list."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from substances.importers.base import WrongFile
from substances.importers.registry import IMPORTERS
from substances.services.lists import ListError, publish_release


class Command(BaseCommand):
    """One file, one release."""

    requires_system_checks = []
    help = "Take a publisher's file in as a dated, immutable release of its list. Doing it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read, and from which day it is."""
        parser.add_argument("slug", choices=sorted(IMPORTERS), help="which list the file claims to be")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--published", required=True, type=_day, metavar="YYYY-MM-DD", help="the day the publisher put it out"
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
                importer=IMPORTERS[options["slug"]],
                path=path,
                published_on=options["published"],
                source_url=options["url"],
                licence=options["licence"],
            )
        except (WrongFile, ListError) as error:
            raise CommandError(f"{path.name} was refused, nothing was stored: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(report), default=str, ensure_ascii=False))
            return
        if report.unchanged:
            self.stdout.write(f"This file of {report.published_on} is published already; nothing was done.")
        self.stdout.write(
            f"{report.rows} rows, {report.entries} entries, {report.lost} lost; {report.memberships} memberships, "
            f"{report.substances_made} substances made, {report.flags} flags; {len(report.problems)} problems"
        )
        for problem in report.problems:
            place = f"row {problem['line']}" if problem["line"] else "catalogue"
            self.stdout.write(f"  {place}: {problem['message']}")


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
