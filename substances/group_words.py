"""What a group's rule asks, as sentences for people. Pure; the patterns stay beside the words for who reads them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from substances.chemistry.elements import ATOMIC_NUMBER

_SYMBOL = {number: symbol for symbol, number in ATOMIC_NUMBER.items()}
# A pattern that asks for one atom of one of some elements, such as [#9,#17].
_ELEMENTS = re.compile(r"\[#\d+(?:,#\d+)*\]", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Clause:
    """One condition.

    Attributes:
        text: the condition, without a full stop.
        patterns: what it asks for, as SMARTS or SMILES.
        kind: has, lacks or exempt.
        choices: of "one of these", each choice with its own clauses.
        source: where an exemption stands, as its author wrote it; "" otherwise.
        in_plain: the condition for who reads no patterns; "" where it is `text`.
    """

    text: str
    patterns: tuple[str, ...] = ()
    kind: str = "has"
    choices: tuple[tuple[Clause, ...], ...] = ()
    source: str = ""
    in_plain: str = ""

    @property
    def plain(self) -> str:
        """The condition for who reads no patterns; what is marked is the part that drawings of members mark."""
        return self.in_plain or self.text


def plain_of(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses for who reads no patterns: what they say alike is said once."""
    return list({(clause.plain, clause.choices): clause for clause in clauses}.values())


def clauses_of(rule: Mapping[str, Any] | None) -> tuple[Clause, ...]:
    """The conditions of a rule of `substances.chemistry.groups`, in the order a reader wants them; all must hold."""
    return tuple(_clauses(rule)) if rule else ()


def in_sentences(rule: Mapping[str, Any] | None) -> list[str]:
    """The conditions of a rule as plain text; all must hold. Choices stand in brackets behind what they belong to."""
    return [_sentence(clause) for clause in clauses_of(rule)]


def _sentence(clause: Clause) -> str:
    choices = [" + ".join(_sentence(one) for one in choice) for choice in clause.choices]
    return f"{clause.text} ({_(' or ').join(choices)})" if choices else clause.text


def _clauses(rule: Mapping[str, Any]) -> Iterator[Clause]:
    if rule.get("in_one_part"):
        yield Clause(_("of a salt or mixture, one part by itself fulfils everything that follows"))
    yield from _composition(rule)
    yield from _parts(rule)
    for chain in rule.get("chains", ()):
        yield _chain(chain)
    if rule.get("alternatives"):
        yield Clause(
            _("at least one of these is fulfilled"), choices=tuple(clauses_of(one) for one in rule["alternatives"])
        )
    for exemption in rule.get("exempt", ()):
        yield _exemption(exemption)
    for part in sorted(set(rule) - _KNOWN):
        yield Clause(_("a further condition, %(name)s: %(value)s") % {"name": part, "value": rule[part]})


_KNOWN = frozenset(
    {
        *("all_of", "any_of", "none_of", "min_counts", "max_counts", "elements", "only_elements", "element_counts"),
        *("mass_percent", "chains", "min_heavy_atoms", "max_heavy_atoms", "in_one_part", "alternatives", "exempt"),
    }
)


def _composition(rule: Mapping[str, Any]) -> Iterator[Clause]:
    """Elements, their numbers and shares, and the size."""
    if rule.get("elements"):
        yield Clause(_("contains %(elements)s") % {"elements": _and(rule["elements"])})
    if rule.get("only_elements"):
        allowed = _and([*rule["only_elements"], _("hydrogen")])
        yield Clause(_("contains no other elements than %(elements)s") % {"elements": allowed})
    for symbol, allowed in rule.get("element_counts", {}).items():
        yield Clause(_("atoms of %(element)s: %(range)s") % {"element": symbol, "range": _range(allowed)})
    for symbol, allowed in rule.get("mass_percent", {}).items():
        yield Clause(
            _("share of %(element)s in its mass, in per cent: %(range)s")
            % {"element": symbol, "range": _range(allowed)}
        )
    least, most = rule.get("min_heavy_atoms"), rule.get("max_heavy_atoms")
    if least is not None or most is not None:
        yield Clause(_("atoms other than hydrogen: %(range)s") % {"range": _range((least, most))})


