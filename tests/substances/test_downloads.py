"""What leaves as a file: the same substances in every format, text that stays text, and who is missing from an SDF."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from rdkit import Chem

from substances.models import Release, Structure, Substance
from substances.services.catalogue import load_catalogue
from tests.build import a_source, a_structure, a_substance
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import cas
from tests.substances.structure_files import taken
from tests.substances.test_list_diff import LATER, a_release, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "reach-candidate-list"
LISTED = dt.datetime.combine(dt.date(2020, 1, 1), dt.time())  # as openpyxl reads a day
# Stereo centres and double bonds, charges, isotopes, several parts, a metal, a radical, a bond that gives.
STRUCTURES = (
    *("CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "C[C@H](N)C(=O)O", "C/C=C/C", "C/C=C\\C", "[2H]C(Cl)(Cl)Cl", "[13CH4]"),
    *("CC(=O)[O-].[Na+]", "C[N+](=O)[O-]", "[O-][Cr](=O)(=O)O[Cr](=O)(=O)[O-].[K+].[K+]", "CC[Pb](CC)(CC)CC"),
    *("Clc1ccc(cc1)C(c1ccc(Cl)cc1)C(Cl)(Cl)Cl", "FC(F)(F)C(F)(F)OC(F)(C(=O)O)C(F)(F)F", "CCCC[Sn](Cl)(CCCC)CCCC"),
    *(
        "c1ccc2c(c1)ccc1ccccc12",
        "[Hg+2].[Cl-].[Cl-]",
        "O=[As]O[As]=O",
        "C1CC[C@@H]2CCCC[C@H]2C1",
        "[NH3]->[Pt](Cl)(Cl)<-[NH3]",
    ),
)


@pytest.fixture
def drawn() -> list[Substance]:
    """Substances with every kind of structure, one without any."""
    named = [a_substance(name=f"structure {n}", cas=cas(20_000 + n)) for n in range(len(STRUCTURES))]
    for substance, smiles in zip(named, STRUCTURES, strict=True):
        a_structure(of=substance, smiles=smiles)
    a_substance(name="a reaction mass", cas=cas(30_000))
    return named


def key_of(mol: Chem.Mol) -> str:
    """The InChIKey by RDKit itself."""
    return str(Chem.MolToInchiKey(mol))  # type: ignore[no-untyped-call]  # rdkit


def the_file(client: Client, form: str, query: str = "") -> bytes:
    """The body of the file of all substances."""
    answer = client.get(reverse("web:substances-file", args=[form]) + query)
    assert answer.status_code == 200
    return b"".join(answer)


def test_an_sdf_gives_our_importer_the_same_inchikeys_back(
    client: Client, drawn: list[Substance], tmp_path: Path
) -> None:
    path = tmp_path / "ours.sdf"
    path.write_bytes(the_file(client, "sdf"))
    report = taken(path, source="Our own file")
    assert (report.added, report.refused, report.unknown, report.disputed) == (len(drawn), 0, 0, 0)
    for substance in drawn:
        assert len(set(substance.structures.values_list("inchikey", "smiles"))) == 1


def test_an_sdf_gives_rdkit_the_same_structures_back(client: Client, drawn: list[Substance]) -> None:
    supplier = Chem.SDMolSupplier()
    supplier.SetData(the_file(client, "sdf").decode())
    read = list(supplier)
    assert [mol.GetProp("SMILES") for mol in read] == [Chem.MolToSmiles(mol) for mol in read]
    keys = {mol.GetProp("INCHIKEY"): key_of(mol) for mol in read if mol.HasProp("INCHIKEY")}
    assert len(keys) == len(STRUCTURES) - 1  # InChI has no words for bonds that give
    assert [key for key, found in keys.items() if key != found] == []


def test_an_sdf_says_who_is_not_in_it(client: Client, drawn: list[Substance]) -> None:
    answer = client.get(reverse("web:substances-file", args=["sdf"]))
    assert answer["Benigna-Records"] == f"{len(drawn)} of {len(drawn) + 1}"
    (first, *others) = b"".join(answer).decode().split("$$$$\n")[:-1]
    assert "1 have no structure that could be written" in first
    assert "a reaction mass" in first
    assert not any("a reaction mass" in record for record in others)


def test_an_sdf_of_nobody_with_a_structure_is_not_there(client: Client) -> None:
    a_substance(name="a reaction mass")
    assert client.get(reverse("web:substances-file", args=["sdf"])).status_code == 404


def test_a_structure_that_no_molfile_says_has_no_record(client: Client, drawn: list[Substance]) -> None:
    Structure.objects.filter(substance=drawn[0]).update(molfile_deflated=b"")
    assert (
        client.get(reverse("web:substances-file", args=["sdf"]))["Benigna-Records"]
        == f"{len(drawn) - 1} of {len(drawn) + 1}"
    )


def test_a_disputed_structure_says_so_in_its_record(client: Client) -> None:
    disputed = a_substance(name="disputed")
    a_structure(of=disputed, smiles="COC", source=a_source(key="another"))
    Structure.objects.filter(substance=disputed).update(is_current=False)
    a_structure(of=disputed, smiles="CCO")
    text = the_file(client, "sdf").decode()
    assert ">  <STRUCTURE>\ndisputed\n" in text
    assert f">  <INCHIKEYS_OF_OTHER_SOURCES>\n{Structure.objects.get(smiles='COC').inchikey}\n" in text


def test_a_name_cannot_end_a_record_or_begin_an_item(client: Client) -> None:
    a_structure(of=a_substance(name="$$$$\n>  <CASRN>\n50-00-0"), smiles="CCO")
    supplier = Chem.SDMolSupplier()
    supplier.SetData(the_file(client, "sdf").decode())
    (mol,) = supplier
    assert not mol.HasProp("CASRN")


def test_every_format_has_the_same_substances(client: Client, drawn: list[Substance]) -> None:
    names = [*sorted(s.name for s in drawn), "a reaction mass"]
    read = list(csv.DictReader(io.StringIO(the_file(client, "csv").decode("utf-8-sig"))))
    assert sorted(row["name"] for row in read) == sorted(names)
    assert sorted(row["name"] for row in json.loads(the_file(client, "json"))["substances"]) == sorted(names)
    sheet, about = openpyxl.load_workbook(io.BytesIO(the_file(client, "xlsx"))).worksheets
    header, *rows = sheet.iter_rows(values_only=True)
    assert sorted(row[0] for row in rows) == sorted(names)
    assert {row[header.index("cas_rn")] for row in rows} == {row["cas_rn"] for row in read}
    said = dict(about.iter_rows(values_only=True))
    assert said["Substances"] == len(names)
    assert "Not listed is not the same as safe" in said["Note"]


def test_a_file_has_what_the_filters_leave(client: Client) -> None:
    a_substance(name="a polymer", kind="polymer")
    a_substance(name="a mixture", kind="mixture")
    read = json.loads(the_file(client, "json", "?kind=polymer"))
    assert [row["name"] for row in read["substances"]] == ["a polymer"]
    assert read["kind"] == "polymer"


def test_a_choice_that_nobody_knows_is_no_reason_to_give_everything(client: Client) -> None:
    assert client.get(reverse("web:substances-file", args=["csv"]) + "?list=none").status_code == 404


@pytest.fixture
def two(tmp_path: Path) -> tuple[Release, Release]:
    """Two releases: the second has one row more, one less, and one with another reason."""
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    then = a_release(tmp_path, [a_row(1), a_row(2), a_row(3)])
    return then, a_release(tmp_path, [a_row(1), a_row(2, reasons=("57c",)), a_row(4)], LATER)


def test_a_release_as_a_spreadsheet_says_where_it_is_from(client: Client, two: tuple[Release, Release]) -> None:
    answer = client.get(reverse("web:release-file", args=[SLUG, two[1].pk, "xlsx"]))
    assert answer["Content-Disposition"] == f'attachment; filename="{SLUG}-{LATER}.xlsx"'
    sheet, about = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).worksheets
    header, *rows = sheet.iter_rows(values_only=True)
    assert [row[header.index("Name")] for row in rows] == ["made 1", "made 2", "made 4"]
    assert {row[header.index("benigna:listed_on")] for row in rows} == {
        dt.datetime.combine(dt.date(2020, 1, 1), dt.time())
    }
    said = dict(about.iter_rows(values_only=True))
    assert said["Release of"] == dt.datetime.combine(LATER, dt.time())
    assert said["SHA-256 of the publisher's file"] == two[1].sha256
    assert said["Licence"] == "not recorded"


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_diff_leaves_in_every_format(client: Client, two: tuple[Release, Release], form: str) -> None:
    answer = client.get(reverse("web:list-diff-file", args=[SLUG, form]))
    body = b"".join(answer)
    if form == "json":
        rows = [(row["change"], row["name"], row["what_differs"]) for row in json.loads(body)["changes"]]
    elif form == "csv":
        read = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
        rows = [(row["change"], row["name"], row["what_differs"]) for row in read]
    else:
        header, *cells = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        places = [header.index(name) for name in ("change", "name", "what_differs")]
        rows = [(row[places[0]], row[places[1]], row[places[2]] or "") for row in cells]
    assert rows == [("added", "made 4", ""), ("removed", "made 3", ""), ("changed", "made 2", "reason")]


def test_the_pages_offer_their_files(client: Client, two: tuple[Release, Release]) -> None:
    offered = {
        reverse("web:substances") + "?kind=unspecified&limit=2": reverse("web:substances-file", args=["sdf"])
        + "?kind=unspecified",
        reverse("web:list-diff", args=[SLUG]): reverse("web:list-diff-file", args=[SLUG, "xlsx"])
        + f"?from={two[0].pk}&amp;to={two[1].pk}",
        reverse("web:release", args=[SLUG, two[0].pk]): reverse("web:release-file", args=[SLUG, two[0].pk, "xlsx"]),
    }
    for page, file in offered.items():
        assert f'href="{file}"' in client.get(page).content.decode()
