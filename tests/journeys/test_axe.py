"""Every page, looked at by axe-core, in light and dark, on a phone and on a desk."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

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
    "/companies/",
    "/companies/amberline-papers/",
    "/lists/reach-candidate-list/",
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


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_overflows(
    portal: Portal, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        base_url=portal.url,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    found: list[str] = []
    for address in [*PAGES, portal.address_of("bisphenol A")]:
        page.goto(address)
        found += [
            f"{address}: {violation['id']}: {violation['nodes'][0]['html'][:120]}"
            for violation in Axe().run(page).response["violations"]
            if violation["impact"] in SERIOUS
        ]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{address}: {wide} px wide on {width}")
    context.close()
    assert not found
