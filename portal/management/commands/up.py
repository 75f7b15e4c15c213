"""Starts the whole portal on this machine, with nothing but this environment."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal import env
from portal.management.supervision import AlreadyRunning, Child, Supervisor, only_one

READY_QUESTION_SECONDS = 2.0


class Command(BaseCommand):
    help = "Prepares the data folder, then runs web, Celery worker and scheduler until Ctrl-C."
    requires_system_checks: list[str] = []  # `make check` and `up`'s own readiness say more

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        host, port = env.text("BENIGNA_BIND", "127.0.0.1"), env.integer("PORT", 8000, minimum=1)
        try:
            with only_one(Path(settings.DATA_DIR) / "up.lock"):
                _refuse_used_port(host, port)
                self._say(f"Data folder: {settings.DATA_DIR}")
                self._prepare()
                self._supervise(host, port, started)
        except AlreadyRunning as error:
            raise CommandError(
                f"A portal runs on the data folder {settings.DATA_DIR} already (process {error}). "
                "End it, or name another folder with BENIGNA_DATA_DIR."
            ) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _prepare(self) -> None:
        self._say("Preparing the database and the starter catalogue …")
        call_command("prepare", stdout=self.stdout)

    def _supervise(self, host: str, port: int, started: float) -> None:
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared, not bound
        url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        connections.close_all()
        supervisor = Supervisor(_children(host, port), environment=dict(os.environ), say=self._say)

        def announce_when_ready() -> bool:
            if not _is_ready(url):
                return False
            self._say(f"Ready after {time.monotonic() - started:.1f} s: {url}/")
            self._invite_first_curator(url)
            self._say("Ctrl-C ends it.")
            return True

        supervisor.run(waiting_for=announce_when_ready)
        self._say("Ended.")

    def _invite_first_curator(self, url: str) -> None:
        from portal.organisations.models import User
        from portal.organisations.services import invite_first_curator

        if not User.objects.filter(is_curator=True).exists():
            token = invite_first_curator()
            self._say("Nobody curates this portal yet. This link works once and makes the first curator:")
            self._say(f"  {url}/organisations/invitation/{token}/")
        connections.close_all()


def _children(host: str, port: int) -> list[Child]:
    """The processes of the portal."""
    python = sys.executable
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [python, "-m", "gunicorn", "portal.wsgi", f"--bind={bind}", "--workers=2", "--threads=4", "--preload"]
    web += ["--no-control-socket", "--graceful-timeout=5", "--timeout=60", "--log-level=warning"]
    worker = [python, "-m", "celery", "--app=portal", "--quiet", "worker", "--pool=prefork", "--concurrency=3"]
    worker += ["--hostname=embedded@%h", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    return [
        Child("web", web),
        Child("worker", worker),
        Child("scheduler", [python, str(Path(settings.BASE_DIR) / "manage.py"), "scheduler"]),
    ]


def _refuse_used_port(host: str, port: int) -> None:
    """Raises CommandError when nothing can listen at the address."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}, port {port} ({error.strerror}). Choose another port: PORT={port + 1} make up"
            ) from error


def _is_ready(url: str) -> bool:
    """Whether the portal answers that it is ready."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=READY_QUESTION_SECONDS) as answer:  # noqa: S310  # ours
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
