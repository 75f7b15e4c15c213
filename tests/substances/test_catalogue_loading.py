"""The starter catalogue is loaded whole or not at all, again without effect, and never over what others said."""

from __future__ import annotations

from pathlib import Path

import pytest

from substances.models import (
    CatalogueLoad,
    ConcernFlag,
    Fingerprint,
    GroupMembership,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Source,
    Structure,
    Substance,
    SubstanceGroup,
)
from substances.services.catalogue import CatalogueError, load_catalogue
from substances.services.catalogue_loads import id_of
from substances.vocabulary import Checked, How
from tests.build import a_substance
from tests.substances.made_catalogue import FILES, replaced, without, write_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "catalogue")


def test_a_catalogue_is_stored_with_all_its_facts(folder: Path) -> None:
    report = load_catalogue(folder=folder)

    bpa = Substance.objects.get(slug="bisphenol-a")
    assert report.counts["substances"] == 3
    assert bpa.id == id_of("substance", "bisphenol-a")
    assert set(bpa.identifiers.values_list("scheme", "value")) == {("cas", "80-05-7"), ("ec", "201-245-8")}
    assert set(bpa.names.values_list("text", flat=True)) == {"Bisphenol A", "bisfenol A", "BPA"}
    assert bpa.classifications.get().as_printed == "Repr. 1B, H360F"
    assert bpa.flags.get().source.key == "reg-a"
    assert bpa.list_memberships.in_force().get().chemical_list.slug == "reach-candidate-list"


def test_a_structure_is_stored_standardised_drawn_and_fingerprinted(folder: Path) -> None:
    load_catalogue(folder=folder)

    structure = Structure.objects.get(substance__slug="bisphenol-a")
    assert structure.formula == "C15H16O2"
    assert structure.mass_g_per_mol == pytest.approx(228.29, abs=0.01)
    assert structure.parent_inchikey == structure.inchikey
    assert structure.svg.startswith("<svg")
    keys = structure.fingerprints.filter(of_parent=False).values_list("key", flat=True)
    assert {key.partition("-rdkit")[0] for key in keys} >= {"morgan-r2-2048-bits", "morgan-r2-2048-counts"}
    assert {len(one.bits) for one in Fingerprint.objects.all()} == {256}


def test_what_is_loaded_is_found_by_search(folder: Path) -> None:
    load_catalogue(folder=folder)

    assert Substance.objects.get(slug="bisphenol-a").search_terms.filter(folded="bpa").exists()


def test_a_group_has_those_its_rule_finds(folder: Path) -> None:
    load_catalogue(folder=folder)

    found = GroupMembership.objects.values_list("substance__slug", "how", "rule_version")
    assert set(found) == {("bisphenol-a", How.INFERRED, 1), ("bisphenol-f", How.INFERRED, 1)}


def test_a_member_without_a_structure_is_a_member_and_nobody_is_named_by_our_own_groups(catalogue: None) -> None:
    hows = dict(GroupMembership.objects.filter(substance__slug="sccp").values_list("group__slug", "how"))
    assert set(hows.values()) == {How.AS_MEMBER}
    assert not GroupMembership.objects.filter(how=How.BY_NAME).exists()


def test_a_changed_rule_is_a_new_version(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)
    load_catalogue(folder=write_catalogue(tmp_path / "new", groups=replaced("groups", "[Pb]", "[Pb, Hg]")))

    assert SubstanceGroup.objects.get().rule_version == 2
    assert set(GroupMembership.objects.values_list("rule_version", flat=True)) == {2}


def test_loading_again_does_nothing(folder: Path) -> None:
    load_catalogue(folder=folder)
    recorded = set(Identifier.objects.values_list("pk", "recorded_at"))

    again = load_catalogue(folder=folder)

    assert again.unchanged
    assert again.counts["substances"] == 3
    assert set(Identifier.objects.values_list("pk", "recorded_at")) == recorded


def test_reading_the_same_files_anew_changes_no_row(folder: Path) -> None:
    load_catalogue(folder=folder)
    before = set(Substance.objects.values_list("slug", "revision"))
    CatalogueLoad.objects.all().delete()

    again = load_catalogue(folder=folder)

    assert not again.unchanged
    assert not any(again.changes.values())
    assert set(Substance.objects.values_list("slug", "revision")) == before


