"""For every importer a small file that it reads without a problem, as a table that a test can damage and write anew."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from substances.importers.assessments import Assessments
from substances.importers.clp_annex_vi import export
from substances.importers.reach_registrations import parse as registrations
from substances.importers.registry import IMPORTERS
from substances.importers.work_lists import WorkList
from tests.substances import test_import_sin_list as sin
from tests.substances.made_workbooks import CARC, a_workbook
from tests.substances.test_import_assessments import BOTH_ED, BOTH_PBT
from tests.substances.test_import_authorisation_list import HEADER as AUTHORISATION
from tests.substances.test_import_authorisation_list import MADE as AUTHORISED
from tests.substances.test_import_epa_lists import BPA, COMPTOX_HEADER, SCIL_HEADER
from tests.substances.test_import_proposition_65 import HEADER as P65
from tests.substances.test_import_proposition_65 import PREAMBLE

# Three numbers of three substances; each file below names them in this order.
CAS = ("123-91-1", "302-01-2", "80-05-7")
EC = ("204-661-8", "206-114-9", "201-245-8")
NAMES = ("Madestuff", "Made acid", "Made phenol")


@dataclasses.dataclass(frozen=True)
class GoodFile:
    """A table in its publisher's layout.

    Attributes:
        cas: the header of the column of CAS numbers.
        needed: a header without which the list cannot be read.
        sheet: of a workbook; "" for a text file.
        finds_sheet: whether the importer looks for the sheet itself.
        preamble: lines of a text file above the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cas: str
    needed: str
    sheet: str = ""
    finds_sheet: bool = False
    preamble: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def is_workbook(self) -> bool:
        """Whether it is written as a workbook."""
        return bool(self.sheet)

    def with_cell(self, row: int, header: str, cell: str) -> GoodFile:
        """The same table with another cell."""
        changed = list(self.rows[row])
        changed[self.header.index(header)] = cell
        return dataclasses.replace(self, rows=(*self.rows[:row], tuple(changed), *self.rows[row + 1 :]))

    def without(self, header: str) -> GoodFile:
        """The same table without a column."""
        place = self.header.index(header)
        rows = tuple((*row[:place], *row[place + 1 :]) for row in self.rows)
        return dataclasses.replace(self, header=(*self.header[:place], *self.header[place + 1 :]), rows=rows)

    def text(self) -> str:
        """The file as text; a cell with a delimiter or line end is in quotes."""
        out = io.StringIO(newline="")
        table = [*([line] for line in self.preamble), list(self.header), *self.rows]
        csv.writer(out, delimiter=self.delimiter, lineterminator="\n").writerows(table)
        return out.getvalue()

    def write(self, folder: Path) -> Path:
        """The file in its layout."""
        if self.is_workbook:
            return a_workbook(folder / "list.xlsx", self.rows, header=self.header, sheet=self.sheet)
        path = folder / "list.csv"
        path.write_bytes(self.text().encode(self.encoding))
        return path


def _export(header: Sequence[str], row: Mapping[str, str], *, needed: str) -> GoodFile:
    """An export of ECHA's: three rows that differ in whom they name."""
    names = zip(NAMES, CAS, EC, strict=True)
    rows = [{**row, "Substance name": name, "CAS number": cas, "EC number": ec} for name, cas, ec in names]
    printed = tuple(tuple(str(one.get(column, "-")) for column in header) for one in rows)
    return GoodFile(tuple(header), printed, "CAS number", needed, sheet="List_results")


_WHO = ("Substance name", "EC number", "CAS number")


def _work_list(importer: WorkList) -> GoodFile:
    event = next(iter(importer.events))
    row = {
        "Current stage": event,
        "Current stage date": "04-Feb-2026",
        importer.submitters: "Norway",
        "Status": "Ongoing",
        "Timeline": event,
        "Timeline date": "05-Feb-2025",
    }
    return _export([*_WHO, *row], row, needed="Timeline")


def _assessment(importer: Assessments, concerns: str) -> GoodFile:
    row = {
        "Current stage": f"{importer.word} assessment intention",
        "Current stage date": "18-Nov-2025",
        "Submitter": "Norway",
        "Concern(s)": concerns,
        "Outcome(s)": "-",
    }
    return _export([*_WHO, "Description", *row], row, needed="Current stage date")


def _candidates() -> GoodFile:
    row = {"Date of inclusion": "12-Jan-2017", "Reason for inclusion": CARC, "Decision": "https://example.org/d.pdf"}
    return _export([*_WHO, "Description", *row], row, needed="Reason for inclusion")


