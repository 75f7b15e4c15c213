"""Whose a staged release is: of imports that meet at one, only the one that took it last writes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from substances.models import Release


class ImportLost(Exception):
    """The staged release is another import's by now, or gone: somebody believed this one dead."""


def nobody_called_off() -> None:
    """For an import that no job asks for: nobody can call it off."""


def beat(release: Release, **changes: Any) -> None:
    """Shows that the import of a staged release lives, and writes `changes` to the release.

    In the transaction of whatever the import writes: until it ends nobody takes the release over or clears it.

    Raises:
        ImportLost: see there; nothing may be written.
    """
    held = Release.objects.filter(pk=release.pk, state=Release.State.STAGED, claim=release.claim)
    if not held.update(heartbeat_at=timezone.now(), **changes):
        raise ImportLost
    for name, value in changes.items():
        setattr(release, name, value)
