"""Indexes as files: whatever is not what was published is noticed before anything is answered from it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from substances.similarity.index_files import (
    Generation,
    IndexDamaged,
    IndexMissing,
    Manifest,
    Writing,
    attach,
    current,
    publish,
)

AN_HOUR_NS = 3_600 * 10**9


def a_generation(folder: Path, value: int = 1, *, token: str = "token") -> int:
    """One array of a hundred equal numbers and one without any, published."""
    writing = Writing(folder)
    writing.save("numbers", np.full(100, value, dtype=np.int64))
    writing.room("columns", (2048, 3), np.uint64)[:] = value
    writing.save("none", np.zeros(0, dtype=np.int64))
    number, _manifest = writing.finished(Manifest(token, "registry", "family", "key", 7, (100,), 100))
    publish(folder, number)
    return number


def attached(folder: Path, *, thoroughly: bool = False) -> Generation:
    """As if the files had been written long ago: nothing of theirs is younger than it seems."""
    return attach(folder, thoroughly=thoroughly, settled_ns=-AN_HOUR_NS)


def flip(path: Path, at: int = -5) -> None:
    """One bit of one byte, with the times of change set back as far as anybody can."""
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_what_was_published_is_attached_and_cannot_be_written(tmp_path: Path) -> None:
    a_generation(tmp_path, 5)
    found = attached(tmp_path)
    assert (found.number, found.manifest.rows, found.arrays["numbers"].tolist()) == (1, 100, [5] * 100)
    assert (found.arrays["columns"] == 5).all()
    assert not found.arrays["columns"].flags.writeable
    assert found.is_as_it_was()


def test_nothing_published_is_missing_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        attached(tmp_path / "nowhere")


def turned_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a file is missing": lambda place: (place / "numbers.npy").unlink(),
    "a file is cut off": lambda place: os.truncate(place / "columns.npy", 4_000),
    "a file has grown": lambda place: (place / "columns.npy").open("ab").write(b"x"),
    "a bit is flipped": lambda place: flip(place / "columns.npy"),
    "a bit of a header is flipped": lambda place: flip(place / "numbers.npy", 12),
    "a file is a folder": lambda place: turned_into_a_folder(place / "none.npy"),
    "the manifest is missing": lambda place: (place / "manifest.json").unlink(),
    "the manifest is cut off": lambda place: os.truncate(place / "manifest.json", 50),
    "the manifest says another sequence": lambda place: (place / "manifest.json").write_text(
        (place / "manifest.json").read_text().replace('"sequence": 7', '"sequence": 8')
    ),
    "the manifest is of another version": lambda place: (place / "manifest.json").write_text(
        (place / "manifest.json").read_text().replace('"format": 1', '"format": 2')
    ),
    "the manifest is not JSON": lambda place: (place / "manifest.json").write_text("[]"),
    "the generation is gone": lambda place: place.rename(place.with_name("elsewhere")),
    "CURRENT names nothing": lambda place: (place.parent / "CURRENT").write_text("gen-"),
    "CURRENT is not text": lambda place: (place.parent / "CURRENT").write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
@pytest.mark.parametrize("was_verified", [True, False], ids=["verified before", "never verified"])
def test_damage_is_noticed(tmp_path: Path, damage: Callable[[Path], object], was_verified: bool) -> None:
    number = a_generation(tmp_path)
    if was_verified:
        attached(tmp_path)
    damage(tmp_path / f"gen-{number}")
    with pytest.raises(IndexDamaged):
        attached(tmp_path)


@pytest.mark.parametrize("name", ["a file is missing", "a file is cut off", "a bit is flipped"])
def test_damage_while_it_is_attached_is_noticed(tmp_path: Path, name: str) -> None:
    number = a_generation(tmp_path)
    found = attached(tmp_path)
    DAMAGES[name](tmp_path / f"gen-{number}")
    assert not found.is_as_it_was()


def test_files_that_cannot_be_read_are_noticed(tmp_path: Path) -> None:
    number = a_generation(tmp_path)
    target = tmp_path / f"gen-{number}" / "numbers.npy"
    target.unlink()
    target.symlink_to(target)  # not even root reads a link to itself
    with pytest.raises(IndexDamaged, match="missing or cannot be read"):
        attached(tmp_path)


def test_all_bytes_are_read_once_and_again_when_asked(tmp_path: Path) -> None:
    number = a_generation(tmp_path)
    attached(tmp_path)
    noted = tmp_path / f"gen-{number}" / "verified.json"
    told = json.loads(noted.read_text())
    noted.write_text(json.dumps(told | {"boot": "another start of this machine"}))
    attached(tmp_path)
    assert json.loads(noted.read_text()) == told
    flip(tmp_path / f"gen-{number}" / "columns.npy")
    noted.write_text(json.dumps(told))
    with pytest.raises(IndexDamaged):
        attached(tmp_path, thoroughly=True)


def test_what_was_written_a_moment_ago_is_not_taken_on_trust(tmp_path: Path) -> None:
    """Within one tick of the file system's clock a second change would leave no trace."""
    number = a_generation(tmp_path)
    found = attach(tmp_path, settled_ns=AN_HOUR_NS)
    assert not found.is_as_it_was()
    assert not (tmp_path / f"gen-{number}" / "verified.json").exists()


def test_the_one_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    numbers = [a_generation(tmp_path, value) for value in (1, 2, 3)]
    assert numbers == [1, 2, 3]
    assert sorted(path.name for path in tmp_path.glob("gen-*")) == ["gen-2", "gen-3"]
    assert current(tmp_path) == 3


def test_a_reader_keeps_what_it_has_mapped_while_others_are_published(tmp_path: Path) -> None:
    a_generation(tmp_path, 1)
    found = attached(tmp_path)
    for value in (2, 3, 4):
        a_generation(tmp_path, value)
    assert found.arrays["numbers"].tolist() == [1] * 100
    assert not found.is_as_it_was()
    assert attached(tmp_path).arrays["numbers"].tolist() == [4] * 100


def test_what_a_killed_writer_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    Writing(tmp_path).save("numbers", np.zeros(3))
    a_generation(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "gen-1"]


def test_a_generation_that_was_finished_but_not_named_is_not_attached(tmp_path: Path) -> None:
    a_generation(tmp_path, 1)
    writing = Writing(tmp_path)
    writing.save("numbers", np.full(100, 2))
    number, _ = writing.finished(Manifest("other", "registry", "family", "key", 8, (100,), 100))
    assert (number, attached(tmp_path).number) == (2, 1)
