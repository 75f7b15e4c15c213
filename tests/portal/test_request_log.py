"""What the log says of a request: no key that opens a door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from structlog.testing import capture_logs

from portal.web.logging import RequestLog

SECRET = "s3cret"
KEYS = {"token", "key", "uidb36"}


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/organisations/invitation/{SECRET}/", "GET /organisations/invitation/***"),
        (f"/organisations/invitation/{SECRET}", "GET /organisations/invitation/***"),
        (f"/organisations/invitation/{SECRET}/%0a", "GET /organisations/invitation/***"),
        (f"/organisations/join/{SECRET}/", "GET /organisations/join/***"),
        (f"/account/password/reset/key/1-{SECRET}/", "GET /account/password/reset/key/***"),
        (f"/account/confirm-email/{SECRET}/", "GET /account/confirm-email/***"),
        (f"/search/link/{SECRET}/download.csv", "GET /search/link/***"),
        (f"/search/structure/?access={SECRET}", "GET /search/structure/"),
        ("/organisations/new/", "GET /organisations/new/"),
    ],
)
def test_a_request_is_logged_without_its_key(path: str, logged: str) -> None:
    assert RequestLog.format_request(RequestFactory().get(path)) == logged


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["/", ""])
def test_nothing_logged_of_an_invitation_holds_its_token(client: Client, end: str) -> None:
    with capture_logs() as logs:
        client.get(f"/organisations/invitation/{SECRET}{end}")
    assert any("/organisations/invitation/***" in str(entry) for entry in logs)
    assert SECRET not in str(logs)


def routes(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, set[str]]]:
    """Each route of the portal with the names of its arguments."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, {*entry.pattern.regex.groupindex}


def test_every_route_with_a_key_in_it_is_masked() -> None:
    keyed = [route for route, arguments in routes(get_resolver()) if arguments & KEYS]
    assert len(keyed) >= 3
    for route in keyed:
        logged = RequestLog.format_request(RequestFactory().get(route.replace("?", "")))
        assert logged.endswith("/***"), route
