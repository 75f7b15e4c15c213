"""Controlled terms: what the portal calls things, each with where the term comes from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SubstanceKind(models.TextChoices):
    """What sort of thing a substance is. Source: ECHA, guidance on identifying substances under REACH and CLP."""

    DISCRETE = "discrete", _("Discrete organic substance")
    INORGANIC = "inorganic", _("Inorganic substance")
    POLYMER = "polymer", _("Polymer")
    UVCB = "uvcb", _("Substance of variable composition (UVCB)")
    MIXTURE = "mixture", _("Mixture")
    GROUP = "group", _("Group of substances")
    UNSPECIFIED = "unspecified", _("Not yet characterised")


class IdentifierScheme(models.TextChoices):
    """Who numbers substances, and how."""

    CAS = "cas", _("CAS number")
    EC = "ec", _("EC number")
    INDEX = "index", _("CLP index number")
    INCHIKEY = "inchikey", _("InChIKey")
    DTXSID = "dtxsid", _("DTXSID")
    CID = "cid", _("PubChem CID")


class NameKind(models.TextChoices):
    """What part a name plays."""

    PREFERRED = "preferred", _("Preferred name")
    SYNONYM = "synonym", _("Synonym")
    SYSTEMATIC = "systematic", _("Systematic name")
    ABBREVIATION = "abbreviation", _("Abbreviation")


class Concern(models.TextChoices):
    """The public face of a hazard. Source: CLP hazard classes and REACH Article 57."""

    CARCINOGENIC = "carcinogenic", _("Carcinogenic")
    MUTAGENIC = "mutagenic", _("Mutagenic")
    REPROTOXIC = "reprotoxic", _("Toxic to reproduction")
    ENDOCRINE_HH = "endocrine_hh", _("Endocrine disruptor, human health")
    ENDOCRINE_ENV = "endocrine_env", _("Endocrine disruptor, environment")
    PBT_VPVB = "pbt_vpvb", _("PBT or vPvB")
    PMT_VPVM = "pmt_vpvm", _("PMT or vPvM")
    EXTREMELY_PERSISTENT = "extremely_persistent", _("Extremely persistent")
    RESPIRATORY_SENSITISER = "respiratory_sensitiser", _("Respiratory sensitiser")
    SKIN_SENSITISER = "skin_sensitiser", _("Skin sensitiser")
    STOT_RE = "stot_re", _("Organ toxicity, repeated exposure")
    OZONE_DEPLETING = "ozone_depleting", _("Ozone depleting")
    EQUIVALENT_CONCERN = "equivalent_concern", _("Equivalent concern")


class Strength(models.TextChoices):
    """How sure the source is. Source: CLP categories 1A and 1B against 2."""

    KNOWN_OR_PRESUMED = "known_or_presumed", _("Known or presumed")
    SUSPECTED = "suspected", _("Suspected")


class Authority(models.TextChoices):
    """Who says so, strongest first."""

    HARMONISED = "harmonised", _("Harmonised in law")
    AUTHORITY_ASSESSMENT = "authority_assessment", _("Authority assessment")
    SCREENING_LIST = "screening_list", _("Screening list")
    NGO_REVIEWED = "ngo_reviewed", _("NGO flag, reviewed")
    NGO_PROPOSED = "ngo_proposed", _("NGO flag, proposed")
    MODEL = "model", _("Model")


class ListEffect(models.TextChoices):
    """What being named by a list means: being named is not being condemned."""

    CONCERN = "concern", _("Concern")
    CLASSIFICATION = "classification", _("Classification")
    DUTY = "duty", _("Duty")
    INVENTORY = "inventory", _("Inventory")
    FAVOURABLE = "favourable", _("Favourable")
    ASSESSMENT = "assessment", _("Assessment")
    WORK_LIST = "work-list", _("Regulators' work-list")


class How(models.TextChoices):
    """Three ways to belong to a list or group; only the first two come from a list."""

    BY_NAME = "by_name", _("Listed by name")
    AS_MEMBER = "as_member", _("Listed as a member")
    INFERRED = "inferred", _("Inferred by structure rule")


class EntryRole(models.TextChoices):
    """What a row of a file is to its list; every row has one, so that rows can be added up."""

    ENTRY = "entry", _("Entry")
    MEMBER = "member", _("Member of an entry")
    CONTINUATION = "continuation", _("More about an entry")
    UNUSABLE = "unusable", _("Kept as reported, names nobody")


class Checked(models.TextChoices):
    """How we made sure that the source says it."""

    FILE = "file", _("compared with the file")
    TEXT = "text", _("read in the text")
    RECALLED = "recalled", _("recalled, not yet checked")
    IMPORTED = "imported", _("imported")
    REVIEWED = "reviewed", _("reviewed by two people")
    MADE_UP = "made_up", pgettext_lazy("how a fact was checked", "made up for demonstration")


class StructureTrust(models.TextChoices):
    """What a file of structures is to us: kept as the kind of its source."""

    LOOKUP = "lookup", _("A lookup: never shown instead of what people chose")
    CURATED = "curated", _("Structures that people chose")


# Strongest first: the order in which sources that speak of the same concern are shown.
AUTHORITY_RANK = {authority: rank for rank, authority in enumerate(Authority.values)}
