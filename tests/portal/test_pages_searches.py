"""Structure search in a browser without scripts: form, redirect, answer."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from substances.models import StructureSearch
from tests.build import a_person
from tests.processes import LiveWorker, wait_until

pytestmark = pytest.mark.django_db

FORM = "/search/structure/"
FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"


def test_a_known_substance_is_answered_in_the_request(catalogue: None, client: Client) -> None:
    sent = client.post(FORM, {"structure": "bisphenol A"})
    assert sent.status_code == 302
    page = client.get(sent["Location"])
    said = html.unescape(page.content.decode())
    assert "which is in the registry" in said
    assert page.context["answer"].hits[0].substance.slug == "bisphenol-a"
    assert "Listed" in said
    assert "hx-get" not in said
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_a_foreign_structure_is_answered_by_a_worker(catalogue: None, worker: LiveWorker, client: Client) -> None:
    result = client.post(FORM, {"structure": FOREIGN, "threshold": "0.4"})["Location"]
    first = html.unescape(client.get(result).content.decode())
    assert "Look again" in first
    assert 'hx-get="' in first
    wait_until(lambda: "Your structure" in client.get(result).content.decode(), what="the answer")
    said = html.unescape(client.get(result).content.decode())
    assert "not in the registry" in said
    assert "resemble" in said
    assert FOREIGN in said
    part = client.get(result, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert "Your structure" in part


def test_a_search_that_waits_is_cancelled_by_a_form(catalogue: None, client: Client) -> None:
    result = client.post(FORM, {"structure": FOREIGN})["Location"]
    search = StructureSearch.objects.get()
    address = reverse("web:structure-search-cancel", args=[search.pk])
    assert address in client.get(result).content.decode()
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert "The search was cancelled" in client.get(result).content.decode()


def test_somebody_elses_search_is_not_found(catalogue: None, client: Client) -> None:
    result = client.post(FORM, {"structure": "bisphenol A"})["Location"]
    other = Client()
    assert other.get(result).status_code == 404
    assert other.post(f"{result}cancel/").status_code == 404
    other.force_login(a_person())
    assert other.get(result).status_code == 404
    assert other.get(result, headers={"hx-request": "true"}).status_code == 404


def test_a_persons_search_is_found_again_from_another_session(catalogue: None) -> None:
    person, first, second = a_person(), Client(), Client()
    first.force_login(person)
    second.force_login(person)
    result = first.post(FORM, {"structure": "bisphenol A"})["Location"]
    assert second.get(result).status_code == 200


def test_a_text_with_two_readings_offers_both_as_buttons(catalogue: None, client: Client) -> None:
    page = client.post(FORM, {"structure": "CO"})
    said = html.unescape(page.content.decode())
    assert page.status_code == 422
    assert {reading.format for reading in page.context["refused"].readings} == {"smiles", "formula"}
    assert '<input type="hidden" name="structure" value="CO"><input type="hidden" name="format" value="smiles">' in said
    assert f'<form action="{reverse("web:search")}"><input type="hidden" name="q" value="CO">' in said
    assert client.post(FORM, {"structure": "CO", "format": "smiles"}).status_code == 302
    assert client.get(reverse("web:search"), {"q": "CO"}).status_code == 200


def test_a_number_that_was_perhaps_meant_is_asked_by_its_button(catalogue: None, client: Client) -> None:
    said = html.unescape(client.post(FORM, {"structure": "80-05-8"}).content.decode())
    assert 'name="structure" value="80-05-7"' in said


@pytest.mark.parametrize(
    ("typed", "pointer"),
    [
        pytest.param("CC(=O", "\n  ^", id="bracket never closed"),
        pytest.param("CCО", "\n  ^", id="a Cyrillic letter"),
    ],
)
def test_the_character_that_cannot_be_read_is_pointed_at(
    catalogue: None, client: Client, typed: str, pointer: str
) -> None:
    page = client.post(FORM, {"structure": typed})
    said = html.unescape(page.content.decode())
    assert page.status_code == 400
    assert f"{typed}{pointer}" in said
    assert not StructureSearch.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"threshold": "2"}, {"threshold": "x"}, {"limit": "0"}, {"limit": "9" * 50}, {"format": "xyz"}, {}]
)
def test_what_the_form_cannot_use_is_told(catalogue: None, client: Client, wrong: dict[str, str]) -> None:
    page = client.post(FORM, {"structure": "bisphenol A" if wrong else "", **wrong})
    assert page.status_code == 400
    assert not StructureSearch.objects.exists()
    said = html.unescape(page.content.decode())
    assert 'role="alert"' in said
    assert all(f'<a href="#{name}">' in said for name in wrong or ["structure"])


@pytest.mark.parametrize("typed", ["C" * 5000 + "C", "💥", "<script>alert(1)</script>", "\ufeffCCO\u200b", "C\r\nC"])
def test_strange_texts_are_answered_with_words(catalogue: None, client: Client, typed: str) -> None:
    page = client.post(FORM, {"structure": typed}, follow=True)
    assert page.status_code in {200, 400, 413, 422}
    assert "<script>alert" not in page.content.decode()
