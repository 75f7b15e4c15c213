"""Annex VI as the official table: header over two rows, several members in one cell, limits, Notes and label.

The table is recognised by its header, in whatever sheet and row it stands. Releases of after the 22nd adaptation to
technical progress (ATP) print the header in one row, and every version of an entry with the day of its application.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from substances.importers.base import Problem, ReportedRow, Role, WrongFile
from substances.importers.clp_annex_vi.names import is_group, members, qualifier
from substances.importers.table import Line, cell_text, lines_under
from substances.importers.values.days import NotADay, day
from substances.importers.values.hazard_codes import paired, statements
from substances.importers.values.limits import Limits, label, limits, notes
from substances.importers.workbook import OpenWorkbook

_WITHIN = 20
_NEEDED = ("index", "name", "ec", "cas", "classes", "statements")
# What a column is, by words of its header; where several are, the first one of the table.
_ROLES: Mapping[str, re.Pattern[str]] = {
    "index": re.compile(r"index no"),
    "name": re.compile(r".*chemical (?:name|identification)"),
    "ec": re.compile(r"ec no"),
    "cas": re.compile(r"cas no"),
    "classes": re.compile(r".*hazard class and category"),
    "statements": re.compile(r"(?!.*(?:suppl|labelling)).*hazard statement code"),
    "pictograms": re.compile(r".*pictogram"),
    "label_statements": re.compile(r"(?!.*suppl).*labelling.*hazard statement code"),
    "supplemental": re.compile(r".*suppl.*hazard statement code"),
    "limits": re.compile(r".*conc\.? limits|m, scl|m-factor"),
    "notes": re.compile(r"notes?$"),
    "atp": re.compile(r"atp"),
    "begins": re.compile(r"in application"),
}
_INDEX = re.compile(r"\d{3}-\d{3}-\d{2}-[\dX]", re.ASCII)
_SAYS_DAY = re.compile(r"(?:last )?(?:updated?|published)(?: on)?:? +(\S.*?\d{4}|\d{4}-\d{2}-\d{2})\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """The official table as it stands in a workbook.

    Attributes:
        rows: of its sheet, the header joined into one row.
        header: how many rows lie before the first of data.
        columns: what each column is → its header; without the columns that are not there.
    """

    sheet: str
    rows: Sequence[Sequence[object]]
    header: int
    columns: Mapping[str, str]


def find_table(book: OpenWorkbook) -> Table:
    """The first sheet that has the table's header.

    Raises:
        WrongFile: none has it.
    """
    for sheet in book.names:
        rows = list(book.rows(sheet))
        for place in range(min(len(rows), _WITHIN)):
            for height in (1, 2):
                joined = _joined(rows[place : place + height])
                columns = _columns(joined)
                if all(role in columns for role in _NEEDED):
                    under = rows[:place] + [[]] * (height - 1) + [joined] + rows[place + height :]
                    return Table(sheet, under, place + height, columns)
    named = ", ".join(repr(sheet) for sheet in book.names)
    raise WrongFile(
        "there is neither a sheet 'List_results' nor a table with the headers 'Index No', 'Chemical name', 'EC No', "
        f"'CAS No', 'Hazard Class and Category Code(s)' and 'Hazard Statement Code(s)'; there is {named}"
    )


def table_rows(table: Table) -> Iterator[ReportedRow]:
    """The rows of the table, in its order; an older version of an entry ends when the next one begins."""
    needed = [table.columns[role] for role in _NEEDED]
    lines = lines_under(table.rows, sheet=table.sheet, needed=needed, within=table.header)
    if "begins" not in table.columns:
        return (_row(line, table.columns) for line in lines)
    return iter(_with_ends([_row(line, table.columns) for line in lines]))


def table_day(table: Table) -> dt.date | None:
    """The day of publication or last update that the rows before the header print; None where they print none."""
    for row in table.rows[: table.header - 1]:
        for cell in row:
            if match := _SAYS_DAY.search(" ".join(str(cell).split())):
                try:
                    return day(match[1]).first
                except NotADay:
                    continue
    return None


def _joined(rows: Sequence[Sequence[object]]) -> list[object]:
    """A header of one or two rows in one; a cell merged over columns stands for all of them."""
    texts = [[" ".join(cell_text(cell).split()) for cell in row] for row in rows]
    if len(texts) == 1:
        return list(texts[0])
    joined: list[object] = []
    above = ""
    for upper, lower in zip(*texts, strict=True):
        above = upper or (above if lower else "")
        joined.append(f"{above}: {lower}" if above and lower else above or lower)
    return joined


def _columns(header: Iterable[object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in header:
        text = str(cell)
        for role, words in _ROLES.items():
            if words.match(text.casefold()):
                found.setdefault(role, text)
    return found


def _row(line: Line, columns: Mapping[str, str]) -> ReportedRow:
    def text(role: str) -> str:
        return line.text(columns[role]) if role in columns else ""

    index, name = text("index"), " ".join(text("name").split())
    if not _INDEX.fullmatch(index) or not name:
        why = f"{index or name!r} begins no entry: an entry has an index number such as 604-030-00-0, and a name"
        odd_one = (Problem("no_entry", why),)
        return ReportedRow(line.sheet, line.number, line.cells, name or index, (), problems=odd_one, role=Role.UNUSABLE)
    named, unclear = members(text("name"), text("ec"), text("cas"), index)
    hazards = paired(text("classes"), text("statements"))
    facts, odd = _facts(text)
    problems = [*unclear, *hazards.problems, *odd]
    if not hazards.classifications:
        problems.append(Problem("no_classification", "there is no hazard class"))
    if hazards.details:
        facts["hazard_details"] = [{"hazard_statement": code, "detail": said} for code, said in hazards.details]
    facts["index_number"] = index
    if said := qualifier(name):
        facts["qualifier"] = said
    numbered = any(one.cas_rn or one.ec_number for one in named)
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=named,
        reasons=(f"index {index}",),
        listed_on=line.day(columns["begins"]) if "begins" in columns else None,
        is_group=bool(named) and not numbered and is_group(name),
        problems=tuple(problems),
        classifications=hazards.classifications,
        facts=facts,
    )


def _facts(text: Callable[[str], str]) -> tuple[dict[str, Any], list[Problem]]:
    """What columns beside the classification say, and what in them was not understood."""
    label_codes, odd_label = statements(text("label_statements"))
    supplemental, odd_supplemental = statements(text("supplemental"))
    printed_notes, odd_notes = notes(text("notes"))
    printed_label = label(text("pictograms"))
    read = limits(text("limits"))
    facts = {
        "atp": text("atp"),
        "pictograms": list(printed_label.pictograms),
        "signal_word": printed_label.signal_word,
        "label_statements": [one.code for one in label_codes],
        "supplemental_statements": [one.code for one in supplemental],
        "notes": list(printed_notes),
        **_limit_facts(read),
    }
    problems = [*odd_label, *odd_supplemental, *printed_label.problems, *read.problems, *odd_notes]
    return {key: value for key, value in facts.items() if value not in ("", [], False)}, problems


def _limit_facts(read: Limits) -> dict[str, Any]:
    """Limits as JSON; numbers are text, so that none loses a digit."""

    def plain(one: Any) -> dict[str, Any]:
        return {key: str(said) if isinstance(said, Decimal) else said for key, said in dataclasses.asdict(one).items()}

    return {
        "concentration_limits": [plain(one) for one in read.concentrations],
        "m_factors": [plain(one) for one in read.m_factors],
        "acute_toxicity_estimates": [plain(one) for one in read.estimates],
        "generic_limits_noted": read.general,
        "limits_not_read": list(read.not_read),
    }


def _with_ends(rows: Sequence[ReportedRow]) -> list[ReportedRow]:
    """Each version of an entry ends on the day from which the next version of the same index number applies."""
    begun: dict[tuple[str, ...], set[dt.date]] = defaultdict(set)
    for row in rows:
        if row.listed_on:
            begun[row.reasons].add(row.listed_on)
    ended = []
    for row in rows:
        later = [one for one in begun[row.reasons] if row.listed_on and one > row.listed_on]
        ended.append(dataclasses.replace(row, valid_until=min(later)) if later else row)
    return ended
