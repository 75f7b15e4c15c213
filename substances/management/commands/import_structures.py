"""`manage.py import_structures FILE --source NAME`: takes a file of structures in, each as a claim of its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from substances.importers.base import WrongFile
from substances.services.structure_import import SourceBusy, SourceRefused, StructureReport, import_structures
from substances.vocabulary import StructureTrust


class Command(BaseCommand):
    """One file of structures."""

    requires_system_checks = []
    help = "Take in structures by CAS, EC, DTXSID or PubChem number from CSV, TSV, XLSX or SDF. Twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read, who says it, and how far it is trusted."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", required=True, metavar="NAME", help="who gives these structures, and in which edition"
        )
        parser.add_argument(
            "--trust",
            choices=StructureTrust.values,
            default=StructureTrust.LOOKUP.value,
            help="a lookup is never shown instead of a structure that people chose",
        )
        parser.add_argument("--url", default="", help="where the file came from")
        parser.add_argument("--licence", default="", help="under which terms")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or say why not."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        try:
            report = import_structures(
                path=path,
                source=options["source"],
                trust=StructureTrust(options["trust"]),
                url=options["url"],
                licence=options["licence"],
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except SourceBusy as error:
            raise CommandError(f"{path.name} was not taken in: {error}") from error
        except (WrongFile, SourceRefused) as error:
            raise CommandError(f"{path.name} was refused: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
            return
        self.stdout.write(
            f"{report.rows} rows: {report.structures} structures ({report.added} new, {report.renewed} renewed), "
            f"{report.unknown} of substances we do not know, {report.refused} refused, {report.lost} lost; "
            f"{report.disputed} substances have a disputed structure"
        )
        if report.trial:
            self.stdout.write(
                f"This was a trial, nothing was written. Of the new ones {report.trial.new} would be a substance's "
                f"first, {report.trial.agrees} agree with other sources, {report.trial.disputes} dispute them, "
                f"{report.trial.not_compared} cannot be compared; {report.trial.shown} would be shown"
            )
        if report.evaluation:
            self.stdout.write(f"a worker puts the rules of groups to them: job {report.evaluation}")
        for problem in report.problems:
            self.stdout.write(f"  line {problem['line']}: {problem['message']}")

    def _progress(self, report: StructureReport) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{report.rows} rows, {report.structures} structures", ending="")
