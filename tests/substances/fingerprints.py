"""Substances with fingerprints that one can count on one's fingers."""

from __future__ import annotations

from decimal import Decimal

from substances.models import Fingerprint, Structure, Substance
from substances.services.similarity import similar_to
from substances.similarity import store
from substances.vocabulary import Checked
from tests.build import a_source

KEY = f"{store.DEFAULT_FAMILY}-rdkit0.0.0"


def bits(*on: int) -> bytes:
    """A fingerprint with these bits on, lowest bit of a byte first."""
    packed = bytearray(256)
    for bit in on:
        packed[bit // 8] |= 1 << bit % 8
    return bytes(packed)


def fingerprinted(
    substance: Substance, *on: int, parent: tuple[int, ...] | None = None, key: str = KEY, reason: str = ""
) -> Substance:
    """The substance with a structure whose fingerprint has these bits; nothing of it is chemistry."""
    structure = Structure.objects.create(
        substance=substance,
        source=a_source(),
        checked=Checked.MADE_UP,
        smiles="made up",
        inchikey=f"{substance.pk.hex[:14].upper()}-MADEUPSANA-N",
        svg="<svg/>",
        parent_reason=reason,
        standardiser="made up",
    )
    Fingerprint.objects.create(structure=structure, key=key, bits=bits(*on))
    if parent is not None:
        Fingerprint.objects.create(structure=structure, key=key, bits=bits(*parent), of_parent=True)
    return substance


def found_by(substance: Substance, *, threshold: str = "0.5", limit: int = 10, listed_only: bool = False) -> list[str]:
    near = similar_to(substance, threshold=Decimal(threshold), limit=limit, listed_only=listed_only)
    return [neighbour.substance.name for neighbour in near]
