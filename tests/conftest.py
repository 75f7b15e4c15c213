"""What every test may ask for. See also tests/databases.py, tests/processes.py, tests/build.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from tests import databases
from tests.environment import DATA_DIR, MADE_HERE
from tests.processes import LiveWorker, Running, start_worker

COPIES = databases.Copies()
ASKS_FOR_DATABASE = {"db", "transactional_db", "catalogue", "worker", "live_server"}
COMMITS = {"transactional_db", "worker", "live_server"}


def pytest_configure(config: pytest.Config) -> None:
    """Bend the settings to tests: cheap password hashes, static files served from where they are written."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no database behind on a server."""
    if MADE_HERE:
        databases.drop_all()


def _fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Show the test a clean database: the seeded one where it asks for `catalogue`, else the empty one."""
    fixtures = _fixtures_of(item)
    if item.get_closest_marker("django_db") or fixtures & ASKS_FOR_DATABASE:
        with item.config.stash[blocking_manager_key].unblock():
            COPIES.use(databases.CATALOGUE if "catalogue" in fixtures else databases.EMPTY)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Remember that a test which commits has written to its database."""
    marker = item.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or _fixtures_of(item) & COMMITS:
        COPIES.spoil()


@pytest.fixture(autouse=True)
def _nobody_has_read_yet() -> None:
    """Every test begins with this process's counters of reads at nothing."""
    caches["process"].clear()
    caches["pages"].clear()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English: a page asked for in Polish leaves its language behind in the thread."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing: the databases are made by tests/databases.py."""


@pytest.fixture
def catalogue(db: None) -> None:
    """The seeded catalogue in the database."""


@pytest.fixture
def scheduler(transactional_db: None) -> Iterator[Running]:
    """A real scheduler on the test's database."""
    command = [sys.executable, "manage.py", "scheduler"]
    environment = os.environ | {"DATABASE_URL": COPIES.url}
    running = Running(command, environment=environment, log=DATA_DIR / "scheduler.log")
    yield running
    running.stop()


@pytest.fixture
def worker(scheduler: Running) -> Iterator[LiveWorker]:
    """A real prefork Celery worker on the test's database, with a broker folder (or queues) of its own.

    With a scheduler, as everywhere: a broker too busy to hear a doorbell is told again.
    """
    live = start_worker(database_url=COPIES.url)
    yield live
    live.stop()


@pytest.fixture(scope="session")
def reference_data() -> Path | None:
    """The folder of publishers' files, where `BENIGNA_REFERENCE_DATA` names one; without it tests use made samples."""
    given = os.environ.get("BENIGNA_REFERENCE_DATA")
    return Path(given) if given else None
