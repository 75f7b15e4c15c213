"""Opens every page once as nobody and once as a curator, in a process of its own.

Prints what the web process should never have loaded.
"""

from __future__ import annotations

import os
import sys

import django
from django.http import HttpResponseBase

HEAVY = ("rdkit", "pandas", "openpyxl")
MOST_PAGES = 25


def main() -> int:
    """Walk the addresses; 1 when a page fails or something heavy was loaded."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings

    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    from django.contrib import admin
    from django.test import Client

    from tests.architecture.addresses import every_address
    from tests.build import a_curator

    admin.autodiscover()
    curator = Client()
    curator.force_login(a_curator(), backend="django.contrib.auth.backends.ModelBackend")
    failed, opened = [], 0
    for address in every_address():
        for client in (Client(), curator):
            answer: HttpResponseBase = client.get(address, headers={"host": "localhost"})
            if answer.status_code >= 500 and address != "/readyz":
                failed.append(f"{address} {answer.status_code}")
        opened += 1
    heavy = sorted({name.partition(".")[0] for name in sys.modules} & set(HEAVY))
    print(f"opened: {opened}; failed: {failed or 'none'}; heavy: {', '.join(heavy) or 'none'}")  # noqa: T201  # read by the test
    return 1 if failed or heavy or opened < MOST_PAGES else 0


if __name__ == "__main__":
    sys.exit(main())
