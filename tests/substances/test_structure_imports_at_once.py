"""Imports of structures at the same time, as real processes: nothing doubled, nothing lost, the second is told."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.common.one_at_a_time import HeldElsewhere, only_one
from substances.chemistry.fingerprints import STORED
from substances.models import Fingerprint, Structure, Substance
from substances.services.structure_import import SourceBusy
from tests.build import a_substance
from tests.conftest import COPIES
from tests.environment import DATA_DIR
from tests.processes import Running, wait_until
from tests.substances.made_importer import cas
from tests.substances.structure_files import PHENOL, a_file, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ROWS = 30
# A structure and its parent have one of each kind.
EACH = 2 * len(STORED)
NAME = "structures-a-lookup"
HOLDING = f"""
import time
import django
django.setup()
from portal.common.one_at_a_time import only_one
with only_one({NAME!r}):
    print("It is held.", flush=True)
    time.sleep(600)
"""


def a_process(*command: str, log: str) -> Running:
    """A process on the test's database, whose words go to a file of its own."""
    environment = os.environ | {"DATABASE_URL": COPIES.url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    return Running([sys.executable, *command], environment=environment, log=DATA_DIR / log)


def an_import(path: Path, *, source: str, log: str) -> Running:
    return a_process("manage.py", "import_structures", str(path), "--source", source, "--json", log=log)


def ended(process: Running) -> str:
    """What it said until its end."""
    wait_until(lambda: process.process.poll() is not None, what="the end of an import")
    return process.said()


def report_of(said: str) -> dict[str, int]:
    """The report among whatever else was said."""
    found: dict[str, int] = json.loads(next(line for line in said.splitlines() if line.startswith('{"source"')))
    return found


@pytest.fixture
def holder() -> Iterator[Running]:
    """Another process that imports structures of the source, for as long as it lives."""
    running = a_process("-c", HOLDING, log="holder.log")
    running.wait_for_words("It is held.")
    yield running
    running.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that gives substances a structure each."""
    for number in range(1, ROWS + 1):
        a_substance(name=f"made {number}", cas=cas(10000 + number))
    return a_file(tmp_path, *(f"{cas(10000 + number)}\t{'C' * number}O\tx" for number in range(1, ROWS + 1)))


def test_the_second_import_of_a_source_is_told_to_wait_and_writes_nothing(holder: Running, tmp_path: Path) -> None:
    a_substance(cas="108-95-2")
    file = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    with pytest.raises(CommandError, match="another import of structures of 'A lookup' is running; wait until"):
        call_command("import_structures", str(file), "--source", "A lookup", stdout=StringIO())
    assert not Structure.objects.exists()


def test_another_source_and_a_trial_do_not_wait(holder: Running, tmp_path: Path) -> None:
    a_substance(cas="108-95-2")
    file = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    call_command("import_structures", str(file), "--source", "A lookup", "--dry-run", stdout=StringIO())
    assert taken(file, source="Another").added == 1


def test_an_import_that_is_killed_holds_nobody_up(holder: Running, tmp_path: Path) -> None:
    a_substance(cas="108-95-2")
    file = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    with pytest.raises(SourceBusy):
        taken(file)
    os.kill(holder.pid, signal.SIGKILL)
    holder.process.wait()

    def is_taken() -> bool:  # a server needs a moment to notice that its client is gone
        try:
            return taken(file).added == 1
        except SourceBusy:
            return False

    wait_until(is_taken, what="the lock's end")


def test_who_holds_it_in_this_process_is_not_given_it_again() -> None:
    with only_one(NAME), pytest.raises(HeldElsewhere), only_one(NAME):
        pass
    with only_one(NAME):
        pass


def test_two_imports_of_one_source_at_once_double_and_lose_nothing(path: Path) -> None:
    both = [an_import(path, source="A lookup", log=f"import-{number}.log") for number in (1, 2)]
    said = [ended(one) for one in both]
    done = [report_of(text) for one, text in zip(both, said, strict=True) if one.process.returncode == 0]
    assert all(
        one.process.returncode == 0 or "wait until it is done" in text for one, text in zip(both, said, strict=True)
    )
    assert [report["lost"] for report in done] == [0] * len(done)
    assert sum(report["added"] for report in done) == ROWS
    assert (Structure.objects.count(), Fingerprint.objects.count()) == (ROWS, EACH * ROWS)
    again = taken(path)
    assert (again.structures, again.added, again.lost) == (ROWS, 0, 0)


def test_two_sources_at_once_give_each_substance_both_and_show_one(path: Path) -> None:
    both = [an_import(path, source=f"Source {number}", log=f"source-{number}.log") for number in (1, 2)]
    reports = [report_of(ended(one)) for one in both]
    assert [(report["added"], report["lost"]) for report in reports] == [(ROWS, 0), (ROWS, 0)]
    assert Structure.objects.count() == 2 * ROWS
    assert Structure.objects.filter(is_current=True).count() == ROWS
    assert {*Substance.objects.filter(structures__isnull=False).values_list("revision", flat=True)} == {3}


def test_an_import_killed_by_the_system_goes_on_from_there(path: Path) -> None:
    running = an_import(path, source="A lookup", log="killed.log")
    wait_until(Structure.objects.exists, what="the first batch")
    running.kill()
    there = Structure.objects.count()
    assert Fingerprint.objects.count() == EACH * there

    def goes_on() -> bool:
        try:
            report = taken(path)
        except SourceBusy:
            return False
        return (report.structures, report.lost) == (ROWS, 0)

    wait_until(goes_on, what="the import going on")
    assert (Structure.objects.count(), Fingerprint.objects.count()) == (ROWS, EACH * ROWS)
