"""The published rules over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.common.rest.etags import conditional
from substances.importers.rules import EDITION, RULES, PublishedRule
from substances.vocabulary import Authority, Concern


class RuleSerializer(serializers.Serializer[PublishedRule]):
    """One rule: what has to be printed, and what it means."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    condition = serializers.CharField(help_text="In the reader's language.")
    concerns = serializers.ListField(child=serializers.ChoiceField(choices=Concern.choices))
    strength = serializers.CharField(help_text="known_or_presumed, suspected, or empty where the source says none.")
    authority = serializers.ChoiceField(choices=Authority.choices)
    legal_source = serializers.CharField(source="source")
    lists = serializers.ListField(child=serializers.SlugField())


class RegisterSerializer(serializers.Serializer[dict[str, Any]]):
    """The whole register."""

    edition = serializers.CharField()
    rules = RuleSerializer(many=True)


class RulesView(APIView):
    """The published rules that flags are cited from, in one answer."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="rules_list", responses=RegisterSerializer)
    def get(self, request: Request) -> Response:
        """All of them."""
        register: dict[str, Any] = {"edition": EDITION, "rules": list(RULES.values())}
        return conditional(request, RegisterSerializer(register).data)
