"""Companies over REST."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.etags import conditional
from portal.companies.api.serializers import CompanySerializer, ProfileSerializer
from portal.companies.models import Company
from portal.companies.profile import profile_of


@extend_schema(
    operation_id="companies_list",
    parameters=[
        OpenApiParameter("isin", str, many=True, description="ISO 6166; may be repeated"),
        OpenApiParameter("lei", str, many=True, description="ISO 17442; may be repeated"),
    ],
)
class CompaniesView(ListAPIView[Company]):
    """Companies, by ISIN or LEI where given."""

    permission_classes = [AllowAny]
    serializer_class = CompanySerializer
    filter_backends = []
    queryset = Company.objects.all()

    def get_queryset(self) -> QuerySet[Company]:
        """Those with one of the numbers asked for, or all."""
        isins = [n.upper() for n in self.request.query_params.getlist("isin")]
        leis = [n.upper() for n in self.request.query_params.getlist("lei")]
        rows = super().get_queryset()
        return rows.filter(Q(isin__in=isins) | Q(lei__in=leis)) if isins or leis else rows


def find_company(key: str) -> Company:
    """The company with this slug, LEI or ISIN, with its profile at hand; Http404 where there is none."""
    number = key.upper()
    rows = Company.objects.with_profile()
    return get_object_or_404(rows, Q(slug=key) | Q(lei=number, lei__gt="") | Q(isin=number, isin__gt=""))


class CompanyView(GenericAPIView[Company]):
    """One company."""

    permission_classes = [AllowAny]
    serializer_class = CompanySerializer
    queryset = Company.objects.all()
    filter_backends = []
    pagination_class = None

    @extend_schema(operation_id="companies_read")
    def get(self, request: Request, slug: str) -> Response:
        """By its slug, LEI or ISIN."""
        return conditional(request, CompanySerializer(find_company(slug), context={"request": request}).data)


class CompanyProfileView(GenericAPIView[Company]):
    """The chemical profile of one company."""

    permission_classes = [AllowAny]
    serializer_class = ProfileSerializer
    queryset = Company.objects.all()
    filter_backends = []
    pagination_class = None

    @extend_schema(operation_id="companies_profile")
    def get(self, request: Request, slug: str) -> Response:
        """By its slug, LEI or ISIN; 304 where the client has it already."""
        company = find_company(slug)
        context = {"request": request, "company": company}
        return conditional(request, ProfileSerializer(profile_of(company.production.all()), context=context).data)
