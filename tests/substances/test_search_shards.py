"""A search over a library that is shared out: the same answer whoever helps, and whoever dies."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.jobs.models import Job
from portal.jobs.querysets import from_now
from portal.jobs.running import Work, claim
from portal.jobs.services import request_job
from substances.models import Library, SearchShard, StructureSearch
from substances.searches import shards
from substances.searches.shards import help_with_shards, nearest_in_library
from substances.similarity import asking, store
from substances.similarity.library_index import build_library
from tests.substances.made_library import FAMILY, a_library, by_brute_force, some_bits

pytestmark = [pytest.mark.django_db, pytest.mark.services]
ASKED = some_bits(random.Random(7))


@pytest.fixture(autouse=True)
def _small_shards(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A data folder of the test's own, and shards of one word."""
    settings.DATA_DIR = tmp_path
    settings.SHARD_MOLECULES = 64
    asking.forget()
    store.forget()
    yield
    store.forget()


@pytest.fixture
def library(_small_shards: None) -> Library:
    made = a_library(500)
    build_library(made, FAMILY)
    return made


def a_search(threshold: str = "0.300") -> StructureSearch:
    return StructureSearch.objects.create(typed="made up", format="smiles", parameters={"threshold": threshold})


def a_claim(search: StructureSearch, name: str = "made up") -> Work:
    job = claim(request_job(name=name, arguments={"search": str(search.pk)}).pk)
    assert job is not None
    return Work(job)


def answered(
    search: StructureSearch, *, limit: int | None = None, without: frozenset[int] = frozenset()
) -> list[tuple[int, Fraction]]:
    found = nearest_in_library(
        a_claim(search),
        search,
        store.library("made-up", FAMILY),
        ASKED.to_bytes(256, "little"),
        family=FAMILY,
        limit=limit,
        without=without,
    )
    return [(one.structure_id, Fraction(one.shared, one.united)) for one in found]


@pytest.mark.parametrize("threshold", ["0.000", "0.300", "0.700", "1.000"])
@pytest.mark.parametrize("limit", [None, 1, 10])
def test_the_answer_is_that_of_brute_force(library: Library, threshold: str, limit: int | None) -> None:
    expected = by_brute_force(library, ASKED, threshold=Fraction(threshold))
    assert answered(a_search(threshold), limit=limit) == expected[:limit]


def test_who_is_left_out_leaves_his_place_to_the_next(library: Library) -> None:
    expected = by_brute_force(library, ASKED, threshold=Fraction(0))
    best = frozenset(pk for pk, _score in expected[:3])
    assert answered(a_search("0.000"), limit=5, without=best) == expected[3:8]


def test_others_are_asked_to_help_and_find_nothing_left(library: Library) -> None:
    search = a_search()
    answered(search)
    helpers = list(Job.objects.filter(name=shards.SHARDS_WORK))
    assert 0 < len(helpers) <= 32
    assert all(job.arguments == {"search": str(search.pk)} for job in helpers)
    help_with_shards(a_claim(search, shards.SHARDS_WORK))
    assert not SearchShard.objects.exists()


def test_a_library_of_one_shard_is_answered_by_one(library: Library, settings: Settings) -> None:
    settings.SHARD_MOLECULES = 500
    assert answered(a_search("0.300")) == by_brute_force(library, ASKED, threshold=Fraction(3, 10))
    assert not Job.objects.filter(name=shards.SHARDS_WORK).exists()


def test_what_helpers_answered_is_not_done_again(library: Library) -> None:
    search = a_search()
    index = store.library("made-up", FAMILY)
    task = a_claim(search)
    shards._lay_out(task, search, index, ASKED.to_bytes(256, "little"), family=FAMILY, most=None)
    help_with_shards(a_claim(search, shards.SHARDS_WORK))
    assert not SearchShard.objects.filter(found__isnull=True).exists()
    before = dict(SearchShard.objects.values_list("number", "held_by"))
    SearchShard.objects.update(held_by="a helper 1")
    shards._answer_all(task, search, index)
    assert set(SearchShard.objects.values_list("held_by", flat=True)) == {"a helper 1"}
    assert before
    assert answered(search) == by_brute_force(library, ASKED, threshold=Fraction(3, 10))


def test_what_somebody_holds_and_never_answers_is_done_by_another(library: Library) -> None:
    search = a_search()
    index = store.library("made-up", FAMILY)
    shards._lay_out(a_claim(search), search, index, ASKED.to_bytes(256, "little"), family=FAMILY, most=None)
    SearchShard.objects.filter(number__lt=3).update(held_by="a dead one", held_until=from_now(-1))
    assert answered(search) == by_brute_force(library, ASKED, threshold=Fraction(3, 10))


def test_a_shard_that_is_held_is_not_taken(library: Library) -> None:
    search = a_search()
    index = store.library("made-up", FAMILY)
    shards._lay_out(a_claim(search), search, index, ASKED.to_bytes(256, "little"), family=FAMILY, most=None)
    SearchShard.objects.update(held_by="somebody", held_until=from_now(60))
    assert shards._take(search, index) is None


def test_an_answer_of_another_generation_is_thrown_away(library: Library) -> None:
    search = a_search()
    index = store.library("made-up", FAMILY)
    shards._lay_out(a_claim(search), search, index, ASKED.to_bytes(256, "little"), family=FAMILY, most=None)
    SearchShard.objects.update(found=b"")
    build_library(library, FAMILY)
    store.forget()
    assert answered(search) == by_brute_force(library, ASKED, threshold=Fraction(3, 10))


def test_a_helper_without_that_generation_takes_nothing(library: Library) -> None:
    search = a_search()
    index = store.library("made-up", FAMILY)
    shards._lay_out(a_claim(search), search, index, ASKED.to_bytes(256, "little"), family=FAMILY, most=None)
    build_library(library, FAMILY)
    store.forget()
    help_with_shards(a_claim(search, shards.SHARDS_WORK))
    assert not SearchShard.objects.filter(found__isnull=False).exists()


def test_help_for_a_search_that_was_deleted_ends_at_once(library: Library) -> None:
    search = a_search()
    task = a_claim(search, shards.SHARDS_WORK)
    search.delete()
    help_with_shards(task)
