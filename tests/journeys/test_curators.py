"""What curators mend: a finding by one click, two records of one substance by a comparison; the other one accepts."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import sign_in
from tests.journeys.portal import Portal
from tests.journeys.test_keyboard import tab_to

REASON = "No list that we hold says so any more."


def two_pages(people: tuple[BrowserContext, BrowserContext], curators: tuple[str, str]) -> tuple[Page, Page]:
    """A page of each curator, signed in."""
    pages = (people[0].new_page(), people[1].new_page())
    for page, email in zip(pages, curators, strict=True):
        sign_in(page, email)
    return pages


def accept(page: Page, named: str) -> None:
    """The second curator finds the proposal in the queue and accepts it."""
    page.goto("/review/")
    page.get_by_role("link", name=named).first.click()
    page.get_by_label("Public reason").fill(REASON)
    page.get_by_role("button", name="Accept and publish").click()
    expect(page.locator("main")).to_contain_text("Decided.")


def test_a_finding_becomes_a_proposal_by_one_key_and_what_another_accepts_shows_on_the_page(
    portal: Portal, person: BrowserContext, other: BrowserContext, curators: tuple[str, str]
) -> None:
    ada, berta = two_pages((person, other), curators)
    page_of_it = portal.address_of("sodium peroxometaborate")
    berta.goto(page_of_it)
    expect(berta.locator("#concerns")).to_contain_text("H360Df")

    ada.goto("/review/registry/?kind=flag_unfounded")
    finding = ada.locator("li.card", has=ada.get_by_role("link", name="sodium peroxometaborate"))
    finding.get_by_role("button", name="Propose to withdraw it").focus()
    ada.keyboard.press("Enter")
    expect(ada.locator("main")).to_contain_text("Nothing changes until another curator accepts it")
    expect(finding).to_contain_text("A proposal waits for another curator")

    accept(berta, "sodium peroxometaborate")
    berta.goto(page_of_it)
    expect(berta.locator("#concerns")).not_to_contain_text("H360Df")


def test_two_records_are_merged_by_two_curators_and_the_old_address_leads_on(
    portal: Portal, person: BrowserContext, other: BrowserContext, curators: tuple[str, str]
) -> None:
    ada, berta = two_pages((person, other), curators)
    gone = portal.address_of("71888-89-6")
    ada.goto(gone)
    tab_to(ada, "Merge…")
    ada.keyboard.press("Enter")
    ada.get_by_label("Into which substance?").focus()
    ada.keyboard.type("68515-42-4")
    ada.keyboard.press("Enter")
    ada.get_by_role("link", name="Compare with").focus()
    ada.keyboard.press("Enter")
    expect(ada.locator("main")).to_contain_text("They have no CAS number in common")
    ada.get_by_label("Why").fill("Two records of one thing, for this journey.")
    ada.get_by_role("button", name="Propose to merge them").press("Enter")
    expect(ada.locator("main")).to_contain_text("Nobody decides on their own proposal")

    accept(berta, "C7-rich")
    berta.goto(gone)
    expect(berta.get_by_role("heading", level=1)).to_contain_text("di-C7-11-branched")
    expect(berta.locator("main")).to_contain_text("It was merged into this one")
    expect(berta.locator("main")).to_contain_text("71888-89-6")
