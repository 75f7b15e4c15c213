"""Merging and splitting as proposals: what each substance carries, where it goes, and that nothing is lost."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.common.errors import Conflict, DomainError, NotAllowed, NotValid
from portal.companies.models import Company, Production
from portal.organisations.models import AuditEvent, User
from portal.review.errors import ReviewError
from portal.review.models import Proposal
from portal.review.services import reject_proposal
from substances.models import (
    ChemicalList,
    ConcernFlag,
    GroupMembership,
    Identifier,
    ListMembership,
    Name,
    Release,
    Source,
    SplitPlan,
    Structure,
    Substance,
    SubstanceGroup,
)
from substances.moving import STRUCTURES, carried, said_already
from substances.services.search import search_substances
from substances.services.search_terms import rebuild_for
from substances.services.succession import merge_substances, split_substance
from substances.services.succession_lines import lines_of, parts_of, seen_of
from substances.succession.proposals import (
    Into,
    accept_as_seen,
    propose_merge,
    propose_split,
    seen_now,
    waiting_about,
)
from substances.succession.reading import compared
from substitution.models import Alternative, Replacement, TechnicalFunction
from tests.build import a_curator, a_member, a_source, a_structure, a_substance
from tests.substances.made_importer import cas

pytestmark = [pytest.mark.django_db, pytest.mark.services]
WHY = "The register keeps them apart."


@pytest.fixture
def curator() -> User:
    return a_curator(name="Ada")


@pytest.fixture
def xylenes() -> Substance:
    """One record with a number, a name and a structure of each of two, and rows of every room."""
    made = a_substance(name="xylenes", cas=cas(10001), smiles="Cc1ccccc1C", synonyms=("ortho", "meta"))
    source = a_source()
    fact: dict[str, Any] = {"source": source, "checked": "made_up"}
    Identifier.objects.create(substance=made, scheme="cas", value=cas(10002), **fact)
    listed = ChemicalList.objects.create(slug="made", name="Made", publisher="P", effect="concern", source=source)
    ListMembership.objects.create(chemical_list=listed, substance=made, how="by_name", **fact)
    group = SubstanceGroup.objects.create(slug="made", name="Aromatics", definition="Made up.", **fact)
    GroupMembership.objects.create(group=group, substance=made, how="by_name", **fact)
    company = Company.objects.create(slug="maker", name="Maker", country="PL")
    Production.objects.create(company=company, substance=made, role="manufacturer", year=2025, **fact)
    function = TechnicalFunction.objects.create(slug="solvent", name="Solvent", level="chemical_function", **fact)
    water = Alternative.objects.create(
        slug="water", name="Water", kind="process", description="Water-borne.", status="in_use", **fact
    )
    Replacement.objects.create(alternative=water, replaces=made, function=function, status="in_use")
    rebuild_for([made])
    return made


@pytest.fixture
def two() -> tuple[Into, Into]:
    """One that is here, and one to be made."""
    here = a_substance(name="o-xylene")
    return Into(here.pk, here.name), Into(uuid.uuid4(), "m-xylene", is_new=True)


def key_of(substance: Substance, text: str) -> str:
    """The key of the one line that says so."""
    lines = lines_of(parts_of([substance.pk])[substance.pk])
    (found,) = [key for key, (_kind, line) in lines.items() if text in line.text]
    return found


def all_to(substance: Substance, *heirs: uuid.UUID) -> dict[str, Sequence[uuid.UUID]]:
    """Each line to all of them; what can be said of one only, to the first."""
    lines = lines_of(parts_of([substance.pk])[substance.pk])
    return {key: heirs[:1] if line.is_single else heirs for key, (_kind, line) in lines.items()}


def accepted(proposal: Proposal) -> Proposal:
    return accept_as_seen(by=a_curator(), proposal=proposal, reason="Looked at both.", seen=seen_now(proposal))


def said_of(pk: uuid.UUID) -> set[str]:
    return {line.text for part in parts_of([pk])[pk] for line in part.lines}


def test_every_row_of_every_room_is_told_in_a_line(xylenes: Substance) -> None:
    rows = {
        (kind.slug, pk)
        for kind in carried()
        for pk in kind.rows.filter(**{kind.field: xylenes}).values_list("pk", flat=True)
    }
    told = {(kind.slug, pk) for kind, line in lines_of(parts_of([xylenes.pk])[xylenes.pk]).values() for pk in line.pks}
    assert told == rows
    assert len(rows) == 10
    assert {"Water: Solvent", "Maker: Manufacturer, 2025"} <= said_of(xylenes.pk)


def test_a_split_gives_each_what_was_said_and_keeps_the_rest_as_history(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    ortho, meta = (one.pk for one in two)
    assigned = all_to(xylenes) | {
        key_of(xylenes, cas(10001)): (ortho,),
        key_of(xylenes, cas(10002)): (meta,),
        key_of(xylenes, "Made ·"): (ortho, meta),
        key_of(xylenes, "Maker"): (meta, ortho),
        key_of(xylenes, "Water"): (ortho,),
    }
    assigned[key_of(xylenes, Structure.objects.get(substance=xylenes).inchikey)] = (ortho,)
    proposal = propose_split(by=curator, substance=xylenes, into=two, assigned=assigned, reason=WHY)
    assert not Substance.objects.filter(pk=meta).exists()
    before = said_of(xylenes.pk)
    accepted(proposal)

    xylenes.refresh_from_db()
    assert xylenes.split_at is not None
    assert before <= said_of(xylenes.pk) | said_of(ortho) | said_of(meta)
    made = Substance.objects.get(pk=meta)
    assert (made.name, list(made.identifiers.values_list("value", flat=True))) == ("m-xylene", [cas(10002)])
    assert Structure.objects.get(is_current=True).substance_id == ortho
    assert ListMembership.objects.filter(substance__in=[ortho, meta]).count() == 2
    assert Production.objects.filter(substance__in=[ortho, meta]).count() == 2
    assert not Production.objects.filter(substance=xylenes).exists()
    assert Replacement.objects.get().replaces_id == ortho
    assert Name.objects.filter(substance=xylenes, text="ortho").exists()
    assert {hit.substance.name for hit in search_substances(cas(10002)).results} == {"m-xylene"}
    assert {hit.substance.name for hit in search_substances("xylenes").results} == {"m-xylene", "o-xylene"}
    line = AuditEvent.objects.get(action="substance.split")
    assert line.details["proposal"] == str(proposal.pk)
    assert WHY in line.details["reason"]


def test_equal_flags_of_two_lists_are_dealt_apart(curator: User, xylenes: Substance, two: tuple[Into, Into]) -> None:
    fact: dict[str, Any] = {"concern": "carcinogenic", "authority": "screening_list", "checked": "made_up"}
    for slug in ("first", "second"):
        listed = ChemicalList.objects.create(
            slug=slug, name=f"The {slug} list", publisher="P", effect="concern", source=a_source()
        )
        release = Release.objects.create(
            chemical_list=listed, state="published", published_on=timezone.localdate(), released_at=timezone.now()
        )
        ConcernFlag.objects.create(substance=xylenes, release=release, source=a_source(), **fact)
    ortho, meta = (one.pk for one in two)
    assigned = all_to(xylenes, ortho) | {key_of(xylenes, "The second list"): (meta,)}
    accepted(propose_split(by=curator, substance=xylenes, into=two, assigned=assigned, reason=WHY))
    rows = ConcernFlag.objects.values_list("release__chemical_list__slug", "substance")
    assert set(rows) == {("first", ortho), ("second", meta)}


@pytest.mark.parametrize("text", ["Made ·", "Water", "meta", "Aromatics", "Maker", cas(10002)])
def test_a_split_that_forgets_anything_is_refused_and_says_what(
    curator: User, xylenes: Substance, two: tuple[Into, Into], text: str
) -> None:
    assigned = all_to(xylenes)
    del assigned[key_of(xylenes, text)]
    with pytest.raises(Conflict, match=text):
        propose_split(by=curator, substance=xylenes, into=two, assigned=assigned, reason=WHY)
    assert not Proposal.objects.exists()


def test_what_came_since_it_was_proposed_keeps_a_split_from_being_done(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    proposal = propose_split(by=curator, substance=xylenes, into=two, assigned=all_to(xylenes), reason=WHY)
    Name.objects.create(substance=xylenes, text="para", source=a_source(), checked="made_up")
    with pytest.raises(Conflict, match="para"):
        accepted(proposal)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED
    assert not Substance.objects.filter(name="m-xylene").exists()


def test_the_same_said_by_a_newer_release_keeps_its_place_in_the_plan(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    proposal = propose_split(by=curator, substance=xylenes, into=two, assigned=all_to(xylenes, two[0].pk), reason=WHY)
    old = ListMembership.objects.get()
    ListMembership.objects.all().delete()
    ListMembership.objects.create(
        chemical_list=old.chemical_list, substance=xylenes, how=old.how, source=old.source, checked="imported"
    )
    accepted(proposal)
    assert ListMembership.objects.get().substance_id == two[0].pk


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(lambda two: {"by": a_member()}, NotAllowed, id="no curator"),
        pytest.param(lambda two: {"into": two[:1]}, NotValid, id="one successor"),
        pytest.param(lambda two: {"into": (two[0], two[0])}, NotValid, id="one successor twice"),
        pytest.param(lambda two: {"into": (two[0], Into(uuid.uuid4(), "?"))}, NotValid, id="one that nobody knows"),
        pytest.param(
            lambda two: {"into": (two[0], Into(uuid.uuid4(), "O-Xylene", is_new=True))}, NotValid, id="new, but here"
        ),
        pytest.param(lambda two: {"reason": " "}, ReviewError, id="no reason"),
        pytest.param(lambda two: {"seen": "of yesterday"}, Conflict, id="stale"),
    ],
)
def test_a_split_that_cannot_be_is_not_proposed(
    curator: User, xylenes: Substance, two: tuple[Into, Into], change: Any, error: type[DomainError]
) -> None:
    said: dict[str, Any] = {"by": curator, "into": two, "assigned": all_to(xylenes), "reason": WHY}
    with pytest.raises(error):
        propose_split(substance=xylenes, **said | change(two))
    assert not SplitPlan.objects.exists()


def test_a_line_goes_to_successors_only_and_where_others_refer_to_it_to_one(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    for text, heirs in (("Water", [one.pk for one in two]), (cas(10001), [uuid.uuid4()])):
        assigned = all_to(xylenes) | {key_of(xylenes, text): heirs}
        with pytest.raises(NotValid, match=text):
            propose_split(by=curator, substance=xylenes, into=two, assigned=assigned, reason=WHY)


def test_nobody_accepts_their_own_and_what_is_refused_changes_nothing(curator: User, xylenes: Substance) -> None:
    kept = a_substance(name="xylene")
    proposal = propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY)
    with pytest.raises(ReviewError):
        accept_as_seen(by=curator, proposal=proposal, reason="I like it.", seen=seen_now(proposal))
    with pytest.raises(Conflict):
        propose_merge(by=a_curator(), substance=xylenes, into=kept.pk, reason=WHY)
    reject_proposal(by=a_curator(), proposal=proposal, reason="They are two.")
    xylenes.refresh_from_db()
    assert xylenes.merged_into is None
    assert waiting_about(xylenes.pk) is None
    propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY)


def test_an_accepted_merge_is_done_with_both_reasons_in_the_trail(curator: User, xylenes: Substance) -> None:
    kept = a_substance(name="xylene")
    before = said_of(xylenes.pk)
    proposal = accepted(propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY))
    xylenes.refresh_from_db()
    assert xylenes.merged_into == kept
    assert before <= said_of(kept.pk)
    line = AuditEvent.objects.get(action="substance.merged")
    assert line.details["reason"] == f"{WHY}\nLooked at both."
    assert line.details["proposal"] == str(proposal.pk)


def test_what_changed_since_a_curator_looked_is_not_done(curator: User, xylenes: Substance) -> None:
    kept = a_substance(name="xylene")
    seen = seen_of(parts_of([xylenes.pk, kept.pk]))
    Name.objects.create(substance=kept, text="dimethylbenzene", source=a_source(), checked="made_up")
    with pytest.raises(Conflict):
        propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY, seen=seen)
    proposal = propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY)
    seen = seen_now(proposal)
    Name.objects.create(substance=xylenes, text="xylol", source=a_source(), checked="made_up")
    with pytest.raises(Conflict):
        accept_as_seen(by=a_curator(), proposal=proposal, reason="Looked at both.", seen=seen)
    xylenes.refresh_from_db()
    assert xylenes.merged_into is None


def test_a_merge_into_one_that_was_split_meanwhile_is_refused(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    gone = a_substance(name="xylol")
    proposal = propose_merge(by=curator, substance=gone, into=xylenes.pk, reason=WHY)
    into = [two[0].pk, a_substance(name="m-xylene").pk]
    split_substance(by=curator, substance=xylenes, into=into, assigned=all_to(xylenes), reason=WHY)
    with pytest.raises(Conflict):
        accepted(proposal)
    with pytest.raises(Conflict):
        propose_merge(by=curator, substance=a_substance(), into=xylenes.pk, reason=WHY)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED


def test_a_split_into_one_that_was_merged_meanwhile_is_refused(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    proposal = propose_split(by=curator, substance=xylenes, into=two, assigned=all_to(xylenes), reason=WHY)
    ortho = Substance.objects.get(pk=two[0].pk)
    merge_substances(by=curator, substance=ortho, into=a_substance().pk, reason="The same.")
    with pytest.raises(Conflict):
        accepted(proposal)
    xylenes.refresh_from_db()
    assert xylenes.split_at is None


def test_a_comparison_says_beforehand_what_a_merge_leaves_behind() -> None:
    other = Source.objects.create(key="other", title="Other")
    gone = a_substance(name="gone", cas=cas(10001), smiles="CCO")
    kept = a_substance(name="kept", cas=cas(10002), smiles="CCC")
    a_structure_of(gone, other, "CCN")
    said = compared(gone, kept)
    told = {row.text.split(" · ")[1]: bool(row.left_behind) for row in said.parts[0].rows if row.of_gone}
    assert told == {"Made for a test": True, "Other": False}
    assert any("skeletons" in doubt for doubt in said.doubts)
    assert any(cas(10001) in doubt for doubt in said.doubts)
    foretold = {pk for kind in carried() for pk in said_already(kind, gone, kept)}
    merge_substances(by=a_curator(), substance=gone, into=kept.pk, reason="The same.")
    left = {pk for kind in carried() for pk in kind.rows.filter(**{kind.field: gone}).values_list("pk", flat=True)}
    assert foretold == left != set()


def a_structure_of(substance: Substance, source: Source, smiles: str) -> None:
    Structure.objects.filter(substance=substance).update(is_current=False)
    a_structure(of=substance, smiles=smiles, source=source)


def test_of_several_structures_the_one_shown_first_is_shown_first_by_its_taker(
    curator: User, two: tuple[Into, Into]
) -> None:
    gone = a_substance(name="gone", smiles="CCO")
    a_structure_of(gone, Source.objects.create(key="other", title="Other"), "CCN")
    into = Into(a_substance(name="taker").pk, "taker")
    accepted(propose_split(by=curator, substance=gone, into=(into, two[0]), assigned=all_to(gone, into.pk), reason=WHY))
    rows = STRUCTURES.rows.filter(substance=into.pk)
    assert [(row.smiles, row.is_current) for row in rows.order_by("-is_current")] == [("CCN", True), ("CCO", False)]


def test_accepting_without_having_looked_cannot_be(curator: User, xylenes: Substance) -> None:
    proposal = propose_merge(by=curator, substance=xylenes, into=a_substance().pk, reason=WHY)
    with pytest.raises(Conflict):
        accept_as_seen(by=a_curator(), proposal=proposal, reason="Looked at both.", seen="")


@pytest.mark.django_db(transaction=True)
def test_of_two_curators_who_accept_at_once_one_is_told_that_it_is_decided(curator: User, xylenes: Substance) -> None:
    kept = a_substance(name="xylene")
    proposal = propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY)
    assert at_once([lambda: accepted(proposal), lambda: accepted(proposal)]) == ["done", "refused"]
    assert AuditEvent.objects.filter(action="substance.merged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_merge_and_a_split_proposed_at_once_one_waits(
    curator: User, xylenes: Substance, two: tuple[Into, Into]
) -> None:
    kept, other, assigned = a_substance(name="xylene"), a_curator(), all_to(xylenes)
    ways = [
        lambda: propose_merge(by=curator, substance=xylenes, into=kept.pk, reason=WHY),
        lambda: propose_split(by=other, substance=xylenes, into=two, assigned=assigned, reason=WHY),
    ]
    assert at_once(ways) == ["done", "refused"]
    assert Proposal.objects.waiting().count() == 1


def at_once(ways: Sequence[Any]) -> list[str]:
    """What came of each, begun at the same moment, in alphabetical order."""
    outcomes, begin = [], threading.Barrier(len(ways))

    def act(way: Any) -> None:
        begin.wait()
        try:
            way()
            outcomes.append("done")
        except DomainError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)
