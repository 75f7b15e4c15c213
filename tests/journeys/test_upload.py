"""A list of one's own: a curator sends it, sees what it would change, publishes it, and the list's page shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.conftest import PASSWORD, sign_in
from tests.journeys.portal import Portal
from tests.journeys.test_axe import faults

MAPPING = Path(__file__).parent.parent / "substances" / "mapped_list_example.yaml"
ROWS = (
    "Substance;CAS no.;EC no.;Added on;Concern;Remark",
    "Benzene;71-43-2;200-753-7;2020-01-01;Cancer;-",
    "Madeupine;71-43-3;;2021-01-01;Cancer;-",
)


@pytest.fixture
def curator(portal: Portal, person: BrowserContext) -> BrowserContext:
    """Somebody who curates: made at the machine, signed in through the page."""
    portal.make_curator(email="uploader@example.org", password=PASSWORD)
    sign_in(person.new_page(), "uploader@example.org")
    return person


def test_a_curator_sends_a_list_and_publishes_it(curator: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "watch list.csv"
    file.write_text("\n".join([*ROWS, ""]), encoding="utf-8")
    page = curator.new_page()
    page.goto("/review/lists/")
    page.get_by_role("link", name="Send a new file of a list").click()
    page.get_by_label("Which list is it?").select_option("mapped-list")
    page.locator("main [name=file]").set_input_files(file)
    page.locator("main [name=mapping]").set_input_files(MAPPING)
    page.get_by_label("Day the publisher put it out").fill("2026-05-01")
    page.get_by_role("button", name="Try it").press("Enter")

    expect(page.locator("#upload")).to_contain_text("Nothing is published yet.")
    expect(page.locator("#upload")).to_contain_text("The check digit of CAS number 71-43-3 is 3")
    expect(page.locator("#upload tbody th")).to_contain_text("row 3")
    seen = [page.url, "/review/lists/upload/", "/review/structures/upload/", "/review/lists/"]
    assert [fault for address in seen for fault in faults(page, address, 1280)] == []
    page.goto(seen[0])
    page.get_by_role("button", name="Publish it").press("Enter")
    expect(page.locator("#upload")).to_contain_text("The portal answers from it.")

    page.goto("/lists/")
    page.get_by_role("link", name="Example watch list").click()
    expect(page.locator("main")).to_contain_text("1 May 2026")
    expect(page.get_by_role("link", name="benzene", exact=True).first).to_be_visible()
