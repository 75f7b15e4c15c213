"""`manage.py seed`: brings the starter catalogues of all rooms into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.companies.services import load_demo_companies
from substances.services.catalogue import load_catalogue as load_substances
from substances.services.catalogue_files import CatalogueError
from substances.services.catalogue_loads import CatalogueReport
from substitution.services.catalogue import load_catalogue as load_alternatives


class Command(BaseCommand):
    """Loads what changed and prints what there is."""

    requires_system_checks = []  # a second run is quick; `manage.py check` looks at the code
    help = "Load the starter catalogue (substances, alternatives, demo companies). Loading it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load room by room, each in one transaction."""
        for load in (load_substances, load_alternatives, load_demo_companies):
            try:
                self._tell(load())
            except CatalogueError as error:
                raise CommandError(str(error)) from error

    def _tell(self, report: CatalogueReport) -> None:
        done = "unchanged" if report.unchanged else "loaded"
        self.stdout.write(f"{report.room}: {done} in {report.seconds:.1f} s")
        for name, count in report.counts.items():
            change = report.changes.get(name)
            what = f"  +{change.added} ~{change.changed} -{change.removed}" if change else ""
            self.stdout.write(f"  {name:<16}{count:>6}{what}")
        if report.kept:
            self.stdout.write(f"  kept, since others speak of it: {', '.join(report.kept)}")
