"""Imports that meet at one staged release: only the one that took it last writes, and what is published stays so."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from substances.importers.base import ProducerRow
from substances.models import ChemicalList, Entry, ListMembership, Release
from substances.services.catalogue import load_catalogue
from substances.services.lists import ListError, publish_release
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, Killed, Made, a_row, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
ROWS = [a_row(number) for number in range(1, 151)]


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "made.csv"
    path.write_text("made", encoding="utf-8")
    return path


@dataclasses.dataclass
class Silent(Made):
    """An importer that is silent behind its last row, which is written, while `meanwhile` happens."""

    meanwhile: Callable[[], object] = print

    def producers(self, path: Path) -> Iterator[ProducerRow]:
        Release.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=3))
        self.meanwhile()
        yield from ()


def taken_by(importer: Made, file: Path) -> None:
    publish_release(importer=importer, path=file, published_on=DAY)


def an_import_that_dies(file: Path) -> None:
    with pytest.raises(Killed):
        take(file, ROWS, dies=Killed())


def test_what_another_import_published_meanwhile_stays_published(file: Path) -> None:
    with pytest.raises(ListError, match="took this one for dead"):
        taken_by(Silent(ROWS, meanwhile=lambda: take(file, ROWS)), file)

    release = Release.objects.get()
    assert release.state == "published"
    assert ChemicalList.objects.get().current_release == release
    assert ListMembership.objects.in_force().filter(release=release).count() == len(ROWS)


def test_who_was_taken_over_publishes_nothing_under_the_import_that_goes_on(file: Path) -> None:
    with pytest.raises(ListError, match="took this one for dead"):
        taken_by(Silent(ROWS, meanwhile=lambda: an_import_that_dies(file)), file)

    assert Release.objects.get().state == "staged"
    Release.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=3))
    report = take(file, ROWS)
    assert (report.state, report.rows, Entry.objects.count()) == ("published", 150, 150)


def test_who_is_asked_no_longer_publishes_nothing(file: Path) -> None:
    asked = iter([None, Killed()])

    def still_asked() -> None:
        if (stop := next(asked)) is not None:
            raise stop

    with pytest.raises(Killed):
        publish_release(importer=Made(ROWS), path=file, published_on=DAY, still_asked=still_asked)
    assert Release.objects.get().state == "staged"
    assert Entry.objects.count() == len(ROWS)
