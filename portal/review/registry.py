"""Kinds of proposals. The room that owns what is proposed registers its kind in its app's `ready`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from portal.organisations.models import Organisation, User
    from portal.review.models import Proposal


def _nothing(proposal: Proposal, by: User) -> None:
    """What happens where a kind has nothing to undo."""


@dataclass(frozen=True)
class ProposalKind:
    """What a kind of proposal is called, who may bring it, and what a decision does."""

    slug: str
    label: str | Promise
    on_accept: Callable[[Proposal, User], None]
    may_propose: Callable[[User, Organisation | None], bool]
    describe: Callable[[Proposal], str]
    on_refuse: Callable[[Proposal, User], None] = _nothing
    is_public: bool = False


class UnknownKind(LookupError):
    """No room has registered this kind of proposal."""


_kinds: dict[str, ProposalKind] = {}


def proposal_kind(
    slug: str,
    *,
    label: str | Promise,
    on_accept: Callable[[Proposal, User], None],
    may_propose: Callable[[User, Organisation | None], bool],
    describe: Callable[[Proposal], str],
    on_refuse: Callable[[Proposal, User], None] = _nothing,
    is_public: bool = False,
) -> ProposalKind:
    """Registers a kind of proposal.

    Args:
        slug: room and thing, such as substances.flag.
        label: for people.
        on_accept: does what was proposed, given the proposal and who accepted; within the deciding transaction.
        may_propose: whether this person may bring it for this organisation (None: for nobody but themselves).
        describe: one line that says what would change.
        on_refuse: undoes what the submission did, when it is rejected or withdrawn.
        is_public: whether everybody may read such proposals once they are submitted.
    """
    kind = ProposalKind(slug, label, on_accept, may_propose, describe, on_refuse, is_public)
    _kinds[slug] = kind
    return kind


def kind_of(slug: str) -> ProposalKind:
    """The kind called `slug`.

    Raises:
        UnknownKind: nobody registered it.
    """
    try:
        return _kinds[slug]
    except KeyError:
        raise UnknownKind(f"No kind of proposal is called {slug!r}; known are {', '.join(sorted(_kinds))}.") from None


def kinds() -> list[ProposalKind]:
    """All registered kinds, by slug."""
    return [_kinds[slug] for slug in sorted(_kinds)]
