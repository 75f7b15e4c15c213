"""Plain rows into a table: what `bulk_create` would have written, in fewer words."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from portal.common.inserting import insert_rows
from substances.models import SearchTerm, Substance

pytestmark = pytest.mark.django_db
TERM = ("substance_id", "folded", "text", "kind")


def _terms(substance: Substance, count: int) -> list[tuple[uuid.UUID, str, str, str]]:
    return [(substance.pk, f"name {number}", f"100 % 'Näme' {number}", "synonym") for number in range(count)]


def test_rows_are_written_as_bulk_create_would_write_them() -> None:
    plain, modelled = Substance.objects.create(name="plain"), Substance.objects.create(name="modelled")
    assert insert_rows(SearchTerm, TERM, _terms(plain, 3)) == 3
    SearchTerm.objects.bulk_create([SearchTerm(**dict(zip(TERM, row, strict=True))) for row in _terms(modelled, 3)])
    said = SearchTerm.objects.order_by("folded").values_list("folded", "text", "kind")
    assert [*said.filter(substance=plain)] == [*said.filter(substance=modelled)]
    assert said.filter(substance=plain)[0] == ("name 0", "100 % 'Näme' 0", "synonym")


def test_many_rows_are_few_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    substance = Substance.objects.create(name="much named")
    with django_assert_num_queries(2):
        assert insert_rows(SearchTerm, TERM, _terms(substance, 1_500)) == 1_500
    assert SearchTerm.objects.filter(substance=substance).count() == 1_500


def test_no_rows_are_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert insert_rows(SearchTerm, TERM, []) == 0


def test_a_row_of_another_length_is_an_error() -> None:
    substance = Substance.objects.create(name="short")
    with pytest.raises(ValueError, match="zip"):
        insert_rows(SearchTerm, TERM, [(substance.pk, "folded", "text")])
    assert not SearchTerm.objects.filter(substance=substance).exists()


def test_a_column_that_is_none_of_the_table_is_an_error() -> None:
    with pytest.raises(KeyError, match="flavour"):
        insert_rows(SearchTerm, ("flavour",), [("sweet",)])


def test_what_the_table_refuses_is_an_error() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(SearchTerm, TERM, [(None, "folded", "text", "synonym")])