def test_an_upgrade_adds_changes_and_takes_back(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)
    before = dict(Substance.objects.values_list("slug", "revision"))
    load_catalogue(
        folder=write_catalogue(
            tmp_path / "new",
            names=without("names", "bisphenol-a,en,BPA"),
            flags=replaced("flags", "bisphenol-a,reprotoxic", "bisphenol-a,endocrine_hh"),
            classifications=replaced("classifications", "row 1", "row 2"),
        )
    )

    bpa = Substance.objects.get(slug="bisphenol-a")
    assert not bpa.names.filter(text="BPA").exists()
    assert [flag.concern for flag in bpa.flags.all()] == ["endocrine_hh"]
    assert HazardClassification.objects.get().locator == "row 2"
    assert not bpa.search_terms.filter(folded="bpa").exists()
    assert bpa.revision == before["bisphenol-a"] + 1
    assert Substance.objects.get(slug="benzene").revision == before["benzene"]


def test_a_structure_that_another_source_gives_takes_the_place_of_the_old_one(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)

    load_catalogue(
        folder=write_catalogue(
            tmp_path / "new",
            structures=replaced(
                "structures", "UHOVQNZJYSORNB-UHFFFAOYSA-N,reg-a", "UHOVQNZJYSORNB-UHFFFAOYSA-N,starter"
            ),
        )
    )

    benzene = Structure.objects.get(substance__slug="benzene")
    assert (benzene.source.key, benzene.is_current) == ("starter", True)
    assert benzene.fingerprints.exists()


def test_what_was_imported_or_reviewed_stays_as_it_is(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)
    bpa, source = Substance.objects.get(slug="bisphenol-a"), Source.objects.get(key="reg-a")
    Identifier.objects.filter(value="80-05-7").update(checked=Checked.IMPORTED, locator="line 7")
    Name.objects.create(substance=bpa, text="4,4'-isopropylidenediphenol", source=source, checked=Checked.REVIEWED)

    load_catalogue(
        folder=write_catalogue(
            tmp_path / "new", identifiers=without("identifiers", "bisphenol-a"), names=FILES["names"]
        )
    )

    assert bpa.identifiers.get().locator == "line 7"
    assert bpa.names.filter(checked=Checked.REVIEWED).exists()


def test_a_substance_that_leaves_the_catalogue_is_gone(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)
    load_catalogue(folder=_without_benzene(tmp_path))

    assert not Substance.objects.filter(name="Benzene").exists()
    assert not ConcernFlag.objects.filter(concern="carcinogenic").exists()


def test_a_substance_that_an_import_knows_stays_without_its_slug(tmp_path: Path, folder: Path) -> None:
    load_catalogue(folder=folder)
    benzene = Substance.objects.get(slug="benzene")
    Identifier.objects.filter(substance=benzene).update(checked=Checked.IMPORTED)

    report = load_catalogue(folder=_without_benzene(tmp_path))

    assert report.kept == ("benzene",)
    assert Substance.objects.get(pk=benzene.pk).slug is None


def test_a_substance_an_import_made_is_taken_over_with_its_id(folder: Path) -> None:
    made = a_substance(name="benzol", cas="71-43-2")
    Identifier.objects.update(checked=Checked.IMPORTED)

    load_catalogue(folder=folder)

    assert Substance.objects.get(slug="benzene").id == made.id


