"""What each database contributes to a search: at most 200 terms worth ranking. It fetches; it never ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from substances.services.folding import trigrams
from substances.services.ranking import EXACT_ONLY_KINDS, LEAST_SHARED_TRIGRAMS, NAME_KINDS, Candidate, Question

MOST_CANDIDATES = 200
_EXACT, _BEGINNING, _CONTAINING = 60, 60, 80
_SHORTEST_CONTAINED = 3  # a trigram
_COLUMNS = "t.substance_id, t.folded, t.text, t.kind"
_PARTIAL = f"t.kind NOT IN ({', '.join(repr(kind) for kind in sorted(EXACT_ONLY_KINDS))})"
_NAMES = f"t.kind IN ({', '.join(repr(str(kind)) for kind in sorted(NAME_KINDS))})"
_LAST = "\U0010ffff"


class Backend(Protocol):
    """How a database finds terms. Every method gives SQL that ends in a limit, and its parameters."""

    def beginning(self, folded: str) -> tuple[str, list[object]]:
        """Terms that begin with the text."""

    def containing(self, folded: str) -> tuple[str, list[object]]:
        """Terms that hold the text, which has three characters or more."""

    def resembling(self, folded: str) -> tuple[str, list[object]]:
        """Names that share trigrams with the text, those that share most first."""


class Sqlite:
    """FTS5 with the trigram tokenizer; see migration 0002."""

    def beginning(self, folded: str) -> tuple[str, list[object]]:
        where = f"t.folded >= %s AND t.folded < %s AND {_PARTIAL}"
        return f"{_FROM} WHERE {where} {_SHORTEST_FIRST} LIMIT {_BEGINNING}", [folded, folded + _LAST]

    def containing(self, folded: str) -> tuple[str, list[object]]:
        return f"{_FROM_FTS} {_SHORTEST_FIRST} LIMIT {_CONTAINING}", [_phrase(folded)]

    def resembling(self, folded: str) -> tuple[str, list[object]]:
        parts = sorted({part.strip() for part in trigrams(folded)} - {""})
        asked = " OR ".join(_phrase(part) for part in parts if len(part) == _SHORTEST_CONTAINED)
        if not asked:
            return "", []
        return f"{_FROM_FTS} AND {_NAMES} ORDER BY f.rank LIMIT {MOST_CANDIDATES}", [asked]


class Postgresql:
    """pg_trgm with a GIN index; see migration 0002."""

    def beginning(self, folded: str) -> tuple[str, list[object]]:
        where = f"t.folded LIKE %s AND {_PARTIAL}"
        return f"{_FROM} WHERE {where} {_SHORTEST_FIRST_C} LIMIT {_BEGINNING}", [f"{_like(folded)}%"]

    def containing(self, folded: str) -> tuple[str, list[object]]:
        where = f"t.folded LIKE %s AND {_PARTIAL}"
        return f"{_FROM} WHERE {where} {_SHORTEST_FIRST_C} LIMIT {_CONTAINING}", [f"%{_like(folded)}%"]

    def resembling(self, folded: str) -> tuple[str, list[object]]:
        order = "ORDER BY word_similarity(%s, t.folded) DESC, length(t.folded)"
        # The kinds that are left out here are those the index leaves out: only then is it used.
        where = f"%s <%% t.folded AND {_PARTIAL} AND {_NAMES}"
        return f"{_FROM} WHERE {where} {order} LIMIT {MOST_CANDIDATES}", [folded, folded]


_FROM = f"SELECT {_COLUMNS} FROM substances_searchterm t"  # noqa: S608 - constants of this module only
_FROM_FTS = (
    f"SELECT {_COLUMNS} FROM substances_searchterm_fts f JOIN substances_searchterm t ON t.id = f.rowid"  # noqa: S608 - constants of this module only
    " WHERE substances_searchterm_fts MATCH %s"
)
_UNION = " UNION SELECT * FROM "
_SHORTEST_FIRST = "ORDER BY length(t.folded), t.folded, t.id"
_SHORTEST_FIRST_C = 'ORDER BY length(t.folded), t.folded COLLATE "C", t.id'


def matching(question: Question) -> list[Candidate]:
    """Terms that are, begin with or hold what is asked: at most 200, in one statement."""
    backend = _backend()
    exact = sorted({*question.exact, question.as_written})
    places = ", ".join(["%s"] * len(exact))
    parts: list[tuple[str, list[object]]] = [(f"{_FROM} WHERE t.folded IN ({places}) LIMIT {_EXACT}", [*exact])]
    if question.folded:
        parts.append(backend.beginning(question.folded))
    if len(question.folded) >= _SHORTEST_CONTAINED:
        parts.append(backend.containing(question.folded))
    union = _UNION.join(f"({part}) AS part_{number}" for number, (part, _) in enumerate(parts))
    return _fetch(_UNION.removeprefix(" UNION ") + union, [value for _, values in parts for value in values])


def resembling(question: Question) -> list[Candidate]:
    """Names that are perhaps what was meant, spelled otherwise: at most 200."""
    sql, values = _backend().resembling(question.folded)
    if not sql:
        return []
    if connection.vendor != "postgresql":
        return _fetch(sql, values)
    with transaction.atomic(), connection.cursor() as cursor:
        # For this transaction: at the default of 0.6 two letters swapped in a short word are missed.
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(LEAST_SHARED_TRIGRAMS)])
        return _fetch(sql, values)


def _backend() -> Backend:
    return Postgresql() if connection.vendor == "postgresql" else Sqlite()


def _fetch(sql: str, values: Sequence[Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Candidate(_uuid(pk), folded, text, kind) for pk, folded, text, kind in cursor.fetchall()]


def _uuid(value: UUID | str) -> UUID:
    """SQLite keeps a UUID as 32 hexadecimal digits."""
    return value if isinstance(value, UUID) else UUID(value)


def _phrase(text: str) -> str:
    """The text as one string of FTS5: nothing in it is syntax."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
