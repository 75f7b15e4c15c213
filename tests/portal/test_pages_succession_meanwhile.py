"""What a curator chose is kept when one of those chosen is merged or split before the form is sent."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from portal.review.models import Proposal
from substances.models import Name, SplitPlan, Substance
from substances.services.succession import merge_substances, split_substance
from tests.build import a_curator, a_source, a_substance, all_of_it_stays
from tests.portal.test_pages_succession import WHY, lines_in, merge_page, said, seen_in, split_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(a_curator(name="Ada"))
    return client


@pytest.fixture
def three() -> tuple[Substance, Substance, Substance]:
    """Xylenes with two names, and two successors."""
    xylenes = a_substance(name="xylenes", synonyms=("ortho", "meta"))
    return xylenes, a_substance(name="o-xylene"), a_substance(name="m-xylene")


def merged(gone: Substance, kept: Substance) -> Substance:
    merge_substances(by=a_curator(), substance=gone, into=kept.pk, reason="the same")
    return kept


def ticked(answer: Any) -> set[tuple[str, str]]:
    """Each ticked choice: the line's name and whose it is."""
    found = re.findall(r'name="(line-\w+)" value="([^"]+)" checked', answer.content.decode())
    return set(found)


def form_of(answer: Any) -> str:
    """Where the form is sent to."""
    found = re.search(r'<form method="post" action="([^"]*/split/[^"]*)"', answer.content.decode())
    assert found is not None
    return html.unescape(found[1])


def test_one_that_stands_for_a_successor_that_went_takes_its_place_with_all_choices(
    reader: Client, three: tuple[Substance, Substance, Substance]
) -> None:
    xylenes, ortho, meta = three
    address = split_page(xylenes, ortho, meta, new="p-xylene")
    page = reader.get(address)
    lines = lines_in(page)
    heir = merged(ortho, a_substance(name="1,2-xylene"))
    sent = {
        "seen": seen_in(page),
        "reason": WHY,
        lines["ortho (en)"]: [str(ortho.pk), "new-0"],
        lines["meta (en)"]: str(meta.pk),
        "rest-name-substance": str(ortho.pk),
    }
    answer = reader.post(address, sent)
    assert answer.status_code == 409
    assert "o-xylene was merged into 1,2-xylene meanwhile: that stands in its place here now." in said(answer)
    assert WHY in said(answer)
    assert ticked(answer) == {
        (lines["ortho (en)"], str(heir.pk)),
        (lines["ortho (en)"], "new-0"),
        (lines["meta (en)"], str(meta.pk)),
    }
    assert f'<option value="{heir.pk}" selected>' in answer.content.decode()
    assert not Proposal.objects.exists()

    again = {name: [who for line, who in ticked(answer) if line == name] for name, _who in ticked(answer)}
    rest = {"rest-name-substance": str(heir.pk)}
    done = reader.post(form_of(answer), {"seen": seen_in(answer), "reason": WHY, **again, **rest})
    assert done.status_code == 302
    assert [one["name"] for one in SplitPlan.objects.get().successors] == ["1,2-xylene", "m-xylene", "p-xylene"]


def test_of_a_successor_that_was_split_the_other_choices_stay(
    reader: Client, three: tuple[Substance, Substance, Substance]
) -> None:
    xylenes, ortho, meta = three
    address = split_page(xylenes, ortho, meta)
    page = reader.get(address)
    lines = lines_in(page)
    into = [a_substance(name="left").pk, a_substance(name="right").pk]
    split_substance(by=a_curator(), substance=ortho, into=into, assigned=all_of_it_stays(ortho), reason="two")
    chosen = {lines["ortho (en)"]: str(ortho.pk), lines["meta (en)"]: str(meta.pk)}
    answer = reader.post(address, {"seen": seen_in(page), "reason": WHY, **chosen})
    assert answer.status_code == 409
    assert "o-xylene was split into left, right meanwhile: choose among them." in said(answer)
    assert ticked(answer) == {(lines["meta (en)"], str(meta.pk))}
    assert f"to={ortho.pk}" not in form_of(answer)


def test_a_merge_into_one_that_went_is_compared_with_the_one_that_stands(
    reader: Client, three: tuple[Substance, Substance, Substance]
) -> None:
    xylenes, ortho, _meta = three
    heir = merged(ortho, a_substance(name="1,2-xylene"))
    answer = reader.post(merge_page(xylenes), {"into": str(ortho.pk), "seen": "", "reason": WHY})
    assert (answer.status_code, answer.context["other"]) == (409, heir)
    assert "o-xylene was merged into 1,2-xylene meanwhile" in said(answer)
    assert WHY in said(answer)
    sent = {"into": str(heir.pk), "seen": seen_in(answer), "reason": WHY}
    assert reader.post(merge_page(xylenes), sent).status_code == 302


def test_a_merge_into_one_that_was_merged_into_the_same_shows_what_was_written(
    reader: Client, three: tuple[Substance, Substance, Substance]
) -> None:
    xylenes, ortho, _meta = three
    merged(ortho, xylenes)
    answer = reader.post(merge_page(xylenes), {"into": str(ortho.pk), "seen": "", "reason": WHY})
    assert (answer.status_code, answer.context["other"]) == (409, None)
    assert "o-xylene was merged into this one meanwhile: choose another one." in said(answer)
    assert f"What you wrote {WHY}" in said(answer)


def test_what_is_said_to_stay_and_to_go_is_refused_and_named(
    reader: Client, three: tuple[Substance, Substance, Substance]
) -> None:
    xylenes, ortho, meta = three
    Name.objects.create(substance=xylenes, text="para", source=a_source(), checked="made_up")
    address = split_page(xylenes, ortho, meta)
    page = reader.get(address)
    lines = lines_in(page)
    sent = {lines["ortho (en)"]: [str(ortho.pk), "stays"], "rest-name-substance": "stays", "seen": seen_in(page)}
    answer = reader.post(address, {**sent, "reason": WHY})
    assert answer.status_code == 400
    assert "ortho (en): it stays, or it goes to somebody; choose one." in said(answer)
    assert ticked(answer) == {(lines["ortho (en)"], str(ortho.pk)), (lines["ortho (en)"], "stays")}
    assert not Proposal.objects.exists()
