"""Libraries: every row ends once, as a structure, a reason or an empty row, whatever is killed."""

from __future__ import annotations

import csv
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from pytest_django import Settings

from portal.jobs.models import Job
from portal.jobs.running import run_job
from substances import tasks as _tasks  # noqa: F401 - the work is registered there
from substances.chemistry.fingerprints import ATOM_PAIR, PATTERN, fingerprint
from substances.chemistry.parse import read_molecule
from substances.models import Library, LibraryRejection, LibraryStructure
from substances.services.library_import import Described, LibraryRefused, LibraryReport, import_library
from substances.similarity import asking, store
from tests.conftest import COPIES

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BPA, BPS, BPF = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1", "Oc1ccc(Cc2ccc(O)cc2)cc1"
ROWS = [
    f"{BPA} one",
    "C1CC not closed",
    "",
    f"{BPS}\ttwo words",
    "CCO.* any atom",
    "[Na+].CC(=O)[O-] salt",
    "[Pb] metal",
    BPF,
]
DESCRIBED = Described(name="What a supplier sells", source="A supplier", licence="CC0")


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    yield
    store.forget()


def a_file(folder: Path, rows: list[str] = ROWS, *, name: str = "library.smi") -> Path:
    path = folder / name
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return path


def bits_of(smiles: str, key: object = ATOM_PAIR) -> bytes:
    return fingerprint(read_molecule(smiles, "smiles")[0], key)  # type: ignore[arg-type]


def taken_in(path: Path, described: Described = DESCRIBED) -> Library:
    import_library(path, described, processes=1)
    return Library.objects.get(name=described.name)


def test_every_row_ends_once_and_the_counts_say_so(tmp_path: Path) -> None:
    library = taken_in(a_file(tmp_path))
    assert (library.lines, library.stored, library.rejected, library.blank) == (8, 5, 2, 1)
    stored = library.structures.order_by("line").values_list("line", "given_id", "smiles")
    assert list(stored) == [
        (1, "one", BPA),
        (4, "two words", BPS),
        (6, "salt", "CC(=O)[O-].[Na+]"),
        (7, "metal", "[Pb]"),
        (8, "", BPF),
    ]
    assert list(library.rejections.values_list("line", "code")) == [(2, "ring_unclosed"), (5, "polymer")]
    assert library.state == Library.State.READY


def test_the_database_refuses_counts_that_lose_a_line(tmp_path: Path) -> None:
    library = taken_in(a_file(tmp_path))
    library.lines += 1
    with pytest.raises(IntegrityError, match="library_loses_no_line"):
        library.save()


@pytest.mark.parametrize("name", ["library.smi.gz", "library.csv", "library.csv.gz", "library.sdf"])
def test_every_format_is_read(tmp_path: Path, name: str) -> None:
    text = {
        "smi": f"{BPA} one\n{BPS} two\n",
        "csv": f'"id","SMILES"\none,{BPA}\ntwo,"{BPS}"\n',
        "sdf": "".join(f"{title}\n{METHANE}" for title in ("one", "two")),
    }[name.split(".")[1]]
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    library = taken_in(path)
    assert list(library.structures.order_by("line").values_list("given_id", flat=True)) == ["one", "two"]


METHANE = (
    "  made up\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 C   0  0\nM  END\n$$$$\n"
)


def test_a_cut_off_archive_is_told_and_what_was_read_stands(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(f"{'C' * (n % 20 + 1)}O {n}" for n in range(400)).encode(), 0)
    path = tmp_path / "library.smi.gz"
    path.write_bytes(whole[:-900])
    with pytest.raises(CommandError, match="cut off"):
        call_command("import_library", path, name="L", source="S", processes=1)
    library = Library.objects.get()
    assert library.state == Library.State.IMPORTING
    assert 0 < library.stored < 400
    with pytest.raises(LookupError):
        store.library("l")


def test_the_same_file_again_changes_nothing_and_another_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    before = list(taken_in(path).structures.order_by("pk").values_list("pk", "line"))
    again = import_library(path, DESCRIBED, processes=1)
    assert list(LibraryStructure.objects.order_by("pk").values_list("pk", "line")) == before
    assert (again.lines, again.resumed_behind) == (8, 8)
    with pytest.raises(LibraryRefused, match="another file"):
        import_library(a_file(tmp_path, ROWS[:2], name="other.smi"), DESCRIBED, processes=1)


class Interrupted(Exception):
    pass


