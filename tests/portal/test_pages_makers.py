"""Who makes it: on the group's page, on the substance's, in files and over REST, as reported and never "nobody"."""

from __future__ import annotations

import datetime as dt
import html
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.companies.models import Company
from substances.models import ChemicalList, GroupMembership, ReportedProducer, Substance, SubstanceGroup
from substances.services.lists import publish_release
from tests.build import a_source, a_substance
from tests.portal.query_budgets import QUERY_BUDGETS
from tests.portal.test_pages_queries import queries_of
from tests.substances.made_importer import a_row, cas
from tests.substances.test_reported_producers import Making

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY = dt.date(2026, 2, 1)
NOT_YET = "?as_of=2026-01-01&known_on=2026-01-01"


@pytest.fixture
def group(tmp_path: Path) -> SubstanceGroup:
    """Two members; 40 companies are reported to make the first, and nobody the second."""
    source = a_source()
    ChemicalList.objects.create(slug="sin-list", name="SIN List", publisher="ChemSec", effect="concern", source=source)
    path = tmp_path / "file"
    path.write_text("rows")
    publish_release(importer=Making([a_row(1)], makers=40), path=path, published_on=DAY)
    group = SubstanceGroup.objects.create(
        slug="mades", name="Mades", definition="Made up.", source=source, checked="text"
    )
    for substance in (made(), a_substance(name="unmade")):
        GroupMembership.objects.create(group=group, substance=substance, how="by_name", source=source, checked="text")
    return group


def made() -> Substance:
    return Substance.objects.get(identifiers__value=cas(10001), identifiers__scheme="cas")


def makers(client: Client, query: str = "") -> str:
    answer = client.get(reverse("web:group", args=["mades"]) + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode()).partition('<section id="makers"')[2].partition("</section>")[0]


def companies(client: Client, substance: Substance) -> str:
    said = html.unescape(client.get(reverse("web:substance", args=[substance.pk])).content.decode())
    return said.partition('<section id="companies"')[2].partition("</section>")[0]


@pytest.mark.parametrize("whose", ["group", "substance"])
def test_makers_of_a_day_before_the_first_report_are_not_known_over_rest(
    client: Client, group: SubstanceGroup, whose: str
) -> None:
    address = {"group": "/api/v1/groups/mades/producers/", "substance": f"/api/v1/substances/{made().pk}/producers/"}
    now, then = (client.get(address[whose] + query).json() for query in ("", "?as_of=2019-01-01"))
    assert (len(now["results"]) > 0, now["incomplete"]) == (True, None)
    assert (then["results"], then["incomplete"]) == ([], "Earlier state not in the source of: SIN List.")


def test_a_group_tells_who_makes_its_members_with_source_and_day(client: Client, group: SubstanceGroup) -> None:
    said = makers(client)
    assert "Makers are reported of 1 of 2 members. Who makes the others is not known here." in said
    assert "Maker 0" in said
    assert "As reported by ChemSec: " in said
    assert ">SIN List</a>, release of " in said
    assert "1 Feb 2026" in said
    assert "The 12 that make most members, of 40" in said


def test_makers_not_known_on_a_day_are_not_nobody(client: Client, group: SubstanceGroup) -> None:
    said = makers(client, NOT_YET)
    assert "Not known here." in said
    assert "Maker 0" not in said


def test_a_company_of_this_portal_is_told_by_its_isin_alone(client: Client, group: SubstanceGroup) -> None:
    Company.objects.create(slug="maker-1", name="Maker 1")
    Company.objects.create(slug="second", name="Second", isin="US0378331005")
    assert reverse("web:company", args=["maker-1"]) not in makers(client)
    ReportedProducer.objects.filter(company="Maker 1").update(isin="US0378331005")
    assert f'href="{reverse("web:company", args=["second"])}">Second has the same ISIN</a>' in makers(client)


def test_a_substance_tells_who_makes_it(client: Client, group: SubstanceGroup) -> None:
    said = companies(client, made())
    assert "Maker 0" in said
    assert "As reported by ChemSec" in said
    assert "30 of 40" in said
    assert "That is not “nobody”." in companies(client, Substance.objects.get(name="unmade"))


def test_the_files_name_makers_as_reported(client: Client, group: SubstanceGroup) -> None:
    answer = client.get(reverse("web:group-file", args=["mades", "json"]))
    told = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]  # a streamed answer
    (first, second) = told["substances"]
    assert (len(first["reported_makers"]), second["reported_makers"]) == (40, [])


def rest(client: Client, name: str, key: Any, query: str = "") -> Any:
    return client.get(reverse(f"api:{name}-producers", args=[key]) + query)


@pytest.mark.parametrize("name", ["group", "substance"])
def test_rest_gives_every_report_as_printed(client: Client, group: SubstanceGroup, name: str) -> None:
    told = rest(client, name, made().pk if name == "substance" else "mades", "?limit=200").json()
    assert len(told["results"]) == 40
    first = told["results"][0]
    assert (first["company"], first["list"], first["publisher"]) == ("Maker 0", "sin-list", "ChemSec")
    assert (first["published_on"], first["sheet"], first["line"]) == ("2026-02-01", "makers", 2)
    assert (first["made"]["id"], first["made"]["resolved_by"]) == (str(made().pk), "cas")


@pytest.mark.parametrize("name", ["group", "substance"])
def test_rest_answers_by_the_clocks(client: Client, group: SubstanceGroup, name: str) -> None:
    told = rest(client, name, made().pk if name == "substance" else "mades", NOT_YET).json()
    assert (told["results"], told["as_of"]) == ([], "2026-01-01")


def test_a_report_of_a_substance_that_was_merged_is_not_told_of_the_group(
    client: Client, group: SubstanceGroup
) -> None:
    Substance.objects.filter(pk=made().pk).update(merged_into=a_substance())
    assert rest(client, "group", "mades").json()["results"] == []
    assert "Maker 0" not in makers(client)


@pytest.mark.parametrize("name", ["web:group", "api:group-producers", "api:substance-producers"])
def test_queries_do_not_grow_with_makers(client: Client, group: SubstanceGroup, tmp_path: Path, name: str) -> None:
    address = reverse(name, args=[made().pk if "substance" in name else "mades"])
    few = queries_of(client, address)
    path = tmp_path / "more"
    path.write_text("more rows")
    publish_release(importer=Making([a_row(1)], makers=300), path=path, published_on=DAY + dt.timedelta(1))
    assert queries_of(client, address) == few <= QUERY_BUDGETS[name]
