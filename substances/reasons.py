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

# Source: the words of the other lists, in our normal form: Proposition 65, the NTP's Report on Carcinogens, IARC.
OTHER = {
    "cancer": gettext_lazy("causes cancer"),
    "developmental": gettext_lazy("harms development"),
    "female": gettext_lazy("harms female reproduction"),
    "male": gettext_lazy("harms male reproduction"),
    "known": gettext_lazy("known human carcinogen"),
    "reasonably anticipated": gettext_lazy("reasonably anticipated human carcinogen"),
    "group 1": gettext_lazy("group 1, carcinogenic to humans"),
    "group 2A": gettext_lazy("group 2A, probably carcinogenic to humans"),
    "group 2B": gettext_lazy("group 2B, possibly carcinogenic to humans"),
    "group 3": gettext_lazy("group 3, not classifiable"),
}


def in_words(reason: str) -> str:
    """The reasons in `reason` (normal forms joined by `;`) in words; what has no words stays as it is."""
    return "; ".join(_one(part.strip()) for part in reason.split(";") if part.strip())


def _one(part: str) -> str:
    if words := ARTICLE_57.get(part) or OTHER.get(part):
        return str(words)
    if found := re.fullmatch(r"entry ([0-9]+[a-z]?)", part):
        return _("entry %(number)s") % {"number": found[1]}
    # Annexes are numbered in Roman capitals.
    return re.sub(r"\b(annex) ([ivx]+)\b", lambda m: f"Annex {m[2].upper()}", part)
