"""Two clocks of a question: the day as of which facts hold, and the day on which they were known. Pure.

`as_of=D` asks which facts hold on D; `known_on=D` asks it of the releases that were the newest on D. A day cannot be
seen before it came, so as_of <= known_on <= today.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from substances.vocabulary import ListEffect

AS_OF, KNOWN_ON = "as_of", "known_on"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class ClocksRefused(ValueError):
    """Days that cannot be asked for.

    Attributes:
        errors: by parameter, what is wrong with it, for people.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(text for texts in errors.values() for text in texts))


@dataclass(frozen=True, slots=True)
class Clocks:
    """A day, and the day on which it was known.

    Attributes:
        as_of: the day on which facts hold.
        known_on: whose releases answer; None for those that answer today.
        is_now: nothing was asked: facts of today, as known today.
    """

    as_of: dt.date
    known_on: dt.date | None = None
    is_now: bool = False

    @property
    def query(self) -> str:
        """What the address of a neighbouring page carries on, with its question mark; empty for today."""
        if self.is_now:
            return ""
        asked = {AS_OF: self.as_of.isoformat()}
        if self.known_on is not None:
            asked[KNOWN_ON] = self.known_on.isoformat()
        return f"?{urlencode(asked)}"


def now(today: dt.date | None = None) -> Clocks:
    """The clocks of a question that names no day."""
    return Clocks(today or timezone.localdate(), is_now=True)


def clocks_at(when: Clocks | dt.date) -> Clocks:
    """The clocks themselves, or of a plain day: by today's releases, with what is not dated."""
    return when if isinstance(when, Clocks) else now(when)


def read_clocks(params: Mapping[str, str], *, today: dt.date | None = None) -> Clocks:
    """The clocks that `as_of` and `known_on` of a request ask for; without `as_of`, it is the day of `known_on`.

    Raises:
        ClocksRefused: a day that is none or has not come, or one that was to be known before it came.
    """
    today = today or timezone.localdate()
    errors: dict[str, list[str]] = {}
    as_of, known_on = (_day(params, name, today, errors) for name in (AS_OF, KNOWN_ON))
    if as_of and known_on and as_of > known_on:
        message = _("On %(known_on)s nobody knew what holds on %(as_of)s: give the same day or an earlier one.")
        errors[AS_OF] = [message % {"known_on": known_on, "as_of": as_of}]
    if errors:
        raise ClocksRefused(errors)
    return Clocks(
        as_of or known_on or today,
        None if known_on == today else known_on,
        is_now=as_of in (None, today) and known_on in (None, today),
    )


def _day(params: Mapping[str, str], name: str, today: dt.date, errors: dict[str, list[str]]) -> dt.date | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        day = dt.date.fromisoformat(text)
    except ValueError:
        errors[name] = [_("Write a day such as 2020-01-01.")]
        return None
    if day > today:
        errors[name] = [_("%(day)s has not come yet; give today or an earlier day.") % {"day": day}]
        return None
    return day


def state_is_held(*, effect: str, answered_on: dt.date | None, prints_days: bool, as_of: dt.date) -> bool:
    """Whether a list can say on its own whom it did not name on a day.

    Since its release it can. For a day before, only if its entries carry days; and a list of classifications cannot,
    since what a newer row replaced is no longer printed (Annex VI prints bisphenol A from 2023 on only).

    Args:
        effect: of the list.
        answered_on: the day of the release that answers; None where there is none.
        prints_days: whether any of its entries carries the day from which it holds.
    """
    if answered_on is None:
        return False
    return as_of >= answered_on or (prints_days and effect != ListEffect.CLASSIFICATION)
