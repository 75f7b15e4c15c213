"""On whose behalf a job is done. Owners take turns: no owner's many keep another's single one waiting."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from portal.organisations.models import Membership, User

_SALT = "portal.jobs.owners"
_CLIENT = "client:"


def owner_of(person: User | None, *, client: str = "") -> str:
    """The owner a job is counted for: the organisation of the person, else the person, else the client.

    Who belongs to several organisations counts for the first they joined: people who share one share its turns.

    Args:
        person: who asks; None for nobody who is signed in.
        client: what tells one stranger from another, such as an address; only a keyed hash of it is kept.

    Returns:
        At most 50 characters; "" for the portal itself.
    """
    if person is not None:
        joined = Membership.objects.filter(user=person).order_by("pk").values_list("organisation", flat=True)
        organisation = joined.first()
        return f"organisation:{organisation.hex}" if organisation else f"person:{person.pk.hex}"
    return f"{_CLIENT}{salted_hmac(_SALT, client, algorithm='sha256').hexdigest()[:32]}" if client else ""


def is_stranger(owner_key: str) -> bool:
    """Whether nobody is known who asks; such work is refused first where there is too much."""
    return owner_key.startswith(_CLIENT)