def test_an_import_that_was_stopped_goes_on_behind_its_last_line(tmp_path: Path) -> None:
    rows = [f"{'C' * (n % 50 + 1)}{'N' if n % 3 else 'Q'} {n}" for n in range(450)]
    path = a_file(tmp_path, rows)

    def stop(report: LibraryReport) -> None:
        if report.lines >= 200:
            raise Interrupted

    with pytest.raises(Interrupted):
        import_library(path, DESCRIBED, processes=1, progress=stop)
    assert Library.objects.get().lines == 200
    report = import_library(path, DESCRIBED, processes=1)
    assert (report.resumed_behind, report.lines, report.stored, report.rejected) == (200, 450, 300, 150)
    assert LibraryStructure.objects.values("line").distinct().count() == 300
    assert LibraryRejection.objects.count() == 150


def test_a_structure_that_ends_the_sandbox_costs_only_itself(tmp_path: Path) -> None:
    twelve = "".join(
        f"C{''.join(f'%{10 + a * 12 + b if a < b else 10 + b * 12 + a}' for b in range(12) if b != a)}"
        for a in range(12)
    )
    rows = [f"{BPA} before", f"{'C1(' * 400}C{')' * 400} deep", f"{twelve} all bonded to all", f"{BPS} behind"]
    library = taken_in(a_file(tmp_path, rows))
    assert (library.stored, library.rejected) == (2, 2)


def test_a_library_is_searched_by_likeness_and_by_pattern(tmp_path: Path) -> None:
    library = taken_in(a_file(tmp_path))
    index = store.library(library.slug)
    near = index.nearest(bits_of(BPA), threshold=Decimal("0.5"))
    named = dict(library.structures.values_list("pk", "smiles"))
    assert [named[one.structure_id] for one in near][:2] == [BPA, BPF]
    assert (near[0].shared, index.structures) == (near[0].united, 4)  # lead is compared by group and element only
    screened = store.library(library.slug, store.PATTERN).containing(bits_of("c1ccccc1", PATTERN))
    assert [named[pk] for pk in screened] == [BPA, BPS, BPF]


def test_a_salt_is_compared_by_its_acid(tmp_path: Path) -> None:
    library = taken_in(a_file(tmp_path))
    (near,) = store.library(library.slug).nearest(bits_of("CC(=O)O"), threshold=Decimal(1))
    assert LibraryStructure.objects.get(pk=near.structure_id).given_id == "salt"


@pytest.mark.parametrize("what", ["columns-0.npy", "ids-0.npy", "manifest.json"])
def test_a_damaged_index_of_a_library_is_rebuilt_before_it_answers(tmp_path: Path, what: str) -> None:
    library = taken_in(a_file(tmp_path))
    before = store.library(library.slug).nearest(bits_of(BPA))
    target = store.folder_of(library.slug, store.DEFAULT_FAMILY) / "gen-1" / what
    damaged = bytearray(target.read_bytes())
    damaged[-9] ^= 4
    target.write_bytes(damaged)
    store.forget()
    with pytest.raises(store.IndexRebuilding):
        store.library(library.slug)
    job = Job.objects.get(name=asking.INDEX_WORK, arguments__collection=library.slug)
    assert run_job(job.pk) == "done"
    assert store.library(library.slug).nearest(bits_of(BPA)) == before


def test_rejected_rows_are_listed_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(tmp_path)
    call_command("import_library", path, name="L", source="S", processes=1)
    assert "8 rows = 5 stored + 2 rejected + 1 empty" in capsys.readouterr().out
    with (tmp_path / "library.smi.rejected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["code"]) for row in rows] == [("2", "ring_unclosed"), ("5", "polymer")]
    assert "not closed" in rows[0]["reason"]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    rows = [f"{'C' * (n % 60 + 1)}{'O' if n % 4 else '*'} {n}" for n in range(1_000)]
    path = a_file(tmp_path, rows)
    command = [sys.executable, "manage.py", "import_library", str(path), "--name", "L", "--source", "S", "--json"]
    environment = os.environ | {"DATABASE_URL": COPIES.url, "BENIGNA_DATA_DIR": str(tmp_path)}
    kills = 0
    for goal in (100, 500):
        running = subprocess.Popen(
            command, cwd=project.BASE_DIR, env=environment, start_new_session=True, stdout=subprocess.PIPE
        )
        while running.poll() is None and Library.objects.filter(lines__gte=goal).count() == 0:
            os.sched_yield()
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            kills += 1
        running.wait()
    subprocess.run(command, cwd=project.BASE_DIR, env=environment, check=True, capture_output=True, timeout=120)
    library = Library.objects.get()
    assert kills > 0
    assert (library.state, library.lines, library.stored, library.rejected) == ("ready", 1_000, 750, 250)
    assert library.structures.values("line").distinct().count() == library.structures.count() == 750
    assert dict(library.structures.values_list("given_id", "line")) == {str(n): n + 1 for n in range(1_000) if n % 4}
    assert len(store.library("l").nearest(bits_of("CCCCO"))) == 750
