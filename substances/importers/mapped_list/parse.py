"""Reads a list whose layout a mapping file describes: an NGO's or a regulator's own list, without code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from substances.chemistry.identifiers import Scheme
from substances.importers.base import MISSING, Member, Problem, ReportedRow, Role, StatedConcern, WrongFile
from substances.importers.delimited import damage, delimited_lines
from substances.importers.either import is_workbook, lines_of
from substances.importers.health import limit_as_json
from substances.importers.mapped_list.limits import limits_of
from substances.importers.mapped_list.mapping import ListMapping
from substances.importers.table import Line, sheet_lines
from substances.importers.values.days import NotADay, day
from substances.importers.values.identifiers import Numbers, cas_numbers, ec_numbers, members, read_number

# Identifiers of which a row has one: key of the mapping → its reader.
_SINGLE: dict[str, Scheme] = {"index": "clp_index_number", "dtxsid": "dtxsid", "inchikey": "inchikey"}


class MappedList:
    """The importer that a mapping describes.

    Attributes:
        mapping: what it reads by.
        about: the list for which it makes releases.
    """

    def __init__(self, mapping: ListMapping) -> None:
        self.mapping = mapping
        self.slug = self.list_slug = mapping.slug
        self.version = mapping.version
        self.about = mapping.about
        self._stated = {one.normal: one.stated for one in mapping.reasons.values()}

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another kind of file or header, a day that is none, or a reason that the mapping has not.
        """
        return (self._row(line) for line in self._lines(path))

    def published_on(self, path: Path) -> dt.date | None:
        """The day that the mapping says."""
        return self.mapping.published_on

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the publisher's own rule says of the row's reasons."""
        for reason in row.reasons:
            yield from self._stated[reason]

    def _lines(self, path: Path) -> Iterator[Line]:
        layout = self.mapping.layout
        if is_workbook(path) != (layout.kind == "xlsx"):
            found = "a workbook" if is_workbook(path) else "no workbook"
            raise WrongFile(f"the file is {found}, but file.kind of the mapping is {layout.kind!r}")
        needed = layout.headers
        if layout.kind == "csv":
            return delimited_lines(
                path,
                needed=needed,
                aliases=layout.aliases,
                delimiter=layout.delimiter,
                encoding=layout.encoding,
                within=layout.within,
            )
        if layout.sheet:
            return sheet_lines(path, layout.sheet, needed=needed, aliases=layout.aliases, within=layout.within)
        return lines_of(path, needed=needed, aliases=layout.aliases, within=layout.within)

    def _text(self, line: Line, key: str) -> str:
        header = self.mapping.layout.columns.get(key)
        return line.text(header) if header else ""

    def _row(self, line: Line) -> ReportedRow:
        names = [
            part for part in (part.strip() for part in self._text(line, "name").split("\n")) if part not in MISSING
        ]
        named, problems = self._members(line, names)
        numbered = any(one.cas_rn or one.ec_number or one.index_number or one.dtxsid for one in named)
        known = bool(names) or numbered or any(one.inchikey for one in named)
        if not known:
            problems = (*problems, Problem("nobody_named", "the row has neither name nor number"))
        listed_on, ends = self._day(line, "listed_on") or self.mapping.listed_on, self._day(line, "valid_until")
        if listed_on and ends and ends <= listed_on:
            said = f"listed on {listed_on}, but taken back on {ends}; one of the days is wrong"
            problems, listed_on = (*problems, Problem("ends_first", said)), None
        facts, unread = self._facts(line)
        problems = (*problems, *unread)
        return ReportedRow(
            sheet=line.sheet,
            line=line.number,
            cells=line.cells,
            name="; ".join(dict.fromkeys(names)) or next((_number_of(one) for one in named if _number_of(one)), ""),
            members=named if known else (),
            reasons=self._reasons(line),
            listed_on=listed_on,
            is_group=known and not numbered and self.mapping.groups_without_number,
            problems=(*problems, *damage(line)),
            valid_until=ends,
            facts=facts,
            role=Role.ENTRY if known else Role.UNUSABLE,
        )

    def _facts(self, line: Line) -> tuple[dict[str, Any], list[Problem]]:
        """Remarks as printed, and what columns say of limits, organs and findings."""
        layout = self.mapping.layout
        facts: dict[str, Any] = {name: line.text(header) for name, header in layout.facts.items() if line.text(header)}
        for name, header in (("organs", layout.organs), ("biomonitoring", layout.biomonitoring)):
            if header and line.text(header) not in MISSING:
                facts[name] = line.text(header)
        limits, problems = limits_of(layout.limits, line.text, jurisdiction=self.mapping.about.jurisdiction)
        if limits:
            facts["exposure_limits"] = [limit_as_json(one) for one in limits]
        return facts, problems

    def _members(self, line: Line, names: list[str]) -> tuple[tuple[Member, ...], tuple[Problem, ...]]:
        cas = cas_numbers(self._text(line, "cas"))
        ec = ec_numbers(self._text(line, "ec")) if "ec" in self.mapping.layout.columns else Numbers()
        name = "; ".join(dict.fromkeys(names))
        named, problems = members(name, cas, ec, names=names)
        single, odd = self._single(line)
        if not any(single.values()):
            return named, problems
        if len(named) > 1:
            values = ", ".join(value for value in single.values() if value)
            said = f"{name}: {values} stands beside {len(named)} substances; whose it is, is open"
            return named, (*problems, *odd, Problem("not_parallel", said))
        (only,) = named
        return (Member(only.name, only.cas_rn, only.ec_number, **single),), (*problems, *odd)

    def _single(self, line: Line) -> tuple[dict[str, str], tuple[Problem, ...]]:
        """Index number, DTXSID, InChIKey and structure; what cannot be read stays as printed, and is told."""
        found = {key: "".join(self._text(line, key).split()) for key in ("smiles", "inchi")}
        problems = []
        for key, scheme in _SINGLE.items():
            field, printed = ("index_number" if key == "index" else key), self._text(line, key)
            value, problem = read_number(printed, scheme) if printed else ("", None)
            found[field] = value or printed
            problems += [problem] if problem else []
        return found, tuple(problems)

    def _reasons(self, line: Line) -> tuple[str, ...]:
        printed = [self._text(line, "reasons")]
        for separator in self.mapping.layout.separators:
            printed = [part for one in printed for part in one.split(separator)]
        said = [" ".join(part.split()) for part in printed]
        found = {*self.mapping.constant_reasons, *(part for part in said if part not in MISSING)}
        for reason in sorted(found):
            if reason not in self.mapping.reasons:
                header = self.mapping.layout.columns.get("reasons")
                raise line.wrong(f"{reason!r} is not explained by the mapping; add it under reasons", header)
        return tuple(sorted({self.mapping.reasons[reason].normal for reason in found}))

    def _day(self, line: Line, key: str) -> dt.date | None:
        printed = self._text(line, key)
        if not printed:
            return None
        header = self.mapping.layout.columns[key]
        try:
            found = day(printed, month_first=self.mapping.layout.month_first)
        except NotADay as error:
            order = "month" if self.mapping.layout.month_first else "day"
            raise line.wrong(f"{error}; numbers are read {order} first (days.month_first)", header) from None
        if not found.exact and not self.mapping.layout.months:
            raise line.wrong(f"{printed!r} is a month, not a day (days.months allows its first day)", header)
        return found.first


def _number_of(member: Member) -> str:
    return member.cas_rn or member.ec_number or member.index_number or member.dtxsid or member.inchikey
