"""Texts that are no structure, at the doors of searches: the page and REST say the same, keep the text, store nothing.

What the chemistry says of each is tested in tests/chemistry; here only that it is told, and told alike.
"""

from __future__ import annotations

import html
import itertools

import pytest
from django.core.cache import cache
from django.test import Client

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import StructureSearch, Substance
from substances.searches.registry import KINDS
from substances.services.search_terms import rebuild_for
from tests.build import a_substance

pytestmark = [pytest.mark.django_db, pytest.mark.services]

PAGE, REST = "/search/structure/", "/api/v1/searches/"
_addresses = (f"198.51.100.{n}" for n in itertools.cycle(range(1, 255)))

REFUSED = [
    pytest.param("", id="nothing"),
    pytest.param("   \n\t ", id="whitespace"),
    pytest.param("nobody's substance", id="an unknown name"),
    pytest.param("CCO>>CC=O", id="a reaction"),
    pytest.param("CC>[Pd]>CC", id="a reaction with its agent"),
    pytest.param("C1CC", id="a ring that never closes"),
    pytest.param("CC\u041e", id="a Cyrillic letter"),
    pytest.param("CCO\x00", id="a zero byte"),
    pytest.param("C" * 5001, id="too long"),
    pytest.param("InChI=1S/C2H6O", id="an InChI cut short"),
]
MOLFILE = """
  made for a test

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2500    1.3000    0.0000 O   0  0
  1  2  1  0
  2  3  1  0
M  END
"""


@pytest.fixture
def client() -> Client:
    cache.clear()
    return Client(REMOTE_ADDR=next(_addresses))


@pytest.mark.parametrize("kind", sorted(kind.name for kind in KINDS.values() if kind.on_form))
@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_structure_is_refused_alike_by_page_and_rest(client: Client, kind: str, text: str) -> None:
    by_rest = client.post(REST, {"structure": text, "kind": kind}, content_type="application/json")
    by_page = client.post(PAGE, {"structure": text, "kind": kind})
    if by_rest.status_code == by_page.status_code == 202:
        pytest.fail("it was accepted")
    if by_rest.status_code == 202:  # the sandbox has the last word
        search = StructureSearch.objects.earliest("created_at")
        assert search.job is not None
        run_job(search.job.pk)
        search.job.refresh_from_db()
        assert search.job.state == "failed"
        return
    assert by_rest.status_code in {400, 413, 422}
    assert by_page.status_code == by_rest.status_code
    problem = by_rest.json()
    assert problem["detail"]
    assert not StructureSearch.objects.exists()
    said = html.unescape(by_page.content.decode())
    if text.strip() and "\x00" not in text:
        assert text in said
        assert problem["detail"] in said


def test_the_character_at_fault_is_told_by_rest_and_pointed_at_by_the_page(client: Client) -> None:
    assert client.post(REST, {"structure": "CC\u041e"}, content_type="application/json").json()["position"] == 3
    assert "CC\u041e\n  ^" in html.unescape(client.post(PAGE, {"structure": "CC\u041e"}).content.decode())


@pytest.mark.parametrize("kind", ["similarity", "exact"])
def test_a_name_where_a_structure_was_expected_is_looked_up(client: Client, kind: str) -> None:
    a_substance(name="bisphenol A", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    rebuild_for(Substance.objects.all())
    answer = client.post(REST, {"structure": "  Bisphenol  A ", "kind": kind}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (202, "done")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MOLFILE.replace("\n", "\r\n"), id="a molfile with CRLF"),
        pytest.param("CCO |$;;OH$|", id="a CXSMILES tail"),
        pytest.param("*CC*", id="a polymer"),
        pytest.param(MOLFILE.replace("M  END\n", ""), id="a molfile without its end"),
    ],
)
def test_what_the_sandbox_judges_is_read_or_told_and_never_another_molecule(client: Client, text: str) -> None:
    a_substance(name="ethanol", smiles="CCO")
    answer = client.post(REST, {"structure": text, "kind": "exact"}, content_type="application/json")
    if answer.status_code != 202:
        assert answer.json()["detail"]
        return
    search = StructureSearch.objects.select_related("job").get()
    assert search.job is not None
    run_job(search.job.pk)
    search.refresh_from_db()
    search.job.refresh_from_db()
    names = {hit.substance.name for hit in search.hits.all() if hit.substance}
    assert names == ({"ethanol"} if search.read_as.get("smiles") == "CCO" else set())
    assert search.job.state == "done" or search.job.error_message
