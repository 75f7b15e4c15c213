"""Short lists of rows that come along with another query."""

from __future__ import annotations

from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler


class RowsAsJSON(Subquery):
    """The rows of a queryset as a list of dictionaries, in its order; empty where there are none.

    For an annotation on few rows whose short lists would each be a query of their own otherwise.

    Args:
        rows: what to list; may refer to the outer row by `OuterRef`.
        members: the paths to take; in a dictionary they have these names.
    """

    output_field = JSONField()
    template = """(SELECT COALESCE(JSON_GROUP_ARRAY(JSON("as_json")), '[]') FROM (%(subquery)s) AS listed)"""

    def __init__(self, rows: QuerySet[Any], *members: str) -> None:
        super().__init__(rows.values(as_json=JSONObject(**{name: name for name in members})))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> Any:
        """The same in PostgreSQL's words."""
        template = """(SELECT COALESCE(JSONB_AGG("as_json"), '[]'::jsonb) FROM (%(subquery)s) AS listed)"""
        return self.as_sql(compiler, connection, template=template)
