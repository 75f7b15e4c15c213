"""Fingerprints as bytes."""

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from substances.chemistry.fingerprints import (
    ATOM_PAIR,
    MORGAN,
    MORGAN_COUNTS,
    PATTERN,
    RDKIT_PATH,
    STORED,
    TORSION,
    FingerprintKey,
    TooManyPaths,
    fingerprint,
    stored_fingerprints,
)
from substances.similarity.engine.brute import tanimoto

BPA = Chem.MolFromSmiles("CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
BPS = Chem.MolFromSmiles("O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1")
ALL = [MORGAN, MORGAN_COUNTS, ATOM_PAIR, TORSION, RDKIT_PATH, PATTERN]


@pytest.mark.parametrize("key", ALL, ids=str)
def test_every_fingerprint_fills_256_bytes(key: FingerprintKey) -> None:
    assert len(fingerprint(BPA, key)) == 256


def test_the_lowest_bit_comes_first() -> None:
    vector = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048).GetFingerprint(BPA)
    bits = np.unpackbits(np.frombuffer(fingerprint(BPA), np.uint8), bitorder="little")
    assert np.flatnonzero(bits).tolist() == list(vector.GetOnBits())


def test_bits_score_as_rdkit_scores() -> None:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048, countSimulation=True)
    oracle = DataStructs.TanimotoSimilarity(generator.GetFingerprint(BPA), generator.GetFingerprint(BPS))
    query, target = (np.frombuffer(fingerprint(mol, MORGAN_COUNTS), np.uint8) for mol in (BPA, BPS))
    assert tanimoto(query, target[None, :])[0] == oracle


@pytest.mark.parametrize("key", ALL, ids=str)
def test_a_key_is_read_back_from_its_text(key: FingerprintKey) -> None:
    assert FingerprintKey.parse(str(key)) == key


def test_a_text_that_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a fingerprint key"):
        FingerprintKey.parse("maccs")


def test_another_version_of_rdkit_is_refused() -> None:
    old = FingerprintKey("morgan", radius=2, rdkit_version="2020.03.1")
    with pytest.raises(ValueError, match=r"2020\.03\.1"):
        fingerprint(BPA, old)


def a_lattice(side: int) -> Chem.Mol:
    """Atoms in a cube, each bonded to its neighbours: a cage of cages, as small as it is hard."""
    places = [(a, b, c) for a in range(side) for b in range(side) for c in range(side)]
    numbers = {place: number for number, place in enumerate(places)}
    mol = Chem.RWMol()
    for _ in places:
        mol.AddAtom(Chem.Atom("Fe"))
    for (a, b, c), number in numbers.items():
        for beside in ((a + 1, b, c), (a, b + 1, c), (a, b, c + 1)):
            if beside in numbers:
                mol.AddBond(number, numbers[beside], Chem.BondType.SINGLE)
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    return mol


@pytest.mark.parametrize("key", [RDKIT_PATH, PATTERN], ids=str)
def test_paths_through_a_lattice_are_refused_before_they_run_for_seconds(key: FingerprintKey) -> None:
    with pytest.raises(TooManyPaths):
        fingerprint(a_lattice(4), key)


def test_a_structure_with_too_many_paths_is_stored_with_its_other_fingerprints() -> None:
    assert set(stored_fingerprints(a_lattice(4))) == {str(key) for key in STORED if key not in (RDKIT_PATH, PATTERN)}


@pytest.mark.parametrize(
    "smiles",
    [
        pytest.param("C12C3C4C1C5C2C3C45", id="cubane"),
        pytest.param("NCC(=O)" * 200 + "O", id="a peptide of 801 atoms"),
        pytest.param("C[Si](C)(C)C" + "C(C)(C)" * 80 + "C", id="branched at every atom"),
    ],
)
def test_what_people_make_has_its_path_fingerprint(smiles: str) -> None:
    assert len(stored_fingerprints(Chem.MolFromSmiles(smiles))) == len(STORED)
