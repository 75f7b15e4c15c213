"""A file becomes an immutable release: all or nothing, once, visible at one moment, and no row is lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.watching.models import Event
from substances.importers.base import WrongFile
from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.models import ChemicalList, Entry, Identifier, ListMembership, Release, Source, Substance
from substances.services.catalogue import load_catalogue
from substances.services.lists import ListError, ReleaseReport, publish_release
from substances.services.search import search_substances
from substances.vocabulary import Authority, Checked, SubstanceKind
from tests.build import a_substance
from tests.substances.made_catalogue import replaced, write_catalogue
from tests.substances.made_workbooks import BPA, CARC, GROUP, HYDRATE, NEW, REPRO, SAMPLE, a_row, a_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY = dt.date(2026, 4, 15)
LISTED = dt.date(2021, 7, 8)  # as NEW prints it


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


def _publish(folder: Path, *rows: tuple[object, ...], day: dt.date = DAY) -> ReleaseReport:
    """Confirmed beforehand: with so few rows, nearly all of them leave with one."""
    path = a_workbook(folder / f"{day}-{len(list(folder.iterdir()))}.xlsx", rows or SAMPLE)
    return publish_release(importer=ReachCandidateList(), path=path, published_on=day, confirmed=True)


def _bpa() -> Substance:
    return Substance.objects.get(slug="bisphenol-a")


def test_every_row_is_an_entry_as_reported(tmp_path: Path) -> None:
    report = _publish(tmp_path)

    assert (report.rows, report.entries, report.lost) == (5, 5, 0)
    assert Entry.objects.get(line=2).reported["CAS number"] == "80-05-7"
    assert list(Entry.objects.filter(is_group=True).values_list("name", flat=True)) == [GROUP[0]]


def test_a_release_takes_the_place_of_the_starters_claims(tmp_path: Path) -> None:
    starter = _bpa().list_memberships.in_force().get()
    report = _publish(tmp_path)

    now = _bpa().list_memberships.in_force()
    assert starter.release_id is None
    assert {row.release_id for row in now} == {report.release}
    assert {(row.reason, row.valid_from, row.resolved_by) for row in now} == {
        ("57c;57f-ed-env;57f-ed-hh", dt.date(2017, 1, 12), "cas+ec")
    }


def test_a_first_release_is_news_of_the_list_only(tmp_path: Path) -> None:
    _publish(tmp_path)

    assert list(Event.objects.values_list("kind", flat=True)) == ["list.released"]


def test_a_later_release_tells_who_entered_and_who_left(tmp_path: Path) -> None:
    _publish(tmp_path, BPA, NEW)
    _publish(tmp_path, BPA, HYDRATE, day=dt.date(2026, 6, 1))

    told = Event.objects.filter(kind__in=["list.left", "list.entered"]).values_list("kind", "subject_id")
    named = {(kind, Substance.objects.get(pk=pk).name) for kind, pk in told}
    assert named == {("list.left", "Tris(made)phosphate"), ("list.entered", "Hydrazine")}


def test_the_same_file_of_the_same_day_has_no_effect_twice(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    first = publish_release(importer=ReachCandidateList(), path=path, published_on=DAY)
    counts = [model._default_manager.count() for model in (Release, Entry, Substance, ListMembership, Event)]

    second = publish_release(importer=ReachCandidateList(), path=path, published_on=DAY)

    assert second.unchanged
    assert second.release == first.release
    assert counts == [model._default_manager.count() for model in (Release, Entry, Substance, ListMembership, Event)]


def test_a_release_of_an_earlier_day_changes_history_not_today(tmp_path: Path) -> None:
    newest = _publish(tmp_path, BPA)
    older = _publish(tmp_path, BPA, NEW, day=dt.date(2025, 1, 1))

    assert not older.is_current
    assert ChemicalList.objects.get().current_release_id == newest.release
    assert not ListMembership.objects.in_force().filter(substance__name="Tris(made)phosphate").exists()
    assert not Substance.objects.get(name="Tris(made)phosphate").flags.standing().exists()


def test_an_edition_older_than_the_starter_catalogue_changes_history_not_today(tmp_path: Path) -> None:
    report = _publish(tmp_path, a_row("Old", cas="108-88-3", listed="12-Jan-2010"), day=dt.date(2011, 1, 1))

    assert not report.is_current
    assert _bpa().list_memberships.in_force().get().release_id is None
    assert "starter_flag_not_stated" not in {one["code"] for one in report.problems}


def test_a_row_nobody_knows_becomes_a_substance_that_search_finds(tmp_path: Path) -> None:
    _publish(tmp_path)

    new = Substance.objects.get(name="Tris(made)phosphate")
    assert new.kind == SubstanceKind.UNSPECIFIED
    assert {(one.scheme, one.value, one.checked) for one in new.identifiers.all()} == {
        ("cas", "123-91-1", Checked.IMPORTED),
        ("ec", "204-661-8", Checked.IMPORTED),
    }
    assert search_substances("123-91-1").results[0].substance == new


def test_a_group_becomes_a_substance_of_kind_group(tmp_path: Path) -> None:
    _publish(tmp_path)

    assert Substance.objects.get(name=GROUP[0]).kind == SubstanceKind.GROUP


def test_the_forms_of_one_row_are_told_apart_by_their_cas_numbers(tmp_path: Path) -> None:
    _publish(tmp_path)

    forms = Substance.objects.filter(name="Hydrazine")
    assert {form.cas_rn for form in forms} == {"302-01-2", "7803-57-8"}
    assert set(ListMembership.objects.filter(substance__in=forms).values_list("entry__line", flat=True)) == {6}


def test_a_second_release_knows_what_the_first_made(tmp_path: Path) -> None:
    _publish(tmp_path)
    again = _publish(tmp_path, day=dt.date(2026, 6, 1))

    assert (again.substances_made, again.entered, again.left, again.flags_raised, again.flags_ended) == (0, 0, 0, 0, 0)


def test_a_reason_flags_those_who_lack_the_flag_and_doubles_none(tmp_path: Path) -> None:
    report = _publish(tmp_path, BPA, BPA, NEW)

    flag = Substance.objects.get(name="Tris(made)phosphate").flags.get()
    assert (flag.concern, flag.authority) == ("carcinogenic", Authority.AUTHORITY_ASSESSMENT)
    assert flag.legal_basis == "Regulation (EC) No 1907/2006, Article 57(a)"
    assert flag.since == dt.date(2021, 7, 8)
    assert (flag.source.key, flag.rule) == ("reach-candidate-list", "reach-57/57a")
    assert str(flag.entry) == "Tris(made)phosphate"
    assert report.flags == 4  # one of the new substance, three of bisphenol A


def _standing_of_new() -> list[tuple[str, dt.date | None]]:
    flags = Substance.objects.get(name="Tris(made)phosphate").flags.standing()
    return list(flags.order_by("concern").values_list("concern", "since"))


@pytest.mark.parametrize("rows", [(BPA,), (BPA, (*NEW[:5], REPRO, *NEW[6:]))], ids=["substance gone", "reason gone"])
def test_a_flag_stands_until_the_release_that_no_longer_states_it(
    tmp_path: Path, rows: tuple[tuple[object, ...], ...]
) -> None:
    _publish(tmp_path, BPA, NEW)
    assert ("carcinogenic", LISTED) in _standing_of_new()
    _publish(tmp_path, *rows, day=dt.date(2026, 6, 1))

    assert "carcinogenic" not in {concern for concern, _since in _standing_of_new()}
    new = Substance.objects.get(name="Tris(made)phosphate")
    told = Event.objects.get(kind="flag.ended")
    assert (told.subject_id, told.occurred_on) == (new.pk, dt.date(2026, 6, 1))
    assert told.details["concern"] == "carcinogenic"


def test_a_flag_stated_again_stands_again_since_the_day_that_is_printed(tmp_path: Path) -> None:
    _publish(tmp_path, BPA, NEW)
    _publish(tmp_path, BPA, day=dt.date(2026, 5, 1))
    assert _standing_of_new() == []
    _publish(tmp_path, BPA, NEW, day=dt.date(2026, 6, 1))

    assert _standing_of_new() == [("carcinogenic", LISTED)]
    told = Event.objects.filter(kind__startswith="flag.").order_by("occurred_on").values_list("kind", flat=True)
    assert list(told) == ["flag.ended", "flag.stated"]


def test_a_release_from_the_past_ends_nothing_and_no_release_ends_flags_of_other_sources(tmp_path: Path) -> None:
    starters = set(_bpa().flags.standing().values_list("pk", flat=True))
    _publish(tmp_path, NEW)
    _publish(tmp_path, HYDRATE, day=dt.date(2025, 1, 1))

    assert _standing_of_new() == [("carcinogenic", LISTED)]
    assert starters == set(_bpa().flags.standing().values_list("pk", flat=True))


def test_what_a_starters_copy_of_the_list_says_gives_way_to_the_list(tmp_path: Path) -> None:
    Source.objects.filter(key="reg-a").update(copy_of_list="reach-candidate-list")
    assert _bpa().flags.standing().filter(release=None).exists()
    report = _publish(tmp_path, NEW)

    assert not _bpa().flags.standing().exists()
    assert {one["code"] for one in report.problems} == {"starter_claim_not_found", "starter_flag_not_stated"}
    assert "Bisphenol A" in report.problems[-1]["message"]


def test_an_identifier_known_already_is_not_claimed_again(tmp_path: Path) -> None:
    _publish(tmp_path)

    assert Identifier.objects.filter(value="80-05-7").count() == 1


def test_a_wrong_check_digit_is_kept_as_printed_with_a_problem(tmp_path: Path) -> None:
    report = _publish(tmp_path, a_row("Odd one", cas="80-05-8", ec="-"))

    assert [(one["line"], one["code"]) for one in report.problems if one["line"]] == [(2, "cas_check_digit")]
    assert not Identifier.objects.filter(value="80-05-8").exists()
    assert Entry.objects.get().reported["CAS number"] == "80-05-8"


def test_numbers_of_two_substances_name_neither(tmp_path: Path) -> None:
    a_substance(name="Other", cas="108-88-3", ec="203-625-9")
    report = _publish(tmp_path, a_row("Who is it", cas="80-05-7", ec="203-625-9"))

    assert [one["code"] for one in report.problems if one["line"]] == ["ambiguous"]
    assert (report.rows, report.entries, report.memberships, report.lost) == (1, 1, 0, 0)


def test_a_known_ec_number_beside_another_cas_number_names_nobody(tmp_path: Path) -> None:
    report = _publish(tmp_path, a_row("Who is it", cas="123-91-1", ec="201-245-8"))

    assert [one["code"] for one in report.problems if one["line"]] == ["cas_differs"]
    assert (report.entries, report.memberships, report.flags, report.substances_made) == (1, 0, 0, 0)
    assert not Identifier.objects.filter(value="123-91-1").exists()
    assert not search_substances("123-91-1").results


def test_a_cas_number_beside_anothers_ec_number_names_nobody(tmp_path: Path) -> None:
    other = a_substance(name="Other", cas="108-88-3")
    report = _publish(tmp_path, a_row("Who is it", cas="108-88-3", ec="201-245-8"))

    assert [one["code"] for one in report.problems if one["line"]] == ["ambiguous"]
    assert not other.identifiers.filter(scheme="ec").exists()
    assert not ListMembership.objects.filter(release=report.release).exists()


def test_an_ec_number_alone_names_its_substance(tmp_path: Path) -> None:
    _publish(tmp_path, a_row("Printed otherwise", ec="201-245-8"))

    assert _bpa().list_memberships.in_force().get().resolved_by == "ec"
    assert _bpa().names.filter(text="Printed otherwise", checked=Checked.IMPORTED).exists()


def test_a_name_decides_only_where_no_number_is_printed(tmp_path: Path) -> None:
    _publish(tmp_path, a_row("BISPHENOL  A"), a_row("Bisphenol A", cas="108-88-3"))

    by_row = {row.entry.line: row for row in ListMembership.objects.exclude(release=None) if row.entry}
    assert (by_row[2].substance, by_row[2].resolved_by) == (_bpa(), "name")
    assert by_row[3].substance != _bpa()


def test_what_was_merged_is_found_where_it_went(tmp_path: Path) -> None:
    old = a_substance(name="Old", cas="108-88-3")
    Substance.objects.filter(pk=old.pk).update(merged_into=_bpa())
    _publish(tmp_path, a_row("Toluene", cas="108-88-3"))

    assert ListMembership.objects.get(release__isnull=False).substance == _bpa()


def test_a_members_claim_of_the_starter_goes_with_its_groups_row(tmp_path: Path) -> None:
    claims = replaced("memberships", "2017-01-12,57c,by_name", "2023-01-17,57c,as_member")
    load_catalogue(folder=write_catalogue(tmp_path / "new", memberships=claims))
    _publish(tmp_path, NEW, GROUP)

    now = _bpa().list_memberships.in_force().get()
    assert (now.how, str(now.entry), now.source.key) == ("as_member", GROUP[0], "reg-a")


def test_a_claim_of_the_starter_that_no_row_bears_out_is_told(tmp_path: Path) -> None:
    report = _publish(tmp_path, NEW)

    assert [(one["line"], one["code"]) for one in report.problems] == [(None, "starter_claim_not_found")]
    assert not _bpa().list_memberships.in_force().exists()


def test_entity_tags_of_those_who_enter_and_leave_grow(tmp_path: Path) -> None:
    before = _bpa().revision
    _publish(tmp_path, NEW)

    assert _bpa().revision == before + 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(dt.date(2010, 1, 1), "Row 2 was listed on 2017-01-12", id="before its rows"),
        pytest.param(timezone.now().date() + dt.timedelta(days=9), "in the future", id="in the future"),
    ],
)
def test_a_day_that_cannot_be_is_refused(tmp_path: Path, day: dt.date, said: str) -> None:
    with pytest.raises(ListError, match=said):
        _publish(tmp_path, day=day)

    assert not Release.objects.exists()


def test_a_wrong_file_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="row 3"):
        _publish(tmp_path, BPA, a_row("X", reasons=("Ugly",)))

    assert not Release.objects.exists()
    assert not Entry.objects.exists()


def test_the_command_prints_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    call_command("import_list", "reach-candidate-list", str(path), "--published", "2026-04-15", "--json")

    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["entries"], said["lost"], said["problems"]) == (5, 5, 0, [])


def test_the_command_refuses_a_wrong_file_with_the_place(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx", [a_row("X", reasons=(CARC, "Ugly"))])

    with pytest.raises(CommandError, match=r"list\.xlsx was refused, nothing was stored.*row 2.*Ugly"):
        call_command("import_list", "reach-candidate-list", str(path), "--published", "2026-04-15")
