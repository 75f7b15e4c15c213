"""Functions, alternatives and the evidence for them, to look at."""

from __future__ import annotations

from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from substitution.models import Alternative, Evidence, Replacement, TechnicalFunction


@admin.register(TechnicalFunction)
class TechnicalFunctionAdmin(LookOnlyAdmin):
    """Functions at their three levels."""

    list_display = ["name", "slug", "level", "parent", "oecd_category"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]


@admin.register(Alternative)
class AlternativeAdmin(LookOnlyAdmin):
    """What could be used instead."""

    list_display = ["name", "slug", "kind", "candidate", "readiness", "status", "checked"]
    list_filter = ["kind", "status", "readiness"]
    list_select_related = ["candidate"]
    search_fields = ["name", "slug"]


@admin.register(Replacement)
class ReplacementAdmin(LookOnlyAdmin):
    """What replaces what, in which function."""

    list_display = ["alternative", "replaces", "function", "status", "since"]
    list_filter = ["status"]
    list_select_related = ["alternative", "replaces", "function"]
    search_fields = ["alternative__name", "replaces__name", "function__name"]


@admin.register(Evidence)
class EvidenceAdmin(LookOnlyAdmin):
    """What sources found about replacements."""

    list_display = ["finding", "supports", "source", "locator", "checked"]
    list_filter = ["supports", "checked"]
    list_select_related = ["source"]
    search_fields = ["finding"]
