"""Demo companies are loaded only when name and numbers say that they are made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from portal.companies.models import Commitment, Company, Production
from portal.companies.services import CatalogueError, load_demo_companies
from substances.models import Source, Substance, SubstanceGroup
from substances.vocabulary import Checked
from substitution.models import Alternative

pytestmark = pytest.mark.django_db

FILES: dict[str, list[str]] = {
    "companies": [
        "slug,name,isin,lei,sector,country",
        "mill,Paper Mill (demo),ZZ0000000001,0000AAAAAAAAAAAAAA01,Paper,PL",
        "maker,Maker (demo),,,Chemicals,DE",
    ],
    "production": [
        "company,substance,role,tonnage_min_t,tonnage_max_t,year",
        "mill,bisphenol-a,user,10,100,2025",
        "maker,bisphenol-a,manufacturer,1000,,2025",
    ],
    "commitments": [
        "company,substance_or_group,commitment,target_year,status",
        "mill,bisphenol-a,Paper without bisphenol A,2027,on_track",
        "mill,bisphenols,No bisphenols at all,2030,announced",
    ],
}


@pytest.fixture(autouse=True)
def _substances() -> None:
    Substance.objects.get_or_create(slug="bisphenol-a", defaults={"name": "Bisphenol A"})
    source = Source.objects.create(key="test", title="Made for a test")
    facts = {"name": "Bisphenols", "definition": "-", "source": source, "checked": Checked.MADE_UP}
    SubstanceGroup.objects.get_or_create(slug="bisphenols", defaults=facts)


def _write(folder: Path, **files: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in (FILES | files).items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_company_comes_with_what_it_makes_and_promises(tmp_path: Path) -> None:
    load_demo_companies(folder=_write(tmp_path / "a"))

    mill = Company.objects.get(slug="mill")
    assert mill.is_demo
    used = mill.production.get()
    assert (used.role, used.tonnes_per_year_min, used.tonnes_per_year_max) == ("user", 10, 100)
    assert Production.objects.get(company__slug="maker").tonnes_per_year_max is None
    subjects = {(one.substance_id is not None, one.group_id is not None) for one in mill.commitments.all()}
    assert subjects == {(True, False), (False, True)}
    assert {one.checked for one in Commitment.objects.all()} == {Checked.MADE_UP}


def test_loading_again_does_nothing_and_a_change_grows_the_revision(tmp_path: Path) -> None:
    load_demo_companies(folder=_write(tmp_path / "a"))
    assert load_demo_companies(folder=tmp_path / "a").unchanged

    late = [line.replace("on_track", "late") for line in FILES["commitments"]]
    load_demo_companies(folder=_write(tmp_path / "b", commitments=late))
    assert dict(Company.objects.values_list("slug", "revision")) == {"mill": 2, "maker": 1}


def test_a_company_that_left_the_file_is_gone(tmp_path: Path) -> None:
    load_demo_companies(folder=_write(tmp_path / "a"))
    less = {name: [line for line in lines if not line.startswith("maker")] for name, lines in FILES.items()}
    load_demo_companies(folder=_write(tmp_path / "b", **less))

    assert [company.slug for company in Company.objects.all()] == ["mill"]


def test_a_real_company_is_never_touched(tmp_path: Path) -> None:
    real = Company.objects.create(slug="real", name="Real company")
    load_demo_companies(folder=_write(tmp_path / "a"))

    assert Company.objects.filter(pk=real.pk, is_demo=False).exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param("companies", "Mill (demo)", "Mill", "line 2.*Paper Mill.*demo", id="name"),
        pytest.param("companies", "ZZ0000000001", "PL0000000001", "line 2.*PL0000000001.*ZZ", id="isin"),
        pytest.param("companies", "0000AAAA", "5299AAAA", "line 2.*5299.*0000", id="lei"),
        pytest.param("companies", ",PL", ",Poland", "line 2.*Poland.*two capital letters", id="country"),
        pytest.param("production", ",10,100,", ",100,10,", "line 2.*'10'.*less", id="band upside down"),
        pytest.param("production", ",user,", ",seller,", "line 2.*'seller'", id="role"),
        pytest.param("production", "100,2025", "100,", "line 2.*year.*empty", id="no year"),
        pytest.param("commitments", "bisphenols", "phthalates", "line 3.*'phthalates'", id="subject"),
    ],
)
def test_what_is_not_plainly_made_up_or_not_known_is_refused_whole(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    lines = [line.replace(old, new) for line in FILES[file]]
    assert lines != FILES[file]

    with pytest.raises(CatalogueError, match=f"{file}.*{said}"):
        load_demo_companies(folder=_write(tmp_path / "a", **{file: lines}))

    assert not Company.objects.exists()


def test_seed_does_nothing_twice_and_says_what_there_is(catalogue: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")

    said = capsys.readouterr().out
    assert said.count("unchanged in") == 3
    assert f"alternatives{Alternative.objects.count():>10}" in said
    assert Company.objects.filter(is_demo=True).count() >= 25
