"""Which data answered: a name that two searches share exactly when nothing they could show has changed between them."""

from __future__ import annotations

from django.db.models import Max

from portal.common.kept import Kept
from portal.common.marks import read_marks
from substances.models import Release

_KEPT = Kept("substances")
_MARK_LENGTH = 12


def data_release() -> str:
    """The day of the newest list release and the registry's mark, such as "2026-11-20.1f8e33a2b9c0".

    The mark changes with every change to substances, structures, lists, groups and their rules, so that an answer says
    by its name alone whether asking again could give another. Before any list was
    imported it begins with "starter".
    """
    return _KEPT.get("data release", _data_release)


def _data_release() -> str:
    mark = read_marks("substances")["substances"][:_MARK_LENGTH]
    newest = Release.objects.filter(state="published").aggregate(newest=Max("published_on"))["newest"]
    return f"{newest.isoformat() if newest else 'starter'}.{mark}"
