"""The publisher's own file, over the portal's own catalogue; the made sample where the file is not there."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.models import ListMembership, Substance
from substances.services.lists import publish_release
from substances.services.search import search_substances
from tests.substances.made_workbooks import a_workbook

DAY = dt.date(2026, 4, 15)
REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA", "")


def test_the_candidate_list_is_taken_in_whole_and_once(
    catalogue: None, reference_data: Path | None, tmp_path: Path
) -> None:
    path = reference_data / "echa" / "candidate_list_full.xlsx" if reference_data else a_workbook(tmp_path / "l.xlsx")
    report = publish_release(importer=ReachCandidateList(), path=path, published_on=DAY)
    again = publish_release(importer=ReachCandidateList(), path=path, published_on=DAY)

    assert report.rows == report.entries == (263 if reference_data else 5)
    assert report.lost == 0
    assert not [one for one in report.problems if one["line"]]
    assert again.unchanged

    bpa = Substance.objects.get(slug="bisphenol-a")
    now = bpa.list_memberships.in_force().filter(chemical_list__slug="reach-candidate-list")
    assert {row.release_id for row in now} == {report.release}
    made = Substance.objects.filter(slug=None, identifiers__scheme="cas").distinct()
    assert search_substances(made[0].cas_rn).results[0].substance == made[0]


if REFERENCE:  # Conditional, not skipped: the made sample names five substances, so nearly all leave the list with it.

    def test_what_the_catalogue_has_on_the_candidate_list_is_still_on_it_after_the_real_one(catalogue: None) -> None:
        in_force = ListMembership.objects.in_force().filter(chemical_list__slug="reach-candidate-list")
        on_it = Substance.objects.filter(list_memberships__in=in_force)
        before = set(on_it.values_list("slug", flat=True))
        path = Path(REFERENCE) / "echa" / "candidate_list_full.xlsx"
        publish_release(importer=ReachCandidateList(), path=path, published_on=DAY)
        assert len(before) > 100
        assert before - set(on_it.values_list("slug", flat=True)) == set()
