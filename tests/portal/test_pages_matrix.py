"""Who may open what, by which method: every address of pages and REST, for three kinds of people."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.architecture.addresses import names, values_for
from tests.build import a_curator, a_member

pytestmark = pytest.mark.django_db

ACTORS = ["anonymous", "member", "curator"]
METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
ROOMS = ("web:", "api:", "organisations:")


class Answers(NamedTuple):
    """Statuses by actor, for the methods that an address has; any other method is 405 for everybody."""

    get: tuple[int, int, int] = (405, 405, 405)
    post: tuple[int, int, int] = (405, 405, 405)
    delete: tuple[int, int, int] = (405, 405, 405)


OPEN = Answers(get=(200, 200, 200))
NOT_THERE = (404, 404, 404)
HIDDEN = Answers(get=NOT_THERE)
BEING_WORKED_OUT = Answers(get=(202, 202, 202))
SIGN_IN = 302

EXPECTED = {
    "web:home": OPEN,
    "web:search": Answers(get=(302, 302, 302)),  # nothing asked: on to all substances
    "web:structure-search": Answers(get=(200, 200, 200), post=(400, 400, 400)),
    "web:batch": Answers(get=(200, 200, 200), post=(400, 400, 400)),
    "web:batch-result": HIDDEN,
    "web:batch-cancel": Answers(post=NOT_THERE),
    "web:batch-file": HIDDEN,
    "web:structure-search-result": HIDDEN,
    "web:structure-search-hit": HIDDEN,
    "web:substances-alike": OPEN,
    "web:structure-search-cancel": Answers(post=NOT_THERE),
    "web:structure-search-again": Answers(post=NOT_THERE),
    "web:structure-search-delete": Answers(post=NOT_THERE),
    "web:structure-search-share": Answers(post=(SIGN_IN, 404, 404)),
    "web:structure-search-link": Answers(post=(SIGN_IN, 404, 404)),
    "web:structure-search-file": HIDDEN,
    "web:my-searches": OPEN,
    "web:linked-search": HIDDEN,
    "web:linked-search-file": HIDDEN,
    "web:substances": OPEN,
    "web:substances-file": OPEN,
    "web:substance": OPEN,
    "web:substance-timeline": OPEN,
    "web:substance-timeline-csv": OPEN,
    "web:substance-timeline-json": OPEN,
    "web:propose-flag": Answers(get=(SIGN_IN, 200, 200), post=(SIGN_IN, 400, 400)),
    "web:substance-merge": Answers(get=(SIGN_IN, 403, 200), post=(SIGN_IN, 403, 400)),
    "web:substance-split": Answers(get=(SIGN_IN, 403, 200), post=(SIGN_IN, 403, 400)),
    "web:alternatives": OPEN,
    "web:function": OPEN,
    "web:companies": OPEN,
    "web:company": OPEN,
    "web:lists": OPEN,
    "web:list": OPEN,
    "web:list-file": OPEN,
    "web:list-diff": OPEN,
    "web:release": HIDDEN,
    "web:groups": OPEN,
    "web:libraries": OPEN,
    "web:library": HIDDEN,
    "web:release-file": HIDDEN,
    "web:list-diff-file": HIDDEN,
    "web:group": OPEN,
    "web:group-file": OPEN,
    "web:feed": OPEN,
    "web:calendar": OPEN,
    "web:list-feed": OPEN,
    "web:list-calendar": OPEN,
    "web:substance-feed": OPEN,
    "web:substance-calendar": OPEN,
    "web:group-feed": OPEN,
    "web:group-calendar": OPEN,
    "web:review": Answers(get=(SIGN_IN, 403, 200)),
    "web:list-queue": Answers(get=(SIGN_IN, 403, 200)),
    "web:list-upload": Answers(get=(SIGN_IN, 403, 200), post=(SIGN_IN, 403, 400)),
    "web:list-uploaded": Answers(get=(SIGN_IN, 403, 404)),
    "web:list-upload-publish": Answers(post=(SIGN_IN, 403, 404)),
    "web:list-upload-drop": Answers(post=(SIGN_IN, 403, 404)),
    "web:structure-upload": Answers(get=(SIGN_IN, 403, 200), post=(SIGN_IN, 403, 400)),
    "web:structure-uploaded": Answers(get=(SIGN_IN, 403, 404)),
    "web:structure-upload-publish": Answers(post=(SIGN_IN, 403, 404)),
    "web:structure-upload-drop": Answers(post=(SIGN_IN, 403, 404)),
    "web:waiting-release": Answers(get=(SIGN_IN, 403, 404), post=(SIGN_IN, 403, 404)),
    "web:open-member": Answers(post=(SIGN_IN, 403, 404)),
    "web:registry-findings": Answers(get=(SIGN_IN, 403, 200)),
    "web:registry-propose": Answers(post=(SIGN_IN, 403, 404)),
    "web:registry-dismiss": Answers(post=(SIGN_IN, 403, 404)),
    "web:member-decision-revoke": Answers(post=(SIGN_IN, 403, 404)),
    "web:my-proposals": Answers(get=(SIGN_IN, 200, 200)),
    "web:proposal": Answers(get=(SIGN_IN, 404, 404), post=(SIGN_IN, 404, 404)),
    "web:proposal-withdraw": Answers(post=(SIGN_IN, 404, 404)),
    "web:method": OPEN,
    "web:rules": OPEN,
    "web:sources": OPEN,
    "web:design": OPEN,
    "web:api-docs": OPEN,
    "organisations:mine": Answers(get=(SIGN_IN, 200, 200)),
    "organisations:new": Answers(get=(SIGN_IN, 200, 200), post=(SIGN_IN, 422, 422)),
    "organisations:waiting": Answers(get=(SIGN_IN, 403, 200)),
    "organisations:confirm": Answers(post=(SIGN_IN, 403, 404)),
    "organisations:members": Answers(get=(SIGN_IN, 404, 404)),
    "organisations:change-role": Answers(post=(SIGN_IN, 404, 404)),
    "organisations:remove-member": Answers(post=(SIGN_IN, 404, 404)),
    "organisations:leave": Answers(post=(SIGN_IN, 404, 404)),
    "organisations:invite": Answers(post=(SIGN_IN, 404, 404)),
    "organisations:revoke-invitation": Answers(post=(SIGN_IN, 404, 404)),
    "organisations:join": Answers(get=(410, 410, 410), post=(410, 410, 410)),
    "organisations:invitation": Answers(get=(410, 410, 410), post=(410, 410, 410)),
    "api:root": OPEN,
    "api:schema": OPEN,
    "api:substances": OPEN,
    "api:substance": OPEN,
    "api:substance-drawing": OPEN,
    "api:substance-exposure": OPEN,
    "api:substance-timeline": OPEN,
    "api:substance-memberships": OPEN,
    "api:substance-classifications": OPEN,
    "api:substance-flags": OPEN,
    "api:substance-producers": OPEN,
    "api:lists": OPEN,
    "api:list": OPEN,
    "api:list-substances": OPEN,
    "api:list-releases": OPEN,
    "api:list-diff": Answers(get=(400, 400, 400)),
    "api:events": OPEN,
    "api:rules": OPEN,
    "api:groups": OPEN,
    "api:libraries": OPEN,
    "api:library": HIDDEN,
    "api:group": OPEN,
    "api:group-members": OPEN,
    "api:group-producers": OPEN,
    "api:alternatives": OPEN,
    "api:alternative": HIDDEN,
    "api:searches": Answers(get=(200, 200, 200), post=(400, 400, 400)),
    "api:search-file": HIDDEN,
    "api:search-changes": HIDDEN,
    "api:search-repeat": Answers(post=NOT_THERE),
    "api:batches": Answers(post=(400, 400, 400)),
    "api:batch": Answers(get=NOT_THERE, delete=NOT_THERE),
    "api:batch-results": HIDDEN,
    "api:search": Answers(get=NOT_THERE, delete=NOT_THERE),
    "api:search-results": HIDDEN,
    "api:search-hit-explanation": HIDDEN,
    "api:substances-alike": BEING_WORKED_OUT,
    "api:list-uploads": Answers(get=(403, 403, 200), post=(403, 403, 415)),
    "api:list-upload": Answers(get=(403, 403, 404), delete=(403, 403, 404)),
    "api:list-upload-publish": Answers(post=(403, 403, 404)),
    "api:structure-uploads": Answers(get=(403, 403, 200), post=(403, 403, 415)),
    "api:structure-upload": Answers(get=(403, 403, 404), delete=(403, 403, 404)),
    "api:structure-upload-publish": Answers(post=(403, 403, 404)),
    "api:registry-findings": Answers(get=(403, 403, 200)),
    "api:jobs": Answers(get=(403, 200, 200)),
    "api:job": Answers(get=(403, 404, 404)),
    "api:companies": OPEN,
    "api:company": OPEN,
    "api:company-profile": OPEN,
}


#: Of REST: closed to most, whatever the method.
CLOSED_FIRST = {
    *("api:jobs", "api:registry-findings"),
    *("api:list-uploads", "api:list-upload", "api:list-upload-publish"),
    *("api:structure-uploads", "api:structure-upload", "api:structure-upload-publish"),
}


def test_every_address_is_in_the_matrix() -> None:
    found = {name for name, _pattern in names(get_resolver().url_patterns) if name.startswith(ROOMS)}
    assert found == set(EXPECTED)


def address_of(name: str) -> str:
    """The address, filled in with something of the catalogue where there is something."""
    pattern = next(pattern for known, pattern in names(get_resolver().url_patterns) if known == name)
    values = values_for(name)
    return reverse(name, kwargs={key: values[key] for key in pattern.pattern.regex.groupindex})


def status_expected(name: str, method: str, actor: str) -> int:
    """What the matrix says."""
    answers = EXPECTED[name]
    if method == "options":
        return 405
    row = {"get": answers.get, "head": answers.get, "post": answers.post, "delete": answers.delete}.get(method)
    return row[ACTORS.index(actor)] if row else 405


@pytest.mark.parametrize("actor", ACTORS)
def test_every_address_answers_each_method_as_the_matrix_says(catalogue: None, actor: str) -> None:
    client = Client()
    if actor != "anonymous":
        client.force_login(a_curator() if actor == "curator" else a_member())
    wrong = {}
    for name in EXPECTED:
        address = address_of(name)
        for method in METHODS:
            expected = status_expected(name, method, actor)
            status = getattr(client, method)(address, **_body(name, method)).status_code
            # REST closes a door before it says what could be done there.
            is_closed_first = name in CLOSED_FIRST and expected in {405, 200}
            allowed = {expected, 403} if is_closed_first else {expected}
            if name == "api:job" and actor == "anonymous":
                allowed |= {403}
            if status not in allowed:
                wrong[f"{method.upper()} {address} ({name})"] = (status, expected)
    assert wrong == {}


def _body(name: str, method: str) -> dict[str, Any]:
    """A body of the kind the address reads, with nothing in it that it needs."""
    if name.startswith("api:") and method in {"post", "put", "patch", "delete"}:
        return {"data": "{}", "content_type": "application/json"}
    return {"data": {"nothing": "useful"}} if method == "post" else {}
