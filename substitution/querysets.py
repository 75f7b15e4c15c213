"""The questions asked of alternatives, as adjectives and clauses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Prefetch

from substances.models import ConcernFlag
from substances.querysets import is_living

if TYPE_CHECKING:
    from substances.models import Substance
    from substitution.models import Alternative, Replacement  # noqa: F401  # named in the strings below


class AlternativeQuerySet(models.QuerySet["Alternative"]):
    """Alternatives."""

    def standing(self) -> Self:
        """Those not withdrawn; if they are substances, such as were neither merged nor split."""
        return self.exclude(status="withdrawn").filter(is_living("candidate__"))

    def replacing(self, substance: UUID) -> Self:
        """Those said to replace the substance in any function, withdrawn or not."""
        return self.filter(replacements__replaces=substance).distinct()


class ReplacementQuerySet(models.QuerySet["Replacement"]):
    """Statements that an alternative replaces a substance in a function."""

    def standing(self) -> Self:
        """Those not withdrawn, nor of an alternative withdrawn, nor of substances since merged or split.

        What stayed with such a substance is history: as true of today it may be wrong, and its flags went elsewhere.
        """
        rows = self.exclude(status="withdrawn").exclude(alternative__status="withdrawn")
        return rows.filter(is_living("replaces__"), is_living("alternative__candidate__"))

    def instead_of(self, substances: Iterable[Substance]) -> Self:
        """What could replace any of these."""
        return self.filter(replaces__in=list(substances))

    def by(self, substance: UUID) -> Self:
        """Where the substance is what takes the place."""
        return self.filter(alternative__candidate=substance)

    def with_parties(self) -> Self:
        """With alternative, candidate, what is replaced and function, in the same query."""
        return self.select_related("alternative__candidate", "replaces", "function__parent")

    def with_evidence(self) -> Self:
        """With the same, and evidence with its sources, in two queries."""
        evidence: Any = self.model._meta.get_field("evidence").related_model
        return self.with_parties().prefetch_related(
            Prefetch("evidence", queryset=evidence.objects.select_related("source"))
        )

    def with_what_is_shown(self) -> Self:
        """With everything a table of alternatives shows, in three queries."""
        flags = ConcernFlag.objects.standing().select_related("source")
        return self.with_evidence().prefetch_related(Prefetch("alternative__candidate__flags", queryset=flags))

    def with_numbers(self) -> Self:
        """With the identifiers of both substances too, as REST gives them, in five queries."""
        return self.with_what_is_shown().prefetch_related(
            "replaces__identifiers", "alternative__candidate__identifiers"
        )
