"""The kinds of search: the same structure, groups, several fingerprints; and what each takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from substances.models import GroupListing, Structure, StructureSearch, Substance
from substances.searches.exact import Keys, Relation, found_same, relation_of
from substances.searches.registry import KINDS
from substances.searches.request import request_search
from substances.searches.similarity import Family, merged
from substances.services.reading import SearchRefused
from substances.services.search_terms import rebuild_for
from substances.similarity.store import Near
from substances.vocabulary import Checked
from tests.build import a_source, a_substance
from tests.substances.made_groups import PHENOLS, a_group
from tests.substances.searching import answer_to, hits_of, searched
from tests.substances.test_similarity import named_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]

PFOA = "OC(=O)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)F"
PFOA_AMMONIUM = "[NH4+].[O-]C(=O)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)F"
BPA, BPS = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"


def relations(text: str, **more: Any) -> list[tuple[str, str]]:
    return [(hit.name, hit.note) for hit in hits_of(text, "exact", **more)]


# --- The same structure -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "relation"),
    [
        pytest.param(Keys("AAAAAAAAAAAAAA-BBBBBBBBBB-N", "P"), Relation.SAME_STRUCTURE, id="the same key"),
        pytest.param(Keys("AAAAAAAAAAAAAA-CCCCCCCCCC-N", "Q"), Relation.SAME_SKELETON, id="the first block"),
        pytest.param(Keys("XXXXXXXXXXXXXX-BBBBBBBBBB-N", "P"), Relation.SAME_PARENT, id="the parent"),
        pytest.param(Keys("XXXXXXXXXXXXXX-BBBBBBBBBB-N", "P-Z"), Relation.SAME_PARENT_SKELETON, id="its first block"),
        pytest.param(Keys("XXXXXXXXXXXXXX-BBBBBBBBBB-N", "Q"), None, id="nothing"),
        pytest.param(Keys("", ""), None, id="no key"),
    ],
)
def test_the_closest_thing_two_structures_share_is_named(other: Keys, relation: Relation | None) -> None:
    assert relation_of(Keys("AAAAAAAAAAAAAA-BBBBBBBBBB-N", "P"), other) == relation


def test_structures_without_keys_are_not_the_same() -> None:
    assert relation_of(Keys("", ""), Keys("", "")) is None


def test_an_acid_and_its_salt_meet_from_either_side() -> None:
    a_substance(name="acid", smiles=PFOA)
    a_substance(name="salt", smiles=PFOA_AMMONIUM)
    a_substance(name="shorter", smiles=PFOA.replace("C(F)(F)C(F)(F)C(F)(F)F", "C(F)(F)F"))
    assert relations(PFOA) == [("acid", "same_structure"), ("salt", "same_parent")]
    assert relations(PFOA_AMMONIUM) == [("salt", "same_structure"), ("acid", "same_parent")]


def test_stereoisomers_have_the_same_skeleton() -> None:
    a_substance(name="as drawn", smiles="C[C@H](O)C(=O)O")
    a_substance(name="mirrored", smiles="C[C@@H](O)C(=O)O")
    a_substance(name="flat", smiles="CC(O)C(=O)O")
    found = relations("C[C@H](O)C(=O)O")
    assert found == [("as drawn", "same_structure"), ("flat", "same_skeleton"), ("mirrored", "same_skeleton")]


def test_a_stereoisomer_of_the_acid_meets_the_salt_by_the_skeleton_of_the_parent() -> None:
    a_substance(name="salt", smiles="[Na+].C[C@H](O)C(=O)[O-]")
    assert relations("C[C@@H](O)C(=O)O") == [("salt", "same_parent_skeleton")]


def test_metals_are_found_as_they_are_and_not_as_something_else() -> None:
    a_substance(name="lead acetate", smiles="CC(=O)[O-].CC(=O)[O-].[Pb+2]")
    a_substance(name="acetic acid", smiles="CC(=O)O")
    assert relations("[Pb+2].CC(=O)[O-].CC(=O)[O-]") == [("lead acetate", "same_structure")]


def test_a_known_substance_is_asked_for_in_the_request() -> None:
    a_substance(name="acid", cas="335-67-1", smiles=PFOA)
    a_substance(name="salt", smiles=PFOA_AMMONIUM)
    rebuild_for(Substance.objects.all())
    search = searched("335-67-1", "exact", format="auto")
    assert search.job is None
    assert relations("335-67-1", format="auto") == [("acid", "same_structure"), ("salt", "same_parent")]


def test_a_structure_of_another_source_is_found_and_said_to_be_one() -> None:
    disputed, other = a_substance(name="disputed", smiles="CCO"), a_substance(name="other", smiles="CCCO")
    own = other.structures.all()
    own.update(substance=disputed, is_current=False, source=a_source(key="another"))
    (hit,) = hits_of("CCCO", "exact")
    assert (hit.name, hit.told) == ("disputed", {"shown": False})


def test_without_a_structure_there_is_nothing_to_look_for() -> None:
    a_substance(name="a mixture", kind="mixture")
    rebuild_for(Substance.objects.all())
    assert "No structure of it is known" in answer_to("a mixture", "exact", format="name").not_computable


def test_merged_and_split_substances_are_not_the_same_as_anything() -> None:
    heir, gone = a_substance(name="heir", smiles="CCO"), a_substance(name="gone", smiles="CCO")
    Substance.objects.filter(pk=gone.pk).update(merged_into=heir)
    assert relations("OCC") == [("heir", "same_structure")]


def test_the_same_structure_is_asked_in_so_many_statements_whatever_is_there(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(20):
        a_substance(name=f"n{n}", smiles="CCO")
    keys = Structure.objects.values_list("inchikey", "parent_inchikey")[0]
    with django_assert_num_queries(1):
        assert len(list(found_same([Keys(keys[0], keys[1] or "")]))) == 20


# --- Groups -------------------------------------------------------------------------------------------------------

EXEMPTING: dict[str, Any] = {
    **PHENOLS,
    "exempt": [
        {"on": "a-list", "smiles": "Oc1ccccc1", "reason": "phenol itself"},
        {"smarts": "[OX2H]ccN", "reason": "nobody counts these"},
    ],
}


def test_a_typed_structure_is_told_its_groups_and_the_atoms_that_make_it_one() -> None:
    a_group("phenols", PHENOLS)
    a_group("nitriles", {"all_of": ["C#N"]})
    search = searched("Oc1ccc(Cl)cc1", "group")
    (hit,) = search.hits.all()
    assert (hit.group and hit.group.slug, hit.note, hit.atoms) == ("phenols", "member", [0, 1])
    assert hit.svg.startswith("<svg")
    assert (search.compared_with, set(search.versions)) == (2, {"standardiser", "rules"})


def test_a_list_that_names_the_group_and_leaves_the_structure_out_says_so() -> None:
    group = a_group("phenols", EXEMPTING)
    listed = named_by("a-list", a_substance(name="x"))
    row = {"chemical_list": listed.list_memberships.get().chemical_list, "source": a_source()}
    GroupListing.objects.create(group=group, words="Phenols", locator="7", checked=Checked.MADE_UP, **row)
    (whole,) = hits_of("Oc1ccccc1C", "group")
    (left_out,) = hits_of("Oc1ccccc1", "group")
    assert [(one["list"], one["exempt"], one["reason"]) for one in whole.told["lists"]] == [("a-list", False, "")]
    assert [(one["exempt"], one["reason"]) for one in left_out.told["lists"]] == [(True, "phenol itself")]
    assert left_out.note == "member"


def test_what_a_rule_exempts_for_everybody_is_told_as_no_member() -> None:
    a_group("phenols", EXEMPTING)
    (hit,) = hits_of("Nc1ccccc1O", "group")
    assert (hit.note, hit.told["reason"]) == ("exempt", "nobody counts these")


def test_a_known_substance_is_put_to_the_rules_by_the_structure_it_shows() -> None:
    a_group("phenols", PHENOLS)
    a_substance(name="bisphenol A", cas="80-05-7", smiles=BPA)
    rebuild_for(Substance.objects.all())
    search = searched("80-05-7", "group", format="cas")
    assert search.job is not None
    assert [hit.name for hit in hits_of("80-05-7", "group", format="cas")] == ["phenols"]
    assert search.read_as["format"] == "cas"
    assert str(search.known_substance) == "bisphenol A"


def test_no_rule_that_takes_it_in_is_an_answer() -> None:
    a_group("phenols", PHENOLS)
    answer = answer_to("CCO", "group")
    assert (answer.hits, answer.not_computable) == ([], "")


# --- Several fingerprints -----------------------------------------------------------------------------------------


def near(name: int, shared: int) -> Near:
    return Near(UUID(int=name), shared, 10)


def test_hits_of_several_fingerprints_stand_by_the_first_ones_score_or_by_the_best_rank() -> None:
    found = {"a": [near(1, 9), near(2, 8), near(3, 7)], "b": [near(4, 6), near(3, 5)]}
    by_first = [hit.substance_id.int for hit in merged(found, "first") if hit.substance_id]
    by_rank = [hit.substance_id.int for hit in merged(found, "best_rank") if hit.substance_id]
    assert (by_first, by_rank) == ([1, 2, 3, 4], [1, 4, 2, 3])


def test_a_hit_says_its_score_and_rank_by_each_fingerprint_that_has_it() -> None:
    hits = {hit.substance_id: hit for hit in merged({"a": [near(1, 9)], "b": [near(2, 6), near(1, 5)]}, "first")}
    one, two = (hits[near(n, 0).substance_id] for n in (1, 2))
    assert (one.shared, one.united) == (9, 10)
    assert one.told["families"] == {
        "a": {"rank": 1, "shared": 9, "united": 10},
        "b": {"rank": 2, "shared": 5, "united": 10},
    }
    assert (two.shared, set(two.told["families"])) == (None, {"b"})


def test_a_typed_structure_is_compared_by_every_fingerprint_asked_for() -> None:
    a_substance(name="bisphenol A", smiles=BPA)
    a_substance(name="bisphenol S", smiles=BPS)
    search = searched(BPA, families=Family.values, threshold="0.5", order="best_rank")
    first, second = hits_of(BPA, "similarity", families=Family.values, threshold="0.5", order="best_rank")
    assert set(first.told["families"]) == set(Family.values)
    assert second.name == "bisphenol S"
    assert {f"fingerprint.{family}" for family in Family.values} <= set(search.versions)


def test_a_fingerprint_that_is_not_stored_is_said_to_be_not_assessed() -> None:
    for substance in (a_substance(name="bisphenol A", smiles=BPA), a_substance(name="bisphenol S", smiles=BPS)):
        for structure in substance.structures.all():
            structure.fingerprints.filter(key__startswith="rdkit-").delete()
    search = searched(BPA, families=[Family.ATOM_PAIR, Family.PATH], threshold="0")
    assert [note["code"] for note in search.read_as["notes"]] == ["family"]
    assert search.hits.count() == 2


# --- Parameters ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("similarity", {"threshold": "2"}),
        ("similarity", {"threshold": "0.1234"}),
        ("similarity", {"limit": 0}),
        ("similarity", {"families": []}),
        ("similarity", {"families": ["magic"]}),
        ("similarity", {"order": "upside down"}),
        ("similarity", {"collection": "nobody's"}),
        ("exact", {"threshold": "0.5"}),
        ("group", {"limit": 10}),
    ],
)
def test_a_parameter_that_a_kind_cannot_use_is_named(kind: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(SearchRefused) as raised:
        request_search(by=None, session_key="s", text="CCO", kind=kind, parameters=wrong)
    assert [raised.value.code] == list(wrong)
    assert not StructureSearch.objects.exists()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_is_stored_under_a_name_of_its_own_and_with_all_its_parameters(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    must_be_given = {"library": {"collection"}}.get(name, set())
    for parameter, one in kind.parameters.items():
        if parameter in must_be_given:
            with pytest.raises(SearchRefused):
                one.clean(one.default)
        else:
            assert one.clean(one.default) == one.default


def test_a_kind_there_is_not_is_refused() -> None:
    with pytest.raises(SearchRefused) as raised:
        request_search(by=None, session_key="s", text="CCO", kind="magic")
    assert raised.value.code == "kind"
