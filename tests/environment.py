"""Loaded by `-p tests.environment` before Django's settings: gives every test run a data folder of its own.

Under xdist each process gets a folder of its own inside the run's, so brokers and databases never meet. What is made
once for all of them (the template databases) lies in the run's folder. All of it is removed at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# The settings a developer's shell may carry; a test that means one sets it.
FOREIGN = [
    "BENIGNA_BIND",
    "BENIGNA_DEBUG",
    "BENIGNA_HOSTS",
    "BENIGNA_HSTS_PRELOAD",
    "BENIGNA_HSTS_SUBDOMAINS",
    "BENIGNA_HTTPS",
    "BENIGNA_LOG_JSON",
    "BENIGNA_LOG_LEVEL",
    "BENIGNA_MAIL_FROM",
    "BENIGNA_PUBLIC_URL",
    "BENIGNA_SECRET_KEY",
    "BENIGNA_TRUSTED_PROXIES",
    "EMAIL_URL",
    "PORT",
]
for name in FOREIGN:
    os.environ.pop(name, None)

MADE_HERE = "BENIGNA_TEST_RUN_DIR" not in os.environ
if MADE_HERE:
    os.environ["BENIGNA_TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="benigna-tests-")
RUN_DIR = Path(os.environ["BENIGNA_TEST_RUN_DIR"])
PROCESS_NAME = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATA_DIR = RUN_DIR / PROCESS_NAME
(DATA_DIR / "static").mkdir(parents=True, exist_ok=True)
os.environ["BENIGNA_DATA_DIR"] = str(DATA_DIR)
# On RabbitMQ each process has a virtual host of its own, named after the given one: …/tests-main, …/tests-gw0, ….
if os.environ.get("CELERY_BROKER_URL", "").startswith("amqp") and "BENIGNA_TEST_BROKER" not in os.environ:
    os.environ["BENIGNA_TEST_BROKER"] = os.environ["CELERY_BROKER_URL"].rstrip("/")
if "BENIGNA_TEST_BROKER" in os.environ:
    os.environ["CELERY_BROKER_URL"] = f"{os.environ['BENIGNA_TEST_BROKER']}-{PROCESS_NAME}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's folder, by the process that made it."""
    if MADE_HERE:
        shutil.rmtree(RUN_DIR, ignore_errors=True)
