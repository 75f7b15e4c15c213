"""From a question to an answer: a buyer looks up bisphenol A, an alternative, and a structure of their own."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.drawing import Drawing


def test_a_buyer_goes_from_home_by_bisphenol_a_and_an_alternative_to_a_drawn_structure_and_its_hit(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("80-05-7")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="bisphenol A", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("bisphenol A")
    expect(page.locator("#concerns")).to_contain_text("Toxic to reproduction")
    expect(page.locator(".subst-head svg.mol")).to_be_visible()

    page.get_by_role("link", name="See alternatives").click()
    page.locator("#alternatives").get_by_role("link", name=re.compile("^bisphenol S", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("bisphenol S")
    expect(page.locator("#similar")).to_contain_text("bisphenol")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Structure search").click()
    Drawing(page).alkylphenol()
    expect(page.get_by_label("Structure: name, CAS")).to_have_value(re.compile("O"))
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("resemble it"))).to_be_visible(timeout=20_000)
    first = page.locator(".hit h3 a").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_what_cannot_be_read_is_told_with_its_place_and_kept(page: Page) -> None:
    page.goto("/search/structure/")
    page.get_by_label("Structure: name, CAS").fill("CC(C)(c1ccc(O)c2)c1ccc(O)cc1")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#refused")).to_contain_text("16")
    expect(page.get_by_label("Structure: name, CAS")).to_have_value("CC(C)(c1ccc(O)c2)c1ccc(O)cc1")


def test_a_wrong_check_digit_leads_to_the_right_number(page: Page) -> None:
    page.goto("/search/?q=80-05-8")
    page.get_by_role("link", name="80-05-7").click()
    expect(page.get_by_role("link", name="bisphenol A", exact=True)).to_be_visible()


def test_the_language_is_chosen_once_and_kept(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Polski").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.goto("/substances/")
    expect(page.locator("html")).to_have_attribute("lang", "pl")
