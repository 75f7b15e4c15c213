"""`manage.py check_registry`: finds what the registry contradicts itself in, and shows it to curators."""

from __future__ import annotations

import dataclasses
import json
import resource
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from substances.registry_check.kinds import KINDS
from substances.registry_check.services import CheckReport, check_registry


class Command(BaseCommand):
    """One run over everything that stands today."""

    requires_system_checks = []
    help = "Find contradictions in the registry and keep them as findings for curators. It changes no fact."

    def add_arguments(self, parser: CommandParser) -> None:
        """How to tell, and whether to keep."""
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        parser.add_argument("--fix-nothing", action="store_true", help="only count: not even findings are written")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and print how many findings of each kind there are."""
        report = check_registry(keep=not options["fix_nothing"], progress=self._progress(quiet=options["json"]))
        if options["json"]:
            figures = dataclasses.asdict(report) | {"findings": report.findings, "peak_megabytes": _peak_megabytes()}
            self.stdout.write(json.dumps(figures))
            return
        self._tell(report, kept=not options["fix_nothing"])

    def _progress(self, *, quiet: bool) -> Any:
        if quiet or not sys.stderr.isatty():
            return None
        return lambda seen: self.stderr.write(f"\r{seen} substances", ending="")

    def _tell(self, report: CheckReport, *, kept: bool) -> None:
        for slug, count in report.by_kind.items():
            self.stdout.write(f"{count:>7}  {KINDS[slug].label}")
        about = f"{report.findings} findings in {report.substances} substances, {report.seconds:.1f} s"
        self.stdout.write(f"{about}, {_peak_megabytes():.0f} MB")
        said = f"{report.found} new, {report.gone} gone since the last run" if kept else "Nothing was kept"
        self.stdout.write(f"{said}.")


def _peak_megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
