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
    TORSION,
    FingerprintKey,
    fingerprint,
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
