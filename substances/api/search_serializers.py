"""What structure searches look like over REST."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from portal.jobs.models import Job
from substances.models import StructureSearch
from substances.services.similarity import MOST_HITS


@extend_schema_serializer(component_name="Search")
class SearchRequest(serializers.Serializer[dict[str, Any]]):
    """What to look for."""

    kind = serializers.ChoiceField(choices=StructureSearch.Kind.choices, default="similarity")
    structure = serializers.CharField(
        max_length=200_000, trim_whitespace=False, help_text="SMILES, InChI, a molfile, a name or a CAS number."
    )
    format = serializers.ChoiceField(
        choices=StructureSearch.Format.choices, default="auto", help_text="How to read it; `auto` recognises it."
    )
    threshold = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        min_value=Decimal(0),
        max_value=Decimal(1),
        default=Decimal("0.3"),
        help_text="Least Tanimoto coefficient, dimensionless.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST_HITS, default=50, help_text="Hits at most.")


class SearchChange(serializers.Serializer[dict[str, Any]]):
    """Something that was normalised while reading."""

    code = serializers.CharField()
    message = serializers.CharField(help_text="In the reader's language.")


class SearchReading(serializers.Serializer[dict[str, Any]]):
    """How the text was read; `changes` are the normalisations made on the way, in their order."""

    format = serializers.CharField(help_text="What it was recognised as.")
    smiles = serializers.CharField(allow_null=True, help_text="Canonical, as compared.")
    inchikey = serializers.CharField(allow_null=True)
    formula = serializers.CharField(allow_null=True)
    changes = SearchChange(many=True)


class SearchError(serializers.Serializer[dict[str, Any]]):
    """Why a search failed."""

    code = serializers.CharField()
    message = serializers.CharField(help_text="In the reader's language.")
    position = serializers.IntegerField(allow_null=True, help_text="The character at fault, counted from 1.")


class SearchState(serializers.Serializer[dict[str, Any]]):
    """How far a search is."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=StructureSearch.Kind.choices)
    status = serializers.ChoiceField(choices=Job.State.choices)
    progress = serializers.FloatField(allow_null=True, help_text="Share done, 0 to 1; null while it is not known.")
    read_as = SearchReading(allow_null=True, help_text="Null until it has been read.")
    url = serializers.URLField(help_text="Where to ask again; as in `Location`.")
    results_url = serializers.URLField()
    error = SearchError(allow_null=True)


class SearchHitSubstance(serializers.Serializer[dict[str, Any]]):
    """The substance a hit is about."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    cas = serializers.CharField(allow_null=True)
    smiles = serializers.CharField(allow_null=True)
    structure_disputed = serializers.BooleanField(help_text="Sources disagree; the hit may be by either structure.")
    url = serializers.URLField()


class SearchHitRow(serializers.Serializer[dict[str, Any]]):
    """One hit."""

    rank = serializers.IntegerField(help_text="From 1; ties are ordered by id.")
    score = serializers.FloatField(help_text="Tanimoto coefficient, dimensionless, 0 to 1.")
    substance = SearchHitSubstance()
    listed = serializers.BooleanField(help_text="Whether a list of concern names it or an authority flags it, today.")
    svg_url = serializers.URLField(help_text="Its drawing.")


class SearchAnswer(serializers.Serializer[dict[str, Any]]):
    """The hits of a search, best first, and what they were found among."""

    results = SearchHitRow(many=True)
    next = serializers.URLField(allow_null=True)
    not_computable = serializers.CharField(allow_null=True, help_text="Why nothing was compared; null where it was.")
    compared_with = serializers.IntegerField(allow_null=True, help_text="How many structures were looked at.")
    fingerprint = serializers.CharField(help_text="How the structures were compared.")
    threshold = serializers.CharField(help_text="Least Tanimoto coefficient asked for.")
    versions = serializers.DictField(child=serializers.CharField(), help_text="Of software and data.")
    caution = serializers.CharField(help_text="What the answer must not be read as.")
