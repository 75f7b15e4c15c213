"""Compares the starter catalogue with a reference table of structures. Works on files; needs no database.

The table is somebody else's: each line is split at tabs and nothing more, its structures are read in the sandbox.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from substances.chemistry.sandbox_client import Sandbox
from substances.services.catalogue_files import CatalogueError, Line, read_lines
from substances.services.catalogue_read import FOLDER, check_identifier
from substances.services.catalogue_structures import Measured, StructureUnread, in_sandboxes, measure

HEADER = ("cas", "smiles", "source")


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A CAS number whose structure in the catalogue is none of those in the table.

    Attributes:
        ours, theirs: InChIKeys; theirs of the nearest one.
        kind: `stereo`, `isotope`, `charge`, `salt` or `connectivity`: the least that explains it.
        explained: what the catalogue says about it in the note of the structure; "" if nothing.
    """

    cas: str
    substance: str
    ours: str
    theirs: str
    their_source: str
    kind: str
    explained: str


@dataclasses.dataclass(slots=True)
class CheckReport:
    """What was compared, and what came of it.

    Attributes:
        checked: CAS numbers of substances that have a structure.
        agree: those whose structure is in the table.
        missing: CAS numbers the table does not know.
        problems: wrong check digits, InChIKeys and unreadable lines, in words.
    """

    checked: int = 0
    agree: int = 0
    differ: list[Difference] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every check digit and InChIKey is right and every difference in connectivity explained."""
        return not self.failures and all(one.explained or one.kind != "connectivity" for one in self.differ)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values; failures are problems that fail the check."""
        return {
            "checked": self.checked,
            "agree": self.agree,
            "differ": [dataclasses.asdict(one) for one in self.differ],
            "missing": self.missing,
            "problems": self.failures + self.problems,
            "ok": self.ok,
        }


def check_against(reference: Path, *, folder: Path = FOLDER) -> CheckReport:
    """Verifies check digits and InChIKeys, and compares every CAS number's structure with a table.

    Args:
        reference: tab-separated, UTF-8, header `cas`, `smiles`, `source`; a CAS number may occur more than once.

    Raises:
        CatalogueError: a file of the catalogue, or the table, has not its columns.
    """
    report = CheckReport()
    identifiers = read_lines(
        folder / "identifiers.csv",
        columns=("substance", "scheme", "value", "source", "checked"),
        optional=("locator",),
    )
    structures = read_lines(
        folder / "structures.csv",
        columns=("substance", "smiles", "inchikey", "source", "checked", "note"),
        optional=("locator",),
    )
    for line in identifiers:
        try:
            check_identifier(line, "value", line.optional("scheme"))
        except CatalogueError as error:
            report.failures.append(str(error))
    ours = _measure_ours(structures, report)
    numbers = {
        line.optional("value"): line.optional("substance")
        for line in identifiers
        if line.optional("scheme") == "cas" and line.optional("substance") in ours
    }
    notes = {line.optional("substance"): line.optional("note") for line in structures}
    theirs = _measure_theirs(_read_reference(reference, numbers, report), report)
    for cas, slug in sorted(numbers.items(), key=lambda item: item[1]):
        _compare(report, cas, slug, ours[slug], theirs.get(cas), notes[slug])
    report.checked = len(numbers)
    return report


def kind_of_difference(ours: Measured, theirs: Measured) -> str:
    """The least that tells two structures apart, by the blocks of their InChIKeys and their parents.

    Source: the InChIKey's blocks, IUPAC International Chemical Identifier Technical Manual.
    """
    if ours.inchikey == theirs.inchikey:
        return "none"
    skeleton, rest = ours.inchikey.partition("-")[::2]
    other_skeleton, other_rest = theirs.inchikey.partition("-")[::2]
    if skeleton == other_skeleton:
        if rest[:8] == other_rest[:8]:
            return "charge"
        return "isotope" if _has_isotopes(ours) != _has_isotopes(theirs) else "stereo"
    parent, other_parent = _parent_skeleton(ours), _parent_skeleton(theirs)
    if parent and parent == other_parent:
        return "salt"
    return "connectivity"


def _has_isotopes(structure: Measured) -> bool:
    return "/i" in structure.inchi


def _parent_skeleton(structure: Measured) -> str:
    return (structure.parent_inchikey or "").partition("-")[0]


def _measure_ours(structures: list[Line], report: CheckReport) -> dict[str, Measured]:
    def one(box: Sandbox, line: Line) -> Measured | str:
        try:
            return measure(box, line.text("smiles"), svg=False)
        except (StructureUnread, CatalogueError) as error:
            return str(line.error("smiles", str(error)))

    found = {}
    for line, measured in zip(structures, in_sandboxes(one, structures), strict=True):
        if isinstance(measured, str):
            report.failures.append(measured)
            continue
        if measured.inchikey != line.optional("inchikey"):
            error = line.error("inchikey", f"is not that of the SMILES, which is {measured.inchikey or 'none'}")
            report.failures.append(str(error))
        found[line.optional("substance")] = measured
    return found


def _read_reference(path: Path, wanted: Mapping[str, str], report: CheckReport) -> list[tuple[str, str, str]]:
    """The lines about CAS numbers of ours; a line that cannot be split is a problem."""
    rows = []
    with path.open(encoding="utf-8", newline="\n") as file:
        header = tuple(file.readline().strip().split("\t"))
        if header != HEADER:
            raise CatalogueError(path.name, 1, "header", ", ".join(header)[:100], f"should be {', '.join(HEADER)}")
        for number, line in enumerate(file, 2):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != len(HEADER):
                report.problems.append(f"{path.name}, line {number}: has {len(cells)} cells, not {len(HEADER)}")
            elif cells[0].strip() in wanted:
                rows.append((cells[0].strip(), cells[1].strip(), cells[2].strip()))
    return rows


def _measure_theirs(rows: list[tuple[str, str, str]], report: CheckReport) -> dict[str, list[tuple[Measured, str]]]:
    def one(box: Sandbox, row: tuple[str, str, str]) -> Measured | str:
        try:
            return measure(box, row[1], svg=False)
        except StructureUnread as error:
            return f"reference, CAS {row[0]}, {row[2]}: {error}"

    found: dict[str, list[tuple[Measured, str]]] = defaultdict(list)
    for (cas, _, source), measured in zip(rows, in_sandboxes(one, rows), strict=True):
        if isinstance(measured, str):
            report.problems.append(measured)
        else:
            found[cas].append((measured, source))
    return found


def _compare(
    report: CheckReport,
    cas: str,
    slug: str,
    ours: Measured,
    theirs: list[tuple[Measured, str]] | None,
    note: str,
) -> None:
    if not theirs:
        report.missing.append(cas)
        return
    order = ("none", "charge", "isotope", "stereo", "salt", "connectivity")
    kind, measured, source = min(
        ((kind_of_difference(ours, one), one, source) for one, source in theirs),
        key=lambda found: order.index(found[0]),
    )
    if kind == "none":
        report.agree += 1
    else:
        report.differ.append(Difference(cas, slug, ours.inchikey, measured.inchikey, source, kind, note))
