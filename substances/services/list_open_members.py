"""Members of rows that name nobody we know for sure: a curator says who each is, once for all releases of its list."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.common.text import tidy
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services import audit
from portal.watching.services import record_event
from substances.impact import touched_by
from substances.importers.base import Member
from substances.models import (
    ChemicalList,
    Identifier,
    ListMembership,
    MemberDecision,
    Name,
    OpenMember,
    Release,
    Source,
    Substance,
)
from substances.services.heirs import heirs
from substances.services.list_facts import forget, state
from substances.services.list_producers import name_by_decision, unname_by_decision
from substances.services.list_resolution import valid_numbers
from substances.services.member_decisions import BY_CURATOR, key_of
from substances.services.news import topic_of
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Checked, EntryRole, How, IdentifierScheme, NameKind, SubstanceKind

_LONGEST_REASON = 300
_LONGEST_NAME = 500
_LONGEST_REMARK = 4000


def open_members() -> QuerySet[OpenMember]:
    """Those that wait for a decision, of the releases that answer for their lists."""
    current = ChemicalList.objects.filter(current_release__isnull=False).order_by().values("current_release")
    waiting = OpenMember.objects.filter(release__in=current, decided_at__isnull=True)
    return waiting.select_related("entry", "release__chemical_list").order_by("release__chemical_list__name", "pk")


def standing_member_decisions() -> QuerySet[MemberDecision]:
    """Decisions that the next release of their list will take over, newest first."""
    rows = MemberDecision.objects.filter(revoked_at__isnull=True)
    return rows.select_related("chemical_list", "decision__merged_into", "decided_by").order_by("-decided_at", "pk")


def decide_open_member(
    *, by: User, member: OpenMember, substance: uuid.UUID | None, is_new: bool = False
) -> OpenMember:
    """The member, decided, and every other of its release that reports the same.

    Where somebody is named, the list names them from now on, by these rows, with the flags and classes that they state.
    The decision is remembered: the next release of the list that prints the same takes it over.

    Args:
        substance: one of the candidates; None: none of them.
        is_new: it is a substance of its own, which is made.

    Raises:
        NotAllowed: they are no curator.
        NotValid: it is none of the candidates.
        Conflict: somebody decided meanwhile, or its release was not published.
    """
    if not may_curate(by):
        raise NotAllowed(_("Only curators decide whom a row of a list names."))
    with transaction.atomic():
        _wait_for_publication(member.release.chemical_list_id)
        locked = OpenMember.objects.select_for_update(of=("self",)).select_related("entry", "release").get(pk=member.pk)
        if locked.decided_at is not None:
            raise Conflict(_("Somebody has decided on it meanwhile."), code="decided")
        if locked.release.state != Release.State.PUBLISHED:
            raise Conflict(_("Its release is not published yet; confirm or refuse that first."), code="not_published")
        chosen = _made(locked) if is_new else _candidate(locked, substance) if substance is not None else None
        decision = _remember(locked, chosen, by, is_new=is_new)
        rows = [locked, *_that_report_the_same(locked)]
        for row in rows:
            _decide(row, decision)
        if chosen is not None:
            _name(rows, chosen)
            name_by_decision(locked.release, decision.key, chosen)
        about: dict[str, Any] = {"decision": str(chosen.pk) if chosen else None, "release": str(locked.release_id)}
        about |= {"is_new": is_new, "rows": len(rows)}
        audit(by=by, action="list_member.decided", subject_kind="open_member", subject_id=locked.pk, **about)
    return locked


@transaction.atomic
def revoke_member_decision(*, by: User, decision: MemberDecision, reason: str) -> MemberDecision:
    """The decision, taken back: what it named in the release that answers is named no more, and waits again.

    Older releases stay as they were known then. A substance that was made for it stays.

    Raises:
        NotAllowed: they are no curator.
        NotValid: there is no reason.
        Conflict: somebody revoked it meanwhile.
    """
    if not may_curate(by):
        raise NotAllowed(_("Only curators decide whom a row of a list names."))
    _wait_for_publication(decision.chemical_list_id)
    locked = MemberDecision.objects.select_for_update(of=("self",)).select_related("chemical_list").get(pk=decision.pk)
    reason = tidy(reason)[:_LONGEST_REMARK]
    if not reason:
        raise NotValid(_("Say why: the next curator reads it."), code="no_reason")
    if locked.revoked_at is not None:
        raise Conflict(_("Somebody has revoked it meanwhile."), code="revoked")
    locked.revoked_by, locked.revoked_at, locked.revoked_reason = by, timezone.now(), reason
    locked.save(update_fields=["revoked_by", "revoked_at", "revoked_reason"])
    release = locked.chemical_list.current_release_id
    rows = list(OpenMember.objects.filter(remembered=locked, release=release).select_related("entry", "release"))
    _unname(rows)
    if locked.chemical_list.current_release is not None:
        unname_by_decision(locked.chemical_list.current_release, locked.key)
    OpenMember.objects.filter(pk__in=[row.pk for row in rows]).update(
        decided_by=None, decided_at=None, decision=None, remembered=None
    )
    audit(by=by, action="list_member.revoked", subject_kind="member_decision", subject_id=locked.pk, rows=len(rows))
    return locked


def _wait_for_publication(chemical_list: int) -> None:
    """A release that is being published is compared with rows as they were decided before, or after it."""
    ChemicalList.objects.select_for_update().get(pk=chemical_list)


def candidates_of(members: Iterable[OpenMember]) -> dict[int, list[Substance]]:
    """Of each member those it could be, as they stand today: merged ones followed, split ones by their successors.

    Three statements, however many members.
    """
    rows, led = list(members), heirs()
    ends = {row.pk: _ends(row, led) for row in rows}
    found = Substance.objects.living().in_bulk({pk for wanted in ends.values() for pk in wanted})
    return {row.pk: [found[pk] for pk in ends[row.pk] if pk in found] for row in rows}


def _ends(member: OpenMember, led: Mapping[uuid.UUID, tuple[uuid.UUID, ...]]) -> list[uuid.UUID]:
    """The ids of those that stand for its candidates, each once."""
    named = [uuid.UUID(pk) for pk in member.candidates]
    return list(dict.fromkeys(end for pk in named for end in led.get(pk, (pk,))))


def _candidate(member: OpenMember, pk: uuid.UUID) -> Substance:
    """The substance that stands for the candidate; of a split one it has to be said which successor."""
    led = heirs()
    meant = led.get(pk, (pk,))
    living = Substance.objects.living().filter(pk=meant[0]).first() if len(meant) == 1 else None
    if living is None or living.pk not in _ends(member, led):
        raise NotValid(_("Choose one of the candidates, or none of them."), code="not_a_candidate")
    return living


def _made(member: OpenMember) -> Substance:
    """A substance of its own, with the name it is reported by and those of its numbers that nobody else has."""
    reported = Member(**{"name": member.entry.name, **member.reported})
    kind = SubstanceKind.GROUP if member.entry.is_group else SubstanceKind.UNSPECIFIED
    made = Substance.objects.create(name=(reported.name or member.entry.name)[:_LONGEST_NAME], kind=kind)
    fact = _fact(member)
    Name.objects.create(substance=made, text=made.name, kind=NameKind.PREFERRED, **fact)
    for scheme, value in valid_numbers(reported):
        others = Identifier.objects.filter(scheme=scheme, value=value)
        if scheme == IdentifierScheme.INDEX or not others.exists():
            Identifier.objects.create(substance=made, scheme=scheme, value=value, **fact)
    rebuild_for([made])
    return made


def _fact(member: OpenMember) -> dict[str, Any]:
    locator = f"release of {member.release.published_on}, line {member.entry.line}"
    source = Source.objects.get(key=member.release.chemical_list.slug)
    return {"source": source, "checked": Checked.IMPORTED, "locator": locator}


def _remember(member: OpenMember, chosen: Substance | None, by: User, *, is_new: bool) -> MemberDecision:
    """The decision as the next release will find it, in place of one about the same that stood before."""
    key = key_of(member.reported)
    now = timezone.now()
    before = MemberDecision.objects.filter(
        chemical_list=member.release.chemical_list_id, key=key, revoked_at__isnull=True
    )
    before.update(revoked_by=by, revoked_at=now, revoked_reason="Decided anew.")
    return MemberDecision.objects.create(
        chemical_list_id=member.release.chemical_list_id,
        key=key,
        reported=member.reported,
        decision=chosen,
        is_new=is_new,
        decided_by=by,
        decided_at=now,
    )


def _that_report_the_same(member: OpenMember) -> list[OpenMember]:
    """Others of its release that wait: a work-list prints a row for each event of a process."""
    rows = OpenMember.objects.select_for_update(of=("self",)).select_related("entry", "release")
    waiting = rows.filter(release=member.release_id, decided_at__isnull=True).exclude(pk=member.pk)
    key = key_of(member.reported)
    return [row for row in waiting.order_by("pk") if key_of(row.reported) == key]


def _decide(row: OpenMember, decision: MemberDecision) -> None:
    row.decided_by, row.decided_at, row.decision = decision.decided_by, decision.decided_at, decision.decision
    row.remembered = decision
    row.save(update_fields=["decided_by", "decided_at", "decision", "remembered"])


def _name(rows: Iterable[OpenMember], substance: Substance) -> None:
    """What the rows state of the substance, and the news of it where the list did not name it yet."""
    release = next(iter(rows)).release
    source = Source.objects.get(key=release.chemical_list.slug)
    is_news = not ListMembership.objects.filter(release=release, substance=substance).exists()
    for row in rows:
        entry, reason = row.entry, ";".join(row.entry.reasons)[:_LONGEST_REASON]
        ListMembership.objects.get_or_create(
            entry=entry,
            substance=substance,
            reason=reason,
            valid_from=entry.listed_on,
            defaults={
                "chemical_list_id": release.chemical_list_id,
                "release": release,
                "how": How.AS_MEMBER if entry.role == EntryRole.MEMBER else How.BY_NAME,
                "valid_until": entry.valid_until,
                "resolved_by": BY_CURATOR,
                "source": source,
                "locator": f"line {entry.line}, decided by a curator",
                "checked": Checked.IMPORTED,
            },
        )
        state(row.states, entry=entry, release=release, substance=substance, source=source)
    Substance.objects.filter(pk=substance.pk).update(revision=F("revision") + 1)
    if is_news and ChemicalList.objects.filter(current_release=release).exists():
        _tell("list.entered", substance.pk, release)


def _unname(rows: Iterable[OpenMember]) -> None:
    """Takes back what decided rows stated; what a row says of the substance by other members stays.

    Where whoever was named was merged or split since, those that stand for them carry it now.
    """
    led = heirs()
    touched: dict[uuid.UUID, Release] = {}
    for row in rows:
        if row.decision_id is None:
            continue
        for pk in (row.decision_id, *led.get(row.decision_id, ())):
            said = {"entry": row.entry, "substance": pk}
            gone, _kinds = ListMembership.objects.filter(resolved_by=BY_CURATOR, **said).delete()
            if gone and not ListMembership.objects.filter(**said).exists():
                forget(row.entry, pk)
            if gone:
                touched[pk] = row.release
    Substance.objects.filter(pk__in=touched).update(revision=F("revision") + 1)
    for pk, release in touched.items():
        if not ListMembership.objects.filter(release=release, substance=pk).exists():
            _tell("list.left", pk, release)


def _tell(kind: str, substance: uuid.UUID, release: Release) -> None:
    slug = release.chemical_list.slug
    record_event(
        kind=kind,
        subject_kind="substance",
        subject_id=substance,
        occurred_on=timezone.localdate(),
        topic=topic_of(slug),
        details={
            "list": slug,
            "release": str(release.pk),
            "decided_by_curator": True,
            "touches": touched_by({substance})[substance],
        },
    )
