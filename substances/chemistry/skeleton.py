"""The skeleton of a structure, and when the structures given to one substance are disputed. No RDKit here.

Source: InChI Technical Manual, IUPAC and InChI Trust: the first of an InChIKey's three blocks is the hash of formula,
connections and hydrogens, without stereochemistry, isotopes and protonation.
"""

from __future__ import annotations

from collections.abc import Iterable

SKELETON_LENGTH = 14


def skeleton_of(inchikey: str) -> str:
    """The first block of an InChIKey; "" of an empty one."""
    return inchikey.partition("-")[0]


def is_disputed(inchikeys: Iterable[str]) -> bool:
    """Whether structures given to one substance differ in their skeletons.

    Stereochemistry and isotopes do not count: one source may know more than another. A structure without an InChIKey
    says nothing either way.
    """
    return len({skeleton_of(key) for key in inchikeys if key}) > 1
