"""Working an explanation out, in a worker: the chemistry in the sandbox, ranks and groups from what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from portal.jobs.running import Work, WorkFailed
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.explaining.ranks import ranks
from substances.models import Explanation, Substance, SubstanceGroup
from substances.searches.data_release import data_release
from substances.searches.hits import refuse_restricted
from substances.searches.sandboxed import NOT_READ, TOO_HARD
from substances.services.group_rules import RuleAsker
from substances.services.similarity_neighbours import NotComputable, restricted_ids
from substances.similarity.store import NOT_COMPARED

SANDBOX_TIMEOUT_S = 5.0
# A common part may take minutes; then the rest stands without it.
COMMON_TIMEOUT_S = 8.0
GONE = gettext_noop("What this would explain is no longer there.")
_WRITTEN = ["result", "first_svg", "second_svg", "versions", "data_release"]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two: what is compared (`smiles`, the parent), the whole, and its name."""

    smiles: str
    whole: str
    name: str
    substance: Substance | None = None
    read: Mapping[str, Any] | None = None


def run_explanation(task: Work) -> None:
    """Works out one explanation and writes it with the job's end, once.

    Raises:
        WorkFailed: it was deleted, or a structure cannot be read.
    """
    rows = Explanation.objects.select_related("search", "first__substance", "second__substance")
    explanation = rows.filter(pk=task.arguments["explanation"]).first()
    if explanation is None:
        raise WorkFailed("explanation_deleted", GONE)
    explanation.data_release = data_release()
    try:
        _explain(explanation)
    except NotComputable as why:
        explanation.result = {"not_computable": {"code": why.code, "reason": why.reason}}
    with task.finishing():
        explanation.save(update_fields=_WRITTEN)


def _explain(explanation: Explanation) -> None:
    first, second = _first(explanation), _of(explanation.second)
    compared = _ask("compare", first=first.smiles, second=second.smiles)
    svgs = compared.pop("svgs")
    explanation.versions = compared.pop("versions")
    common = _common(first, second)
    explanation.first_svg, explanation.second_svg = common.pop("svgs", svgs)
    scores = compared.pop("scores")
    explanation.result = {
        **compared,
        "common": common if common.get("computed") else None,
        "ranks": ranks(explanation.second.substance_id, first=first.substance, read=first.read, scores=scores),
        "groups": _groups(first.whole, second.whole),
        "parents": [first.smiles != first.whole, second.smiles != second.whole],
    }


def _first(explanation: Explanation) -> _Side:
    if explanation.first is not None:
        return _of(explanation.first)
    search = explanation.search
    if search is None:
        raise WorkFailed("explanation_deleted", GONE)
    read = _ask("read", text=search.typed, format=search.read_as["format"], svg=False)
    refuse_restricted(read, hidden=restricted_ids())
    if read["parent_smiles"] is None:
        codes = [note["code"] for note in read["parent_notes"] if note["code"] in NOT_COMPARED]
        raise NotComputable(codes[0] if codes else "no_fingerprint")
    return _Side(read["parent_smiles"], read["smiles"], "", read=read)


def _of(structure: Any) -> _Side:
    substance = structure.substance
    if substance.pk in restricted_ids():
        raise NotComputable("restricted")
    return _Side(structure.parent_smiles or structure.smiles, structure.smiles, substance.name, substance)


def _ask(operation: str, **arguments: Any) -> dict[str, Any]:
    try:
        answer = sandbox().call(operation, SANDBOX_TIMEOUT_S, **arguments)
    except SandboxFailed as error:
        raise WorkFailed("structure_too_hard", TOO_HARD) from error
    if "error" in answer:
        raise WorkFailed(answer["error"]["code"], NOT_READ)
    return answer


def _common(first: _Side, second: _Side) -> dict[str, Any]:
    """The common part with its drawings; nothing where it took too much, and then the rest stands."""
    labels = [first.name, second.name]
    try:
        return sandbox().call("share", COMMON_TIMEOUT_S, first=first.smiles, second=second.smiles, labels=labels)
    except SandboxFailed:
        return {}


def _groups(first: str, second: str) -> dict[str, Any]:
    """Slugs of the groups by whose rules both, or one, are members; `assessed` is false where a rule had no answer."""
    groups = {group.slug: dict(group.rule or {}) for group in SubstanceGroup.objects.by_structure()}
    with RuleAsker() as asker:
        one, other = asker.ask([first, second], groups)
    return {
        "assessed": not (one.problem or other.problem),
        "both": sorted(one.members_of & other.members_of),
        "first": sorted(one.members_of - other.members_of),
        "second": sorted(other.members_of - one.members_of),
    }
