"""Bodies of requests, read within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser

from portal.common.errors import DomainError
from portal.common.uploads import MAX_BODY_BYTES


class TooLarge(DomainError):
    """More was sent than we read."""

    code = "too_large"
    status = 413


class BoundedJSONParser(JSONParser):
    """JSON of at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes: DRF reads the stream past Django's own limit."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value sent.

        Raises:
            TooLarge: it is longer than allowed.
            ParseError: it is not JSON, or nested too deeply.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = (parser_context or {}).get("request")
        if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise TooLarge(_("The request is larger than %(most)s bytes.") % {"most": most})
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error


class BoundedMultiPartParser(MultiPartParser):
    """A form with files, refused before it is read where it is too large; see `portal.common.uploads`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        """Fields and files.

        Raises:
            TooLarge: it is longer than allowed.
            ParseError: it is no such form.
        """
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RequestDataTooBig as error:
            message = _("The request is larger than %(most)s bytes.") % {"most": MAX_BODY_BYTES}
            raise TooLarge(message) from error
