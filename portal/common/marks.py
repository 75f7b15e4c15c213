"""A mark: one random value in the database that changes with every change to some tables, whoever writes them.

What is made of those tables may be kept as long as the mark is the same (`portal.common.kept`). Triggers renew it, so
no writer can forget to. It is random, not counted: a value that was rolled back or restored from a backup never comes
to stand for other rows. Whoever reads the mark before the rows keeps rows that are newer than it claims, never older.

On PostgreSQL it is renewed at the end of the transaction, once: writers wait for one another only while they commit,
holding nothing that another still asks for. On SQLite there is one writer anyway. A later migration that remakes a
table on SQLite drops its triggers; tests/portal/test_marks.py notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, migrations

_SQLITE_MAKE = [
    "CREATE TABLE {name}_mark (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL)",
    "INSERT INTO {name}_mark VALUES (1, lower(hex(randomblob(16))))",
]
_EVENTS = ("insert", "update", "delete")
_SQLITE_WATCH = [
    "CREATE TRIGGER {table}_" + event + "_marks_{name} AFTER " + event + " ON {table} "  # noqa: S608 - migrations' constants
    "BEGIN UPDATE {name}_mark SET value = lower(hex(randomblob(16))); END"
    for event in _EVENTS
]
_SQLITE_LEAVE = ["DROP TRIGGER {table}_" + event + "_marks_{name}" for event in _EVENTS]

_POSTGRESQL_MAKE = [
    "CREATE TABLE {name}_mark (one integer PRIMARY KEY CHECK (one = 1), value text NOT NULL)",
    "INSERT INTO {name}_mark VALUES (1, replace(gen_random_uuid()::text, '-', ''))",
    # A row here has the mark renewed when its transaction ends; the renewal takes it away again.
    "CREATE TABLE {name}_mark_due (one integer NOT NULL)",
    """CREATE FUNCTION {name}_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('{name}.noted', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
            PERFORM set_config('{name}.noted', pg_current_xact_id()::text, true);
            INSERT INTO {name}_mark_due VALUES (1);
        END IF;
        RETURN NULL; END $$""",
    """CREATE FUNCTION {name}_renew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM {name}_mark_due;
        UPDATE {name}_mark SET value = replace(gen_random_uuid()::text, '-', '');
        RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER {name}_renewal AFTER INSERT ON {name}_mark_due
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}_renew()""",
]
_POSTGRESQL_WATCH = [
    """CREATE TRIGGER {table}_marks_{name} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}_changed()""",
]
_POSTGRESQL_LEAVE = ["DROP TRIGGER {table}_marks_{name} ON {table}"]

_SQLITE_DROP = ["DROP TABLE {name}_mark"]
_POSTGRESQL_DROP = [
    "DROP TABLE {name}_mark_due",
    "DROP FUNCTION {name}_renew()",
    "DROP FUNCTION {name}_changed()",
    "DROP TABLE {name}_mark",
]


def marked(name: str, tables: Sequence[str]) -> migrations.RunPython:
    """A step of a migration: makes the mark `name` and has every change to `tables` renew it.

    Args:
        name: letters and underscores; a constant of the migration.
        tables: of the database, made by earlier steps.
    """
    making = {"sqlite": (_SQLITE_MAKE, _SQLITE_WATCH), "postgresql": (_POSTGRESQL_MAKE, _POSTGRESQL_WATCH)}
    taking_back = {"sqlite": (_SQLITE_LEAVE, _SQLITE_DROP), "postgresql": (_POSTGRESQL_LEAVE, _POSTGRESQL_DROP)}
    return migrations.RunPython(_run(name, tables, making), _run(name, tables, taking_back))


def _run(name: str, tables: Sequence[str], steps: Mapping[str, Sequence[Sequence[str]]]) -> Callable[[Any, Any], None]:
    """Runs the statements of the database's vendor, step by step: once, or once for each table where they name one."""

    def run(apps: Any, schema_editor: Any) -> None:
        for texts in steps[schema_editor.connection.vendor]:
            each = tables if "{table}" in texts[0] else [""]
            for statement in [text.format(name=name, table=table) for table in each for text in texts]:
                schema_editor.execute(statement)

    return run


def read_marks(*names: str) -> dict[str, str]:
    """These marks as they are now, by name. One statement.

    Args:
        names: as the migrations made them; constants of the program.
    """
    columns = ", ".join(f"(SELECT value FROM {name}_mark)" for name in names)  # noqa: S608 - constants of the program
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        return dict(zip(names, cursor.fetchone(), strict=True))
