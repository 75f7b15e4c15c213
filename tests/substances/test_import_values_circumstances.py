"""A listing of a mixture, therapy or exposure is told from one of the substance whose number it prints."""

from __future__ import annotations

import pytest

from substances.importers.values.circumstances import circumstance, limited_to


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Ethanol in alcoholic beverages", "in alcoholic beverages"),
        ("Madeup toluenes (combined exposures)", "combined exposures"),
        (
            "Strong-inorganic-acid mists containing sulfuric acid (see Acid mists)",
            "acid mists containing sulfuric acid",
        ),
        ("Cobalt metal with tungsten carbide", "with tungsten carbide"),
        ("Aristolochic acid, plants containing", "plants containing"),
        ("Etoposide in combination with cisplatin", "in combination with cisplatin"),
        ("Silica dust, crystalline, in the form of quartz", ""),
        ("Coke oven emissions", ""),
    ],
)
def test_a_circumstance_is_told_by_its_words(printed: str, meant: str) -> None:
    assert circumstance(printed) == meant


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        (
            "Carbon black (airborne, unbound particles of respirable size)",
            "airborne, unbound particles of respirable size",
        ),
        ("Ethylene glycol (ingested)", "ingested"),
        ("Palygorskite fibers (> 5µm in length)", "> 5µm in length"),
        ("Zidovudine (AZT)", ""),
        ("Vinylidene chloride (1,1-Dichloroethylene)", ""),
    ],
)
def test_a_form_or_route_is_told_from_a_synonym(printed: str, meant: str) -> None:
    assert limited_to(printed) == meant
