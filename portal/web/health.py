"""Whether the process lives, and whether the portal can do its work."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from http import HTTPStatus

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.jobs.models import Heartbeat
from substances.models import CatalogueLoad, SearchTerm, Substance
from substances.similarity import store


def answer_health_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `/healthz` and `/readyz` are answered before hosts, sessions and logs, to whoever watches us."""
    answers = {"/healthz": healthz, "/readyz": readyz}

    def answer(request: HttpRequest) -> HttpResponse:
        return answers.get(request.path_info, get_response)(request)

    return answer


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything that is needed is there, else 503 naming what is missing."""
    try:
        missing = what_is_missing(now=timezone.now())
    except DatabaseError:
        missing = ["database"]
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return JsonResponse({"ready": not missing, "missing": missing}, status=status)


def what_is_missing(*, now: dt.datetime) -> list[str]:
    """What the portal lacks to do its work: `migrations`, `catalogue`, `search index`, `similarity index`, `worker`;
    empty when nothing.

    Raises:
        DatabaseError: the database does not answer.
    """
    if not _is_migrated():
        return ["migrations"]
    present = {
        "catalogue": CatalogueLoad.objects.exists() and Substance.objects.exists(),
        "search index": SearchTerm.objects.exists(),
        "similarity index": _is_index_there(),
        "worker": Heartbeat.objects.fresh(kind="worker", now=now).exists(),
    }
    return [name for name, is_there in present.items() if not is_there]


def _is_index_there() -> bool:
    """Whether structures can be compared: the index is attached, or there are few enough to do without; else it is
    being rebuilt."""
    try:
        store.stored()
    except (store.IndexRebuilding, store.FingerprintsDamaged):
        return False
    return True


def _is_migrated() -> bool:
    """Whether every migration is applied; once true it stays so for this process."""
    try:
        return _migrated_database(str(connection.settings_dict["NAME"]))
    except _Unmigrated:
        return False


class _Unmigrated(Exception):
    """Raised so that a "no" is not remembered."""


@functools.cache
def _migrated_database(name: str) -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Unmigrated
    return True
