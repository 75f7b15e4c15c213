"""Libraries with fingerprints that one can count on one's fingers."""

from __future__ import annotations

import random
import zlib
from fractions import Fraction
from typing import Any

from substances.chemistry.fingerprints import ATOM_PAIR, fingerprint
from substances.chemistry.parse import read_molecule
from substances.chemistry.standardise import standardise
from substances.models import Library, LibraryStructure
from substances.similarity import store
from substances.similarity.library_index import build_library
from tests.substances.fingerprints import KEY


def a_library(count: int, *, seed: int = 1, slug: str = "made-up") -> Library:
    """A library that is ready, of structures with some of 40 bits; nothing of it is chemistry, no index is built."""
    chance = random.Random(seed)
    library = Library.objects.create(
        slug=slug,
        name=slug,
        source="made up",
        file_name="made-up.smi",
        file_sha256="0" * 64,
        standardiser="made up",
        keys=[KEY],
        lines=count,
        stored=count,
        last_line=count,
        state=Library.State.READY,
    )
    LibraryStructure.objects.bulk_create(
        (
            LibraryStructure(
                library=library,
                line=line,
                given_id=f"M{line}",
                smiles="made up",
                fingerprints=zlib.compress(b"\x01" + some_bits(chance).to_bytes(256, "little")),
            )
            for line in range(1, count + 1)
        ),
        batch_size=1_000,
    )
    return library


def some_bits(chance: random.Random) -> int:
    """Between 1 and 12 of 40 bits."""
    return sum(1 << bit for bit in chance.sample(range(40), chance.randint(1, 12)))


def by_brute_force(library: Library, asked: int, *, threshold: Fraction) -> list[tuple[int, Fraction]]:
    """Structures by score, then as they stand in the file; read one by one, compared as integers."""
    found = []
    for pk, packed in library.structures.values_list("pk", "fingerprints"):
        bits = int.from_bytes(zlib.decompress(packed)[1:], "little")
        score = Fraction((bits & asked).bit_count(), (bits | asked).bit_count() or 1)
        if score >= threshold:
            found.append((pk, score))
    return sorted(found, key=lambda one: (-one[1], one[0]))


def a_library_of(structures: dict[str, str], *, slug: str = "supplied", **fields: Any) -> Library:
    """A library of real structures by the ids it gives them, each as its parent where it has one; its index is built.

    Args:
        structures: SMILES by id.
    """
    library = Library.objects.create(
        slug=slug,
        name=f"What {slug} has",
        source="A supplier",
        licence="CC0",
        file_name="library.smi",
        file_sha256="0" * 64,
        standardiser="made up",
        keys=[str(ATOM_PAIR)],
        lines=len(structures),
        stored=len(structures),
        last_line=len(structures),
        state=Library.State.READY,
        **fields,
    )
    for line, (given_id, smiles) in enumerate(structures.items(), 1):
        record, mol = standardise(smiles, "smiles")
        compared = read_molecule(record.parent.smiles, "smiles")[0] if record.parent.smiles else mol
        LibraryStructure.objects.create(
            library=library,
            line=line,
            given_id=given_id,
            smiles=record.smiles,
            inchikey=record.inchikey or "",
            parent_inchikey=record.parent.inchikey or "",
            fingerprints=zlib.compress(b"\x01" + fingerprint(compared, ATOM_PAIR)),
        )
    build_library(library, FAMILY)
    return library


FAMILY = store.DEFAULT_FAMILY
