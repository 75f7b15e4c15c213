"""The portal a journey goes through: what `make up` starts, on a data folder of its own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings

from tests.processes import Running

FIRST_START_SECONDS = 300.0  # npm and a slow machine included


class Portal(Running):
    """`manage.py up`, as a person would start it for the first time."""

    def __init__(self, data_dir: Path) -> None:
        port = _free_port()
        environment = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}
        }
        environment |= {"BENIGNA_DATA_DIR": str(data_dir), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        self.url = f"http://127.0.0.1:{port}"
        super().__init__([sys.executable, "manage.py", "up"], environment=environment, log=data_dir / "up.log")
        self.wait_for_words("Ctrl-C ends it.", seconds=FIRST_START_SECONDS)

    @property
    def invitation(self) -> str:
        """The one-time link printed at the first start."""
        found = re.search(r"http\S+/organisations/invitation/\S+", self.said())
        assert found, "no invitation was printed"
        return found[0]

    def manage(self, *words: str, **environment: str) -> str:
        """What `manage.py` says to these words beside the running portal, as an operator would type them."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            env=self.environment | environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def make_curator(self, *, email: str, password: str) -> None:
        """Somebody who curates, made at the machine."""
        self.manage("createsuperuser", "--noinput", "--email", email, DJANGO_SUPERUSER_PASSWORD=password)

    def address_of(self, name: str) -> str:
        """The path of a substance's page, found as a script would find it."""
        with urllib.request.urlopen(f"{self.url}/api/v1/substances/?q={quote(name)}", timeout=30) as answer:
            first = json.load(answer)["results"][0]
        return f"/substances/{urlsplit(first['id']).path}/"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
