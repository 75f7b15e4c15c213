"""The audit trail: who did what to whom, when. Lines are only ever added."""

from __future__ import annotations

from portal.organisations.models import AuditEvent, User


def audit(*, by: User | None, action: str, subject_kind: str, subject_id: object, **details: object) -> AuditEvent:
    """A new line in the audit trail.

    Args:
        by: who did it; None: the portal itself, or whoever may run commands on its machine.
        action: what was done, such as organisation.confirmed.
        subject_kind: what it was done to, such as organisation.
        subject_id: which one.
        details: what a later reader needs; JSON, no secrets.
    """
    return AuditEvent.objects.create(
        by=by, action=action, subject_kind=subject_kind, subject_id=str(subject_id), details=details
    )
