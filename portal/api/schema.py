"""What the OpenAPI schema says of every operation without each view repeating it."""

from __future__ import annotations

from typing import Any

from portal.common.rest.problems import CONTENT_TYPE

# Which problems an operation may answer with, by what it takes.
ALWAYS = {"400": "It could not be read.", "406": "Only JSON is given.", "429": "Too often; see `Retry-After`."}
WITH_ID = {"404": "There is nothing, or it is not yours."}
WITH_BODY = {"415": "Only JSON is taken."}
SIGNED_IN = {"403": "Not open to you."}


def with_problems(result: dict[str, Any], generator: object, request: object, public: bool) -> dict[str, Any]:
    """The schema with the problems that any operation may answer with (RFC 9457)."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            told = ALWAYS | (WITH_ID if "{" in path or _has_pages(operation) else {}) | SIGNED_IN
            if "requestBody" in operation:
                told |= WITH_BODY
            for status, description in told.items():
                operation["responses"].setdefault(status, _answer(description))
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _has_pages(operation: dict[str, Any]) -> bool:
    return any(parameter["name"] == "cursor" for parameter in operation.get("parameters", []))


def _answer(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}
