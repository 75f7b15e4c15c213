"""A search shared by workers with data folders of their own, one of which is killed in the middle of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.jobs.models import Job
from portal.jobs.services import request_job
from substances.models import IndexGeneration, Library, SearchShard, StructureSearch
from substances.similarity import asking, store
from substances.similarity.library_index import build_library
from substances.similarity.shared_files import SHARED, stands
from tests.conftest import COPIES
from tests.environment import DATA_DIR
from tests.processes import LiveWorker, Running, start_worker, wait_until
from tests.substances.made_library import FAMILY, a_library, by_brute_force
from tests.substances.shared_search import ASKED, SHARED_WORK

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def library(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Library]:
    """A library whose index was built on a third machine, and put where the others find it."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "shared"}}
    settings.STORAGES = settings.STORAGES | {SHARED: storage}
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    made = a_library(12_800)
    build_library(made, FAMILY)
    yield made
    store.forget()


@pytest.fixture
def machines(library: Library, tmp_path: Path) -> Iterator[list[LiveWorker]]:
    """Two workers that share a database, a broker and a storage of indexes, and nothing else."""
    given = {"BENIGNA_INDEX_STORAGE": str(tmp_path / "shared"), "BENIGNA_SHARD_MOLECULES": "64"}
    including = "tests.substances.shared_search"
    live = [
        start_worker(database_url=COPIES.url, including=including, machine=name, **given) for name in ("one", "two")
    ]
    for worker in live:
        worker.wait_for_words(" ready.")
    yield live
    for worker in live:
        worker.kill()


def hands_at(search: StructureSearch) -> set[int]:
    """Process ids of those who have answered a shard."""
    told = SearchShard.objects.filter(search=search, found__isnull=False).values_list("held_by", flat=True).distinct()
    return {int(who.rpartition(" ")[2]) for who in told}


@pytest.mark.parametrize("killed", ["the one that answers", "one that helps"])
def test_a_search_is_answered_whole_when_a_machine_dies_in_the_middle(
    library: Library, machines: list[LiveWorker], scheduler: Running, killed: str
) -> None:
    search = StructureSearch.objects.create(typed="made up", format="smiles", parameters={"threshold": "0.300"})
    children = {pid: worker for worker in machines for pid in worker.pool_children()}
    job = request_job(name=SHARED_WORK, arguments={"search": str(search.pk)}, lease_seconds=2)
    wait_until(lambda: hands_at(search) >= children.keys(), what="both machines at work")
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    assert SearchShard.objects.filter(search=search, found__isnull=True).exists()
    token = IndexGeneration.objects.get(collection=library.slug, family=FAMILY).token
    for name in ("one", "two"):
        assert stands(DATA_DIR / f"machine-{name}" / "index" / library.slug / FAMILY, token)
    search.refresh_from_db()
    answers = children[search.versions["answered by"]]
    (helps,) = (worker for worker in machines if worker is not answers)
    doomed, other = (helps, answers) if killed == "one that helps" else (answers, helps)
    doomed.kill()
    for pid in other.pool_children():
        os.kill(pid, signal.SIGCONT)
    wait_until(Job.objects.filter(pk=job.pk, finished_at__isnull=False).exists, what="the end of the search")
    job.refresh_from_db()
    assert job.state == "done"
    if doomed is answers:
        assert job.attempts == 2
    search.refresh_from_db()
    found = [(pk, Fraction(shared, united)) for pk, shared, united in search.read_as["found"]]
    assert found == by_brute_force(library, ASKED, threshold=Fraction(3, 10))
    assert not SearchShard.objects.filter(search=search).exists()
