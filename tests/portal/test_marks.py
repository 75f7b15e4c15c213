"""What is kept of a page is kept only while every row behind it stays as it was."""

from __future__ import annotations

import importlib
import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from portal.common.kept import Kept
from portal.common.marks import read_marks
from substances.models import ConcernFlag, Source, Substance
from substances.vocabulary import Authority, Checked, Concern
from tests.build import a_substance

MARKS = {
    "substances": "substances.migrations.0003_marks",
    "substitution": "substitution.migrations.0002_marks",
    "companies": "portal.companies.migrations.0002_marks",
}
MARKED = {name: importlib.import_module(module).MARKED for name, module in MARKS.items()}
# Rows of these models are on no page that is kept.
NOT_SHOWN = {
    "substances.BatchAnswer",
    "substances.BatchPart",
    "substances.BatchRow",
    "substances.CatalogueLoad",
    "substances.Entry",
    "substances.Explanation",
    "substances.GroupPortrait",
    "substances.IndexGeneration",
    "substances.Library",
    "substances.LibraryRejection",
    "substances.LibraryStructure",
    "substances.ListUpload",
    "substances.MemberDecision",
    "substances.OpenMember",
    "substances.RegistryCheck",
    "substances.RegistryFinding",
    "substances.RejectedClaim",
    "substances.SearchHit",
    "substances.SearchShard",
    "substances.SearchTerm",
    "substances.SplitPlan",
    "substances.StructureSearch",
    "substances.StructureUpload",
    "substances.StructureUploadChunk",
    "substances.UploadChunk",
    "substances.Successor",
}


def test_every_table_of_these_rooms_is_marked_or_said_to_be_on_no_kept_page() -> None:
    models = [model for name in MARKS for model in apps.get_app_config(name).get_models()]
    unmarked = {model._meta.label for model in models if model._meta.db_table not in MARKED[model._meta.app_label]}
    assert unmarked == NOT_SHOWN


@pytest.mark.django_db
def test_what_is_kept_is_made_of_marked_tables_alone(catalogue: None, client: Client) -> None:
    """The tables are those of the statements that were sent while pages were made; rows of an entry never change."""
    marked = {table for tables in MARKED.values() for table in tables} | {"substances_entry"}
    tables = {model._meta.db_table for model in apps.get_models()}
    pages = [reverse("web:substance", args=[Substance.objects.get(slug=slug).pk]) for slug in ("bisphenol-a", "lead")]
    with CaptureQueriesContext(connection) as asked:
        for page in (*pages, reverse("web:substances")):
            assert client.get(page).status_code == 200
    read = {name for query in asked for name in re.findall(r'"(\w+)"', query["sql"])} & tables
    assert "substances_groupassessment" in read
    assert read - marked == set()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_every_kind_of_change_to_every_marked_table_renews_its_mark() -> None:
    """Read from the database itself: a trigger that a migration dropped is missing there."""
    for name, tables in MARKED.items():
        for table in tables:
            assert _events_that_renew(name, table) == {"INSERT", "UPDATE", "DELETE"}, table


def _events_that_renew(name: str, table: str) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            texts = [text for (text,) in cursor.fetchall() if f"{name}_mark" in text]
            return {
                event for event in ("INSERT", "UPDATE", "DELETE") for text in texts if f"AFTER {event}" in text.upper()
            }
        cursor.execute(
            "SELECT event_manipulation FROM information_schema.triggers WHERE event_object_table = %s "
            "AND action_statement LIKE %s",
            [table, f"%{name}_changed%"],
        )
        return {event for (event,) in cursor.fetchall()}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_mark_is_another_after_each_transaction_that_changed_something() -> None:
    seen = [read_marks("substances")]
    substance = a_substance()
    seen.append(read_marks("substances"))
    Substance.objects.filter(pk=substance.pk).update(note="changed")
    seen.append(read_marks("substances"))
    with transaction.atomic():
        Substance.objects.filter(pk=substance.pk).update(note="once")
        Substance.objects.filter(pk=substance.pk).update(note="twice")
    seen.append(read_marks("substances"))
    Source.objects.create(key="a-new-one", title="A new one")
    seen.append(read_marks("substances"))
    assert len({marks["substances"] for marks in seen}) == len(seen)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_what_is_kept() -> None:
    before = read_marks("substances")
    with transaction.atomic():
        a_substance()
        transaction.set_rollback(True)
    assert read_marks("substances") == before


class Counting:
    """Makes a new value each time."""

    made = 0

    def __call__(self) -> int:
        self.made += 1
        return self.made


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_made_anew_after_a_change_and_for_another_language() -> None:
    kept, make = Kept("substances"), Counting()
    assert [kept.get("a", make), kept.get("a", make)] == [1, 1]
    assert kept.get("b", make) == 2
    with translation.override("pl"):
        assert kept.get("a", make) == 3
    assert kept.get("a", make) == 1
    a_substance()
    assert [kept.get("a", make), kept.get("a", make)] == [4, 4]


@pytest.mark.django_db
def test_nothing_is_kept_of_a_transaction_that_may_be_undone() -> None:
    kept, make = Kept("substances"), Counting()
    assert [kept.get("a", make), kept.get("a", make)] == [1, 2]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_what_is_kept_of_a_part_is_kept_under_the_marks_that_the_whole_was_begun_with() -> None:
    whole, part, make = Kept("substances", "substitution"), Kept("substances"), Counting()

    def with_a_change_in_its_midst() -> int:
        a_substance()
        return part.get("part", make)

    assert whole.get("whole", with_a_change_in_its_midst) == 1
    assert part.get("part", make) == 2
    with CaptureQueriesContext(connection) as asked:
        assert Kept("substances").get("outer", lambda: part.get("part", make)) == 2
    assert len(asked) == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_made_is_not_kept() -> None:
    kept = Kept("substances")
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 7) == 7


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_flag_raised_a_moment_ago_is_on_the_page_that_was_kept(client: Client) -> None:
    substance = a_substance()
    address = reverse("web:substance", args=[substance.pk])
    assert "No concern is recorded here." in client.get(address).content.decode()
    ConcernFlag.objects.create(
        substance=substance,
        concern=Concern.CARCINOGENIC,
        authority=Authority.HARMONISED,
        legal_basis="Carc. 1B, since a moment ago",
        source=Source.objects.create(key="of-the-flag", title="Of the flag"),
        checked=Checked.IMPORTED,
    )
    page = client.get(address).content.decode()
    assert "Carc. 1B, since a moment ago" in page
    assert "No concern is recorded here." not in page


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_kept_page_is_served_without_asking_for_its_facts_again(client: Client) -> None:
    address = reverse("web:substance", args=[a_substance().pk])
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) == 1
