"""A typed structure is known only where it is the one we show: any other is read as itself, not exchanged."""

from __future__ import annotations

import pytest

from substances.models import Structure, Substance
from substances.services.reading import Foreign, Known, read
from substances.services.search_terms import rebuild_for
from tests.build import a_source, a_structure, a_substance

pytestmark = pytest.mark.django_db

SHOWN, WRITTEN = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "Oc1ccc(cc1)C(C)(C)c1ccc(O)cc1"
OTHER = "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"
LABELLED = "[2H]Oc1ccc(cc1)C(C)(C)c1ccc(O)cc1"  # of the same skeleton: nothing is disputed


def with_a_structure_of_another_source(smiles: str = OTHER) -> Structure:
    """The structure we do not show of a substance that has two."""
    substance = a_substance(name="two of them", smiles=WRITTEN)
    shown = substance.structures.get()
    substance.structures.update(is_current=False)
    other = a_structure(of=substance, smiles=smiles, source=a_source(key="another"))
    substance.structures.filter(pk=other.pk).update(is_current=False)
    substance.structures.filter(pk=shown.pk).update(is_current=True)
    rebuild_for([substance])
    return other


def test_a_structure_we_show_is_known_as_we_write_it_and_as_its_source_does() -> None:
    other = with_a_structure_of_another_source(LABELLED)
    for text in (SHOWN, WRITTEN):
        reading = read(text, "smiles")
        assert isinstance(reading, Known)
        assert reading.substance == other.substance
        assert reading.read_as["smiles"] == SHOWN


def test_a_structure_that_is_disputed_is_read_even_where_it_is_the_one_we_show() -> None:
    with_a_structure_of_another_source(OTHER)
    assert read(SHOWN, "smiles") == Foreign("smiles", {"format": "smiles"})


def test_a_structure_of_another_source_is_read_not_exchanged() -> None:
    other = with_a_structure_of_another_source()
    assert other.inchi
    assert read(other.smiles, "smiles") == Foreign("smiles", {"format": "smiles"})
    assert read(other.inchi, "inchi") == Foreign("inchi", {"format": "inchi"})


def test_a_structure_of_a_merged_substance_is_read_not_exchanged() -> None:
    stands, merged = a_substance(name="stands", smiles=SHOWN), a_substance(name="merged", smiles=OTHER)
    Substance.objects.filter(pk=merged.pk).update(merged_into=stands)
    rebuild_for([stands, merged])
    assert isinstance(read(OTHER, "smiles"), Foreign)
    assert isinstance(read(SHOWN, "smiles"), Known)
