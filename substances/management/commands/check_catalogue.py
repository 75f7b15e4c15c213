"""`manage.py check_catalogue --against FILE`: verifies the numbers and structures of the starter catalogue."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from substances.services.catalogue_check import check_against
from substances.services.catalogue_files import CatalogueError
from substances.services.catalogue_read import FOLDER


class Command(BaseCommand):
    """Exit code 1 for a wrong check digit or InChIKey, or a difference in connectivity that nothing explains."""

    requires_system_checks = []
    help = "Compare the starter catalogue's CAS numbers and structures with a table (cas, smiles, source by tabs)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to compare with."""
        parser.add_argument("--against", type=Path, required=True, metavar="FILE")
        parser.add_argument("--folder", type=Path, default=FOLDER, help="another catalogue than the portal's own")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, print, and say by the exit code whether all is well."""
        if not options["against"].is_file():
            raise CommandError(f"{options['against']}: there is no such file")
        try:
            report = check_against(options["against"], folder=options["folder"])
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(f"{report.checked} CAS numbers with a structure, {report.agree} agree")
            for one in report.differ:
                self.stdout.write(
                    f"  {one.kind}: {one.cas} {one.substance}: {one.ours}, {one.their_source} has {one.theirs}"
                    f" ({one.explained or 'not explained'})"
                )
            self.stdout.write(f"{len(report.missing)} not in the table")
            for problem in report.failures + report.problems:
                self.stdout.write(f"  {problem}")
        if not report.ok:
            sys.exit(1)
