"""The web process never loads RDKit: what a stranger wrote cannot hold it, and it starts quickly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import databases
from tests.architecture.repository import ROOT
from tests.conftest import COPIES
from tests.environment import RUN_DIR

OPENS_EVERY_PAGE = "tests.architecture.open_every_page"


@pytest.mark.django_db(transaction=True)
def test_no_page_loads_rdkit(catalogue: None) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", OPENS_EVERY_PAGE],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": COPIES.url, "BENIGNA_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "heavy: none" in ran.stdout


def test_the_tests_database_is_not_the_developers() -> None:
    assert str(RUN_DIR) in COPIES.url or databases.RUN_NAME in COPIES.url
