"""Indexes as files: how a generation is written, published and checked before anything is answered from it.

A folder holds `CURRENT`, which names a generation, and folders `gen-N`: arrays as `.npy` and `manifest.json`, which
says what they are, with the size and sha256 of each and of itself. A generation is written in a folder of another name,
brought to disk, renamed, and named by `CURRENT` last: whoever is killed anywhere leaves the old one or the new one.

All that is read is hashed before it answers: once a machine and boot, and again whenever size, inode or times of a
file are no longer what they were when it was hashed (`verified.json`). The kernel sets the time of change with every
write and nobody can set it back, so a flipped byte is noticed for the price of a few `stat` calls. No Django here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
CURRENT, MANIFEST, VERIFIED = "CURRENT", "manifest.json", "verified.json"
_GENERATION = re.compile(r"gen-([1-9][0-9]{0,8})", re.ASCII)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_AT_ONCE = 2**20
# A change within the tick of the file system's clock in which it was looked at would not be seen.
SETTLED_NS = 2 * 10**9
_TRIES = 5

Stat = tuple[int, int, int, int, int]


class IndexMissing(Exception):
    """No generation was published here."""


class IndexDamaged(Exception):
    """A generation is not what was published: nothing may be answered from it. The message names the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    Attributes:
        token: its own name, like no other's.
        key: how the fingerprints were made; "" where there are none.
        sequence: everything that the database noted up to here is in it.
        segments: how many rows each has.
        structures: how many structures stand in it.
        files: of each array the bytes and the sha256.
    """

    token: str
    collection: str
    family: str
    key: str
    sequence: int
    segments: tuple[int, ...]
    structures: int
    files: Mapping[str, tuple[int, str]] = dataclasses.field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many fingerprints stand in it."""
        return sum(self.segments)

    def as_text(self) -> str:
        """As it stands in `manifest.json`."""
        body = {"format": FORMAT, **dataclasses.asdict(self)}
        return json.dumps({"sha256": _sha256_of(body), "body": body}, indent=1, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> Manifest:
        """The reverse of `as_text`.

        Raises:
            IndexDamaged: it is none, is not whole, or is of another format.
        """
        try:
            told = json.loads(text)
            body = told["body"]
            if body["format"] != FORMAT:
                raise IndexDamaged(f"{MANIFEST}: format {body['format']!r}, not {FORMAT}")
            if told["sha256"] != _sha256_of(body):
                raise IndexDamaged(f"{MANIFEST} is not what was written")
            known = {name: body[name] for name in cls.__slots__}
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"{MANIFEST} cannot be read") from error
        files = {name: (int(size), str(sha)) for name, (size, sha) in body["files"].items()}
        return cls(**known | {"segments": tuple(body["segments"]), "files": files})


@dataclasses.dataclass(frozen=True, slots=True)
class Generation:
    """A generation whose files were checked, its arrays mapped and unwritable.

    Attributes:
        arrays: by name.
        seen: what `stat` said of each file when it was checked.
        settled: whether that was long enough after its last change to tell the next one.
    """

    folder: Path
    number: int
    manifest: Manifest
    arrays: Mapping[str, NDArray[Any]]
    seen: Mapping[str, Stat]
    settled: bool

    def is_as_it_was(self) -> bool:
        """Whether no file was changed or taken away since it was checked."""
        return self.settled and _stats(self.folder / f"gen-{self.number}", self.seen) == self.seen


def current(folder: Path) -> int:
    """The number of the generation that is published.

    Raises:
        IndexMissing: none is.
        IndexDamaged: that cannot be read.
    """
    try:
        text = (folder / CURRENT).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(str(folder)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{CURRENT} cannot be read: {type(error).__name__}") from error
    named = _GENERATION.fullmatch(text)
    if not named:
        raise IndexDamaged(f"{CURRENT} names no generation")
    return int(named[1])


def attach(folder: Path, *, thoroughly: bool = False, settled_ns: int = SETTLED_NS) -> Generation:
    """The published generation, checked.

    Args:
        folder: of one index.
        thoroughly: read every byte, also of what was checked since this machine started.
        settled_ns: how long after its last change a file is taken on trust.

    Raises:
        IndexMissing: none is published.
        IndexDamaged: it is not what was published.
    """
    for _ in range(_TRIES):
        number = current(folder)
        try:
            return _attached(folder, number, thoroughly=thoroughly, settled_ns=settled_ns)
        except IndexDamaged:
            if current(folder) == number:
                raise  # else others were published meanwhile, and this one was taken away
    raise IndexDamaged(f"{CURRENT} changes all the time")


def _attached(folder: Path, number: int, *, thoroughly: bool, settled_ns: int) -> Generation:
    place = folder / f"gen-{number}"
    try:
        manifest = Manifest.parse((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"gen-{number}/{MANIFEST} cannot be read: {type(error).__name__}") from error
    seen, settled = _checked(place, manifest, thoroughly=thoroughly, settled_ns=settled_ns)
    try:
        arrays = {name: np.load(place / f"{name}.npy", mmap_mode="r") for name in manifest.files}
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"gen-{number} cannot be mapped: {type(error).__name__}") from error
    return Generation(folder, number, manifest, arrays, seen, settled)


def _checked(place: Path, manifest: Manifest, *, thoroughly: bool, settled_ns: int) -> tuple[dict[str, Stat], bool]:
    """What `stat` says of the files that are what was published, and whether their next change will be seen.

    Raises:
        IndexDamaged: one is not.
    """
    started = time.time_ns()
    seen = _stats(place, manifest.files)
    for name, (size, _sha) in manifest.files.items():
        if name not in seen:
            raise IndexDamaged(f"{place.name}/{name}.npy is missing or cannot be read")
        if seen[name][0] != size:
            raise IndexDamaged(f"{place.name}/{name}.npy has {seen[name][0]} bytes instead of {size}")
    settled = all(max(mtime, ctime) + settled_ns < started for _size, mtime, ctime, _inode, _device in seen.values())
    if settled and not thoroughly and _verified(place) == _verification(manifest, seen):
        return seen, True
    for name, (_size, sha) in manifest.files.items():
        if _hashed(place, name) != sha:
            raise IndexDamaged(f"{place.name}/{name}.npy is not what was written")
    if _stats(place, manifest.files) != seen:
        raise IndexDamaged(f"{place.name} was changed while it was read")
    if settled:
        _note_verified(place, _verification(manifest, seen))
    return seen, settled


def _stats(place: Path, names: Mapping[str, object]) -> dict[str, Stat]:
    found = {}
    for name in names:
        try:
            stat = os.stat(place / f"{name}.npy")
        except OSError:
            continue
        found[name] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev)
    return found


