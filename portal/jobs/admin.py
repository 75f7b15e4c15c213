from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from portal.jobs.models import Heartbeat, Job


@admin.register(Job)
class JobAdmin(LookOnlyAdmin):
    """What was asked for and how it ended."""

    list_display = ["name", "state", "attempts", "queue", "created_at", "finished_at", "error_code"]
    list_filter = ["state", "queue", "name"]
    date_hierarchy = "created_at"


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnlyAdmin):
    """Who lives."""

    list_display = ["name", "kind", "at"]
