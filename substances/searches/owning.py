"""What the owner of a search decides: who else may read it, a link for whoever is given it, and that it goes."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import NotAllowed, NotValid
from portal.jobs.models import Job
from portal.organisations.models import Organisation, User
from substances.models import StructureSearch
from substances.searches.request import token_hash

# 192 bits: nobody guesses one.
_TOKEN_BYTES = 24


@transaction.atomic
def share_search(*, by: User, search: StructureSearch, organisation: Organisation | None) -> StructureSearch:
    """The search, now read by the members of an organisation of its owner's; None: by nobody else any more.

    Raises:
        NotAllowed: it is not theirs.
        NotValid: they are no member of the organisation.
    """
    _own(by, search)
    if organisation is not None and not organisation.memberships.filter(user=by).exists():
        raise NotValid(_("You are not a member of this organisation."), code="not_a_member")
    search.organisation = organisation
    search.save(update_fields=["organisation"])
    return search


@transaction.atomic
def make_link(*, by: User, search: StructureSearch) -> str:
    """The token of a permanent link to the answer, told once: only its hash is kept. A link made before opens nothing.

    Raises:
        NotAllowed: it is not theirs.
    """
    _own(by, search)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    search.link_sha256, search.link_made_at = token_hash(token), timezone.now()
    search.save(update_fields=["link_sha256", "link_made_at"])
    return token


@transaction.atomic
def revoke_link(*, by: User, search: StructureSearch) -> StructureSearch:
    """The search, whose permanent link opens nothing any more.

    Raises:
        NotAllowed: it is not theirs.
    """
    _own(by, search)
    search.link_sha256, search.link_made_at = "", None
    search.save(update_fields=["link_sha256", "link_made_at"])
    return search


@transaction.atomic
def delete_search(*, search: StructureSearch) -> None:
    """Deletes a search: what was typed, its hits, its job. Whoever calls has found it among those the reader owns.

    A job that still runs then finds that it holds nothing any more, and writes nothing.
    """
    jobs = [*search.parts.values_list("job", flat=True), *([search.job_id] if search.job_id else [])]
    search.delete()
    Job.objects.filter(pk__in=jobs).delete()


def _own(by: User, search: StructureSearch) -> None:
    if search.owner_id != by.pk:
        raise NotAllowed(_("This search is not yours."))
