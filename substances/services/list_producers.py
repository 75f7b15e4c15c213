"""Keeps who makes what, as a release reports it: each row whole, tied to a substance by its numbers or its exact name.

Nobody is made and nothing is learned of such a row: it says something of companies. Whom it names without our knowing
them is kept as reported, and told.
"""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from portal.common.batches import batches
from substances.importers.base import Member, Problem, ProducerRow
from substances.models import Release, ReportedProducer, Source, Substance
from substances.services.list_claims import beat
from substances.services.list_resolution import Resolved, Resolver
from substances.services.member_decisions import BY_CURATOR, Decided, as_reported, key_of
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
    release: Release,
    rows: Iterable[ProducerRow],
    *,
    resolver: Resolver,
    decided: Mapping[str, Decided],
    source: Source,
) -> StagedProducers:
    """Writes what is not written yet of `rows`, batch by batch, and tells what all of them came to.

    Args:
        resolver: that knows the substances of the release itself.
        decided: what curators decided about the list, by what is reported.

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
            found = [_named(member, resolver, decided) for member in row.members]
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


def name_by_decision(release: Release, key: str, substance: Substance) -> None:
    """Ties rows that name nobody we know, and report what was decided, to whom a curator named."""
    unknown = ReportedProducer.objects.filter(release=release, substance=None).order_by()
    pks = [pk for pk, named in unknown.values_list("pk", "named") if key_of(named) == key]
    ReportedProducer.objects.filter(pk__in=pks).update(substance=substance, resolved_by=BY_CURATOR)


def unname_by_decision(release: Release, key: str) -> None:
    """Takes back what `name_by_decision` did."""
    _name_nobody(
        row
        for row in ReportedProducer.objects.filter(release=release, resolved_by=BY_CURATOR)
        if key_of(row.named) == key
    )


def unname_split(release: Release, split: Collection[uuid.UUID]) -> list[tuple[Problem, ReportedProducer]]:
    """Has rows that name a substance which was split name nobody: which successor is meant nobody knows."""
    rows = list(ReportedProducer.objects.filter(release=release, substance__in=split).select_related("substance"))
    said = "was split while this release waited; which successor is meant is not known"
    problems = [(Problem("producer_of_a_split_one", f"{row.company}: {row.substance} {said}"), row) for row in rows]
    _name_nobody(rows)
    return problems


def _name_nobody(rows: Iterable[ReportedProducer]) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                ReportedProducer.objects.filter(pk=row.pk).update(substance=None, resolved_by="")
        except IntegrityError:  # it was said of several successors; once is enough of nobody known
            row.delete()


def _named(member: Member, resolver: Resolver, decided: Mapping[str, Decided]) -> Resolved:
    found = resolver.named(member)
    said = decided.get(key_of(as_reported(member))) if found.substance is None else None
    if said is None:
        return found
    if said.doubt:
        problem = Problem("decided_on_a_split_one", f"{_called(member)}: {said.doubt}")
        return dataclasses.replace(found, problems=(*found.problems, problem))
    return dataclasses.replace(found, substance=said.substance, resolved_by=BY_CURATOR if said.substance else "")


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
