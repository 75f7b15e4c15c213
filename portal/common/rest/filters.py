"""What every set of filters has in common, for pages and for REST."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.http import QueryDict


class Filters(filters.FilterSet):  # type: ignore[misc]  # django_filters ships no types
    """Filters in which a blank choice is none, as a form sends it."""

    def __init__(self, data: QueryDict | None = None, *arguments: Any, **named: Any) -> None:
        if data is not None:
            given = data.copy()
            for name, values in data.lists():
                given.setlist(name, [value for value in values if value.strip()])
            data = given
        super().__init__(data, *arguments, **named)

    def complaints(self) -> list[str]:
        """What cannot be used, by filter, for people."""
        return [f"{self.form.fields[name].label}: {' '.join(map(str, errors))}" for name, errors in self.errors.items()]
