"""What a killed worker leaves of an upload on its machine is deleted after a day, and nothing else is."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from substances.services.upload_folders import delete_left_folders, upload_folder
from substances.services.uploads import delete_old_uploads

TWO_DAYS_S = 2 * 24 * 60 * 60


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary directory of this machine."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left(name: str, *, seconds: int = TWO_DAYS_S) -> Path:
    """A folder with a file in it, last written so long ago."""
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir()
    (folder / "list.csv").write_text("x", encoding="utf-8")
    return aged(folder, seconds=seconds)


def aged(path: Path, *, seconds: int = TWO_DAYS_S) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then), follow_symlinks=False)
    return path


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_folder_is_there_while_it_is_used_and_can_be_left_by_a_kill(temporary: Path) -> None:
    with upload_folder() as folder:
        (folder / "list.csv").write_text("x", encoding="utf-8")
        assert (folder.parent, delete_left_folders(), names(folder)) == (temporary, 0, {"list.csv"})
        used = folder.name
    assert names(temporary) == set()
    left(used)
    assert (delete_left_folders(), delete_left_folders(), names(temporary)) == (1, 0, set())


def test_a_folder_that_was_left_goes_with_the_next_upload(temporary: Path) -> None:
    left("benigna-upload-a")
    with upload_folder() as folder:
        assert names(temporary) == {folder.name}


@pytest.mark.django_db
def test_the_chore_that_deletes_old_files_deletes_left_folders(temporary: Path) -> None:
    left("benigna-upload-a")
    assert (delete_old_uploads(), names(temporary)) == (0, set())


def test_what_is_younger_somebody_elses_or_a_link_stays(temporary: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept.csv").write_text("x", encoding="utf-8")
    left("benigna-upload-young", seconds=60 * 60)
    left("another-upload-a")
    aged(theirs)
    (temporary / "benigna-upload-link").symlink_to(theirs)
    aged(temporary / "benigna-upload-link")
    (temporary / "benigna-upload-file").write_text("x", encoding="utf-8")
    aged(temporary / "benigna-upload-file")
    (left("benigna-upload-old") / "inner").symlink_to(theirs)
    aged(temporary / "benigna-upload-old")
    before = names(temporary)
    assert (delete_left_folders(), names(temporary)) == (1, before - {"benigna-upload-old"})
    assert names(theirs) == {"kept.csv"}