def test_two_substances_with_one_cas_number_are_not_taken_over(folder: Path) -> None:
    for name in ("one", "other"):
        a_substance(name=name, cas="71-43-2")
    Identifier.objects.update(checked=Checked.IMPORTED)

    load_catalogue(folder=folder)

    assert Substance.objects.get(slug="benzene").id == id_of("substance", "benzene")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param("names", "language,name", "language,title", "line 1.*'title'.*unknown", id="unknown column"),
        pytest.param("names", ",checked", ",source", "line 1.*'source'.*twice", id="column twice"),
        pytest.param("identifiers", "620-92-8", "620-92-7", "line 4.*620-92-7.*would be 8", id="check digit"),
        pytest.param("identifiers", "620-92-8", "620928", "line 4.*should be written 620-92-8", id="not normal form"),
        pytest.param("identifiers", ",ec,", ",einecs,", "line 3.*'einecs'", id="unknown scheme"),
        pytest.param("flags", "benzene,", "benzol,", "line 3.*'benzol'.*substance", id="unknown substance"),
        pytest.param("flags", ",reg-a,recalled", ",reg-b,recalled", "line 3.*'reg-b'.*source", id="unknown source"),
        pytest.param("flags", "carcinogenic", "toxic", "line 3.*'toxic'", id="unknown concern"),
        pytest.param("flags", "harmonised,Annex A,,", "ngo_reviewed,Annex A,,", "line 3.*ngo_reviewed", id="ngo"),
        pytest.param("flags", "recalled", "reviewed", "line 3.*'reviewed'", id="reviewed is for people"),
        pytest.param("classifications", "2018-03-01", "01.03.2018", "line 2.*01.03.2018.*YYYY-MM-DD", id="day"),
        pytest.param("memberships", "by_name", "inferred", "line 2.*'inferred'", id="lists infer nothing"),
        pytest.param("substances", "bisphenol-f", "bisphenol-a", "line 3.*twice.*line 2", id="slug twice"),
        pytest.param("substances", "Benzene,", "Benzene,,", "line 4.*5 cells", id="too many cells"),
        pytest.param("substances", "Bisphenol A,", '"Bisphenol A,', "unexpected end", id="stray quote"),
        pytest.param("substances", "Bisphenol A,", "Bisphenol A ,", "line 2.*blanks", id="blanks"),
        pytest.param("structures", "IISBACLAFKSPIT", "IISBACLAFKSPIX", "line 2.*IISBACLAFKSPIT-UHFF", id="inchikey"),
        pytest.param("structures", "c1ccccc1,UHOV", "c1ccccc,UHOV", "line 4.*smiles", id="unreadable structure"),
        pytest.param("groups", "rule:", "ruel:", "'ruel'.*unknown", id="unknown key"),
        pytest.param("groups", "[Pb]", "[Xx]", "bisphenols.*'Xx'.*element", id="unknown element"),
        pytest.param("groups", "Oc1ccc(cc1)", "Oc1ccc(cc1", "bisphenols", id="unreadable rule"),
        pytest.param("groups", "[benzene]", "[bisphenol-f]", "bisphenol-f.*fits the rule", id="non-member fits"),
        pytest.param("groups", "  definition:", "  name: B\n  definition:", "'name'.*twice", id="key twice"),
    ],
)
def test_a_catalogue_that_is_not_as_it_should_be_is_refused_whole(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = write_catalogue(tmp_path / "catalogue", **{file: replaced(file, old, new)})

    with pytest.raises(CatalogueError, match=f"(?s){file}.*{said}"):
        load_catalogue(folder=folder)

    assert not Substance.objects.exists()
    assert not CatalogueLoad.objects.exists()


def test_a_missing_file_is_named(tmp_path: Path, folder: Path) -> None:
    (folder / "flags.csv").unlink()

    with pytest.raises(CatalogueError, match=r"flags\.csv.*is missing"):
        load_catalogue(folder=folder)


def test_the_portals_own_catalogue_is_whole(catalogue: None) -> None:
    assert Substance.objects.filter(flags__checked=Checked.FILE).distinct().count() >= 250
    groups = SubstanceGroup.objects.filter(memberships__substance__flags__checked=Checked.FILE).distinct()
    assert groups.count() >= 25
    assert not Structure.objects.exclude(svg__startswith="<svg").exists()
    assert not ListMembership.objects.exclude(release=None).exists()
    assert Substance.objects.get(slug="bisphenol-a").id == id_of("substance", "bisphenol-a")


def test_the_portals_own_catalogue_is_not_loaded_twice(catalogue: None) -> None:
    assert load_catalogue().unchanged


def _without_benzene(tmp_path: Path) -> Path:
    return write_catalogue(
        tmp_path / "new",
        groups=replaced("groups", "[benzene]", "[]"),
        **{file: without(file, "benzene") for file in FILES if file != "groups"},
    )
