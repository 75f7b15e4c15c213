"""The benchmark of the whole portal: `python -m tests.bench`. Sets Django up on a folder of its own, embedded."""

from __future__ import annotations

import os

import django

import tests.environment  # noqa: F401  # sets the data folder before the settings are read

for _variable in ("DATABASE_URL", "CELERY_BROKER_URL"):
    os.environ.pop(_variable, None)
os.environ["BENIGNA_TRUSTED_PROXIES"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()
