"""What a typed or drawn text asks for: a substance we know, a structure to be read, or a question back. No RDKit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common.errors import DomainError
from portal.common.prepared import Prepared
from substances.chemistry import formats, identifiers
from substances.chemistry.envelope import MAX_CHARACTERS, Notation, check_structure
from substances.chemistry.formats import FormatReading
from substances.chemistry.messages import ChemistryError, Note, StructureRefused
from substances.models import Identifier, SearchTerm, Structure, StructureSearch, Substance
from substances.services.folding import fold
from substances.services.hit_rows import attach_structures
from substances.services.ranking import NAME_KINDS
from substances.services.search import near_matches, scheme_of, translated

FORMATS = StructureSearch.Format.values
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Possible:
    """One thing an ambiguous text could be; asked again with this format, it is read so.

    Attributes:
        format: as `StructureSearch.format`, or "formula", which no search takes.
        meaning: for the person who chooses.
        substance: where the reading leads to one we know.
    """

    format: str
    value: str
    meaning: str
    substance: Substance | None = None

    def as_dict(self) -> dict[str, str | None]:
        """As plain JSON values."""
        known = self.substance
        return {
            "format": self.format,
            "value": self.value,
            "meaning": self.meaning,
            "substance": str(known.pk) if known else None,
            "name": known.name if known else None,
        }


class SearchRefused(DomainError):  # reads as what it says
    """A search that is not begun: what is wrong, and what would be right, in the reader's language.

    Attributes:
        status: as in HTTP. 400 it cannot be read, 413 it is too large, 422 it has several meanings or none we know.
        code: stable, for programs.
        readings: what it could be, where it could be several things.
        position: 1-based character at fault, where one is.
    """

    def __init__(
        self, status: int, code: str, message: str, *, readings: Iterable[Possible] = (), position: int | None = None
    ) -> None:
        self.readings, self.position = list(readings), position
        more = {"position": position, "readings": [possible.as_dict() for possible in self.readings]}
        super().__init__(message, code=code, status=status, **{name: value for name, value in more.items() if value})


@dataclass(frozen=True, slots=True)
class Known:
    """The text names a substance we have."""

    substance: Substance
    read_as: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Foreign:
    """The text is a structure within the envelope; it still has to be parsed, in the sandbox."""

    notation: Notation
    read_as: dict[str, Any] = field(default_factory=dict)


Reading: TypeAlias = Known | Foreign


def read(text: str, format: str = "auto") -> Reading:  # the word of the API
    """What the text asks for, read as `format`.

    Args:
        text: as given.
        format: auto, smiles, inchi, molfile, name or cas.

    Raises:
        SearchRefused: it cannot be read so, is too large, is ambiguous, or names nothing we know.
    """
    if format not in FORMATS:
        message = _("'%(format)s' is not a format; there are %(formats)s.")
        raise SearchRefused(400, "format", message % {"format": format, "formats": ", ".join(FORMATS)})
    if format == StructureSearch.Format.SMARTS:
        message = _("A pattern is no structure to compare; look for structures that contain it.")
        raise SearchRefused(400, "pattern", message)
    if not text.strip():
        raise refusal(StructureRefused("empty"))
    if format == "auto":
        return _recognise(text)
    if format == "name":
        return _one_of(substances_named(text), "name", text) or _unknown_name(text)
    if format == "cas":
        return _by_cas(text)
    return _structure(text, cast(Notation, format))


def _recognise(text: str) -> Reading:
    """Whatever the text is, if it is one thing only."""
    found = {reading.format: reading for reading in formats.readings(text)}
    numbers = [reading for reading in found.values() if reading.format in identifiers.PARSERS]
    if numbers:
        return _by_numbers(numbers)
    for notation in ("inchi", "molfile"):
        if notation in found:
            return _structure(text, cast(Notation, notation))
    if len(text.strip()) > MAX_CHARACTERS:
        raise refusal(StructureRefused("too_long", found=len(text.strip()), limit=MAX_CHARACTERS))
    structural = [found[kind] for kind in ("smiles", "formula") if kind in found]
    named = substances_named(text, as_written=bool(structural))
    if len(named) == 1 and _formula_of(named[0]) == text.strip():
        structural = [reading for reading in structural if reading.format != "formula"]
    meanings = [_possible(reading) for reading in structural]
    meanings += [
        Possible("name", text.strip(), _("the name of %(substance)s") % {"substance": s.name}, s) for s in named
    ]
    if not meanings:
        return _unknown_name(text)
    if len(meanings) > 1:
        message = _("'%(text)s' can mean more than one thing. Say which you mean.")
        raise SearchRefused(422, "ambiguous", message % {"text": text.strip()[:80]}, readings=meanings)
    if named:
        return _known(named[0], "name")
    if "smiles" in found:
        return _structure(text, "smiles")
    message = _("'%(text)s' is a formula, and many structures can have the same. Give the structure or a name.")
    raise SearchRefused(422, "formula", message % {"text": text.strip()[:80]}, readings=meanings)


def _structure(text: str, notation: Notation) -> Reading:
    """A structure: known where it is written exactly as one we show, else for the sandbox."""
    try:
        checked = check_structure(text, notation)
    except StructureRefused as error:
        raise refusal(error) from error
    if notation != "molfile":
        stored = [known for known in _having(kind=notation, folded=checked.text) if _is_written_so(known, checked.text)]
        if len(stored) == 1:
            return _known(stored[0], notation, changes=checked.changes)
    return Foreign(notation, {"format": notation})


def _is_written_so(substance: Substance, text: str) -> bool:
    """Whether the text is the structure we show, not one of another source or of a substance merged into it.

    What we show is what is compared and told; any other structure is read, or it would be exchanged in silence. Where
    sources dispute what the structure is, no text is exactly it.
    """
    shown = substance.shown_structure
    is_shown = shown is not None and text in (shown.smiles, shown.as_reported, shown.inchi)
    return is_shown and not substance.structure_disputed


def _by_cas(text: str) -> Reading:
    try:
        reading = identifiers.parse_cas_rn(text)
    except identifiers.IdentifierError as error:
        raise refusal(error) from error
    return _by_numbers([FormatReading("cas_rn", reading.value, Note("means_cas_rn"), reading.changes)])


def _by_numbers(numbers: list[FormatReading]) -> Reading:
    """The substance that has one of these numbers; a bare number can be a CAS and an EC number at once."""
    held = [(number, substance) for number in numbers for substance in _numbered(number)]
    if len({substance.pk for _number, substance in held}) > 1:
        meanings = [Possible("auto", n.value, f"{translated(n.meaning)}: {s.name}", s) for n, s in held]
        message = _("'%(text)s' is the number of more than one substance. Give a structure or a name.")
        raise SearchRefused(422, "ambiguous", message % {"text": numbers[0].value}, readings=meanings)
    if not held:
        message = _("We know no substance with the number %(text)s. Give its structure.")
        raise SearchRefused(422, "unknown", message % {"text": numbers[0].value})
    number, substance = held[0]
    return _known(substance, scheme_of(number.format), changes=number.changes)


def _unknown_name(text: str) -> Reading:
    """Never returns: says why a text is nothing we know, by what it was probably meant to be."""
    near = identifiers.near_errors(text) if len(text) <= 100 else ()
    error: ChemistryError | None = next(iter(near), None) or formats.smiles_error(text)
    if error is None and not any(char.isspace() for char in text.strip()) and any(char in "()=#[]" for char in text):
        error = _smiles_refusal(text)
    if error is not None:
        raise refusal(error)
    message = _("We know no substance called '%(text)s'. Give its structure, or search by a part of the name.")
    raise SearchRefused(422, "unknown", message % {"text": text.strip()[:80]})


def _smiles_refusal(text: str) -> StructureRefused | None:
    try:
        check_structure(text, "smiles")
    except StructureRefused as error:
        return error
    return None


def refusal(error: ChemistryError) -> SearchRefused:
    """What a person is told who gave this: 413 where it is too large, else 400, with numbers perhaps meant."""
    status = 413 if error.code.startswith("too_") else 400
    meant: list[Possible] = []
    if isinstance(error, identifiers.IdentifierError):
        numbers = [(scheme_of(error.scheme), value) for value in error.suggestions]
        meant = [Possible("auto", near.value, near.substance.name, near.substance) for near in near_matches(numbers)]
    return SearchRefused(status, error.code, translated(error), readings=meant, position=error.position)


def _possible(reading: FormatReading) -> Possible:
    return Possible(reading.format, reading.value, translated(reading.meaning))


def _one_of(substances: list[Substance], format: str, text: str) -> Known | None:
    """The only one of these; None where there is none.

    Raises:
        SearchRefused: there are several.
    """
    if len(substances) > 1:
        meanings = [Possible(format, text.strip(), substance.name, substance) for substance in substances]
        message = ngettext(
            "%(count)s substance is called '%(text)s'. Give its structure or its number.",
            "%(count)s substances are called '%(text)s'. Give a structure or a number.",
            len(substances),
        )
        values = {"count": len(substances), "text": text.strip()[:80]}
        raise SearchRefused(422, "ambiguous", message % values, readings=meanings)
    return _known(substances[0], format) if substances else None


def substances_named(text: str, *, as_written: bool = False) -> list[Substance]:
    """Substances one of whose names is the text, folded; with `as_written` in its capitals too (CO is not Co)."""
    folded = fold(text)
    if not folded:
        return []
    if as_written:
        return _having(kind__in=NAME_KINDS, folded=folded, text=text.strip())
    return _having(kind__in=NAME_KINDS, folded=folded)


def _formula_of(substance: Substance) -> str:
    shown = substance.shown_structure
    return shown.formula if shown else ""


def _having(**term: object) -> list[Substance]:
    """Living substances with such a search term."""
    terms = SearchTerm.objects.filter(**term).values("substance")
    return _with_structures(list(Substance.objects.living().filter(pk__in=terms)[:_MOST_NAMED]))


def _numbered(number: FormatReading) -> list[Substance]:
    return _with_structures(_NUMBERED.ask(scheme=str(scheme_of(number.format)), value=number.value))


_NUMBERED = Prepared(
    lambda scheme, value: Substance.objects.living().filter(
        pk__in=Identifier.objects.filter(scheme=scheme, value=value).values("substance")
    )[:_MOST_NAMED]
)
_STRUCTURES = Prepared(lambda ids: Structure.objects.told().filter(substance__in=ids))


def _with_structures(found: list[Substance]) -> list[Substance]:
    """The same with the structures told of them, which are asked for several times."""
    attach_structures(found, _STRUCTURES.ask(ids=[substance.pk for substance in found]))
    return found


def _known(substance: Substance, format: str, *, changes: tuple[Note, ...] = ()) -> Known:
    structure = substance.shown_structure
    read_as: dict[str, Any] = {"format": format, "changes": [change.as_dict() for change in changes]}
    if structure is not None:
        read_as |= {"smiles": structure.smiles, "inchikey": structure.inchikey, "formula": structure.formula}
    return Known(substance, read_as)
