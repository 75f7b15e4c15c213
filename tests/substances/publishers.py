"""Publishers' files as an oracle: what do they print about a fact that the starter catalogue says they print?

Reads the folder that `BENIGNA_REFERENCE_DATA` names (see README.md of the catalogue); it knows nothing of the
importers, so that the two can disagree.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineWorkbook
from rdkit import Chem, rdBase

Row: TypeAlias = Mapping[str, str]
CAS = re.compile(r"\d{2,7}-\d{2}-\d", re.ASCII)
_MONTHS = {month: number for number, month in enumerate(calendar.month_abbr) if month}

_ECHA = ("Substance name", "CAS number", "EC number")

# source key: (file, lines above the header, (column of the name, of the CAS number, of the EC number))
FILES: Mapping[str, tuple[str, int, tuple[str, str, str]]] = {
    "clp-annex-vi-2026-04": ("echa/harmonised_list.xlsx", 0, _ECHA),
    "reach-candidate-list-2026-04": ("echa/candidate_list_full.xlsx", 0, _ECHA),
    "reach-candidate-list-2024-05": (
        "echa/legacy_candidate_list_2024.xlsx",
        3,
        ("Substance name", "CAS No.", "EC No."),
    ),
    "reach-authorisation-list-2026-04": ("echa/authorisation_list_full.xlsx", 0, _ECHA),
    "reach-restriction-list-2026-04": ("echa/restriction_list_full.xlsx", 0, _ECHA),
    "echa-restriction-process-2026-04": ("echa/restriction_process_full.xlsx", 0, _ECHA),
    "echa-pops-process-2026-04": ("echa/pops_process_full.xlsx", 0, _ECHA),
    "echa-substance-evaluation-2026-04": ("echa/substance_evaluation_full.xlsx", 0, _ECHA),
    "eu-pops-2026-04": ("echa/pops_list_full.xlsx", 0, _ECHA),
    "echa-pbt-assessment-2026-04": ("echa/pbt_assessment.xlsx", 0, _ECHA),
    "echa-ed-assessment-2026-04": ("echa/ed_assessment.xlsx", 0, _ECHA),
    "reach-registrations-2026-04": ("echa/reach_registrations.xlsx", 0, ("Name", "CAS Number", "EC Number")),
    "iarc-classifications": ("iarc/iarc.tsv", 0, ("description", "CAS", "")),
    "proposition-65-2023-01": ("oehha/p65chemicalslist.csv", 11, ("Chemical", "CAS No.", "")),
    "ntp-roc-15": ("ntp/roc15.csv", 0, ("NAME", "CASRN", "")),
    "epa-dsstox": ("structures/cas_smiles.tsv", 0, ("", "cas", "")),
    "pubchem": ("structures/cas_smiles.tsv", 0, ("", "cas", "")),
    "classyfire": ("structures/cas_smiles.tsv", 0, ("", "cas", "")),
}
# Whose structures the table of structures names by which words.
_DRAWN_BY: Mapping[str, tuple[str, ...]] = {
    "epa-dsstox": ("toxcast", "dsstox_pfas"),
    "pubchem": ("calebbell_pubchem small",),
    "classyfire": ("classyfire",),
}


class Publisher:
    """One publisher's file."""

    def __init__(self, folder: Path, source: str) -> None:
        name, skipped, (self.name, self.cas, self.ec) = FILES[source]
        self.rows = _read(folder / name, skipped)
        if source in _DRAWN_BY:
            self.rows = [row for row in self.rows if row["source"] in _DRAWN_BY[source]]
        self._by_cas: dict[str, list[Row]] = {}
        for row in self.rows:
            for cas_rn in CAS.findall(row[self.cas]):
                self._by_cas.setdefault(cas_rn, []).append(row)

    def about(self, cas_rn: str) -> Sequence[Row]:
        """Rows that print a CAS number."""
        return self._by_cas.get(cas_rn, [])

    def at(self, locator: str) -> Sequence[Row]:
        """Rows at `CAS 80-05-7`, `row <beginning of the name>`, `entry 51` or an index number."""
        kind, _, place = locator.partition(" ")
        if kind == "CAS":
            return self.about(place.partition(",")[0])
        if kind == "entry":
            return [row for row in self.rows if row["Entry number"].lstrip("0") == place]
        if kind == "row":
            beginning = place.partition(", sunset")[0]
            return [row for row in self.rows if row[self.name].startswith(beginning)]
        return [row for row in self.rows if row.get("Index number") == locator]

    def ec_numbers(self, cas_rn: str) -> set[str]:
        """EC numbers printed beside a CAS number; cells that hold several are parallel."""
        found = set[str]()
        for row in self.about(cas_rn):
            numbers, others = row[self.cas].split("\n"), row[self.ec].split("\n")
            if len(others) == len(numbers):
                others = [ec for number, ec in zip(numbers, others, strict=True) if number.strip() == cas_rn]
            found.update(ec.strip() for ec in others)
        return found

    def names(self, cas_rn: str) -> set[str]:
        """Names printed for a CAS number, folded; Annex VI parts them by semicolons."""
        parts = [part for row in self.about(cas_rn) for part in re.split(r";|\n", row[self.name])]
        return {folded(part).rstrip(":") for part in [*parts, *(row[self.name] for row in self.about(cas_rn))]}

    def names_without_number(self) -> set[str]:
        """Names of entries that print no CAS number, whole, folded."""
        return {folded(row[self.name]) for row in self.rows if not CAS.search(row[self.cas])}


