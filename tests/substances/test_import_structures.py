"""Structures come in: each a claim of its source, read in the sandbox, and nothing lost on the way."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.chemistry.fingerprints import STORED
from substances.chemistry.sandbox_client import Sandbox
from substances.importers.base import WrongFile
from substances.models import Fingerprint, Identifier, SearchTerm, Structure, Substance
from substances.services import structure_import
from substances.services.catalogue import load_catalogue
from substances.services.catalogue_structures import Measured, measure
from substances.services.structure_claims import write_claims
from substances.services.structure_import import SourceRefused, StructureReport
from substances.similarity import store
from substances.vocabulary import Checked, IdentifierScheme, StructureTrust, SubstanceKind
from tests.build import a_source, a_substance
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_workbooks import sheets_of
from tests.substances.structure_files import CRESOL, ETHANOL, PHENOL, a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]

# A structure and its parent have one of each kind.
EACH = 2 * len(STORED)
ACETATE = "CC(=O)[O-].[Na+]"


def codes(report: StructureReport) -> list[tuple[int, str]]:
    return [(problem["line"], problem["code"]) for problem in report.problems]


def ends(report: StructureReport) -> tuple[int, int, int, int]:
    return report.structures, report.unknown, report.refused, report.lost


@pytest.fixture
def phenol() -> Substance:
    """Phenol, without a structure."""
    return a_substance(name="phenol", cas="108-95-2", ec="203-632-7")


def test_a_row_becomes_a_claim_of_its_source(tmp_path: Path, phenol: Substance) -> None:
    report = taken(a_file(tmp_path, "108-95-2\tC1=CC=C(O)C=C1\ttoxcast"))
    structure = Structure.objects.get()
    assert ends(report) == (1, 0, 0, 0)
    assert (structure.substance, structure.as_reported, structure.smiles) == (phenol, "C1=CC=C(O)C=C1", PHENOL)
    assert (structure.source.key, structure.source.kind, structure.checked) == (
        "structures-a-lookup",
        "lookup",
        "imported",
    )
    assert (structure.locator, structure.is_current) == ("line 2, 108-95-2; toxcast", True)
    assert structure.svg.startswith("<svg")
    assert "rdkit" in structure.standardiser.lower()
    assert Fingerprint.objects.filter(structure=structure).count() == EACH
    assert SearchTerm.objects.filter(substance=phenol, kind="smiles", text=PHENOL).exists()


def test_a_substance_that_learns_its_structure_is_another_revision(tmp_path: Path, phenol: Substance) -> None:
    taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))
    assert Substance.objects.get(pk=phenol.pk).revision == phenol.revision + 1


def test_the_same_file_twice_changes_nothing(tmp_path: Path, phenol: Substance) -> None:
    path = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    taken(path)
    before = [*Structure.objects.values(), *Substance.objects.values(), store.revision()]
    again = taken(path)
    assert [*Structure.objects.values(), *Substance.objects.values(), store.revision()] == before
    assert (again.structures, again.added, again.lost) == (1, 0, 0)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("FAIL", "no_structure", id="a conversion that failed"),
        pytest.param("", "no_structure", id="blank"),
        pytest.param("-", "no_structure", id="a dash"),
        pytest.param("ISWSIDIOOBJBQZ-UHFFFAOYSA-N", "is_inchikey", id="an InChIKey"),
        pytest.param("Oc1ccccc1'", "stray_quote", id="a stray quote"),
        pytest.param('Oc1cc"ccc1', "stray_quote", id="a quote in the middle"),
        pytest.param("*Oc1ccccc1", "unreadable", id="a wildcard"),
        pytest.param("Oc1ccccc", "unreadable", id="cut off"),
        pytest.param("phenol", "unreadable", id="a name"),
        pytest.param("C[N](C)(C)(C)(C)C", "unreadable", id="an impossible valence"),
        pytest.param("CC.C* |m:1:0.2|", "unreadable", id="a generic structure"),
        pytest.param("[CH3] |^1:0|", "unreadable", id="an extension that means something"),
    ],
)
def test_what_is_no_structure_is_a_problem_with_its_line(
    tmp_path: Path, phenol: Substance, cell: str, code: str
) -> None:
    report = taken(a_file(tmp_path, f"108-95-2\t{cell}\tx", f"64-17-5\t{ETHANOL}\tx"))
    assert (codes(report), ends(report)) == ([(2, code)], (0, 1, 1, 0))
    assert not Structure.objects.exists()


def test_a_salt_is_a_structure_with_its_acid_as_parent(tmp_path: Path) -> None:
    a_substance(name="sodium acetate", cas="127-09-3")
    taken(a_file(tmp_path, f"127-09-3\t{ACETATE}\tx"))
    assert Structure.objects.get().parent_smiles == "CC(=O)O"


def test_marks_that_repeat_the_smiles_are_left_out_but_kept_as_reported(tmp_path: Path, phenol: Substance) -> None:
    cell = "C1=CC=C(O)C=C1 |c:0,2,t:4,lp:4:2|"
    taken(a_file(tmp_path, f"108-95-2\t{cell}\tx"))
    structure = Structure.objects.get()
    assert (structure.smiles, structure.as_reported) == (PHENOL, cell)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("CASRN,SMILES", f"108-95-2,{PHENOL}", id="CAS and SMILES"),
        pytest.param("EC Number;SMILES", f"203-632-7;{PHENOL}", id="EC number"),
        pytest.param(
            "DTXSID,SMILES", f"https://comptox.epa.gov/dashboard/DTXSID5021124,{PHENOL}", id="DTXSID as a URL"
        ),
        pytest.param("CAS Number,InChI", '108-95-2,"InChI=1S/C6H6O/c7-6-4-2-1-3-5-6/h1-5,7H"', id="InChI"),
        pytest.param(
            "CAS,SMILES,INCHI STRING", '108-95-2,FAIL,"InChI=1S/C6H6O/c7-6-4-2-1-3-5-6/h1-5,\n7H"', id="broken InChI"
        ),
        pytest.param("PubChem CID,SMILES", f"996,{PHENOL}", id="PubChem"),
        pytest.param("DTXSID,CASRN,SMILES", f"DTXSID5021124,NOCAS_21124,{PHENOL}", id="no CAS"),
    ],
)
def test_every_number_and_notation_leads_to_the_substance(
    tmp_path: Path, phenol: Substance, header: str, row: str
) -> None:
    claim = {"substance": phenol, "source": a_source(), "checked": Checked.MADE_UP}
    Identifier.objects.create(scheme=IdentifierScheme.DTXSID, value="DTXSID5021124", **claim)
    Identifier.objects.create(scheme=IdentifierScheme.CID, value="996", **claim)
    report = taken(a_file(tmp_path, row, header=header, name="lookup.csv"))
    assert (report.problems, ends(report)) == ([], (1, 0, 0, 0))
    assert Structure.objects.get().smiles == PHENOL


def test_a_substance_we_do_not_know_is_counted_and_not_made(tmp_path: Path, phenol: Substance) -> None:
    report = taken(a_file(tmp_path, f"64-17-5\t{ETHANOL}\tx"))
    assert ends(report) == (0, 1, 0, 0)
    assert [*Substance.objects.all()] == [phenol]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param("108-95-3", "cas_check_digit", id="wrong check digit"),
        pytest.param("", "no_number", id="no number"),
        pytest.param("phenol", "cas_shape", id="never by name"),
    ],
)
def test_a_row_without_a_valid_number_is_a_problem(tmp_path: Path, phenol: Substance, number: str, code: str) -> None:
    report = taken(a_file(tmp_path, f"{number}\t{PHENOL}\tx"))
    assert (codes(report), ends(report)) == ([(2, code)], (0, 0, 1, 0))


def test_numbers_of_two_substances_give_neither_a_structure(tmp_path: Path, phenol: Substance) -> None:
    a_substance(name="ethanol", cas="64-17-5", ec="200-578-6")
    report = taken(a_file(tmp_path, f"108-95-2\t200-578-6\t{PHENOL}", header="cas\tec\tsmiles"))
    assert (codes(report), ends(report)) == ([(2, "ambiguous")], (0, 0, 1, 0))


@pytest.mark.parametrize(
    "kind", [SubstanceKind.GROUP, SubstanceKind.POLYMER, SubstanceKind.UVCB, SubstanceKind.MIXTURE]
)
def test_what_has_no_single_structure_gets_none_from_a_lookup(tmp_path: Path, kind: str) -> None:
    a_substance(name="many", cas="108-95-2", kind=kind)
    report = taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))
    assert (codes(report), ends(report)) == ([(2, "no_single_structure")], (0, 0, 1, 0))


def test_a_row_that_contradicts_its_own_inchikey_is_a_problem(tmp_path: Path, phenol: Substance) -> None:
    row = f"108-95-2\t{PHENOL}\tLFQSCWFLJHTTHZ-UHFFFAOYSA-N"
    report = taken(a_file(tmp_path, row, header="cas\tsmiles\tinchikey"))
    assert codes(report) == [(2, "inchikey_differs")]


def test_a_source_that_says_two_things_keeps_the_first(tmp_path: Path, phenol: Substance) -> None:
    report = taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx", f"108-95-2\t{CRESOL}\tx", "108-95-2\tc1ccccc1O\tx"))
    assert (codes(report), ends(report)) == ([(3, "given_otherwise")], (2, 0, 1, 0))
    assert Structure.objects.get().smiles == PHENOL


def test_a_lookup_is_shown_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    a_substance(name="phenol", cas="108-95-2", smiles=PHENOL)
    a_substance(name="ethanol", cas="64-17-5")
    taken(a_file(tmp_path, f"108-95-2\t{CRESOL}\tx", f"64-17-5\t{ETHANOL}\tx"))
    shown = {s.substance.name: s.smiles for s in Structure.objects.filter(is_current=True)}
    assert shown == {"phenol": PHENOL, "ethanol": ETHANOL}


def test_a_curated_file_is_shown_instead_of_a_lookup_and_not_the_other_way(tmp_path: Path, phenol: Substance) -> None:
    taken(a_file(tmp_path, f"108-95-2\t{CRESOL}\tx"))
    taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"), source="Ours", trust=StructureTrust.CURATED)
    taken(a_file(tmp_path, f"108-95-2\t{ETHANOL}\tx"), source="Another lookup")
    assert Structure.objects.get(is_current=True).source.title == "Ours"


def test_a_source_keeps_its_trust(tmp_path: Path, phenol: Substance) -> None:
    path = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    taken(path)
    with pytest.raises(SourceRefused, match="known as lookup"):
        taken(path, trust=StructureTrust.CURATED)


def test_the_starter_is_shown_instead_of_a_lookup_that_was_there_first(tmp_path: Path) -> None:
    a_substance(name="benzene by a list", cas="71-43-2")
    taken(a_file(tmp_path, f"71-43-2\t{ETHANOL}\tx"))
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    benzene = Substance.objects.get(slug="benzene")
    assert benzene.name == "Benzene"
    assert [(s.smiles, s.is_current) for s in benzene.disputed_structures] == [("c1ccccc1", True), (ETHANOL, False)]


def test_what_another_standardiser_read_is_read_again(tmp_path: Path, phenol: Substance) -> None:
    path = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx")
    taken(path)
    (structure,) = Structure.objects.all()
    Structure.objects.update(standardiser="an old one", smiles="old")
    Fingerprint.objects.all().delete()
    report = taken(path)
    again = Structure.objects.get(pk=structure.pk)
    assert (report.structures, report.added, report.renewed) == (1, 0, 1)
    assert (again.smiles, again.standardiser) == (PHENOL, structure.standardiser)
    assert again.fingerprints.count() == EACH
    assert SearchTerm.objects.filter(substance=phenol, kind="smiles", text=PHENOL).exists()


def test_a_merged_substance_leads_to_the_one_that_stands(tmp_path: Path, phenol: Substance) -> None:
    a_substance(name="carbolic acid", cas="64-17-5")
    Substance.objects.filter(name="carbolic acid").update(merged_into=phenol)
    taken(a_file(tmp_path, f"64-17-5\t{PHENOL}\tx"))
    assert Structure.objects.get().substance == phenol


def test_a_substance_merged_while_its_structure_was_read_counts_as_unknown(
    tmp_path: Path, phenol: Substance, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_substance(name="carbolic acid")

    def later(*args: object) -> object:
        Substance.objects.filter(pk=phenol.pk).update(merged_into=other)
        return write_claims(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(structure_import, "write_claims", later)
    assert ends(taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))) == (0, 1, 0, 0)
    assert not Structure.objects.exists()


def test_a_structure_that_ends_the_sandbox_is_a_problem_and_the_next_is_read(
    tmp_path: Path, phenol: Substance, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_substance(name="ethanol", cas="64-17-5")

    def measured(box: Sandbox, text: str, **more: str) -> Measured:
        if text == PHENOL:
            os.kill(box.pid, signal.SIGKILL)
        return measure(box, text, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(structure_import, "measure", measured)
    report = taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx", f"64-17-5\t{ETHANOL}\tx"))
    assert report.structures + report.refused == 2
    assert Structure.objects.filter(smiles=ETHANOL).exists()


# --- Files --------------------------------------------------------------------------------------------------------

METHANE = "\n  made up\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 C   0  0\nM  END\n"


def an_sdf(folder: Path, *records: str, end: str = "$$$$\n") -> Path:
    path = folder / "structures.sdf"
    path.write_text("".join(record + end for record in records), encoding="utf-8")
    return path


def test_sdf_gives_structures_by_its_data_items(tmp_path: Path) -> None:
    methane = a_substance(name="methane", cas="74-82-8")
    path = an_sdf(tmp_path, METHANE + "> <CASRN>\n74-82-8\n\n", METHANE + "> <CASRN>\n64-17-5\n\n", "no molfile\n")
    report = taken(path)
    assert (codes(report), ends(report)) == ([(21, "no_number")], (1, 1, 1, 0))
    assert (Structure.objects.get().substance, Structure.objects.get().smiles) == (methane, "C")


def test_pubchem_sdf_leads_by_its_compound_number(tmp_path: Path) -> None:
    methane = a_substance(name="methane")
    claim = {"substance": methane, "source": a_source(), "checked": Checked.MADE_UP}
    Identifier.objects.create(scheme=IdentifierScheme.CID, value="297", **claim)
    report = taken(an_sdf(tmp_path, METHANE + "> <PUBCHEM_COMPOUND_CID>\n297\n\n"))
    assert ends(report) == (1, 0, 0, 0)


def test_a_zero_byte_in_an_sdf_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="row 2: there is a zero byte"):
        taken(an_sdf(tmp_path, METHANE.replace("\n", "\n\0", 1)))


def test_an_sdf_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="cut off"):
        taken(an_sdf(tmp_path, METHANE, end=""))


def a_book(folder: Path, **sheets: list[list[object]]) -> Path:
    """A workbook with these sheets."""
    return sheets_of(folder / "structures.xlsx", sheets)


def test_a_workbook_gives_structures_from_the_sheet_that_has_them(tmp_path: Path, phenol: Substance) -> None:
    rows: list[list[object]] = [["What we drew"], ["CAS RN", "SMILES"], ["108-95-2", PHENOL], ["108-95-3", "C"]]
    report = taken(a_book(tmp_path, Notes=[["none"]], Drawn=rows))
    assert (codes(report), ends(report)) == ([(4, "cas_check_digit")], (1, 0, 1, 0))
    assert (report.problems[0]["sheet"], Structure.objects.get().smiles) == ("Drawn", PHENOL)


def test_a_number_that_a_spreadsheet_made_a_day_of_is_told(tmp_path: Path) -> None:
    a_substance(name="acrylamide", cas="79-06-1")
    report = taken(a_book(tmp_path, S=[["CAS", "SMILES"], [dt.date(1979, 6, 1), "C=CC(N)=O"]]))
    assert (codes(report), ends(report)) == ([(2, "cas_was_date")], (1, 0, 0, 0))


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        pytest.param({"A": [["CAS", "SMILES"]], "B": [["EC", "InChI"]]}, "save one of them alone", id="two sheets"),
        pytest.param({"A": [["CAS", "Name"]]}, "SMILES or InChI", id="no structures"),
    ],
)
def test_a_workbook_that_does_not_show_what_to_read_is_refused(
    tmp_path: Path, sheets: dict[str, list[list[object]]], why: str
) -> None:
    with pytest.raises(WrongFile, match=why):
        taken(a_book(tmp_path, **sheets))


def test_a_file_without_numbers_or_structures_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="SMILES or InChI"):
        taken(a_file(tmp_path, "phenol\t108-95-2", header="name\tcas"))


def test_the_command_prints_a_sum_that_adds_up(tmp_path: Path, phenol: Substance) -> None:
    path = a_file(tmp_path, f"108-95-2\t{PHENOL}\tx", f"64-17-5\t{ETHANOL}\tx", "108-95-2\tFAIL\tx")
    out = StringIO()
    call_command("import_structures", str(path), "--source", "A lookup", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["rows"], told["structures"], told["unknown"], told["refused"], told["lost"]) == (3, 1, 1, 1, 0)
    (problem,) = told["problems"]
    assert (problem["file"], problem["line"], problem["code"]) == (path.name, 4, "no_structure")


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_structures", str(tmp_path / "gone.csv"), "--source", "x")


# --- Killed -------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for kill -9 between two batches."""


def test_a_killed_import_leaves_whole_batches_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = ["64-17-5", "71-36-3", "71-41-0", "111-27-3"]
    for number in numbers:
        a_substance(cas=number)
    path = a_file(tmp_path, *(f"{number}\t{'C' * length}O\tx" for length, number in enumerate(numbers, 2)))
    monkeypatch.setattr(structure_import, "_BATCH", 2)
    written: list[bool] = []

    def once(*args: object) -> object:
        if written:
            raise Killed
        written.append(True)
        return write_claims(*args)  # type: ignore[arg-type]  # passed on as they came

    with monkeypatch.context() as patched:
        patched.setattr(structure_import, "write_claims", once)
        with pytest.raises(Killed):
            taken(path)
    assert (Structure.objects.count(), Fingerprint.objects.count()) == (2, 2 * EACH)
    report = taken(path)
    assert (report.structures, report.added, Structure.objects.count()) == (4, 2, 4)
