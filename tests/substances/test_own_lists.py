"""What a mapping says of its list takes effect with a release that comes out, and never on what is not its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.jobs.models import Job
from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.importers.base import About
from substances.models import ChemicalList, ListUpload, Name, Release, Source
from substances.services.list_own import why_no_own_list
from substances.services.list_uploads import MAPPED, keep_upload
from substances.services.lists import (
    ReleaseReport,
    confirm_release,
    publish_release,
    refuse_release,
    sweep_dead_imports,
)
from tests.build import a_curator, a_source, a_substance
from tests.substances.made_importer import DAY, Killed, Made, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "made-watch"
SAID = About("Made watch list", "Made NGO", "concern", licence="CC BY 4.0")
OTHER = About("Another name", "Somebody else", "concern", url="https://example.org/other", licence="none")
MAPPING = """
slug: {slug}
list: {{name: Taken over, publisher: Somebody, effect: concern, licence: CC BY 4.0}}
file: {{kind: csv}}
columns: {{name: Name, cas: CAS}}
"""


@dataclasses.dataclass
class OwnMade(Made):
    """An importer of made-up rows that says which list they are of."""

    slug: str = SLUG
    list_slug: str = SLUG
    about: About | None = SAID


def take(folder: Path, *numbers: int, about: About = SAID, days: int = 0, **how: Any) -> ReleaseReport:
    """Takes in an edition that names the made substances of these numbers."""
    dies = how.pop("dies", None)
    path = folder / f"{days}.csv"
    path.write_text(str(numbers), encoding="utf-8")
    importer = OwnMade([a_row(number) for number in numbers], dies, about=about)
    return publish_release(importer=importer, path=path, published_on=DAY + dt.timedelta(days=days), **how)


def all_said() -> list[dict[str, Any]]:
    """Everything the portal says of lists and sources."""
    found: list[Any] = [*ChemicalList.with_staged.order_by("pk").values()]
    return [*found, *Source.objects.order_by("pk").values()]


def called() -> tuple[str, str, str]:
    """What the list is called: by itself, by whom, and by its source."""
    found = ChemicalList.objects.select_related("source").get(slug=SLUG)
    return found.name, found.publisher, found.source.title


def test_a_new_list_comes_with_its_first_release(tmp_path: Path) -> None:
    report = take(tmp_path, 1)
    found = ChemicalList.objects.get(slug=SLUG)
    assert (found.is_own, found.current_release_id) == (True, report.release)
    assert (found.source.key, found.source.title, found.source.licence) == (SLUG, SAID.name, SAID.licence)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_trial_leaves_what_is_said_of_lists_as_it_was(tmp_path: Path, is_known: bool) -> None:
    if is_known:
        take(tmp_path, 1)
    before = all_said()
    assert take(tmp_path, 1, 2, about=OTHER, days=1, dry_run=True).state == "dry_run"
    assert all_said() == before


def test_a_new_edition_brings_its_words_when_it_comes_out(tmp_path: Path) -> None:
    take(tmp_path, 1)
    take(tmp_path, 1, 2, about=OTHER, days=1)
    assert called() == (OTHER.name, OTHER.publisher, OTHER.name)


def test_words_of_an_edition_that_waits_come_with_its_confirmation_and_go_with_its_refusal(tmp_path: Path) -> None:
    take(tmp_path, 1)
    before = all_said()
    for decide in (refuse_release, lambda release: confirm_release(release, by=a_curator())):
        waiting = take(tmp_path, 2, about=OTHER, days=1)
        assert (waiting.state, all_said()) == ("waiting", before)
        decide(Release.objects.get(pk=waiting.release))
        assert (called()[0] == OTHER.name) == (decide is not refuse_release)


def test_an_older_edition_does_not_rename_the_list(tmp_path: Path) -> None:
    take(tmp_path, 1)
    assert not take(tmp_path, 1, about=OTHER, days=-9).is_current
    assert called() == (SAID.name, SAID.publisher, SAID.name)


def test_a_list_that_is_being_tried_is_seen_by_nobody_and_goes_with_what_was_left_of_it(
    tmp_path: Path, client: Client
) -> None:
    with pytest.raises(Killed):
        take(tmp_path, *range(1, 102), dies=Killed(), dry_run=True)
    staged = Release.objects.get()
    assert (staged.chemical_list.name, staged.entries.exists()) == (SAID.name, True)
    for page in ("web:lists", "web:sources"):
        assert SAID.name not in client.get(reverse(page)).content.decode()
    for address in (reverse("web:list", args=[SLUG]), f"/api/v1/lists/{SLUG}/", f"/api/v1/lists/{SLUG}/releases/"):
        assert client.get(address).status_code == 404
    assert client.get("/api/v1/lists/").json()["results"] == []

    sweep_dead_imports(older_than=-dt.timedelta(days=1))
    assert all_said() == []


def test_what_a_dead_trial_left_is_taken_over_under_the_words_that_are_published(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        take(tmp_path, 1, dies=Killed(), dry_run=True)
    Release.objects.update(heartbeat_at=DAY.isoformat() + "T00:00Z")
    take(tmp_path, 1, about=dataclasses.replace(OTHER, effect="duty"))
    assert called() == (OTHER.name, OTHER.publisher, OTHER.name)
    assert ChemicalList.objects.get().effect == "duty"


def test_a_source_that_others_took_up_meanwhile_stays(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        take(tmp_path, 1, dies=Killed())
    source = Source.objects.get(key=SLUG)
    Name.objects.create(substance=a_substance(), text="of the catalogue", source=source, checked="file")
    sweep_dead_imports(older_than=-dt.timedelta(days=1))
    assert (ChemicalList.with_staged.count(), Source.objects.filter(key=SLUG).exists()) == (0, True)


def a_list_of_the_catalogue(slug: str) -> None:
    ChemicalList.objects.create(slug=slug, name="Theirs", publisher="P", effect="duty", source=a_source(key="cwc"))


@pytest.mark.parametrize("trial", [["--dry-run"], []], ids=["tried", "published"])
@pytest.mark.parametrize(
    ("slug", "words"), [("cwc-schedules", "a list of the catalogue"), ("pubchem", "a source that other facts rest on")]
)
def test_what_is_not_ones_own_is_refused_and_stays(tmp_path: Path, slug: str, words: str, trial: list[str]) -> None:
    a_list_of_the_catalogue("cwc-schedules")
    a_source(key="pubchem", title="PubChem")
    before = all_said()
    mapping, file = tmp_path / "mapping.yaml", tmp_path / "list.csv"
    mapping.write_text(MAPPING.format(slug=slug), encoding="utf-8")
    file.write_text("Name,CAS\nMade acid,123-91-1\n", encoding="utf-8")
    with pytest.raises(CommandError, match=f"{slug} is {words}; give your"):
        call_command(
            *("import_list", MAPPED, str(file), "--mapping", str(mapping), "--published", "2026-05-01"), *trial
        )
    assert (all_said(), Release.objects.count()) == (before, 0)


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("slug", ["cwc-schedules", "pubchem"])
def test_an_upload_for_what_is_not_ones_own_is_refused_at_any_attempt(slug: str, attempt: int) -> None:
    a_list_of_the_catalogue("cwc-schedules")
    a_substance_of(a_source(key="pubchem"))
    before = all_said()
    upload = keep_upload(
        by=a_curator(),
        importer=MAPPED,
        file_name="list.csv",
        chunks=[b"Name,CAS\nMade acid,123-91-1\n"],
        mapping=MAPPING.format(slug=slug),
        published_on=DAY,
    )
    Job.objects.filter(pk=upload.job_id).update(attempts=attempt - 1)
    assert run_job(upload.job_id) == "done"
    refusal = ListUpload.objects.get().refusal
    assert refusal is not None
    assert (refusal["code"], "give your" in refusal["message"], all_said()) == ("cannot_be", True, before)


def a_substance_of(source: Source) -> None:
    Name.objects.create(substance=a_substance(), text="theirs", source=source, checked="file")


def test_what_being_named_means_cannot_change(tmp_path: Path) -> None:
    take(tmp_path, 1)
    why = why_no_own_list(SLUG, dataclasses.replace(SAID, effect="duty"))
    assert why == f"{SLUG} is here with the effect concern; what being named means cannot change."


def test_nobody_takes_the_place_of_a_list_with_a_reader_of_its_own() -> None:
    assert "reader of its own" in why_no_own_list("iarc", SAID)
