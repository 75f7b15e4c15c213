"""What changed in a list between two releases, and that it is told the same way in both directions."""

from __future__ import annotations

import datetime as dt
import gc
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from substances.importers.base import Classified, Member, ReportedRow, Role
from substances.models import ChemicalList, Release
from substances.services.catalogue import load_catalogue
from substances.services.list_diff import Changed, ListDiff, diff_of_releases, printed_numbers
from substances.services.lists import publish_release
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, cas

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY, LATER = dt.date(2026, 4, 15), dt.date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


def a_row(number: int, **more: object) -> ReportedRow:
    """A row with one CAS number, printed in a cell of its own."""
    said: dict[str, object] = {
        "sheet": "s",
        "line": number,
        "cells": {"Name": f"made {number}", "CAS": cas(10000 + number)},
        "name": f"made {number}",
        "members": (Member(f"made {number}", cas(10000 + number)),),
        "reasons": ("57a",),
        "listed_on": dt.date(2020, 1, 1),
    }
    return ReportedRow(**said | more)  # type: ignore[arg-type]  # the fields of the row


def a_release(folder: Path, rows: list[ReportedRow], day: dt.date = DAY) -> Release:
    """A published release of these rows, whatever leaves with it."""
    path = folder / f"{day}.csv"
    path.write_text(f"made {day}", encoding="utf-8")
    report = publish_release(importer=Made(rows), path=path, published_on=day, confirmed=True)
    return Release.objects.get(pk=report.release)


def diff(folder: Path, then: list[ReportedRow], now: list[ReportedRow]) -> ListDiff:
    """The difference between two releases of these rows."""
    return diff_of_releases(a_release(folder, then), a_release(folder, now, LATER))


def kinds(one: Changed) -> list[str]:
    """What differs in a changed row."""
    return [difference.kind for difference in one.what]


MIXED = [
    a_row(1),
    a_row(2, reasons=("57c",)),
    a_row(3, role=Role.MEMBER, belongs_to=2),
    a_row(4, listed_on=dt.date(2021, 1, 1)),
    a_row(5, name="made 1", cells={"Name": "made 1", "CAS": "-"}),
]
OTHER = [
    a_row(1, reasons=("57b",)),
    a_row(2, reasons=("57c",)),
    a_row(3, role=Role.MEMBER, belongs_to=1),
    a_row(6),
    a_row(7, name="made 4"),
]


def test_a_release_does_not_differ_from_itself(tmp_path: Path) -> None:
    release = a_release(tmp_path, MIXED)
    found = diff_of_releases(release, release)
    assert (found.added, found.removed, found.changed, found.unchanged) == ((), (), (), 5)


def test_what_was_added_one_way_was_removed_the_other_way(tmp_path: Path) -> None:
    there = diff(tmp_path, MIXED, OTHER)
    back = diff_of_releases(there.after, there.before)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert there.added
    assert there.removed
    assert {(one.before.pk, one.after.pk) for one in there.changed} == {
        (one.after.pk, one.before.pk) for one in back.changed
    }


def test_a_row_that_is_new_is_added_with_its_day(tmp_path: Path) -> None:
    found = diff(tmp_path, [a_row(1)], [a_row(1), a_row(2, listed_on=dt.date(2026, 5, 5))])
    assert [(row.name, row.listed_on) for row in found.added] == [("made 2", dt.date(2026, 5, 5))]
    assert (found.removed, found.changed, found.unchanged) == ((), (), 1)


def test_a_row_that_moves_in_the_file_has_not_changed(tmp_path: Path) -> None:
    found = diff(tmp_path, [a_row(1), a_row(2)], [a_row(2), a_row(1, line=9)])
    assert (found.added, found.removed, found.changed) == ((), (), ())


@pytest.mark.parametrize(
    ("more", "kind", "before", "after"),
    [
        pytest.param({"reasons": ("57c", "57a")}, "reason", ["57a"], ["57a", "57c"], id="reason"),
        pytest.param(
            {"listed_on": dt.date(2020, 2, 1)},
            "dates",
            {"listed_on": "2020-01-01", "valid_until": None},
            {"listed_on": "2020-02-01", "valid_until": None},
            id="day",
        ),
        pytest.param(
            {"cells": {"CAS": "10002-02-1", "EC": "200-001-8"}},
            "identifiers",
            {"cas": [cas(10001)], "ec": []},
            {"cas": ["10002-02-1"], "ec": ["200-001-8"]},
            id="numbers",
        ),
        pytest.param({"name": "made one"}, "name", "made 1", "made one", id="name"),
        pytest.param(
            {"classifications": (Classified("Carc. 1B", "H350", "Carc. 1B, H350"),)},
            "classification",
            [],
            ["Carc. 1B, H350"],
            id="classification",
        ),
        pytest.param({"facts": {"remark": "y"}}, "details", {"remark": "x"}, {"remark": "y"}, id="details"),
    ],
)
def test_a_row_that_says_something_else_is_changed(
    tmp_path: Path, more: dict[str, object], kind: str, before: object, after: object
) -> None:
    then = a_row(1, facts={"remark": "x"})
    (changed,) = diff(tmp_path, [then], [a_row(1, **{"facts": {"remark": "x"}} | more)]).changed
    (only,) = changed.what
    assert (only.kind, only.before, only.after) == (kind, before, after)


