"""The main job without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def focused(page: Page) -> str:
    """The words on the link or button that has the focus."""
    return str(page.evaluate("() => document.activeElement.innerText.trim()"))


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Presses Tab until something called `name` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page) == name:
            return
    raise AssertionError(f"{name!r} cannot be reached by {most} presses of Tab; the last was {focused(page)!r}")


def test_a_chemist_searches_and_reads_by_keyboard_only(page: Page) -> None:
    page.goto("/method/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.type("bisphenol A")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=bisphenol"))
    tab_to(page, "bisphenol A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("bisphenol A")
    tab_to(page, "See alternatives")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#alternatives$"))


def test_a_structure_is_searched_by_keyboard_only(page: Page) -> None:
    page.goto("/search/structure/")
    page.get_by_label("Structure: name, CAS").focus()
    page.keyboard.type("CCCCc1ccc(O)cc1")
    tab_to(page, "Search")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("resemble"))).to_be_visible(timeout=20_000)
