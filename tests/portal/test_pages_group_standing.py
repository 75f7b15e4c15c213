"""What the page and REST say of a substance's structural groups: listed by name, as a member, or inferred."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import ChemicalList, GroupListing, GroupMembership, ListMembership, Structure, Substance
from substances.models import SubstanceGroup as Group
from substances.vocabulary import Checked, How
from tests.build import a_source, a_structure, a_substance
from tests.substances.made_groups import a_group, evaluated
from tests.substances.structure_files import a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]

# Tetrachlorobisphenol A (KYPYTERUKNKOLP-UHFFFAOYSA-N): a bisphenol that no list we read names, and not in the starter.
UNLISTED = ("79-95-8", "CC(C)(c1cc(Cl)c(O)c(Cl)c1)c1cc(Cl)c(O)c(Cl)c1")


def section(client: Client, substance: Substance) -> str:
    """The part of the page about groups, without markup."""
    page = client.get(reverse("web:substance", args=[substance.pk])).content.decode()
    part = page[page.index('id="h-groups"') : page.index('id="h-hazards"')]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part)))


def rest(client: Client, substance: Substance) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(reverse("api:substance", args=[substance.pk])).json()
    return answer


def a_list(slug: str, *, effect: str = "concern") -> ChemicalList:
    return ChemicalList.objects.create(slug=slug, name=slug, publisher="P", effect=effect, source=a_source())


def listed(substance: Substance, chemical_list: ChemicalList, how: How = How.BY_NAME) -> None:
    claim = {"source": a_source(), "checked": Checked.MADE_UP}
    ListMembership.objects.create(substance=substance, chemical_list=chemical_list, how=how, **claim)


@pytest.fixture
def bisphenols() -> Group:
    rule = {"all_of": ["[OX2H]c1ccc(cc1)[CX4]c1ccc([OX2H])cc1"]}
    return a_group("bisphenols", rule)


@pytest.fixture
def bpa(bisphenols: Group) -> Substance:
    substance = a_substance(name="bisphenol A", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    evaluated()
    return substance


def naming(group: Group, chemical_list: ChemicalList) -> None:
    """The list names the group as such."""
    claim = {"source": a_source(), "checked": Checked.MADE_UP}
    GroupListing.objects.create(
        group=group, chemical_list=chemical_list, locator="entry 7", words="Bisphenols", **claim
    )


def test_a_bisphenol_nobody_listed_is_inferred_by_the_rule(catalogue: None, tmp_path: Path, client: Client) -> None:
    one = a_substance(name="tetrachlorobisphenol A", cas=UNLISTED[0])
    assert "Not assessed: no structure is known" in section(client, one)

    report = taken(a_file(tmp_path, "\t".join([*UNLISTED, "x"])))
    assert "Not assessed yet" in section(client, one)
    run_job(report.evaluation)

    said = section(client, one)
    group = Group.objects.get(slug="bisphenols")
    assert "Inferred by structure rule" in said
    assert f"structure rule, version {group.rule_version}, finds it" in said
    assert group.name in said
    assert group.source.title in said
    assert f"concern public since {group.concern_public_since}" in said
    assert "Listed by name" not in said


def test_rest_says_the_same(catalogue: None, tmp_path: Path, client: Client) -> None:
    one = a_substance(name="tetrachlorobisphenol A", cas=UNLISTED[0])
    assert rest(client, one)["group_assessment"] == {"judged": "no_structure", "left_out": []}

    run_job(taken(a_file(tmp_path, "\t".join([*UNLISTED, "x"]))).evaluation)

    said = rest(client, one)
    (row,) = [row for row in said["groups"] if row["slug"] == "bisphenols"]
    assert (row["how"], row["badge"], said["group_assessment"]["judged"]) == ("inferred", "inferred", "assessed")
    assert row["rule_version"] == Group.objects.get(slug="bisphenols").rule_version
    assert {named["how"] for named in row["named_by"]} <= {"inferred"}


def test_a_bisphenol_that_a_list_names_says_so(catalogue: None, client: Client) -> None:
    known = Substance.objects.get(slug="bisphenol-a")

    said = section(client, known)
    assert "Listed by name" in said
    assert "A list of concern names it" in said
    (row,) = [row for row in rest(client, known)["groups"] if row["slug"] == "bisphenols"]
    assert (row["how"], row["badge"]) == ("inferred", "by_name")


@pytest.mark.parametrize("how", [How.BY_NAME, How.AS_MEMBER])
def test_a_list_that_names_the_group_says_how_it_names_the_substance(
    bisphenols: Group, bpa: Substance, client: Client, how: How
) -> None:
    naming(bisphenols, a_list("a-list"))
    listed(bpa, ChemicalList.objects.get(slug="a-list"), how)

    (named,) = rest(client, bpa)["groups"][0]["named_by"]
    assert (named["list"], named["locator"], named["words"], named["how"]) == ("a-list", "entry 7", "Bisphenols", how)
    assert f"{how.label} a-list entry 7: Bisphenols" in section(client, bpa).replace("\xa0", " ")


def test_of_a_list_that_names_the_group_and_not_the_substance_it_is_inferred(
    bisphenols: Group, bpa: Substance, client: Client
) -> None:
    naming(bisphenols, a_list("a-list"))
    listed(bpa, a_list("another-list"))

    (row,) = rest(client, bpa)["groups"]
    assert (row["badge"], [named["how"] for named in row["named_by"]]) == ("by_name", ["inferred"])


def test_being_registered_is_not_being_listed(bpa: Substance, client: Client) -> None:
    listed(bpa, a_list("registrations", effect="inventory"))

    assert rest(client, bpa)["groups"][0]["badge"] == "inferred"


def test_a_lists_own_exemption_is_told_with_its_reason(client: Client) -> None:
    exempt = [{"on": "a-list", "smiles": "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "reason": "entry 7 leaves it out"}]
    group = a_group("phenols", {"all_of": ["[OX2H]c"], "exempt": exempt})
    naming(group, a_list("a-list"))
    one = a_substance(name="bisphenol A", smiles=exempt[0]["smiles"])
    evaluated()

    (named,) = rest(client, one)["groups"][0]["named_by"]
    assert (named["how"], named["reason"]) == ("exempt", "entry 7 leaves it out")
    assert "entry 7 leaves it out" in section(client, one)


def test_who_is_exempt_altogether_is_told_why(client: Client) -> None:
    a_group("phenols", {"all_of": ["[OX2H]c"], "exempt": [{"smarts": "Cl", "reason": "Article 3"}]})
    one = a_substance(name="a chlorophenol", smiles="Oc1ccc(Cl)cc1")
    evaluated()

    left_out = rest(client, one)["group_assessment"]["left_out"]
    assert left_out == [{"slug": "phenols", "name": "phenols", "reason": "Article 3"}]
    assert "Exempt from phenols: Article 3" in section(client, one)


def test_a_disputed_structure_says_what_is_not_inferred(bpa: Substance, client: Client) -> None:
    Structure.objects.filter(substance=bpa).update(is_current=False)
    a_structure(of=bpa, smiles="Oc1ccccc1", source=a_source(key="other"))
    evaluated()

    said = rest(client, bpa)
    assert said["groups"] == []
    assert said["group_assessment"]["judged"] == "disputed"
    assert "one of the disputed structures fits the rule, another does not" in section(client, bpa)


def test_a_structure_that_fits_no_group_is_not_called_safe(client: Client) -> None:
    a_group("phenols", {"all_of": ["[OX2H]c"]})
    one = a_substance(name="ethanol", smiles="CCO")
    evaluated()

    assert "not a finding of safety" in section(client, one)


def test_who_is_named_without_a_structure_is_a_member(bisphenols: Group, client: Client) -> None:
    one = a_substance(name="a resin")
    claim = {"source": a_source(), "checked": Checked.MADE_UP}
    GroupMembership.objects.create(group=bisphenols, substance=one, how=How.AS_MEMBER, **claim)

    said = section(client, one)
    assert "Listed as a member" in said
    assert "no structure here to judge by" in said
    assert "Not assessed: no structure is known" in said
