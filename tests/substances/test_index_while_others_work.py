"""Indexes while somebody else writes: what a process has read it only adds to, and whoever is killed leaves no mix."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from substances.models import Fingerprint, Structure
from substances.similarity import asking, store
from substances.similarity.building import build_registry
from substances.similarity.index_files import attach
from tests.build import a_substance
from tests.conftest import COPIES
from tests.substances.fingerprints import bits, fingerprinted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
FAMILY = store.DEFAULT_FAMILY


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    yield store.folder_of(store.REGISTRY, FAMILY)
    store.forget()


def found() -> list[tuple[object, int]]:
    return [(one.substance_id, one.shared) for one in store.stored().nearest(bits(1, 2, 3), threshold=Decimal("0.1"))]


def test_a_process_reads_only_what_changed_since_it_last_looked(
    settings: Settings, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    settings.INDEX_SETTLED_NS = -3_600 * 10**9  # as if the files had stood there for long
    first = fingerprinted(a_substance(), 1, 2, 3)
    build_registry(FAMILY)
    second = fingerprinted(a_substance(), 1, 2)
    known = store.stored()
    third = fingerprinted(a_substance(), 1)
    with django_assert_max_num_queries(3):
        renewed = store.stored()
    assert (renewed.base is known.base, set(known.changed), set(renewed.changed)) == (
        True,
        {second.pk},
        {second.pk, third.pk},
    )
    Structure.objects.filter(substance=second).delete()
    assert found() == [(first.pk, 3), (third.pk, 1)]


def test_what_a_transaction_took_back_is_not_built_upon() -> None:
    first = fingerprinted(a_substance(), 1, 2, 3)
    build_registry(FAMILY)
    found()
    with transaction.atomic():
        Fingerprint.objects.filter(structure__substance=first).update(bits=bits(9))
        assert found() == []
        transaction.set_rollback(True)
    second = fingerprinted(a_substance(), 1)
    assert found() == [(first.pk, 3), (second.pk, 1)]


@pytest.mark.parametrize("moment", ["np.save", "os.fsync", "Path.rename", "Path.replace", "shutil.rmtree"])
def test_a_builder_killed_at_any_step_leaves_an_index_that_answers(folder: Path, moment: str) -> None:
    fingerprinted(a_substance(), 1, 2, 3)
    build_registry(FAMILY)
    before = attach(folder).manifest.token
    fingerprinted(a_substance(), 1, 2)
    expected = found()
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_AT % moment],
        cwd=project.BASE_DIR,
        env=os.environ | {"DATABASE_URL": COPIES.url, "BENIGNA_DATA_DIR": str(project.DATA_DIR)},
        check=False,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL
    store.forget()
    assert found() == expected
    assert (attach(folder, thoroughly=True).manifest.token == before) == (moment != "shutil.rmtree")
    build_registry(FAMILY)
    store.forget()
    assert found() == expected
    assert not list(folder.glob(".writing-*"))


# A real process that kills itself where it would do this step; what ran before is on disk.
_KILLED_AT = """
import os, signal
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
import django
django.setup()
from pathlib import Path
import shutil
import numpy as np
from substances.similarity.building import build_registry
from substances.similarity.store import DEFAULT_FAMILY
owner, name = "%s".split(".")
owner = {"np": np, "os": os, "Path": Path, "shutil": shutil}[owner]
setattr(owner, name, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
build_registry(DEFAULT_FAMILY)
"""


def test_two_builders_at_once_leave_one_whole_index(folder: Path) -> None:
    for number in range(40):
        fingerprinted(a_substance(), 1, number + 2)
    command = [sys.executable, "manage.py", "build_index", "--family", FAMILY]
    environment = os.environ | {"DATABASE_URL": COPIES.url, "BENIGNA_DATA_DIR": str(project.DATA_DIR)}
    both = [
        subprocess.Popen(
            command, cwd=project.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    told = [one.communicate(timeout=120)[1] for one in both]
    assert 0 in {one.returncode for one in both}
    assert all(one.returncode == 0 or b"another process builds" in why for one, why in zip(both, told, strict=True))
    assert attach(folder, thoroughly=True).manifest.rows == 40
    assert len(found()) == 40
