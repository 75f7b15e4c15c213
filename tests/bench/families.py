"""How well the rules of groups find the members that lists name.

`python -m tests.bench.families [--read] [family …]`. Two things that know nothing of each other are held together: what
lists say of a substance in words and numbers (`families.yaml`), and what the rule says of its structure in the
reference table. Asserts nothing; prints a table. Needs the real files (`BENIGNA_REFERENCE_DATA`); without them it says
so.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import yaml
from rdkit import Chem, rdBase

EVIDENCE = Path(__file__).with_name("families.yaml")
CATALOGUE = Path(__file__).resolve().parents[2] / "substances" / "catalogue"
_NEVER = re.compile(r"(?!)")
_AT_ONCE = 200


@dataclass
class Told:
    """What lists print of one CAS number: names in lower case, CLP index numbers, and who drew its structure."""

    names: set[str] = field(default_factory=set)
    index_numbers: set[str] = field(default_factory=set)
    drawn_by: str = ""


@dataclass(frozen=True)
class Evidence:
    """When lists' words put a substance into a family."""

    names: re.Pattern[str]
    but: re.Pattern[str]
    index: tuple[str, ...]
    numbers: frozenset[str]
    source: str
    read: Mapping[str, str]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Evidence:
        """As `families.yaml` writes it."""
        return cls(
            re.compile(entry["names"]) if "names" in entry else _NEVER,
            re.compile(entry["but"]) if "but" in entry else _NEVER,
            tuple(entry.get("index", ())),
            frozenset(entry.get("cas", ())),
            entry.get("source", ""),
            entry.get("read", {}),
        )

    def puts(self, cas_rn: str, told: Told) -> bool:
        """Whether a list says that the substance belongs."""
        by_name = any(map(self.names.search, told.names)) and not any(map(self.but.search, told.names))
        by_index = any(number.startswith(self.index) for number in told.index_numbers) if self.index else False
        return by_name or by_index or cas_rn in self.numbers or bool(self.source and told.drawn_by == self.source)


@dataclass(frozen=True)
class Account:
    """One family: CAS numbers with a structure that lists name, that the rule finds, and both.

    Attributes:
        named: put there by a list, with a structure.
        found: found by the rule, whether or not a list prints anything of them.
        told: of `found` those that a list names at all, so that its words could have told the family.
        read: of `named` those that were looked at and are not what the rule means, or are drawn as something else.
    """

    family: str
    named: frozenset[str]
    found: frozenset[str]
    told: frozenset[str]
    read: frozenset[str]

    @property
    def missed(self) -> frozenset[str]:
        """Named, not found, and nobody has looked why."""
        return self.named - self.found - self.read

    @property
    def unnamed(self) -> frozenset[str]:
        """Found and told of by a list in words that do not say the family: to be read."""
        return self.told - self.named

    @property
    def recall(self) -> float | None:
        """Of those a list names, but for those that were read, the share that the rule finds; None of nobody."""
        counted = self.named - self.read
        return len(counted & self.found) / len(counted) if counted else None

    def __str__(self) -> str:
        recall = "–" if self.recall is None else f"{self.recall:.1%}"
        counts = (len(self.named), len(self.named & self.found), len(self.read - self.found), len(self.missed))
        hits = (len(self.found), len(self.told), len(self.told & self.named))
        return _line(self.family, counts, recall, hits)


def _line(family: str, counts: Iterable[object], recall: str, hits: Iterable[object]) -> str:
    return f"{family:<40}{''.join(f'{n:>7}' for n in counts)}{recall:>9}{''.join(f'{n:>7}' for n in hits)}"


HEADER = _line("family", ("named", "found", "read", "missed"), "recall", ("hits", "told", "said"))


def account(family: str, evidence: Evidence, told: Mapping[str, Told], found: Collection[str]) -> Account:
    """Holds what lists tell of structures against those that the rule finds.

    Args:
        told: of every CAS number that has a structure.
        found: CAS numbers whose structure fulfils the rule.
    """
    named = frozenset(cas_rn for cas_rn, one in told.items() if evidence.puts(cas_rn, one))
    with_name = frozenset(cas_rn for cas_rn in found if told[cas_rn].names)
    return Account(family, named, frozenset(found), with_name, frozenset(evidence.read) & named)


