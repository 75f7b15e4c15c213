"""The importers there are, by slug."""

from __future__ import annotations

from substances.importers.base import Importer
from substances.importers.reach_candidate_list.parse import ReachCandidateList

IMPORTERS: dict[str, Importer] = {importer.slug: importer for importer in (ReachCandidateList(),)}
