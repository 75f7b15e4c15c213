"""An import that is killed, doubted, refused or repeated: the old release answers, or the new one; never a mix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from substances.importers.base import Classified, Member, Problem, ReportedRow, Role, WrongFile
from substances.models import (
    ChemicalList,
    ConcernFlag,
    Entry,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    OpenMember,
    Release,
    SearchTerm,
    Substance,
)
from substances.services.catalogue import load_catalogue
from substances.services.list_publication import DoesNotAddUp, publish
from substances.services.lists import (
    ListError,
    ReleaseReport,
    publish_release,
    sweep_dead_imports,
)
from substances.services.search import search_substances
from tests.build import a_substance
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, Killed, Made, a_row, cas, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
LATER = dt.date(2026, 6, 1)
STAGED_MODELS = (ListMembership, HazardClassification, ConcernFlag, OpenMember, Entry, Identifier, Name, SearchTerm)


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "made.csv"
    path.write_text("made", encoding="utf-8")
    return path


def counts() -> list[int]:
    return [model._default_manager.count() for model in (Substance, *STAGED_MODELS)]


def second(tmp_path: Path, rows: list[ReportedRow], **how: Any) -> ReleaseReport:
    other = tmp_path / "second.csv"
    other.write_text("second", encoding="utf-8")
    return take(other, rows, day=LATER, **how)


def died(file: Path, rows: list[ReportedRow]) -> Release:
    """What an import leaves that was killed behind its rows, three minutes ago."""
    with pytest.raises(Killed):
        take(file, rows, dies=Killed())
    Release.objects.filter(state="staged").update(heartbeat_at=timezone.now() - dt.timedelta(minutes=3))
    return Release.objects.get(state="staged")


def test_a_dead_import_is_invisible(file: Path) -> None:
    a_substance(name="known", cas=cas(10002))
    died(file, [a_row(number) for number in range(1, 151)])

    hidden = Substance.objects.get(name="made 1")
    assert hidden.staged_by is not None
    assert hidden not in Substance.objects.living()
    assert search_substances(cas(10001)).results == []
    assert not ListMembership.objects.in_force().filter(release__isnull=False).exists()
    assert not ConcernFlag.objects.standing().filter(release__isnull=False).exists()
    assert not Name.objects.filter(substance__name="known", text="made 2").exists()
    assert Client().get(f"/substances/{hidden.pk}/").status_code == 404
    assert Client().get(f"/api/v1/substances/{hidden.pk}/").status_code == 404


def test_a_dead_import_is_swept_without_a_trace(file: Path) -> None:
    before = counts()
    died(file, [a_row(number) for number in range(1, 151)])

    assert sweep_dead_imports() == 0
    assert sweep_dead_imports(older_than=dt.timedelta(minutes=1)) == 1
    assert counts() == before
    assert not Release.objects.exists()


def test_an_import_of_the_same_file_goes_on_where_it_stopped(file: Path) -> None:
    a_substance(name="known", cas=cas(10002))
    rows = [a_row(number) for number in range(1, 251)]
    dead = died(file, rows[:150])
    first = set(Entry.objects.values_list("pk", flat=True))
    report = take(file, rows)

    assert report.release == dead.pk
    assert (report.rows, report.entries, report.memberships, report.flags, report.lost) == (250, 250, 250, 250, 0)
    assert first <= set(Entry.objects.values_list("pk", flat=True))
    assert len(first) == 100
    assert Name.objects.filter(substance__name="known", text="made 2").count() == 1
    assert not Substance.objects.filter(staged_by__isnull=False).exists()


def test_an_import_of_another_file_clears_what_a_dead_one_left(file: Path, tmp_path: Path) -> None:
    dead = died(file, [a_row(number) for number in range(1, 101)])
    other = tmp_path / "other.csv"
    other.write_text("other", encoding="utf-8")
    report = take(other, [a_row(200)])

    assert report.release != dead.pk
    assert not Release.objects.filter(pk=dead.pk).exists()
    assert not Substance.objects.filter(name="made 1").exists()


def test_while_one_import_lives_no_other_begins(file: Path) -> None:
    with pytest.raises(Killed):
        take(file, [a_row(1)], dies=Killed())

    with pytest.raises(ListError, match="Another import is running"):
        take(file, [a_row(1)])


def test_an_import_that_was_swept_while_it_lived_writes_nothing_more(file: Path) -> None:
    class Swept(Made):
        def parse(self, path: Path) -> Iterator[ReportedRow]:
            yield from (a_row(number) for number in range(1, 150))
            sweep_dead_imports(older_than=dt.timedelta(seconds=-5))
            yield from (a_row(number) for number in range(150, 300))

    before = counts()
    with pytest.raises(ListError, match="took this one for dead"):
        publish_release(importer=Swept([]), path=file, published_on=DAY)
    assert counts() == before


def test_a_file_refused_in_its_midst_leaves_nothing(file: Path) -> None:
    before = counts()
    with pytest.raises(WrongFile):
        take(file, [a_row(number) for number in range(1, 150)], dies=WrongFile("not the list", line=150))

    assert counts() == before
    assert not Release.objects.exists()


def test_a_fault_in_the_midst_of_an_import_keeps_nobody_waiting(file: Path) -> None:
    before = counts()
    with pytest.raises(ZeroDivisionError):
        take(file, [a_row(number) for number in range(1, 150)], dies=ZeroDivisionError())

    assert counts() == before
    assert take(file, [a_row(1)]).state == "published"


def test_a_dry_run_tells_what_would_change_and_keeps_nothing(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    before = counts()
    other = tmp_path / "other.csv"
    other.write_text("other", encoding="utf-8")
    report = take(other, [a_row(1), a_row(2), a_row(9)], day=LATER, dry_run=True)

    assert report.state == "dry_run"
    assert (report.entered, report.left, report.flags_raised, report.flags_ended) == (1, 2, 1, 2)
    assert (report.substances_made, report.rows) == (1, 3)
    assert counts() == before
    assert Release.objects.count() == 1


def test_every_row_has_a_part_in_the_sum(file: Path) -> None:
    rows = [
        a_row(1),
        a_row(2, role=Role.MEMBER, belongs_to=1),
        a_row(3, role=Role.CONTINUATION, belongs_to=1),
        a_row(4, role=Role.UNUSABLE, members=(), problems=(Problem("odd", "made 4 is odd"),)),
    ]
    report = take(file, rows)

    assert (report.rows, report.entries, report.members, report.continuations, report.unusable) == (4, 1, 1, 1, 1)
    assert report.lost == 0
    named = ListMembership.objects.filter(release=report.release).order_by("entry__line")
    assert [(one.substance.name, one.how) for one in named] == [("made 1", "by_name"), ("made 2", "as_member")]
    place = {"file": file.name, "sheet": "s", "line": 4}
    assert report.problems[0] == place | {"code": "odd", "message": "made 4 is odd"}
    assert Release.objects.get().problems == report.problems


def test_a_release_whose_rows_do_not_add_up_is_not_published(file: Path) -> None:
    release = died(file, [a_row(number) for number in range(1, 101)])
    release.rows, release.entries_count = 101, 101

    with pytest.raises(DoesNotAddUp, match="101 rows were read but 100 kept"):
        publish(release)
    assert not ChemicalList.objects.filter(current_release__isnull=False).exists()


def test_classes_and_the_end_of_a_row_are_kept(file: Path) -> None:
    ended = dt.date(2025, 1, 1)
    carc = Classified("Carc. 1B", "H350", "Carc. 1B, H350")
    rows = [a_row(1, classifications=(carc, carc), valid_until=ended, facts={"atp": "ATP01"}), a_row(2)]
    take(file, rows)

    (one,) = HazardClassification.objects.all().filter(release__isnull=False)
    assert (one.hazard_class, one.valid_from, one.valid_until) == ("Carc. 1B", dt.date(2020, 1, 1), ended)
    assert not HazardClassification.objects.standing().filter(release__isnull=False).exists()
    assert HazardClassification.objects.standing(dt.date(2024, 1, 1)).filter(release__isnull=False).exists()
    assert Entry.objects.get(line=1).facts == {"atp": "ATP01"}
    flags = ConcernFlag.objects.filter(release__isnull=False)
    assert set(flags.standing(dt.date(2024, 1, 1)).values_list("substance__name", flat=True)) == {"made 1", "made 2"}
    assert set(flags.standing().values_list("substance__name", flat=True)) == {"made 2"}


def test_a_member_nobody_can_be_sure_of_waits_for_a_curator(file: Path) -> None:
    here, there = a_substance(name="here", cas=cas(20001)), a_substance(name="there", ec="203-625-9")
    take(file, [a_row(1, members=(Member("who", cas(20001), "203-625-9"),))])

    left = OpenMember.objects.get()
    assert (left.code, left.entry.line) == ("ambiguous", 1)
    assert left.reported == {"name": "who", "cas_rn": cas(20001), "ec_number": "203-625-9"}
    assert set(left.candidates) == {str(here.pk), str(there.pk)}
    assert not ListMembership.objects.filter(release__isnull=False).exists()


def test_an_index_number_decides_only_where_nothing_else_is_printed(file: Path) -> None:
    take(
        file,
        [
            a_row(1, members=(Member("acid", cas(20001), index_number="604-030-00-0"),)),
            a_row(2, members=(Member("salt", cas(20002), index_number="604-030-00-0"),)),
            a_row(3, members=(Member("salt", index_number="604-030-00-0"),)),
        ],
    )

    named = ListMembership.objects.filter(release__isnull=False).order_by("entry__line")
    assert [(one.substance.name, one.resolved_by) for one in named] == [
        ("acid", "new"),
        ("salt", "new"),
        ("salt", "index+name"),
    ]


def test_members_that_an_earlier_edition_printed_stay_while_their_group_is_listed(file: Path, tmp_path: Path) -> None:
    group = {"members": (Member("made salts"),), "name": "made salts", "is_group": True}
    other = {"members": (Member("other salts"),), "name": "other salts", "is_group": True}
    rows = [
        a_row(1, **group),
        a_row(2, role=Role.MEMBER, belongs_to=1),
        a_row(3, **other),
        a_row(4, role=Role.MEMBER, belongs_to=3),
        *(a_row(number) for number in range(10, 60)),
    ]
    take(file, rows)
    report = second(tmp_path, [rows[0], *rows[4:]], confirmed=True)

    now = ListMembership.objects.in_force().filter(release=report.release, how="as_member")
    assert [(one.substance.name, str(one.entry), one.resolved_by) for one in now] == [
        ("made 2", "made salts", "earlier edition")
    ]
    assert ConcernFlag.objects.standing().filter(substance__name="made 2", release=report.release).count() == 1
    assert not ConcernFlag.objects.standing().filter(substance__name="made 4").exists()
    assert report.left == 2  # the other group and its member


def test_a_name_longer_than_is_kept_is_learned_once(file: Path) -> None:
    long = "made " * 300
    rows = [a_row(1, name=long, members=(Member(long, cas(10001)),))]
    take(file, rows)
    assert take(file, [*rows, a_row(2)], day=LATER).is_current
    assert Name.objects.filter(text__startswith="made made").count() == 1
