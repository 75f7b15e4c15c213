"""Merging and splitting in the browser: compared, proposed, seen again when something changed, accepted by another."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.organisations.models import User
from portal.review.models import Proposal
from substances.models import Name, Substance
from substances.services.search_terms import rebuild_for
from substances.services.succession import merge_substances
from tests.build import a_curator, a_member, a_source, a_substance
from tests.substances.made_importer import cas

pytestmark = pytest.mark.django_db
WHY = "The register keeps them apart."
DECISION = "Looked at both, row by row."


@pytest.fixture
def curator() -> User:
    return a_curator(name="Ada")


@pytest.fixture
def reader(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


@pytest.fixture
def second() -> Client:
    """Another curator."""
    client = Client()
    client.force_login(a_curator(name="Berta"))
    return client


@pytest.fixture
def pair() -> tuple[Substance, Substance]:
    made = (
        a_substance(name="xylol", cas=cas(10001), synonyms=("old name",)),
        a_substance(name="xylene", cas=cas(10001), smiles="Cc1ccccc1C"),
    )
    rebuild_for(made)
    return made


def said(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def seen_in(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert found is not None
    return found[1]


def merge_page(one: Substance, other: Substance | None = None) -> str:
    return reverse("web:substance-merge", args=[one.pk]) + (f"?into={other.pk}" if other else "")


def propose(reader: Client, pair: tuple[Substance, Substance]) -> Any:
    seen = seen_in(reader.get(merge_page(*pair)))
    return reader.post(merge_page(pair[0]), {"into": str(pair[1].pk), "seen": seen, "reason": WHY})


def decide(client: Client, proposal: Proposal, *, seen: str | None = None) -> Any:
    page = reverse("web:proposal", args=[proposal.pk])
    mark = seen_in(client.get(page)) if seen is None else seen
    return client.post(page, {"decision": "accept", "reason": DECISION, "seen": mark})


def test_only_curators_see_the_way_there(reader: Client, pair: tuple[Substance, Substance]) -> None:
    page = reverse("web:substance", args=[pair[0].pk])
    assert merge_page(pair[0]) in reader.get(page).content.decode()
    somebody = Client()
    somebody.force_login(a_member())
    for client in (Client(), somebody):
        assert "/merge/" not in client.get(page).content.decode()


def test_the_other_one_is_found_by_name_number_and_address(reader: Client, pair: tuple[Substance, Substance]) -> None:
    for text in ("xylene", f"https://portal.example/substances/{pair[1].pk}/"):
        assert f"?into={pair[1].pk}" in reader.get(merge_page(pair[0]), {"q": text}).content.decode()
    assert "No other substance answers" in said(reader.get(merge_page(pair[0]), {"q": "benzoic"}))


def test_both_are_shown_side_by_side_with_what_would_move(reader: Client, pair: tuple[Substance, Substance]) -> None:
    page = said(reader.get(merge_page(*pair)))
    assert "old name (en) of the merged one moves" in page
    assert f"CAS number {cas(10001)} of both said once" in page
    assert "xylene (en) of the one that stands as it is" in page


def test_one_proposes_another_accepts_and_the_old_address_leads_to_the_one_that_stands(
    reader: Client, second: Client, pair: tuple[Substance, Substance]
) -> None:
    proposal_page = propose(reader, pair)["Location"]
    proposal = Proposal.objects.get()
    assert proposal_page == reverse("web:proposal", args=[proposal.pk])
    own = said(reader.get(proposal_page))
    assert "Nobody decides on their own proposal" in own
    assert "A proposal about it waits" in said(reader.get(merge_page(*pair)))
    assert "Merge xylol into xylene" in said(second.get(reverse("web:review")))
    assert "old name (en) of the merged one moves" in said(second.get(proposal_page))

    assert decide(second, proposal).status_code == 302
    gone = second.get(reverse("web:substance", args=[pair[0].pk]))
    assert gone.status_code == 301
    landed = said(second.get(gone["Location"]))
    assert "old name" in landed
    assert "You asked for the record “xylol”" in landed
    assert DECISION in landed
    assert "You asked" not in said(second.get(reverse("web:substance", args=[pair[1].pk])))
    assert Client().get(f"/api/v1/substances/{pair[0].pk}/").status_code == 308
    assert merge_page(pair[0]) != second.get(merge_page(pair[0]))["Location"]


@pytest.mark.parametrize("whose", [0, 1])
def test_what_changed_since_it_was_looked_at_is_shown_anew_and_not_done(
    reader: Client, second: Client, pair: tuple[Substance, Substance], whose: int
) -> None:
    seen = seen_in(reader.get(merge_page(*pair)))
    Name.objects.create(substance=pair[whose], text="came since", source=a_source(), checked="made_up")
    sent = {"into": str(pair[1].pk), "seen": seen, "reason": WHY}
    answer = reader.post(merge_page(pair[0]), sent)
    assert answer.status_code == 409
    assert "What they carry changed since you looked" in said(answer)
    assert "came since" in said(answer)
    assert WHY in said(answer)
    assert reader.post(merge_page(pair[0]), sent | {"seen": seen_in(answer)}).status_code == 302

    proposal = Proposal.objects.get()
    seen = seen_in(second.get(reverse("web:proposal", args=[proposal.pk])))
    Name.objects.create(substance=pair[whose], text="came later", source=a_source(), checked="made_up")
    answer = decide(second, proposal, seen=seen)
    assert answer.status_code == 409
    assert "came later" in said(answer)
    assert not Substance.objects.filter(merged_into__isnull=False).exists()
    assert decide(second, proposal, seen=seen_in(answer)).status_code == 302


def test_a_merged_one_sends_whoever_comes_late_to_what_became_of_it(
    reader: Client, pair: tuple[Substance, Substance]
) -> None:
    merge_substances(by=a_curator(), substance=pair[0], into=pair[1].pk, reason="The same.")
    for address in (merge_page(pair[0]), reverse("web:substance-split", args=[pair[0].pk])):
        assert reader.get(address)["Location"] == reverse("web:substance", args=[pair[1].pk])
        assert reader.post(address, {})["Location"] == reverse("web:substance", args=[pair[1].pk])
    other = a_substance()
    assert reader.get(merge_page(other, pair[0])).status_code == 404


@pytest.mark.parametrize("text", ["x", str(uuid.UUID(int=0)), "80-05-7' OR 1=1"])
def test_an_id_that_is_nobodys_is_not_found(reader: Client, pair: tuple[Substance, Substance], text: str) -> None:
    assert reader.get(merge_page(pair[0]), {"into": text}).status_code == 404
    assert reader.post(merge_page(pair[0]), {"into": text, "reason": WHY}).status_code == 404
    assert reader.get(reverse("web:substance-split", args=[pair[0].pk]), {"to": text}).status_code == 404


def test_a_merge_into_itself_and_one_without_a_reason_are_refused(
    reader: Client, pair: tuple[Substance, Substance]
) -> None:
    itself = reader.post(merge_page(pair[0]), {"into": str(pair[0].pk), "reason": WHY})
    assert (itself.status_code, "Name another substance" in said(itself)) == (422, True)
    assert reader.post(merge_page(pair[0]), {"into": str(pair[1].pk), "reason": " "}).status_code == 400
    assert not Proposal.objects.exists()


def split_page(one: Substance, *others: Substance, new: str = "") -> str:
    asked = "&".join([*(f"to={other.pk}" for other in others), *([f"new={new}"] if new else [])])
    return reverse("web:substance-split", args=[one.pk]) + f"?{asked}"


def lines_in(answer: Any) -> dict[str, str]:
    """The form's name of each line, by its words."""
    rows = re.findall(r'<tr><th scope="row"[^>]*>(.+?)</th>.*?name="(line-\w+)"', answer.content.decode(), re.DOTALL)
    return {html.unescape(re.sub(r"<[^>]+>", "", text)): name for text, name in rows}


