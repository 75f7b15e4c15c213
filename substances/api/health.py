"""Exposure and health of a substance over REST: two sentences, and every fact they stand on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.etags import conditional
from substances.api.clocks import CLOCKS, clocks_of, said_of
from substances.api.serializers import FactSerializer
from substances.api.succession import SUCCESSION, led_on
from substances.clocks import Clocks
from substances.health.knowledge import Knowledge, Said, ShownLimit, knowledge
from substances.health.sentences import what_it_does, who_meets_it
from substances.health_terms import (
    Averaging,
    Bindingness,
    EffectScope,
    ExposedGroup,
    Fraction,
    HealthEffect,
    LimitKind,
    LimitUnit,
    Matrix,
    Organ,
    Route,
)
from substances.models import (
    ConcernFlag,
    ExposureLimit,
    HazardClassification,
    HealthFact,
    Structure,
    Substance,
)
from substances.vocabulary import Checked, Strength


class GroundSerializer(serializers.Serializer[Any]):
    """A fact that something stands on."""

    source = serializers.CharField(source="source.key")  # type: ignore[assignment]  # hides Field.source
    locator = serializers.CharField(allow_blank=True, help_text="The place in the source.")
    checked = serializers.ChoiceField(choices=Checked.choices)


class EffectSerializer(serializers.Serializer[Said]):
    """One thing a substance does, with all that sources say of it."""

    effect = serializers.ChoiceField(choices=HealthEffect.choices)
    label = serializers.CharField(  # type: ignore[assignment]  # hides Field.label
        help_text="In the reader's language."
    )
    organs = serializers.ListField(child=serializers.ChoiceField(choices=Organ.choices), help_text="Empty: not said.")
    routes = serializers.ListField(child=serializers.ChoiceField(choices=Route.choices), help_text="Empty: not said.")
    strengths = serializers.SerializerMethodField()
    is_disputed = serializers.BooleanField(help_text="Whether sources differ on how sure it is.")
    rules = serializers.ListField(
        child=serializers.CharField(), help_text="The published rules that led here, such as clp/h350."
    )
    grounds = GroundSerializer(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Strength.choices)))
    def get_strengths(self, said: Said) -> list[str]:
        """How sure sources are; empty where none says."""
        return [strength for strength in said.strengths if strength]


class ContactSerializer(FactSerializer[HealthFact]):
    """Somebody who may come into contact with it."""

    exposed = serializers.ChoiceField(choices=ExposedGroup.choices)
    route = serializers.ChoiceField(choices=Route.choices, allow_blank=True)

    class Meta:
        model = HealthFact
        fields = ["exposed", "route", "as_printed", "rule", "since", "until", "source", "locator", "checked"]


class FindingSerializer(FactSerializer[HealthFact]):
    """That it was found in people or nature."""

    matrix = serializers.ChoiceField(choices=Matrix.choices, allow_blank=True)
    exposed = serializers.ChoiceField(choices=ExposedGroup.choices, allow_blank=True, help_text="Of whom.")

    class Meta:
        model = HealthFact
        fields = ["matrix", "exposed", "as_printed", "rule", "since", "until", "source", "locator", "checked"]


class LimitSerializer(serializers.Serializer[ShownLimit]):
    """A limit: what is printed, and apart from it what follows by the molar mass."""

    kind = serializers.ChoiceField(choices=LimitKind.choices, source="fact.kind")
    averaging = serializers.ChoiceField(choices=Averaging.choices, source="fact.averaging", allow_blank=True)
    value = serializers.SerializerMethodField(
        method_name="get_printed_value", help_text="As printed; a decimal number as text."
    )
    unit = serializers.ChoiceField(choices=LimitUnit.choices, source="fact.unit")
    also_value = serializers.SerializerMethodField(help_text="The same in another unit, where that is printed, too.")
    also_unit = serializers.ChoiceField(choices=LimitUnit.choices, source="fact.also_unit", allow_blank=True)
    computed_value = serializers.SerializerMethodField(
        help_text="By the molar mass at 20 °C and 101.3 kPa; null where both are printed, or none can be computed."
    )
    computed_unit = serializers.SerializerMethodField()
    jurisdiction = serializers.CharField(source="fact.jurisdiction")
    bindingness = serializers.ChoiceField(choices=Bindingness.choices, source="fact.bindingness", allow_blank=True)
    exposed = serializers.ChoiceField(choices=ExposedGroup.choices, source="fact.exposed", allow_blank=True)
    route = serializers.ChoiceField(choices=Route.choices, source="fact.route", allow_blank=True)
    scope = serializers.ChoiceField(choices=EffectScope.choices, source="fact.scope", allow_blank=True)
    fraction = serializers.ChoiceField(choices=Fraction.choices, source="fact.fraction", allow_blank=True)
    matrix = serializers.ChoiceField(choices=Matrix.choices, source="fact.matrix", allow_blank=True)
    measured_as = serializers.CharField(source="fact.measured_as", allow_blank=True)
    skin = serializers.BooleanField(source="fact.skin", help_text="Whether uptake through the skin is noted.")
    condition = serializers.CharField(source="fact.condition", allow_blank=True)
    since = serializers.DateField(source="fact.since", allow_null=True)
    until = serializers.DateField(source="fact.until", allow_null=True, help_text="The first day it no longer holds.")
    source = serializers.CharField(source="fact.source.key")  # type: ignore[assignment]  # hides Field.source
    locator = serializers.CharField(source="fact.locator", allow_blank=True)
    checked = serializers.ChoiceField(choices=Checked.choices, source="fact.checked")

    def get_printed_value(self, limit: ShownLimit) -> str:
        """The number printed."""
        return _plain(limit.fact.value)

    def get_also_value(self, limit: ShownLimit) -> str | None:
        """The second number printed."""
        return None if limit.fact.also_value is None else _plain(limit.fact.also_value)

    def get_computed_value(self, limit: ShownLimit) -> str | None:
        """What nobody printed."""
        return _plain(limit.computed.value) if limit.computed else None

    def get_computed_unit(self, limit: ShownLimit) -> str | None:
        """Its unit."""
        return limit.computed.unit if limit.computed else None


class HealthSerializer(serializers.Serializer[Knowledge]):
    """Exposure and health; empty lists mean that we hold nothing, not that there is nothing."""

    sentences = serializers.SerializerMethodField(help_text="Two plain sentences in the reader's language.")
    effects = EffectSerializer(many=True, source="harms")
    contacts = ContactSerializer(many=True)
    findings = FindingSerializer(many=True, source="biomonitoring")
    limits = LimitSerializer(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2))
    def get_sentences(self, known: Knowledge) -> list[str]:
        """What it does; who meets it and which limit holds."""
        return [str(what_it_does(known)), str(who_meets_it(known))]


class ExposureSerializer(HealthSerializer):
    """The same, by the two clocks."""

    substance = serializers.UUIDField()
    as_of = serializers.DateField(allow_null=True, help_text="The day the answer is for; null for today.")
    known_on = serializers.DateField(allow_null=True, help_text="The day whose releases answer; null for today's.")


class ExposureView(GenericAPIView[Any]):
    """Exposure and health of one substance."""

    permission_classes = [AllowAny]
    serializer_class = ExposureSerializer
    queryset = Substance.objects.seen()
    filter_backends = []
    pagination_class = None

    @extend_schema(
        operation_id="substances_exposure",
        parameters=CLOCKS,
        responses={
            200: ExposureSerializer,
            304: OpenApiResponse(description="The client has it (If-None-Match)."),
            **SUCCESSION,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """What it does to whom, who may come into contact with it, and which limits hold, by the two clocks."""
        clocks = clocks_of(request.query_params)
        substance = get_object_or_404(self.get_queryset(), pk=pk)
        if elsewhere := led_on(request, substance, "substance-exposure"):
            return elsewhere
        body = HealthSerializer(known_of(substance, clocks)).data
        said = {name: day and day.isoformat() for name, day in said_of(clocks).items()}
        return conditional(request, {"substance": str(substance.pk), **said, **body})


def known_of(substance: Substance, clocks: Clocks) -> Knowledge:
    """What is known of its exposure and health by the clocks, in five queries."""
    about = {"substance": substance}
    told = list(Structure.objects.told().filter(**about))
    return knowledge(
        classifications=HazardClassification.objects.at(clocks).filter(**about).select_related("source"),
        flags=ConcernFlag.objects.at(clocks).filter(**about).select_related("source"),
        facts=HealthFact.objects.at(clocks).filter(**about).select_related("source"),
        limits=ExposureLimit.objects.at(clocks).filter(**about).select_related("source"),
        mass_g_per_mol=told[0].mass_g_per_mol if len(told) == 1 else None,
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
