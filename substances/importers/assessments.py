"""What ECHA's lists of assessments share: a row is one assessment, at its stage, with its conclusions.

Facts: `stage` as printed, `step`, `stage_on`, `submitters`, `concerns` (what is looked into), `conclusions` (hazard →
conclusion) and `categories` (hazard → category, where a line names one). Hazards and conclusions are those of
`values/conclusions.py`. A row whose assessment has no conclusion has no `conclusions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import export_lines, exported_on, named, shared_facts
from substances.importers.table import Line
from substances.importers.values.conclusions import Concluded, Conclusion, Hazard, NotUnderstood, concluded
from substances.importers.work_lists import REACHED, STAGE, Step, concerns_of
from substances.vocabulary import Authority, Concern, Strength

SUBMITTER, CONCERNS, OUTCOMES = "Submitter", "Concern(s)", "Outcome(s)"
NEEDED = (STAGE, REACHED, SUBMITTER, CONCERNS, OUTCOMES)
# Stages are "PBT Expert Group meeting", "Withdrawal of ED assessment" and so on.
_STEPS = {
    "{} assessment intention": Step.INTENTION,
    "{} Expert Group meeting": Step.DISCUSSION,
    "{} Expert Group written procedure": Step.DISCUSSION,
    "{} assessment conclusion": Step.CONCLUSION,
    "Withdrawal of {} assessment": Step.WITHDRAWAL,
}
_NOBODY = "To Be Defined"
_STRENGTH = {"": "", "1": Strength.KNOWN_OR_PRESUMED.value, "2": Strength.SUSPECTED.value}


class Assessments:
    """The reader of one list of assessments; rooms say what is theirs.

    Attributes:
        word: how the stages call the assessment: "PBT" or "ED".
        basis: what a statement stands on, before the words of what was concluded.
        meaning: hazard → concern that a conclusive yes states, and the words of the conclusion.
    """

    slug: str
    version = 1
    list_slug: str
    word: ClassVar[str]
    basis: ClassVar[str]
    meaning: ClassVar[Mapping[Hazard, tuple[Concern, str]]]

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header or date than this list has.
        """
        return (self._row(line) for line in export_lines(path, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """Today's export does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """A concern for what was concluded with yes; conclusive no, inconclusive and no data state nothing."""
        if row.facts.get("step") != Step.CONCLUSION:
            return
        conclusions, categories = row.facts.get("conclusions", {}), row.facts.get("categories", {})
        for concern in dict.fromkeys(concern for concern, _ in self.meaning.values()):
            yes = [
                one for one, (of, _) in self.meaning.items() if of == concern and conclusions.get(one) == Conclusion.YES
            ]
            if yes:
                words = ", ".join(self.meaning[one][1] for one in yes)
                strength = _STRENGTH[categories.get(yes[0], "")]
                rule = f"{self.slug}/{'+'.join(yes)}"
                basis = f"{self.basis}: {words}"
                yield StatedConcern(concern, strength, Authority.AUTHORITY_ASSESSMENT, basis, rule)

    def _row(self, line: Line) -> ReportedRow:
        whom = named(line)
        problems = list(whom.problems)
        reached_on = line.day(REACHED)
        if reached_on is None:
            problems.append(Problem("no_date", f"there is no {REACHED.lower()}"))
        facts = self._facts(line, problems)
        reasons = [f"{one}: {said.replace('_', ' ')}" for one, said in facts["conclusions"].items()]
        return ReportedRow(
            sheet=line.sheet,
            line=line.number,
            cells=line.cells,
            name=whom.name,
            members=whom.members,
            reasons=tuple(sorted(reasons)),
            listed_on=reached_on,
            is_group=whom.is_group,
            problems=tuple(problems),
            facts=shared_facts(line)
            | {key: value for key, value in facts.items() if value}
            | ({"stage_on": reached_on.isoformat()} if reached_on else {}),
            role=Role.ENTRY if whom.members else Role.UNUSABLE,
        )

    def _facts(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        stage = " ".join(line.text(STAGE).split())
        step = {form.format(self.word): step for form, step in _STEPS.items()}.get(stage)
        if step is None:
            problems.append(Problem("stage_unknown", f"{STAGE} is {stage!r}, no stage that is known"))
        concerns = concerns_of(line, CONCERNS, problems)
        found = _concluded(line, problems)
        problems += _missing(step, concerns, found, line)
        return {
            "stage": stage,
            "step": step.value if step else "",
            "submitters": [one for one in line.lines(SUBMITTER) if one != _NOBODY],
            "concerns": concerns,
            "conclusions": {one.hazard.value: one.conclusion.value for one in found},
            "categories": {one.hazard.value: one.category for one in found if one.category},
        }


def _concluded(line: Line, problems: list[Problem]) -> list[Concluded]:
    """What was concluded of each hazard; what is not understood or contradicts itself is a problem, and left out."""
    by_hazard: dict[Hazard, set[Concluded]] = {}
    for printed in line.lines(OUTCOMES):
        try:
            one = concluded(printed)
        except NotUnderstood as error:
            problems.append(Problem("outcome_unknown", f"{OUTCOMES}: {error}"))
            continue
        by_hazard.setdefault(one.hazard, set()).add(one)
    for about, said in by_hazard.items():
        if len(said) > 1:
            message = f"{OUTCOMES} say of {about.value}: {', '.join(sorted(one.conclusion for one in said))}"
            problems.append(Problem("outcome_conflict", message))
    return [next(iter(said)) for said in by_hazard.values() if len(said) == 1]


def _missing(step: Step | None, concerns: list[str], found: list[Concluded], line: Line) -> list[Problem]:
    """Outcomes that should be there and are not, or the other way round."""
    if step == Step.CONCLUSION:
        left = [one for one in concerns if one not in {said.hazard for said in found}]
        if left or not line.lines(OUTCOMES):
            message = f"the assessment is concluded, but says nothing of {', '.join(left) or 'its outcome'}"
            return [Problem("no_outcome", message)]
    elif found:
        return [Problem("outcome_early", f"there are outcomes, but {STAGE} is {line.text(STAGE)!r}")]
    return []
