"""The Celery application. It knows two tasks, both in `portal.jobs`; work itself is named by string in a Job row."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("benigna")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