def test_a_member_of_another_entry_has_moved(tmp_path: Path) -> None:
    entries = [a_row(1), a_row(2)]
    found = diff(
        tmp_path,
        [*entries, a_row(3, role=Role.MEMBER, belongs_to=1)],
        [*entries, a_row(3, role=Role.MEMBER, belongs_to=2)],
    )
    (moved,) = found.changed
    assert kinds(moved) == ["group"]
    assert (moved.what[0].before["of"], moved.what[0].after["of"]) == ("made 1", "made 2")


def test_a_member_stays_with_its_entry_when_lines_shift(tmp_path: Path) -> None:
    then = [a_row(1), a_row(2, role=Role.MEMBER, belongs_to=1)]
    now = [a_row(9, line=1), a_row(1, line=5), a_row(2, line=6, role=Role.MEMBER, belongs_to=5)]
    found = diff(tmp_path, then, now)
    assert ([row.name for row in found.added], found.changed) == (["made 9"], ())


def test_a_member_that_becomes_an_entry_has_moved(tmp_path: Path) -> None:
    then = [a_row(1), a_row(2, role=Role.MEMBER, belongs_to=1)]
    (moved,) = diff(tmp_path, then, [a_row(1), a_row(2)]).changed
    assert kinds(moved) == ["group"]


def test_a_statement_that_is_repeated_by_a_second_row_is_not_added(tmp_path: Path) -> None:
    found = diff(
        tmp_path, [a_row(1)], [a_row(1), a_row(2, name="made 1", cells=a_row(1).cells, members=a_row(1).members)]
    )
    assert (found.added, found.changed) == ((), ())


def test_numbers_of_a_continuation_are_those_of_its_entry(tmp_path: Path) -> None:
    more = a_row(2, role=Role.CONTINUATION, belongs_to=1, members=())
    (changed,) = diff(tmp_path, [a_row(1)], [a_row(1), more]).changed
    assert kinds(changed) == ["identifiers"]


def test_a_fact_that_an_edition_prints_nowhere_is_no_change_of_its_rows(tmp_path: Path) -> None:
    assert diff(tmp_path, [a_row(1)], [a_row(1, facts={"remark": "x"})]).changed == ()


def test_a_document_that_moved_to_another_address_is_no_change_of_the_row(tmp_path: Path) -> None:
    then, now = (a_row(1, facts={"decision_url": f"https://{host}.example"}) for host in ("old", "new"))
    assert diff(tmp_path, [then], [now]).changed == ()


def test_releases_of_two_lists_are_not_compared(tmp_path: Path) -> None:
    release = a_release(tmp_path, [a_row(1)])
    other = ChemicalList.objects.create(
        slug="another", name="Another", publisher="Made", effect="concern", source=release.chemical_list.source
    )
    with pytest.raises(ValueError, match="one list"):
        diff_of_releases(release, Release(chemical_list=other, published_on=DAY))


def test_the_number_of_statements_does_not_grow_with_rows(tmp_path: Path) -> None:
    few = a_release(tmp_path, [a_row(1)]), a_release(tmp_path, [a_row(2)], LATER)
    many = [a_release(tmp_path, [a_row(n) for n in range(1, 60)], DAY + dt.timedelta(days=n)) for n in (1, 2)]
    counted = []
    for then, now in (few, many):
        with CaptureQueriesContext(connection) as captured:
            diff_of_releases(then, now)
        counted.append(len(captured))
    assert counted == [6, 6]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("302-01-2\n7803-57-8", {("cas", "302-01-2"), ("cas", "7803-57-8")}),
        ("201-245-8", {("ec", "201-245-8")}),
        ("A00-433-4, 80-05-7", {("ec", "A00-433-4"), ("cas", "80-05-7")}),
        ("see also 80-05-7", set()),
        ("1990-07-04", set()),
        ("601-001-00-0", set()),
        ("-", set()),
    ],
)
def test_numbers_are_read_from_cells_of_their_own(cell: str, numbers: set[tuple[str, str]]) -> None:
    assert printed_numbers({"any header": cell}) == numbers


def test_a_diff_leaves_the_collector_as_it_was(tmp_path: Path) -> None:
    then = a_release(tmp_path, [a_row(1)])
    other = Release(chemical_list=ChemicalList(pk=-1, slug="another"))
    with pytest.raises(ValueError, match="one list"):
        diff_of_releases(then, other)
    assert gc.isenabled()
    gc.disable()
    try:
        diff_of_releases(then, then)
        assert not gc.isenabled()
    finally:
        gc.enable()
