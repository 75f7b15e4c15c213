"""What a row of a release states of a substance: the tables that hold it, and how it waits until somebody is named."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from substances.importers.base import Classified, StatedConcern
from substances.importers.health import StatedHealth, StatedLimit, limit_as_json, limit_from_json
from substances.models import (
    ConcernFlag,
    Entry,
    ExposureLimit,
    HazardClassification,
    HealthFact,
    ListMembership,
    Release,
    Source,
    Substance,
)
from substances.vocabulary import Checked

T = TypeVar("T", StatedConcern, Classified, StatedHealth, StatedLimit)

#: Each has `release`, `entry` and `substance`.
FACTS_OF_ROWS: tuple[type[Any], ...] = (
    ListMembership,
    HazardClassification,
    ConcernFlag,
    HealthFact,
    ExposureLimit,
)


def stated_by(
    concerns: Iterable[StatedConcern],
    classes: Iterable[Classified],
    health: Iterable[StatedHealth],
    limits: Iterable[StatedLimit],
) -> dict[str, Any]:
    """What a row states of whomever it names, as JSON kept with its open members."""
    return {
        "flags": [dataclasses.asdict(one) for one in concerns],
        "classifications": [dataclasses.asdict(one) for one in classes],
        "health": [dataclasses.asdict(one) for one in health],
        "limits": [limit_as_json(one) for one in limits],
    }


def stated_in(entry: Entry, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a row whose facts are written already.

    Args:
        facts: lookups of `FACTS_OF_ROWS`: the row's, of anybody whom it names, or of one.
    """
    said = {model: list(model._default_manager.filter(**facts).order_by("pk")) for model in FACTS_OF_ROWS}
    return stated_by(
        (StatedConcern(**one) for one in entry.concerns),
        dict.fromkeys(_read(Classified, row) for row in said[HazardClassification]),
        dict.fromkeys(_read(StatedHealth, row) for row in said[HealthFact]),
        dict.fromkeys(_read(StatedLimit, row) for row in said[ExposureLimit]),
    )


def _read(kind: type[T], row: Any) -> T:
    """The members of `kind`, as `row` has them."""
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})


def state(states: Mapping[str, Any], *, entry: Entry, release: Release, substance: Substance, source: Source) -> None:
    """Writes what `stated_by` kept, as the importer would have; what the release says already is not doubled."""
    locator = f"release of {release.published_on}, line {entry.line}"
    fact: dict[str, Any] = {"source": source, "checked": Checked.IMPORTED, "locator": locator}
    fact |= {"substance": substance, "release": release, "entry": entry}
    valid = {"valid_from": entry.listed_on, "valid_until": entry.valid_until, **fact}
    fact |= {"since": entry.listed_on, "until": entry.valid_until}
    limits = [dataclasses.asdict(limit_from_json(one)) for one in states.get("limits", ())]
    rows: tuple[tuple[type[Any], list[Any]], ...] = (
        (HazardClassification, [HazardClassification(**one, **valid) for one in states.get("classifications", ())]),
        (ConcernFlag, [ConcernFlag(**one, **fact) for one in states.get("flags", ())]),
        (HealthFact, [HealthFact(**one, **fact) for one in states.get("health", ())]),
        (ExposureLimit, [ExposureLimit(**one, **fact) for one in limits]),
    )
    for model, stated in rows:
        model._default_manager.bulk_create(stated, ignore_conflicts=True)


def forget(entry: Entry, substance: uuid.UUID) -> None:
    """Deletes what a row states of a substance. A flag that another row states of it too stands by that one then."""
    said = {"entry": entry, "substance": substance}
    flags = list(ConcernFlag.objects.filter(**said))
    others = Entry.objects.filter(release=entry.release_id, memberships__substance=substance).exclude(pk=entry.pk)
    rows = list(others.distinct().order_by("sheet", "line").select_related("release")) if flags else []
    for flag in flags:
        for row in rows:
            if (rule := _rule_by_which(row, flag)) is not None:
                locator = f"release of {row.release.published_on}, line {row.line}"
                by_it = {"entry": row, "until": row.valid_until, "rule": rule, "locator": locator}
                ConcernFlag.objects.filter(pk=flag.pk).update(**by_it)
                break
    for model in FACTS_OF_ROWS:
        model._default_manager.filter(**said).delete()


def _rule_by_which(row: Entry, flag: ConcernFlag) -> str | None:
    """The rule by which the row states the same as a flag, since the same day; None where it does not."""
    same = ("concern", "strength", "authority", "legal_basis")
    for one in row.concerns if row.listed_on == flag.since else ():
        if all(one[name] == getattr(flag, name) for name in same):
            return str(one["rule"])
    return None
