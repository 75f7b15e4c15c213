"""The ground under the tests: databases and processes are real and meet nobody else's."""

from __future__ import annotations

import pytest

from portal.organisations.models import User
from substances.models import Substance
from tests.build import a_person, a_substance
from tests.processes import LiveWorker, is_alive

pytestmark = pytest.mark.services


@pytest.mark.django_db
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_test_finds_an_empty_database(run: str) -> None:
    assert not User.objects.exists()
    a_person()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_test_that_commits_leaves_nothing_to_the_next(run: str) -> None:
    assert not User.objects.exists()
    a_person()


@pytest.mark.django_db
def test_a_built_substance_has_its_structure_and_fingerprints() -> None:
    substance = a_substance(name="Bisphenol A", cas="80-05-7", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    structure = substance.structures.get()
    assert structure.inchikey == "IISBACLAFKSPIT-UHFFFAOYSA-N"
    assert structure.fingerprints.exists()


@pytest.mark.parametrize("run", ["first", "second"])
def test_the_seeded_catalogue_is_there_for_who_asks(catalogue: None, run: str) -> None:
    assert Substance.objects.filter(identifiers__value="80-05-7").exists()
    Substance.objects.update(note="changed")


def test_a_killed_worker_leaves_no_process_and_starts_again(worker: LiveWorker) -> None:
    worker.wait_for_words("ready.")
    children = worker.pool_children()
    worker.kill()
    assert children
    assert not any(is_alive(pid) for pid in children)
    worker.restart()
    worker.wait_for_words("ready.")
