"""Reads the substances of the US Report on Carcinogens. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from substances.importers.base import Problem, ReportedRow, StatedConcern
from substances.importers.delimited import damage, delimited_lines
from substances.importers.table import Line
from substances.importers.values.circumstances import circumstance
from substances.importers.values.identifiers import cas_numbers, members
from substances.vocabulary import Authority

CAS, NAME, LISTING = "CASRN", "NAME", "Listing"
NEEDED = (CAS, NAME, LISTING)
LISTINGS: Mapping[str, str] = {"Known": "known", "RAHC": "reasonably anticipated"}
_SEE = re.compile(r"\s*\(see (?P<listing>.+)\)$", re.ASCII)


class NtpRoc:
    """The list of the Report on Carcinogens by the US National Toxicology Program, as CSV."""

    slug = "ntp-roc"
    version = 1
    list_slug = "ntp-roc"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another file or header, or a listing that the report has not.
        """
        return (_row(line) for line in delimited_lines(path, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """The file does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """Both listings as known or presumed, circumstances as nothing; the README says why."""
        for listing in () if "circumstance" in row.facts else row.reasons:
            yield StatedConcern(
                "carcinogenic",
                "known_or_presumed",
                Authority.AUTHORITY_ASSESSMENT,
                f"Report on Carcinogens, {listing}",
                f"ntp-roc/{listing.replace(' ', '-')}",
            )


def _row(line: Line) -> ReportedRow:
    name, listing = line.text(NAME), line.text(LISTING)
    if not name:
        raise line.wrong("the row has no name", NAME)
    if listing not in LISTINGS:
        raise line.wrong(f"{listing!r} is no listing; there are {' and '.join(LISTINGS)}", LISTING)
    see = _SEE.search(name)
    own = name[: see.start()] if see else name
    named, problems = members(own, cas_numbers(line.text(CAS)))
    facts = {"see": see["listing"]} if see else {}
    odd = []
    if named[0].cas_rn and (found := circumstance(name)):
        facts["circumstance"] = found
        said = f"the report speaks of {found!r}, not of the substance with this number: no concern of it is stated"
        odd.append(Problem("circumstance", said))
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=own,
        members=named,
        reasons=(LISTINGS[listing],),
        problems=(*problems, *odd, *damage(line)),
        facts=facts,
    )
