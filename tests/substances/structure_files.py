"""Files of structures as tests make them, and what importing them came to."""

from __future__ import annotations

from pathlib import Path

from substances.services.structure_import import StructureReport, import_structures
from substances.vocabulary import StructureTrust

PHENOL, CRESOL, ETHANOL = "Oc1ccccc1", "Cc1ccc(O)cc1", "CCO"


def a_file(folder: Path, *rows: str, header: str = "cas\tsmiles\tsource", name: str = "lookup.tsv") -> Path:
    """A text file with these rows under a header."""
    path = folder / name
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def taken(path: Path, *, source: str = "A lookup", trust: StructureTrust = StructureTrust.LOOKUP) -> StructureReport:
    """What importing the file came to."""
    return import_structures(path=path, source=source, trust=trust)
