"""Runs the scheduler until it is told to end."""

from __future__ import annotations

import os
import platform
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import autodiscover_modules

from portal.jobs.heartbeat import stop_beating
from portal.jobs.scheduler import Scheduler


class Command(BaseCommand):
    help = "Requeues jobs whose worker died, rings lost doorbells again, ends what is overdue, does periodic chores."
    requires_system_checks: list[str] = []  # `up` and the web process have checked

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, for a clock outside such as cron")

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("tasks")  # the rooms' chores stand there
        name = f"scheduler@{platform.node()}:{os.getpid()}"
        scheduler = Scheduler(name=name)
        if options["once"]:
            scheduler.tick()
            return
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        while not ended.is_set():
            scheduler.tick()
            ended.wait(1)
        stop_beating(name=name)
