"""A company's chemical profile: what it makes, imports or uses that is of concern. Pure; no queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.companies.models import Production
    from substances.models import Substance


@dataclass(frozen=True)
class ConcernLine:
    """One concern in a portfolio.

    Attributes:
        concern: slug of the concern.
        label: in words.
        substances: how many substances of the portfolio carry it in the latest year.
        before: the same in the year before; None where nothing is known of that year.
        largest: the row with the largest upper bound in tonnes a year, of those that carry it.
    """

    concern: str
    label: str
    substances: int
    before: int | None
    largest: Production


@dataclass(frozen=True)
class Profile:
    """What is known of a company's portfolio.

    Attributes:
        year: the latest year with any row; None where there is none.
        rows: the rows of that year.
        flagged: substances of that year with a standing concern flag.
        unflagged: the others: nothing is recorded against them, which is not a finding of safety.
        concerns: by concern, most substances first.
    """

    year: int | None
    rows: list[Production] = field(default_factory=list)
    flagged: list[Substance] = field(default_factory=list)
    unflagged: list[Substance] = field(default_factory=list)
    concerns: list[ConcernLine] = field(default_factory=list)


def profile_of(production: Iterable[Production]) -> Profile:
    """The profile that rows of production, with their substances and flags at hand, add up to."""
    rows = list(production)
    if not rows:
        return Profile(year=None)
    year = max(row.year for row in rows)
    latest = [row for row in rows if row.year == year]
    earlier = [row for row in rows if row.year == year - 1]
    substances = {row.substance_id: row.substance for row in latest}
    flagged = [s for s in substances.values() if list(s.flags.all())]
    unflagged = [s for s in substances.values() if not list(s.flags.all())]
    return Profile(year, latest, _by_name(flagged), _by_name(unflagged), _concern_lines(latest, earlier))


def _concern_lines(latest: list[Production], earlier: list[Production]) -> list[ConcernLine]:
    now, before = _carriers(latest), _carriers(earlier)
    lines = [
        ConcernLine(
            concern=concern,
            label=label,
            substances=len({row.substance_id for row in rows}),
            before=len({row.substance_id for row in before.get((concern, label), [])}) if earlier else None,
            largest=max(rows, key=lambda row: row.tonnes_per_year_max or row.tonnes_per_year_min or 0.0),
        )
        for (concern, label), rows in now.items()
    ]
    return sorted(lines, key=lambda line: (-line.substances, line.label))


def _carriers(rows: list[Production]) -> dict[tuple[str, str], list[Production]]:
    carriers: dict[tuple[str, str], list[Production]] = {}
    for row in rows:
        for concern in {(flag.concern, str(flag.get_concern_display())) for flag in row.substance.flags.all()}:
            carriers.setdefault(concern, []).append(row)
    return carriers


def _by_name(substances: list[Substance]) -> list[Substance]:
    return sorted(substances, key=lambda substance: substance.name.casefold())