def _restrictions() -> GoodFile:
    row = {"Entry number": "01", "Conditions": "https://example.org/act", "Regulatory outcome date": "27-Jul-1976"}
    made = _export([*_WHO, "Description", *row], row, needed="Entry number")
    return made.with_cell(1, "Entry number", "02").with_cell(2, "Entry number", "03")


def _pops() -> GoodFile:
    row = {"Date of inclusion": "29-Apr-2004", "POPs Regulation Annex": "Annex I, part A"}
    return _export([*_WHO, "Description", *row], row, needed="POPs Regulation Annex")


def _classified() -> GoodFile:
    rows = tuple(
        (name, ec, cas, index, "Carc. 1B, H350", "ATP09", "01-Mar-2018", "-")
        for name, cas, ec, index in zip(NAMES, CAS, EC, ("603-024-00-5", "007-008-00-3", "604-030-00-0"), strict=True)
    )
    return GoodFile(tuple(export.NEEDED), rows, export.NEEDED[2], export.NEEDED[4], sheet="List_results")


def _registered() -> GoodFile:
    header = (registrations.NAME, registrations.EC, registrations.CAS, registrations.LINK)
    rows = tuple(
        (name, ec, cas, f"https://example.org/100.000.00{n}/overview")
        for n, (name, cas, ec) in enumerate(zip(NAMES, CAS, EC, strict=True))
    )
    return GoodFile(header, rows, registrations.CAS, registrations.NAME, sheet=registrations.SHEET)


def _sin() -> GoodFile:
    rows = tuple(
        tuple({**sin.BPA, "Name": name, "CAS Number": cas, "EC Number": ec}.get(column, "-") for column in sin.HEADER)
        for name, cas, ec in zip(NAMES, CAS, EC, strict=True)
    )
    return GoodFile(sin.HEADER, rows, "CAS Number", sin.HEADER[5], sheet="SIN List")


def _comptox() -> GoodFile:
    ids = ("DTXSID4020533", "DTXSID3020702", "DTXSID7020182")
    rows = tuple((one, name, cas, *["-"] * 3, BPA[6]) for one, name, cas in zip(ids, NAMES, CAS, strict=True))
    header = (*COMPTOX_HEADER[:3], "INCHIKEY", "SMILES", "INCHI STRING", COMPTOX_HEADER[6])
    return GoodFile(header, rows, "CASRN", "PREFERRED NAME")


def _text(header: Sequence[str], *rows: Sequence[str], cas: str, needed: str, **more: object) -> GoodFile:
    return GoodFile(tuple(header), tuple(map(tuple, rows)), cas, needed, **more)  # type: ignore[arg-type]  # as given


def _named(*behind: str, cas_first: bool) -> list[tuple[str, ...]]:
    pairs = zip(NAMES, CAS, strict=True)
    return [(cas, name, *behind) if cas_first else (name, cas, *behind) for name, cas in pairs]


GOOD: dict[str, GoodFile] = {
    **{slug: _work_list(one) for slug, one in IMPORTERS.items() if isinstance(one, WorkList)},
    "eu-ed-assessment": _assessment(IMPORTERS["eu-ed-assessment"], BOTH_ED),  # type: ignore[arg-type]  # it is one
    "eu-pbt-assessment": _assessment(IMPORTERS["eu-pbt-assessment"], BOTH_PBT),  # type: ignore[arg-type]  # it is one
    "reach-candidate-list": _candidates(),
    "reach-authorisation-list": _export(
        AUTHORISATION, {key: str(cell) for key, cell in AUTHORISED.items()}, needed="Sunset date"
    ),
    "reach-restriction-list": _restrictions(),
    "eu-pops": _pops(),
    "clp-annex-vi": _classified(),
    "reach-registrations": _registered(),
    "sin-list": _sin(),
    "comptox": _comptox(),
    "epa-scil": _text(
        SCIL_HEADER,
        *_named("Solvents", "Green Circle", cas_first=False),
        cas="CAS Registry Number",
        needed="Functional Use Class",
    ),
    "iarc": _text(
        ("CAS", "description", "group", "volumes", "year"),
        *_named("2B", "71", "1999", cas_first=True),
        cas="CAS",
        needed="volumes",
        delimiter="\t",
    ),
    "ntp-roc": _text(
        ("CASRN", "NAME", "Listing", "", "", ""),
        *_named("Known", "", "", "", cas_first=True),
        cas="CASRN",
        needed="Listing",
    ),
    "proposition-65": _text(
        P65,
        *((name, "cancer ", "SQE", cas, "1-Jan-90", "") for name, cas in zip(NAMES, CAS, strict=True)),
        cas="CAS No.",
        needed="Listing Mechanism",
        preamble=PREAMBLE,
        encoding="cp1252",
    ),
}