def told_by_lists(data: Path, drawn: Mapping[str, tuple[str, str]]) -> dict[str, Told]:
    """What the publishers' files print of each CAS number that has a structure, where a row is of that number alone."""
    from tests.substances import publishers

    told = {cas_rn: Told(drawn_by=source) for cas_rn, (_smiles, source) in drawn.items()}
    for source, (file, _skipped, (name, _cas, _ec)) in publishers.FILES.items():
        if not name or file.startswith("structures/"):
            continue
        publisher = publishers.Publisher(data, source)
        for row in publisher.rows:
            numbers = set(publishers.CAS.findall(row[publisher.cas]))
            if len(numbers) == 1 and (one := told.get(numbers.pop())) is not None:
                one.names.add(publishers.folded(row[publisher.name]))
                one.index_numbers.update({row["Index number"]} if row.get("Index number") else ())
    return told


def structures(data: Path) -> dict[str, tuple[str, str]]:
    """SMILES and who drew it, by CAS number."""
    lines = (data / "structures" / "cas_smiles.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {cas_rn: (smiles, source) for cas_rn, smiles, source in (line.split("\t") for line in lines)}


@functools.cache
def _rules() -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from substances.services.catalogue_read import read_catalogue

    return {group.slug: group.rule for group in read_catalogue(CATALOGUE).groups if group.rule}


def fulfilled(batch: list[tuple[str, str]], families: list[str]) -> list[tuple[str, list[str]]]:
    """Which rules each structure fulfils; a structure that cannot be read fulfils none and is left out."""
    rules = _rules()
    from substances.chemistry.groups import match_group
    from substances.chemistry.messages import StructureRefused
    from substances.chemistry.standardise import standardise

    answers = []
    for cas_rn, smiles in batch:
        try:
            with rdBase.BlockLogs():
                mol = Chem.MolFromSmiles(standardise(smiles, "smiles", max_atoms=999)[0].smiles)
        except (StructureRefused, ValueError):
            continue
        answers.append((cas_rn, [slug for slug in families if match_group(mol, rules[slug]).member]))
    return answers


def accounts(data: Path, only: Collection[str] = ()) -> Iterator[tuple[Account, dict[str, Told]]]:
    """Each family that lists tell of, or those of `only`, in the order of the file, with what lists tell."""
    entries: dict[str, Any] = yaml.safe_load(EVIDENCE.read_text(encoding="utf-8"))
    families = [slug for slug in entries if not only or slug in only]
    drawn = structures(data)
    work = [(cas_rn, smiles) for cas_rn, (smiles, _source) in drawn.items()]
    batches = [work[start : start + _AT_ONCE] for start in range(0, len(work), _AT_ONCE)]
    found: dict[str, set[str]] = defaultdict(set)
    readable: set[str] = set()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for answers in pool.map(fulfilled, batches, [families] * len(batches)):
            for cas_rn, met in answers:
                readable.add(cas_rn)
                for slug in met:
                    found[slug].add(cas_rn)
    told = {cas_rn: one for cas_rn, one in told_by_lists(data, drawn).items() if cas_rn in readable}
    for slug in families:
        yield account(slug, Evidence.of(entries[slug]), told, found[slug]), told


def _lines_to_read(one: Account, told: Mapping[str, Told]) -> Iterator[str]:
    for what, numbers in (("missed", one.missed), ("unnamed", one.unnamed)):
        for cas_rn in sorted(numbers):
            yield f"    {what:<8}{cas_rn:<14}{min(told[cas_rn].names, default='')[:100]}"


def main(arguments: list[str]) -> None:
    """Prints the table, and with `--read` what somebody should look at."""
    folder = os.environ.get("BENIGNA_REFERENCE_DATA")
    write = sys.stdout.write
    if not folder:
        write("Rules were not held against lists: BENIGNA_REFERENCE_DATA names no folder of publishers' files.\n")
        return
    only = [argument for argument in arguments if not argument.startswith("-")]
    write(f"{HEADER}\n")
    for one, told in accounts(Path(folder), only):
        write(f"{one}\n")
        if "--read" in arguments:
            write("".join(f"{line}\n" for line in _lines_to_read(one, told)))


if __name__ == "__main__":
    main(sys.argv[1:])
