"""Fingerprints of molecules as packed bytes, each under a key that says how it was made. Needs RDKit.

Bits are packed eight to a byte, the lowest bit first: bit `i` is `byte[i // 8] >> (i % 8) & 1`, so that
`numpy.packbits(bits, bitorder="little")` gives the same bytes. 2,048 bits are 256 bytes.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Literal, TypeAlias, cast

import rdkit
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

Kind: TypeAlias = Literal["morgan", "atompair", "torsion", "rdkit", "pattern"]
BITS = 2048


@dataclasses.dataclass(frozen=True, slots=True)
class FingerprintKey:
    """How a fingerprint was made. Fingerprints compare only if their keys are equal.

    Attributes:
        kind: the family.
        radius: bonds around each atom (Morgan) or longest path in bonds (RDKit); 0 where it says nothing.
        bits: length.
        count_simulation: whether several bits tell how often a feature occurs.
        rdkit_version: the version that made it.
    """

    kind: Kind
    radius: int = 0
    bits: int = BITS
    count_simulation: bool = False
    rdkit_version: str = rdkit.__version__

    def __str__(self) -> str:
        counts = "counts" if self.count_simulation else "bits"
        return f"{self.kind}-r{self.radius}-{self.bits}-{counts}-rdkit{self.rdkit_version}"

    @classmethod
    def parse(cls, text: str) -> FingerprintKey:
        """The key written by `str()`.

        Raises:
            ValueError: the text is none.
        """
        parts = text.split("-")
        if len(parts) != 5 or parts[0] not in KINDS or parts[3] not in ("bits", "counts"):
            raise ValueError(f"{text!r} is not a fingerprint key; one looks like {MORGAN}")
        return cls(
            cast(Kind, parts[0]),
            int(parts[1].removeprefix("r")),
            int(parts[2]),
            parts[3] == "counts",
            parts[4].removeprefix("rdkit"),
        )


MORGAN = FingerprintKey("morgan", radius=2)
MORGAN_COUNTS = FingerprintKey("morgan", radius=2, count_simulation=True)
ATOM_PAIR = FingerprintKey("atompair", count_simulation=True)
TORSION = FingerprintKey("torsion", count_simulation=True)
RDKIT_PATH = FingerprintKey("rdkit", radius=7)
PATTERN = FingerprintKey("pattern")
KINDS = ("morgan", "atompair", "torsion", "rdkit", "pattern")
# The first four tell how alike two structures are; the pattern, which structures may hold a substructure.
STORED = (MORGAN, MORGAN_COUNTS, ATOM_PAIR, RDKIT_PATH, PATTERN)

# Walks along seven bonds: with so many a path fingerprint takes up to 1.5 s of a core. Peptides of 999 atoms have a
# third of them, a lattice of 4 x 4 x 4 atoms three times as many (4.8 s). Twelve atoms that are all bonded to each
# other hold a pattern fingerprint up for 27 s.
MAX_PATHS = 10_000_000
_PATH_BONDS = 7


class TooManyPaths(ValueError):
    """This fingerprint of this structure would run for seconds or for ever: there is none."""


def stored_fingerprints(mol: Chem.Mol) -> dict[str, bytes]:
    """The fingerprints that are stored for a structure, by key; without those that would run for ever."""
    found = {}
    for key in STORED:
        try:
            found[str(key)] = fingerprint(mol, key)
        except TooManyPaths:
            continue  # stored without it: by this one it is not assessed, by the others it is
    return found


def fingerprint(mol: Chem.Mol, key: FingerprintKey = MORGAN) -> bytes:
    """The fingerprint of a molecule, `key.bits / 8` bytes, lowest bit first.

    Raises:
        ValueError: the key names another version of RDKit than the one that runs.
        TooManyPaths: paths or patterns are asked of a structure in which too many meet.
    """
    if key.rdkit_version != rdkit.__version__:
        raise ValueError(f"a fingerprint of RDKit {key.rdkit_version} cannot be made by RDKit {rdkit.__version__}")
    if key.kind in ("rdkit", "pattern") and _paths(mol) > MAX_PATHS:
        raise TooManyPaths(f"more than {MAX_PATHS} paths")
    if key.kind == "pattern":
        vector = Chem.PatternFingerprint(mol, key.bits)
    else:
        vector = _generator(key).GetFingerprint(mol)
    return cast(bytes, DataStructs.BitVectToBinaryText(vector))


def _paths(mol: Chem.Mol) -> int:
    """No fewer than the paths of seven bonds, branched ones too: walks from bond to neighbouring bond."""
    bonds: int = mol.GetNumBonds()
    degrees = (mol.GetAtomWithIdx(number).GetDegree() for number in range(mol.GetNumAtoms()))
    most: int = max(degrees, default=0)
    at_most = bonds * int(max(1, 2 * (most - 1)) ** (_PATH_BONDS - 1))
    if at_most <= MAX_PATHS:
        return at_most
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]
    walks = [1] * len(ends)
    for _ in range(_PATH_BONDS - 1):
        at_atom = [0] * mol.GetNumAtoms()
        for (one, other), count in zip(ends, walks, strict=True):
            at_atom[one] += count
            at_atom[other] += count
        walks = [at_atom[one] + at_atom[other] - 2 * count for (one, other), count in zip(ends, walks, strict=True)]
    return sum(walks)


@functools.cache
def _generator(key: FingerprintKey) -> Any:  # RDKit's stubs give each generator a class of its own
    makers = {
        "morgan": lambda: rdFingerprintGenerator.GetMorganGenerator(
            radius=key.radius, fpSize=key.bits, countSimulation=key.count_simulation
        ),
        "atompair": lambda: rdFingerprintGenerator.GetAtomPairGenerator(
            fpSize=key.bits, countSimulation=key.count_simulation
        ),
        "torsion": lambda: rdFingerprintGenerator.GetTopologicalTorsionGenerator(
            fpSize=key.bits, countSimulation=key.count_simulation
        ),
        "rdkit": lambda: rdFingerprintGenerator.GetRDKitFPGenerator(
            maxPath=key.radius, fpSize=key.bits, countSimulation=key.count_simulation
        ),
    }
    return makers[key.kind]()
