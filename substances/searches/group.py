"""Groups that a structure is a member of: by which of the registry's rules, by which atoms, exempt or not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.jobs.running import Work
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.models import GroupListing, StructureSearch, SubstanceGroup
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.sandboxed import READING_TIMEOUT_S
from substances.services.group_rules import Met, RuleAsker, fingerprint_of_rule
from substances.services.similarity_neighbours import NotComputable

_UNREAD = gettext_noop("The rules of the groups could not be put to this structure. That says nothing about it.")
_OF_SHOWN = gettext_noop("Sources dispute the structure of this substance; the rules were put to the one shown first.")

MEMBER, EXEMPT = "member", "exempt"


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """The groups whose rules the structure fulfils: those it is a member of in front, then those that exempt it.

    Raises:
        NotComputable: the rules could not be put to it.
    """
    groups = {group.slug: group for group in SubstanceGroup.objects.by_structure().order_by("name", "pk")}
    rules = {slug: dict(group.rule or {}) for slug, group in groups.items()}
    with RuleAsker() as asker:
        (asked,) = asker.ask([structure["smiles"]], rules)
    if asked.problem:
        raise NotComputable("rules_unread", reason=_UNREAD)
    listings = _listings([groups[slug].pk for slug in asked.met])
    found = [
        _hit(structure, groups[slug], asked.met[slug], listings.get(groups[slug].pk, []))
        for slug in groups
        if slug in asked.met
    ]
    found.sort(key=lambda hit: hit.note != MEMBER)
    disputed = search.known_substance is not None and search.known_substance.structure_disputed
    return Answer(
        hits=found,
        compared_with=len(rules),
        versions={"rules": _rules_version(rules)},
        notes=[{"code": "of_shown", "template": _OF_SHOWN, "params": {}}] if disputed else [],
    )


def _hit(structure: ReadStructure, group: SubstanceGroup, met: Met, listings: list[GroupListing]) -> Hit:
    held = [(group.rule or {})["exempt"][number] for number in met.exempt]
    left_out = {one["on"]: one.get("reason", "") for one in held if "on" in one}
    told = {
        "rule_version": group.rule_version,
        "reason": next((one.get("reason", "") for one in held if "on" not in one), ""),
        "lists": [_listing(row, left_out) for row in listings],
    }
    note = MEMBER if met.member else EXEMPT
    return Hit(group_id=group.pk, note=note, atoms=met.atoms, told=told, svg=_drawing(structure, met.atoms))


def _drawing(structure: ReadStructure, atoms: Sequence[int]) -> str:
    """The structure with these atoms marked; "" where the sandbox draws none."""
    asked = {"smiles": structure["smiles"], "label": structure["formula"], "highlight_atoms": list(atoms)}
    try:
        return str(sandbox().call("depict", READING_TIMEOUT_S, **asked).get("svg") or "")
    except SandboxFailed:
        return ""  # the answer is the group and its atoms, not the picture


def _listing(row: GroupListing, left_out: Mapping[str, str]) -> dict[str, Any]:
    """A list that names the group as such, and why it leaves this structure out, where it does."""
    slug = row.chemical_list.slug
    return {
        "list": slug,
        "name": row.chemical_list.name,
        "effect": row.chemical_list.effect,
        "locator": row.locator,
        "words": row.words,
        "differs": row.differs,
        "exempt": slug in left_out,
        "reason": left_out.get(slug, ""),
    }


def _listings(groups: list[int]) -> dict[int, list[GroupListing]]:
    found: dict[int, list[GroupListing]] = {}
    rows = GroupListing.objects.filter(group__in=groups).select_related("chemical_list")
    for row in rows.order_by("chemical_list__name", "locator"):
        found.setdefault(row.group_id, []).append(row)
    return found


def _rules_version(rules: Mapping[str, Mapping[str, Any]]) -> str:
    """A name that changes with any rule."""
    marks = "".join(f"{slug} {fingerprint_of_rule(rule)}\n" for slug, rule in sorted(rules.items()))
    return hashlib.sha256(marks.encode()).hexdigest()[:12]


KIND = SearchKind(
    name=StructureSearch.Kind.GROUP,
    question=_("Which groups does it belong to?"),
    parameters={},
    answer=typed,
    template="substances/partials/_answer_group.html",
    whys={MEMBER: _("Member by its structure"), EXEMPT: _("No member: exempt")},
)
