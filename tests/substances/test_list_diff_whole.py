"""The publisher's own files of 2024 and 2026: what was added to the Candidate List, and when."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.models import Release
from substances.services.list_diff import diff_of_releases
from substances.services.lists import publish_release

DAY = dt.date(2026, 4, 15)
REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA", "")

# As the publisher prints them, in the order of its file.
ADDED = [
    ("2026-02-04", "n-hexane"),
    ("2026-02-04", "4,4'-[2,2,2-trifluoro-1-(trifluoromethyl)ethylidene]diphenol"),
    ("2025-11-05", "1,1'-(ethane-1,2-diyl)bis[pentabromobenzene] (DBDPE)"),
    ("2025-06-25", "tetra(sodium/potassium) 7-[(E)-{2-acetamido-4-[(E)-(4-{[4-ch"),
    ("2025-06-25", "1,1,1,3,5,5,5-heptamethyl-3-[(trimethylsilyl)oxy]trisiloxane"),
    ("2025-06-25", "decamethyltetrasiloxane"),
    ("2025-01-21", "Perfluamine"),
    ("2025-01-21", "O,O,O-triphenyl phosphorothioate"),
    ("2025-01-21", "Octamethyltrisiloxane"),
    ("2025-01-21", "reaction mass of: triphenylthiophosphate and tertiary butyla"),
    ("2025-01-21", "6-[(C10-C13)-alkyl-(branched, unsaturated)-2,5-dioxopyrrolid"),
    ("2024-11-07", "Triphenyl phosphate"),
    ("2024-06-27", "Bis(α,α-dimethylbenzyl) peroxide"),
    # Printed without "with ≥ 0.1% w/w of 4-nonylphenol" since a decision of 2025, and without numbers in both files.
    ("2019-07-16", "Tris(4-nonylphenyl, branched and linear) phosphite (TNPP)"),
]

if REFERENCE:  # Conditional, not skipped: what two real files say of each other cannot be made.

    def test_the_candidate_list_of_2026_names_what_it_has_more_than_that_of_2024(catalogue: None) -> None:
        echa = Path(REFERENCE) / "echa"
        files = [("legacy_candidate_list_2024.xlsx", None), ("candidate_list_full.xlsx", DAY)]
        for name, day in files:
            publish_release(importer=ReachCandidateList(), path=echa / name, published_on=day, confirmed=True)
        now, then = Release.objects.filter(chemical_list__slug="reach-candidate-list")
        found = diff_of_releases(then, now)

        assert (then.published_on, now.published_on) == (dt.date(2024, 5, 22), DAY)
        assert [(str(row.listed_on), row.name[:60]) for row in found.added if row.role == "entry"] == ADDED
        left = [row.name for row in found.removed if row.role == "entry"]
        assert [name[:60] for name in left] == ["Tris(4-nonylphenyl, branched and linear) phosphite (TNPP) wi"]
        assert (then.entries_count, len(found.changed) + found.unchanged) == (240, 239)
