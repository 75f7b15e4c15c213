"""What the sandbox makes of what a search asks for. What it refuses, and its death, end the job."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from portal.jobs.running import Work, WorkFailed
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.models import StructureSearch
from substances.searches.kinds import ReadStructure

READING_TIMEOUT_S = 5.0

# On the job, which others may see and which outlives a person's search: no word of the structure.
NOT_READ = gettext_noop("We could not read this structure.")
TOO_HARD = gettext_noop(
    "Reading this structure took more time or memory than we allow. Nothing was compared; that says nothing about it."
)


def read_structure(task: Work, search: StructureSearch) -> ReadStructure:
    """What the sandbox makes of the text of a search, or of the structure we show of the substance it names.

    Raises:
        WorkFailed: it is no structure, or reading it took too much; trying again would not help.
    """
    shown = search.known_substance.shown_structure if search.known_substance else None
    if shown is None:
        return ask_sandbox(task, search, "read", text=search.typed, format=search.read_as["format"])
    read = ask_sandbox(task, search, "read", text=shown.smiles, format="smiles")
    # What was typed is a name or a number; what was normalised on the way in stands there already.
    return read | {"format": search.read_as["format"], "changes": search.read_as.get("changes", [])}


def ask_sandbox(task: Work, search: StructureSearch, operation: str, **arguments: Any) -> dict[str, Any]:
    """The sandbox's answer about the text of a search. What it refuses, and its death, end the job.

    Raises:
        WorkFailed: the refusal, or that it took too much. The refusal's own words stay on the search: they may quote
            the structure.
    """
    try:
        answer = sandbox().call(operation, READING_TIMEOUT_S, **arguments)
    except SandboxFailed as error:
        raise WorkFailed("structure_too_hard", TOO_HARD) from error
    if "error" in answer:
        refusal = answer["error"]
        with task.writing():
            # With its template, so that a page can say it in the reader's language.
            StructureSearch.objects.filter(pk=search.pk).update(read_as=search.read_as | {"error": refusal})
        raise WorkFailed(refusal["code"], NOT_READ)
    return answer