def test_a_split_is_dealt_out_line_by_line_and_by_kind(
    reader: Client, second: Client, pair: tuple[Substance, Substance]
) -> None:
    gone, here = pair
    address = split_page(gone, here, new="p-xylene")
    page = reader.get(address)
    assert "nobody yet" in said(page)
    lines = lines_in(page)
    assert set(lines) == {f"CAS number {cas(10001)}", "old name (en)", "xylol (en)"}
    ticked = re.findall(r'value="([^"]+)" checked', page.content.decode())
    assert ticked == [str(here.pk)]  # it says this number of itself already

    sent = {"seen": seen_in(page), "reason": WHY, lines[f"CAS number {cas(10001)}"]: [str(here.pk), "new-0"]}
    forgotten = reader.post(address, sent | {lines["old name (en)"]: "new-0"})
    assert forgotten.status_code == 409
    assert "nobody said whose it is: xylol (en)" in said(forgotten)
    assert forgotten.content.decode().count(" checked") == 3
    assert not Proposal.objects.exists()
    done = reader.post(address, sent | {lines["old name (en)"]: "new-0", "rest-name-substance": "stays"})
    assert done.status_code == 302

    proposal = Proposal.objects.get()
    plan = said(second.get(done["Location"]))
    assert "Split xylol into xylene + p-xylene" in plan
    assert "xylol (en) stays" in plan
    assert decide(second, proposal).status_code == 302
    made = Substance.objects.get(name="p-xylene")
    assert set(made.names.values_list("text", flat=True)) == {"p-xylene", "old name"}
    assert made.cas_rn == here.cas_rn == cas(10001)
    answer = Client().get(f"/api/v1/substances/{gone.pk}/")
    assert (answer.status_code, len(answer.json()["successors"])) == (410, 2)
    shown = Client().get(reverse("web:substance", args=[gone.pk]))
    assert (shown.status_code, "p-xylene" in said(shown), DECISION in said(shown)) == (410, True, True)


