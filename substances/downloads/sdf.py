"""Substances as an SDF: a molfile and data items each, and a note on those who have none. No chemistry here.

Source: BIOVIA, CTfile Formats: SDfile. Tags are those under which our own importer and CompTox look for numbers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from substances.clocks import Clocks
from substances.downloads.rows import Beside, substance_rows
from substances.models import Structure, Substance

TAGS = {
    "NAME": "name",
    "CASRN": "cas_rn",
    "EC_NUMBER": "ec_number",
    "INDEX_NUMBER": "index_number",
    "DTXSID": "dtxsid",
    "PUBCHEM_COMPOUND_CID": "pubchem_cid",
    "INCHIKEY": "inchikey",
    "SMILES": "smiles",
    "STRUCTURE": "structure",
    "STRUCTURE_SOURCE": "structure_source",
    "INCHIKEYS_OF_OTHER_SOURCES": "inchikeys_disputed",
    "CONCERNS": "concerns",
    "LISTS": "lists",
    "GROUPS": "groups",
    "URL": "url",
}
NOTE = "BENIGNA_NOTE"
_LONGEST_TITLE = 80
_LONGEST_LINE = 200  # characters of a line of data
_MOST_NAMED = 500


def with_molfile(substances: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of whom an SDF has a record."""
    rows = Structure.objects.filter(is_current=True).exclude(molfile_deflated=b"")
    if len(substances) < 500:
        rows = rows.filter(substance__in=substances)
    return set(rows.values_list("substance_id", flat=True)) & set(substances)


def sdf_records(
    substances: Sequence[Beside],
    *,
    about: Mapping[str, Any],
    base: str = "",
    drawn: set[uuid.UUID] | None = None,
    clocks: Clocks | None = None,
) -> Iterator[str]:
    """The text of an SDF, a record each, in their order; each substance once.

    Args:
        about: what the file says of itself, in the note of its first record.
        drawn: `with_molfile` of them, where it is at hand.
        clocks: as for `substance_rows`.
    """
    once = dict(substances)
    drawn = with_molfile(list(once)) if drawn is None else drawn
    note: str = note_on(list(once), drawn, about)
    more = list(dict.fromkeys(name for beside in once.values() for name in beside))
    told = ((pk, once[pk]) for pk in once if pk in drawn)
    for row in substance_rows(told, base=base, molfiles=True, clocks=clocks):
        if row["molfile"]:
            items = {tag: row[name] for tag, name in TAGS.items()} | {name.upper(): row.get(name) for name in more}
            yield _record(row["name"], row["molfile"], {NOTE: note} | items)
            note = ""


def note_on(substances: Sequence[uuid.UUID], drawn: set[uuid.UUID], about: Mapping[str, Any]) -> str:
    """What the file is, how many have a record, and the names of those who have none."""
    silent = [pk for pk in substances if pk not in drawn]
    told = [f"{label}: {value}" for label, value in about.items() if value not in (None, "")]
    told.append(f"{len(substances) - len(silent)} of {len(substances)} substances have a record here.")
    if silent:
        names = dict(Substance.objects.filter(pk__in=silent[:_MOST_NAMED]).values_list("pk", "name"))
        told.append(f"{len(silent)} have no structure that could be written; absence from here says nothing of them:")
        told += [names[pk] for pk in silent[:_MOST_NAMED] if pk in names]
        if len(silent) > _MOST_NAMED:
            told.append(f"and {len(silent) - _MOST_NAMED} more: the table (CSV, XLSX, JSON) has them all.")
    return "\n".join(told)


def _record(title: str, molfile: str, items: Mapping[str, Any]) -> str:
    """One record: the molfile under a title of its own, then what is said of it."""
    _, _, rest = molfile.partition("\n")
    body = "".join(_item(tag, value) for tag, value in items.items())
    return f"{_line(title)[:_LONGEST_TITLE]}\n{rest if rest.endswith(chr(10)) else rest + chr(10)}{body}$$$$\n"


def _item(tag: str, value: Any) -> str:
    lines = value if isinstance(value, list) else str(value or "").split("\n")
    said = [part for line in lines for part in _wrapped(_line(str(line))) if part]
    return f">  <{tag}>\n{chr(10).join(said)}\n\n" if said else ""


def _wrapped(line: str) -> Iterable[str]:
    return (line[start : start + _LONGEST_LINE] for start in range(0, len(line), _LONGEST_LINE))


def _line(text: str) -> str:
    """The text as one line that cannot be taken for the end of a record, nor for the head of an item."""
    line = " ".join(text.split())
    return f" {line}" if line.startswith(("$$$$", ">")) else line
