"""Companies and what is told of them, to look at."""

from __future__ import annotations

from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from portal.companies.models import Commitment, Company, Production


@admin.register(Company)
class CompanyAdmin(LookOnlyAdmin):
    """Companies; the made up ones are marked."""

    list_display = ["name", "isin", "lei", "sector", "country", "is_demo", "revision"]
    list_filter = ["is_demo", "sector", "country"]
    search_fields = ["name", "isin", "lei"]


@admin.register(Production)
class ProductionAdmin(LookOnlyAdmin):
    """Who makes, imports or uses what."""

    list_display = ["company", "role", "substance", "year", "tonnes_per_year_min", "tonnes_per_year_max", "checked"]
    list_filter = ["role", "year"]
    list_select_related = ["company", "substance"]
    search_fields = ["company__name", "substance__name"]


@admin.register(Commitment)
class CommitmentAdmin(LookOnlyAdmin):
    """What companies said they would do."""

    list_display = ["company", "text", "target_year", "status", "checked"]
    list_filter = ["status", "target_year"]
    list_select_related = ["company"]
    search_fields = ["company__name", "text"]
