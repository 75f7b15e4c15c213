"""A running portal and a real browser for every journey."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.environment import DATA_DIR
from tests.journeys.portal import Portal

PASSWORD = "long-enough-for-a-journey"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal, started once for all journeys."""
    data_dir = Path(DATA_DIR) / "journeys"
    data_dir.mkdir()
    running = Portal(data_dir)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def _somebody(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=portal.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    """A person with a browser of their own."""
    yield from _somebody(browser, portal)


@pytest.fixture
def other(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    """Another person."""
    yield from _somebody(browser, portal)


@pytest.fixture(scope="session")
def curators(portal: Portal) -> tuple[str, str]:
    """The addresses of two curators, whom the operator made, after the registry was checked once."""
    made = ("ada@example.org", "berta@example.org")
    for email in made:
        portal.make_curator(email=email, password=PASSWORD)
    portal.manage("check_registry")
    return made


def sign_in(page: Page, email: str) -> None:
    """By the form."""
    page.goto("/account/login/")
    page.locator("main [name=login]").fill(email)
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.fixture
def page(person: BrowserContext) -> Page:
    """A page of somebody who is not signed in. Whatever the page reports as an error fails the journey."""
    return person.new_page()
