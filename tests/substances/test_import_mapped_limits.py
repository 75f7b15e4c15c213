"""A regulator's own table of occupational limits comes in by a mapping: limits, organs and findings, without code."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from substances.importers.health import stated_health, stated_limits
from substances.importers.mapped_list.mapping import read_mapping
from substances.importers.mapped_list.parse import MappedList
from substances.importers.mapped_list.yaml_text import MappingError, read_yaml
from substances.models import ExposureLimit, HealthFact, Substance
from substances.services.lists import publish_release
from tests.build import a_substance

EXAMPLE = Path(__file__).with_name("mapped_limits_example.yaml")
TEXT = (
    "Substance;CAS no.;TWA mg/m3;TWA ppm;STEL mg/m3;Blood;Organs;Found in\n"
    "Toluene;108-88-3;100;26,1;200;-;nervous system;breath\n"
    "Lead;7439-92-1;0,05;-;;30;-;blood\n"
    "Acetone;67-64-1;1,210;-;-;-;-;-\n"
)


def rows_of(folder: Path, text: str = TEXT) -> list[Any]:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return list(MappedList(read_mapping(read_yaml(EXAMPLE))).parse(path))


def test_two_columns_of_one_limit_are_one_limit_with_both_values_as_printed(tmp_path: Path) -> None:
    toluene, lead, _acetone = rows_of(tmp_path)
    shift, short = stated_limits(toluene)
    assert (shift.averaging, shift.value, shift.unit, shift.also_value, shift.also_unit) == (
        *("8h", Decimal(100), "mg/m³"),
        *(Decimal("26.1"), "ppm"),
    )
    assert (shift.jurisdiction, shift.bindingness, shift.as_printed) == ("PL", "binding", "100 mg/m³; 26,1 ppm")
    assert (short.averaging, short.value) == ("15min", Decimal(200))
    air, blood = stated_limits(lead)
    assert (air.value, blood.kind, blood.matrix, blood.unit) == (Decimal("0.05"), "biological", "blood", "µg/100 mL")


def test_organs_and_findings_are_read_from_their_columns(tmp_path: Path) -> None:
    toluene, lead, acetone = rows_of(tmp_path)
    assert {(one.kind, one.organ, one.matrix) for one in stated_health(toluene)} == {
        ("target", "nervous_system", ""),
        ("biomonitoring", "", "breath"),
    }
    assert [one.matrix for one in stated_health(lead)] == ["blood"]
    assert stated_health(acetone) == ()


def test_a_number_that_reads_in_two_ways_is_told_with_its_column_and_gives_no_limit(tmp_path: Path) -> None:
    acetone = rows_of(tmp_path)[2]
    (problem,) = acetone.problems
    assert problem.code == "limit_not_read"
    assert problem.message.startswith("TWA mg/m3: '1,210'")
    assert stated_limits(acetone) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "furlong"}, r"columns\.limits\[1\]\.unit: .*furlong"),
        ({"averaging": "long_term"}, r"averaging: .*none of 8h"),
        ({"averaging": None}, "averaging: is missing"),
        ({"unit": "ppm"}, "says the same limit again"),
        ({"kind": "biological", "averaging": None}, "matrix: is missing"),
        ({"header": "CAS no."}, "column of something else"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mapping_of_limits_that_cannot_be_used_says_why(change: dict[str, Any], words: str) -> None:
    data = read_yaml(EXAMPLE)
    first = {**data["columns"]["limits"][0], **change}
    data["columns"]["limits"][0] = {key: value for key, value in first.items() if value is not None}
    with pytest.raises(MappingError, match=words):
        read_mapping(data)


def test_limits_need_a_jurisdiction_and_remarks_may_not_pass_for_facts() -> None:
    nowhere = read_yaml(EXAMPLE)
    del nowhere["list"]["jurisdiction"]
    with pytest.raises(MappingError, match="a limit holds somewhere"):
        read_mapping(nowhere)
    passing = read_yaml(EXAMPLE)
    passing["columns"]["facts"] = {"exposure_limits": "Remark"}
    with pytest.raises(MappingError, match="more than a remark"):
        read_mapping(passing)


@pytest.mark.django_db
@pytest.mark.services
def test_a_national_table_stands_beside_the_starters_limits(tmp_path: Path) -> None:
    toluene = a_substance(name="Toluene", cas="108-88-3")
    path = tmp_path / "list.csv"
    path.write_text(TEXT, encoding="utf-8")
    importer = MappedList(read_mapping(read_yaml(EXAMPLE)))
    publish_release(importer=importer, path=path, published_on=dt.date(2026, 1, 1))
    limits = ExposureLimit.objects.standing().filter(substance=toluene)
    assert {(one.averaging, one.value, one.jurisdiction) for one in limits} == {
        ("8h", Decimal(100), "PL"),
        ("15min", Decimal(200), "PL"),
    }
    assert HealthFact.objects.standing().filter(substance=toluene, organ="nervous_system").exists()
    assert not ExposureLimit.objects.filter(substance__in=Substance.objects.filter(name="Acetone")).exists()
