"""The tests' databases: two templates a run, `empty` (migrated) and `catalogue` (seeded too), copied for each process.

A test sees the empty database, or the seeded one when it asks for the fixture `catalogue`. Making them costs seconds
and is done once, by `manage.py`, as an operator would; copying costs milliseconds. An ordinary test runs in a
transaction that is rolled back. After a test that committed, the database is copied anew before the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from tests.environment import PROCESS_NAME, RUN_DIR

EMPTY, CATALOGUE = "empty", "catalogue"
COMMANDS = {EMPTY: ["prepare", "--only-tables"], CATALOGUE: ["seed"]}
GIVEN_URL = os.environ.get("DATABASE_URL", "")
ON_POSTGRESQL = GIVEN_URL.startswith("postgres")
RUN_NAME = RUN_DIR.name.replace("-", "_")


class DatabaseNotMade(RuntimeError):
    """A template could not be made; the message is what the command said."""


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    with (RUN_DIR / "databases.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def url_of(name: str) -> str:
    """`DATABASE_URL` for the database called `name` in this run."""
    if ON_POSTGRESQL:
        return urlunsplit(urlsplit(GIVEN_URL)._replace(path=f"/{RUN_NAME}_{name}"))
    return f"sqlite://{RUN_DIR / name}.sqlite3"


def _file_of(name: str) -> Path:
    return RUN_DIR / f"{name}.sqlite3"


def _on_server(*statements: str) -> None:
    with closing(psycopg2.connect(GIVEN_URL)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _copy(source: str | None, target: str) -> None:
    """Make the database `target` anew, as a copy of `source` or empty."""
    if ON_POSTGRESQL:
        template = f'TEMPLATE "{RUN_NAME}_{source}"' if source else ""
        _on_server(
            f'DROP DATABASE IF EXISTS "{RUN_NAME}_{target}" WITH (FORCE)',
            f'CREATE DATABASE "{RUN_NAME}_{target}" {template}',
        )
        return
    for suffix in ("", "-wal", "-shm"):
        Path(f"{_file_of(target)}{suffix}").unlink(missing_ok=True)
    if source:
        shutil.copyfile(_file_of(source), _file_of(target))


def make_template(template: str) -> None:
    """Make the template database `template`, unless this run has it already.

    Raises:
        DatabaseNotMade: one of its commands failed.
    """
    done = RUN_DIR / f"{template}.made"
    if done.exists():
        return
    if template == CATALOGUE:
        make_template(EMPTY)
    with _one_process_at_a_time():
        if done.exists():
            return
        _copy(EMPTY if template == CATALOGUE else None, template)
        ran = subprocess.run(
            [sys.executable, "manage.py", *COMMANDS[template]],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url_of(template)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise DatabaseNotMade(f"manage.py {' '.join(COMMANDS[template])}: {ran.stdout}{ran.stderr}")
        done.touch()


class Copies:
    """This process's copies of the templates, and which of them the tests see now."""

    def __init__(self) -> None:
        self.clean: set[str] = set()
        self.current: str | None = None

    def use(self, template: str) -> None:
        """Let the default connection speak to this process's own clean copy of `template`."""
        if self.current == template and template in self.clean:
            return
        connection = connections["default"]
        connection.close()
        name = f"{template}_{PROCESS_NAME}"
        if template not in self.clean:
            make_template(template)
            with _one_process_at_a_time():
                _copy(template, name)
            self.clean.add(template)
        connection.settings_dict["NAME"] = f"{RUN_NAME}_{name}" if ON_POSTGRESQL else str(_file_of(name))
        ContentType.objects.clear_cache()
        self.current = template

    def spoil(self) -> None:
        """Say that the current copy was written to; it is made anew before it is used again."""
        if self.current:
            self.clean.discard(self.current)

    @property
    def url(self) -> str:
        """`DATABASE_URL` for the processes a test starts: the copy the test itself sees."""
        return url_of(f"{self.current}_{PROCESS_NAME}")


def drop_all() -> None:
    """Drop this run's databases from the server; SQLite's go with the run's folder."""
    if not ON_POSTGRESQL:
        return
    with closing(psycopg2.connect(GIVEN_URL)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{RUN_NAME}_"])
        names = [name for (name,) in cursor.fetchall()]
    _on_server(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in names))
