"""`manage.py up` as people meet it: what it says, what it survives, what it leaves behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.live_portal import LivePortal, a_data_folder, free_port
from tests.processes import is_alive, wait_until


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    folder = a_data_folder(tmp_path_factory.mktemp("up") / "data", pretend_drawing_aid=True)
    live = LivePortal(folder, port=free_port())
    live.wait_until_ready()
    yield live
    live.stop()


def _up(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"BENIGNA_DATA_DIR": str(folder), "PORT": str(port)}
    command = [sys.executable, "manage.py", "up"]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_up_prints_its_address_and_a_link_for_the_first_curator(portal: LivePortal) -> None:
    assert f"{portal.url}/" in portal.said()
    assert portal.first_curators_link().startswith(portal.url)


def test_up_makes_a_secret_key_only_its_owner_can_read(portal: LivePortal) -> None:
    assert stat.S_IMODE((portal.folder / "secret-key").stat().st_mode) == 0o600


def test_a_second_up_on_the_same_folder_is_refused(portal: LivePortal) -> None:
    refused = _up(portal.folder, free_port())
    assert refused.returncode != 0
    assert "runs on the data folder" in refused.stderr


def test_a_port_in_use_is_refused_with_advice(portal: LivePortal, tmp_path: Path) -> None:
    refused = _up(tmp_path / "other", portal.port)
    assert refused.returncode != 0
    assert f"PORT={portal.port + 1}" in refused.stderr


@pytest.mark.parametrize("part", ["gunicorn", "celery", "scheduler"])
def test_a_killed_process_is_started_again(portal: LivePortal, part: str) -> None:
    killed = portal.process_called(part)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: portal.process_called(part) != killed)
    wait_until(portal.is_ready, seconds=120)
    assert not is_alive(killed)


def test_a_signal_ends_every_process(tmp_path: Path) -> None:
    live = LivePortal(a_data_folder(tmp_path / "data", pretend_drawing_aid=True), port=free_port())
    live.wait_until_ready()
    family = live.everything()
    live.process.terminate()
    assert live.process.wait(60) == 0
    assert [pid for pid in family if is_alive(pid)] == []
    assert live.said().rstrip().endswith("Ended.")
