"""Structure searches: whom an answer belongs to, and how long it is kept."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.jobs.registry import chores
from substances import tasks
from substances.models import SearchTerm, Structure, StructureSearch, Substance
from substances.searches.keeping import delete_old_searches
from substances.searches.request import request_search, token_hash
from substances.services.reading import Foreign, read
from substances.services.search_terms import rebuild_for
from tests.build import a_person, a_substance
from tests.substances.test_similarity import named_by
from tests.substances.test_structure_search import (
    asked,
    bisphenols,
    names,
)

__all__ = ["bisphenols"]  # a fixture the tests below ask for by name

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_a_search_is_read_by_its_session_its_token_and_its_owner_alone() -> None:
    ada, bob = a_person(), a_person()
    search = request_search(by=ada, session_key="hers", access_token="secret", text="CCCO", format="smiles")
    seen = StructureSearch.objects.visible_to
    assert search in seen(ada, session_key=None)
    assert search in seen(bob, session_key="hers")
    assert search in seen(bob, session_key=None, access_sha256=token_hash("secret"))
    assert search not in seen(bob, session_key="his", access_sha256=token_hash("guess"))
    assert "secret" not in str(search.__dict__)


@pytest.mark.parametrize(
    ("hours", "kept"), [pytest.param(23, True, id="yesterday"), pytest.param(25, False, id="the day before")]
)
def test_a_search_of_nobody_is_deleted_after_a_day(hours: int, kept: bool) -> None:
    search = asked("CCCO", "smiles")
    delete_old_searches(now=search.created_at + dt.timedelta(hours=hours))
    assert StructureSearch.objects.filter(pk=search.pk).exists() is kept


def test_a_persons_search_is_kept() -> None:
    search = request_search(by=a_person(), session_key=None, text="CCCO", format="smiles")
    assert delete_old_searches(now=search.created_at + dt.timedelta(days=400)) == 0


def test_the_scheduler_deletes_old_searches() -> None:
    assert tasks.delete_anonymous_searches in [chore.function for chore in chores()]


@pytest.mark.usefixtures("bisphenols")
def test_a_hit_put_under_a_schedule_later_is_not_shown_any_more() -> None:
    search = asked("80-05-7")
    named_by("cwc-schedules", Substance.objects.get(name="bisphenol S"), reason="schedule 2A(1)")
    assert names(search) == ["bisphenol A"]


def test_a_structure_too_long_for_a_search_term_is_read_by_the_worker() -> None:
    substance = a_substance(name="long", smiles="CCO")
    Structure.objects.filter(substance=substance).update(smiles="[13CH2]" * 200, as_reported="")
    rebuild_for([substance])
    assert not SearchTerm.objects.filter(kind="smiles").exists()
    assert isinstance(read("[13CH2]" * 200, "smiles"), Foreign)
