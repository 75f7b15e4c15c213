"""Pages about substances, alternatives and companies: what they say, and what they do with what people type."""

from __future__ import annotations

import html
import logging

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.companies.models import Company, Production
from portal.review.models import Proposal
from portal.web.facets import facets
from portal.web.substances import COUNTERS
from substances.filters import SubstanceFilter
from substances.models import (
    ChemicalList,
    Entry,
    GroupMembership,
    ListMembership,
    Release,
    Substance,
    SubstanceGroup,
)
from substances.services.search_terms import rebuild_for
from substitution.models import Alternative, Replacement, TechnicalFunction
from tests.build import a_curator, a_member, a_person, a_source, a_substance, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.services]

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>"""


def text_of(client: Client, address: str, *, status: int = 200, **query: str) -> str:
    """What a page says, unescaped."""
    answer = client.get(address, query)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("query", ["", "kind=discrete", "authority=harmonised", "concern=reprotoxic&group=phthalates"])
def test_a_choice_is_counted_as_the_rows_it_gives(catalogue: None, query: str) -> None:
    # One that lives no more, and is flagged, listed and in a group, is counted nowhere.
    Substance.objects.filter(slug="bisphenol-a").update(split_at=timezone.now())
    rows = Substance.objects.living()
    for facet in facets(SubstanceFilter, QueryDict(query), rows, COUNTERS):
        for option in facet["options"][:12]:
            chosen = QueryDict(query, mutable=True)
            chosen.setlist(facet["name"], [option["value"]])
            assert option["count"] == SubstanceFilter(chosen, queryset=rows).qs.count(), (facet["name"], option)


@pytest.mark.parametrize(
    "query",
    ["?kind=xx&list=nope&concern=&group=%F0%9F%92%A5&authority=%27%22", "?list=nope", "?kind=" + "x" * 5000],
)
def test_a_choice_nobody_knows_is_told_and_left_out(catalogue: None, client: Client, query: str) -> None:
    said = text_of(client, reverse("web:substances") + query, status=400)
    assert "left out" in said


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/substances/?cursor=%25%25%25", 404),
        ("/substances/?cursor=cD1ub3QrYStkYXk%3D", 200),
        ("/substances/?limit=none", 404),
        ("/alternatives/monomer/?cursor=%25", 404),
        ("/alternatives/monomer/?kind=xx&status=&function=nope&replaces=x", 400),
        ("/companies/?cursor=%00", 400),
        ("/companies/?q=%00", 400),
        ("/search/?q=%00", 400),
        ("/search/?q=" + "%F0%9F%92%A5" * 50, 200),
        ("/search/?q=" + "x" * 5000, 200),
        ("/search/?q=" + "%C3%A9" * 3000, 200),
        ("/search/?q=%22%27%29%3B--%20OR%201%3D1%20%2A%20NEAR(", 200),
        ("/search/?q=%2A", 200),
        ("/search/?q=%25_%25", 200),
        ("/companies/?q=" + "x" * 5000, 200),
        ("/alternatives/?q=" + "x" * 5000, 200),
        ("/lists/clp-annex-vi/?cursor=cD1ub3QrYStkYXk%3D", 404),
        ("/substances/not-an-id/", 404),
    ],
)
def test_rubbish_in_an_address_is_never_our_mistake(catalogue: None, client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_a_wrong_check_digit_is_told_with_near_numbers(catalogue: None, client: Client) -> None:
    said = text_of(client, reverse("web:search"), q="80-05-8")
    assert "80-05-7" in said
    assert "7" in said
    assert f'href="{reverse("web:search")}?q=80-05-7"' in said


def test_what_nobody_knows_leads_to_structure_search(catalogue: None, client: Client) -> None:
    said = text_of(client, reverse("web:search"), q="qqqzzzxxy")
    assert "Nothing found for “qqqzzzxxy”" in said
    assert reverse("web:structure-search") in said
    assert "no finding of safety" in said


@pytest.mark.parametrize("q", ["80-05-7", "80057", "bisphenl", "201-245-8", "IISBACLAFKSPIT-UHFFFAOYSA-N"])
def test_bisphenol_a_stands_first(catalogue: None, client: Client, q: str) -> None:
    answer = client.get(reverse("web:search"), {"q": q})
    assert answer.context["answer"].results[0].substance.slug == "bisphenol-a"


def test_the_page_of_bisphenol_a_says_why_and_what_instead(catalogue: None, client: Client) -> None:
    said = text_of(client, reverse("web:substance", args=[Substance.objects.get(slug="bisphenol-a").pk]))
    for words in ("80-05-7", "Toxic to reproduction", "Candidate", "bisphenols", "not the same as safe", "<svg"):
        assert words.casefold() in said.casefold(), words


def test_a_merged_substance_leads_to_its_survivor(catalogue: None, client: Client) -> None:
    survivor = Substance.objects.get(slug="bisphenol-a")
    merged = Substance.objects.create(name="The same", merged_into=survivor)
    answer = client.get(reverse("web:substance", args=[merged.pk]))
    assert answer.status_code == 301
    assert answer["Location"] == reverse("web:substance", args=[survivor.pk]) + f"?merged={merged.pk}"
    assert "You asked for the record “The same”" in text_of(client, answer["Location"])
    assert "You asked for" not in text_of(client, reverse("web:substance", args=[survivor.pk]) + "?merged=x")


def test_a_substance_without_structure_says_that_similarity_is_not_computable(client: Client) -> None:
    said = text_of(client, reverse("web:substance", args=[a_substance(kind="uvcb").pk]))
    assert "Not computable" in said


@pytest.mark.parametrize("name", ["web:company", "web:companies"])
def test_a_made_up_company_is_marked(catalogue: None, client: Client, name: str) -> None:
    company = Company.objects.filter(is_demo=True).first()
    assert company is not None
    said = text_of(client, reverse(name, args=[company.slug] if name == "web:company" else []))
    assert "Demonstration data." in said


def test_a_substances_page_marks_the_made_up_companies_it_names(catalogue: None, client: Client) -> None:
    named = Production.objects.filter(company__is_demo=True).values_list("substance", flat=True)[0]
    assert "Demonstration data." in text_of(client, reverse("web:substance", args=[named]))


def _hostile_everything() -> list[str]:
    """Rows with markup in every name, and the addresses that show them."""
    substance = a_substance(name=HOSTILE, cas="50-00-0", synonyms=(f"{HOSTILE} too",))
    rebuild_for([substance])
    fact = {"source": a_source(), "checked": "made_up"}
    group = SubstanceGroup.objects.create(slug="hostile", name=HOSTILE, definition=HOSTILE, **fact)
    GroupMembership.objects.create(group=group, substance=substance, how="by_name", **fact)
    function = TechnicalFunction.objects.create(
        slug="hostile", name=HOSTILE, description=HOSTILE, level="chemical_function", **fact
    )
    other = Alternative.objects.create(
        slug="hostile", kind="process", name=HOSTILE, description=HOSTILE, status="in_use", **fact
    )
    Replacement.objects.create(alternative=other, replaces=substance, function=function, status="in_use", note=HOSTILE)
    Company.objects.create(slug="hostile", name=f"{HOSTILE} (demo)", sector=HOSTILE, is_demo=True)
    return [
        reverse("web:substance", args=[substance.pk]),
        reverse("web:substances"),
        reverse("web:search") + "?q=50-00-0",
        reverse("web:group", args=["hostile"]),
        reverse("web:function", args=["hostile"]),
        reverse("web:alternatives"),
        reverse("web:companies"),
        reverse("web:company", args=["hostile"]),
        reverse("web:method"),
    ]


@pytest.mark.parametrize("page", range(9))
def test_names_with_markup_are_shown_as_text(client: Client, page: int) -> None:
    answer = client.get(_hostile_everything()[page])
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "alert(1)" in body
    assert "<script>alert" not in body
    assert "<img src=x" not in body


@pytest.mark.parametrize("address", ["web:search", "web:companies", "web:alternatives"])
def test_what_was_typed_is_shown_as_text(catalogue: None, client: Client, address: str) -> None:
    body = client.get(reverse(address), {"q": HOSTILE}).content.decode()
    assert "<script>alert" not in body
    assert 'value="<' not in body


def test_markup_in_a_name_is_plain_json_over_rest(client: Client) -> None:
    _hostile_everything()
    answer = client.get("/api/v1/substances/")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["results"][0]["name"] == HOSTILE


def test_the_log_keeps_what_was_searched_for_to_itself(
    catalogue: None, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"
    client.get(reverse("web:search"), {"q": secret})
    client.get("/api/v1/substances/", {"q": secret, "kind": "nope"})
    client.get("/api/v1/substances/", {"q": "7732-18-5 secret", "access": "token-that-opens"})
    client.post("/api/v1/searches/", {"structure": secret}, content_type="application/json")
    client.post(reverse("web:structure-search"), {"structure": secret})
    records = [record for record in caplog.records if record.name != "django.db.backends"]
    logged = "\n".join(f"{record.msg} {record.args}" for record in records)
    assert "request_finished" in logged
    assert "/api/v1/substances/" in logged
    for words in (secret, "CCCCCl", "7732-18-5", "token-that-opens", "?"):
        assert words not in logged, words


def test_a_crash_is_logged_without_what_was_searched_for(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    # The page breaks on a table that is not there.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE substances_searchterm RENAME TO hidden_for_a_test")
    assert client.get("/api/v1/substances/?q=secret-substance").status_code == 500
    logged = "\n".join(str(record.msg) for record in caplog.records if "structlog" in record.name)
    assert "request_failed" in logged
    assert "secret-substance" not in logged


def flag_form(**changed: str) -> dict[str, str]:
    """A filled-in proposal."""
    return {
        "concern": "endocrine_env",
        "strength": "suspected",
        "evidence": "Measured in a river by a laboratory of ours, told at length here.",
        "evidence_url": "",
        **changed,
    }


def test_proposing_a_flag_asks_to_sign_in_first(client: Client) -> None:
    address = reverse("web:propose-flag", args=[a_substance().pk])
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize(
    ("kind", "confirmed", "role", "words"),
    [
        pytest.param("", False, "", "Add yours, or ask to join it", id="belongs to nothing"),
        pytest.param("ngo", False, "editor", "has not confirmed your NGO yet", id="NGO not confirmed"),
        pytest.param("ngo", True, "reader", "Ask one of its administrators", id="reader only"),
        pytest.param("company", True, "editor", "is no NGO", id="company"),
    ],
)
def test_who_may_not_propose_is_told_why(client: Client, kind: str, confirmed: bool, role: str, words: str) -> None:
    person = a_member(of=an_organisation(kind=kind, confirmed=confirmed), role=role) if kind else a_person()
    client.force_login(person)
    address = reverse("web:propose-flag", args=[a_substance().pk])
    said = text_of(client, address)
    assert words in said
    assert "<textarea" not in said
    sent = client.post(address, flag_form(organisation=str(an_organisation().pk)))
    assert sent.status_code == 400
    assert not Substance.objects.get().flags.exists()


def test_a_flag_is_proposed_decided_by_somebody_else_and_shown_as_reviewed(client: Client) -> None:
    substance, ngo = a_substance(name="Foulbrine"), an_organisation(name=HOSTILE)
    page = reverse("web:substance", args=[substance.pk])
    proposer = a_member(of=ngo)
    proposer.is_curator = True
    proposer.save()
    client.force_login(proposer)
    sent = client.post(reverse("web:propose-flag", args=[substance.pk]), flag_form(organisation=str(ngo.pk)))
    assert sent.status_code == 302
    shown = client.get(page).content.decode()
    assert "NGO flag, proposed" in shown
    assert "1 proposal waits for review" in shown
    assert "<script>alert" not in shown
    queue = client.get(reverse("web:review")).content.decode()
    assert "You wrote it." in queue
    assert "<script>alert" not in queue
    proposal = client.get(reverse("web:review")).context["rows"][0]["proposal"]
    decide = {"decision": "accept", "reason": "The measurements are sound and public."}
    own = client.post(reverse("web:proposal", args=[proposal.pk]), decide)
    assert own.status_code == 403
    assert "You wrote it." in own.content.decode()
    client.force_login(a_curator())
    assert client.get(reverse("web:proposal", args=[proposal.pk])).status_code == 200
    assert client.post(reverse("web:proposal", args=[proposal.pk]), decide).status_code == 302
    after = client.get(page).content.decode()
    assert "NGO flag, reviewed" in after
    assert "NGO flag, proposed" not in after
    flag = client.get(f"/api/v1/substances/{substance.pk}/").json()["concern_flags"][0]
    assert flag["authority"] == "ngo_reviewed"


def test_a_member_does_not_decide(client: Client) -> None:
    substance, ngo = a_substance(), an_organisation()
    client.force_login(a_member(of=ngo))
    client.post(reverse("web:propose-flag", args=[substance.pk]), flag_form(organisation=str(ngo.pk)))
    address = reverse("web:proposal", args=[Proposal.objects.get().pk])
    client.force_login(a_member())
    assert client.get(address).status_code == 200
    refused = client.post(address, {"decision": "accept", "reason": "Because I say so, loudly."})
    assert refused.status_code == 403
    assert Proposal.objects.get().state == "submitted"


def _listed(substance: Substance, *, slug: str, reason: str = "") -> None:
    """Put it on a list of concern."""
    listing, _made = ChemicalList.objects.get_or_create(
        slug=slug, defaults={"name": slug, "publisher": "Test", "effect": "concern", "source": a_source()}
    )
    ListMembership.objects.create(
        chemical_list=listing, substance=substance, how="by_name", reason=reason, source=a_source(), checked="made_up"
    )


def test_listed_neighbours_are_shown_and_those_of_schedule_1_never(client: Client) -> None:
    asked = a_substance(name="Asked", smiles="CCCCCCCCOC(C)=O")
    near, unlisted, scheduled = (
        a_substance(name=name, smiles=smiles)
        for name, smiles in (
            ("Listed one", "CCCCCCCOC(C)=O"),
            ("Unlisted one", "CCCCCCCCCOC(C)=O"),
            ("Scheduled one", "CCCCCCCCCCOC(C)=O"),
        )
    )
    _listed(near, slug="some-list")
    _listed(scheduled, slug="cwc-schedules", reason="schedule 1A(1)")
    page = client.get(reverse("web:substance", args=[asked.pk]))
    assert [neighbour.substance.name for neighbour in page.context["similar"]] == ["Listed one"]
    assert unlisted.name not in page.content.decode()
    closed = client.get(reverse("web:substance", args=[scheduled.pk]))
    assert closed.context["similar"] == []
    assert "Chemical Weapons Convention" in html.unescape(closed.content.decode())


def test_a_listing_that_ended_today_is_neither_counted_nor_found(client: Client) -> None:
    standing, ended = a_substance(name="Standing"), a_substance(name="Ended")
    for substance in (standing, ended):
        _listed(substance, slug="some-list")
    ended.list_memberships.update(valid_until=timezone.localdate())
    page = client.get(reverse("web:substances"), {"list": "some-list"})
    assert [row.name for row in page.context["page"].rows] == ["Standing"]
    counts = {facet["name"]: facet["options"] for facet in page.context["filters"]}
    assert [option["count"] for option in counts["list"]] == [1]


def test_short_lists_of_a_substance_come_whole_and_in_order(catalogue: None, client: Client) -> None:
    substance = Substance.objects.get(slug="bisphenol-a")
    facts = client.get(reverse("web:substance", args=[substance.pk])).context["facts"]
    assert [name.text for name in facts.names] == [name.text for name in substance.names.all()]
    groups = [row.group.slug for row in facts.groups.belongings]
    assert groups == [row.group.slug for row in substance.group_memberships.all()]
    stored = Production.objects.filter(substance=substance)
    assert [(row.company_id, row.year, row.tonnes_per_year_max) for row in facts.production] == [
        (row.company_id, row.year, row.tonnes_per_year_max) for row in stored
    ]


def test_what_a_list_says_in_several_entries_alike_is_shown_once(client: Client) -> None:
    substance = a_substance(name="Thrice decided")
    listing = ChemicalList.objects.create(slug="decisions", name="Decisions", effect="concern", source=a_source())
    release = Release.objects.create(
        chemical_list=listing, published_on="2026-01-01", sha256="0" * 64, file_name="list", importer="test"
    )
    listing.current_release = release
    listing.save()
    for line, reason in ((2, "57c"), (3, "57c"), (4, "57a")):
        ListMembership.objects.create(
            chemical_list=listing,
            release=release,
            entry=Entry.objects.create(release=release, line=line, name="Thrice decided", reported={}),
            substance=substance,
            how="by_name",
            reason=reason,
            source=a_source(),
            checked="imported",
        )
    shown = client.get(reverse("web:substance", args=[substance.pk])).context["memberships"]
    assert [row.reason for row in shown] == ["57c", "57a"]
