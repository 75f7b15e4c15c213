from substances.models.batches import BatchAnswer, BatchPart, BatchRow
from substances.models.decisions import MemberDecision
from substances.models.explanations import Explanation
from substances.models.findings import RegistryCheck, RegistryFinding, RejectedClaim
from substances.models.group_portraits import GroupPortrait
from substances.models.groups import (
    GroupAssessment,
    GroupFinding,
    GroupListing,
    GroupMembership,
    GroupRuleVersion,
    SubstanceGroup,
)
from substances.models.hazard import ConcernFlag, HazardClassification
from substances.models.health import ExposureLimit, HealthFact
from substances.models.libraries import IndexGeneration, Library, LibraryRejection, LibraryStructure
from substances.models.lists import ChemicalList, Entry, ListMembership, OpenMember, Release
from substances.models.producers import ReportedProducer
from substances.models.provenance import CatalogueLoad, Source, SourcedFact
from substances.models.search_shards import SearchShard
from substances.models.searches import SearchHit, StructureSearch
from substances.models.structure import Fingerprint, Structure
from substances.models.substance import Identifier, Name, SearchTerm, Substance
from substances.models.succession import SplitPlan, Successor
from substances.models.uploads import ListUpload, StructureUpload, StructureUploadChunk, Upload, UploadChunk

__all__ = [
    "BatchAnswer",
    "BatchPart",
    "BatchRow",
    "CatalogueLoad",
    "ChemicalList",
    "ConcernFlag",
    "Entry",
    "Explanation",
    "ExposureLimit",
    "Fingerprint",
    "GroupAssessment",
    "GroupFinding",
    "GroupListing",
    "GroupMembership",
    "GroupPortrait",
    "GroupRuleVersion",
    "HazardClassification",
    "HealthFact",
    "Identifier",
    "IndexGeneration",
    "Library",
    "LibraryRejection",
    "LibraryStructure",
    "ListMembership",
    "ListUpload",
    "MemberDecision",
    "Name",
    "OpenMember",
    "RegistryCheck",
    "RegistryFinding",
    "RejectedClaim",
    "Release",
    "ReportedProducer",
    "SearchHit",
    "SearchShard",
    "SearchTerm",
    "Source",
    "SourcedFact",
    "SplitPlan",
    "Structure",
    "StructureSearch",
    "StructureUpload",
    "StructureUploadChunk",
    "Substance",
    "SubstanceGroup",
    "Successor",
    "Upload",
    "UploadChunk",
]
