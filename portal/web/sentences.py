"""The two plain sentences a substance's page begins with. Pure: words from facts already at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from substances.vocabulary import AUTHORITY_RANK, How, ListEffect

if TYPE_CHECKING:
    from substances.models import ConcernFlag, ListMembership
    from substitution.models import Replacement


def against(flags: Sequence[ConcernFlag], memberships: Sequence[ListMembership], *, is_past: bool = False) -> str:
    """What is known against a substance, in one sentence.

    Args:
        is_past: the facts are of a past day, of which sources may print nothing.
    """
    if not flags and is_past:
        return _("Of that day no concern about it is held here: earlier states may not be in the sources.")
    if not flags:
        return _("No list or authority that we hold names a concern about it: not listed is not the same as safe.")
    concerns = list(dict.fromkeys(_in_sentence(flag) for flag in sorted(flags, key=_rank)))
    lists = {
        m.chemical_list_id: m for m in memberships if m.chemical_list.effect in (ListEffect.CONCERN, ListEffect.DUTY)
    }
    said = _("Known or suspected to be: %(concerns)s") % {"concerns": get_text_list(concerns, pgettext("list", "and"))}
    if not lists:
        return said + "."
    years = [m.valid_from.year for m in lists.values() if m.valid_from]
    by_name = any(m.how == How.BY_NAME for m in lists.values())
    return f"{said}; {_listed(len(lists), by_name=by_name)}{_since(years)}."


def _in_sentence(flag: ConcernFlag) -> str:
    label = str(flag.get_concern_display())
    # "PBT or vPvB" keeps its capitals, "Toxic to reproduction" loses one.
    label = label if label[:2].isupper() else label[:1].lower() + label[1:]
    if flag.strength == "suspected":
        return _("%(concern)s (suspected)") % {"concern": label}
    return label


def _rank(flag: ConcernFlag) -> tuple[int, int, str]:
    return (flag.strength == "suspected", AUTHORITY_RANK.get(flag.authority, 99), flag.concern)


def _listed(count: int, *, by_name: bool) -> str:
    if by_name:
        return ngettext("named by %(count)d list", "named by %(count)d lists", count) % {"count": count}
    return ngettext("member of a group on %(count)d list", "member of groups on %(count)d lists", count) % {
        "count": count
    }


def _since(years: list[int]) -> str:
    return " " + _("since %(year)d") % {"year": min(years)} if years else ""


def instead(replacements: Sequence[Replacement]) -> str:
    """What could replace it, in one sentence; alternatives that are flagged themselves are counted aloud."""
    if not replacements:
        return _("No alternative is recorded here yet; that is a gap in what we know, not a finding.")
    functions = {r.function_id for r in replacements}
    alternatives = {r.alternative_id: r.alternative for r in replacements}
    flagged = sum(1 for a in alternatives.values() if a.candidate is not None and list(a.candidate.flags.all()))
    said = ngettext(
        "%(count)d alternative is recorded for %(functions)s",
        "%(count)d alternatives are recorded for %(functions)s",
        len(alternatives),
    ) % {"count": len(alternatives), "functions": _functions(len(functions))}
    if not flagged:
        return said + "."
    return (
        said
        + "; "
        + ngettext(
            "%(count)d of them carries concerns itself.", "%(count)d of them carry concerns themselves.", flagged
        )
        % {"count": flagged}
    )


def _functions(count: int) -> str:
    return ngettext("%(count)d function", "%(count)d functions", count) % {"count": count}
