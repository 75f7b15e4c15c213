"""What holds for every answer of the REST API: problems, languages, the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import urls as portal_urls
from tests.build import a_person

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"
NOBODY = "00000000-0000-0000-0000-000000000000"


class _Breaks(APIView):
    """Breaks, as no view should."""

    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        raise RuntimeError("nobody foresaw this")


class _Forgotten(APIView):
    """Names no permission."""

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("api/v1/breaks/", _Breaks.as_view()),
    path("api/v1/forgotten/", _Forgotten.as_view()),
    *portal_urls.urlpatterns,
]
handler500 = portal_urls.handler500


def assert_problem(answer: object, status: int) -> None:
    """It is a problem with this status and words for people."""
    assert answer.status_code == status  # type: ignore[attr-defined]  # the test client's answer
    assert answer["Content-Type"] == PROBLEM  # type: ignore[index]
    body = answer.json()  # type: ignore[attr-defined]
    assert body["status"] == status
    assert body["detail"]
    assert body["title"]
    assert body["type"].startswith("urn:benigna:problem:")


@pytest.mark.parametrize(
    ("method", "address", "named", "status"),
    [
        pytest.param("get", "/api/v1/substances/?kind=xx", {}, 400, id="unknown choice"),
        pytest.param("get", f"/api/v1/substances/{NOBODY}/", {}, 404, id="nobody's id"),
        pytest.param("get", "/api/v1/substances/none/", {}, 404, id="no id at all"),
        pytest.param("get", "/api/v1/nothing/here/", {}, 404, id="unknown address"),
        pytest.param("get", "/api/v1/substances/%0A/", {}, 404, id="line break in an address"),
        pytest.param("get", "/api/v1/substances/%7F/structure.svg", {}, 404, id="control character in an address"),
        pytest.param("get", "/api/v1/nothing", {}, 404, id="unknown address without slash"),
        pytest.param("post", "/api/v1/nothing/", {}, 404, id="unknown address, written to"),
        pytest.param("get", f"/api/v1/alternatives/{NOBODY}/", {}, 404, id="nobody's alternative"),
        pytest.param("get", "/api/v1/companies/nobody/profile/", {}, 404, id="nobody's profile"),
        pytest.param("get", "/api/v1/lists/nobody/substances/", {}, 404, id="nobody's list"),
        pytest.param("get", f"/api/v1/searches/{NOBODY}/", {}, 404, id="nobody's search"),
        pytest.param("get", "/api/v1/jobs/", {}, 403, id="not signed in"),
        pytest.param("delete", "/api/v1/substances/", {}, 405, id="method"),
        pytest.param("put", "/api/v1/searches/", {}, 405, id="all searches at once"),
        pytest.param("get", "/api/v1/lists/", {"headers": {"accept": "text/csv"}}, 406, id="accept"),
        pytest.param("post", "/api/v1/searches/", {"data": "x", "content_type": "text/plain"}, 415, id="content type"),
        pytest.param(
            "post", "/api/v1/searches/", {"data": "{", "content_type": "application/json"}, 400, id="broken JSON"
        ),
        pytest.param(
            "post", "/api/v1/searches/", {"data": "[" * 90_000, "content_type": "application/json"}, 400, id="deep JSON"
        ),
        pytest.param(
            "post", "/api/v1/searches/", {"data": " " * 1_000_001, "content_type": "application/json"}, 413, id="large"
        ),
        pytest.param("get", "/api/v1/substances/?q=%00", {}, 400, id="NUL"),
        pytest.param("get", "/api/v1/substances/?cursor=%25%25%25", {}, 404, id="cursor"),
        pytest.param("get", "/api/v1/groups/?limit=0", {}, 400, id="limit too small"),
        pytest.param("get", "/api/v1/groups/?limit=201", {}, 400, id="limit too large"),
        pytest.param("get", "/api/v1/groups/?limit=null", {}, 400, id="limit no number"),
        pytest.param("get", "/api/v1/alternatives/?replaces=x", {}, 400, id="filter by no id"),
    ],
)
def test_an_error_is_a_problem(
    catalogue: None, client: Client, method: str, address: str, named: dict[str, object], status: int
) -> None:
    assert_problem(getattr(client, method)(address, **named), status)


def test_a_cursor_of_another_order_is_a_problem(catalogue: None, client: Client) -> None:
    a_person_signed_in = Client()
    a_person_signed_in.force_login(a_person())
    assert_problem(a_person_signed_in.get("/api/v1/jobs/?cursor=cD1ub3QrYStkYXk="), 404)


@pytest.mark.urls(__name__)
def test_a_mistake_of_ours_is_a_problem_too(client: Client) -> None:
    client.raise_request_exception = False
    assert_problem(client.get("/api/v1/breaks/"), 500)


@pytest.mark.urls(__name__)
def test_an_endpoint_that_names_no_permission_is_closed(client: Client) -> None:
    client.force_login(a_person())
    assert_problem(client.get("/api/v1/forgotten/"), 403)


def test_a_slash_left_out_is_added(catalogue: None, client: Client) -> None:
    answer = client.get("/api/v1/substances?q=80-05-7")
    assert answer.status_code == 308
    assert answer["Location"] == "/api/v1/substances/?q=80-05-7"


def test_details_are_in_the_readers_language(catalogue: None, client: Client) -> None:
    english = client.delete("/api/v1/substances/").json()["detail"]
    polish = client.delete("/api/v1/substances/", headers={"accept-language": "pl"})
    assert polish.json()["detail"] != english
    assert polish["Content-Language"] == "pl"


def test_the_root_names_every_collection(catalogue: None, client: Client) -> None:
    root = client.get("/api/v1/").json()
    assert {"substances", "lists", "alternatives", "searches", "jobs", "companies"} <= set(root)
    for name, address in root.items():
        assert client.get(address.removeprefix("http://testserver")).status_code in {200, 403, 405}, name


def test_the_committed_schema_is_the_one_the_views_give(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    committed = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
    assert made.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8")


def test_the_schema_is_openapi_3_1_and_documents_how_a_structure_was_read(client: Client) -> None:
    schema = client.get("/api/v1/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    read_as = schema["components"]["schemas"]["SearchReading"]
    assert set(read_as["properties"]) >= {"format", "smiles", "changes"}
    assert "normalis" in read_as["description"]
    made_up = {name for name in schema["components"]["schemas"] if name.endswith("Enum")}
    assert made_up <= {"BlankEnum", "NullEnum"}  # those two say what their names say
