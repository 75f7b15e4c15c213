"""Who may flag a substance.

The vocabulary has one authority for flags by people, "NGO flag", so only an NGO's word may carry it: an NGO that a
curator has confirmed, by one of its administrators or editors. A company or an institute that wants to flag needs a
level of authority of its own first; printing "NGO flag" on its word would be untrue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.organisations.models import Organisation, User
from portal.organisations.permissions import may_act_for, organisations_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet


def may_flag_for(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """The organisations in whose name the person may flag a substance."""
    return organisations_of(user).filter(kind=Organisation.Kind.NGO, confirmed_at__isnull=False)


def may_propose(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Whether the person may flag a substance in the name of this organisation."""
    if organisation is None or organisation.kind != Organisation.Kind.NGO or organisation.confirmed_at is None:
        return False
    return may_act_for(user, organisation)
