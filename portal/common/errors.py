"""What a rule refuses, with words for people: pages show it beside the field, REST as a problem."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Something asked for that a rule does not allow.

    Attributes:
        code: stable, for programs.
        message: for people, translated, saying what would be right.
        status: the HTTP status that fits.
        more: what else a program may want, such as `position` or `readings`.
    """

    code = "refused"
    status = 400

    def __init__(self, message: str, *, code: str = "", status: int = 0, **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
        self.more = more


class NotAllowed(DomainError):
    """The person may not do this."""

    code = "not_allowed"
    status = 403


class NotValid(DomainError):
    """What was given cannot be used as it stands."""

    code = "not_valid"
    status = 422


class Conflict(DomainError):
    """It does not fit what is there by now."""

    code = "conflict"
    status = 409


class Gone(DomainError):
    """It was there and cannot be had any more."""

    code = "gone"
    status = 410
