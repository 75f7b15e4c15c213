"""A structure may be drawn otherwise elsewhere: the InChIKey others publish for it finds our substance too."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

from substances.services.search import search_substances
from tests.substances.publishers import inchikey_drawn
from tests.substances.test_catalogue_files import CAS_OF, FOUND

# Oxides that we draw as ions and others with double bonds, where the table has no such drawing.
WITH_DOUBLE_BONDS = {"nickel-oxide": "O=[Ni]", "titanium-dioxide": "O=[Ti]=O"}
# The table draws another substance: a methyl group or two charges are missing, a hydroxyl group stands elsewhere.
DRAWN_WRONGLY = {"4-mbc", "bps-mpe", "titanium-dioxide"}
REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA")
CLAIMED = [row for row in FOUND["identifiers"] if row["scheme"] == "inchikey"]


def keys_of_ours() -> dict[str, set[str]]:
    """The InChIKeys that lead to a substance: of its own structure, and as others draw it."""
    keys = defaultdict(set)
    for row in FOUND["structures"]:
        keys[row["substance"]].add(row["inchikey"])
    for row in CLAIMED:
        keys[row["substance"]].add(row["value"])
    return keys


def test_no_inchikey_leads_to_two_substances() -> None:
    keys = [key for found in keys_of_ours().values() for key in found]
    assert len(keys) == len(set(keys))


def test_a_key_we_give_ourselves_is_that_of_the_same_oxide_drawn_with_double_bonds() -> None:
    ours = {row["substance"]: row["value"] for row in CLAIMED if row["source"] == "starter"}
    assert ours == {slug: inchikey_drawn(smiles) for slug, smiles in WITH_DOUBLE_BONDS.items()}


def test_a_published_inchikey_finds_its_substance(catalogue: None) -> None:
    found = {row["value"]: [hit.substance.slug for hit in search_substances(row["value"]).results] for row in CLAIMED}
    assert found == {row["value"]: [row["substance"]] for row in CLAIMED}


if REFERENCE:  # Conditional, not skipped: without the table there is nothing this could say.
    TABLE = Path(REFERENCE) / "structures" / "cas_smiles.tsv"

    def test_every_structure_that_the_reference_table_draws_is_found_by_its_key_or_drawn_wrongly() -> None:
        published = defaultdict(set)
        with TABLE.open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                published[row["cas"]].add(row["smiles"])
        notes = {row["substance"]: row["note"] for row in FOUND["structures"]}
        ours = keys_of_ours()
        unknown = {slug for slug in notes if {inchikey_drawn(s) for s in published[CAS_OF[slug]]} - ours[slug]}
        assert unknown == DRAWN_WRONGLY
        assert all("reference table" in notes[slug] for slug in unknown)
