"""Why a proposal cannot be moved."""

from __future__ import annotations

from portal.common.errors import DomainError


class ReviewError(DomainError):
    """A step of review that is not possible; the message says why, to people."""

    code = "review"
    status = 409
