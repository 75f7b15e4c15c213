"""Substances, lists, alternatives and companies over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.companies.models import Company
from substances.models import ChemicalList, Substance, SubstanceGroup
from substitution.models import Replacement

pytestmark = [pytest.mark.django_db, pytest.mark.services]

API = "/api/v1"
BISPHENOL_A = "bisphenol A"


def rows_of(client: Client, address: str) -> list[dict[str, Any]]:
    """All rows behind an address, by following `next`."""
    rows: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        rows += body["results"]
        following = body["next"]
    return rows


@pytest.mark.parametrize(
    "question",
    ["80-05-7", "80057", "bisphenl", "bisphenol A", "201-245-8", "IISBACLAFKSPIT-UHFFFAOYSA-N"],
)
def test_bisphenol_a_is_found_with_flags_groups_and_alternatives(
    catalogue: None, client: Client, question: str
) -> None:
    first = client.get(f"{API}/substances/", {"q": question}).json()["results"][0]
    assert first["name"].casefold() == BISPHENOL_A.casefold()
    assert first["concern_flags"]
    assert first["groups"]
    assert first["alternatives"]


def test_a_row_has_what_the_contract_names(catalogue: None, client: Client) -> None:
    row = client.get(f"{API}/substances/", {"q": "80-05-7"}).json()["results"][0]
    assert {"id", "name", "identifiers", "smiles", "concern_flags", "groups", "alternatives"} <= set(row)
    cas = next(claim for claim in row["identifiers"] if claim["scheme"] == "cas")
    assert cas["value"] == "80-05-7"
    assert cas["source"]
    assert row["smiles"]


def test_next_walks_over_every_substance_exactly_once(catalogue: None, client: Client) -> None:
    met = [row["id"] for row in rows_of(client, f"{API}/substances/?limit=200")]
    assert len(met) == len(set(met))
    assert set(met) == {str(pk) for pk in Substance.objects.living().values_list("pk", flat=True)}


def test_previous_leads_back_to_where_one_came_from(catalogue: None, client: Client) -> None:
    first = client.get(f"{API}/substances/?limit=20").json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_choices_within_a_filter_widen_and_filters_narrow(catalogue: None, client: Client) -> None:
    def ids(query: str) -> set[str]:
        return {row["id"] for row in rows_of(client, f"{API}/substances/?limit=200&{query}")}

    carcinogenic, mutagenic = ids("concern=carcinogenic"), ids("concern=mutagenic")
    metals = ids("kind=inorganic")
    assert ids("concern=carcinogenic&concern=mutagenic") == carcinogenic | mutagenic
    assert ids("concern=carcinogenic&kind=inorganic") == carcinogenic & metals
    assert carcinogenic - mutagenic
    assert 0 < len(carcinogenic & metals) < len(carcinogenic)


def test_filters_narrow_a_search_too(catalogue: None, client: Client) -> None:
    found = rows_of(client, f"{API}/substances/?q=bisphenol&concern=reprotoxic")
    assert found
    assert all("reprotoxic" in {flag["concern"] for flag in row["concern_flags"]} for row in found)


@pytest.mark.parametrize("query", ["concern=nope", "kind=xx", "list=nope", "group=nope"])
def test_a_filter_with_an_unknown_choice_is_refused_by_name(catalogue: None, client: Client, query: str) -> None:
    answer = client.get(f"{API}/substances/?{query}")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {query.partition("=")[0]}


def test_a_blank_choice_is_no_filter(catalogue: None, client: Client) -> None:
    assert client.get(f"{API}/substances/?concern=&kind=").json() == client.get(f"{API}/substances/").json() | {
        "next": client.get(f"{API}/substances/?concern=&kind=").json()["next"]
    }


def test_a_wrong_check_digit_is_told_with_numbers_that_may_be_meant(catalogue: None, client: Client) -> None:
    problem = client.get(f"{API}/substances/?q=80-05-8").json()["problem"]
    assert problem["expected"] == "7"
    assert "80-05-7" in problem["near"]


def test_a_substance_is_given_with_everything_and_a_tag(catalogue: None, client: Client) -> None:
    pk = Substance.objects.get(slug="bisphenol-a").pk
    answer = client.get(f"{API}/substances/{pk}/")
    body = answer.json()
    assert body["names"]
    assert body["classifications"]
    assert body["lists"]
    assert body["structure"]["inchikey"] == "IISBACLAFKSPIT-UHFFFAOYSA-N"
    assert body["alternatives"][0]["evidence"]
    assert answer["ETag"].startswith('"')


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_a_client_that_has_it_is_told_304(catalogue: None, client: Client, form: str) -> None:
    address = f"{API}/substances/{Substance.objects.get(slug='bisphenol-a').pk}/"
    tag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": form.format(tag=tag)})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == tag


def test_a_client_with_an_older_state_is_given_the_new_one(catalogue: None, client: Client) -> None:
    substance = Substance.objects.get(slug="bisphenol-a")
    tag = client.get(f"{API}/substances/{substance.pk}/")["ETag"]
    Substance.objects.filter(pk=substance.pk).update(note="Changed.")
    again = client.get(f"{API}/substances/{substance.pk}/", headers={"if-none-match": tag})
    assert again.status_code == 200
    assert again["ETag"] != tag


def test_a_merged_substance_answers_308_to_its_survivor(catalogue: None, client: Client) -> None:
    survivor = Substance.objects.get(slug="bisphenol-a")
    merged = Substance.objects.create(name="The same", merged_into=survivor)
    answer = client.get(f"{API}/substances/{merged.pk}/")
    assert answer.status_code == 308
    assert answer["Location"].endswith(f"{API}/substances/{survivor.pk}/")


def test_a_drawing_cannot_run(catalogue: None, client: Client) -> None:
    answer = client.get(f"{API}/substances/{Substance.objects.get(slug='bisphenol-a').pk}/structure.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_drawing_is_given_to_a_browsers_image_element(catalogue: None, client: Client) -> None:
    address = f"{API}/substances/{Substance.objects.get(slug='bisphenol-a').pk}/structure.svg"
    assert client.get(address, headers={"accept": "image/avif,image/webp,image/png"}).status_code == 200


def test_a_substance_without_structure_has_no_drawing(catalogue: None, client: Client) -> None:
    bare = Substance.objects.filter(structures__isnull=True).first()
    assert bare is not None
    assert client.get(f"{API}/substances/{bare.pk}/structure.svg").status_code == 404


def test_lists_are_given_with_what_they_name(catalogue: None, client: Client) -> None:
    lists = rows_of(client, f"{API}/lists/")
    assert {row["slug"] for row in lists} == set(ChemicalList.objects.values_list("slug", flat=True))
    largest = max(lists, key=lambda row: int(row["substances"]))
    named = rows_of(client, f"{API}/lists/{largest['slug']}/substances/?limit=100")
    assert len({row["substance"]["id"] for row in named}) == largest["substances"]
    assert client.get(f"{API}/lists/{largest['slug']}/").json()["slug"] == largest["slug"]


def test_groups_are_all_given(catalogue: None, client: Client) -> None:
    assert len(rows_of(client, f"{API}/groups/?limit=20")) == SubstanceGroup.objects.count()


def test_every_standing_replacement_is_given_once(catalogue: None, client: Client) -> None:
    met = [row["id"] for row in rows_of(client, f"{API}/alternatives/?limit=60")]
    assert len(met) == len(set(met)) == Replacement.objects.standing().count()


def test_alternatives_are_filtered_by_what_they_replace_and_by_kind(catalogue: None, client: Client) -> None:
    pk = str(Substance.objects.get(slug="bisphenol-a").pk)
    rows = rows_of(client, f"{API}/alternatives/?replaces={pk}&kind=substance&kind=process")
    assert rows
    assert {row["replaces"]["id"] for row in rows} == {pk}
    assert {row["alternative"]["kind"] for row in rows} <= {"substance", "process"}


def test_one_replacement_has_its_evidence_with_sources(catalogue: None, client: Client) -> None:
    some = Replacement.objects.filter(evidence__isnull=False).first()
    assert some is not None
    evidence = client.get(f"{API}/alternatives/{some.pk}/").json()["evidence"]
    assert evidence[0]["source"]
    assert evidence[0]["finding"]


def test_a_withdrawn_replacement_is_not_offered_and_says_so_at_its_address(catalogue: None, client: Client) -> None:
    some = Replacement.objects.standing().first()
    assert some is not None
    Replacement.objects.filter(pk=some.pk).update(status="withdrawn")
    assert str(some.pk) not in {row["id"] for row in rows_of(client, f"{API}/alternatives/?limit=200")}
    assert client.get(f"{API}/alternatives/{some.pk}/").json()["status"] == "withdrawn"


@pytest.mark.parametrize("number", ["slug", "lei", "isin"])
def test_a_companys_profile_is_found_by_slug_lei_and_isin(catalogue: None, client: Client, number: str) -> None:
    company = Company.objects.exclude(lei="").exclude(isin="").filter(production__isnull=False).first()
    assert company is not None
    body = client.get(f"{API}/companies/{getattr(company, number)}/profile/").json()
    assert body["company"]["slug"] == company.slug
    assert body["company"]["is_demo"] is True
    assert body["production"][0]["source"]
    coverage = body["coverage"]
    assert coverage["substances"] == coverage["with_concern_flags"] + coverage["nothing_recorded"]
    assert "not a finding of safety" in body["caution"]


def test_two_companies_with_one_isin_are_no_error(catalogue: None, client: Client) -> None:
    company = Company.objects.exclude(isin="").first()
    assert company is not None
    Company.objects.create(slug="twin", name="Twin (demo)", isin=company.isin, is_demo=True)
    assert client.get(f"{API}/companies/{company.isin}/").status_code == 200


def test_a_profile_that_has_not_changed_is_304(catalogue: None, client: Client) -> None:
    company = Company.objects.filter(production__isnull=False).first()
    assert company is not None
    address = f"{API}/companies/{company.slug}/profile/"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": f"W/{tag}"}).status_code == 304


def test_companies_are_listed_by_many_numbers_at_once(catalogue: None, client: Client) -> None:
    isins = list(Company.objects.exclude(isin="").values_list("isin", flat=True)[:2])
    found = rows_of(client, f"{API}/companies/?isin={isins[0]}&isin={isins[1].lower()}")
    assert {row["isin"] for row in found} == set(isins)
