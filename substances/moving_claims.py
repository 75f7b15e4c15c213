"""Numbers and names on one side, what curators found to be wrong on the other: neither is put beside its contrary."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from substances.models import Identifier, Name, RejectedClaim, Substance
from substances.services.folding import fold

NAME = "name"  # scheme of a rejected name

_Claim = tuple[str, str]


def rejected_of(rows: Any, heir: uuid.UUID) -> list[Any]:
    """Keys of the identifiers or names that were found to be wrong of the heir. Two statements."""
    of_heir = RejectedClaim.objects.filter(substance=heir).values_list("scheme", "value")
    wrong = {_claim(scheme, value) for scheme, value in of_heir}
    return [pk for pk, claim in _claims(rows) if claim in wrong]


def carried_by(rows: Any, heir: uuid.UUID) -> list[Any]:
    """Keys of the rejected claims that the heir carries, a heading among them. Four statements."""
    carried = {
        claim for model in (Identifier, Name) for _pk, claim in _claims(model._default_manager.filter(substance=heir))
    }
    carried |= {_claim(NAME, name) for name in Substance.objects.filter(pk=heir).values_list("name", flat=True)}
    return [pk for pk, claim in _claims(rows) if claim in carried]


def _claims(rows: Any) -> Iterable[tuple[Any, _Claim]]:
    if rows.model is Name:
        return [(pk, _claim(NAME, text)) for pk, text in rows.values_list("pk", "text")]
    return [(pk, _claim(scheme, value)) for pk, scheme, value in rows.values_list("pk", "scheme", "value")]


def _claim(scheme: str, value: str) -> _Claim:
    return scheme, fold(value) if scheme == NAME else value
