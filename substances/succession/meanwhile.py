"""Substances that somebody chose, and that were merged or split while they went on working."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from substances.models import Substance
from substances.services.heirs import heirs


@dataclasses.dataclass(frozen=True, slots=True)
class Followed:
    """What became of chosen substances.

    Attributes:
        chosen: those that were chosen, and where one was merged the one that stands for it; each once, in order.
        instead: by the id of one that went, the id of the one that stands for it; None where no single one does.
        said: what happened to each that went, in the reader's language.
    """

    chosen: tuple[Substance, ...]
    instead: dict[uuid.UUID, uuid.UUID | None]
    said: tuple[str, ...]


def followed(chosen: Sequence[Substance], *, by: Substance) -> Followed:
    """What became of substances chosen to stand for another one. Three statements where any went, else none.

    Args:
        by: the one that is merged or split; nobody stands for it who is it.
    """
    if all(_is_living(one) for one in chosen):
        return Followed(tuple(chosen), {}, ())
    ends = heirs()
    wanted = {pk for one in chosen for pk in ends.get(one.pk, ())}
    standing = Substance.objects.living().in_bulk(wanted)
    stays, instead, said = [], {}, []
    for one in chosen:
        heir: Substance | None = one
        if not _is_living(one):
            others = [standing[pk] for pk in ends.get(one.pk, ()) if pk in standing]
            heir = others[0] if len(others) == 1 and others[0] != by else None
            instead[one.pk] = heir.pk if heir else None
            said.append(_what_happened(one, heir, others))
        if heir is not None:
            stays.append(heir)
    return Followed(tuple(dict.fromkeys(stays)), instead, tuple(said))


def _is_living(one: Substance) -> bool:
    return one.merged_into_id is None and one.split_at is None


def _what_happened(one: Substance, heir: Substance | None, others: Sequence[Substance]) -> str:
    if heir is not None:
        message = _("%(name)s was merged into %(other)s meanwhile: that stands in its place here now.")
        return message % {"name": one.name, "other": heir.name}
    if len(others) == 1:
        return _("%(name)s was merged into this one meanwhile: choose another one.") % {"name": one.name}
    names = ", ".join(sorted(other.name for other in others))
    return _("%(name)s was split into %(others)s meanwhile: choose among them.") % {"name": one.name, "others": names}
