"""Makes the data folder and the database ready: tables, cache, starter catalogue, drawing aid, static files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from portal.management import drawing_aid, static_files
from substances.chemistry.sandbox_client import close_sandbox


class Command(BaseCommand):
    help = "Migrates, loads the starter catalogue, fetches the drawing aid, collects static files. Safe to run again."
    requires_system_checks: list[str] = []  # nothing can be checked against tables that are not there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-tables", action="store_true", help="an empty database and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if options["only_tables"]:
            return
        call_command("seed", stdout=self.stdout)
        close_sandbox()  # it read the catalogue's structures; `up` lives on and has no use for it
        self._fetch_drawing_aid()
        static_files.collect()

    def _fetch_drawing_aid(self) -> None:
        try:
            if drawing_aid.fetch(project=settings.BASE_DIR, data_dir=settings.DATA_DIR):
                self.stdout.write("Fetched the drawing aid (OpenChemLib).")
        except drawing_aid.NotFetched as error:
            self.stdout.write(
                f"Without the drawing aid ({error}): structures are typed or pasted. The next start tries again."
            )
