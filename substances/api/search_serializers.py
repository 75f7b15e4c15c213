"""What structure searches look like over REST."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from portal.jobs.models import Job
from substances.models import StructureSearch
from substances.searches.parameters import MOST_HITS
from substances.searches.request import kind_named
from substances.searches.similarity import Family, Order
from substances.services.reading import SearchRefused

# The fields of a request that are a kind's own.
PARAMETERS = ("threshold", "limit", "families", "order", "collection")


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
        required=False,
        help_text="Least Tanimoto coefficient, dimensionless; 0.3 where none is given. Of similarity.",
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_HITS, required=False, help_text="Hits at most; 50 where none is given."
    )
    families = serializers.ListField(
        child=serializers.ChoiceField(choices=Family.choices),
        required=False,
        min_length=1,
        max_length=len(Family),
        help_text="Fingerprints to compare by; atom pairs with counts where none is given. A hit of any is a hit. "
        "Of similarity.",
    )
    order = serializers.ChoiceField(
        choices=Order.choices,
        required=False,
        help_text="With several fingerprints: by the first one's score (`first`, the default) or the best rank of any "
        "(`best_rank`).",
    )
    collection = serializers.CharField(
        max_length=80,
        required=False,
        help_text="Where to look: `registry` where none is given; of the kind library its slug.",
    )

    def validate_kind(self, value: str) -> str:
        """Refuses kinds that are not answered here."""
        try:
            return str(kind_named(value).name)
        except SearchRefused as error:
            raise serializers.ValidationError(error.message) from error


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
    smarts = serializers.CharField(allow_null=True, help_text="What is looked for inside structures; else null.")
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
    parameters = serializers.DictField(help_text="Of its kind, complete.")
    status = serializers.ChoiceField(choices=Job.State.choices)
    progress = serializers.FloatField(allow_null=True, help_text="Share done, 0 to 1; null while it is not known.")
    read_as = SearchReading(allow_null=True, help_text="Null until it has been read.")
    versions = serializers.DictField(child=serializers.CharField(), help_text="Of software; empty until it has ended.")
    data_release = serializers.CharField(allow_null=True, help_text="Of the data that answered; null until then.")
    repeats = serializers.UUIDField(allow_null=True, help_text="The search whose question this is once more.")
    created_at = serializers.DateTimeField()
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


class SearchHitGroup(serializers.Serializer[dict[str, Any]]):
    """The group a hit is about."""

    slug = serializers.CharField()
    name = serializers.CharField(help_text="In the reader's language.")


class SearchHitOfLibrary(serializers.Serializer[dict[str, Any]]):
    """The structure of a library that a hit is about."""

    library = serializers.CharField(help_text="Its slug.")
    line = serializers.IntegerField(help_text="Of the library's file.")
    given_id = serializers.CharField(help_text="As the library calls it; may be empty.")
    smiles = serializers.CharField()
    inchikey = serializers.CharField(help_text="Empty where it has none.")
    licence = serializers.CharField(help_text="Of the library.")


class SearchHitRow(serializers.Serializer[dict[str, Any]]):
    """One hit."""

    rank = serializers.IntegerField(help_text="From 1; ties by id. What may not be shown any more leaves a gap.")
    score = serializers.FloatField(
        allow_null=True, help_text="Tanimoto coefficient, dimensionless, 0 to 1; null for kinds without one."
    )
    substance = SearchHitSubstance(
        allow_null=True, help_text="Null for groups; for a library's structure, the substance with exactly this one."
    )
    group = SearchHitGroup(allow_null=True, help_text="Null where the hit is a substance.")
    library_structure = SearchHitOfLibrary(allow_null=True, help_text="Null but in searches of a library.")
    listed = serializers.BooleanField(help_text="Whether a list of concern names it or an authority flags it, today.")
    why = serializers.CharField(allow_null=True, help_text="The note in words, in the reader's language.")
    note = serializers.CharField(allow_null=True, help_text="Why it is a hit; null where the score says it.")
    atoms = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, help_text="To highlight, counted from 0 as in its SMILES."
    )
    told = serializers.DictField(help_text="What else its kind says.")
    svg_url = serializers.URLField(allow_null=True, help_text="Its drawing; null for groups.")


class SearchAnswer(serializers.Serializer[dict[str, Any]]):
    """The hits of a search, best first, and what they were found among."""

    results = SearchHitRow(many=True)
    next = serializers.URLField(allow_null=True)
    kind = serializers.ChoiceField(choices=StructureSearch.Kind.choices)
    parameters = serializers.DictField(help_text="Of its kind, complete.")
    not_computable = serializers.CharField(allow_null=True, help_text="Why nothing was compared; null where it was.")
    compared_with = serializers.IntegerField(allow_null=True, help_text="How many structures were looked at.")
    fingerprint = serializers.CharField(help_text="How the structures were compared.")
    threshold = serializers.CharField(allow_null=True, help_text="As in `parameters`; null for kinds without one.")
    found = serializers.IntegerField(
        allow_null=True, help_text="How many there are, also beyond the limit; null for kinds that do not count them."
    )
    not_assessed = serializers.IntegerField(
        allow_null=True, help_text="Structures without an answer: they may be hits. Null for kinds that ask no sandbox."
    )
    notes = serializers.ListField(child=serializers.CharField(), help_text="What must be known beside the hits.")
    data_release = serializers.CharField(allow_null=True, help_text="Of the data that answered; null until then.")
    versions = serializers.DictField(child=serializers.CharField(), help_text="Of software and data.")
    caution = serializers.CharField(help_text="What the answer must not be read as.")


class SearchPlace(serializers.Serializer[dict[str, Any]]):
    """Where something stood in an answer."""

    name = serializers.CharField()
    rank = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="Tanimoto coefficient; null for kinds without one.")


class SearchMove(serializers.Serializer[dict[str, Any]]):
    """Something that is in both answers, in another place or with another score."""

    name = serializers.CharField()
    before = SearchPlace()
    after = SearchPlace()


class SearchChanges(serializers.Serializer[dict[str, Any]]):
    """What a search found otherwise than the one it repeats."""

    repeats = serializers.UUIDField()
    came = SearchPlace(many=True)
    gone = SearchPlace(many=True)
    moved = SearchMove(many=True)
    same = serializers.IntegerField(help_text="How many stand where they stood.")