def test_what_came_since_a_split_was_proposed_is_told_and_it_is_not_done(
    reader: Client, second: Client, pair: tuple[Substance, Substance]
) -> None:
    gone, here = pair
    address = split_page(gone, here, new="p-xylene")
    rest = {"rest-name-substance": "stays", "rest-identifier-substance": "stays"}
    reader.post(address, {"seen": seen_in(reader.get(address)), "reason": WHY, **rest})
    Name.objects.create(substance=gone, text="came since", source=a_source(), checked="made_up")
    proposal = Proposal.objects.get()
    assert "1 thing came since it was proposed" in said(second.get(reverse("web:proposal", args=[proposal.pk])))
    answer = decide(second, proposal)
    assert (answer.status_code, "nobody said whose it is: came since" in said(answer)) == (409, True)
    gone.refresh_from_db()
    assert gone.split_at is None


def test_a_split_needs_two_and_new_names_that_are_new(reader: Client, pair: tuple[Substance, Substance]) -> None:
    gone, here = pair
    assert "What goes to whom" not in said(reader.get(split_page(gone, here)))
    sent = {"reason": WHY, "rest-name-substance": "stays", "rest-identifier-substance": "stays"}
    for address, words in (
        (split_page(gone, here), "Name between two and 8"),
        (split_page(gone, here, gone), "not the one that is split"),
        (split_page(gone, here, new="XYLENE"), "called XYLENE already"),
    ):
        answer = reader.post(address, sent)
        assert (answer.status_code, words in said(answer)) == (422, True)
    assert not Proposal.objects.exists()


def test_a_proposal_about_one_that_went_says_that_it_cannot_be_done(
    reader: Client, second: Client, pair: tuple[Substance, Substance]
) -> None:
    propose(reader, pair)
    merge_substances(by=a_curator(), substance=pair[0], into=a_substance().pk, reason="The same.")
    proposal = Proposal.objects.get()
    assert not may_accept(second, proposal, "cannot be done any more")
    assert decide(second, proposal, seen="").status_code == 409


def may_accept(client: Client, proposal: Proposal, words: str) -> bool:
    """Whether the page, which says these words, offers to accept it; to refuse it is offered always."""
    page = client.get(reverse("web:proposal", args=[proposal.pk]))
    assert words in said(page)
    assert 'value="reject"' in page.content.decode()
    return 'value="accept"' in page.content.decode()


def test_a_proposal_that_cannot_be_done_is_not_offered_to_be_accepted(
    reader: Client, second: Client, pair: tuple[Substance, Substance]
) -> None:
    gone, here = pair
    address = split_page(gone, here, new="p-xylene")
    rest = {"rest-name-substance": "stays", "rest-identifier-substance": "stays"}
    reader.post(address, {"seen": seen_in(reader.get(address)), "reason": WHY, **rest})
    proposal = Proposal.objects.get()
    assert may_accept(second, proposal, "What goes to whom")
    came = Name.objects.create(substance=gone, text="came since", source=a_source(), checked="made_up")
    assert not may_accept(second, proposal, "1 thing came since it was proposed")
    came.delete()
    merge_substances(by=a_curator(), substance=here, into=a_substance().pk, reason="The same.")
    assert not may_accept(second, proposal, "cannot be done any more")


def test_a_page_says_that_a_proposal_about_the_other_one_waits(
    reader: Client, pair: tuple[Substance, Substance]
) -> None:
    propose(reader, pair)
    for address in (merge_page(pair[1]), merge_page(a_substance(), pair[0]), split_page(pair[1])):
        assert "A proposal that stands in its way waits" in said(reader.get(address))


@pytest.mark.parametrize("which", ["merge", "split", "proposal"])
def test_its_queries_do_not_grow_with_what_they_carry(
    reader: Client, second: Client, pair: tuple[Substance, Substance], which: str
) -> None:
    counted = []
    propose(reader, pair)
    proposal = Proposal.objects.get()
    address = {
        "merge": merge_page(*pair),
        "split": split_page(pair[0], pair[1], new="p-xylene"),
        "proposal": reverse("web:proposal", args=[proposal.pk]),
    }[which]
    for number in (1, 20):
        for one in pair:
            for count in range(number):
                Name.objects.create(
                    substance=one, text=f"{one.name} {number}.{count}", source=a_source(), checked="made_up"
                )
        with CaptureQueriesContext(connection) as captured:
            assert second.get(address).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 50
