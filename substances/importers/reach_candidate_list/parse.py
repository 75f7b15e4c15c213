"""Reads the Candidate List of substances of very high concern as ECHA exports it. See the README beside this file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from substances.importers.base import Member, Problem, ReportedRow, StatedConcern, split_parallel
from substances.importers.table import Line, sheet_lines
from substances.vocabulary import Authority

SHEET = "List_results"
NAME, EC, CAS = "Substance name", "EC number", "CAS number"
LISTED, REASON = "Date of inclusion", "Reason for inclusion"
NEEDED = (NAME, EC, CAS, LISTED, REASON)
_DATES = (LISTED, "Regulatory outcome date")
_BASIS = "Regulation (EC) No 1907/2006, Article 57"
_SURE = "known_or_presumed"

# Reason as printed → normal form: letter of Article 57, sub-reason, receptor.
REASONS: Mapping[str, str] = {
    "Carcinogenic (Article 57a)": "57a",
    "Mutagenic (Article 57b)": "57b",
    "Toxic for reproduction (Article 57c)": "57c",
    "PBT (Article 57d)": "57d",
    "vPvB (Article 57e)": "57e",
    "Endocrine disrupting properties (Article 57(f) - human health)": "57f-ed-hh",
    "Endocrine disrupting properties (Article 57(f) - environment)": "57f-ed-env",
    "Specific target organ toxicity after repeated exposure (Article 57(f) - human health)": "57f-stot-re-hh",
    "Respiratory sensitising properties (Article 57(f) - human health)": "57f-resp-sens-hh",
    "Equivalent level of concern having probable serious effects to human health "
    "(Article 57(f) - human health)": "57f-eloc-hh",
    "Equivalent level of concern having probable serious effects to the environment "
    "(Article 57(f) - environment)": "57f-eloc-env",
}
# Normal form → concern, strength, legal basis. Source: Regulation (EC) No 1907/2006, Article 57.
_MEANING: Mapping[str, tuple[str, str, str]] = {
    "57a": ("carcinogenic", _SURE, "(a)"),
    "57b": ("mutagenic", _SURE, "(b)"),
    "57c": ("reprotoxic", _SURE, "(c)"),
    "57d": ("pbt_vpvb", "", "(d)"),
    "57e": ("pbt_vpvb", "", "(e)"),
    "57f-ed-hh": ("endocrine_hh", "", "(f), human health"),
    "57f-ed-env": ("endocrine_env", "", "(f), environment"),
    "57f-stot-re-hh": ("stot_re", "", "(f)"),
    "57f-resp-sens-hh": ("respiratory_sensitiser", "", "(f)"),
    "57f-eloc-hh": ("equivalent_concern", "", "(f), human health"),
    "57f-eloc-env": ("equivalent_concern", "", "(f), environment"),
}


class ReachCandidateList:
    """ECHA's Candidate List, the workbook with sheet `List_results`."""

    slug = "reach-candidate-list"
    version = 2
    list_slug = "reach-candidate-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header, reason or date than this list has.
        """
        return (_row(line) for line in sheet_lines(path, SHEET, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """The export does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the points of Article 57 mean."""
        for reason in row.reasons:
            concern, strength, point = _MEANING[reason]
            yield StatedConcern(concern, strength, Authority.AUTHORITY_ASSESSMENT, _BASIS + point, f"reach-57/{reason}")


def _row(line: Line) -> ReportedRow:
    names = line.lines(NAME)
    if not names:
        raise line.wrong("the row has no name", NAME)
    for header in _DATES:
        line.day(header)
    problems = []
    parts = split_parallel([line.cells[header] for header in (NAME, EC, CAS)])
    if parts is None:
        message = f"{NAME}, {EC} and {CAS} have different numbers of lines; whom the row names is not clear"
        problems.append(Problem("not_parallel", message))
        parts = []
    listed_on = line.day(LISTED)
    if listed_on is None:
        problems.append(Problem("no_date", f"there is no {LISTED.lower()}"))
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name="; ".join(dict.fromkeys(names)),
        members=tuple(dict.fromkeys(Member(name or names[0], cas, ec) for name, ec, cas in parts)),
        reasons=_reasons(line),
        listed_on=listed_on,
        is_group=bool(parts) and not any(ec or cas for _, ec, cas in parts),
        problems=tuple(problems),
    )


def _reasons(line: Line) -> tuple[str, ...]:
    printed = line.lines(REASON)
    for reason in printed:
        if reason not in REASONS:
            raise line.wrong(f"{reason!r} is not a reason of Article 57 as this list prints them", REASON)
    if not printed:
        raise line.wrong("the row has no reason", REASON)
    return tuple(sorted({REASONS[reason] for reason in printed}))
