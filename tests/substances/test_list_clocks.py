"""Two clocks: when an entry holds, and what was known of it on a day; and lists of one's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from substances.models import ChemicalList, ConcernFlag, ListMembership, Release
from substances.services.catalogue import load_catalogue
from substances.services.lists import publish_release
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]
URL = "/api/v1/lists/reach-candidate-list/substances/"
FIRST, SECOND = dt.date(2024, 5, 22), dt.date(2026, 4, 15)


@pytest.fixture
def _two_releases(tmp_path: Path) -> None:
    """In 2024 the rows 1 and 2, in 2026 the rows 1 and 3; row 3 since 2025, row 1 until March 2026."""
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    until = dt.date(2026, 3, 1)
    editions = {
        FIRST: [a_row(1), a_row(2)],
        SECOND: [a_row(1, valid_until=until), a_row(3, listed_on=dt.date(2025, 6, 1))],
    }
    for day, rows in editions.items():
        path = tmp_path / f"{day}.csv"
        path.write_text(str(day), encoding="utf-8")
        publish_release(importer=Made(rows), path=path, published_on=day, confirmed=True)


def named(**clocks: str) -> list[str]:
    answer = Client().get(URL, clocks)
    assert answer.status_code == 200, answer.content
    return sorted(row["substance"]["name"] for row in answer.json()["results"])


@pytest.mark.usefixtures("_two_releases")
@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        pytest.param({}, ["made 3"], id="today"),
        pytest.param({"as_of": "2026-02-28"}, ["made 1", "made 3"], id="before one ended"),
        pytest.param({"as_of": "2026-03-01"}, ["made 3"], id="the first day it no longer held"),
        pytest.param({"as_of": "2020-01-01"}, ["made 1"], id="before one began"),
        pytest.param({"as_of": "2019-12-31"}, [], id="before all began"),
        pytest.param({"known_on": "2026-04-14"}, ["made 1", "made 2"], id="known the day before"),
        pytest.param({"known_on": "2026-04-15"}, ["made 3"], id="known on the day"),
        pytest.param({"known_on": "2026-04-14", "as_of": "2020-01-01"}, ["made 1", "made 2"], id="both clocks"),
    ],
)
def test_a_list_answers_by_both_clocks(clocks: dict[str, str], expected: list[str]) -> None:
    assert named(**clocks) == expected


@pytest.mark.usefixtures("_two_releases")
def test_a_state_that_is_not_held_is_told_not_called_empty() -> None:
    answer = Client().get(URL, {"known_on": "2024-05-21"})
    assert (answer.status_code, answer.json()["code"]) == (404, "state_not_held")


@pytest.mark.usefixtures("_two_releases")
@pytest.mark.parametrize("text", ["soon", "2026-13-01", "20260101", "2026-W01-1"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    answer = Client().get(URL, {"as_of": text})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "as_of" in answer.json()["errors"]


MAPPING = """
slug: made-watch
list: {name: Made watch list, publisher: Made NGO, effect: concern, licence: CC BY 4.0}
file: {kind: csv}
columns: {name: Name, cas: CAS, reasons: Why}
constants: {listed_on: 2026-01-01}
reasons:
  Cancer: {is: cancer, concern: carcinogenic, strength: suspected, authority: screening_list, legal_basis: Criterion 1}
"""


def own(tmp_path: Path, *more: str) -> None:
    mapping, file = tmp_path / "mapping.yaml", tmp_path / "watch.csv"
    mapping.write_text(MAPPING, encoding="utf-8")
    file.write_text("Name,CAS,Why\nMade acid,123-91-1,Cancer\nMade base,108-88-3,Cancer\n", encoding="utf-8")
    call_command("import_list", "mapped-list", str(file), "--mapping", str(mapping), "--published", "2026-05-01", *more)


def test_a_list_of_ones_own_is_imported_by_its_mapping(tmp_path: Path) -> None:
    own(tmp_path)

    chemical_list = ChemicalList.objects.get(slug="made-watch")
    assert (chemical_list.publisher, chemical_list.effect) == ("Made NGO", "concern")
    assert chemical_list.source.licence == "CC BY 4.0"
    assert ListMembership.objects.in_force().filter(chemical_list=chemical_list).count() == 2
    flags = ConcernFlag.objects.standing().filter(release__chemical_list=chemical_list)
    assert {(one.authority, one.strength, one.legal_basis) for one in flags} == {
        ("screening_list", "suspected", "Criterion 1")
    }


def test_a_trial_import_says_what_would_change_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(tmp_path, "--dry-run")

    said = capsys.readouterr().out
    assert "2 entered" in said
    assert "nothing was kept" in said
    assert not Release.objects.exists()


def test_a_mapping_goes_with_the_word_for_it(tmp_path: Path) -> None:
    file = tmp_path / "watch.csv"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(CommandError, match="go together"):
        call_command("import_list", "mapped-list", str(file))
