"""Companies over REST."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.etags import conditional
from portal.companies.api.serializers import CompanySerializer, ProfileSerializer
from portal.companies.models import Company
from portal.companies.profile import profile_of

KEY = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="Its slug, LEI or ISIN.")


@extend_schema_view(
    get=extend_schema(
        operation_id="companies_list",
        parameters=[
            OpenApiParameter("isin", str, many=True, description="ISO 6166; may be repeated"),
            OpenApiParameter("lei", str, many=True, description="ISO 17442; may be repeated"),
        ],
    )
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


def find_company(key: str, rows: QuerySet[Company] | None = None) -> Company:
    """The company with this slug, LEI or ISIN, tried in this order; with its profile at hand unless `rows` says else.

    Raises:
        Http404: there is none.
    """
    number = key.upper()
    rows = Company.objects.with_profile() if rows is None else rows
    # An ISIN names a security: two companies may give the same.
    for same in (Q(slug=key), Q(lei=number, lei__gt=""), Q(isin=number, isin__gt="")):
        found: Company | None = rows.filter(same).first()
        if found is not None:
            return found
    raise Http404(key)


class _OneCompany(GenericAPIView[Company]):
    permission_classes = [AllowAny]
    queryset = Company.objects.all()
    filter_backends = []
    pagination_class = None


class CompanyView(_OneCompany):
    """One company."""

    serializer_class = CompanySerializer

    @extend_schema(operation_id="companies_read", parameters=[KEY])
    def get(self, request: Request, slug: str) -> Response:
        """By its slug, LEI or ISIN."""
        company = find_company(slug, self.get_queryset())
        return conditional(request, CompanySerializer(company, context=self.get_serializer_context()).data)


class CompanyProfileView(_OneCompany):
    """The chemical profile of one company."""

    @extend_schema(operation_id="companies_profile", parameters=[KEY], responses=ProfileSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """By its slug, LEI or ISIN; 304 where the client has it already."""
        company = find_company(slug)
        context = {**self.get_serializer_context(), "company": company}
        return conditional(request, ProfileSerializer(profile_of(company.production.all()), context=context).data)
