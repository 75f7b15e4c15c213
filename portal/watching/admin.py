from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from portal.watching.models import Event


@admin.register(Event)
class EventAdmin(LookOnlyAdmin):
    """What changed."""

    list_display = ["recorded_at", "kind", "subject_kind", "subject_id", "occurred_on", "organisation"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
