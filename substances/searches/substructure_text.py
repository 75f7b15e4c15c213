"""What a text asks for inside structures, without RDKit: a pattern, a drawing, or a substance we know."""

from __future__ import annotations

from django.utils.translation import gettext as _

from substances.chemistry import formats, identifiers
from substances.chemistry.envelope import check_query_molfile, check_smarts, check_structure
from substances.chemistry.messages import StructureRefused
from substances.services import reading
from substances.services.reading import Foreign, Possible, Reading, SearchRefused, refusal

# What no name has, but a pattern.
_SIGNS = frozenset("[]=#~$*!@&>")


def read(text: str, format: str = "auto") -> Reading:  # the word of the API
    """What the text asks for.

    Args:
        text: as given.
        format: auto, smarts, smiles (read as smarts), inchi, molfile, name or cas.

    Raises:
        SearchRefused: it cannot be read so, is too large, is ambiguous, or names nothing we know.
    """
    if not text.strip():
        raise refusal(StructureRefused("empty"))
    if format in ("smarts", "smiles"):
        return _pattern(text, format)
    if format == "molfile":
        return _drawing(text)
    return _recognise(text) if format == "auto" else reading.read(text, format)


def _recognise(text: str) -> Reading:
    found = {str(one.format) for one in formats.readings(text)}
    if "molfile" in found:
        return _drawing(text)
    if found & {"inchi", *identifiers.PARSERS}:
        return reading.read(text, "auto")
    named = reading.substances_named(text, as_written="smiles" in found)
    if not _may_be_pattern(text, found):
        return reading.read(text, "name")
    if not named:
        return _pattern(text, "smarts")
    if any(sign in text for sign in _SIGNS):
        return _pattern(text, "smarts")
    meanings = [Possible("smarts", text.strip(), _("a pattern (SMARTS)"))]
    meanings += [
        Possible("name", text.strip(), _("the name of %(substance)s") % {"substance": one.name}, one) for one in named
    ]
    message = _("'%(text)s' can mean more than one thing. Say which you mean.")
    raise SearchRefused(422, "ambiguous", message % {"text": text.strip()[:80]}, readings=meanings)


def _may_be_pattern(text: str, found: set[str]) -> bool:
    """Whether a text can be a pattern: a SMILES, or no blanks and a sign that no name has."""
    if "smiles" in found or formats.smiles_error(text) is not None:
        return True
    stripped = text.strip()
    return not any(char.isspace() for char in stripped) and any(sign in stripped for sign in _SIGNS)


def _pattern(text: str, format: str) -> Foreign:
    try:
        check_structure(text, "smiles")
    except StructureRefused:
        try:
            check_smarts(text)
        except StructureRefused as error:
            raise refusal(error) from error
    return Foreign("smiles", {"format": format})


def _drawing(text: str) -> Foreign:
    try:
        check_query_molfile(text)
    except StructureRefused as error:
        raise refusal(error) from error
    return Foreign("molfile", {"format": "molfile"})
