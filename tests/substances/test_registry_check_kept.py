"""A run over the registry: what it keeps, what is gone, what is dismissed, and what it costs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.jobs.running import run_job
from portal.organisations.models import AuditEvent
from substances import tasks  # noqa: F401  # registers the work
from substances.importers.base import Classified, Member, Problem
from substances.models import ConcernFlag, Identifier, Name, RegistryCheck, RegistryFinding, Release, Substance
from substances.registry_check import reading
from substances.registry_check.services import check_registry, dismiss_finding, reopen_finding
from substances.registry_check.when import is_due, request_check_when_due
from substances.services.catalogue import load_catalogue
from tests.build import a_curator, a_person, a_source, a_substance
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, a_row, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
CARC = Classified("Carc. 1B", "H350", "Carc. 1B, H350")


@pytest.fixture(autouse=True)
def _seeded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    check_registry()
    RegistryFinding.objects.all().delete()


def a_release_with_a_class_but_no_flag(folder: Path) -> None:
    """A row that classifies as Carc. 1B and gives no reason that states it."""
    file = folder / "list.made"
    file.write_text("one", encoding="utf-8")
    odd = Problem("tonnage_not_understood", "'lots' is no tonnage")
    take(file, [a_row(1, reasons=(), classifications=(CARC,)), a_row(2, problems=(odd,))])


def test_a_finding_is_the_same_row_in_every_run_and_gone_when_it_no_longer_holds(tmp_path: Path) -> None:
    a_release_with_a_class_but_no_flag(tmp_path)
    first = check_registry()
    assert (first.by_kind["flag_missing"], first.by_kind["tonnage_not_understood"]) == (1, 1)
    missing = RegistryFinding.objects.open().get(kind="flag_missing")
    assert missing.entry is not None
    assert missing.release is not None
    assert missing.substance is not None
    assert (missing.entry.line, missing.release.published_on, missing.substance.name) == (1, DAY, "made 1")

    again = check_registry()
    assert (again.found, again.gone, again.by_kind) == (0, 0, first.by_kind)
    assert RegistryFinding.objects.open().get(kind="flag_missing").found_at == missing.found_at

    flag = ConcernFlag.objects.create(
        substance=missing.substance,
        concern="carcinogenic",
        strength="known_or_presumed",
        authority="harmonised",
        legal_basis="made",
        source=a_source(),
        checked="imported",
    )
    assert check_registry().gone == 1
    assert RegistryFinding.objects.gone().get().pk == missing.pk
    flag.delete()
    check_registry()
    assert RegistryFinding.objects.open().filter(pk=missing.pk).exists()


def test_numbers_and_names_of_two_substances_are_found_and_a_merged_one_claims_nothing() -> None:
    one, other = a_substance(name="Twin", cas="50-00-0"), a_substance(name="twin ", cas="64-17-5")
    Identifier.objects.create(substance=other, scheme="cas", value="50-00-0", source=a_source(), checked="imported")
    from substances.services.search_terms import rebuild_for

    rebuild_for([one, other])
    by_kind = check_registry().by_kind
    assert (by_kind["identifier_shared"], "name_shared" in by_kind) == (1, False)
    Identifier.objects.filter(substance=other, value="50-00-0").delete()
    assert check_registry().by_kind["name_shared"] == 1
    Substance.objects.filter(pk=other.pk).update(merged_into=one)
    rebuild_for([one, other])
    assert "name_shared" not in check_registry().by_kind


def test_an_entry_that_a_publisher_reworded_is_found(tmp_path: Path) -> None:
    file = tmp_path / "list.made"
    for day, words in ((DAY, "Tris(4-nonylphenyl) phosphite (TNPP)"), (DAY + dt.timedelta(1), "Tris phosphite (TNPP)")):
        file.write_text(words, encoding="utf-8")
        take(file, [a_row(1, name=words, members=(Member(words),), is_group=True), a_row(2)], day=day, confirmed=True)
    assert check_registry().by_kind["entry_renamed"] == 1
    finding = RegistryFinding.objects.get(kind="entry_renamed")
    assert finding.substance is not None
    assert finding.other is not None
    assert (finding.substance.name, finding.other.name) == (
        "Tris(4-nonylphenyl) phosphite (TNPP)",
        "Tris phosphite (TNPP)",
    )


def test_a_dismissed_finding_stays_dismissed_when_it_is_found_again(tmp_path: Path) -> None:
    a_release_with_a_class_but_no_flag(tmp_path)
    check_registry()
    finding, curator = RegistryFinding.objects.get(kind="flag_missing"), a_curator()
    with pytest.raises(NotAllowed):
        dismiss_finding(by=a_person(), finding=finding, reason="no")
    with pytest.raises(NotValid):
        dismiss_finding(by=curator, finding=finding, reason="  ")
    dismiss_finding(by=curator, finding=finding, reason="Lactation only; read the note.")
    check_registry()
    assert not RegistryFinding.objects.open().filter(kind="flag_missing").exists()
    with pytest.raises(Conflict):
        dismiss_finding(by=a_curator(), finding=finding, reason="Again")
    assert AuditEvent.objects.filter(action="finding.dismissed", subject_id=str(finding.pk), by=curator).count() == 1
    reopen_finding(by=curator, finding=finding)
    assert RegistryFinding.objects.open().filter(kind="flag_missing").exists()


def test_the_database_refuses_a_dismissal_without_a_reason(tmp_path: Path) -> None:
    a_release_with_a_class_but_no_flag(tmp_path)
    check_registry()
    with (
        pytest.raises(IntegrityError, match="finding_is_dismissed_by_somebody_at_some_time_for_a_reason"),
        transaction.atomic(),
    ):
        RegistryFinding.objects.update(dismissed_by=a_curator())


def test_statements_are_constant_for_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptureQueriesContext(connection) as few:
        list(reading.known_in_batches())
    for number in range(40):
        substance = a_substance(cas=None, synonyms=(f"made {number}", f"other {number}"))
        Name.objects.filter(substance=substance).update(kind="synonym")
    with CaptureQueriesContext(connection) as many:
        list(reading.known_in_batches())
    assert len(many) == len(few)


def test_the_command_counts_and_keeps_nothing_where_it_is_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_release_with_a_class_but_no_flag(tmp_path)
    runs = RegistryCheck.objects.count()
    call_command("check_registry", "--json", "--fix-nothing")
    figures = json.loads(capsys.readouterr().out)
    assert figures["by_kind"]["flag_missing"] == 1
    assert (RegistryFinding.objects.count(), RegistryCheck.objects.count()) == (0, runs)
    call_command("check_registry")
    assert "1  Classified, but not flagged" in capsys.readouterr().out
    assert RegistryCheck.objects.latest().by_kind == figures["by_kind"]


NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
AGO = {name: NOW - dt.timedelta(minutes=n) for name, n in (("a minute", 1), ("an hour", 60), ("a day", 1440))}


@pytest.mark.parametrize(
    ("last", "released", "is_now"),
    [
        (None, None, False),  # nothing was imported: the starter was checked before it was given away
        (None, "an hour", True),
        ("a day", "an hour", True),
        ("a day", "a minute", False),  # others may follow
        ("an hour", "a day", False),
        ("a day", None, True),  # last night was since then
    ],
)
def test_the_registry_is_checked_after_releases_that_calmed_down_and_every_night(
    last: str | None, released: str | None, is_now: bool
) -> None:
    times = {"last": AGO.get(last or ""), "released": AGO.get(released or "")}
    assert is_due(NOW, decided=None, **times) == is_now
    assert is_due(NOW, last=times["last"], released=None, decided=times["released"]) == is_now


def test_one_job_checks_for_all_releases(tmp_path: Path) -> None:
    a_release_with_a_class_but_no_flag(tmp_path)
    RegistryCheck.objects.all().delete()
    assert request_check_when_due() is None
    Release.objects.update(released_at=timezone.now() - dt.timedelta(hours=1))
    job = request_check_when_due()
    assert job is not None
    assert request_check_when_due() is None
    assert run_job(job.pk) == "done"
    assert RegistryFinding.objects.open().filter(kind="flag_missing").exists()
    assert request_check_when_due() is None
