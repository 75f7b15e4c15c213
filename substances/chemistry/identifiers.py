"""Identifiers of substances read from what people type: CAS RN, EC, CLP index, InChIKey, DTXSID, CID.

Only ASCII digits count; every normalisation is told. No RDKit here: the web process uses this module.

Sources: CAS Registry, "Check Digit Verification of CAS Registry Numbers"; Regulation (EC) No 1272/2008, Annex VI,
Part 1 for EC and index numbers. An EC remainder of 10 is issued with check digit 1, as the numbers in use show.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from .characters import BLANKS, HYPHENS, ascii_lookalike, describe, trimmed
from .messages import ChemistryError, Note, Param

Scheme: TypeAlias = Literal["cas_rn", "ec_number", "clp_index_number", "inchikey", "dtxsid", "pubchem_cid"]

_TITLES: dict[Scheme, tuple[str, str]] = {
    "cas_rn": ("CAS number", "80-05-7"),
    "ec_number": ("EC number", "201-245-8"),
    "clp_index_number": ("CLP index number", "604-030-00-0"),
    "inchikey": ("InChIKey", "IISBACLAFKSPIT-UHFFFAOYSA-N"),
    "dtxsid": ("DTXSID", "DTXSID7020182"),
    "pubchem_cid": ("PubChem CID", "CID 6623"),
}
_PREFIXES = {
    "cas_rn": re.compile(r"CAS(?:[ -]?(?:RN|NO|NR|NUMBER))?[.:#]*\s*(?=\d)", re.ASCII | re.IGNORECASE),
    "ec_number": re.compile(r"(?:EC|EINECS|ELINCS)(?:[ -]?(?:NO|NUMBER))?[.:#]*\s*(?=\d)", re.ASCII | re.IGNORECASE),
    "clp_index_number": re.compile(r"INDEX(?:[ -]?(?:NO|NUMBER))?[.:#]*\s*(?=\d)", re.ASCII | re.IGNORECASE),
    "inchikey": re.compile(r"InChIKey\s*[=:]\s*", re.ASCII | re.IGNORECASE),
    "pubchem_cid": re.compile(r"(?:PubChem\s*)?CID[.:#]*\s*(?=\d)", re.ASCII | re.IGNORECASE),
}
_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)", re.ASCII)
_EC = re.compile(r"([\dA]\d\d)-(\d{3})-(\d)", re.ASCII)
_INDEX = re.compile(r"(\d{3})-(\d{3})-(\d{2})-([\dX])", re.ASCII)
_INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{8}[SN][A-Z]-[A-Z]", re.ASCII)
_DTXSID = re.compile(r"DTXSID(\d)0(\d+)", re.ASCII)
_CID = re.compile(r"[1-9]\d{0,9}", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """An identifier as it was understood, and what was changed to understand it."""

    scheme: Scheme
    value: str
    changes: tuple[Note, ...] = ()


class IdentifierError(ChemistryError):
    """Text that is not the identifier it should be.

    Attributes:
        scheme: what it was read as.
        value: the text, as far as it was understood.
        expected: the right check digit where that is what is wrong.
        suggestions: values that were perhaps meant; all of them valid, none of them looked up.
    """

    def __init__(
        self,
        code: str,
        *,
        scheme: Scheme,
        value: str,
        expected: str | None = None,
        suggestions: tuple[str, ...] = (),
        position: int | None = None,
        **params: Param,
    ) -> None:
        self.scheme, self.value, self.expected, self.suggestions = scheme, value, expected, suggestions
        title, example = _TITLES[scheme]
        if expected is not None:
            params["expected"] = expected
        super().__init__(code, position=position, value=value, scheme=title, example=example, **params)


def cas_check_digit(digits: str) -> str:
    """The check digit of the digits before it: Σ i·digit from the right, mod 10."""
    return str(sum(i * int(d) for i, d in enumerate(reversed(digits), 1)) % 10)


def ec_check_digit(stem: str) -> str:
    """The check digit of six places: Σ i·place from the left, mod 11; 10 is issued as 1. A first 'A' counts 10."""
    remainder = sum(i * int(d, 16) for i, d in enumerate(stem, 1)) % 11
    return "1" if remainder == 10 else str(remainder)


def clp_index_check_digit(stem: str) -> str:
    """The check digit of eight digits: Σ i·digit from the left, mod 11, 10 written X."""
    remainder = sum(i * int(d) for i, d in enumerate(stem, 1)) % 11
    return "X" if remainder == 10 else str(remainder)


def dtxsid_check_digit(number: str) -> str:
    """The check digit of the integer of a DTXSID: Σ i·digit from the left, mod 10."""
    return str(sum(i * int(d) for i, d in enumerate(number, 1)) % 10)


def parse_cas_rn(text: str) -> Reading:
    """A CAS Registry Number, with hyphens and without zeros in front.

    Raises:
        IdentifierError: `shape`, `check_digit` (with `expected`), `date` or `date_suggestion`
            (with `suggestions`), `lookalike` or `not_ascii`.
    """
    dated = _cas_behind_date(text)
    if dated is not None:
        code = "date_suggestion" if dated else "date"
        raise IdentifierError(
            code, scheme="cas_rn", value=text.strip(), suggestions=dated, suggestion=" / ".join(dated)
        )
    body, changes = _tidy(text, "cas_rn")
    if re.fullmatch(r"\d+\.0", body, re.ASCII):
        body, changes = body[:-2], [*changes, Note("decimal_removed")]
    unpadded = re.sub(r"^0+(?=[1-9]\d)", "", body, flags=re.ASCII)
    if unpadded != body:
        body, changes = unpadded, [*changes, Note("zeros_removed")]
    if re.fullmatch(r"[1-9]\d{4,9}", body, re.ASCII):
        body = f"{body[:-3]}-{body[-3:-1]}-{body[-1]}"
        changes.append(Note("hyphens_added", {"value": body}))
    match = _CAS.fullmatch(body)
    if match is None or body[0] == "0":
        raise IdentifierError("shape", scheme="cas_rn", value=body)
    _verify("cas_rn", body, cas_check_digit(match[1] + match[2]))
    return Reading("cas_rn", body, tuple(changes))


def parse_ec_number(text: str) -> Reading:
    """An EC number (EINECS, ELINCS, NLP) or ECHA list number.

    Raises:
        IdentifierError: `shape`, `check_digit` (with `expected`), `lookalike` or `not_ascii`.
    """
    body, changes = _tidy(text, "ec_number")
    if re.fullmatch(r"\d{7}", body, re.ASCII):
        body = f"{body[:3]}-{body[3:6]}-{body[6]}"
        changes.append(Note("hyphens_added", {"value": body}))
    match = _EC.fullmatch(body)
    if match is None:
        raise IdentifierError("shape", scheme="ec_number", value=body)
    _verify("ec_number", body, ec_check_digit(match[1] + match[2]))
    return Reading("ec_number", body, tuple(changes))


def parse_clp_index_number(text: str) -> Reading:
    """An index number of Annex VI of the CLP Regulation.

    Raises:
        IdentifierError: `shape`, `check_digit` (with `expected`), `lookalike` or `not_ascii`.
    """
    body, changes = _capitals(*_tidy(text, "clp_index_number"))
    match = _INDEX.fullmatch(body)
    if match is None:
        raise IdentifierError("shape", scheme="clp_index_number", value=body)
    _verify("clp_index_number", body, clp_index_check_digit(match[1] + match[2] + match[3]))
    return Reading("clp_index_number", body, tuple(changes))


def parse_inchikey(text: str) -> Reading:
    """An InChIKey; it carries no check digit, so only its form is verified.

    Raises:
        IdentifierError: `shape`, `lookalike` or `not_ascii`.
    """
    body, changes = _capitals(*_tidy(text, "inchikey"))
    if _INCHIKEY.fullmatch(body) is None:
        raise IdentifierError("shape", scheme="inchikey", value=body)
    return Reading("inchikey", body, tuple(changes))


def parse_dtxsid(text: str) -> Reading:
    """A DSSTox substance identifier.

    Raises:
        IdentifierError: `shape`, `check_digit` (with `expected`), `lookalike` or `not_ascii`.
    """
    body, changes = _capitals(*_tidy(text, "dtxsid"))
    match = _DTXSID.fullmatch(body)
    if match is None:
        raise IdentifierError("shape", scheme="dtxsid", value=body)
    expected = dtxsid_check_digit(match[2])
    if match[1] != expected:
        raise IdentifierError(
            "check_digit",
            scheme="dtxsid",
            value=body,
            expected=expected,
            suggestions=(f"DTXSID{expected}0{match[2]}",),
            found=match[1],
        )
    return Reading("dtxsid", body, tuple(changes))


def parse_pubchem_cid(text: str) -> Reading:
    """A PubChem compound number, with or without "CID" in front; it carries no check digit.

    Raises:
        IdentifierError: `shape`, `lookalike` or `not_ascii`.
    """
    body, changes = _tidy(text, "pubchem_cid")
    if _CID.fullmatch(body) is None:
        raise IdentifierError("shape", scheme="pubchem_cid", value=body)
    return Reading("pubchem_cid", body, tuple(changes))


PARSERS: dict[Scheme, Callable[[str], Reading]] = {
    "cas_rn": parse_cas_rn,
    "ec_number": parse_ec_number,
    "clp_index_number": parse_clp_index_number,
    "inchikey": parse_inchikey,
    "dtxsid": parse_dtxsid,
    "pubchem_cid": parse_pubchem_cid,
}


def recognise(text: str) -> tuple[Reading, ...]:
    """Every identifier that a search text is, in all schemes; () if it is none.

    A bare number is never read as a CID: "CID" has to stand in front.
    """
    return tuple(reading for scheme in PARSERS if isinstance(reading := _attempt(scheme, text), Reading))


def near_errors(text: str) -> tuple[IdentifierError, ...]:
    """Why a text that has the shape of an identifier is not a valid one; () if it has no such shape or is valid."""
    if recognise(text):
        return ()
    attempts = (_attempt(scheme, text) for scheme in PARSERS)
    return tuple(a for a in attempts if isinstance(a, IdentifierError) and a.code != "shape")


def near_matches(value: str, scheme: Literal["cas_rn", "ec_number"] = "cas_rn") -> tuple[str, ...]:
    """Valid numbers one slip away from `value`: check digit, then neighbours swapped, then one digit other.

    Args:
        value: a number of the right shape, with hyphens; usually one whose check digit is wrong.
        scheme: which check digit holds.

    Returns:
        Numbers without `value` itself and without repeats, the likeliest slip first. They exist only perhaps.
    """
    pattern, check = (_CAS, cas_check_digit) if scheme == "cas_rn" else (_EC, ec_check_digit)
    match = pattern.fullmatch(value)
    if match is None:
        return ()
    places = "".join(match.groups())
    slips = [places[:-1] + check(places[:-1])]
    slips += [places[:i] + places[i + 1] + places[i] + places[i + 2 :] for i in range(len(places) - 1)]
    slips += [places[:i] + digit + places[i + 1 :] for i in range(len(places)) for digit in "0123456789"]
    valid = [s for s in slips if s != places and s[0] != "0" and check(s[:-1]) == s[-1]]
    cut = 3 if scheme == "cas_rn" else 4
    return tuple(dict.fromkeys(f"{s[:-cut]}-{s[-cut:-1]}-{s[-1]}" for s in valid))


def _attempt(scheme: Scheme, text: str) -> Reading | IdentifierError:
    if scheme == "pubchem_cid" and _PREFIXES[scheme].match(text.strip()) is None:
        return IdentifierError("shape", scheme=scheme, value=text)
    try:
        return PARSERS[scheme](text)
    except IdentifierError as error:
        return error


def _tidy(text: str, scheme: Scheme) -> tuple[str, list[Note]]:
    """Text without prefix, blanks and odd hyphens, and what was done; refuses what is not ASCII then."""
    body, offset, notes = trimmed(text)
    changes = list(notes)
    prefix = _PREFIXES[scheme].match(body) if scheme in _PREFIXES else None
    if prefix is not None:
        changes.append(Note("prefix_removed", {"prefix": prefix[0].strip()}))
        body, offset = body[prefix.end() :], offset + prefix.end()
    kept = "".join("-" if char in HYPHENS else char for char in body if char not in BLANKS)
    if any(char in HYPHENS and char != "-" for char in body):
        changes.append(Note("hyphens_unified"))
    if any(char in BLANKS for char in body):
        changes.append(Note("blanks_removed"))
    if not kept.isascii():
        raise _not_ascii(body, offset, scheme)
    return kept, changes


def _not_ascii(body: str, offset: int, scheme: Scheme) -> IdentifierError:
    """The error for the first character that is not ASCII; a shape error if hardly anything is a number."""
    title = _TITLES[scheme][0]
    index, char = next((i, c) for i, c in enumerate(body) if not c.isascii() and c not in BLANKS and c not in HYPHENS)
    digits = "".join(_plain(c) for c in body)
    suggestions = tuple(r.value for r in [_attempt(scheme, digits)] if isinstance(r, Reading)) if digits else ()
    if not suggestions:
        return IdentifierError("shape", scheme=scheme, value=body)
    code = "lookalike" if ascii_lookalike(char) else "not_ascii"
    return IdentifierError(
        code,
        scheme=scheme,
        value=body,
        suggestions=suggestions,
        position=offset + index + 1,
        char=char,
        name=describe(char),
        ascii=_plain(char),
        notation=title,
    )


def _plain(char: str) -> str:
    """The ASCII character for one of another script, as far as there is one."""
    if char.isascii() or char in HYPHENS:
        return "-" if char in HYPHENS else char
    return str(int(char)) if char.isdecimal() else ascii_lookalike(char) or ""


def _capitals(body: str, changes: list[Note]) -> tuple[str, list[Note]]:
    return (body, changes) if body == body.upper() else (body.upper(), [*changes, Note("case_changed")])


def _verify(scheme: Literal["cas_rn", "ec_number", "clp_index_number"], value: str, expected: str) -> None:
    if value[-1] == expected:
        return
    near = (value[:-1] + expected,) if scheme == "clp_index_number" else near_matches(value, scheme)
    raise IdentifierError(
        "check_digit", scheme=scheme, value=value, expected=expected, suggestions=near, found=value[-1]
    )


_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
_MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_TIME = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})" + _TIME, re.ASCII)
_SLASH_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{2}|\d{4})" + _TIME, re.ASCII)
_WORD_DATE = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{2}|\d{4})" + _TIME, re.ASCII)


def _cas_behind_date(text: str) -> tuple[str, ...] | None:
    """CAS numbers that a spreadsheet may have turned into this date; None if it is not a date.

    A spreadsheet reads 1990-07-4 and 79-06-1 as year, month, day, and 10-11-5 as month, day, year.
    """
    readings = _dates(text.strip())
    if not readings:
        return None
    numbers = []
    for year, month, day in readings:
        short = f"{year % 100:02d}"
        for start in (str(year), short) if _full_year(short) == year else (str(year),):
            numbers.append(f"{start}-{month:02d}-{day}")
        if 2000 <= year <= 2009:  # a year of one digit
            numbers += [f"{a}-{b:02d}-{year % 10}" for a, b in ((month, day), (day, month))]
    return tuple(dict.fromkeys(n for n in numbers if _CAS.fullmatch(n) and n[0] != "0" and _is_cas(n)))


def _is_cas(value: str) -> bool:
    digits = value.replace("-", "")
    return cas_check_digit(digits[:-1]) == digits[-1]


def _dates(text: str) -> list[tuple[int, int, int]]:
    """Year, month and day of a text, once for each order of day and month that can be."""
    if match := _ISO_DATE.fullmatch(text):
        found = [(int(match[1]), int(match[2]), int(match[3]))]
    elif match := _SLASH_DATE.fullmatch(text):
        a, b, year = int(match[1]), int(match[2]), _full_year(match[3])
        found = [(year, a, b), (year, b, a)]
    elif match := _WORD_DATE.fullmatch(text):
        found = [(_full_year(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))]
    else:
        return []
    return [(y, m, d) for y, m, d in dict.fromkeys(found) if 1 <= m <= 12 and 1 <= d <= 31]


def _full_year(digits: str) -> int:
    """A year of four digits; of two digits as spreadsheets read them (30 to 99 are 1930 to 1999)."""
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= 30 else 2000)
