"""A finding in words: slugs of lists, concerns and authorities become what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from substances.models import ChemicalList, RegistryFinding
from substances.registry_check.kinds import KINDS
from substances.vocabulary import Authority, Concern

_LISTS = ("list", "outcome", "other_list")


def list_names() -> Mapping[str, str]:
    """What each list is called, by slug."""
    return dict(ChemicalList.objects.values_list("slug", "name"))


def sentence_of(finding: RegistryFinding, lists: Mapping[str, str]) -> str:
    """What the finding says, in the reader's language; its kind's slug where the kind is no longer known."""
    if finding.kind not in KINDS:
        return finding.kind
    details: dict[str, Any] = dict(finding.details)
    details |= {key: lists.get(details[key], details[key]) for key in _LISTS if key in details}
    if "concern" in details:
        details["concern"] = dict(Concern.choices).get(details["concern"], details["concern"])
    if "authority" in details:
        details["authority"] = dict(Authority.choices).get(details["authority"], details["authority"])
    return KINDS[finding.kind].sentence(details)
