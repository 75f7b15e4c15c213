"""Controlled terms of substitution, each with where the term comes from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FunctionLevel(models.TextChoices):
    """Three levels at which a function is described. Source: OECD Series on Risk Management No. 60 (2021)."""

    CHEMICAL_FUNCTION = "chemical_function", _("Chemical function")
    END_USE = "end_use", _("End-use function")
    SERVICE = "service", _("Function as a service")


class AlternativeKind(models.TextChoices):
    """What kind of thing takes a substance's place."""

    SUBSTANCE = "substance", _("Another substance")
    MATERIAL = "material", _("Another material")
    PROCESS = "process", _("Another process")
    DESIGN = "design", _("Another design")
    ELIMINATION = "elimination", _("Doing without")


class AlternativeStatus(models.TextChoices):
    """How far it is known to work."""

    PROPOSED = "proposed", _("Proposed")
    EVIDENCED = "evidenced", _("Evidenced")
    IN_USE = "in_use", _("In use")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Readiness(models.TextChoices):
    """How close to the market it is."""

    RESEARCH = "research", _("Research")
    PILOT = "pilot", _("Pilot")
    COMMERCIAL = "commercial", _("Commercial")


class Supports(models.TextChoices):
    """Whether a piece of evidence speaks for the replacement."""

    FOR = "for", _("In favour")
    AGAINST = "against", _("Against")
    NEUTRAL = "neutral", _("Neither")
