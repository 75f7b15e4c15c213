"""The starter's alternatives are loaded strictly, again without effect, and taken back with their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from substances.models import Substance
from substances.services.catalogue_loads import id_of
from substances.services.succession import merge_substances
from substitution.models import Alternative, Evidence, Replacement, TechnicalFunction
from substitution.services.catalogue import CatalogueError, load_catalogue
from tests.build import a_curator, a_substance

pytestmark = [pytest.mark.django_db, pytest.mark.services]

FILES: dict[str, list[str]] = {
    "sources": ["key,title,publisher,year", "report-a,Report A,Agency,2014"],
    "functions": [
        "slug,level,parent,name,name_pl,oecd_category,description,source,checked",
        # A child before its parent: levels, not lines, are the order.
        "thermal-paper,end_use,developer,Developer in thermal paper,,,,report-a,recalled",
        "developer,chemical_function,,Colour developer,,,,report-a,recalled",
    ],
    "alternatives": [
        "slug,kind,name,name_pl,substance,description,readiness,status,source,checked",
        "d-8,substance,D-8,,d-8,,commercial,in_use,report-a,recalled",
        "e-receipt,elimination,Electronic receipt,,,No paper at all.,,in_use,report-a,recalled",
    ],
    "links": [
        "alternative,replaces,function,status,since,note",
        "d-8,bisphenol-a,thermal-paper,in_use,2006,",
        "e-receipt,bisphenol-a,thermal-paper,in_use,,Needs a till that sends it.",
    ],
    "evidence": [
        "alternative,replaces,function,source,locator,finding,supports,checked",
        "d-8,bisphenol-a,thermal-paper,report-a,table 1,Listed among the developers.,neutral,recalled",
    ],
}


@pytest.fixture(autouse=True)
def _substances() -> None:
    for slug in ("bisphenol-a", "d-8"):
        Substance.objects.get_or_create(slug=slug, defaults={"name": slug})


def _write(folder: Path, **files: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in (FILES | files).items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_alternatives_of_all_kinds_are_linked_with_their_evidence(tmp_path: Path) -> None:
    report = load_catalogue(folder=_write(tmp_path / "a"))

    assert report.counts["links"] == 2
    developer = Alternative.objects.get(slug="d-8")
    assert developer.candidate == Substance.objects.get(slug="d-8")
    assert Alternative.objects.get(slug="e-receipt").candidate is None
    assert Evidence.objects.get().replacement.alternative == developer
    assert developer.id == id_of("alternative", "d-8")
    assert TechnicalFunction.objects.get(slug="thermal-paper").parent == TechnicalFunction.objects.get(slug="developer")


def test_loading_again_does_nothing(tmp_path: Path) -> None:
    load_catalogue(folder=_write(tmp_path / "a"))

    assert load_catalogue(folder=tmp_path / "a").unchanged


def test_what_left_the_files_is_taken_back(tmp_path: Path) -> None:
    load_catalogue(folder=_write(tmp_path / "a"))
    less = {name: [line for line in lines if not line.startswith("e-receipt")] for name, lines in FILES.items()}
    report = load_catalogue(folder=_write(tmp_path / "b", **less))

    assert report.kept == ()
    assert [one.slug for one in Alternative.objects.all()] == ["d-8"]
    assert Replacement.objects.count() == 1


def test_a_changed_line_changes_its_row_only(tmp_path: Path) -> None:
    load_catalogue(folder=_write(tmp_path / "a"))
    links = [line.replace("in_use,2006", "withdrawn,2006") for line in FILES["links"]]
    report = load_catalogue(folder=_write(tmp_path / "b", links=links))

    assert Replacement.objects.get(alternative__slug="d-8").status == "withdrawn"
    assert {name: bool(one) for name, one in report.changes.items() if one} == {"links": True}


@pytest.mark.parametrize("gone", ["bisphenol-a", "d-8"])
def test_whom_curators_merged_is_not_brought_back(tmp_path: Path, gone: str) -> None:
    load_catalogue(folder=_write(tmp_path / "a"))
    kept = a_substance(name="the same")
    merge_substances(by=a_curator(), substance=Substance.objects.get(slug=gone), into=kept.pk, reason="the same")
    links = [line.replace("in_use,2006", "in_use,2007") for line in FILES["links"]]
    load_catalogue(folder=_write(tmp_path / "b", links=links))

    row = Replacement.objects.standing().get(alternative__slug="d-8")
    assert (row.since, kept in (row.replaces, row.alternative.candidate)) == (2007, True)


def test_an_upgrade_does_not_make_a_substance_its_own_alternative(tmp_path: Path) -> None:
    load_catalogue(folder=_write(tmp_path / "a"))
    gone, kept = (Substance.objects.get(slug=slug) for slug in ("d-8", "bisphenol-a"))
    merge_substances(by=a_curator(), substance=gone, into=kept.pk, reason="the same")
    load_catalogue(folder=_write(tmp_path / "b", evidence=FILES["evidence"][:1]))

    assert Replacement.objects.get(alternative__slug="d-8").alternative.candidate == gone
    assert [row.alternative.slug for row in Replacement.objects.standing()] == ["e-receipt"]


def test_a_new_line_that_a_merge_made_speak_of_one_substance_is_left_out(tmp_path: Path) -> None:
    less = {name: [line for line in FILES[name] if "bisphenol-a" not in line] for name in ("links", "evidence")}
    load_catalogue(folder=_write(tmp_path / "a", **less))
    gone, kept = (Substance.objects.get(slug=slug) for slug in ("d-8", "bisphenol-a"))
    merge_substances(by=a_curator(), substance=gone, into=kept.pk, reason="the same")
    load_catalogue(folder=_write(tmp_path / "b"))

    assert [row.alternative.slug for row in Replacement.objects.all()] == ["e-receipt"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param("alternatives", "d-8,,commercial", "d-9,,commercial", "line 2.*'d-9'.*substance", id="substance"),
        pytest.param("alternatives", ",elimination,", ",doing-without,", "line 3.*doing-without", id="kind"),
        pytest.param("alternatives", "No paper at all.", "", "line 3.*description", id="says nothing"),
        pytest.param("alternatives", ",substance,D-8", ",material,D-8", "line 2.*kind is material", id="no material"),
        pytest.param("functions", ",developer,", ",dveloper,", "line 2.*'dveloper'.*function", id="parent"),
        pytest.param("functions", ",developer,", ",,", "line 2.*parent", id="no parent"),
        pytest.param("links", "d-8,bisphenol-a", "d-8,bisphenol-z", "line 2.*'bisphenol-z'", id="replaces"),
        pytest.param("links", "d-8,bisphenol-a", "d-8,d-8", "line 2.*the alternative itself", id="replaces itself"),
        pytest.param("links", ",2006,", ",06,", "line 2.*'06'.*four digits", id="year"),
        pytest.param("evidence", "d-8,bisphenol-a", "d-8,d-8", "line 2.*not linked", id="no such link"),
        pytest.param("evidence", "report-a", "report-b", "line 2.*'report-b'.*source", id="source"),
        pytest.param("evidence", ",neutral,", ",yes,", "line 2.*'yes'", id="supports"),
        pytest.param("evidence", "recalled", "imported", "line 2.*'imported'", id="checked"),
    ],
)
def test_a_catalogue_that_is_not_as_it_should_be_is_refused_whole(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    lines = [line.replace(old, new) for line in FILES[file]]
    assert lines != FILES[file]

    with pytest.raises(CatalogueError, match=f"{file}.*{said}"):
        load_catalogue(folder=_write(tmp_path / "a", **{file: lines}))

    assert not Alternative.objects.exists()


def test_the_portals_own_alternatives_are_many_and_of_all_kinds(catalogue: None) -> None:
    assert Alternative.objects.count() >= 150
    assert Alternative.objects.exclude(kind="substance").count() >= 25
    assert Replacement.objects.filter(evidence__isnull=False).distinct().count() >= 120
    assert load_catalogue().unchanged
