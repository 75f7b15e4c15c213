"""Findings for curators: seen, proposed about, decided by another curator, gone at the next check."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.common.errors import Conflict, NotAllowed
from portal.organisations.models import AuditEvent, User
from portal.review.errors import ReviewError
from portal.review.models import Proposal
from portal.review.services import accept_proposal, reject_proposal
from portal.watching.models import Event
from substances.importers.base import Classified, Member
from substances.models import ConcernFlag, Identifier, ListMembership, Name, RegistryFinding, RejectedClaim, Substance
from substances.registry_check.proposals import propose_remedy, remedies
from substances.registry_check.services import check_registry, dismiss_finding
from substances.services.catalogue import load_catalogue
from substances.services.search_terms import rebuild_for
from tests.build import a_curator, a_member, a_source, a_substance
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, a_row, cas, take

pytestmark = pytest.mark.django_db
PAGE = "web:registry-findings"


@pytest.fixture(autouse=True)
def _seeded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def curator() -> User:
    return a_curator(name="Ada")


@pytest.fixture
def reader(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


def found(kind: str) -> RegistryFinding:
    """The one finding of a kind, after a check."""
    check_registry()
    return RegistryFinding.objects.open().get(kind=kind)


def a_missing_flag(folder: Path) -> RegistryFinding:
    file = folder / "list.made"
    file.write_text("one", encoding="utf-8")
    take(file, [a_row(1, reasons=(), classifications=(Classified("Carc. 1B", "H350", "Carc. 1B, H350"),))])
    return found("flag_missing")


def subject(finding: RegistryFinding) -> Substance:
    """The substance that a finding is about."""
    assert finding.substance is not None
    return finding.substance


def other_of(finding: RegistryFinding) -> Substance:
    """The second substance that a finding is about."""
    assert finding.other is not None
    return finding.other


def two_of_one_number() -> RegistryFinding:
    one, other = a_substance(name="First", cas="50-00-0"), a_substance(name="Second", cas="50-00-0")
    rebuild_for([one, other])
    return found("identifier_shared")


def accepted(proposal: Proposal) -> Proposal:
    return accept_proposal(by=a_curator(), proposal=proposal, reason="Looked at the row.")


def test_one_click_proposes_another_curator_accepts_and_the_finding_is_gone(
    reader: Client, curator: User, tmp_path: Path
) -> None:
    finding = a_missing_flag(tmp_path)
    said = html.unescape(reader.get(reverse(PAGE)).content.decode())
    assert "made 1" in said
    assert "line 1" in said
    assert "Propose to raise the flag" in said
    sent = {"remedy": "raise_flag", "about": str(finding.substance_id)}
    assert reader.post(reverse("web:registry-propose", args=[finding.pk]), sent).status_code == 302
    finding.refresh_from_db()
    assert not ConcernFlag.objects.filter(substance=finding.substance).exists()
    said = html.unescape(reader.get(reverse(PAGE)).content.decode())
    assert "A proposal waits for another curator" in said
    assert "Propose to raise the flag" not in said
    assert finding.proposal is not None
    with pytest.raises(ReviewError):
        accept_proposal(by=curator, proposal=finding.proposal, reason="Mine, and I like it.")
    assert "Raise the flag Carcinogenic" in html.unescape(reader.get(reverse("web:review")).content.decode())

    accepted(finding.proposal)
    flag = ConcernFlag.objects.standing().get(substance=finding.substance)
    assert (flag.concern, flag.rule, flag.entry_id, flag.checked) == (
        "carcinogenic",
        "clp/carc-1",
        finding.entry_id,
        "reviewed",
    )
    assert AuditEvent.objects.filter(action="flag.published", subject_id=str(finding.substance_id)).exists()
    assert Event.objects.filter(kind="flag.published", subject_id=subject(finding).pk).exists()
    check_registry()
    assert not RegistryFinding.objects.open().filter(kind="flag_missing").exists()


def test_what_is_not_accepted_changes_nothing_and_can_be_proposed_again(curator: User, tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    proposal = propose_remedy(by=curator, finding=finding, remedy="raise_flag", about=subject(finding).pk)
    with pytest.raises(Conflict):
        propose_remedy(by=a_curator(), finding=finding, remedy="raise_flag", about=subject(finding).pk)
    reject_proposal(by=a_curator(), proposal=proposal, reason="The row was corrected.")
    assert not ConcernFlag.objects.filter(substance=finding.substance).exists()
    propose_remedy(by=curator, finding=finding, remedy="raise_flag", about=subject(finding).pk)


def test_nobody_but_a_curator_proposes(tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    with pytest.raises(NotAllowed):
        propose_remedy(by=a_member(), finding=finding, remedy="raise_flag", about=subject(finding).pk)


def test_a_flag_is_not_raised_on_a_class_that_fell_meanwhile(curator: User, tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    proposal = propose_remedy(by=curator, finding=finding, remedy="raise_flag", about=subject(finding).pk)
    subject(finding).classifications.all().delete()
    with pytest.raises(Conflict):
        accepted(proposal)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED


def test_a_flag_without_a_row_is_withdrawn(curator: User) -> None:
    substance = a_substance()
    source = a_source(key="copy")
    source.copy_of_list = "clp-annex-vi"
    source.save()
    said = {"concern": "carcinogenic", "strength": "known_or_presumed", "authority": "harmonised", "rule": "clp/carc-1"}
    said |= {"legal_basis": "made", "checked": "file"}
    flag = ConcernFlag.objects.create(substance=substance, source=source, since=DAY, **said)
    finding = found("flag_unfounded")
    accepted(propose_remedy(by=curator, finding=finding, remedy="withdraw_flag", about=substance.pk))
    assert not ConcernFlag.objects.standing().filter(pk=flag.pk).exists()
    assert check_registry().gone == 1


def test_a_wrong_number_leaves_and_no_import_teaches_it_again(curator: User, tmp_path: Path) -> None:
    finding = two_of_one_number()
    wrong = other_of(finding)
    assert {one.slug for one in remedies(finding)} == {"merge", "reject_claim"}
    accepted(propose_remedy(by=curator, finding=finding, remedy="reject_claim", about=wrong.pk))
    assert not Identifier.objects.filter(substance=wrong, value="50-00-0").exists()
    kept = RejectedClaim.objects.get(substance=wrong)
    assert (kept.scheme, kept.value, kept.source.key) == ("cas", "50-00-0", "test")

    Identifier.objects.create(substance=wrong, scheme="ec", value="200-001-8", source=a_source(), checked="file")
    file = tmp_path / "list.made"
    file.write_text("one", encoding="utf-8")
    take(file, [a_row(1, members=(Member("Wrong again", "", "200-001-8"),))])
    file.write_text("two", encoding="utf-8")
    take(file, [a_row(1, members=(Member("First", "50-00-0"),))], confirmed=True)
    assert not Identifier.objects.filter(substance=wrong, value="50-00-0").exists()
    assert "identifier_shared" not in check_registry().by_kind


def test_a_wrong_name_leaves_and_the_substance_is_headed_by_another(curator: User) -> None:
    one = a_substance(name="Twin", cas=cas(10001))
    other = a_substance(name="twin", cas=cas(10002), synonyms=("Right name",))
    rebuild_for([one, other])
    finding = found("name_shared")
    accepted(propose_remedy(by=curator, finding=finding, remedy="reject_claim", about=other.pk))
    other.refresh_from_db()
    assert other.name == "Right name"
    assert not Name.objects.filter(substance=other, text__iexact="twin").exists()
    assert "name_shared" not in check_registry().by_kind


def test_merged_substances_are_one_and_what_was_said_of_either_is_said_of_it(curator: User, tmp_path: Path) -> None:
    finding = two_of_one_number()
    gone, kept = subject(finding), other_of(finding)
    file = tmp_path / "list.made"
    file.write_text("one", encoding="utf-8")
    Identifier.objects.create(substance=gone, scheme="ec", value="200-001-8", source=a_source(), checked="file")
    take(file, [a_row(1, members=(Member("By EC", "", "200-001-8"),))])
    proposal = propose_remedy(by=curator, finding=finding, remedy="merge", about=gone.pk)
    accepted(proposal)
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert ListMembership.objects.in_force().filter(substance=kept).count() == 1
    numbers = Identifier.objects.filter(substance=kept).values_list("value", flat=True)
    assert sorted(numbers) == ["200-001-8", "50-00-0"]
    assert ConcernFlag.objects.standing().filter(substance=kept).count() == 1
    assert "identifier_shared" not in check_registry().by_kind
    assert Substance.objects.living().filter(pk__in=[gone.pk, kept.pk]).count() == 1


def test_a_dismissal_needs_a_reason_and_is_told_with_who_and_why(reader: Client, tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    address = reverse("web:registry-dismiss", args=[finding.pk])
    assert reader.post(address, {"reason": " "}).status_code == 422
    assert reader.post(address, {"reason": "The note says why."}).status_code == 302
    assert "made 1" not in reader.get(reverse(PAGE)).content.decode()
    said = html.unescape(reader.get(reverse(PAGE) + "?state=dismissed").content.decode())
    assert "Dismissed by Ada" in said
    assert "The note says why." in said
    assert reader.post(address, {"reason": "Again"}).status_code == 409
    reader.post(address, {"decision": "reopen"})
    assert RegistryFinding.objects.open().filter(pk=finding.pk).exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 400), ({"about": "x"}, 400), ({"about": "00000000-0000-0000-0000-000000000000", "remedy": "merge"}, 422)],
)
def test_what_cannot_be_proposed_is_refused(reader: Client, tmp_path: Path, sent: dict[str, str], status: int) -> None:
    finding = a_missing_flag(tmp_path)
    assert reader.post(reverse("web:registry-propose", args=[finding.pk]), sent).status_code == status
    assert not Proposal.objects.exists()


def test_after_a_proposal_one_is_back_on_ones_page_and_on_no_foreign_one(reader: Client, tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    address = reverse("web:registry-dismiss", args=[finding.pk])
    here = "/review/registry/?kind=flag_missing"
    assert reader.post(address, {"reason": "No.", "back": here}).headers["Location"] == here
    away = reader.post(address, {"decision": "reopen", "back": "//evil.example/review/registry/"})
    assert away.headers["Location"] == "/review/registry/"


def test_rest_gives_curators_the_same_findings(reader: Client, tmp_path: Path) -> None:
    finding = a_missing_flag(tmp_path)
    answer = reader.get(reverse("api:registry-findings") + "?kind=flag_missing")
    (row,) = answer.json()["results"]
    assert (row["id"], row["line"], row["of_list"]) == (str(finding.pk), 1, "reach-candidate-list")
    assert row["remedies"] == ["raise_flag"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    dismiss_finding(by=a_curator(), finding=finding, reason="No.")
    assert reader.get(reverse("api:registry-findings") + "?kind=flag_missing").json()["results"] == []
    gone = reader.get(reverse("api:registry-findings") + "?state=dismissed").json()["results"]
    assert [one["id"] for one in gone] == [str(finding.pk)]


@pytest.mark.parametrize("name", [PAGE, "api:registry-findings"])
def test_its_queries_do_not_grow_with_findings(reader: Client, name: str) -> None:
    counted = []
    for number in (1, 5):
        for count in range(number):
            twins = [
                a_substance(name=f"{number}-{count}-{which}", cas=cas(10000 + 10 * number + count)) for which in "ab"
            ]
            rebuild_for(twins)
        check_registry()
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(reverse(name)).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 9
