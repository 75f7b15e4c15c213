"""Pages of long answers, by cursor: stable while rows are added. The same for REST and for pages in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

M = TypeVar("M", bound=Model)


class Pages(CursorPagination):
    """At most 200 rows a page; `next` is the address of the following one, or null."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = ("name", "pk")


@dataclass(frozen=True)
class BrowsedPage(Generic[M]):
    """One page of rows for a template, with the addresses of its neighbours."""

    rows: list[M]
    next_url: str | None
    previous_url: str | None


def browse(request: HttpRequest, rows: QuerySet[M], *, ordering: tuple[str, ...] = ("name", "pk")) -> BrowsedPage[M]:
    """The page of `rows` that the address asks for.

    Raises:
        Http404: the cursor cannot be read.
    """
    pages = Pages()
    pages.ordering = ordering
    try:
        found = pages.paginate_queryset(rows, Request(request)) or []
    except NotFound as error:
        raise Http404(str(error.detail)) from error
    return BrowsedPage(list(found), pages.get_next_link(), pages.get_previous_link())
