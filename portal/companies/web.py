"""Pages about companies."""

from __future__ import annotations

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.rest.pages import browse
from portal.companies.api.views import find_company
from portal.companies.models import Company
from portal.companies.profile import profile_of
from substances.querysets import is_living


@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """Companies, by name, with how many substances are known of each."""
    text = request.GET.get("q", "").strip()
    rows = Company.objects.annotate(
        substances=Count("production__substance", filter=is_living("production__substance__"), distinct=True),
        latest=Max("production__year"),
    )
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(isin__iexact=text) | Q(lei__iexact=text) | Q(sector__icontains=text)
        )
    page = browse(request, rows)
    context = {
        "page": page,
        "query": text,
        "count": rows.count(),
        "demo_data": any(company.is_demo for company in page.rows),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Companies")}],
    }
    return render(request, "companies/companies.html", context)


@require_safe
def company(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of one company's chemicals."""
    shown = find_company(slug)
    context = {
        "company": shown,
        "profile": profile_of(shown.production.all()),
        "demo_data": shown.is_demo,
        "profile_url": request.build_absolute_uri(reverse("api:company-profile", args=[shown.slug])),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Companies"), "url": reverse("web:companies")},
            {"label": shown.name},
        ],
    }
    return render(request, "companies/company.html", context)