def _parts(rule: Mapping[str, Any]) -> Iterator[Clause]:
    """What is found in it, how often, and what is not."""
    for smarts in rule.get("all_of", ()):
        elements = _elements(smarts)
        yield Clause(
            _("has an atom of %(elements)s") % {"elements": elements} if elements else _("has this part"),
            () if elements else (smarts,),
            in_plain="" if elements else _("has the part that is marked in the drawings"),
        )
    if rule.get("any_of"):
        plain = _("has at least one of the parts that are marked in the drawings")
        yield Clause(_("has at least one of these parts"), tuple(rule["any_of"]), in_plain=plain)
    for smarts, least in rule.get("min_counts", {}).items():
        yield _at_least(smarts, least)
    for smarts, most in rule.get("max_counts", {}).items():
        yield _at_most(smarts, most)
    for smarts in rule.get("none_of", ()):
        elements = _elements(smarts)
        text = _("has no atom of %(elements)s") % {"elements": elements} if elements else _("has nowhere this part")
        yield Clause(
            text,
            () if elements else (smarts,),
            "lacks",
            in_plain="" if elements else _("has no part that would make it something else"),
        )


def _at_least(smarts: str, least: int) -> Clause:
    said = {"n": least, "elements": _elements(smarts)}
    if said["elements"]:
        words = ngettext("has at least %(n)s atom of %(elements)s", "has at least %(n)s atoms of %(elements)s", least)
        return Clause(words % said)
    words = ngettext("has this part at least %(n)s time", "has this part at least %(n)s times", least)
    plain = ngettext("has a marked part at least %(n)s time", "has a marked part at least %(n)s times", least)
    return Clause(words % said, (smarts,), in_plain=plain % said)


def _at_most(smarts: str, most: int) -> Clause:
    said = {"n": most, "elements": _elements(smarts)}
    if said["elements"]:
        words = ngettext("has at most %(n)s atom of %(elements)s", "has at most %(n)s atoms of %(elements)s", most)
        return Clause(words % said)
    words = ngettext("has this part at most %(n)s time", "has this part at most %(n)s times", most)
    plain = ngettext(
        "has a part that the exact rule names at most %(n)s time",
        "has a part that the exact rule names at most %(n)s times",
        most,
    )
    return Clause(words % said, (smarts,), "lacks", in_plain=plain % said)


def _chain(chain: Mapping[str, Any]) -> Clause:
    length = _range(chain.get("length", (None, None)))
    if chain.get("every"):
        words, plain = (
            _("every chain of such atoms is so long, and there is one: %(range)s"),
            _("every chain of marked atoms is so long, and there is one: %(range)s"),
        )
    else:
        words, plain = (
            _("has a chain of such atoms, so long: %(range)s"),
            _("has a chain of marked atoms, so long: %(range)s"),
        )
    more = ""
    if "branched" in chain:
        more = "; " + (_("with branches") if chain["branched"] else _("without branches"))
    patterns = tuple(chain[part] for part in ("atoms", "start") if part in chain)
    return Clause(words % {"range": length} + more, patterns, in_plain=plain % {"range": length} + more)


def _exemption(exemption: Mapping[str, Any]) -> Clause:
    reason = exemption.get("reason", "")
    if exemption.get("on"):
        text = _("exempt on the list %(list)s: %(reason)s") % {"list": exemption["on"], "reason": reason}
    else:
        text = _("exempt: %(reason)s") % {"reason": reason}
    patterns = tuple(exemption[part] for part in ("smiles", "smarts", "each", "is_") if part in exemption)
    source = ", ".join(str(exemption[part]) for part in ("source", "locator") if exemption.get(part))
    return Clause(text, patterns, "exempt", source=source)


def _elements(smarts: str) -> str:
    """The elements of a pattern that asks for one atom of one of them; "" of any other pattern."""
    if not _ELEMENTS.fullmatch(smarts):
        return ""
    symbols = [_SYMBOL.get(int(number)) for number in re.findall(r"\d+", smarts)]
    return _or([symbol for symbol in symbols if symbol]) if all(symbols) else ""


def _range(allowed: Sequence[float | None]) -> str:
    least, most = allowed
    if least is not None and least == most:
        return _("exactly %(n)s") % {"n": _number(least)}
    if least is not None and most is not None:
        return _("%(least)s to %(most)s") % {"least": _number(least), "most": _number(most)}
    if least is not None:
        return _("at least %(n)s") % {"n": _number(least)}
    return _("at most %(n)s") % {"n": _number(most)} if most is not None else _("any number")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _and(symbols: Sequence[str]) -> str:
    return (
        _("%(first)s and %(last)s") % {"first": ", ".join(symbols[:-1]), "last": symbols[-1]}
        if len(symbols) > 1
        else symbols[0]
    )


def _or(symbols: Sequence[str]) -> str:
    return (
        _("%(first)s or %(last)s") % {"first": ", ".join(symbols[:-1]), "last": symbols[-1]}
        if len(symbols) > 1
        else symbols[0]
    )
