"""Fetching the drawing aid: once, and without harm where it cannot be had."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from portal.management import drawing_aid


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose drawing aid no registry has."""
    folder = tmp_path / "project"
    folder.mkdir()
    package = {"name": "none", "config": {"copy_from": "node_modules/none/none.js"}, "dependencies": {"none": "1.0.0"}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "package-lock.json").write_text("{", encoding="utf-8")
    return folder


def test_the_file_fetched_before_is_not_fetched_again(project: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "data" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "none.js").write_text("// here", encoding="utf-8")
    shutil.copy(project / "package-lock.json", vendor / "none.lock.json")
    assert drawing_aid.fetch(project=project, data_dir=tmp_path / "data") is None


def test_npm_that_fails_is_told_and_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "node" / "bin").mkdir(parents=True)
    npm = data_dir / "node" / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho 'no network' >&2\nexit 1\n", encoding="utf-8")
    npm.chmod(0o755)
    with pytest.raises(drawing_aid.NotFetched):
        drawing_aid.fetch(project=project, data_dir=data_dir)
    assert list((data_dir / "vendor").iterdir()) == []
    assert not list(data_dir.glob("npm-*"))


def test_the_lock_file_names_the_package_it_copies_from() -> None:
    root = Path(settings.BASE_DIR)
    copied = json.loads((root / "package.json").read_text(encoding="utf-8"))["config"]["copy_from"]
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert any(copied.startswith(f"{name}/") and "integrity" in entry for name, entry in locked.items() if name)
