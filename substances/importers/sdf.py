"""SDF: molfiles one behind the other, each with data items. Read record by record; no chemistry is parsed here.

Source: BIOVIA, CTfile Formats: SDfile.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from substances.importers.base import Problem, WrongFile

MAX_RECORDS = 300_000
# A molfile of the largest structure that is read has some 200 kB; data items can be longer.
MAX_RECORD_CHARACTERS = 2 * 2**20
_ITEM = re.compile(r">.*?<([^<>]*)>")


@dataclasses.dataclass(frozen=True, slots=True)
class SdfRecord:
    """One record.

    Attributes:
        line: of the file, where it begins; counts from 1.
        molfile: up to `M  END`, "" where the record has none.
        data: data items by tag, lines joined by "\\n".
        problem: why there is no molfile.
    """

    line: int
    molfile: str
    data: Mapping[str, str]
    problem: Problem | None = None


def sdf_records(path: Path) -> Iterator[SdfRecord]:
    """The records of a file, in its order.

    Raises:
        WrongFile: no record ends by `$$$$`, the last one was cut off, one is too long, or there is a zero byte.
    """
    begins, characters, count, lines = 1, 0, 0, list[str]()
    with path.open(encoding="utf-8", errors="replace") as file:
        number = 0
        while text := file.readline(MAX_RECORD_CHARACTERS + 1):
            number += 1
            line = text.rstrip("\n")
            if "\0" in line:
                raise WrongFile("there is a zero byte in this line: no SDF is written so; export it again", line=number)
            if line.rstrip() == "$$$$":
                count += 1
                if count > MAX_RECORDS:
                    raise WrongFile(f"the file has more than {MAX_RECORDS:,} records, the most that is read")
                yield _record(begins, lines)
                begins, characters, lines = number + 1, 0, []
                continue
            characters += len(text)
            if characters > MAX_RECORD_CHARACTERS:
                why = f"a record has more than {MAX_RECORD_CHARACTERS:,} characters; is '$$$$' missing behind it?"
                raise WrongFile(why, line=begins)
            lines.append(line)
    if any(line.strip() for line in lines):
        raise WrongFile("the last record has no '$$$$' behind it: the file was cut off, or it is no SDF", line=begins)
    if not count:
        raise WrongFile("the file has no records", line=1)


def _record(begins: int, lines: list[str]) -> SdfRecord:
    end = next((index for index, line in enumerate(lines) if line.rstrip() == "M  END"), None)
    data = _data(lines[0 if end is None else end + 1 :])
    if end is None:
        problem = Problem("no_structure", "the record has no molfile: there is no line 'M  END'")
        return SdfRecord(begins, "", data, problem)
    return SdfRecord(begins, "\n".join([*lines[: end + 1], ""]), data)


def _data(lines: list[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        item = _ITEM.match(line)
        if item:
            current = found.setdefault(item[1].strip(), [])
        elif not line.strip():
            current = None
        elif current is not None:
            current.append(line.strip())
    return {tag: "\n".join(values) for tag, values in found.items()}
