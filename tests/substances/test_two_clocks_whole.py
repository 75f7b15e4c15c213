"""The publisher's own Candidate List, as of the first day of 2020: on the page and over REST."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

from django.test import Client

from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.models import Entry, ListMembership
from substances.services.lists import publish_release
from tests.substances.publishers import Publisher, day

REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA", "")
SLUG, AS_OF = "reach-candidate-list", "2020-01-01"

if REFERENCE:  # Conditional, not skipped: what the real file says cannot be made.

    def _rows(address: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        following: str | None = address
        while following:
            body = Client().get(following).json()
            rows, following = rows + body["results"], body["next"]
        return rows

    def test_the_candidate_list_as_of_2020_has_the_entries_of_that_day(catalogue: None) -> None:
        file = Path(REFERENCE) / "echa" / "candidate_list_full.xlsx"
        publish_release(importer=ReachCandidateList(), path=file, published_on=dt.date(2026, 4, 15), confirmed=True)
        printed = Publisher(Path(REFERENCE), "reach-candidate-list-2026-04").rows
        by_then = [row for row in printed if day(row["Date of inclusion"]) <= AS_OF]
        entries = Entry.objects.filter(release__chemical_list__slug=SLUG)
        held = entries.filter(listed_on__lte=AS_OF)
        assert (len(by_then), held.count()) == (211, 211)

        named = ListMembership.objects.filter(entry__in=held)
        rows = _rows(f"/api/v1/lists/{SLUG}/substances/?as_of={AS_OF}&limit=200")
        assert {row["substance"]["id"] for row in rows} >= {str(pk) for pk in named.values_list("substance", flat=True)}
        assert max(row["valid_from"] for row in rows) <= AS_OF

        page = Client().get(f"/lists/{SLUG}/", {"as_of": AS_OF}).content.decode()
        told = re.search(r"(\d+) substances it named on 1 Jan 2020", page)
        assert told is not None
        assert int(told[1]) == len({row["substance"]["id"] for row in rows})