def _hashed(place: Path, name: str) -> str:
    """The sha256 of a file.

    Raises:
        IndexDamaged: it cannot be read.
    """
    try:
        with (place / f"{name}.npy").open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise IndexDamaged(f"{place.name}/{name}.npy cannot be read: {type(error).__name__}") from error


def _verification(manifest: Manifest, seen: Mapping[str, Stat]) -> Any:  # JSON
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:  # not Linux: then every process reads everything
        boot = secrets.token_hex(8)
    return {"boot": boot, "token": manifest.token, "seen": {name: list(stat) for name, stat in sorted(seen.items())}}


def _verified(place: Path) -> Any:  # JSON
    try:
        return json.loads((place / VERIFIED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _note_verified(place: Path, what: object) -> None:
    try:
        _replace(place / VERIFIED, json.dumps(what))
    except OSError:
        return  # a folder that is only read: each process reads everything


class Writing:
    """A generation on its way, in a folder that nobody attaches.

    Args:
        folder: of the index; made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._place = folder / f".writing-{os.getpid()}-{secrets.token_hex(4)}"
        self._place.mkdir()
        self._names: list[str] = []

    def save(self, name: str, array: NDArray[Any]) -> None:
        """Writes one array."""
        np.save(self.path(name), np.ascontiguousarray(array))

    def room(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """An array on disk to be filled; it belongs to the generation."""
        if 0 in shape:
            empty = np.zeros(shape, dtype=dtype)
            self.save(name, empty)
            return empty
        return np.lib.format.open_memmap(self.path(name), mode="w+", dtype=dtype, shape=shape)

    def scratch(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """Bytes on disk that are gone when the generation is published."""
        if 0 in shape:
            return np.zeros(shape, dtype=np.uint8)
        return np.lib.format.open_memmap(self._place / "scratch.tmp", mode="w+", dtype=np.uint8, shape=shape)

    def path(self, name: str) -> Path:
        """Where an array of the generation stands."""
        if name not in self._names:
            self._names.append(name)
        return self._place / f"{name}.npy"

    def finished(self, manifest: Manifest) -> tuple[int, Manifest]:
        """The generation's number, once all of it is on disk under its own name; nobody is sent to it yet."""
        (self._place / "scratch.tmp").unlink(missing_ok=True)
        files = {}
        for name in self._names:
            _to_disk(self._place / f"{name}.npy")
            files[name] = ((self._place / f"{name}.npy").stat().st_size, _hashed(self._place, name))
        manifest = dataclasses.replace(manifest, files=files)
        (self._place / MANIFEST).write_text(manifest.as_text(), encoding="utf-8")
        _to_disk(self._place / MANIFEST)
        _to_disk(self._place)
        number = max(_numbers(self._folder), default=0) + 1
        self._place.rename(self._folder / f"gen-{number}")
        _to_disk(self._folder)
        return number, manifest

    def close(self) -> None:
        """Takes away what was not finished."""
        shutil.rmtree(self._place, ignore_errors=True)


def publish(folder: Path, number: int) -> None:
    """Sends everybody to a finished generation, and takes all away but it and the one before."""
    before = _published_before(folder)
    _replace(folder / CURRENT, f"gen-{number}\n")
    _to_disk(folder)
    for other in _numbers(folder) - {number, before}:
        shutil.rmtree(folder / f"gen-{other}", ignore_errors=True)
    for unfinished in folder.glob(".writing-*"):  # of somebody who was killed: there is one writer
        shutil.rmtree(unfinished, ignore_errors=True)


def _published_before(folder: Path) -> int:
    try:
        return current(folder)
    except (IndexMissing, IndexDamaged):
        return 0


def _numbers(folder: Path) -> set[int]:
    return {int(named[1]) for path in folder.iterdir() if (named := _GENERATION.fullmatch(path.name))}


def _replace(path: Path, text: str) -> None:
    """Writes a small file whole or not at all."""
    beside = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        beside.write_text(text, encoding="utf-8")
        _to_disk(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256_of(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
