"""Indexes handed on between machines: whole, or not at all."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from substances.models import IndexGeneration
from substances.similarity import asking, store
from substances.similarity.building import build_registry
from substances.similarity.index_files import IndexDamaged, IndexMissing, attach
from substances.similarity.shared_files import SHARED, bring_meanwhile, bring_newest, offer, stands
from tests.build import a_substance
from tests.substances.fingerprints import bits, fingerprinted

pytestmark = [pytest.mark.django_db, pytest.mark.services]
FAMILY = store.DEFAULT_FAMILY


class Machines:
    """Two machines, each with a data folder of its own, and a storage that both reach."""

    def __init__(self, settings: Settings, root: Path) -> None:
        self._settings, self._root, self.storage = settings, root, root / "storage"
        backend = "django.core.files.storage.FileSystemStorage"
        settings.STORAGES = settings.STORAGES | {SHARED: {"BACKEND": backend, "OPTIONS": {"location": self.storage}}}
        self.at("one")

    def at(self, name: str) -> Path:
        """This process works on that machine from now on; the folder of its index."""
        self._settings.DATA_DIR = self._root / name
        asking.forget()
        store.forget()
        return store.folder_of(store.REGISTRY, FAMILY)

    @property
    def stored(self) -> list[str]:
        """Names of the generations in the storage."""
        place = self.storage / store.REGISTRY / FAMILY
        return sorted(path.name for path in place.iterdir()) if place.exists() else []


@pytest.fixture
def machines(settings: Settings, tmp_path: Path) -> Iterator[Machines]:
    """Two of them, nothing built yet."""
    found = Machines(settings, tmp_path)
    yield found
    store.forget()


def brought(folder: Path) -> bool:
    return bring_newest(folder, store.REGISTRY, FAMILY)


def substances(count: int = 5) -> None:
    for number in range(count):
        fingerprinted(a_substance(), 1, 2, 3, 10 + number)


def test_what_one_machine_built_answers_on_the_other(machines: Machines) -> None:
    substances()
    answered = store.stored().nearest(bits(1, 2, 3))
    built = build_registry(FAMILY)
    there = machines.at("two")
    with pytest.raises(IndexMissing):
        attach(there)
    assert brought(there)
    assert attach(there).manifest == attach(built.folder).manifest
    assert store.stored().base.generation is not None
    assert store.stored().nearest(bits(1, 2, 3)) == answered


def test_what_stands_there_already_is_not_brought_again(machines: Machines) -> None:
    substances()
    build_registry(FAMILY)
    there = machines.at("two")
    assert brought(there)
    assert not brought(there)
    assert attach(there).number == 1


@pytest.mark.parametrize("change", ["flip", "cut", "remove", "rename"])
def test_what_was_changed_in_the_storage_is_not_used(machines: Machines, change: str) -> None:
    substances()
    build_registry(FAMILY)
    there = machines.at("two")
    assert brought(there)
    before = attach(there).manifest.token
    machines.at("one")
    substances()
    token = IndexGeneration.objects.get(token=attach(build_registry(FAMILY).folder).manifest.token).token
    machines.at("two")
    file = machines.storage / store.REGISTRY / FAMILY / token / "columns-0.npy"
    whole = file.read_bytes()
    if change == "flip":
        file.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    elif change == "cut":
        file.write_bytes(whole[:-64])
    elif change == "remove":
        file.unlink()
    else:
        manifest = file.with_name("manifest.json")
        manifest.write_text(manifest.read_text().replace("columns-0", "../columns-0"))
    if change == "remove":
        assert not brought(there)
    else:
        with pytest.raises(IndexDamaged):
            brought(there)
    assert stands(there, before)
    assert sorted(path.name for path in there.iterdir() if path.name.startswith(("gen-", ".writing"))) == ["gen-1"]


def test_a_generation_without_its_manifest_is_still_on_its_way(machines: Machines) -> None:
    substances()
    build_registry(FAMILY)
    (machines.storage / store.REGISTRY / FAMILY / machines.stored[0] / "manifest.json").unlink()
    there = machines.at("two")
    assert not brought(there)
    assert not there.exists() or not list(there.glob("gen-*"))


def test_generations_that_are_forgotten_leave_the_storage(machines: Machines) -> None:
    substances()
    for _ in range(5):
        build_registry(FAMILY)
    assert machines.stored == sorted(IndexGeneration.objects.values_list("token", flat=True))
    assert len(machines.stored) == 3


def test_what_a_dead_attempt_left_in_the_storage_is_written_over(machines: Machines) -> None:
    substances()
    build_registry(FAMILY)
    place = machines.storage / store.REGISTRY / FAMILY / machines.stored[0]
    names = sorted(path.name for path in place.iterdir())
    folder = store.folder_of(store.REGISTRY, FAMILY)
    (place / "columns-0.npy").write_bytes(b"half")
    offer(folder, attach(folder).manifest, attach(folder).number)
    assert sorted(path.name for path in place.iterdir()) == names
    assert brought(machines.at("two"))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_bring_at_once_one_does(machines: Machines) -> None:
    substances()
    build_registry(FAMILY)
    there, did = machines.at("two"), []

    def bring() -> None:
        try:
            did.append(brought(there))
        finally:
            connection.close()

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert True in did
    assert len(did) == 4
    assert [path.name for path in there.glob("gen-*")] == ["gen-1"]


@pytest.mark.django_db(transaction=True)
def test_who_asks_meanwhile_is_answered_and_has_it_afterwards(machines: Machines) -> None:
    substances()
    build_registry(FAMILY)
    there = machines.at("two")
    assert len(store.stored().nearest(bits(1, 2, 3))) == 5
    for thread in threading.enumerate():
        if thread.name.startswith("bring "):
            thread.join()
    assert attach(there).number == 1


def test_one_machine_alone_hands_nothing_on(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    store.forget()
    substances()
    folder = build_registry(FAMILY).folder
    shutil.rmtree(folder)
    assert not bring_newest(folder, store.REGISTRY, FAMILY)
    bring_meanwhile(folder, store.REGISTRY, FAMILY)
    assert not folder.exists()
    store.forget()
