"""The kinds of findings: what each is called, what it says of one case, what it means, and what can be proposed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding.

    Attributes:
        label: for people.
        says: a sentence about one case, with its details in place of `%(name)s`.
        means: why it is a contradiction, and what to look at.
        remedies: proposals that mend it; see `proposals`.
    """

    slug: str
    label: str | Promise
    says: str | Promise
    means: str | Promise
    remedies: tuple[str, ...] = ()

    def sentence(self, details: Mapping[str, Any]) -> str:
        """What it says of a case, in the reader's language."""
        return str(self.says) % _Forgiving(details)


class _Forgiving(dict[str, Any]):
    """Details of an older run may lack what a newer sentence names."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        super().__init__({key: _text(value) for key, value in details.items()})

    def __missing__(self, key: str) -> str:
        return "–"


def _text(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


RAISE_FLAG, WITHDRAW_FLAG, REJECT_CLAIM, MERGE = "raise_flag", "withdraw_flag", "reject_claim", "merge"

_ALL = (
    Kind(
        "flag_missing",
        _("Classified, but not flagged"),
        _("%(list)s classifies it as %(printed)s. The rule %(rule)s demands a flag that does not stand."),
        _("A hazard class means a concern by a published rule. Without the flag the page says less than the law does."),
        (RAISE_FLAG,),
    ),
    Kind(
        "list_states_less",
        _("A list says less than its own classification"),
        _("%(list)s gives it %(printed)s, but does not call it “%(concern)s”."),
        _("The list states concerns of its own, and not the one that the hazard class in the same row means."),
    ),
    Kind(
        "flag_unfounded",
        _("Flagged without a row behind it"),
        _("The flag “%(concern)s” (%(authority)s, %(ground)s) stands, and no standing row bears it out."),
        _("Every flag stands on a row of a list or on a classification. This one lost it, or never had one."),
        (WITHDRAW_FLAG,),
    ),
    Kind(
        "statement_of_another_class",
        _("Hazard statement of another class"),
        _("%(class)s does not carry %(statement)s; %(list)s prints “%(printed)s”."),
        _("CLP says which statements a class may carry. One of the two is wrong in the source."),
    ),
    Kind(
        "hazard_not_understood",
        _("Hazard class or statement not understood"),
        _("%(list)s, line %(line)s: %(message)s"),
        _("What the publisher prints is no class or statement of CLP as we know it."),
    ),
    Kind(
        "tonnage_not_understood",
        _("Tonnage not understood"),
        _("%(list)s, line %(line)s: %(message)s"),
        _("The band is kept as printed; nobody can compare with it."),
    ),
    Kind(
        "date_not_understood",
        _("Date not understood"),
        _("%(list)s, line %(line)s: %(message)s"),
        _("The row is kept, its day is not known."),
    ),
    Kind(
        "status_not_understood",
        _("Stage, status or outcome not understood"),
        _("%(list)s, line %(line)s: %(message)s"),
        _("The row is kept as printed; where the process stands is not known, or it contradicts itself."),
    ),
    Kind(
        "starter_and_list_differ",
        _("Starter catalogue and list differ"),
        _("%(list)s: %(message)s"),
        _("The starter catalogue says of a list what the list itself does not."),
    ),
    Kind(
        "identifier_fails",
        _("Identifier that cannot be"),
        _("%(scheme)s %(value)s: its check digit or form is wrong (%(source)s)."),
        _("A source claims a number that nobody can have. It ties other rows to this substance by mistake."),
        (REJECT_CLAIM,),
    ),
    Kind(
        "printed_number_fails",
        _("A row prints a number that cannot be"),
        _("%(list)s, line %(line)s: %(message)s"),
        _("A number whose check digit fails ties nobody to anything. It is kept as printed."),
    ),
    Kind(
        "identifier_shared",
        _("One number, two substances"),
        _("%(scheme)s %(value)s is claimed for %(name)s and for %(other)s."),
        _("Rows with this number name neither for sure. They are one substance, or one of the claims is wrong."),
        (MERGE, REJECT_CLAIM),
    ),
    Kind(
        "cas_of_two_structures",
        _("One CAS number, two structures"),
        _("CAS %(value)s stands for %(name)s and for %(other)s, whose structures differ."),
        _("One CAS number names one substance. One of the claims, or one of the structures, is wrong."),
        (REJECT_CLAIM,),
    ),
    Kind(
        "structure_disputed",
        _("Sources dispute the structure"),
        _("%(name)s is drawn with different skeletons by: %(sources)s."),
        _("It is compared with either and never matched exactly, until it is known which is right."),
    ),
    Kind(
        "name_shared",
        _("One name, two substances"),
        _("“%(text)s” is the name of %(name)s and of %(other)s, which are not the same: %(differ)s."),
        _("A row that prints only this name could be either of them. Only one of them can be called so."),
        (REJECT_CLAIM,),
    ),
    Kind(
        "same_name",
        _("Perhaps one substance, kept twice"),
        _("“%(text)s” is the name of %(name)s and of %(other)s, and no number tells them apart."),
        _("A row without numbers makes a substance of its own where the name was not known yet."),
        (MERGE,),
    ),
    Kind(
        "entry_renamed",
        _("Left a list and came back under another name"),
        _("%(list)s: %(name)s left on %(day)s; %(other)s entered with the same day of listing and the same reasons."),
        _("A publisher who rewords an entry without numbers makes it look new. Watchers were told that one left."),
        (MERGE,),
    ),
    Kind(
        "group_labelled_only",
        _("In a group by label, not by structure"),
        _("A source says that it belongs to %(group)s; its structure does not fulfil the group's rule."),
        _("The rule is too narrow, the structure is wrong, or the source speaks of something else."),
    ),
    Kind(
        "group_by_structure_only",
        _("In a group by structure, not by label"),
        _("%(list)s knows the group %(group)s and does not put it there; its structure fulfils the rule."),
        _("The publisher forgot the label, means less by the group, or the rule is too wide."),
    ),
    Kind(
        "non_member_matched",
        _("A group's own non-member is a member"),
        _("%(group)s must not match it, says the author of the rule; it does."),
        _("The rule was written with this substance as a near miss. Rule or structure has changed."),
    ),
    Kind(
        "process_still_open",
        _("Open, though it has ended"),
        _("%(list)s says that the process is ongoing (since %(stage_on)s); %(outcome)s names it since %(since)s."),
        _("The list that the process leads to names the substance already."),
    ),
    Kind(
        "ended_without_successor",
        _("Ended, and nothing came after"),
        _("%(list)s: what it said ended on %(until)s, and no later row says anything."),
        _("An entry that ends usually has a successor. Missing data is no good news: look into the law."),
    ),
    Kind(
        "status_behind",
        _("A list's REACH status is behind"),
        _("%(list)s prints “%(printed)s”; %(other_list)s names it since %(since)s."),
        _("The publisher's status says less than the list of the authority itself."),
    ),
)
KINDS: Mapping[str, Kind] = {kind.slug: kind for kind in _ALL}
