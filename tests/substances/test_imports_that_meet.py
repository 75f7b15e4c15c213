"""Imports that meet at one staged release: only the one that took it last writes, and what is published stays so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from substances.importers.base import ProducerRow
from substances.models import ChemicalList, Entry, ListMembership, Release, Substance
from substances.services import list_publication
from substances.services.catalogue import load_catalogue
from substances.services.list_claims import ImportLost
from substances.services.list_publication import clear, publish
from substances.services.lists import ListError, confirm_release, publish_release, sweep_dead_imports
from tests.build import a_person
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


def test_a_job_goes_on_with_what_was_staged_for_it_however_lively_its_other_claim_is(file: Path) -> None:
    job = uuid.uuid4()
    with pytest.raises(Killed):
        take(file, ROWS, dies=Killed(), job=job)
    staged = Release.objects.get()
    with pytest.raises(ListError, match="Another import is running"):
        take(file, ROWS, job=uuid.uuid4())

    assert take(file, ROWS, job=job).release == staged.pk


@pytest.fixture
def clearing_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever clears is killed when everything that says anything is gone."""
    delete = list_publication._delete

    def deleting(model: Any, rows: Any) -> None:
        if model is Entry:
            raise Killed
        delete(model, rows)

    monkeypatch.setattr(list_publication, "_delete", deleting)


def test_a_release_that_is_being_cleared_is_not_published(file: Path, clearing_dies: None) -> None:
    an_import_that_dies(file)
    release = Release.objects.get()
    with pytest.raises(Killed):
        sweep_dead_imports(older_than=dt.timedelta(seconds=-5))

    with pytest.raises(ImportLost):
        publish(release)
    assert ChemicalList.objects.get().current_release is None


def test_nobody_goes_on_with_what_was_half_cleared(
    file: Path, clearing_dies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_import_that_dies(file)
    with pytest.raises(Killed):
        sweep_dead_imports(older_than=dt.timedelta(seconds=-5))
    monkeypatch.undo()
    Release.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=3))

    report = take(file, ROWS)
    assert (report.memberships, report.flags, report.lost) == (150, 150, 0)
    assert not Substance.objects.exclude(staged_by=None).exists()


def test_who_was_taken_over_clears_nothing_of_the_import_that_goes_on(file: Path) -> None:
    def meanwhile() -> None:
        an_import_that_dies(file)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken_by(Silent(ROWS, meanwhile=meanwhile), file)
    assert Release.objects.get().claim is not None
    assert Entry.objects.count() == len(ROWS)


def test_what_was_published_is_not_cleared(file: Path) -> None:
    take(file, ROWS)
    assert not clear(Release.objects.get().pk)
    assert Entry.objects.count() == len(ROWS)


@pytest.mark.django_db(transaction=True)
def test_what_is_cleared_while_it_is_published_is_published_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(file, ROWS)
    file.write_text("less", encoding="utf-8")
    waiting = Release.objects.get(pk=take(file, ROWS[:100]).release, state="waiting")
    check_sum = list_publication._check_sum

    def cleared() -> None:
        clear(waiting.pk)
        connection.close()

    other = threading.Thread(target=cleared)

    def checked(release: Release) -> None:
        check_sum(release)
        other.start()
        other.join(0.5)  # it has to wait for the publication

    monkeypatch.setattr(list_publication, "_check_sum", checked)
    confirm_release(waiting, by=a_person())
    other.join()
    assert Release.objects.get(pk=waiting.pk).state == "published"
    assert (
        ListMembership.objects.filter(release=waiting).count() == Entry.objects.filter(release=waiting).count() == 100
    )
