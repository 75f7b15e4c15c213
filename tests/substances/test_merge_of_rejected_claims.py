"""What curators found to be wrong of a substance survives that it is merged or split: nothing teaches it again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from portal.common.errors import NotValid
from portal.review.services import submit_proposal
from substances.models import Identifier, Name, RejectedClaim, Release, Substance
from substances.services.claims import reject_claim, rejected
from substances.services.list_resolution import Claims, Known, Resolver
from substances.services.search import search_substances
from substances.services.search_terms import rebuild_for
from substances.services.succession import merge_substances, split_substance
from substances.services.succession_lines import lines_of, parts_of
from substances.succession.reading import compared
from tests.build import a_curator, a_source, a_substance, all_of_it_stays
from tests.substances.made_importer import a_row, cas

pytestmark = [pytest.mark.django_db, pytest.mark.services]
WRONG = cas(10001)
DOUBT = "Found to be wrong of one, and said of the other"


def found_wrong(substance: Substance, value: str, scheme: str = "cas") -> None:
    """A curator finds a number or name to be wrong of the substance."""
    fact: dict[str, Any] = {"substance": substance, "source": a_source(), "checked": "made_up"}
    if scheme == "name":
        Name.objects.create(text=value, **fact)
    else:
        Identifier.objects.create(scheme=scheme, value=value, **fact)
    proposal = submit_proposal(
        by=a_curator(),
        organisation=None,
        kind="substances.registry.reject_claim",
        target_kind="substance",
        target_id=substance.pk,
        payload={"scheme": scheme, "value": value, "name": substance.name},
        evidence="It is of another one.",
    )
    reject_claim(substance=substance.pk, scheme=scheme, value=value, proposal=proposal)


def merge(gone: Substance, kept: Substance) -> None:
    merge_substances(by=a_curator(), substance=gone, into=kept.pk, reason="the same")


@pytest.mark.parametrize("scheme", ["cas", "name"])
def test_what_the_one_that_stands_rejected_is_left_behind_and_a_doubt(scheme: str) -> None:
    value, written = (WRONG, WRONG) if scheme == "cas" else ("Xylöl", "xylol")
    gone, kept = a_substance(name="gone"), a_substance(name="kept")
    found_wrong(kept, value, scheme)
    said: dict[str, Any] = {"substance": gone, "source": a_source(), "checked": "made_up"}
    if scheme == "cas":
        Identifier.objects.create(scheme="cas", value=written, **said)
    else:
        Name.objects.create(text=written, **said)
    rebuild_for([gone, kept])
    view = compared(gone, kept)
    (doubt,) = [doubt for doubt in view.doubts if DOUBT in doubt]
    assert written in doubt
    (row,) = [row for part in view.parts for row in part.rows if row.left_behind]
    assert (written in row.text, row.left_behind) == (True, "it was found to be wrong of that one")

    merge(gone, kept)
    assert not kept.identifiers.exists()
    assert not kept.names.filter(text=written).exists()
    assert kept not in [hit.substance for hit in search_substances(written).results]
    assert kept.pk in {hit.substance.pk for hit in search_substances("gone").results}


def test_no_row_is_led_to_an_heir_by_a_number_that_is_wrong_of_it() -> None:
    gone, kept = a_substance(name="gone", cas=WRONG), a_substance(name="kept")
    found_wrong(kept, WRONG)
    merge(gone, kept)
    (found,) = Resolver(Claims()).resolve(a_row(1))
    assert found.substance != kept.pk


def test_what_the_merged_one_rejected_is_never_learned_of_the_one_that_stands() -> None:
    gone, kept = a_substance(name="gone"), a_substance(name="kept")
    found_wrong(gone, WRONG)
    found_wrong(gone, "xylol", "name")
    assert all(f"{text} · Made for a test" in told(gone, kept) for text in (f"CAS number {WRONG}", "Name xylol"))
    merge(gone, kept)
    assert {(pk, scheme) for pk, scheme, _value in rejected()} == {(kept.pk, "cas"), (kept.pk, "name")}
    known = Known(Claims(), Release(pk=uuid.uuid4()))
    assert not known.learns_number(kept.pk, "cas", WRONG)
    assert not known.learns_name(kept.pk, "xylol")


def test_a_number_that_stays_behind_is_not_counted_among_those_of_the_merged() -> None:
    gone, kept = a_substance(name="gone", cas=WRONG), a_substance(name="kept", cas=cas(10003))
    found_wrong(kept, WRONG)
    Identifier.objects.create(substance=gone, scheme="cas", value=cas(10002), source=a_source(), checked="made_up")
    (doubt,) = [doubt for doubt in compared(gone, kept).doubts if "no CAS number in common" in doubt]
    assert (cas(10002) in doubt, cas(10003) in doubt, WRONG in doubt) == (True, True, False)


def told(gone: Substance, kept: Substance) -> set[str]:
    return {row.text for part in compared(gone, kept).parts for row in part.rows}


def test_what_the_one_that_stands_carries_is_a_doubt_and_stays_its_own() -> None:
    gone, kept = a_substance(name="gone"), a_substance(name="kept", cas=WRONG)
    found_wrong(gone, WRONG)
    view = compared(gone, kept)
    assert any(DOUBT in doubt and WRONG in doubt for doubt in view.doubts)
    assert [row.left_behind for part in view.parts for row in part.rows if row.left_behind] == ["that one carries it"]
    merge(gone, kept)
    assert kept.cas_rn == WRONG
    assert RejectedClaim.objects.get().substance == gone


def test_a_split_deals_out_what_is_wrong_and_gives_nobody_what_is_wrong_of_it() -> None:
    gone, one, other = (a_substance(name=name) for name in ("gone", "one", "other"))
    found_wrong(gone, WRONG)
    found_wrong(one, cas(10002))
    Identifier.objects.create(substance=gone, scheme="cas", value=cas(10002), source=a_source(), checked="made_up")
    said: dict[str, Any] = {"by": a_curator(), "substance": gone, "into": [one.pk, other.pk], "reason": "two"}
    keys = {line.text: key for key, (_kind, line) in lines_of(parts_of([gone.pk])[gone.pk]).items()}
    wrong = {**all_of_it_stays(gone), keys[f"CAS number {WRONG} · Made for a test"]: [one.pk, other.pk]}
    with pytest.raises(NotValid, match=f"{cas(10002)} cannot be said of one: it was found to be wrong of that one"):
        split_substance(**said, assigned=wrong | {keys[f"CAS number {cas(10002)}"]: [one.pk, other.pk]})
    split_substance(**said, assigned=wrong | {keys[f"CAS number {cas(10002)}"]: [other.pk]})
    of = {pk for pk, _scheme, value in rejected() if value == WRONG}
    assert of == {one.pk, other.pk}
    assert (one.identifiers.count(), other.cas_rn) == (0, cas(10002))
