"""An NGO's flag: proposed by one person, accepted by another."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.portal import Portal

PASSWORD = "long-enough-for-a-journey"
EVIDENCE = "A made-up study for this journey, table 3: the effect was seen at every dose in two generations."


def sign_up(page: Page, *, email: str, name: str) -> None:
    """Fills the form that makes an account."""
    page.locator("main [name=email]").fill(email)
    page.locator("main [name=name]").fill(name)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("main form button[type=submit], main form button").last.click()


def test_an_ngo_member_proposes_a_concern_and_a_curator_accepts_it(
    portal: Portal, person: BrowserContext, other: BrowserContext
) -> None:
    curator, member = person.new_page(), other.new_page()
    curator.goto(portal.invitation)
    curator.get_by_role("link", name="Make an account").click()
    sign_up(curator, email="curator@example.org", name="Cora Curator")
    curator.get_by_role("button", name="Become a curator").click()
    expect(curator.locator("main")).to_contain_text("You are a curator now")

    member.goto("/account/signup/")
    sign_up(member, email="member@example.org", name="Nina Member")
    member.goto("/organisations/new/")
    member.locator("main [name=kind]").select_option("ngo")
    member.locator("main [name=name]").fill("Clear Rivers (test)")
    member.locator("main form button").last.click()
    expect(member.locator("main")).to_contain_text("waits to be confirmed")
    curator.goto("/organisations/waiting/")
    curator.get_by_role("button", name="Confirm Clear Rivers (test)").click()

    member.goto("/search/?q=acetone")
    member.get_by_role("link", name="acetone", exact=True).click()
    member.get_by_role("link", name="Propose a concern").click()
    member.locator("main [name=concern]").select_option("skin_sensitiser")
    member.get_by_role("radio", name="Suspected").check()
    member.locator("main [name=evidence]").fill(EVIDENCE)
    member.get_by_role("button", name="Send for review").click()
    expect(member.locator("#concerns")).to_contain_text("NGO flag, proposed")

    curator.goto("/review/")
    curator.get_by_role("link", name="acetone").click()
    curator.locator("main [name=reason]").fill("The study is what it says, and two people read it.")
    curator.get_by_role("button", name="Accept and publish").click()

    member.reload()
    expect(member.locator("#concerns")).to_contain_text("NGO flag, reviewed")
    expect(member.locator("#concerns")).not_to_contain_text("Harmonised in law")
