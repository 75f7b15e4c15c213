"""Why a list names a substance, in words. Reasons are kept in a short normal form; pages show them by this."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Source: Regulation (EC) No 1907/2006, Article 57, points (a) to (f); after (f): the property and whom it strikes.
ARTICLE_57 = {
    "57a": gettext_lazy("carcinogenic, Article 57(a)"),
    "57b": gettext_lazy("mutagenic, Article 57(b)"),
    "57c": gettext_lazy("toxic for reproduction, Article 57(c)"),
    "57d": gettext_lazy("PBT, Article 57(d)"),
    "57e": gettext_lazy("vPvB, Article 57(e)"),
    "57f-ed-hh": gettext_lazy("endocrine disrupting, human health, Article 57(f)"),
    "57f-ed-env": gettext_lazy("endocrine disrupting, environment, Article 57(f)"),
    "57f-stot-re-hh": gettext_lazy("organ toxicity after repeated exposure, Article 57(f)"),
    "57f-resp-sens-hh": gettext_lazy("respiratory sensitising, Article 57(f)"),
    "57f-eloc-hh": gettext_lazy("equivalent concern, human health, Article 57(f)"),
    "57f-eloc-env": gettext_lazy("equivalent concern, environment, Article 57(f)"),
}


def in_words(reason: str) -> str:
    """The reasons in `reason` (normal forms joined by `;`) in words; what has no words stays as it is."""
    return "; ".join(_one(part.strip()) for part in reason.split(";") if part.strip())


def _one(part: str) -> str:
    if part in ARTICLE_57:
        return str(ARTICLE_57[part])
    if found := re.fullmatch(r"entry ([0-9]+[a-z]?)", part):
        return _("entry %(number)s") % {"number": found[1]}
    # Annexes are numbered in Roman capitals.
    return re.sub(r"\b(annex) ([ivx]+)\b", lambda m: f"Annex {m[2].upper()}", part)
