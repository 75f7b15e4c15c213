"""Answers to requests that no view could take, and the door that refuses what no database can store."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

from portal.common.rest.problems import CONTENT_TYPE, body_of
from portal.common.uploads import MAX_FILE_BYTES

REST = "/api/v1/"


class RefuseNul:
    """Middleware: refuses addresses with a NUL in them; PostgreSQL cannot compare text with one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self.get_response(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """400, or 413 where too much was sent; as a problem where a program asked."""
    if isinstance(exception, RequestDataTooBig) and request.path.startswith(REST):
        return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("The request is too large."))
    if isinstance(exception, RequestDataTooBig):
        said = {"too_large": True, "most_mib": MAX_FILE_BYTES // 2**20}
        page = loader.get_template("400.html").render(said)
        return HttpResponse(page, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if request.path.startswith(REST):
        return _problem(HTTPStatus.BAD_REQUEST, "bad_request", _("The request could not be read."))
    return defaults.bad_request(request, exception or ValueError())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500, as a problem where a program asked."""
    if request.path.startswith(REST):
        detail = _("Something broke on our side. It is written down; look before you send it again.")
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error", detail)
    return defaults.server_error(request)


def _problem(status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    return JsonResponse(body_of(status, code=code, detail=detail), status=status, content_type=CONTENT_TYPE)
