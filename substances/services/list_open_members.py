"""Members of rows that name nobody we know for sure: a curator says which of the candidates it is, or that none is."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services import audit
from portal.watching.services import record_event
from substances.impact import touched_by
from substances.models import ChemicalList, ListMembership, OpenMember, Release, Source, Substance
from substances.services.news import topic_of
from substances.vocabulary import Checked, EntryRole, How

_LONGEST_REASON = 300


def open_members() -> QuerySet[OpenMember]:
    """Those that wait for a decision, of the releases that answer for their lists."""
    current = ChemicalList.objects.filter(current_release__isnull=False).order_by().values("current_release")
    waiting = OpenMember.objects.filter(release__in=current, decided_at__isnull=True)
    return waiting.select_related("entry", "release__chemical_list").order_by("release__chemical_list__name", "pk")


def decide_open_member(*, by: User, member: OpenMember, substance: uuid.UUID | None) -> OpenMember:
    """The member, decided; where a candidate was chosen, the list names it from now on, by this row.

    What the row states beyond naming (flags, classifications) is not copied: the next import states it, since
    it then knows whom the numbers belong to.

    Args:
        substance: one of the candidates; None: none of them.

    Raises:
        NotAllowed: they are no curator.
        NotValid: it is none of the candidates.
        Conflict: somebody decided meanwhile, or its release was not published.
    """
    if not may_curate(by):
        raise NotAllowed(_("Only curators decide whom a row of a list names."))
    with transaction.atomic():
        locked = OpenMember.objects.select_for_update(of=("self",)).select_related("entry", "release").get(pk=member.pk)
        if locked.decided_at is not None:
            raise Conflict(_("Somebody has decided on it meanwhile."), code="decided")
        if locked.release.state != Release.State.PUBLISHED:
            raise Conflict(_("Its release is not published yet; confirm or refuse that first."), code="not_published")
        chosen = _candidate(locked, substance) if substance is not None else None
        locked.decided_by, locked.decided_at, locked.decision = by, timezone.now(), chosen
        locked.save(update_fields=["decided_by", "decided_at", "decision"])
        if chosen is not None:
            _name(locked, chosen, by)
        about: dict[str, Any] = {"decision": str(chosen.pk) if chosen else None, "release": str(locked.release_id)}
        audit(by=by, action="list_member.decided", subject_kind="open_member", subject_id=locked.pk, **about)
    return locked


def _candidate(member: OpenMember, pk: uuid.UUID) -> Substance:
    """The substance that stands for the candidate, which may have been merged since."""
    found = Substance.objects.seen().filter(pk=pk).first() if str(pk) in member.candidates else None
    if found is None:
        raise NotValid(_("Choose one of the candidates, or none of them."), code="not_a_candidate")
    while found.merged_into is not None:
        found = found.merged_into
    return found


def _name(member: OpenMember, substance: Substance, by: User) -> None:
    """The membership that the row states of the substance, and the news of it where the list did not name it yet."""
    entry, release = member.entry, member.release
    named = ListMembership.objects.filter(release=release, substance=substance)
    is_news = not named.exists()
    reason = ";".join(entry.reasons)[:_LONGEST_REASON]
    if named.filter(entry=entry, reason=reason, valid_from=entry.listed_on).exists():
        return
    ListMembership.objects.create(
        chemical_list_id=release.chemical_list_id,
        release=release,
        entry=entry,
        substance=substance,
        how=How.AS_MEMBER if entry.role == EntryRole.MEMBER else How.BY_NAME,
        reason=reason,
        valid_from=entry.listed_on,
        valid_until=entry.valid_until,
        resolved_by="curator",
        source=Source.objects.get(key=release.chemical_list.slug),
        locator=f"line {entry.line}, decided by a curator",
        checked=Checked.IMPORTED,
    )
    Substance.objects.filter(pk=substance.pk).update(revision=F("revision") + 1)
    if is_news and ChemicalList.objects.filter(current_release=release).exists():
        record_event(
            kind="list.entered",
            subject_kind="substance",
            subject_id=substance.pk,
            occurred_on=timezone.localdate(),
            topic=topic_of(release.chemical_list.slug),
            details={
                "list": release.chemical_list.slug,
                "release": str(release.pk),
                "decided_by_curator": True,
                "touches": touched_by({substance.pk})[substance.pk],
            },
        )
