"""The Celery application. It knows one task, in `portal.jobs`; the work itself is named by string in a Job row."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
TRANSPORT_ALIASES["filesystem"] = "portal.jobs.folder_broker:Transport"

app = Celery("benigna")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
