"""The catalogue's numbers and structures are compared with somebody else's table, and differences named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from substances.chemistry.sandbox_client import sandbox
from substances.services.catalogue_check import check_against, kind_of_difference
from substances.services.catalogue_files import CatalogueError
from substances.services.catalogue_structures import measure
from tests.substances.made_catalogue import replaced, write_catalogue

AGREEING = ["80-05-7\tCC(C)(C1=CC=C(O)C=C1)C1=CC=C(O)C=C1\tmade", "620-92-8\tOc1ccc(Cc2ccc(O)cc2)cc1\tmade"]


def _table(folder: Path, *lines: str) -> Path:
    path = folder / "reference.tsv"
    path.write_text("\n".join(["cas\tsmiles\tsource", *lines]) + "\n", encoding="utf-8")
    return path


def test_structures_agree_however_they_are_written(tmp_path: Path) -> None:
    report = check_against(_table(tmp_path, *AGREEING), folder=write_catalogue(tmp_path / "catalogue"))

    assert (report.checked, report.agree, report.differ, report.missing) == (3, 2, [], ["71-43-2"])
    assert report.ok


def test_one_of_several_lines_that_agrees_is_enough(tmp_path: Path) -> None:
    table = _table(tmp_path, "80-05-7\tCCO\tbad", *AGREEING)

    assert check_against(table, folder=write_catalogue(tmp_path / "catalogue")).agree == 2


def test_another_connectivity_fails_unless_it_is_explained(tmp_path: Path) -> None:
    table = _table(tmp_path, "71-43-2\tCc1ccccc1\tmade")
    folder = write_catalogue(tmp_path / "catalogue")

    report = check_against(table, folder=folder)
    assert [(one.cas, one.kind, one.explained) for one in report.differ] == [("71-43-2", "connectivity", "")]
    assert not report.ok

    explained = replaced(
        "structures", "UHOVQNZJYSORNB-UHFFFAOYSA-N,reg-a,file,", "UHOVQNZJYSORNB-UHFFFAOYSA-N,reg-a,file,Why."
    )
    report = check_against(table, folder=write_catalogue(tmp_path / "explained", structures=explained))
    assert [one.explained for one in report.differ] == ["Why."]
    assert report.ok


def test_a_wrong_check_digit_fails(tmp_path: Path) -> None:
    wrong = replaced("identifiers", "71-43-2", "71-43-3")
    report = check_against(_table(tmp_path), folder=write_catalogue(tmp_path / "catalogue", identifiers=wrong))

    assert not report.ok
    assert "71-43-3" in report.failures[0]


def test_a_wrong_inchikey_fails(tmp_path: Path) -> None:
    wrong = replaced("structures", "UHOVQNZJYSORNB", "UHOVQNZJYSORNC")
    report = check_against(_table(tmp_path), folder=write_catalogue(tmp_path / "catalogue", structures=wrong))

    assert not report.ok
    assert "UHOVQNZJYSORNB-UHFFFAOYSA-N" in report.failures[0]


def test_foreign_lines_that_cannot_be_read_are_told_and_fail_nothing(tmp_path: Path) -> None:
    table = _table(tmp_path, "71-43-2\tFAIL\tmade", "71-43-2 no tabs", '71-43-2\t"c1ccccc1\tquoted')
    report = check_against(table, folder=write_catalogue(tmp_path / "catalogue"))

    assert len(report.problems) == 3
    assert "71-43-2" in report.missing
    assert report.ok


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("CAS;SMILES\n", encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"x\.tsv, line 1.*cas, smiles, source"):
        check_against(tmp_path / "x.tsv", folder=write_catalogue(tmp_path / "catalogue"))


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        pytest.param("CCO", "OCC", "none", id="the same"),
        pytest.param("C[C@H](O)CC", "CC(O)CC", "stereo", id="stereo left open"),
        pytest.param("C[C@H](O)CC", "C[C@@H](O)CC", "stereo", id="mirror image"),
        pytest.param("[2H]C([2H])([2H])O", "CO", "isotope", id="deuterium"),
        pytest.param("CC(=O)O", "CC(=O)[O-]", "charge", id="without its proton"),
        pytest.param("CC(=O)[O-].[Na+]", "CC(=O)O", "salt", id="sodium salt"),
        pytest.param("CCO", "CCCO", "connectivity", id="another substance"),
    ],
)
def test_the_least_that_tells_two_structures_apart(ours: str, theirs: str, kind: str) -> None:
    assert kind_of_difference(measure(sandbox(), ours), measure(sandbox(), theirs)) == kind


def test_the_command_prints_json_and_fails_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, table = write_catalogue(tmp_path / "catalogue"), _table(tmp_path, "71-43-2\tCc1ccccc1\tmade")

    with pytest.raises(SystemExit, match="1"):
        call_command("check_catalogue", "--against", str(table), "--folder", str(folder), "--json")

    said = json.loads(capsys.readouterr().out)
    assert (said["checked"], said["agree"], said["ok"]) == (3, 0, False)
    assert said["differ"][0]["kind"] == "connectivity"


def test_the_portals_own_catalogue_holds_against_the_reference_table(
    reference_data: Path | None, tmp_path: Path
) -> None:
    if reference_data is None:
        report = check_against(_table(tmp_path, *AGREEING))
    else:
        report = check_against(reference_data / "structures" / "cas_smiles.tsv")
        assert report.agree > 400

    assert report.failures == []
    assert report.ok, [one for one in report.differ if one.kind == "connectivity" and not one.explained]
