"""What people do about organisations and rights, each with its line in the audit trail."""

from portal.organisations.services.joining import (
    invite_member,
    join_organisation,
    open_invitation,
    revoke_invitation,
)
from portal.organisations.services.memberships import change_role, leave_organisation, remove_member
from portal.organisations.services.organisations import (
    confirm_organisation,
    correct_organisation,
    create_organisation,
)
from portal.organisations.services.rights import (
    RIGHTS,
    accept_invitation,
    invite_first_curator,
    is_open_invitation,
    set_rights,
)
from portal.organisations.services.tokens import INVITATION_DAYS
from portal.organisations.services.trail import audit

__all__ = [
    "INVITATION_DAYS",
    "RIGHTS",
    "accept_invitation",
    "audit",
    "change_role",
    "confirm_organisation",
    "correct_organisation",
    "create_organisation",
    "invite_first_curator",
    "invite_member",
    "is_open_invitation",
    "join_organisation",
    "leave_organisation",
    "open_invitation",
    "remove_member",
    "revoke_invitation",
    "set_rights",
]
