"""What workers work out of a group: a member drawn with what makes it one, and what resembles the members."""

from __future__ import annotations

from typing import Any

import pytest

from portal.jobs.models import Job
from portal.jobs.running import run_job
from substances import tasks  # noqa: F401  # registers the work these tests ask for
from substances.models import ChemicalList, GroupMembership, GroupPortrait, ListMembership, Substance, SubstanceGroup
from substances.services.group_portraits import near_to, portraits_owed, request_portraits
from substances.similarity import store
from tests.build import a_source, a_substance

pytestmark = pytest.mark.django_db

RULE: dict[str, Any] = {"all_of": ["[OX2H]c1ccc(cc1)[CX4]c1ccc([OX2H])cc1"]}
TBBPA = "CC(C)(c1cc(Br)c(O)c(Br)c1)c1cc(Br)c(O)c(Br)c1"
BPA, BPF, BPB = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "Oc1ccc(Cc2ccc(O)cc2)cc1", "CCC(C)(c1ccc(O)cc1)c1ccc(O)cc1"


def a_group(*members: Substance, rule: dict[str, Any] | None = None, slug: str = "made") -> SubstanceGroup:
    group = SubstanceGroup.objects.create(
        slug=slug, name=slug, definition="-", rule=rule, source=a_source(), checked="text"
    )
    for member in members:
        GroupMembership.objects.create(group=group, substance=member, how="by_name", source=a_source(), checked="text")
    return group


def portrayed(group: SubstanceGroup) -> GroupPortrait:
    job = request_portraits()
    assert job is not None
    assert run_job(job.pk) == "done"
    return GroupPortrait.objects.get(group=group)


def test_a_member_is_drawn_with_the_atoms_that_make_it_one() -> None:
    a_substance(name="bisphenol B", smiles=BPB)
    portrait = portrayed(a_group(a_substance(name="bisphenol A", smiles=BPA), rule=RULE))
    assert portrait.structure is not None
    assert portrait.structure.substance.name == "bisphenol A"
    assert 'class="hl"' in portrait.svg
    assert "style=" not in portrait.svg


def on_lists(substance: Substance, *slugs: str) -> None:
    for slug in slugs:
        named = {"name": slug, "publisher": "-", "effect": "concern", "source": a_source()}
        own, _made = ChemicalList.objects.get_or_create(slug=slug, defaults=named)
        ListMembership.objects.create(
            chemical_list=own, substance=substance, how="by_name", source=a_source(), checked="text"
        )


def test_the_best_known_member_is_drawn_first_and_beside_it_the_one_least_like_it() -> None:
    names = {"bisphenol A": BPA, "bisphenol F": BPF, "bisphenol B": BPB, "tetrabromobisphenol A": TBBPA}
    members = {name: a_substance(name=name, smiles=smiles) for name, smiles in names.items()}
    on_lists(members["bisphenol B"], "one", "two")
    on_lists(members["bisphenol A"], "one")
    portrait = portrayed(a_group(*members.values(), rule=RULE))
    assert portrait.structure is not None
    assert portrait.structure.substance == members["bisphenol B"]
    (other,) = portrait.others or []
    assert (other["name"], other["substance"]) == ("tetrabromobisphenol A", str(members["tetrabromobisphenol A"].pk))
    assert 'class="hl"' in other["svg"]


def test_a_small_or_salty_or_huge_member_is_not_drawn_where_another_tells_more() -> None:
    smiles = {"small": "CCl", "salt": "ClCCCCCl.[Na+].[Cl-]", "huge": "Cl" + "C" * 80, "telling": "ClCCCCCCCCCCCl"}
    members = [a_substance(name=name, smiles=text) for name, text in smiles.items()]
    on_lists(members[0], "one")
    portrait = portrayed(a_group(*members, rule={"elements": ["Cl"], "all_of": ["Cl"]}))
    assert portrait.structure is not None
    assert portrait.structure.substance.name == "telling"


def test_a_group_named_one_by_one_has_no_drawing_of_a_rule() -> None:
    portrait = portrayed(a_group(a_substance(smiles=BPA)))
    assert (portrait.svg, portrait.structure) == ("", None)


def test_a_group_whose_rule_takes_no_member_in_is_not_drawn() -> None:
    assert portrayed(a_group(a_substance(smiles="CCO"), rule=RULE)).svg == ""


def test_what_resembles_a_member_is_kept_with_the_nearest_member() -> None:
    a, f, b = (a_substance(name=name, smiles=smiles) for name, smiles in (("A", BPA), ("F", BPF), ("B", BPB)))
    a_substance(name="ethanol", smiles="CCO")
    portrait = portrayed(a_group(a, f, rule=RULE))
    (near,) = portrait.near
    assert (near["substance"], near["member"]) == (str(b.pk), str(a.pk))
    assert portrait.members_compared == 2


def test_members_and_those_left_out_are_not_their_own_neighbours() -> None:
    a, b, f = (a_substance(smiles=smiles) for smiles in (BPA, BPB, BPF))
    near, compared = near_to({a.pk, f.pk}, store.stored(), without={b.pk})
    assert (near, compared) == ([], 2)


def test_nothing_leads_from_a_restricted_member() -> None:
    a = a_substance(smiles=BPA)
    a_substance(smiles=BPB)
    cwc = ChemicalList.objects.create(slug="cwc-schedules", name="CWC", publisher="-", effect="duty", source=a_source())
    ListMembership.objects.create(
        chemical_list=cwc, substance=a, how="by_name", reason="schedule 1", source=a_source(), checked="text"
    )
    portrait = portrayed(a_group(a, rule=RULE))
    assert (portrait.near, portrait.svg) == ([], "")


def test_a_portrait_is_owed_again_when_rule_members_or_structures_change() -> None:
    group = a_group(a_substance(smiles=BPA), rule=RULE)
    portrayed(group)
    assert portraits_owed() == []
    added = a_substance(smiles=BPF)  # a structure that is new
    assert [one.group for one in portraits_owed()] == [group]
    portrayed(group)
    GroupMembership.objects.create(group=group, substance=added, how="by_name", source=a_source(), checked="text")
    assert len(portraits_owed()) == 1
    portrayed(group)
    SubstanceGroup.objects.filter(pk=group.pk).update(rule={"elements": ["O"]})
    assert len(portraits_owed()) == 1


def test_portraits_are_asked_for_once_and_only_where_one_is_owed() -> None:
    assert request_portraits() is None
    a_group(a_substance(smiles=BPA), rule=RULE)
    assert request_portraits() is not None
    assert request_portraits() is None
    assert Job.objects.count() == 1


def test_a_job_delivered_twice_portrays_once() -> None:
    group = a_group(a_substance(smiles=BPA), rule=RULE)
    portrayed(group)
    before = GroupPortrait.objects.get(group=group).made_at
    run_job(Job.objects.get().pk)
    assert GroupPortrait.objects.get(group=group).made_at == before
