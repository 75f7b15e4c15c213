"""What stayed with a split substance is history: no page, file or answer tells it as true of today."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.companies.models import Commitment, Company, Production
from substances.models import ChemicalList, GroupMembership, ListMembership, Release, Substance, SubstanceGroup
from substances.services.group_portraits import portraits_owed
from substances.services.succession import merge_substances, split_substance
from substitution.models import Alternative, Replacement, TechnicalFunction
from tests.build import a_curator, a_source, a_substance, all_of_it_stays

pytestmark = [pytest.mark.django_db, pytest.mark.services]
PUBLISHED = dt.date(2020, 6, 1)


@pytest.fixture
def split() -> Substance:
    """Xylenes, of whom every room says something; split, and all of it stays. Of toluene the same is said."""
    fact: dict[str, Any] = {"source": a_source(), "checked": "made_up"}
    xylenes, toluene = a_substance(name="xylenes"), a_substance(name="toluene")
    listed = ChemicalList.objects.create(slug="made", name="L", publisher="P", effect="concern", source=a_source())
    listed.current_release = Release.objects.create(
        chemical_list=listed, state="published", published_on=PUBLISHED, released_at=timezone.now()
    )
    listed.save()
    group = SubstanceGroup.objects.create(slug="made", name="Aromatics", definition="Made up.", **fact)
    company = Company.objects.create(slug="maker", name="Maker", country="PL")
    function = TechnicalFunction.objects.create(slug="solvent", name="Solvent", level="chemical_function", **fact)
    for one in (xylenes, toluene):
        ListMembership.objects.create(
            chemical_list=listed,
            release=listed.current_release,
            substance=one,
            how="by_name",
            valid_from=dt.date(2019, 1, 1),
            **fact,
        )
        GroupMembership.objects.create(group=group, substance=one, how="by_name", **fact)
        Production.objects.create(company=company, substance=one, role="manufacturer", year=2025, **fact)
        Commitment.objects.create(
            company=company, substance=one, text=f"No {one.name}", target_year=2030, status="announced", **fact
        )
        other = Alternative.objects.create(
            slug=one.name, kind="process", name=f"Instead of {one.name}", description="None.", status="in_use", **fact
        )
        Replacement.objects.create(alternative=other, replaces=one, function=function, status="in_use")
    split_substance(
        by=a_curator(),
        substance=xylenes,
        into=[a_substance(name="o-x").pk, a_substance(name="m-x").pk],
        assigned=all_of_it_stays(xylenes),
        reason="two",
    )
    return xylenes


def listed(client: Client, door: str, query: str = "") -> list[str]:
    """Whom the page, REST or the file names."""
    if door == "api":
        rows = client.get(reverse("api:list-substances", args=["made"]) + query).json()["results"]
        return [row["substance"]["name"] for row in rows]
    if door == "file":
        body = b"".join(client.get(reverse("web:list-file", args=["made", "csv"]) + query))
        return [row["name"] for row in csv.DictReader(body.decode("utf-8-sig").splitlines())]
    return [row.substance.name for row in client.get(reverse("web:list", args=["made"]) + query).context["page"].rows]


@pytest.mark.parametrize("door", ["web", "api", "file"])
def test_a_list_does_not_name_it(client: Client, split: Substance, door: str) -> None:
    assert listed(client, door) == ["toluene"]


def test_no_list_counts_it(client: Client, split: Substance) -> None:
    assert client.get(reverse("web:list", args=["made"])).context["count"] == 1
    concern = client.get(reverse("web:lists")).context["effects"][0]["lists"]
    assert [row["named"] for row in concern] == [1]
    assert [row["substances"] for row in client.get(reverse("api:lists")).json()["results"]] == [1]
    assert client.get(reverse("api:list", args=["made"])).json()["substances"] == 1


@pytest.mark.parametrize("door", ["web", "api", "file"])
@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("?known_on=2021-01-01", ["toluene", "xylenes"], id="as known before it was split"),
        pytest.param("?known_on=2021-01-01&as_of=2020-12-01", ["toluene", "xylenes"], id="of a day before that"),
        pytest.param("?as_of=2021-01-01", ["toluene"], id="of a past day, as known today"),
    ],
)
def test_what_was_known_on_a_past_day_is_told_as_it_was_known(
    client: Client, split: Substance, door: str, query: str, names: list[str]
) -> None:
    assert sorted(listed(client, door, query)) == names


@pytest.mark.parametrize(("days", "is_named"), [(0, False), (1, True)], ids=["on the day", "the day before"])
def test_the_day_on_which_it_was_split_is_the_first_without_it(
    client: Client, split: Substance, days: int, is_named: bool
) -> None:
    when = timezone.localdate() - dt.timedelta(days=10)
    Substance.objects.filter(pk=split.pk).update(split_at=timezone.now() - dt.timedelta(days=10))
    asked = f"?known_on={when - dt.timedelta(days=days)}"
    assert ("xylenes" in listed(client, "api", asked)) == is_named


def test_what_stayed_with_a_merged_one_is_not_told_twice(client: Client, split: Substance) -> None:
    gone = a_substance(name="toluol")
    rows = ListMembership.objects.filter(substance__name="toluene")
    kept = rows.get()
    merge_substances(by=a_curator(), substance=gone, into=kept.substance_id, reason="the same")
    kept.pk = None
    kept.substance = gone
    kept.save(force_insert=True)
    assert listed(client, "web") == ["toluene"]
    assert listed(client, "api", "?known_on=2021-01-01").count("toluol") == 0


def test_the_first_page_does_not_show_it_among_the_latest(client: Client, split: Substance) -> None:
    assert [row.substance.name for row in client.get("/").context["latest"]] == ["toluene"]


def test_no_count_of_a_groups_members_has_it(client: Client, split: Substance) -> None:
    assert [group.members for group in client.get(reverse("web:method")).context["groups"]] == [1]
    (owed,) = portraits_owed()
    assert split.pk not in owed.members


def test_what_replaced_it_is_no_alternative_to_anything(client: Client, split: Substance) -> None:
    page = client.get(reverse("web:function", args=["solvent"])).context
    assert ([row.replaces.name for row in page["page"].rows], page["count"]) == (["toluene"], 1)
    browsed = client.get(reverse("web:alternatives")).context
    assert (browsed["total"], browsed["tree"][0]["known"]) == (1, 1)
    rows = client.get(reverse("api:alternatives")).json()["results"]
    assert [row["replaces"]["name"] for row in rows] == ["toluene"]


def test_no_companys_portfolio_has_it(client: Client, split: Substance) -> None:
    page = client.get(reverse("web:company", args=["maker"])).context
    assert [row.substance.name for row in page["profile"].rows] == ["toluene"]
    assert [row.text for row in page["company"].commitments.all()] == ["No toluene"]
    assert "xylenes" not in client.get(reverse("api:company-profile", args=["maker"])).content.decode()
    assert [row.substances for row in client.get(reverse("web:companies")).context["page"].rows] == [1]
