"""The whole portal as `make up` runs it, on a data folder of its own with the seeded catalogue in it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import urllib.request
from pathlib import Path

from django.conf import settings

from tests import databases
from tests.environment import RUN_DIR
from tests.processes import Running, children_of, command_line, family_of, wait_until


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class LivePortal(Running):
    """`manage.py up`, and the way to its processes."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        unset = {"DATABASE_URL", "CELERY_BROKER_URL"}
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment |= {"BENIGNA_DATA_DIR": str(folder), "PORT": str(port)}
        command = [sys.executable, "manage.py", "up"]
        super().__init__(command, environment=environment, log=folder.with_suffix(".log"))

    def wait_until_ready(self) -> None:
        """Return when it is ready, and has said all that it says then."""
        self.wait_for_words("Ctrl-C ends it.", seconds=180)

    def is_ready(self) -> bool:
        """What /readyz says now."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def process_called(self, part: str) -> int:
        """The child whose command line has `part` in it."""
        return wait_until(lambda: self._named(part), what=f"a process with {part} in its command")[0]

    def _named(self, part: str) -> list[int]:
        return [pid for pid in children_of(self.pid) if part in command_line(pid)]

    def everything(self) -> list[int]:
        """Each of its processes."""
        return family_of(self.pid)

    def first_curators_link(self) -> str:
        """The one-time link it printed."""
        found = re.search(r"http\S+/organisations/invitation/\S+", self.said())
        assert found, self.said()
        return found[0]


def a_data_folder(folder: Path, *, pretend_drawing_aid: bool) -> Path:
    """A data folder with the seeded catalogue; with `pretend_drawing_aid` nothing is fetched from a network."""
    databases.make_template(databases.CATALOGUE)
    folder.mkdir(parents=True)
    shutil.copyfile(RUN_DIR / f"{databases.CATALOGUE}.sqlite3", folder / "benigna.sqlite3")
    if pretend_drawing_aid:
        vendor = folder / "vendor"
        vendor.mkdir()
        (vendor / "openchemlib.js").write_text("// a drawing aid for tests\n", encoding="utf-8")
        lock = Path(settings.BASE_DIR) / "package-lock.json"
        shutil.copyfile(lock, vendor / "openchemlib.lock.json")
    return folder
