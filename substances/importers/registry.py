"""The importers there are, by slug."""

from __future__ import annotations

from substances.importers.base import Importer
from substances.importers.iarc.parse import Iarc
from substances.importers.ntp_roc.parse import NtpRoc
from substances.importers.proposition_65.parse import Proposition65
from substances.importers.reach_candidate_list.parse import ReachCandidateList

_ALL: tuple[Importer, ...] = (
    Iarc(),
    NtpRoc(),
    Proposition65(),
    ReachCandidateList(),
)
IMPORTERS: dict[str, Importer] = {importer.slug: importer for importer in _ALL}
