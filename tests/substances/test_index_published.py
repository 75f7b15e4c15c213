"""The registry's index as files: exact at once after any change, and never answered from where it is not whole."""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Collection, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from portal.jobs.models import Job
from portal.jobs.running import Work, run_job
from substances import tasks as _tasks  # noqa: F401 - the work is registered there
from substances.models import Fingerprint, IndexGeneration, Structure, Substance
from substances.services.similarity import NotComputable, similar_to
from substances.similarity import asking, store
from substances.similarity.building import IndexBusy, build_registry, one_writer
from substances.similarity.due import await_index, standing
from tests.build import a_substance
from tests.substances.fingerprints import KEY, bits, fingerprinted, found_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]
FAMILY = store.DEFAULT_FAMILY


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own, where nobody has asked for an index yet."""
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    yield store.folder_of(store.REGISTRY, FAMILY)
    store.forget()


@pytest.fixture
def nothing_in_memory(settings: Settings) -> None:
    """So that an index is needed already for two rows."""
    settings.INDEX_ROWS_UNPUBLISHED = 1
    settings.INDEX_ROWS_IN_MEMORY = 1


def in_files() -> bool:
    return store.stored().base.generation is not None


def some_substances(count: int, seed: int = 1) -> list[Substance]:
    chance = random.Random(seed)
    return [
        fingerprinted(a_substance(), *chance.sample(range(40), 6), parent=None if chance.random() < 0.7 else (1, 2, 3))
        for _ in range(count)
    ]


def by_brute_force(asked: bytes, threshold: Decimal, without: set[uuid.UUID]) -> list[tuple[uuid.UUID, Fraction]]:
    """Read from the database row by row, compared as integers."""
    rows = Fingerprint.objects.filter(
        key=KEY, structure__substance__merged_into=None, structure__substance__split_at=None
    ).exclude(structure__parent_reason="parent_metal")
    best: dict[uuid.UUID, Fraction] = {}
    question = int.from_bytes(asked)
    for substance, stored_bits in rows.values_list("structure__substance_id", "bits"):
        target = int.from_bytes(bytes(stored_bits))
        united = (question | target).bit_count()
        score = Fraction((question & target).bit_count(), united) if united else Fraction(0)
        if substance not in without and score >= Fraction(threshold):
            best[substance] = max(score, best.get(substance, Fraction(0)))
    return sorted(best.items(), key=lambda one: (-one[1], one[0]))


def answered(
    asked: bytes, *, threshold: Decimal, limit: int | None = None, without: Collection[uuid.UUID] = ()
) -> list[tuple[uuid.UUID, Fraction]]:
    near = store.stored().nearest(asked, threshold=threshold, limit=limit, without=without)
    return [(one.substance_id, Fraction(one.shared, one.united or 1)) for one in near]


def test_a_published_index_answers_as_the_database_would() -> None:
    substances = some_substances(70)
    before = [answered(bits(1, 2, 3, 4), threshold=Decimal(cut) / 10) for cut in range(11)]
    asked = [store.stored().questions_of(one.pk) for one in substances]
    build_registry(FAMILY)
    store.forget()
    assert in_files()
    assert [answered(bits(1, 2, 3, 4), threshold=Decimal(cut) / 10) for cut in range(11)] == before
    assert [store.stored().questions_of(one.pk) for one in substances] == asked
    assert store.stored().compared() == Structure.objects.count()


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "other bits", "metal", "merge", "split", "hide", "take parent", "publish"]),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=8,
)


@hypothesis_settings(max_examples=12, deadline=None)
@given(CHANGES, st.integers(0, 1000), st.integers(0, 9), st.integers(1, 8))
def test_after_any_changes_the_answer_is_that_of_brute_force(
    changes: list[tuple[str, int]], permille: int, left_out: int, limit: int
) -> None:
    Structure.objects.all().delete()  # of the example before
    some_substances(8, seed=permille)
    build_registry(FAMILY)
    for what, at in changes:
        change(what, at)
        asked, threshold = bits(*random.Random(at).sample(range(40), 5)), Decimal(permille) / 1000
        without = set(Substance.objects.order_by("pk").values_list("pk", flat=True)[:left_out])
        expected = by_brute_force(asked, threshold, without)
        assert answered(asked, threshold=threshold, without=without) == expected
        assert answered(asked, threshold=threshold, without=without, limit=limit) == expected[:limit]
        assert in_files()


def change(what: str, at: int) -> None:
    rows = list(Structure.objects.filter(substance__merged_into=None).order_by("pk"))
    chosen = rows[at % len(rows)]
    if what == "add":
        fingerprinted(a_substance(), at % 40, (at // 40) % 40, 7)
    elif what == "remove" and len(rows) > 2:
        chosen.delete()
    elif what == "other bits":
        Fingerprint.objects.filter(structure=chosen).update(bits=bits(at % 40, 3, 9))
    elif what == "metal":
        Structure.objects.filter(pk=chosen.pk).update(parent_reason="parent_metal" if at % 2 else "")
    elif what == "merge":
        Substance.objects.filter(pk=chosen.substance_id).update(
            merged_into=rows[at % (len(rows) - 1)].substance_id
        ) if (len(rows) > 2 and rows[at % (len(rows) - 1)].substance_id != chosen.substance_id) else None
    elif what == "split":
        Substance.objects.filter(pk=chosen.substance_id).update(split_at=timezone.now())
    elif what == "hide":
        Structure.objects.filter(pk=chosen.pk).update(is_current=False)
    elif what == "take parent":
        Fingerprint.objects.filter(structure=chosen, of_parent=True).delete()
    elif what == "publish":
        build_registry(FAMILY)


def test_ties_are_told_by_the_id_whether_indexed_or_added_since() -> None:
    for _ in range(20):
        fingerprinted(a_substance(), 1, 2, 3)
    build_registry(FAMILY)
    for _ in range(20):
        fingerprinted(a_substance(), 1, 2, 3)
    near = store.stored().nearest(bits(1, 2), limit=25)
    everybody = sorted(Substance.objects.values_list("pk", flat=True))
    assert [one.substance_id for one in near] == everybody[:25]


def test_what_changed_since_is_all_that_is_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    some_substances(30)
    build_registry(FAMILY)
    store.forget()
    store.stored()
    changed = fingerprinted(a_substance(), 5)
    with django_assert_num_queries(4):  # revision, whose generation it is, who changed, their rows
        assert set(store.stored().changed) == {changed.pk}


@pytest.mark.parametrize("damage", ["missing", "cut off", "flipped", "another version", "gone"])
def test_a_damaged_index_is_not_answered_from(folder: Path, damage: str) -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2)
    fingerprinted(a_substance(name="near"), 1, 2)
    build_registry(FAMILY)
    assert found_by(asked) == ["near"]
    break_it(folder, damage)
    assert found_by(asked) == ["near"]
    assert not in_files()


def break_it(folder: Path, damage: str) -> None:
    place = folder / (folder / "CURRENT").read_text().strip()
    if damage == "missing":
        (place / "columns-0.npy").unlink()
    elif damage == "cut off":
        data = (place / "columns-0.npy").read_bytes()
        (place / "columns-0.npy").unlink()
        (place / "columns-0.npy").write_bytes(data[:-64])
    elif damage == "flipped":
        flipped = bytearray((place / "columns-0.npy").read_bytes())
        flipped[-8] ^= 255
        (place / "columns-0.npy").write_bytes(flipped)
    elif damage == "another version":
        manifest = place / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 99'))
        store.forget()
    else:
        shutil.rmtree(folder)


@pytest.mark.usefixtures("nothing_in_memory")
def test_without_an_index_nothing_is_said_until_a_job_has_built_it() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2)
    fingerprinted(a_substance(name="near"), 1, 2)
    with pytest.raises(NotComputable) as raised:
        similar_to(asked)
    assert raised.value.code == "index_rebuilding"
    job = Job.objects.get(name=asking.INDEX_WORK)
    assert (job.queue, job.arguments) == ("batch", {"collection": "registry"})
    assert run_job(job.pk) == "done"
    job.refresh_from_db()
    assert job.progress_done == job.progress_total
    assert found_by(asked) == ["near"]
    assert in_files()


@pytest.mark.usefixtures("nothing_in_memory")
def test_a_second_question_asks_for_no_second_job() -> None:
    some_substances(2)
    for _ in range(3):
        asking.forget()
        with pytest.raises(store.IndexRebuilding):
            store.stored()
    assert Job.objects.filter(name=asking.INDEX_WORK).count() == 1


@pytest.mark.usefixtures("nothing_in_memory")
def test_work_that_compares_builds_what_it_needs() -> None:
    some_substances(3)
    store_job = Job.objects.create(
        name=asking.INDEX_WORK, state="running", token=1, attempts=1, lease_until=timezone.now()
    )
    await_index(Work(store_job))
    assert in_files()


def test_files_of_another_database_are_not_used() -> None:
    some_substances(3)
    build_registry(FAMILY)
    store.forget()
    IndexGeneration.objects.all().delete()
    assert not in_files()


def test_files_from_before_the_table_was_emptied_are_not_used() -> None:
    some_substances(3)
    build_registry(FAMILY)
    store.forget()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE substances_structures_revision SET sequence = sequence + 1, incomplete_before = sequence + 1"
        )
    assert not in_files()


def test_files_are_not_used_where_most_were_made_anew_under_another_key() -> None:
    substances = some_substances(6)
    build_registry(FAMILY)
    store.forget()
    Fingerprint.objects.update(key=f"{FAMILY}-rdkit9.9.9")
    assert store.stored().key.endswith("rdkit9.9.9")
    assert store.stored().compared() == len(substances)


def test_one_writer_at_a_time_and_the_other_is_told() -> None:
    some_substances(2)
    with one_writer(store.REGISTRY, FAMILY), pytest.raises(IndexBusy):
        build_registry(FAMILY)
    assert build_registry(FAMILY).number == 1


def test_the_command_builds_and_checks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    some_substances(4)
    call_command("build_index", family=FAMILY)
    assert "gen-1, " in capsys.readouterr().out
    call_command("build_index", family=FAMILY, check=True)
    assert "gen-1 is whole" in capsys.readouterr().out
    break_it(folder, "flipped")
    with pytest.raises(CommandError, match="1 of 1 indexes cannot be used"):
        call_command("build_index", family=FAMILY, check=True)
    assert "columns-0.npy is not what was written" in capsys.readouterr().out


def test_much_that_waits_beside_an_index_makes_it_due(settings: Settings) -> None:
    some_substances(3)
    build_registry(FAMILY)
    assert not standing(FAMILY).is_due
    settings.INDEX_ROWS_UNPUBLISHED = 2
    some_substances(3, seed=2)
    assert standing(FAMILY).is_due
