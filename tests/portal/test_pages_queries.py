"""Pages and REST stay within their query budgets, however many rows there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.companies.models import Company
from substances.models import ChemicalList, GroupMembership, Substance, SubstanceGroup
from substances.services.similarity import is_listed, listed_ids
from substitution.models import Replacement, TechnicalFunction
from tests.build import a_person
from tests.portal.query_budgets import QUERY_BUDGETS

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def _most_named(model: type, related: str) -> str:
    """The slug of the row with the most related ones."""
    rows = model.objects.all()  # type: ignore[attr-defined]  # a model of ours
    return str(max(rows, key=lambda row: getattr(row, related).count()).slug)


def address_of(name: str) -> str:
    """An address with many rows behind it."""
    bisphenol_a = Substance.objects.get(slug="bisphenol-a").pk
    busiest = max(TechnicalFunction.objects.all(), key=lambda row: Replacement.objects.filter(function=row).count())
    addresses = {
        "web:substance": lambda: reverse(name, args=[bisphenol_a]),
        "api:substance": lambda: reverse(name, args=[bisphenol_a]),
        "web:substance-timeline": lambda: reverse(name, args=[bisphenol_a]),
        "api:substance-exposure": lambda: reverse(name, args=[bisphenol_a]),
        "api:substance-timeline": lambda: reverse(name, args=[bisphenol_a]),
        "web:function": lambda: reverse(name, args=[busiest.slug]),
        "web:company": lambda: reverse(name, args=[_most_named(Company, "production")]),
        "api:company-profile": lambda: reverse(name, args=[_most_named(Company, "production")]),
        "web:list": lambda: reverse(name, args=[_most_named(ChemicalList, "memberships")]),
        "web:list-diff": lambda: reverse(name, args=[_most_named(ChemicalList, "memberships")]),
        "api:list-substances": lambda: reverse(name, args=[_most_named(ChemicalList, "memberships")]),
        "web:group": lambda: reverse(name, args=[_most_named(SubstanceGroup, "memberships")]),
        "api:group": lambda: reverse(name, args=[_most_named(SubstanceGroup, "memberships")]),
        "api:group-members": lambda: reverse(name, args=[_most_named(SubstanceGroup, "memberships")]),
        "api:group-producers": lambda: reverse(name, args=[_most_named(SubstanceGroup, "memberships")]),
        "api:substance-producers": lambda: reverse(name, args=[bisphenol_a]),
        "web:search": lambda: reverse(name) + "?q=bisphenol",
    }
    return addresses.get(name, lambda: reverse(name))()


def queries_of(client: Client, address: str) -> int:
    """How many queries opening it costs, once what is kept in memory is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody signed in."""
    client.force_login(a_person())
    return client


@pytest.mark.parametrize("name", sorted(QUERY_BUDGETS))
def test_a_page_stays_within_its_query_budget(catalogue: None, reader: Client, name: str) -> None:
    assert queries_of(reader, address_of(name)) <= QUERY_BUDGETS[name]


@pytest.mark.parametrize("slug", ["bisphenol-a", "lead-acetate", "bisphenol-s"])
def test_a_substances_queries_do_not_grow_with_what_is_known_of_it(catalogue: None, reader: Client, slug: str) -> None:
    bare = Substance.objects.create(name="Nothing known")
    with_little = queries_of(reader, reverse("web:substance", args=[bare.pk]))
    found = Substance.objects.filter(slug=slug).first()
    if found is not None:
        assert with_little <= queries_of(reader, reverse("web:substance", args=[found.pk])) <= 12
    assert with_little <= 12


@pytest.mark.parametrize("name", ["web:substances", "api:substances", "api:alternatives"])
def test_a_lists_queries_do_not_grow_with_its_rows(catalogue: None, reader: Client, name: str) -> None:
    few, many = (queries_of(reader, f"{reverse(name)}?limit={limit}") for limit in (3, 200))
    assert few == many


def test_a_groups_queries_do_not_grow_with_its_members(catalogue: None, reader: Client) -> None:
    largest = SubstanceGroup.objects.get(slug=_most_named(SubstanceGroup, "memberships"))
    address = reverse("web:group", args=[largest.slug])
    before = queries_of(reader, address)
    GroupMembership.objects.filter(group=largest).exclude(
        pk=GroupMembership.objects.filter(group=largest).values_list("pk", flat=True)[0]
    ).delete()
    assert queries_of(reader, address) == before


def test_the_conditions_of_the_page_are_those_of_the_searches(catalogue: None) -> None:
    assert set(Substance.objects.filter(is_listed()).values_list("pk", flat=True)) == listed_ids()


@pytest.mark.django_db(transaction=True)
def test_a_substance_stays_within_its_budget_at_the_first_visit_and_is_kept_for_the_next(
    catalogue: None, reader: Client
) -> None:
    """Outside a transaction, as visitors come: the marks are read too."""
    reader.get(reverse("web:substance", args=[Substance.objects.get(slug="acetone").pk]))
    address = address_of("web:substance")
    with CaptureQueriesContext(connection) as first:
        reader.get(address)
    with CaptureQueriesContext(connection) as again:
        reader.get(address)
    assert len(first) <= QUERY_BUDGETS["web:substance"]
    assert len(again) <= 3
