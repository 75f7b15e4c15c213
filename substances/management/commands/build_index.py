"""`manage.py build_index`: publishes the indexes of fingerprints anew, or says what is wrong with them."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from substances.models import Library
from substances.similarity.building import IndexBusy, build_registry
from substances.similarity.due import standing
from substances.similarity.library_index import build_library, families_of, is_whole
from substances.similarity.near import FingerprintsDamaged
from substances.similarity.places import FAMILIES, REGISTRY


class Command(BaseCommand):
    """Indexes of the registry, family by family."""

    requires_system_checks = []
    help = (
        "Build the indexes by which structures are searched, from the fingerprints in the database, and publish them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and whether they are only looked at."""
        parser.add_argument("--collection", default=REGISTRY, help="registry (the default), or a library")
        parser.add_argument("--family", choices=FAMILIES, help="of fingerprints; all, if none is named")
        parser.add_argument(
            "--check", action="store_true", help="read every byte and say what is wrong; build nothing; exit 1 if wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build or check, or say why not."""
        self.library = None if options["collection"] == REGISTRY else self._library(options["collection"])
        every = families_of(self.library) if self.library else FAMILIES
        if options["family"] and options["family"] not in every:
            raise CommandError(f"{options['collection']} has no fingerprints {options['family']}")
        families = [options["family"]] if options["family"] else every
        if options["check"]:
            wrong = [family for family in families if not self._checked(family)]
            if wrong:
                raise CommandError(
                    f"{len(wrong)} of {len(families)} indexes cannot be used; build_index makes them anew"
                )
            return
        for family in families:
            self._built(family)

    def _library(self, slug: str) -> Library:
        found: Library | None = Library.objects.ready().filter(slug=slug).first()
        if found is None:
            raise CommandError(f"there is no collection {slug!r}, or it is still being imported")
        return found

    def _checked(self, family: str) -> bool:
        if self.library:
            wrong = is_whole(self.library, family, thoroughly=True)
            self.stdout.write(f"{family}: {wrong or 'is whole'}")
            return not wrong
        found = standing(family, thoroughly=True)
        if found.wrong:
            self.stdout.write(f"{family}: {found.wrong}")
        elif found.number:
            self.stdout.write(
                f"{family}: gen-{found.number} is whole, {found.rows} rows, {found.behind} substances changed since"
            )
        else:
            self.stdout.write(f"{family}: none is needed yet")
        return not found.wrong

    def _built(self, family: str) -> None:
        started = time.perf_counter()

        def tell(done: int, total: int) -> None:
            if self.stderr.isatty():
                full = 30 * done // max(total, 1)
                self.stderr.write(f"\r{family} [{'#' * full}{'.' * (30 - full)}] {done} of {total}", ending="")

        try:
            if self.library:
                built = build_library(self.library, family, progress=tell)
            else:
                built = build_registry(family, progress=tell)
        except (IndexBusy, FingerprintsDamaged) as error:
            raise CommandError(str(error)) from error
        seconds = time.perf_counter() - started
        end = "\r" if self.stderr.isatty() else ""
        self.stdout.write(f"{end}{family}: gen-{built.number}, {built.rows} rows, {seconds:.1f} s, {built.folder}")
