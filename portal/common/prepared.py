"""Queries that are written with the ORM and turned into SQL once in the life of a process.

For questions that every visit asks again with other values: building the queryset and compiling it takes many times
longer than the database takes to answer. The SQL, its rows and their types are the ORM's own; only the way to the
statement is not gone again.

How the places of the values are found: the queryset is built twice, each time with other stand-ins, and where the two
statements hold these a value belongs. A queryset that does more with a value than to compare it (its year, a branch
on it) gives two statements that differ, and is refused. Whatever else it is built of is fixed for the process's life:
no day, no row, no language may be among it.
"""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query

Row = TypeVar("Row")

_COLUMNS: Mapping[type, Any] = {uuid.UUID: models.UUIDField(), dt.date: models.DateField(), str: models.TextField()}
_numbers = count(1)


class NotPreparable(TypeError):
    """A queryset that cannot be compiled once; the message says why."""


@dataclass(frozen=True)
class _Place:
    """Where a value belongs: which of the values, and which of a list."""

    name: str
    number: int


@dataclass(frozen=True)
class _Statement(Generic[Row]):
    """A queryset with its SQL; `parameters` are fixed values and places of values that are asked with."""

    queryset: models.QuerySet[Any, Row]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]


class _Compiled(Query):
    """A query that is asked by a compiler made before."""

    ready: SQLCompiler

    def get_compiler(self, *_args: Any, **_options: Any) -> SQLCompiler:
        return self.ready


class Prepared(Generic[Row]):
    """A question with places for values.

    Args:
        build: makes the queryset from UUIDs, days, texts and lists of them, given by name. It only compares them.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.build = build
        self._statements: dict[tuple[Any, ...], _Statement[Row] | None] = {}

    def ask(self, **values: Any) -> list[Row]:
        """The rows for these values, in one statement; none where an empty list of values leaves nothing to ask for.

        Raises:
            NotPreparable: the queryset does more with a value than to compare it, or nothing.
        """
        given = {name: _padded(value) if isinstance(value, list) else [value] for name, value in values.items()}
        statement = self._statement(values, given)
        return [] if statement is None else _rows(statement, given)

    def fixed(self) -> set[Any]:
        """What its statements made so far hold for ever: constants, never a value that was asked with."""
        made = (one.parameters for one in self._statements.values() if one is not None)
        return {parameter for parameters in made for parameter in parameters if not isinstance(parameter, _Place)}

    def _statement(self, values: Mapping[str, Any], given: Mapping[str, list[Any]]) -> _Statement[Row] | None:
        """Compiled for lists of these lengths, if it was not yet; None where nothing can be found."""
        lengths = tuple((name, isinstance(values[name], list), len(given[name])) for name in sorted(given))
        key = (connections[DEFAULT_DB_ALIAS].vendor, lengths)
        if key not in self._statements:
            self._statements[key] = self._compile(values, given)
        return self._statements[key]

    def _compile(self, values: Mapping[str, Any], given: Mapping[str, list[Any]]) -> _Statement[Row] | None:
        try:
            one, other = (self._compile_with(values, _stand_ins(given)) for _turn in range(2))
        except EmptyResultSet:
            return None
        if (one.sql, one.parameters) != (other.sql, other.parameters):
            raise NotPreparable("The queryset does something else with a value than to compare it.")
        places = {_Place(name, number) for name, ones in given.items() for number in range(len(ones))}
        if ignored := {place.name for place in places - set(one.parameters)}:
            raise NotPreparable(f"The queryset does not compare {', '.join(sorted(ignored))} with anything.")
        return one

    def _compile_with(self, values: Mapping[str, Any], stand_ins: Mapping[str, list[Any]]) -> _Statement[Row]:
        lone = {name: ones if isinstance(values[name], list) else ones[0] for name, ones in stand_ins.items()}
        queryset = self.build(**lone)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        places = dict(_places(stand_ins, compiler.connection))
        found = (places.get(value, value) if isinstance(value, tuple(_COLUMNS)) else value for value in parameters)
        return _Statement(queryset, compiler, sql, tuple(found))


def attach(objects: Iterable[models.Model], relation: str, rows: Iterable[models.Model]) -> None:
    """As `prefetch_related_objects` does, with rows that are there already.

    Args:
        relation: the objects' name for the rows that refer to them by a foreign key, such as "flags".
        rows: in the order they are to have.
    """
    fetched, by_object = list(rows), dict[Any, list[models.Model]]()
    for one in objects:
        related: Any = one._meta.get_field(relation)
        if not by_object:
            for row in fetched:
                by_object.setdefault(getattr(row, related.field.attname), []).append(row)
        mine = by_object.get(one.pk, [])
        for row in mine:
            related.field.set_cached_value(row, one)
        held = related.related_model._default_manager.all()
        held._result_cache, held._prefetch_done = mine, True
        vars(one).setdefault("_prefetched_objects_cache", {})[related.cache_name] = held


def _rows(statement: _Statement[Row], given: Mapping[str, list[Any]]) -> list[Row]:
    """Asks a statement, by this thread's connection."""
    compiler = copy.copy(statement.compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]
    parameters = tuple(
        _as_parameter(given[one.name][one.number], compiler.connection) if isinstance(one, _Place) else one
        for one in statement.parameters
    )
    compiler.as_sql = lambda *_args, **_options: (statement.sql, parameters)  # type: ignore[method-assign]
    asked = statement.queryset.all()
    asked.query.__class__ = _Compiled
    cast(_Compiled, asked.query).ready = compiler
    return list(asked)


def _padded(values: list[Any]) -> list[Any]:
    """Filled up to a power of two with its last one, so that there are few lengths; named twice asks for no more."""
    length = 1 << (len(values) - 1).bit_length() if values else 0
    return [*values, *(values[-1:] * (length - len(values)))]


def _stand_ins(given: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [_stand_in(value) for value in values] for name, values in given.items()}


def _stand_in(value: Any) -> Any:
    """Another of its kind, each time a new one; of days the year, the month and the day are new."""
    if type(value) is uuid.UUID:
        return uuid.uuid4()
    if type(value) is str:
        return uuid.uuid4().hex
    if type(value) is dt.date:
        number = next(_numbers) % 9000
        return dt.date(1 + number, 1 + number % 12, 2 + number % 27)
    raise NotPreparable(f"{value!r} is no UUID, no day and no text, nor a list of such.")


def _places(stand_ins: Mapping[str, list[Any]], connection: Any) -> Iterator[tuple[Any, _Place]]:
    """Each stand-in as a parameter, and where it belongs."""
    for name, ones in stand_ins.items():
        for number, one in enumerate(ones):
            yield _as_parameter(one, connection), _Place(name, number)


def _as_parameter(value: Any, connection: Any) -> Any:
    return _COLUMNS[type(value)].get_db_prep_value(value, connection)
