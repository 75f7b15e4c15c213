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
STORED = (MORGAN, MORGAN_COUNTS, ATOM_PAIR)


def fingerprint(mol: Chem.Mol, key: FingerprintKey = MORGAN) -> bytes:
    """The fingerprint of a molecule, `key.bits / 8` bytes, lowest bit first.

    Raises:
        ValueError: the key names another version of RDKit than the one that runs.
    """
    if key.rdkit_version != rdkit.__version__:
        raise ValueError(f"a fingerprint of RDKit {key.rdkit_version} cannot be made by RDKit {rdkit.__version__}")
    if key.kind == "pattern":
        vector = Chem.PatternFingerprint(mol, key.bits)
    else:
        vector = _generator(key).GetFingerprint(mol)
    return cast(bytes, DataStructs.BitVectToBinaryText(vector))


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
