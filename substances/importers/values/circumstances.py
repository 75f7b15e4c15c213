"""Listings that speak of less than the substance whose number they print: a circumstance, a form, a route.

"Ethanol in alcoholic beverages" with the CAS number of ethanol does not say that ethanol is carcinogenic; "Carbon black
(airborne, unbound particles of respirable size)" says it of one form. The words are the publishers'.
"""

from __future__ import annotations

import re

_ANOTHER_THING = re.compile(
    r"\b(?:in alcoholic beverages|associated with consumption\b.*|combined exposures|occupational exposures?\b.*"
    r"|acid mists containing\b[^()]*|plants containing|in combination with\b.*|with tungsten carbide\b.*"
    r"|with ultraviolet A therapy)",
    re.ASCII | re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\(((?:airborne|inhal|respirable|internal use|ingested|oral|dermal|>)[^()]{0,120})\)", re.ASCII | re.IGNORECASE
)


def circumstance(printed: str) -> str:
    """What a listing speaks of instead of the substance: a mixture, a therapy, an exposure; "" if of the substance."""
    match = _ANOTHER_THING.search(printed)
    return match[0].rstrip(" )") if match else ""


def limited_to(printed: str) -> str:
    """The form or route that a listing of the substance is limited to; "" if it is not."""
    match = _LIMIT.search(printed)
    return match[1].strip() if match else ""
