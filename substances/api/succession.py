"""Substances that stand for nothing any more, over REST: 308 to the one they were merged into, 410 with successors."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.errors import Gone
from portal.common.rest.problems import ProblemSerializer
from substances.api.clocks import clocks_of
from substances.api.serializers import SubstanceBriefSerializer
from substances.models import Substance
from substances.services.succession import successors_of


class SplitSerializer(ProblemSerializer):
    """That a substance was split, and what into."""

    successors = serializers.ListField(child=SubstanceBriefSerializer())


SUCCESSION = {
    308: OpenApiResponse(description="It was merged; the same of the one that stands is at `Location`."),
    410: OpenApiResponse(SplitSerializer, description="It was split into `successors`; which is meant is not known."),
}


def led_on(request: Request, substance: Substance, name: str) -> Response | None:
    """The answer for one that was merged: to the same of the one that stands, by the same clocks; None for others.

    Args:
        name: of the address that was asked.

    Raises:
        Gone: it was split.
    """
    if substance.merged_into_id:
        target = reverse(f"api:{name}", args=[substance.merged_into_id], request=request)
        return Response(status=308, headers={"Location": target + clocks_of(request.query_params).query})
    if substance.split_at:
        rows = [SubstanceBriefSerializer(one, context={"request": request}).data for one in successors_of(substance)]
        message = _("It was split into %(count)s substances; choose the one that you mean.") % {"count": len(rows)}
        raise Gone(message, code="split", successors=rows)
    return None
