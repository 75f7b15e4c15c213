"""Controlled terms of exposure and health: organs, routes, who is exposed, what is done, which limits there are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Organ(models.TextChoices):
    """What of the body is harmed. Source: target organs as CLP Annex VI and IARC's cancer sites name them."""

    AIRWAYS = "airways", _("airways and lungs")
    NOSE = "nose", _("nose and throat")
    NERVOUS = "nervous_system", _("nervous system")
    HEARING = "hearing", _("hearing")
    EYES = "eyes", _("eyes")
    SKIN = "skin", _("skin")
    LIVER = "liver", _("liver")
    KIDNEYS = "kidneys", _("kidneys")
    BLADDER = "bladder", _("bladder")
    BLOOD = "blood", _("blood and bone marrow")
    HEART = "heart", _("heart and blood vessels")
    BONES = "bones", _("bones and teeth")
    THYROID = "thyroid", _("thyroid")
    IMMUNE = "immune_system", _("immune system")
    GUT = "gut", _("stomach and intestines")
    REPRODUCTIVE = "reproductive", _("reproductive organs")
    BREAST = "breast", _("breast")
    PLEURA = "pleura", _("lining of lungs and belly")
    ADRENALS = "adrenals", _("adrenal glands")
    SPLEEN = "spleen", _("spleen")
    MUSCLES = "muscles", _("muscles")
    GALL = "gall", _("gall bladder and bile ducts")


class Route(models.TextChoices):
    """How it gets into the body. Source: Regulation (EC) No 1272/2008, Annex I, 3.1 (oral, dermal, inhalation)."""

    INHALATION = "inhalation", pgettext_lazy("route of exposure", "breathing it in")
    DERMAL = "dermal", pgettext_lazy("route of exposure", "skin contact")
    ORAL = "oral", pgettext_lazy("route of exposure", "swallowing it")


class ExposedGroup(models.TextChoices):
    """Who comes into contact with it, or whom a limit is made for."""

    WORKERS = "workers", _("workers")
    CONSUMERS = "consumers", _("consumers")
    CHILDREN = "children", _("children")
    PUBLIC = "public", _("the general public")
    ENVIRONMENT = "environment", _("the environment")


class HealthEffect(models.TextChoices):
    """What it does. Source: hazard classes of Regulation (EC) No 1272/2008, Annex I, as amended by (EU) 2023/707."""

    CANCER = "cancer", _("cancer")
    GENETIC = "genetic", _("genetic defects")
    FERTILITY = "fertility", _("harm to fertility")
    UNBORN = "unborn", _("harm to the unborn child")
    REPRODUCTION = "reproduction", _("harm to fertility or the unborn child")
    ORGANS_REPEATED = "organs_repeated", _("organ damage after long or repeated exposure")
    ORGANS_ONCE = "organs_once", _("organ damage after one exposure")
    LACTATION = "lactation", _("harm to breast-fed children")
    HORMONES = "hormones", _("disturbs hormones in people")
    POISONING = "poisoning", _("poisoning")
    ASTHMA = "asthma", _("allergy or asthma when breathed in")
    ALLERGY = "allergy", _("allergic skin reaction")
    ASPIRATION = "aspiration", _("lung damage when swallowed and inhaled")
    BURNS = "burns", _("skin burns")
    EYE_DAMAGE = "eye_damage", _("serious eye damage")
    IRRITATION = "irritation", _("irritation of skin, eyes or airways")
    DROWSINESS = "drowsiness", _("drowsiness or dizziness")
    PERSISTENT = "persistent", _("stays in nature and builds up in living things")
    MOBILE = "mobile", _("stays in nature and spreads with water")
    HORMONES_NATURE = "hormones_nature", _("disturbs hormones of animals")
    AQUATIC = "aquatic", _("poisoning of water life")
    OZONE = "ozone", _("damage to the ozone layer")


class HealthFactKind(models.TextChoices):
    """What a fact of exposure and health speaks of."""

    TARGET = "target", _("What it does, and to which organ")
    CONTACT = "contact", _("Who comes into contact with it")
    BIOMONITORING = "biomonitoring", _("Found in people or nature")


class Matrix(models.TextChoices):
    """In what it is measured or was found."""

    BLOOD = "blood", _("blood")
    SERUM = "serum", _("blood serum or plasma")
    URINE = "urine", _("urine")
    MILK = "milk", _("breast milk")
    HAIR = "hair", _("hair")
    BREATH = "breath", _("breath")
    FAT = "fat", _("body fat")
    CORD = "cord_blood", _("umbilical cord blood")


class LimitKind(models.TextChoices):
    """Which limit. Sources: Directive 98/24/EC, Article 2; REACH Annex I, 1.4 (DNEL); HBM4EU (biomonitoring values)."""

    OCCUPATIONAL = "occupational", _("Occupational exposure limit")
    BIOLOGICAL = "biological", _("Biological limit value at work")
    DNEL = "dnel", _("Derived no-effect level (DNEL)")
    DMEL = "dmel", _("Derived minimal-effect level (DMEL)")
    GUIDANCE = "guidance", _("Human biomonitoring guidance value")


class Averaging(models.TextChoices):
    """Over what time a measurement is averaged. Source: Directives 98/24/EC and 2004/37/EC; REACH Annex I."""

    SHIFT = "8h", _("8 hours")
    SHORT = "15min", _("15 minutes")
    CEILING = "ceiling", _("never, not even briefly")
    LONG_TERM = "long_term", _("long-term")
    SHORT_TERM = "short_term", _("short-term")


class Bindingness(models.TextChoices):
    """What a limit binds to. Source: Directive 98/24/EC, Article 3 (indicative and binding values)."""

    BINDING = "binding", _("binding")
    INDICATIVE = "indicative", _("indicative")
    RECOMMENDED = "recommended", _("recommended")


class Fraction(models.TextChoices):
    """Which part of a dust is measured. Source: EN 481, as the directives' footnotes name it."""

    INHALABLE = "inhalable", _("inhalable fraction")
    RESPIRABLE = "respirable", _("respirable fraction")
    THORACIC = "thoracic", _("thoracic fraction")


class LimitUnit(models.TextChoices):
    """Units of limits, as they are printed."""

    MG_M3 = "mg/m³", _("mg/m³")
    UG_M3 = "µg/m³", _("µg/m³")
    PPM = "ppm", _("ppm")
    FIBRES_CM3 = "fibres/cm³", _("fibres/cm³")
    UG_L = "µg/L", _("µg/L")
    UG_DL = "µg/100 mL", _("µg/100 mL")
    UG_G_CREATININE = "µg/g creatinine", _("µg/g creatinine")
    MG_KG_DAY = "mg/kg bw/day", _("mg/kg body weight a day")
    UG_KG_DAY = "µg/kg bw/day", _("µg/kg body weight a day")


class EffectScope(models.TextChoices):
    """Where the effect is that a DNEL guards against. Source: ECHA, guidance R.8."""

    SYSTEMIC = "systemic", _("whole body")
    LOCAL = "local", _("where it touches")
