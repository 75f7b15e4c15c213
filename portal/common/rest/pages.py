"""Pages of long answers, by cursor: stable while rows are added. The same for REST and for pages in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

# DRF passes over characters that are not of its alphabet.
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")

M = TypeVar("M", bound=Model)


class Pages(CursorPagination):
    """At most 200 rows a page; `next` is the address of the following one, or null."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering: tuple[str, ...] = ("name", "pk")

    def get_page_size(self, request: Request) -> int:
        """How many rows a page has.

        Raises:
            ValidationError: `limit` is no whole number from 1 to 200.
        """
        asked = request.query_params.get("limit", str(self.page_size)).strip()
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= self.max_page_size):
            message = _("Write a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({"limit": [message]})
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters, with the bounds of `limit`."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "limit":
                bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] = {"type": "integer", **bounds}
        return parameters

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The page that the address asks for.

        Raises:
            NotFound: the cursor is none of ours, or was made for another order of rows.
        """
        cursor = request.query_params.get(self.cursor_query_param)
        if cursor is not None and not BASE64.fullmatch(cursor):
            raise NotFound(_("Invalid cursor"))
        try:
            return super().paginate_queryset(queryset, request, view)
        except (InvalidValue, ValueError, TypeError) as error:
            # A cursor carries a value to compare rows with; the database's type did not take it.
            raise NotFound(_("Invalid cursor")) from error


def pages_by(*ordering: str) -> type[Pages]:
    """Pages in another order; the last field is unique, so that no row is met twice."""
    return type("Pages", (Pages,), {"ordering": ordering})


@dataclass(frozen=True)
class BrowsedPage(Generic[M]):
    """One page of rows for a template, with the addresses of its neighbours."""

    rows: list[M]
    next_url: str | None
    previous_url: str | None


def browse(request: HttpRequest, rows: QuerySet[M], *, ordering: tuple[str, ...] = ("name", "pk")) -> BrowsedPage[M]:
    """The page of `rows` that the address asks for.

    Raises:
        Http404: the cursor or the limit cannot be read.
    """
    pages = pages_by(*ordering)()
    try:
        found = pages.paginate_queryset(rows, Request(request)) or []
    except (NotFound, ValidationError) as error:
        raise Http404(str(error.detail)) from error
    return BrowsedPage(list(found), pages.get_next_link(), pages.get_previous_link())
