"""Keeps who makes what, as a release reports it: each row whole, tied to a substance by its numbers or its exact name.

Nobody is made and nothing is learned of such a row: it says something of companies. Whom it names without our knowing
them is kept as reported, and told.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from portal.common.batches import batches
from substances.importers.base import Member, Problem, ProducerRow
from substances.models import Release, ReportedProducer, Source
from substances.services.list_claims import beat
from substances.services.list_resolution import Resolved, Resolver
from substances.services.member_decisions import as_reported
from substances.vocabulary import Checked

# As for the rows of the list itself (`list_staging`): others write in the pause.
_BATCH = 100
_PAUSE_S = 0.005
_LONGEST_NAME, _LONGEST_COUNTRY = 300, 200


@dataclasses.dataclass(slots=True)
class StagedProducers:
    """What staging counted: rows of the sheet, and what is odd about which of them, in its order."""

    rows: int = 0
    problems: list[tuple[Problem, ProducerRow]] = dataclasses.field(default_factory=list)


def stage_producers(
    release: Release, rows: Iterable[ProducerRow], *, resolver: Resolver, source: Source
) -> StagedProducers:
    """Writes what is not written yet of `rows`, batch by batch, and tells what all of them came to.

    Args:
        resolver: that knows the substances of the release itself.

    Raises:
        ImportLost: see there.
        WrongFile: from `rows`; what was staged before stays for the caller to clear.
    """
    staged = StagedProducers()
    done = set(ReportedProducer.objects.filter(release=release).values_list("sheet", "line"))
    for batch in batches(rows, _BATCH):
        staged.rows += len(batch)
        written: list[ReportedProducer] = []
        for row in batch:
            found = [resolver.named(member) for member in row.members]
            staged.problems += [(problem, row) for problem in dict.fromkeys(_problems(row, found))]
            if (row.sheet, row.line) not in done:
                written += _rows(row, found, release, source)
        if written:
            _write(release, written)
            time.sleep(_PAUSE_S)
    return staged


def kept_rows(release: Release) -> int:
    """How many rows of the sheet are kept, each counted once however many substances it names."""
    return ReportedProducer.objects.filter(release=release).order_by().values("sheet", "line").distinct().count()


def _problems(row: ProducerRow, found: Iterable[Resolved]) -> Iterator[Problem]:
    yield from row.problems
    for one in found:
        yield from one.problems
        if one.substance is None and not one.problems:
            who = _called(one.member)
            yield Problem("producer_of_unknown", f"{row.company}: {who} names nobody we know; kept as reported")


def _called(member: Member) -> str:
    numbers = ", ".join(number for number in (member.cas_rn, member.ec_number) if number)
    return f"{member.name or 'a substance without a name'} ({numbers or 'no number'})"


def _rows(row: ProducerRow, found: Iterable[Resolved], release: Release, source: Source) -> Iterator[ReportedProducer]:
    for place, one in enumerate(found):
        yield ReportedProducer(
            release=release,
            sheet=row.sheet,
            line=row.line,
            place=place,
            reported=dict(row.cells),
            company=row.company[:_LONGEST_NAME],
            company_group=row.group[:_LONGEST_NAME],
            stands_for_many=row.is_pseudo_group,
            isin=row.isin,
            domicile=row.domicile[:_LONGEST_COUNTRY],
            countries=list(row.countries),
            named=as_reported(one.member),
            substance_id=one.substance,
            resolved_by=one.resolved_by if one.substance else "",
            **_fact(release, row, source),
        )


def _fact(release: Release, row: ProducerRow, source: Source) -> dict[str, Any]:
    locator = f"release of {release.published_on}, sheet {row.sheet}, line {row.line}"
    return {"source": source, "checked": Checked.IMPORTED, "locator": locator}


@transaction.atomic
def _write(release: Release, rows: list[ReportedProducer]) -> None:
    beat(release)
    ReportedProducer.objects.bulk_create(rows)
