"""The importers there are, by slug."""

from __future__ import annotations

from substances.importers.base import Importer
from substances.importers.clh_process.parse import ClhProcess
from substances.importers.clp_annex_vi.parse import ClpAnnexVi
from substances.importers.comptox.parse import CompTox
from substances.importers.epa_scil.parse import EpaScil
from substances.importers.eu_ed_assessment.parse import EuEdAssessment
from substances.importers.eu_pbt_assessment.parse import EuPbtAssessment
from substances.importers.eu_pops.parse import EuPops
from substances.importers.iarc.parse import Iarc
from substances.importers.ntp_roc.parse import NtpRoc
from substances.importers.pops_process.parse import PopsProcess
from substances.importers.proposition_65.parse import Proposition65
from substances.importers.reach_authorisation_list.parse import ReachAuthorisationList
from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.importers.reach_registrations.parse import ReachRegistrations
from substances.importers.reach_restriction_list.parse import ReachRestrictionList
from substances.importers.restriction_process.parse import RestrictionProcess
from substances.importers.sin_list.parse import SinList
from substances.importers.substance_evaluation.parse import SubstanceEvaluation
from substances.importers.svhc_identification.parse import SvhcIdentification

_ALL: tuple[Importer, ...] = (
    ClhProcess(),
    ClpAnnexVi(),
    CompTox(),
    EpaScil(),
    EuEdAssessment(),
    EuPbtAssessment(),
    EuPops(),
    Iarc(),
    NtpRoc(),
    PopsProcess(),
    Proposition65(),
    ReachAuthorisationList(),
    ReachCandidateList(),
    ReachRegistrations(),
    ReachRestrictionList(),
    RestrictionProcess(),
    SinList(),
    SubstanceEvaluation(),
    SvhcIdentification(),
)
IMPORTERS: dict[str, Importer] = {importer.slug: importer for importer in _ALL}
