"""Every page, looked at by axe-core, in light and dark, on a phone and on a desk; signed in and not."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import sign_in
from tests.journeys.portal import Portal

PAGES = [
    "/",
    "/search/?q=80-05-7",
    "/search/?q=80-05-8",
    "/search/?q=no-such-thing",
    "/substances/",
    "/substances/?concern=reprotoxic&group=bisphenols",
    "/alternatives/",
    "/alternatives/thermal-paper-developer/",
    "/search/structure/",
    "/search/structure/mine/",
    "/companies/",
    "/companies/amberline-papers/",
    "/lists/",
    "/lists/reach-candidate-list/",
    "/lists/reach-candidate-list/diff/",
    "/groups/",
    "/groups/bisphenols/",
    "/method/",
    "/sources/",
    "/api/",
    "/design/",
    "/account/login/",
    "/account/signup/",
    "/no-such-page/",
]
SERIOUS = {"serious", "critical"}


#: Seen by who is signed in; `{organisation}` is their own, `{acetone}` a substance.
PAGES_OF_A_MEMBER = [
    "/",
    "/organisations/mine/",
    "/organisations/new/",
    "/organisations/{organisation}/members/",
    "/review/mine/",
    "/search/structure/mine/",
    "{acetone}flag/",
]
PASSWORD = "long-enough-for-a-journey"


def faults(page: Page, address: str, width: int) -> list[str]:
    """What axe finds serious on a page, and whether it is wider than the window."""
    page.goto(address)
    found = [
        f"{address}: {violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        found.append(f"{address}: {wide} px wide on {width}")
    return found


def a_page(portal: Portal, browser: Browser, width: int, scheme: str) -> Page:
    """A page of a browser of its own; whoever asks closes its context."""
    return browser.new_page(
        base_url=portal.url,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]  # a word of two
    )


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_overflows(
    portal: Portal, browser: Browser, width: int, scheme: str
) -> None:
    page = a_page(portal, browser, width, scheme)
    found = [fault for address in [*PAGES, portal.address_of("bisphenol A")] for fault in faults(page, address, width)]
    page.close()
    assert not found


def join_with_an_organisation(page: Page, name: str) -> str:
    """Makes an account with a long name, and an organisation; its id."""
    page.goto("/account/signup/")
    page.locator("main [name=email]").fill(f"{name}.with-a-long-address@department.example.org")
    page.locator("main [name=name]").fill("Bogumiła Wiśniewska-Zielińska")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.goto("/organisations/new/")
    page.locator("main [name=kind]").select_option("ngo")
    page.locator("main [name=name]").fill(f"Clear Rivers and Living Waters of {name} (test)")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Members").click()
    page.get_by_label("E-mail address").fill("somebody-with-a-long-address@sub.department.example.org")
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.locator("main")).to_contain_text("it is shown only once")
    return page.url.split("/organisations/")[1].split("/")[0]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_what_a_member_sees(
    portal: Portal, browser: Browser, width: int, scheme: str
) -> None:
    page = a_page(portal, browser, width, scheme)
    organisation = join_with_an_organisation(page, f"{scheme}{width}")
    acetone = portal.address_of("acetone")
    addresses = [address.format(organisation=organisation, acetone=acetone) for address in PAGES_OF_A_MEMBER]
    found = [fault for address in addresses for fault in faults(page, address, width)]
    page.close()
    assert not found


#: Seen by curators; `{acetone}` is a substance, `{id}` another's id.
PAGES_OF_A_CURATOR = [
    "/review/",
    "/review/registry/",
    "/review/lists/",
    "{acetone}merge/?q=ethanol",
    "{acetone}merge/?into={id}",
    "{acetone}split/?to={id}&new=Another",
]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_serious_on_what_a_curator_sees(
    portal: Portal, browser: Browser, curators: tuple[str, str], width: int, scheme: str
) -> None:
    page = a_page(portal, browser, width, scheme)
    sign_in(page, curators[0])
    acetone, ethanol = portal.address_of("acetone"), portal.address_of("ethanol")
    known = {"acetone": acetone, "id": ethanol.split("/")[2]}
    found = [fault for address in PAGES_OF_A_CURATOR for fault in faults(page, address.format(**known), width)]
    page.close()
    assert not found
