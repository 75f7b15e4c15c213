"""Reads exports of the US EPA's CompTox Chemicals Dashboard. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from substances.importers.base import Member, Problem, ReportedRow, Role, StatedConcern
from substances.importers.delimited import damage
from substances.importers.either import lines_of
from substances.importers.table import Line
from substances.importers.values.identifiers import cas_numbers, read_number

DTXSID, NAME, CAS = "DTXSID", "PREFERRED NAME", "CASRN"
INCHIKEY, SMILES, INCHI = "INCHIKEY", "SMILES", "INCHI STRING"
NEEDED = (DTXSID, NAME, CAS)
ALIASES = {"PREFERRED_NAME": NAME, "INCHI_STRING": INCHI}
_DTXSID = re.compile(r"(?:https?://\S+/)?(DTXSID\d+)/?", re.ASCII)
# The extension of a CXSMILES, behind a blank and between bars.
_EXTENSION = re.compile(r"\s+\|.*\|$", re.DOTALL)
_INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]", re.ASCII)


class CompTox:
    """The Dashboard's export of a list or a batch search, as CSV or workbook."""

    slug = "comptox"
    version = 1
    list_slug = "comptox"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another file or header.
        """
        return (_row(line) for line in lines_of(path, needed=NEEDED, aliases=ALIASES))

    def published_on(self, path: Path) -> dt.date | None:
        """The export does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """Nothing: an inventory names, it does not judge."""
        return ()


def _row(line: Line) -> ReportedRow:
    dtxsid, problems = _dtxsid(line)
    cas = cas_numbers(line.text(CAS))
    problems += cas.problems
    inchikey, odd = _inchikey(line)
    facts: dict[str, Any] = {}
    smiles, more = _smiles(line, facts)
    inchi, still = _inchi(line)
    problems += [*odd, *more, *still, *damage(line)]
    if cas.keys:
        facts["key"] = "; ".join(cas.keys)
    name = " ".join(line.text(NAME).split())
    named = bool(name or dtxsid or cas.values)
    if not named:
        problems.append(Problem("nobody_named", "the row has neither name nor number"))
    shared = {"inchikey": inchikey, "smiles": smiles, "inchi": inchi}
    cas_rns = cas.values or ("",)
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name or dtxsid or cas_rns[0],
        members=tuple(
            Member(name or dtxsid, cas_rn, next(iter(cas.elsewhere), ""), dtxsid=dtxsid, **shared) for cas_rn in cas_rns
        )
        if named
        else (),
        problems=tuple(problems),
        facts=facts,
        role=Role.ENTRY if named else Role.UNUSABLE,
    )


def _dtxsid(line: Line) -> tuple[str, list[Problem]]:
    """The number out of the address of its page; one whose check digit is wrong stays as printed."""
    printed = line.text(DTXSID)
    match = _DTXSID.fullmatch(printed)
    number = match[1] if match else printed
    value, problem = read_number(number, "dtxsid") if number else ("", None)
    return value or (match[1] if match else ""), [problem] if problem else []


def _inchikey(line: Line) -> tuple[str, list[Problem]]:
    printed = line.text(INCHIKEY)
    value, problem = read_number(printed, "inchikey") if printed else ("", None)
    return value, [problem] if problem else []


def _smiles(line: Line, facts: dict[str, Any]) -> tuple[str, list[Problem]]:
    """The SMILES; none where the cell holds something else, or more than SMILES can say."""
    printed = line.text(SMILES)
    if not printed:
        return "", []
    if extension := _EXTENSION.search(printed):
        facts["cxsmiles"] = printed
        said = f"{printed[:80]!r} says more than SMILES can ({extension[0].strip()[:40]}); no structure was read"
        return "", [Problem("cxsmiles", said)]
    if printed.upper() in {"FAIL", "ERROR", "NULL", "NONE"} or _INCHIKEY.fullmatch(printed):
        return "", [Problem("no_smiles", f"{printed!r} is no SMILES; no structure was read")]
    bare = printed.strip("\"'")
    if any(char.isspace() for char in bare) or '"' in bare:
        return "", [Problem("no_smiles", f"{printed[:80]!r} is no SMILES; no structure was read")]
    return bare, [] if bare == printed else [Problem("smiles_quotes", f"quotes around {bare[:80]!r} were left out")]


def _inchi(line: Line) -> tuple[str, list[Problem]]:
    """The InChI without the line ends that the export puts into it."""
    printed = "".join(line.text(INCHI).split())
    if not printed or printed.startswith("InChI=1"):
        return printed, []
    return "", [Problem("no_inchi", f"{printed[:80]!r} is no InChI; it was not used")]
