"""Makes the database ready: tables, cache, starter catalogue."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Migrates the database, makes the cache table and loads the starter catalogue. Safe to run again."
    requires_system_checks: list[str] = []  # nothing can be checked against tables that are not there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-catalogue", action="store_true", help="tables only")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not options["without_catalogue"]:
            call_command("seed", stdout=self.stdout)
