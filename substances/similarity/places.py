"""How fingerprints and their indexes are called, and where indexes stand."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from substances.similarity.changes import PATTERN

# Atom pairs with counts, measured on the neighbourhood of bisphenol A among the 418 comparable structures of the
# starter catalogue: of the nine nearest nine are bisphenols, all at 0.5 or more, and nothing else is. By Morgan with
# counts five reach 0.5, among 4-tert-butylphenol and hydroquinone, and bisphenol S has 0.44; by Morgan's bits four,
# and perfluorinated acids of 6 to 14 carbons cannot be told apart.
DEFAULT_FAMILY = "atompair-r0-2048-counts"
# How the families are called under which fingerprints are stored: a key without RDKit's version, which the web process
# does not know. That they are what `substances.chemistry.fingerprints.STORED` makes, a test holds.
MORGAN = "morgan-r2-2048-bits"
MORGAN_COUNTS = "morgan-r2-2048-counts"
RDKIT_PATH = "rdkit-r7-2048-bits"
COMPARED = (DEFAULT_FAMILY, MORGAN_COUNTS, MORGAN, RDKIT_PATH)
FAMILIES = (*COMPARED, PATTERN)
REGISTRY = "registry"


def folder_of(collection: str, family: str) -> Path:
    """Where the index of a collection stands."""
    folder: Path = settings.DATA_DIR / "index" / collection / family
    return folder