def folded(text: str) -> str:
    """Lower case, single blanks."""
    return re.sub(r"\s+", " ", text).strip().lower()


def day(printed: str) -> str:
    """ISO form of `04-Feb-2026` or `1-Jan-90`; "" of what is not a day."""
    found = re.fullmatch(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{4}|\d\d)", printed.strip(), re.ASCII)
    if not found:
        return ""
    year = int(found[3])
    if year < 100:
        year += 1900 if year > 50 else 2000
    return dt.date(year, _MONTHS[found[2]], int(found[1])).isoformat()


@functools.cache
def inchikey_drawn(smiles: str) -> str:
    """The InChIKey of a structure as it is drawn; "" where RDKit cannot read it."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        return inchikey_of(mol) if mol is not None else ""


def skeleton(smiles: str) -> str:
    """First block of the InChIKey; "" where RDKit cannot read it."""
    return inchikey_drawn(smiles)[:14]


def inchikey_of(mol: Chem.Mol) -> str:
    """The standard InChIKey; "" where InChI has none."""
    key: str = Chem.MolToInchiKey(mol)  # type: ignore[no-untyped-call]  # RDKit annotates its C++ part only
    return key


def _read(path: Path, skipped: int) -> list[Row]:
    if path.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        cells = [[str(cell).strip() for cell in row] for row in sheet]
    else:
        encoding = "cp1252" if "p65" in path.name else "utf-8-sig"
        delimiter = "\t" if path.suffix == ".tsv" else ","
        text = path.read_text(encoding=encoding).replace("\xa0", " ")
        if delimiter == "\t":
            text = text.replace('"', "")  # A stray quote swallows lines; none stands for anything in these tables.
        cells = [[c.strip() for c in row] for row in csv.reader(text.splitlines(True), delimiter=delimiter)]
    header = cells[skipped]
    return [dict(zip(header, row, strict=False)) | {"": ""} for row in cells[skipped + 1 :] if len(row) > 1]


# ---- What the catalogue says, asked of one publisher. Each returns whether the file prints it. ----

ARTICLE_57: Mapping[str, str] = {
    "57a": "Carcinogenic (Article 57a)",
    "57b": "Mutagenic (Article 57b)",
    "57c": "Toxic for reproduction (Article 57c)",
    "57d": "PBT (Article 57d)",
    "57e": "vPvB (Article 57e)",
    "57f-ed-hh": "Endocrine disrupting properties (Article 57(f) - human health)",
    "57f-ed-env": "Endocrine disrupting properties (Article 57(f) - environment)",
    "57f-stot-re-hh": "Specific target organ toxicity after repeated exposure (Article 57(f) - human health)",
    "57f-resp-sens-hh": "Respiratory sensitising properties (Article 57(f) - human health)",
    "57f-eloc-hh": "Equivalent level of concern having probable serious effects to human health"
    " (Article 57(f) - human health)",
    "57f-eloc-env": "Equivalent level of concern having probable serious effects to the environment"
    " (Article 57(f) - environment)",
}
CODES_OF_CONCERN: Mapping[str, tuple[str, ...]] = {
    "carcinogenic": ("57a",),
    "mutagenic": ("57b",),
    "reprotoxic": ("57c",),
    "pbt_vpvb": ("57d", "57e"),
    "endocrine_hh": ("57f-ed-hh",),
    "endocrine_env": ("57f-ed-env",),
    "stot_re": ("57f-stot-re-hh",),
    "respiratory_sensitiser": ("57f-resp-sens-hh",),
    "equivalent_concern": ("57f-eloc-hh", "57f-eloc-env"),
}
_CONCERN_OF_OUTCOME = {
    **dict.fromkeys(("PBT", "vPvB"), "pbt_vpvb"),
    **dict.fromkeys(("PMT", "vPvM"), "pmt_vpvm"),
    **dict.fromkeys(("ED for human health", "ED HH 1"), "endocrine_hh"),
    **dict.fromkeys(("ED for environment", "ED ENV 1"), "endocrine_env"),
}
_IARC = {"1": "1", "11": "2A", "12": "2B", "3": "3"}
_NTP = {"Known": "known", "RAHC": "reasonably anticipated"}
Ask: TypeAlias = Callable[[Publisher, Row, str], bool]


def identifier(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The number stands in the file, beside the substance's CAS number."""
    if fact["scheme"] == "cas":
        return bool(publisher.about(fact["value"]))
    if fact["scheme"] == "ec":
        return fact["value"] in publisher.ec_numbers(cas_rn)
    if fact["scheme"] == "inchikey":
        return fact["value"] in {inchikey_drawn(row["smiles"]) for row in publisher.about(cas_rn)}
    return any(row["Index number"] == fact["value"] for row in publisher.about(cas_rn))


