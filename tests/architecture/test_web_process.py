"""The web process never loads RDKit: what a stranger wrote cannot hold it, and it starts quickly."""

from __future__ import annotations

import os
import subprocess
import sys

import grimp
import pytest

from tests import databases
from tests.architecture.repository import ROOT
from tests.conftest import COPIES
from tests.environment import RUN_DIR

OURS = frozenset({"portal", "substances", "substitution"})
CHEMISTRY = "substances.chemistry"
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


def test_nothing_but_the_chemistry_room_can_reach_rdkit_by_any_import() -> None:
    """Whatever the web process or a view may come to import, at its start or within a function, in any room."""
    graph = grimp.build_graph("portal", "substances", "substitution", include_external_packages=True, cache_dir=None)
    reach = graph.find_upstream_modules
    rooms = [name for name in graph.modules if not name.startswith(CHEMISTRY) and name.split(".")[0] in OURS]
    assert "substances.web.searches" in rooms
    assert "rdkit" in reach(f"{CHEMISTRY}.parse")
    assert [name for name in rooms if "rdkit" in reach(name)] == []


def test_the_tests_database_is_not_the_developers() -> None:
    assert str(RUN_DIR) in COPIES.url or databases.RUN_NAME in COPIES.url
