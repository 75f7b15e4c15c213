"""Filters as a page shows them: each choice with the number of rows it would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.http import QueryDict

from portal.common.named import named
from portal.common.rest.filters import Filters

# Counts the rows that a set of filters leaves, by the choices of the filter that was left out of it.
Counter = Callable[[Filters], Mapping[str, int]]


def counted(rows: QuerySet[Any], path: str, *, each: str = "pk") -> dict[str, int]:
    """How many different values of `each` the rows have, by their value at `path`."""
    pairs = rows.order_by().values_list(path).annotate(n=Count(each, distinct=True))
    return {str(value): n for value, n in pairs if value is not None}


def facets(
    filterset_class: type[Filters], query: QueryDict, rows: QuerySet[Any], counters: Mapping[str, Counter]
) -> list[dict[str, Any]]:
    """Every filter with its choices; a choice counts the rows that the *other* filters leave.

    Args:
        filterset_class: the FilterSet that page and REST share.
        query: of the request.
        rows: before any filter.
        counters: by the filter's name, what counts rows by its values.

    Returns:
        As `components/filters.html` takes them: ticked choices first, then the most frequent; none with no rows.
    """
    return [_facet(filterset_class, query, rows, name, counter) for name, counter in counters.items()]


def _facet(
    filterset_class: type[Filters], query: QueryDict, rows: QuerySet[Any], name: str, counter: Counter
) -> dict[str, Any]:
    others = query.copy()
    others.pop(name, None)
    left = filterset_class(others, queryset=rows)
    left.is_valid()  # reads what is chosen
    counts = counter(left)
    field = left.form.fields[name]
    ticked = set(query.getlist(name))
    options = [
        {
            "value": str(value),
            "label": _label(value, label),
            "count": counts.get(str(value), 0),
            "checked": str(value) in ticked,
        }
        for value, label in field.choices
        if str(value) in ticked or counts.get(str(value))
    ]
    options.sort(key=lambda option: (not option["checked"], -option["count"], str(option["label"])))
    return {"name": name, "label": field.label, "options": options}


def _label(value: Any, label: Any) -> Any:
    """A choice's words; those of a row of the catalogue are in the reader's language where it has a name in it."""
    row = getattr(value, "instance", None)
    return named(row) if row is not None else label