def name(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The name stands in the file, beside the substance's CAS number or in a row that prints no number."""
    return folded(fact["name"]) in publisher.names(cas_rn) | publisher.names_without_number()


def structure(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The file draws the same skeleton for the CAS number."""
    return any(skeleton(row["smiles"]) == fact["inchikey"][:14] for row in publisher.about(cas_rn))


def classification(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The line stands under the index number and the CAS number, from and until the same days."""
    return any(
        row[publisher.cas] == cas_rn
        and fact["as_printed"] in row["Hazard class, category and statement code(s)"].split("\n")
        and day(row["From"]) == fact["valid_from"]
        and _day_after(row["To"]) == fact["valid_until"]
        for row in publisher.at(fact["locator"])
    )


def flag(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The ground of the flag stands in the file, with its day."""
    return any(
        _ground(fact, row) and (cas_rn in row[publisher.cas] or fact["locator"].startswith("row "))
        for row in publisher.at(fact["locator"])
    )


def membership(publisher: Publisher, fact: Row, cas_rn: str) -> bool:
    """The list names the substance for that reason, on that day."""
    rows = [row for row in publisher.at(fact["locator"]) if _is_named(publisher, fact, row, cas_rn)]
    if fact["list"] == "reach-restriction-list":
        entry = publisher.at(fact["reason"])
        days = {day(row["Regulatory outcome date"]) for row in entry}
        return fact["entry_date"] == min(days) and any(row in entry for row in rows)
    return any(_reason(fact, row) for row in rows)


def year_of_concern(publisher: Publisher, locator: str) -> int:
    """The year of the earliest row at a place of a list."""
    columns = ("Date of inclusion", "Regulatory outcome date", "From", "Timeline date")
    days = [day(row[column]) for row in publisher.at(locator) for column in columns if day(row.get(column, ""))]
    return int(min(days)[:4])


ASK: Mapping[str, Ask] = {
    "identifiers": identifier,
    "names": name,
    "structures": structure,
    "classifications": classification,
    "flags": flag,
    "memberships": membership,
}


def not_printed(publisher: Publisher, table: str, facts: Iterable[Row], cas: Mapping[str, str]) -> list[Row]:
    """The facts of a table that the file does not print.

    Args:
        cas: CAS number by slug of the substance.
    """
    return [fact for fact in facts if not ASK[table](publisher, fact, cas.get(fact["substance"], ""))]


def _is_named(publisher: Publisher, fact: Row, row: Row, cas_rn: str) -> bool:
    return fact["locator"].startswith("row ") or cas_rn in row[publisher.cas]


def _day_after(printed: str) -> str:
    return "" if not day(printed) else (dt.date.fromisoformat(day(printed)) + dt.timedelta(days=1)).isoformat()


def _lines(cell: str) -> set[str]:
    return {part.strip() for part in re.split(r"\n|#", cell)}


def _ground(fact: Row, row: Row) -> bool:
    basis, since = fact["legal_basis"], fact["since"]
    if "From" in row:
        printed = {re.sub(r"\*", "", line) for line in _lines(row["Hazard class, category and statement code(s)"])}
        return basis.partition("Annex VI, ")[2] in printed and since == day(row["From"])
    if "Reason for inclusion" in row:
        article, codes = basis.partition("Article ")[2], CODES_OF_CONCERN[fact["concern"]]
        reasons = {ARTICLE_57[code] for code in codes if article_of(ARTICLE_57[code]) == article}
        return bool(reasons & _lines(row["Reason for inclusion"])) and since == day(row["Date of inclusion"])
    if "Outcome(s)" in row:
        outcomes = set(basis.partition(": ")[2].split(", "))
        meant = {_CONCERN_OF_OUTCOME[outcome] for outcome in outcomes} == {fact["concern"]}
        return meant and outcomes <= _lines(row["Outcome(s)"]) and since == day(row["Current stage date"])
    if "POPs Regulation Annex" in row:
        meant = fact["concern"] == "pbt_vpvb" and "2019/1021" in basis
        return meant and since == day(row["Date of inclusion"])
    group = _IARC[row["group"]]
    strength = {"1": "known_or_presumed", "2A": "known_or_presumed", "2B": "suspected"}.get(group)
    meant = (fact["concern"], fact["strength"], since) == ("carcinogenic", strength, "")
    return meant and basis == f"IARC Monographs, group {group}"


def article_of(printed: str) -> str:
    """`57(a)` of `Carcinogenic (Article 57a)`, with the receptor where there are two."""
    found = re.search(r"Article 57\(?([a-f])\)?(?: - (.+?))?\)$", printed, re.ASCII)
    if found is None:
        raise ValueError(f"{printed!r} names no letter of Article 57")
    two = found[2] and not printed.startswith(("Specific", "Respiratory"))
    return f"57({found[1]}), {found[2]}" if two else f"57({found[1]})"


def _reason(fact: Row, row: Row) -> bool:
    reason, entered = fact["reason"], fact["entry_date"]
    if "From" in row:
        return reason == f"index {row['Index number']}" and entered == day(row["From"])
    if "Sunset date" in row:
        sunset = fact["locator"].rpartition("sunset ")[2]
        on_time = entered == day(row["Regulatory outcome date"]) and sunset == day(row["Sunset date"])
        return on_time and {ARTICLE_57[code] for code in reason.split(";")} == _lines(row["Reason for inclusion"])
    if "Reason for inclusion" in row:
        printed = _lines(row["Reason for inclusion"])
        return {ARTICLE_57[code] for code in reason.split(";")} == printed and entered == day(row["Date of inclusion"])
    if "POPs Regulation Annex" in row:
        annexes = {annex.lower() for annex in _lines(row["POPs Regulation Annex"])}
        return set(reason.split(";")) == annexes and entered == day(row["Date of inclusion"])
    if "Type of Toxicity" in row:
        mechanism = fact["locator"].partition("mechanism ")[2].partition(",")[0]
        endpoints = set(re.findall(r"cancer|developmental|female|male", row["Type of Toxicity"]))
        in_force = not re.search("elisted|removal", row["Chemical"])
        stated = (reason in endpoints, mechanism == row["Listing Mechanism"], entered == day(row["Date Listed"]))
        return in_force and all(stated)
    if "Listing" in row:
        return (reason, entered) == (_NTP[row["Listing"]], "")
    return not entered and reason == f"group {_IARC[row['group']]}"
