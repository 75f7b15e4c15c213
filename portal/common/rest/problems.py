"""Errors as problem details. Source: RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from portal.common.errors import DomainError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, *, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """An answer that says what went wrong and what would be right.

    Args:
        status: of HTTP.
        code: ours, stable; the last part of `type`.
        detail: for people, translated.
        headers: of the answer.
        more: further members, such as `readings` or `errors`.
    """
    body = body_of(status, code=code, detail=detail, **more)
    return Response(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def body_of(status: int, *, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The members of a problem; see `problem`."""
    return {
        "type": f"urn:benigna:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        **more,
    }


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """What went wrong, and what would be right. Source: RFC 9457."""

    type = serializers.CharField(help_text="urn:benigna:problem: and `code`")
    title = serializers.CharField(help_text="The phrase of the status.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people, in the reader's language.")
    # The stubs take a declared field for the attribute of the same name.
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="By field, what is wrong with its value."
    )
    position = serializers.IntegerField(required=False, help_text="The character at fault, counted from 1.")
    readings = serializers.ListField(  # what `substances.services.reading.Possible.as_dict` gives
        child=serializers.DictField(), required=False, help_text="What an ambiguous text could mean."
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem for an exception raised in a view; None for one that nobody foresaw (a 500)."""
    if isinstance(error, DomainError):
        return problem(error.status, code=error.code, detail=error.message, **error.more)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    answer = drf_exception_handler(error, context)
    if answer is None or not isinstance(error, exceptions.APIException):
        return answer
    headers = {name: value for name, value in answer.items() if name.lower() in {"retry-after", "www-authenticate"}}
    if isinstance(error, exceptions.ValidationError):
        return problem(
            answer.status_code,
            code="invalid",
            detail=_("Some values could not be used; `errors` names each."),
            headers=headers,
            errors=answer.data,
        )
    return problem(answer.status_code, code=str(error.default_code), detail=str(error.detail), headers=headers)
