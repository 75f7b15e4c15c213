"""Accepting a search: read without RDKit, answered there from what is stored, or handed to a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.jobs.services import request_job
from portal.organisations.models import User
from substances.models import StructureSearch
from substances.searches.data_release import data_release
from substances.searches.hits import hidden_from, write_hits
from substances.searches.kinds import Answer, SearchKind
from substances.searches.parameters import cleaned
from substances.searches.registry import KINDS
from substances.services.reading import Foreign, Known, SearchRefused
from substances.services.similarity_neighbours import NotComputable, restricted_ids

SEARCH_WORK = "substances.similarity.search"


def request_search(
    *,
    by: User | None,
    session_key: str | None = None,
    access_token: str = "",
    text: str,
    kind: str = StructureSearch.Kind.SIMILARITY,
    format: str = "auto",  # the word of the API
    parameters: Mapping[str, Any] | None = None,
    repeats: StructureSearch | None = None,
    client: str = "",
) -> StructureSearch:
    """A question about a structure: answered already where it is one we know, else by a job.

    Args:
        by: who asks; None for somebody who is not signed in.
        session_key: of the session that may read the answer.
        access_token: what an anonymous script polls with; only its hash is kept.
        text: SMILES, InChI, molfile, name or number.
        kind: one of `registry.KINDS`.
        format: auto, smiles, inchi, molfile, name or cas.
        parameters: those of the kind, by name, such as {"limit": 10}; the others get their defaults.
        repeats: the search whose question this is once more.
        client: what tells one stranger from another; only a hash of it is kept.

    Raises:
        SearchRefused: the text or a parameter cannot be used; nothing is stored.
        QueueFull: who asks has too many open, or strangers have to come back later; nothing is stored.
    """
    asked = kind_named(kind)
    search = StructureSearch(
        kind=asked.name,
        typed=text,
        format=format,
        parameters=cleaned(asked.parameters, parameters or {}),
        session_key=session_key or "",
        access_sha256=token_hash(access_token),
        owner=by,
        repeats=repeats,
    )
    if asked.refuses is not None:
        asked.refuses(search)
    reading = asked.read(text, format)
    search.read_as = reading.read_as
    if isinstance(reading, Foreign):
        return _ask_worker(search, client)
    return _answer_known(asked, search, reading, client)


def kind_named(name: str) -> SearchKind:
    """The kind of that name.

    Raises:
        SearchRefused: there is none.
    """
    if name not in KINDS:
        message = _("'%(kind)s' is not a kind of search; there are %(kinds)s.")
        raise SearchRefused(400, "kind", message % {"kind": str(name)[:40], "kinds": ", ".join(KINDS)})
    return KINDS[name]


def token_hash(access_token: str) -> str:
    """What is kept of an access token; "" for none."""
    return hashlib.sha256(access_token.encode()).hexdigest() if access_token else ""


@transaction.atomic
def _ask_worker(search: StructureSearch, client: str) -> StructureSearch:
    """The text stays in our database; the job carries the id alone."""
    arguments = {"search": str(search.pk)}
    search.job = request_job(name=SEARCH_WORK, arguments=arguments, by=search.owner, client=client)
    search.save()
    return search


def _answer_known(kind: SearchKind, search: StructureSearch, reading: Known, client: str) -> StructureSearch:
    search.known_substance = reading.substance
    shown = reading.substance.shown_structure
    search.svg = shown.svg if shown else ""
    release = data_release()
    if reading.substance.pk in hidden_from(search):
        return _answered(search, Answer(not_computable=NotComputable("restricted")), release)
    if kind.known is None:
        if shown is None:
            why = NotComputable("no_structure", kind=reading.substance.kind)
            return _answered(search, Answer(not_computable=why), release)
        return _ask_worker(search, client)
    try:
        answer = kind.known(search, reading.substance)
    except NotComputable as why_not:
        answer = Answer(not_computable=why_not)
    search.versions = {"standardiser": shown.standardiser} if shown else {}
    return _answered(search, answer, release)


def _answered(search: StructureSearch, answer: Answer, release: str) -> StructureSearch:
    take(search, answer, release)
    restricted = restricted_ids()
    with transaction.atomic():
        search.save()
        write_hits(search, answer.hits, restricted=restricted)
    return search


def take(search: StructureSearch, answer: Answer, release: str) -> None:
    """Notes on a search what was found, and what it was found by and among; the hits are stored apart."""
    search.fingerprint_key = answer.fingerprint_key
    search.compared_with = answer.compared_with
    search.versions |= answer.versions
    search.data_release = release
    if answer.notes:
        search.read_as["notes"] = [dict(note) for note in answer.notes]
    if answer.not_computable is not None:
        search.read_as["not_computable"] = {"code": answer.not_computable.code, "reason": answer.not_computable.reason}
