"""Asking why two structures are alike: of two substances, or of a search and one of its hits."""

from __future__ import annotations

from django.db import transaction

from portal.jobs.models import Job
from portal.jobs.services import request_job
from substances.models import Explanation, Structure, StructureSearch, Substance
from substances.searches.data_release import data_release
from substances.services.similarity_neighbours import NotComputable, restricted_ids, why_not_computable

EXPLAIN_WORK = "substances.similarity.explain"


def ask_of_substances(first: Substance, second: Substance) -> Explanation | None:
    """The explanation of two substances that is kept and still holds; None where none is.

    Raises:
        NotComputable: one has nothing to compare, or must not be shown.
    """
    return _standing(first=comparable(first), second=comparable(second))


def ask_of_hit(search: StructureSearch, second: Substance) -> Explanation | None:
    """The explanation of a search's own structure and a substance, likewise.

    Raises:
        NotComputable: as `ask_of_substances`.
    """
    if search.known_substance is not None:
        return ask_of_substances(search.known_substance, second)
    return _standing(search=search, second=comparable(second))


def comparable(substance: Substance) -> Structure:
    """The structure by which a substance is compared.

    Raises:
        NotComputable: it has none, or none that is compared, or must not be shown.
    """
    if substance.pk in restricted_ids():
        raise NotComputable("restricted")
    structure = Structure.objects.filter(substance=substance, is_current=True).first()
    if structure is None:
        raise why_not_computable(substance.kind, None)
    if structure.parent_smiles is None:
        raise why_not_computable(substance.kind, structure.parent_reason)
    return structure


def _standing(**pair: StructureSearch | Structure) -> Explanation | None:
    found = Explanation.objects.filter(**pair, data_release=data_release()).select_related("job").first()
    has_answer = found is not None and (
        found.result or (found.job is not None and found.job.state != Job.State.CANCELLED)
    )
    return found if has_answer else None


@transaction.atomic
def request_explanation(*, first: StructureSearch | Substance, second: Substance) -> Explanation:
    """The explanation, being worked out by a job that carries its id alone.

    Raises:
        NotComputable: one has nothing to compare, or must not be shown.
    """
    if isinstance(first, StructureSearch) and first.known_substance is not None:
        first = first.known_substance
    structure = comparable(second)
    if isinstance(first, StructureSearch):
        explanation, _made = Explanation.objects.get_or_create(search=first, second=structure)
    else:
        explanation, _made = Explanation.objects.get_or_create(first=comparable(first), second=structure)
    if explanation.job is not None and not explanation.job.has_ended:
        return explanation
    explanation.job = request_job(
        name=EXPLAIN_WORK,
        arguments={"explanation": str(explanation.pk)},
        by=first.owner if isinstance(first, StructureSearch) else None,
    )
    explanation.result, explanation.first_svg, explanation.second_svg = {}, "", ""
    explanation.data_release = data_release()
    explanation.save()
    return explanation
