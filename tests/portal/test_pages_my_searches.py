"""What becomes of a search on its pages: the list, asking again, files, sharing, a permanent link, deleting."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import Any
from urllib.parse import urlparse

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.jobs.models import Job
from portal.organisations.models import Membership, User
from substances.models import SearchHit, StructureSearch
from substances.searches.request import request_search
from tests.build import a_member, a_person, a_substance, an_organisation
from tests.substances.searching import searched
from tests.substances.test_similarity import named_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BPA, BPS = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"


@pytest.fixture(autouse=True)
def bisphenols() -> None:
    cache.clear()
    a_substance(name="bisphenol A", smiles=BPA)
    a_substance(name='=HYPERLINK("evil")', smiles=BPS)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(name: str, search: StructureSearch, *more: str) -> str:
    return reverse(f"web:structure-search-{name}", args=[search.pk, *more])


def link_of(client: Client, search: StructureSearch) -> str:
    """The path of a permanent link, made now."""
    said = client.post(page("link", search), {"act": "make"})
    return urlparse(str(said.context["link_address"])).path


# --- The list -----------------------------------------------------------------------------------------------------


def test_a_person_finds_their_searches_and_nobody_elses() -> None:
    ada, berta = a_person(), a_person()
    own, other = searched(BPA, by=ada), searched(BPS, by=berta)
    said = signed_in(ada).get(reverse("web:my-searches")).content.decode()
    assert page("result", own) in said
    assert page("result", other) not in said


def test_a_session_finds_its_searches_and_is_told_how_long_they_stay(client: Client) -> None:
    client.post("/search/structure/", {"structure": BPA})
    said = html.unescape(client.get(reverse("web:my-searches")).content.decode())
    assert page("result", StructureSearch.objects.get()) in said
    assert "deleted after 24 hours" in said
    assert "No searches yet" in Client().get(reverse("web:my-searches")).content.decode()


def test_the_list_asks_as_much_of_many_searches_as_of_few() -> None:
    ada = a_person()
    client, counted = signed_in(ada), []
    for _ in range(2):
        for _ in range(5):
            searched(BPA, by=ada)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("web:my-searches"))
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 6


# --- Deleting -----------------------------------------------------------------------------------------------------


def test_deleting_takes_text_hits_and_job() -> None:
    ada = a_person()
    search = searched(BPA, by=ada)
    assert signed_in(ada).post(page("delete", search)).status_code == 302
    assert not StructureSearch.objects.exists()
    assert not SearchHit.objects.exists()
    assert not Job.objects.exists()


# --- Asking again -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # PostgreSQL renews the mark of the data when it commits
def test_asked_again_a_search_names_what_it_repeats_and_what_has_changed() -> None:
    ada = a_person()
    first = searched(BPA, by=ada, threshold="0.5")
    a_substance(name="bisphenol F", smiles="Oc1ccc(Cc2ccc(O)cc2)cc1")
    named_by("cwc-schedules", a_substance(name="agent", smiles="CC(F)Cl"), reason="schedule 1A(1)")
    client = signed_in(ada)
    client.post(page("again", first))
    second = StructureSearch.objects.exclude(pk=first.pk).get()
    assert (second.repeats, second.parameters, second.kind) == (first, first.parameters, first.kind)
    assert second.data_release == ""
    from portal.jobs.running import run_job

    run_job(str(second.job_id))
    shown = client.get(page("result", second))
    since = shown.context["since"]
    assert [one.name for one in since.came] == ["bisphenol F"]
    assert ([one.name for one in since.gone], since.same) == ([], 1)
    assert "Came in" in shown.content.decode()
    second.refresh_from_db()
    assert second.data_release != first.data_release


def test_an_answer_on_the_same_data_is_the_same() -> None:
    first = searched(BPA)
    again = searched(BPA)
    assert again.data_release == first.data_release
    assert again.versions == first.versions


# --- Who may read it ----------------------------------------------------------------------------------------------

EVERYTHING = [("result", "get"), ("file", "get"), ("again", "post"), ("cancel", "post"), ("delete", "post")]


@pytest.mark.parametrize(("name", "method"), EVERYTHING)
def test_for_others_there_is_no_such_search(name: str, method: str) -> None:
    search = searched(BPA, by=a_person())
    more = ["csv"] if name == "file" else []
    for client in (Client(), signed_in(a_person())):
        assert getattr(client, method)(page(name, search, *more)).status_code == 404
    assert StructureSearch.objects.get() == search


def test_members_of_the_owners_organisation_read_what_was_shared_and_dispose_of_nothing() -> None:
    laboratory = an_organisation()
    ada, berta, stranger = a_member(of=laboratory), a_member(of=laboratory), a_member()
    search = searched(BPA, by=ada)
    owner, reader = signed_in(ada), signed_in(berta)
    assert reader.get(page("result", search)).status_code == 404
    owner.post(page("share", search), {"organisation": str(laboratory.pk)})
    assert reader.get(page("result", search)).status_code == 200
    assert reader.get(page("file", search, "csv")).status_code == 200
    assert signed_in(stranger).get(page("result", search)).status_code == 404
    for name in ("cancel", "delete", "share", "link"):
        assert reader.post(page(name, search), {"act": "make"}).status_code == 404
    owner.post(page("share", search), {"organisation": ""})
    assert reader.get(page("result", search)).status_code == 404


def test_who_leaves_the_organisation_reads_it_no_more() -> None:
    laboratory = an_organisation()
    ada, berta = a_member(of=laboratory), a_member(of=laboratory)
    search = searched(BPA, by=ada)
    signed_in(ada).post(page("share", search), {"organisation": str(laboratory.pk)})
    Membership.objects.filter(user=berta).delete()
    assert signed_in(berta).get(page("result", search)).status_code == 404


def test_a_search_is_not_shared_with_an_organisation_of_others() -> None:
    ada, other = a_person(), an_organisation()
    search = searched(BPA, by=ada)
    signed_in(ada).post(page("share", search), {"organisation": str(other.pk)})
    search.refresh_from_db()
    assert search.organisation is None


# --- A permanent link ---------------------------------------------------------------------------------------------


def test_a_link_opens_the_answer_to_be_read_and_nothing_else() -> None:
    ada = a_person()
    search = searched(f"[H]{BPA}", by=ada)
    path = link_of(signed_in(ada), search)
    opened = Client().get(path)
    said = html.unescape(opened.content.decode())
    assert opened.status_code == 200
    assert "bisphenol A" in said
    assert (opened["X-Robots-Tag"], opened["Cache-Control"]) == ("noindex, nofollow", "private, no-store")
    assert opened["Referrer-Policy"] == "no-referrer"
    assert all(word not in said for word in ("Delete this search", "Ask again", str(search.pk), f"[H]{BPA}"))
    assert Client().get(f"{path}download.csv").status_code == 200
    assert Client().get(page("result", search)).status_code == 404


def test_a_link_is_told_once_and_kept_as_a_hash() -> None:
    ada = a_person()
    client, search = signed_in(ada), searched(BPA, by=ada)
    token = link_of(client, search).split("/")[-2]
    assert token not in client.get(page("result", search)).content.decode()
    row = StructureSearch.objects.values().get(pk=search.pk)
    assert token not in str(row)
    assert len(token) >= 32


@pytest.mark.parametrize("end", ["revoked", "replaced", "deleted"])
def test_a_link_opens_nothing_once_it_was_ended(end: str) -> None:
    ada = a_person()
    client, search = signed_in(ada), searched(BPA, by=ada)
    path = link_of(client, search)
    if end == "deleted":
        client.post(page("delete", search))
    else:
        client.post(page("link", search), {"act": "revoke" if end == "revoked" else "make"})
    assert Client().get(path).status_code == 404


def test_a_search_without_a_link_is_opened_by_none() -> None:
    searched(BPA, by=a_person())
    assert Client().get(reverse("web:linked-search", args=["x"])).status_code == 404


def test_who_is_not_signed_in_makes_no_link(client: Client) -> None:
    client.post("/search/structure/", {"structure": BPA})
    search = StructureSearch.objects.get()
    assert client.post(page("link", search), {"act": "make"}).status_code == 302
    assert StructureSearch.objects.get().link_sha256 == ""


# --- Files --------------------------------------------------------------------------------------------------------


def file_of(search: StructureSearch, by: User, form: str) -> Any:
    answer = signed_in(by).get(page("file", search, form))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    return b"".join(answer)


def test_a_table_has_rank_exact_score_and_no_formula() -> None:
    ada = a_person()
    search = searched(BPA, by=ada, threshold="0.1")
    rows = list(csv.DictReader(io.StringIO(file_of(search, ada, "csv").decode("utf-8-sig"))))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert rows[0]["tanimoto"] == "1.0"
    assert round(int(rows[1]["bits_shared"]) / int(rows[1]["bits_in_either"]), 6) == float(rows[1]["tanimoto"])
    assert rows[1]["name"] == '\'=HYPERLINK("evil")'


def test_a_file_says_what_was_asked_of_which_data_and_not_what_was_typed() -> None:
    ada = a_person()
    search = searched(f"[H]{BPA}", by=ada)
    told = json.loads(file_of(search, ada, "json"))
    assert told["data_release"] == search.data_release
    assert told["parameter_threshold"] == "0.300"
    assert told["version_of_fingerprint"] == search.fingerprint_key
    assert "licence" in told
    assert f"[H]{BPA}" not in str(told)


def test_structures_leave_as_an_sdf_of_the_registrys_molfiles() -> None:
    ada = a_person()
    text = file_of(searched(BPA, by=ada), ada, "sdf").decode()
    assert text.count("$$$$") == text.count("M  END") == 2
    assert ">  <TANIMOTO>\n1.0" in text


def test_every_format_is_a_file() -> None:
    ada = a_person()
    for kind in ("similarity", "exact"):
        search = searched(BPA, kind, by=ada)
        assert all(file_of(search, ada, form) for form in ("csv", "xlsx", "json", "sdf"))


def test_groups_leave_as_tables_and_not_as_structures() -> None:
    ada = a_person()
    search = searched(BPA, "group", by=ada)
    assert all(file_of(search, ada, form) for form in ("csv", "xlsx", "json"))
    assert signed_in(ada).get(page("file", search, "sdf")).status_code == 404


def test_a_search_that_waits_has_a_page_and_an_empty_file() -> None:
    ada = a_person()
    search = request_search(by=ada, text="CCCO", format="smiles")
    assert signed_in(ada).get(page("result", search)).context["files"] == []
    assert len(file_of(search, ada, "csv").splitlines()) == 1
