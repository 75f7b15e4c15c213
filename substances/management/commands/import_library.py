"""`manage.py import_library FILE --name … --source …`: takes a file of structures in, to be searched by likeness."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.organisations.models import Organisation
from substances.importers.base import WrongFile
from substances.models import Library
from substances.services.library_import import (
    Described,
    LibraryBusy,
    LibraryRefused,
    LibraryReport,
    import_library,
    rejections,
)


class Command(BaseCommand):
    """One library."""

    requires_system_checks = []
    help = "Take in a library of structures (SMILES, CSV, SDF, also .gz). Killed or called off, the same call goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read, and what is said of it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", required=True, help="what the library is called; another edition is another one")
        parser.add_argument("--source", required=True, help="who made it")
        parser.add_argument("--url", default="", help="where the file came from")
        parser.add_argument("--licence", default="", help="on what terms it may be used")
        parser.add_argument("--edition", default="", help="as its maker calls it, or its date")
        parser.add_argument("--organisation", metavar="NAME", help="whose members alone see it; else everybody does")
        parser.add_argument("--paths", action="store_true", help="store path fingerprints, too: half as fast")
        parser.add_argument("--processes", type=int, help="sandboxes that read side by side; one a core")
        parser.add_argument("--report", type=Path, help="where to list rejected rows; FILE.rejected.csv if not said")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or say why not."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        described = Described(
            name=options["name"],
            source=options["source"],
            source_url=options["url"],
            licence=options["licence"],
            edition=options["edition"],
            organisation=self._organisation(options["organisation"]),
        )
        try:
            report = import_library(
                path, described, paths=options["paths"], processes=options["processes"], progress=self._progress
            )
        except (WrongFile, LibraryRefused, LibraryBusy) as error:
            raise CommandError(f"{path.name} was not taken in: {error}") from error
        where = self._told(report, options["report"] or path.with_name(f"{path.name}.rejected.csv"))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
            return
        end = "\n" if self.stderr.isatty() else ""
        self.stdout.write(
            f"{end}{report.slug}: {report.lines} rows = {report.stored} stored + {report.rejected} rejected + "
            f"{report.blank} empty; {report.seconds:.1f} s{where}"
        )

    def _organisation(self, name: str | None) -> Organisation | None:
        if name is None:
            return None
        found = Organisation.objects.filter(name=name).first()
        if found is None:
            raise CommandError(f"there is no organisation {name!r}")
        return found

    def _told(self, report: LibraryReport, path: Path) -> str:
        if not report.rejected:
            return ""
        library = Library.objects.get(slug=report.slug)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["line", "code", "reason"])
            rows.writerows((row.line, row.code, row.message) for row in rejections(library))
        return f"; rejected rows are listed in {path}"

    def _progress(self, report: LibraryReport) -> None:
        if self.stderr.isatty():
            stage = "" if report.stage == "reading" else f", building {report.stage}"
            self.stderr.write(
                f"\r{report.lines} rows, {report.stored} stored, {report.rejected} rejected{stage}", ending=""
            )
