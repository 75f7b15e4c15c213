"""Files of libraries (SMILES, SDF, CSV, each also as .gz), as numbered records, however large: read as they come."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from substances.chemistry.messages import StructureRefused
from substances.chemistry.records import Record, RecordsFormat, records_of
from substances.importers.base import WrongFile

#: Of a line, after which the rest of it is left out; what is longer is refused by what reads it.
MAX_LINE_CHARACTERS = 2 * 2**20
FORMATS: dict[str, RecordsFormat] = {
    ".smi": "smiles",
    ".smiles": "smiles",
    ".ism": "smiles",
    ".can": "smiles",
    ".csv": "csv",
    ".tsv": "csv",
    ".sdf": "sdf",
    ".sd": "sdf",
}


def format_of(path: Path) -> RecordsFormat:
    """What the name says that the file holds.

    Raises:
        WrongFile: it says nothing known.
    """
    suffix = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    try:
        return FORMATS[suffix.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise WrongFile(
            f"{path.name} does not say what it holds; its name ends in {known}, or one of these and .gz"
        ) from None


def library_records(path: Path) -> Iterator[Record]:
    """The rows of a file, each once, in order.

    Raises:
        WrongFile: its name says nothing known, no column holds structures, or it cannot be read to its end.
    """
    format = format_of(path)
    try:
        with path.open("rb") as file, _unpacked(path, file) as binary:
            yield from records_of(_lines(binary), format)
    except StructureRefused as error:
        raise WrongFile(str(error), line=1) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise WrongFile("it is not a whole .gz file: it was cut off or damaged") from error


def sha256_of(path: Path) -> str:
    """Of the file as it stands."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(path: Path, file: io.BufferedReader) -> io.TextIOWrapper:
    binary = gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file
    return io.TextIOWrapper(binary, encoding="utf-8", errors="replace", newline=None)


def _lines(file: io.TextIOWrapper) -> Iterator[str]:
    """The lines, cut where they are longer than anything that is read."""
    while line := file.readline(MAX_LINE_CHARACTERS):
        yield line
        while line and not line.endswith("\n"):
            line = file.readline(MAX_LINE_CHARACTERS)
