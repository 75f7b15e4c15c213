"""Who makes what, as a release reports it: each row whole, tied to substances, of its release and by its clocks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from substances.clocks import Clocks, now
from substances.importers.base import Member, ProducerRow, WrongFile
from substances.importers.sin_list.parse import SinList
from substances.models import (
    ChemicalList,
    ConcernFlag,
    ListMembership,
    MemberDecision,
    Release,
    ReportedProducer,
    Substance,
)
from substances.services.list_diff import diff_of_releases
from substances.services.list_open_members import decide_open_member, open_members, revoke_member_decision
from substances.services.list_publication import DoesNotAddUp, clear, publish
from substances.services.lists import ReleaseReport, confirm_release, publish_release
from substances.services.reported_makers import makers_of, reports_of
from substances.services.succession import merge_substances, split_substance
from tests.build import a_curator, a_source, a_substance, all_of_it_stays
from tests.substances.made_importer import Killed, Made, a_row, cas
from tests.substances.test_import_sin_list import BPA, MAKER, a_download

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY, LATER = dt.date(2026, 2, 1), dt.date(2026, 5, 1)
BPA_MAKER = MAKER | {"CAS": "80-05-7", "EC": "201-245-8"}


@pytest.fixture(autouse=True)
def _sin_list() -> None:
    ChemicalList.objects.create(
        slug="sin-list", name="SIN List", publisher="ChemSec", effect="concern", source=a_source()
    )


def imported(folder: Path, *makers: dict[str, str], day: dt.date = DAY, **how: Any) -> ReleaseReport:
    path = a_download(folder, makers=makers or [BPA_MAKER])
    return publish_release(importer=SinList(), path=path, published_on=day, confirmed=True, **how)


def kept() -> ReportedProducer:
    return ReportedProducer.objects.select_related("release__chemical_list", "substance").get()


def test_a_row_is_kept_whole_with_its_release_and_its_place(tmp_path: Path) -> None:
    report = imported(tmp_path)

    row = kept()
    assert (report.rows, report.producers, report.lost) == (1, 1, 0)
    assert (row.company, row.company_group, row.isin) == ("Example Chemicals", "Example Group", "ZZMADEUP0004")
    assert row.countries == ["Germany", "France"]
    assert row.substance == Substance.objects.get(identifiers__value="80-05-7", identifiers__scheme="cas")
    assert row.resolved_by == "cas+ec"
    assert (row.sheet, row.line, row.release.published_on) == ("SIN Producers", 2, DAY)
    assert row.reported["ChemScore grade"] == "C+"
    assert row.locator == "release of 2026-02-01, sheet SIN Producers, line 2"


def test_a_row_that_names_several_substances_is_kept_once_for_each(tmp_path: Path) -> None:
    a_substance(name="bisphenol B", cas="77-40-7")
    report = imported(tmp_path, MAKER)

    names = ReportedProducer.objects.order_by("place").values_list("named__cas_rn", "substance__name")
    assert list(names) == [("80-05-7", BPA["Name"].strip("\u00a0")), ("77-40-7", "bisphenol B")]
    assert (report.producers, report.lost) == (1, 0)


def test_a_company_of_somebody_we_do_not_know_is_kept_and_told_and_makes_nobody(tmp_path: Path) -> None:
    report = imported(tmp_path, BPA_MAKER, BPA_MAKER | {"CAS": "77-40-7", "EC": "-", "Substance name": "Bisphenol B"})

    row = ReportedProducer.objects.get(line=3)
    assert (row.substance, row.resolved_by, row.named["cas_rn"]) == (None, "", "77-40-7")
    (problem,) = [one for one in report.problems if one["code"] == "producer_of_unknown"]
    assert (problem["file"], problem["sheet"], problem["line"]) == ("sin.xlsx", "SIN Producers", 3)
    assert problem["message"].startswith("Example Chemicals: Bisphenol B (77-40-7) names nobody we know")
    assert not Substance.objects.filter(identifiers__value="77-40-7").exists()


def test_numbers_of_two_substances_are_never_guessed(tmp_path: Path) -> None:
    a_substance(name="made", cas="77-40-7")
    report = imported(tmp_path, BPA_MAKER | {"CAS": "77-40-7"})

    assert kept().substance is None
    assert "ambiguous" in {one["code"] for one in report.problems}


def test_a_row_without_numbers_is_tied_by_its_exact_name_alone(tmp_path: Path) -> None:
    imported(tmp_path, BPA_MAKER | {"CAS": "-", "EC": "-", "Substance name": "4,4'-Isopropylidenediphenol"})

    assert kept().resolved_by == "name"


def test_who_stands_for_many_says_so(tmp_path: Path) -> None:
    imported(tmp_path, BPA_MAKER | {"Group": "CBI"})

    assert kept().stands_for_many


def test_a_download_without_the_sheet_has_no_producers(tmp_path: Path) -> None:
    path = a_download(tmp_path)
    book = load_workbook(path)
    del book["SIN Producers"]
    book.save(path)

    report = publish_release(importer=SinList(), path=path, published_on=DAY)

    assert (report.state, report.producers) == ("published", 0)
    assert Release.objects.get().producers_count is None


def test_a_sheet_that_cannot_be_read_refuses_the_file_whole(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="sheet 'SIN Producers', row 3, column 'Company'"):
        imported(tmp_path, BPA_MAKER, BPA_MAKER | {"Company": ""})

    assert not Release.objects.exists()
    assert not ReportedProducer.objects.exists()


def test_a_trial_keeps_nobody(tmp_path: Path) -> None:
    report = imported(tmp_path, dry_run=True)

    assert (report.producers, report.lost) == (1, 0)
    assert not ReportedProducer.objects.exists()


def test_the_command_tells_how_many_rows_say_who_makes_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_list", "sin-list", str(a_download(tmp_path)), "--published", "2026-02-01")

    assert "1 rows say who makes or imports what" in capsys.readouterr().out


def test_a_release_answers_for_its_producers_by_both_clocks(tmp_path: Path) -> None:
    imported(tmp_path)
    imported(tmp_path, BPA_MAKER | {"Company": "Other Chemicals"}, day=LATER)

    def companies(clocks: Clocks) -> list[str]:
        return list(ReportedProducer.objects.at(clocks).values_list("company", flat=True))

    assert companies(now()) == ["Other Chemicals"]
    assert companies(Clocks(dt.date(2026, 3, 1), dt.date(2026, 3, 1))) == ["Example Chemicals"]
    assert companies(Clocks(dt.date(2026, 3, 1))) == []  # the release that answers was not out then
    assert companies(Clocks(dt.date(2026, 1, 1), dt.date(2026, 1, 1))) == []


def test_another_maker_is_no_change_of_the_list(tmp_path: Path) -> None:
    imported(tmp_path)
    report = imported(tmp_path, BPA_MAKER | {"Company": "Other Chemicals"}, day=LATER)

    assert (report.entered, report.left, report.flags_raised, report.flags_ended) == (0, 0, 0, 0)
    older, newer = Release.objects.order_by("published_on")
    assert not diff_of_releases(older, newer).substances


def test_a_new_maker_renews_the_entity_tag_of_what_it_makes(tmp_path: Path) -> None:
    other = a_substance(name="bisphenol B", cas="77-40-7")
    imported(tmp_path, BPA_MAKER | {"CAS": "77-40-7", "EC": "-"})

    assert Substance.objects.get(pk=other.pk).revision == other.revision + 1


def test_rows_that_are_not_all_kept_publish_nothing(tmp_path: Path) -> None:
    a_source(key="sin-list")
    release = Release.objects.create(
        chemical_list=ChemicalList.objects.get(), published_on=DAY, sha256="x", file_name="x", producers_count=1
    )
    with pytest.raises(DoesNotAddUp, match="1 rows of producers were read but 0 kept"):
        publish(release)


@dataclasses.dataclass
class Making(Made):
    """An importer of made rows that also reads makers of the first substance, and dies behind them where told to."""

    list_slug: str = "sin-list"
    makers: int = 0
    dies_behind: int | None = None
    of: Member = dataclasses.field(default_factory=lambda: Member("made 1", cas(10001)))

    def producers(self, path: Path) -> Iterator[ProducerRow]:
        for number in range(self.makers):
            if number == self.dies_behind:
                raise Killed
            more: dict[str, Any] = {"cells": {}, "isin": "", "countries": (), "members": (self.of,)}
            more |= dict.fromkeys(("group", "chemscore_grade", "chemscore_url", "sector", "domicile"), "")
            more |= {"is_pseudo_group": False, "sin_count": None, "candidate_count": None}
            yield ProducerRow(sheet="makers", line=number + 2, company=f"Maker {number}", **more)


def test_an_import_killed_among_its_makers_goes_on_behind_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("rows")
    with pytest.raises(Killed):
        publish_release(importer=Making([a_row(1)], makers=250, dies_behind=150), path=path, published_on=DAY)
    assert ReportedProducer.objects.count() == 100
    assert not ReportedProducer.objects.in_force().exists()
    Release.objects.update(heartbeat_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    report = publish_release(importer=Making([a_row(1)], makers=250), path=path, published_on=DAY)

    assert (report.producers, report.lost) == (250, 0)
    assert ReportedProducer.objects.in_force().exclude(substance=None).count() == 250


def test_what_is_swept_takes_its_makers_along_and_leaves_others_unknown(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("rows")
    hidden = Making([a_row(1)], makers=1)
    publish_release(importer=hidden, path=path, published_on=DAY)
    release = Release.objects.get()
    Release.objects.update(state="waiting", released_at=None)
    Substance.objects.filter(identifiers__value=cas(10001)).update(staged_by=release)
    other = Release.objects.create(
        chemical_list=release.chemical_list, published_on=LATER, sha256="y", file_name="y", state="waiting"
    )
    row = kept()
    assert row.substance is not None
    ReportedProducer.objects.create(
        release=other, sheet="s", line=2, reported={}, company="Other", named={}, substance=row.substance,
        resolved_by="cas", source=row.source, checked="imported",
    )  # fmt: skip
    ChemicalList.objects.update(current_release=None)

    clear(release.pk)

    assert not Substance.objects.filter(pk=row.substance.pk).exists()
    left = ReportedProducer.objects.get()
    assert (left.company, left.substance, left.resolved_by) == ("Other", None, "")


ODD = Member("Made of two", cas(20001), "203-625-9")


def a_release(folder: Path, importer: Made, **how: Any) -> ReleaseReport:
    path = folder / "file"
    path.write_text(f"{Release.objects.count()}")
    return publish_release(importer=importer, path=path, published_on=DAY, **how)


def test_whom_a_curator_named_in_the_list_is_named_among_its_makers(tmp_path: Path) -> None:
    chosen, ada = a_substance(name="here", cas=cas(20001)), a_curator()
    a_substance(name="there", ec="203-625-9")
    rows = [a_row(1), a_row(2, members=(ODD,))]
    a_release(tmp_path, Making(rows, makers=1, of=ODD))
    assert kept().substance is None

    decide_open_member(by=ada, member=open_members().get(), substance=chosen.pk)
    assert (kept().substance, kept().resolved_by) == (chosen, "curator")
    report = a_release(tmp_path, Making([*rows, a_row(3)], makers=1, of=ODD))
    assert ReportedProducer.objects.in_force().get().substance == chosen
    assert "producer_of_unknown" not in {one["code"] for one in report.problems}

    revoke_member_decision(by=ada, decision=MemberDecision.objects.get(), reason="It is the other.")
    row = ReportedProducer.objects.in_force().get()
    assert (row.substance, row.resolved_by) == (None, "")


def test_who_was_split_while_a_release_waited_has_no_makers_by_it_and_that_is_told(tmp_path: Path) -> None:
    a_release(tmp_path, Making([a_row(number) for number in range(1, 5)]))
    waits = a_release(tmp_path, Making([a_row(1), a_row(2)], makers=1)).release
    gone, into = Substance.objects.get(name="made 1"), [a_substance(name=name) for name in ("one", "other")]
    ids, stays = [one.pk for one in into], all_of_it_stays(gone)
    split_substance(by=a_curator(), substance=gone, into=ids, assigned=stays, reason="Two of them.")
    confirm_release(Release.objects.get(pk=waits, state="waiting"), by=a_curator())

    row = kept()
    assert (row.substance, row.resolved_by, row.named) == (None, "", {"name": "made 1", "cas_rn": cas(10001)})
    (problem,) = [one for one in Release.objects.get(pk=waits).problems if one["code"] == "producer_of_a_split_one"]
    assert (problem["sheet"], problem["line"]) == ("makers", 2)
    assert problem["message"].startswith("Maker 0: made 1 was split")


def test_a_decision_about_one_that_was_split_names_no_maker_and_is_told(tmp_path: Path) -> None:
    chosen = a_substance(name="here", cas=cas(20001))
    a_substance(name="there", ec="203-625-9")
    rows = [a_row(1), a_row(2, members=(ODD,))]
    a_release(tmp_path, Making(rows))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    into, stays = [a_substance(name=name) for name in ("one", "other")], all_of_it_stays(chosen)
    ids = [one.pk for one in into]
    split_substance(by=a_curator(), substance=chosen, into=ids, assigned=stays, reason="Two of them.")
    report = a_release(tmp_path, Making(rows, makers=1, of=ODD), confirmed=True)

    assert kept().substance is None
    told = [one["message"] for one in report.problems if one["code"] == "decided_on_a_split_one"]
    assert any("which was split since into one, other" in message for message in told)


def test_makers_go_along_when_a_substance_is_merged(tmp_path: Path) -> None:
    imported(tmp_path)
    merged = kept().substance
    heir = a_substance(name="heir")
    assert merged is not None

    merge_substances(by=a_curator(), substance=merged, into=heir.pk, reason="the same")

    assert kept().substance == heir


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"company": ""}, "reported_producer_has_a_name"),
        ({"resolved_by": ""}, "reported_producer_says_what_tied_it_to_its_substance"),
        ({"substance": None}, "reported_producer_says_what_tied_it_to_its_substance"),
    ],
)
def test_a_report_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, Any], name: str) -> None:
    imported(tmp_path)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ReportedProducer.objects.update(**wrong)


def test_one_place_of_a_line_is_kept_once(tmp_path: Path) -> None:
    imported(tmp_path)
    row = kept()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def asked(*substances: Substance, of: Substance | None = None) -> list[dict[str, Any]]:
    """The rows about `substances`, as they come with the first of them; with `of`, only those about it."""
    told = reports_of([one.pk for one in substances], now(), of_row=of is not None)
    rows = Substance.objects.filter(pk=(of or substances[0]).pk).annotate(rows=told)
    found: list[dict[str, Any]] = rows.values_list("rows", flat=True).get()
    return found


def test_companies_are_counted_by_what_they_make_with_those_of_many_last(tmp_path: Path) -> None:
    other = a_substance(name="bisphenol B", cas="77-40-7")
    both = ["80-05-7", "77-40-7"]
    few, many = ({"Company": name, "EC": "-"} for name in ("A Few", "Many"))
    secret = {"Company": "CBI", "Group": "", "EC": "-"}
    rows = [BPA_MAKER | few | {"CAS": "80-05-7"}, *(BPA_MAKER | many | {"CAS": one} for one in both)]
    imported(tmp_path, *rows, *(BPA_MAKER | secret | {"CAS": one} for one in both), BPA_MAKER | few)
    bpa = Substance.objects.get(identifiers__value="80-05-7", identifiers__scheme="cas")

    makers = makers_of(asked(bpa, other))

    assert [(one.company, len(one.substances)) for one in makers.companies] == [("Many", 2), ("A Few", 1), ("CBI", 2)]
    assert makers.companies[0].countries == ("Germany", "France")
    assert (makers.substances, [one.published_on for one in makers.reports]) == (2, [DAY])
    assert makers_of(asked(bpa, other, of=other)).substances == 1
    assert asked(other, of=bpa) == []


def test_nobody_is_told_of_a_substance_that_nobody_reports() -> None:
    assert makers_of(asked(a_substance())).companies == ()


def test_makers_state_nothing_against_a_substance(tmp_path: Path) -> None:
    other = a_substance(name="bisphenol B", cas="77-40-7")
    imported(tmp_path, BPA_MAKER | {"CAS": "77-40-7", "EC": "-"})

    assert not ListMembership.objects.filter(substance=other).exists()
    assert not ConcernFlag.objects.filter(substance=other).exists()
