"""Requests that may be sent again without doing anything twice: the Idempotency-Key of REST.

Source: IETF draft-ietf-httpapi-idempotency-key-header: a key is its sender's, the same key with another body is 422.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import DomainError
from portal.organisations.models import RequestKey

KEPT_FOR = dt.timedelta(hours=24)
LONGEST_KEY = 255


def once(*, sender: str, key: str, body: Any, make: Callable[[], str]) -> tuple[str, bool]:
    """The id of what this request made, and whether it was made now; sent again, it is what was made then.

    Two that come at once make one thing: the second waits for the first. What `make` raises leaves no trace, so that
    the request can be sent again. `make` runs in a transaction.

    Args:
        sender: who asks, such as `portal.common.client_address.client_key`.
        key: theirs; of 1 to 255 printable ASCII characters.
        body: what was sent, as JSON values, and where to.
        make: does what is asked, and gives the id of what it made.

    Raises:
        DomainError: 400, the key is none; 422, it came before with another body.
    """
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        message = _("An Idempotency-Key has 1 to %(most)s printable ASCII characters; a random UUID is a good one.")
        raise DomainError(message % {"most": LONGEST_KEY}, code="idempotency_key", status=400)
    name = _sha256(sender, key)
    sent = _sha256(sender, key, json.dumps(body, sort_keys=True, separators=(",", ":"), default=str))
    if (known := _known(name, sent)) is not None:
        return known, False
    try:
        with transaction.atomic():
            row = RequestKey.objects.create(key_sha256=name, body_sha256=sent, made="")
            row.made = make()
            row.save(update_fields=["made"])
            return row.made, True
    except IntegrityError:
        # Of `make`, unless another request under this key came first.
        if (known := _known(name, sent)) is None:
            raise
        return known, False


def _known(name: str, sent: str) -> str | None:
    """What was made under this key within the last day; None where nothing was.

    Raises:
        DomainError: under this key something else was asked for.
    """
    row = RequestKey.objects.filter(key_sha256=name).first()
    if row is None:
        return None
    if row.created_at < timezone.now() - KEPT_FOR:
        row.delete()
        return None
    if row.body_sha256 != sent:
        message = _("This Idempotency-Key was sent before with another body. Send a new key with a new request.")
        raise DomainError(message, code="idempotency_key_reused", status=422)
    return row.made


def _sha256(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()


def forget_old_keys(*, now: dt.datetime | None = None) -> int:
    """Deletes keys that are older than a day; how many those were."""
    return RequestKey.objects.filter(created_at__lt=(now or timezone.now()) - KEPT_FOR).delete()[0]
