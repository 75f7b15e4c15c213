"""Numbers of substances as people and spreadsheets leave them: read where a check digit proves them, told where not.

What one number is, `substances.chemistry.identifiers` knows. This file knows cells: several numbers in one, a number
in the wrong column, a publisher's own keys beside numbers, a CAS number that a spreadsheet made a date of. Every repair
is told with what was printed. A number that cannot be read stays as printed and is never used as one.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from substances.chemistry import identifiers
from substances.chemistry.characters import BLANKS, HYPHENS, ascii_lookalike, describe
from substances.chemistry.identifiers import PARSERS, IdentifierError, Reading
from substances.importers.base import MISSING, Member, Problem

Scheme: TypeAlias = Literal["cas_rn", "ec_number"]
_TITLES: Mapping[identifiers.Scheme, str] = {
    "cas_rn": "CAS number",
    "ec_number": "EC number",
    "clp_index_number": "CLP index number",
    "inchikey": "InChIKey",
    "dtxsid": "DTXSID",
    "pubchem_cid": "PubChem CID",
}
# What codes of problems begin with.
_SHORT: Mapping[identifiers.Scheme, str] = {
    "cas_rn": "cas",
    "ec_number": "ec",
    "clp_index_number": "index",
    "inchikey": "inchikey",
    "dtxsid": "dtxsid",
    "pubchem_cid": "cid",
}
_OTHER: dict[Scheme, Scheme] = {"cas_rn": "ec_number", "ec_number": "cas_rn"}
# What one cell puts between several numbers. A slash stands in dates, too: it is tried only on what is none.
_BETWEEN = re.compile(r"[\n;,]|\s+(?:and|or|&)\s+")
_SLASH = re.compile(r"\s*/\s*")
# Words for "none", and the keys that publishers make up where there is no number.
_NO_NUMBER = re.compile(
    r"NOCAS[_-]?\d+|No[- ]?(?:CAS|EC)(?:[- ]?\d+)?|No (?:CAS|EC)(?: number| no\.?)? (?:allocated|assigned|available)"
    r"|Various(?: \d+)?|N\d{1,6}|none|not (?:allocated|assigned|applicable|available)|unassigned|[-‐–—]+",
    re.ASCII | re.IGNORECASE,
)
_PREFIXED_EC = re.compile(r"EC[-: ]\s*(\d{3}-\d{3}-\d)", re.ASCII | re.IGNORECASE)
# 142844-00-6_1: one number, several entries of the publisher.
_NUMBERED_KEY = re.compile(r"(\d{2,7}-\d{2}-\d|\d{3}-\d{3}-\d)_(\d{1,3})", re.ASCII)
_SHAPE: dict[Scheme, re.Pattern[str]] = {
    "cas_rn": re.compile(r"\d{2,7}-\d{2}-\d", re.ASCII),
    "ec_number": re.compile(r"\d{3}-\d{3}-\d", re.ASCII),
}
# Told by nobody: blanks at the ends say nothing, and "CAS" before a CAS number is no repair.
_SILENT = frozenset({"trimmed", "prefix_removed"})
# Letters of our own alphabet that are typed for a digit.
_TYPED_FOR_DIGITS = str.maketrans("lIOoSBZ", "1100582")
_ONLY_DIGITS = frozenset({"cas_rn", "ec_number", "clp_index_number"})
_LONGEST_QUOTE = 80


@dataclasses.dataclass(frozen=True, slots=True)
class Numbers:
    """What a cell of numbers says.

    Attributes:
        values: in the order printed, in normal form; one that could not be read as printed.
        elsewhere: valid numbers of the other scheme, EC in a CAS column or CAS in an EC column.
        keys: the publisher's words and keys that are no numbers, such as "No-Cas-1".
        unread: those of `values` that could not be read.
        problems: every repair, and why a number could not be read.
    """

    values: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def cas_numbers(cell: str) -> Numbers:
    """The CAS numbers in a cell of a column of such."""
    return _numbers(cell, "cas_rn")


def ec_numbers(cell: str) -> Numbers:
    """The EC and list numbers in a cell of a column of such."""
    return _numbers(cell, "ec_number")


def read_number(printed: str, scheme: identifiers.Scheme) -> tuple[str, Problem | None]:
    """One identifier in its normal form, and what a person is told of it.

    Every importer's numbers pass here, so nothing is repaired or refused unseen. A date becomes a CAS number only
    where one number alone has the right check digit; a look-alike is never taken for what it looks like.

    Args:
        printed: the cell, or the part of it that is one number.

    Returns:
        The number, "" where it could not be read; the problem (code, quoted cell, why, remedy), None where the cell
        holds the number as it is written.
    """
    short, title, quoted = _SHORT[scheme], _TITLES[scheme], _quoted(printed)
    reading = _attempt(printed, scheme)
    if isinstance(reading, Reading):
        told = [note.message for note in reading.changes if note.code not in _SILENT]
        said = f"{quoted} was read as {title} {reading.value}: {' '.join(told)} Correct the cell."
        return reading.value, Problem(f"{short}_repaired", said) if told else None
    if reading.code == "date_suggestion" and len(reading.suggestions) == 1:
        (value,) = reading.suggestions
        said = f"{quoted} was read as {title} {value}: it is a date that a spreadsheet made of the number, and no other"
        return value, Problem(f"{short}_was_date", f"{said} number fits. Correct the cell, formatted as text.")
    if odd := _odd_character(printed, scheme):
        return "", Problem(f"{short}_lookalike", f"{quoted} was kept but not read as {title}: {odd}")
    return "", _refused(printed, scheme, reading)


def _refused(printed: str, scheme: identifiers.Scheme, error: IdentifierError) -> Problem:
    """Why it cannot be read; what stands in the column of the other scheme is judged as one of those."""
    if scheme in ("cas_rn", "ec_number") and _is_other(printed, scheme):
        other = _attempt(printed, _OTHER[scheme])
        if isinstance(other, Reading):
            said = f"{_quoted(printed)} was kept but not read as {_TITLES[scheme]}: it is {_TITLES[other.scheme]} "
            return Problem(f"{_SHORT[scheme]}_shape", f"{said}{other.value}; move it to the column of those.")
        error = other
    return Problem(f"{_SHORT[scheme]}_{error.code}", _why(printed, error))


def members(
    name: str, cas: Numbers, ec: Numbers | None = None, *, names: Sequence[str] = ()
) -> tuple[tuple[Member, ...], tuple[Problem, ...]]:
    """The substances that one row names by these numbers, and what is odd.

    As many EC numbers as CAS numbers run parallel; one EC number beside several CAS numbers, or the other way round,
    stands for each. Where neither holds, each CAS number is a member without EC number, which is told.

    Args:
        names: one for each, where they run parallel, too; else each is called `name`.
    """
    ec = ec or Numbers()
    cas_rns = tuple(dict.fromkeys((*cas.values, *ec.elsewhere)))
    ecs = tuple(dict.fromkeys((*ec.values, *cas.elsewhere)))
    problems = [*cas.problems, *ec.problems]
    if cas_rns and ecs and len(cas_rns) != len(ecs) and min(len(cas_rns), len(ecs)) > 1:
        said = f"{name}: {len(cas_rns)} CAS numbers stand beside {len(ecs)} EC numbers; which belong together is open"
        problems.append(Problem("not_parallel", said))
        ecs = ()
    count = max(len(cas_rns), len(ecs), 1)
    called = names if len(names) == count else [name] * count
    found = zip(called, _widened(cas_rns, count), _widened(ecs, count), strict=True)
    return tuple(dict.fromkeys(Member(who, cas_rn, ec_number) for who, cas_rn, ec_number in found)), tuple(problems)


def _widened(values: Sequence[str], count: int) -> Sequence[str]:
    return values if len(values) == count else [values[0] if values else ""] * count


@dataclasses.dataclass(slots=True)
class _Found:
    """Collects what the parts of a cell turn out to be."""

    scheme: Scheme
    values: list[str] = dataclasses.field(default_factory=list)
    elsewhere: list[str] = dataclasses.field(default_factory=list)
    keys: list[str] = dataclasses.field(default_factory=list)
    unread: list[str] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def tell(self, code: str, message: str) -> None:
        self.problems.append(Problem(f"{_SHORT[self.scheme]}_{code}", message))


def _numbers(cell: str, scheme: Scheme) -> Numbers:
    found = _Found(scheme)
    for part in _parts(cell):
        _read(part, found)
    return Numbers(
        tuple(dict.fromkeys(found.values)),
        tuple(dict.fromkeys(found.elsewhere)),
        tuple(found.keys),
        tuple(found.unread),
        tuple(found.problems),
    )


def _parts(cell: str) -> Iterable[str]:
    """What stands between separators and says something."""
    blanks = "".join(BLANKS)
    for part in _BETWEEN.split(cell.strip(blanks)):
        whole = part.strip(blanks)
        is_one = whole in MISSING or _error_code(whole, "cas_rn").startswith("date")
        pieces = [whole] if is_one else _SLASH.split(whole)
        yield from (piece for piece in pieces if piece not in MISSING)


def _read(printed: str, found: _Found) -> None:
    if _NO_NUMBER.fullmatch(printed):
        found.keys.append(printed)
        return
    if match := _PREFIXED_EC.fullmatch(printed):
        # The publisher says itself that it is an EC number.
        if not _read_other(match[1], found, told=False):
            _keep(match[1], found)
        return
    if match := _NUMBERED_KEY.fullmatch(printed):
        found.keys.append(printed)
        found.tell("key", f"{printed!r} was read as {match[1]}: '_{match[2]}' only tells the publisher's entries apart")
        printed = match[1]
    if not (_is_other(printed, found.scheme) and _read_other(printed, found, told=True)):
        _keep(printed, found)


def _keep(printed: str, found: _Found) -> None:
    """Keeps the number, or as it is what cannot be read."""
    value, problem = read_number(printed, found.scheme)
    found.values.append(value or printed)
    if not value:
        found.unread.append(printed)
    if problem:
        found.problems.append(problem)


def _is_other(printed: str, scheme: Scheme) -> bool:
    return _SHAPE[_OTHER[scheme]].fullmatch("".join(printed.split())) is not None


def _read_other(printed: str, found: _Found, *, told: bool) -> bool:
    """Whether it is a valid number of the other scheme, which is moved there."""
    other = _OTHER[found.scheme]
    reading = _attempt(printed, other)
    if isinstance(reading, IdentifierError):
        return False
    found.elsewhere.append(reading.value)
    if told:
        said = f"{_quoted(printed)} stands among {_TITLES[found.scheme]}s but is {_TITLES[other]} {reading.value}"
        found.tell("other_number", f"{said}, and was read as such. Move it to the column of those.")
    return True


def _quoted(printed: str) -> str:
    return repr(printed if len(printed) <= _LONGEST_QUOTE else f"{printed[: _LONGEST_QUOTE - 1]}…")


def _why(printed: str, error: IdentifierError) -> str:
    """What is wrong, with what may have been meant and what to do; never a choice."""
    said = f"{_quoted(printed)} was kept but not read as {_TITLES[error.scheme]}: {error.message}"
    if error.code == "check_digit":
        near = error.suggestions[:1]
        perhaps = f" Perhaps {near[0]} was meant:" if near else ""
        return f"{said}{perhaps} Compare it with its source and correct the cell."
    if error.code.startswith("date"):
        return f"{said} Type the number anew into a cell formatted as text."
    return f"{said} Correct the cell, or leave it empty."


def _odd_character(printed: str, scheme: identifiers.Scheme) -> str:
    """The first character that is not what it seems, in words; "" if there is none."""
    typed = printed.translate(_TYPED_FOR_DIGITS)
    if scheme in _ONLY_DIGITS and isinstance(_attempt(typed, scheme), Reading):
        pairs = enumerate(zip(printed, typed, strict=True), 1)
        return next((_odd(place, char, digit) for place, (char, digit) in pairs if char != digit), "")
    for place, char in enumerate(printed, 1):
        if not char.isascii() and char not in BLANKS and char not in HYPHENS:
            return _odd(place, char, ascii_lookalike(char) or (str(int(char)) if char.isdecimal() else ""))
    return ""


def _odd(place: int, char: str, like: str) -> str:
    seems = f", which only looks like {like!r}" if like else ""
    return f"character {place} is {char!r} ({describe(char)}){seems}; type the number anew."


def _attempt(printed: str, scheme: identifiers.Scheme) -> Reading | IdentifierError:
    try:
        return PARSERS[scheme](printed)
    except IdentifierError as error:
        return error


def _error_code(printed: str, scheme: Scheme) -> str:
    result = _attempt(printed, scheme)
    return result.code if isinstance(result, IdentifierError) else ""
