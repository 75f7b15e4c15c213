"""What is measured of imports: each publisher's file into a running portal, with somebody searching meanwhile.

Needs the real files (`BENIGNA_REFERENCE_DATA`); without them it says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from tests.bench.whole import Figure
from tests.live_portal import LivePortal

DAY, NEXT_DAY = "2026-04-15", "2026-04-16"


class File(NamedTuple):
    """A file of the reference data, the list it is a release of, and its day where it does not say it."""

    path: str
    slug: str
    day: str = DAY
    demand: str = ""


CLP = File("echa/harmonised_list.xlsx", "clp-annex-vi", demand="≤ 20 s, < 400 MB")
LARGEST = File("echa/reach_registrations.xlsx", "reach-registrations", demand="≤ 60 s, < 400 MB")
OTHERS = [
    File("echa/legacy_candidate_list_2024.xlsx", "reach-candidate-list", ""),
    File("echa/candidate_list_full.xlsx", "reach-candidate-list"),
    File("echa/authorisation_list_full.xlsx", "reach-authorisation-list"),
    File("echa/restriction_list_full.xlsx", "reach-restriction-list"),
    File("echa/pops_list_full.xlsx", "eu-pops"),
    File("echa/ed_assessment.xlsx", "eu-ed-assessment"),
    File("echa/pbt_assessment.xlsx", "eu-pbt-assessment"),
    File("echa/svhc_identification_full.xlsx", "svhc-identification"),
    File("echa/substance_evaluation_full.xlsx", "substance-evaluation"),
    File("echa/clh_process_full.xlsx", "clh-process"),
    File("echa/restriction_process_full.xlsx", "restriction-process"),
    File("echa/pops_process_full.xlsx", "pops-process"),
    File("iarc/iarc.tsv", "iarc"),
    File("ntp/roc15.csv", "ntp-roc", "2021-12-21"),
    File("oehha/p65chemicalslist.csv", "proposition-65", "2023-01-27"),
]


def reference_data() -> Path | None:
    """Where the real files are, if anywhere."""
    folder = os.environ.get("BENIGNA_REFERENCE_DATA")
    return Path(folder) if folder else None


class Imported(NamedTuple):
    """What `import_list --json` said, how long it took, its processor time and the most memory it had."""

    report: dict[str, Any]
    seconds: float
    processor_seconds: float
    megabytes: float

    def figures(self, file: File) -> Iterator[Figure]:
        """As lines of the table."""
        name = f"import of {file.slug}, {self.report['rows']} rows"
        yield Figure(name, file.demand, self.seconds, "s")
        yield Figure(f"{file.slug}: processor, memory {self.megabytes:.0f} MB", "", self.processor_seconds, "s")


def imported(portal: LivePortal, path: Path, slug: str, day: str = "") -> Imported:
    """Imports a file by the command, as a process of its own beside the running portal.

    Args:
        day: when the publisher put it out; "" where the file says so itself.

    Raises:
        SystemExit: it was not published whole.
    """
    command = [sys.executable, "manage.py", "import_list", slug, str(path), "--confirm", "--json"]
    command += ["--published", day] if day else []
    environment = {**os.environ, "BENIGNA_DATA_DIR": str(portal.folder)}
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    report = json.loads(said) if process.returncode == 0 else {}
    if report.get("state") != "published" or report["lost"]:
        raise SystemExit(f"{path.name} was not published whole: {report or process.returncode}")
    return Imported(report, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def while_importing(run: Callable[[], object], do: Callable[[], object]) -> list[float]:
    """How long `do` took each time it was done beside `run`; milliseconds."""
    taken: list[float] = []
    with ThreadPoolExecutor(1) as beside:
        importing = beside.submit(run)
        while not importing.done():
            began = time.perf_counter()
            do()
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(0.25)
    importing.result()
    return taken


def with_fewer_rows(path: Path, folder: Path, *, leave_out: int) -> Path:
    """A copy of a workbook without every `leave_out`th row: another release of the same list."""
    book = load_workbook(path)
    for sheet in book.worksheets:
        for line in range(sheet.max_row - sheet.max_row % leave_out, leave_out, -leave_out):
            sheet.delete_rows(line)
    made = folder / "fewer.xlsx"
    book.save(made)
    return made
