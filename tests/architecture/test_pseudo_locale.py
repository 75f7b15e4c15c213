"""Every word of a page goes through gettext: where messages stand in brackets, only data stand outside."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests.architecture.addresses import every_address
from tests.architecture.pseudo_locale import everything_stored, outside_brackets, pseudo_english, untranslated
from tests.people import karol_the_curator

# The same in every language.
NAMES = {
    "Benigna",
    f"Benigna {settings.VERSION}",
    "REST API",
    "SMILES",
    "InChIKey",
    "PubChem CID",
    "LEI",
    "ISIN",
    "UVCB",
    "CSV",
    "JSON",
    "SDF",
    "XLSX",
}
NAMES |= {"vL", "vH"}  # GreenScreen's levels


def test_brackets_within_brackets_are_taken_away_together() -> None:
    assert outside_brackets(["⟦Listed by ⟦name⟧⟧ left ⟦over⟧"]) == ["left"]


def test_brackets_may_open_in_one_element_and_close_in_another() -> None:
    assert outside_brackets(["⟦Read the", "method", "first⟧", "left"]) == ["left"]


def test_a_text_that_is_not_translatable_is_found() -> None:
    page = "<p>⟦Fine⟧</p><p>Hard coded</p><p>Bisphenol A</p><input placeholder='Typed in'>"
    assert untranslated(page, stored="\nBisphenol A\n", names=set()) == ["Hard coded", "Typed in"]


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "curator"])
def test_every_text_of_every_page_is_translatable(catalogue: None, client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(karol_the_curator())
    stored = everything_stored()
    found: list[str] = []
    with pseudo_english():
        for address in every_address(get_resolver().url_patterns):
            answer = client.get(address, headers={"accept-language": "en"})
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                texts = untranslated(answer.content.decode(), stored=stored, names=NAMES)
                found += [f"{address}: {text}" for text in sorted(set(texts))]
    assert not found, "\n".join(found)
