"""Questions that are compiled once find what their querysets find, for every value, and hold no value themselves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.common.prepared import NotPreparable, Prepared, attach
from portal.web import substance_rows
from substances.by_clocks import ByClocks
from substances.clocks import Clocks, now
from substances.models import ConcernFlag, Identifier, ListMembership, Substance
from substances.vocabulary import Authority, Checked, Concern
from tests.build import a_source, a_substance

DAY = dt.date(2020, 5, 17)


def a_flag(*, on: Substance, since: dt.date | None = None, until: dt.date | None = None) -> ConcernFlag:
    """A flag in law."""
    return ConcernFlag.objects.create(
        substance=on,
        concern=Concern.CARCINOGENIC,
        authority=Authority.HARMONISED,
        legal_basis="made for a test",
        since=since,
        until=until,
        source=a_source(),
        checked=Checked.MADE_UP,
    )


@pytest.mark.services
@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9])
def test_a_question_finds_what_its_queryset_finds(count: int) -> None:
    def build(ids: list[UUID]) -> QuerySet[Identifier]:
        return Identifier.objects.filter(substance__in=ids).select_related("source")

    asked = [a_substance(cas=f"{number}-00-0").pk for number in range(100, 100 + count)]
    a_substance(cas="999-00-0")
    found = Prepared(build).ask(ids=asked)
    assert [row.pk for row in found] == [row.pk for row in build(asked)]
    assert len(found) == count


@pytest.mark.django_db
def test_rows_are_whole_with_what_was_selected_along() -> None:
    substance = a_substance(cas="50-00-0")
    (row,) = Prepared(lambda pk: Identifier.objects.filter(substance=pk).select_related("source")).ask(pk=substance.pk)
    with CaptureQueriesContext(connection) as asked:
        assert (row.value, row.source.title, row.substance_id) == ("50-00-0", "Made for a test", substance.pk)
    assert len(asked) == 0


@pytest.mark.django_db
def test_the_queryset_is_built_anew_only_for_another_length() -> None:
    built = []

    def build(ids: list[UUID]) -> QuerySet[Substance]:
        built.append(len(ids))
        return Substance.objects.filter(pk__in=ids)

    question = Prepared(build)
    pks = [a_substance().pk for _ in range(5)]
    assert [len(question.ask(ids=pks[:length])) for length in (5, 5, 5, 4, 3)] == [5, 5, 5, 4, 3]
    assert sorted(set(built)) == [4, 8]
    assert len(built) == 4


@pytest.mark.django_db
def test_an_empty_list_finds_nothing_and_asks_nothing(client: Client) -> None:
    question = Prepared(lambda ids: Substance.objects.filter(pk__in=ids))
    with CaptureQueriesContext(connection) as asked:
        assert question.ask(ids=[]) == []
    assert len(asked) == 0


@pytest.mark.services
@pytest.mark.django_db
def test_an_empty_list_beside_another_value_leaves_that() -> None:
    substance = a_substance()
    question = Prepared(lambda pk, others: Substance.objects.filter(Q(pk=pk) | Q(pk__in=others)))
    assert question.ask(pk=substance.pk, others=[]) == [substance]
    assert question.ask(pk=uuid4(), others=[]) == []


@pytest.mark.services
@pytest.mark.django_db
def test_the_day_is_the_one_that_is_asked_for() -> None:
    flag = a_flag(on=a_substance(), since=DAY, until=DAY + dt.timedelta(days=1))
    question: ByClocks[ConcernFlag] = ByClocks(lambda clocks: ConcernFlag.objects.at(clocks))
    days = [DAY + dt.timedelta(days=number) for number in (-1, 0, 1)]
    assert [question.ask(now(day)) for day in days] == [[], [flag], []]


REFUSED: dict[str, tuple[Callable[..., QuerySet[Any]], dict[str, Any]]] = {
    "the year of a day": (lambda day: ListMembership.objects.filter(valid_from__year=day.year), {"day": DAY}),
    "a day later": (lambda day: ListMembership.objects.filter(valid_from=day + dt.timedelta(days=1)), {"day": DAY}),
    "nothing": (lambda day: Substance.objects.filter(name="x"), {"day": DAY}),
    "a part of a list": (lambda ids: Substance.objects.filter(pk=ids[0]), {"ids": [uuid4(), uuid4()]}),
    "a part of a text": (lambda name: Substance.objects.filter(name__contains=name), {"name": "lead"}),
    "a number": (lambda line: Substance.objects.filter(revision=line), {"line": 3}),
    "a moment": (lambda at: Substance.objects.filter(split_at=at), {"at": dt.datetime(2020, 5, 17, tzinfo=dt.UTC)}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("does", REFUSED)
def test_a_question_that_does_more_than_to_compare_its_values_is_refused(does: str) -> None:
    build, values = REFUSED[does]
    with pytest.raises(NotPreparable):
        Prepared(build).ask(**values)


@pytest.mark.django_db
def test_what_is_fixed_in_a_question_stays() -> None:
    listed, other = a_substance(name="Lead"), a_substance(name="Tin")
    question = Prepared(lambda ids: Substance.objects.filter(pk__in=ids, name="Lead", merged_into__isnull=True))
    assert question.ask(ids=[listed.pk, other.pk]) == [listed]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_a_connection_of_its_own() -> None:
    substance = a_substance()
    question = Prepared(lambda pk: Substance.objects.filter(pk=pk))
    assert question.ask(pk=substance.pk) == [substance]
    found = []

    def ask() -> None:
        found.extend(question.ask(pk=substance.pk))
        connection.close()

    for _turn in range(2):
        thread = Thread(target=ask)
        thread.start()
        thread.join()
    assert found == [substance, substance]


@pytest.mark.django_db
def test_what_is_attached_is_what_would_be_prefetched() -> None:
    one, other, bare = a_substance(), a_substance(), a_substance()
    for number, on in enumerate([one, other, one]):
        a_flag(on=on, since=DAY + dt.timedelta(days=number))
    again = list(Substance.objects.filter(pk__in=[one.pk, other.pk, bare.pk]))
    prefetch_related_objects(again, "flags")
    with CaptureQueriesContext(connection) as asked:
        attach([one, other, bare], "flags", ConcernFlag.objects.all())
        attached = {substance.pk: list(substance.flags.all()) for substance in (one, other, bare)}
        assert one.flags.all()[0].substance is one
    assert attached == {substance.pk: list(substance.flags.all()) for substance in again}
    assert len(asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("clocks", [now(DAY), Clocks(DAY), Clocks(DAY, DAY)], ids=["today", "as of", "known on"])
def test_the_questions_of_a_page_are_asked_by_both_clocks(catalogue: None, clocks: Clocks) -> None:
    """Of a past day they are built anew; what a page then finds is what its tests of the two clocks are about."""
    pk = Substance.objects.get(slug="bisphenol-a").pk
    for question, values in (
        (substance_rows.WITH_SHORT_LISTS, {"pk": pk, "near": []}),
        (substance_rows.FLAGS, {"ids": [pk]}),
        (substance_rows.CLASSIFICATIONS, {"pk": pk}),
        (substance_rows.MEMBERSHIPS, {"pk": pk}),
    ):
        assert question.ask(clocks, **values) == list(question.build(clocks=clocks, **values))


@pytest.mark.django_db
def test_no_statement_of_a_page_holds_a_day_or_a_key(catalogue: None, client: Client) -> None:
    """What is compiled once would tell tomorrow what holds today, and every reader of one substance's rows."""
    assert client.get(reverse("web:substance", args=[Substance.objects.get(slug="bisphenol-a").pk])).status_code == 200
    questions = [one for one in vars(substance_rows).values() if isinstance(one, (Prepared, ByClocks))]
    assert len(questions) >= 6
    for question in questions:
        prepared = question if isinstance(question, Prepared) else question.today
        for parameter in prepared.fixed():
            assert not isinstance(parameter, (dt.date, UUID)), parameter
            assert not re.fullmatch(r"\d{4}-\d{2}-\d{2}|[0-9a-f]{32}", str(parameter)), parameter
