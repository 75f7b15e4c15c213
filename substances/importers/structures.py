"""Files that give numbers a structure (CSV, TSV, XLSX, SDF), as reported rows: nothing is parsed as chemistry here.

Every row is given once. One that cannot hold a structure says why; whether one that can is really a structure, the
sandbox process decides.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice, product
from pathlib import Path

from substances.importers.base import Member, Problem, WrongFile, find_header
from substances.importers.delimited import Table, delimited_table
from substances.importers.sdf import sdf_records
from substances.importers.table import Line, lines_under
from substances.importers.workbook import opened

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "cas": ("cas", "casrn", "cas rn", "cas_rn", "cas number", "cas no", "cas no.", "cas-rn", "cas_number"),
    "ec": ("ec", "ec number", "ec no", "ec no.", "ec_number", "einecs"),
    "dtxsid": ("dtxsid", "dsstox substance id", "dsstox_substance_id"),
    "cid": ("pubchem cid", "pubchem_cid", "cid"),
    "smiles": ("smiles", "canonical smiles", "isomeric smiles", "canonical_smiles", "isomeric_smiles"),
    "inchi": ("inchi", "inchi string", "inchi_string", "standard inchi"),
    "inchikey": ("inchikey", "standard inchikey", "inchi key"),
    "source": ("source",),
}
_ABBREVIATIONS = re.compile(r"\b(cas|ec|rn|cid|smiles|casrn|dtxsid|dsstox|id)\b")


def _forms(word: str) -> tuple[str, ...]:
    """A header as people capitalise it: "ec number", "EC NUMBER", "EC number", "EC Number", "Ec Number"."""
    short = _ABBREVIATIONS.sub(lambda found: found[0].upper(), word)
    proper = short.replace("pubchem", "PubChem").replace("inchikey", "InChIKey").replace("inchi", "InChI")
    each = " ".join(part if part != part.lower() else part.capitalize() for part in proper.split(" "))
    return word, word.upper(), word.title(), word.capitalize(), proper, each


ALIASES = {form: header for header, words in _SPELLINGS.items() for word in words for form in _forms(word)}
_NUMBERS, _NOTATIONS = ("cas", "ec", "dtxsid", "cid"), ("smiles", "inchi")
# Where an SDF keeps the same. Source: PubChem, SD tags of compound and substance records; CompTox, SDF export.
SDF_TAGS = {
    "cas": ("CASRN", "CAS", "CAS_NUMBER", "CAS NUMBER", "PUBCHEM_GENERIC_REGISTRY_NAME"),
    "ec": ("EC", "EC_NUMBER", "EC NUMBER"),
    "dtxsid": ("DTXSID", "DSSTOX_SUBSTANCE_ID", "PUBCHEM_EXT_DATASOURCE_REGID"),
    "cid": ("PUBCHEM_COMPOUND_CID",),
    "inchikey": ("PUBCHEM_IUPAC_INCHIKEY", "INCHIKEY"),
}
_NOTHING = frozenset({"", "-", "--", "---", "N/A", "NA", "NONE", "NULL", "NAN", "."})
_FAILED = frozenset({"FAIL", "FAILED", "ERROR", "#N/A", "#VALUE!", "#REF!", "#NAME?"})
_INCHIKEY = re.compile(r"(?:InChIKey=)?[A-Z]{14}-[A-Z]{10}-[A-Z]", re.ASCII)
# Only marks that repeat what the SMILES says (ring double bonds, lone pairs); any other extension is not dropped.
_HARMLESS_EXTENSION = re.compile(r"\s+\|(?:(?:c|t|ctu|lp):[\d:,]+)+\|$", re.ASCII)
_ZIP = b"PK\x03\x04"
_LOOKED_THROUGH = 20
_NO_HEADER = "the header is missing; a header row has a number (CAS, EC, DTXSID or PubChem CID) and SMILES or InChI"
_DTXSID = re.compile(r"(?:https?://\S+/)?(DTXSID\d+)/?", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class ReportedStructure:
    """One row: whose structure, and how the file writes it.

    Attributes:
        line: counts from 1, as a spreadsheet shows it; in an SDF, the line where the record begins.
        member: the numbers as printed; its name is the first of them, for messages.
        notation: smiles, inchi or molfile; "" where the row gives none.
        text: the structure, without what is known to be around it.
        as_reported: the structure as the file has it.
        inchikey: what the row itself says that the InChIKey is; "" where it does not say.
        said_by: what the row itself names as its source.
        problem: why there is nothing to read.
        sheet: of a workbook.
    """

    line: int
    member: Member
    notation: str = ""
    text: str = ""
    as_reported: str = ""
    inchikey: str = ""
    said_by: str = ""
    problem: Problem | None = None
    sheet: str = ""


def structure_rows(path: Path) -> Iterator[ReportedStructure]:
    """The rows of a file that gives structures, in its order, each exactly once.

    Raises:
        WrongFile: the file cannot be read, or has no column of numbers or none of structures.
    """
    if path.suffix.lower() in (".sdf", ".sd", ".mol"):
        return _from_sdf(path)
    with path.open("rb") as file:
        is_workbook = file.read(4) == _ZIP
    return (_row(line) for line in (_workbook_lines(path) if is_workbook else _table(path).lines))


def _workbook_lines(path: Path) -> Iterator[Line]:
    """The rows of the one sheet with numbers and structures."""
    found: dict[str, Iterator[Line]] = {}
    with opened(path) as book:
        for name in book.names:
            rows = book.rows(name)
            head = list(islice(rows, _LOOKED_THROUGH))
            needed = _needed(head, name)
            if needed is not None:
                found[name] = lines_under(chain(head, rows), sheet=name, needed=needed, aliases=ALIASES)
            if len(found) > 1:
                raise WrongFile(f"the sheets {', '.join(map(repr, found))} all have structures; save one of them alone")
    if not found:
        raise WrongFile(_NO_HEADER)
    return next(iter(found.values()))


def _needed(head: list[list[object]], sheet: str) -> tuple[str, str] | None:
    """The columns that a header row of the sheet has: of numbers, of structures."""
    for pair in product(_NUMBERS, _NOTATIONS):
        try:
            find_header(head, needed=pair, sheet=sheet, aliases=ALIASES, within=_LOOKED_THROUGH)
        except WrongFile as error:
            if "header is missing" not in str(error):
                raise
        else:
            return pair
    return None


def _table(path: Path) -> Table:
    refusal: WrongFile | None = None
    for number, notation in product(_NUMBERS, _NOTATIONS):
        try:
            return delimited_table(path, needed=(number, notation), aliases=ALIASES, keep_blank=True)
        except WrongFile as error:
            if "header is missing" not in str(error):
                raise
            refusal = refusal or error
    raise WrongFile(_NO_HEADER, line=refusal.line if refusal else 1)


def _row(line: Line) -> ReportedStructure:
    member = _member({name: _stated(line.cells.get(name, "")) for name in _NUMBERS})
    said_by, inchikey = line.cells.get("source", ""), _key(line.cells.get("inchikey", ""))
    first: Problem | None = None
    for notation in _NOTATIONS:
        cell = line.cells.get(notation)
        if cell is None:
            continue
        problem = _unusable(cell, notation)
        if problem is None:
            text = _HARMLESS_EXTENSION.sub("", cell) if notation == "smiles" else "".join(cell.split())
            return ReportedStructure(line.number, member, notation, text, cell, inchikey, said_by, sheet=line.sheet)
        first = first or problem
    return ReportedStructure(line.number, member, said_by=said_by, problem=first, sheet=line.sheet)


def _from_sdf(path: Path) -> Iterator[ReportedStructure]:
    for record in sdf_records(path):
        tags = {tag.upper(): text for tag, text in record.data.items()}
        found = {
            name: next((text for tag in wanted if (text := _stated(tags.get(tag, "").split("\n")[0]))), "")
            for name, wanted in SDF_TAGS.items()
        }
        if not _DTXSID.fullmatch(found["dtxsid"]):
            found["dtxsid"] = ""
        member, inchikey = _member(found), _key(found["inchikey"])
        if record.problem:
            yield ReportedStructure(record.line, member, problem=record.problem)
        else:
            molfile = record.molfile
            yield ReportedStructure(record.line, member, "molfile", molfile, molfile, inchikey)


def _member(numbers: Mapping[str, str]) -> Member:
    dtxsid = _DTXSID.fullmatch(numbers["dtxsid"])
    cas = "" if numbers["cas"].upper().startswith("NOCAS") else numbers["cas"]
    values = {
        "cas_rn": cas,
        "ec_number": numbers["ec"],
        "dtxsid": dtxsid[1] if dtxsid else numbers["dtxsid"],
        "pubchem_cid": numbers["cid"],
    }
    return Member(next((value for value in values.values() if value), ""), **values)


def _stated(text: str) -> str:
    stripped = text.strip()
    return "" if stripped.upper() in _NOTHING else stripped


def _key(text: str) -> str:
    return text.strip().removeprefix("InChIKey=") if _INCHIKEY.fullmatch(text.strip()) else ""


def _unusable(cell: str, notation: str) -> Problem | None:
    """Why a cell is no structure before anybody parses it."""
    named = notation.upper() if notation == "smiles" else "InChI"
    if cell.upper() in _NOTHING:
        return Problem("no_structure", f"the {named} cell is empty")
    if cell.upper() in _FAILED:
        return Problem("no_structure", f"the {named} cell holds {cell!r}: whoever made the file could not convert it")
    if _INCHIKEY.fullmatch(cell):
        return Problem("is_inchikey", f"the {named} cell holds the InChIKey {cell}, from which no structure is read")
    if '"' in cell or "'" in cell:
        return Problem("stray_quote", f"a quote stands in the {named} cell {cell[:80]!r}")
    return None
