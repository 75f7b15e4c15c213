"""What one substance, one number or one name contradicts itself in: over plain values, without a database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest

from substances.registry_check.facts import Claim, Class, Flag, Found, Grouped, Known, Named, Place, World
from substances.registry_check.kinds import KINDS
from substances.registry_check.of_claims import Holder, Listed, renamed, shared_name, shared_number
from substances.registry_check.of_rows import KIND_OF_PROBLEM, Row, problems
from substances.registry_check.of_substance import check

DAY = dt.date(2026, 6, 1)
CLP = "clp-annex-vi"
WORLD = World(
    DAY,
    frozenset({"reach-candidate-list"}),
    frozenset({CLP}),
    {"sin-list": frozenset({"bisphenols"})},
    frozenset({("bisphenols", "near-miss")}),
)


def a_flag(concern: str = "carcinogenic", strength: str = "known_or_presumed", **more: Any) -> Flag:
    flag = Flag(1, concern, strength, "harmonised", "clp/carc-1", of_list=CLP, place=Place(), since=None, until=None)
    return dataclasses.replace(flag, **more)


def a_class(name: str = "Carc. 1B", statement: str = "H350", **more: Any) -> Class:
    row = Class(7, name, statement, f"{name}, {statement}", of_list=CLP, place=Place(), since=None, until=None)
    return dataclasses.replace(row, **more)


def named(of_list: str, **more: Any) -> Named:
    row = Named(of_list, effect="concern", reason="", place=Place(), since=None, until=None)
    return dataclasses.replace(row, **more)


def found(**facts: Any) -> list[Found]:
    return list(check(Known(uuid.uuid4(), "made", **{"slug": None} | facts), WORLD))


def kinds(**facts: Any) -> list[str]:
    return [one.kind for one in found(**facts)]


@pytest.mark.parametrize(
    ("name", "statement", "concern"),
    [
        ("Carc. 1A", "H350", "carcinogenic"),
        ("Muta. 2", "H341", "mutagenic"),
        ("Repr. 1B", "H360Fd", "reprotoxic"),
        ("Resp. Sens. 1", "H334", "respiratory_sensitiser"),
        ("Skin Sens. 1A", "H317", "skin_sensitiser"),
        ("STOT RE 2", "H373", "stot_re"),
        ("ED HH 1", "EUH380", "endocrine_hh"),
        ("PBT", "EUH440", "pbt_vpvb"),
        ("vPvM", "EUH451", "pmt_vpvm"),
    ],
)
def test_a_class_demands_the_flag_of_its_rule(name: str, statement: str, concern: str) -> None:
    (one,) = found(classes=[a_class(name, statement)])
    assert (one.kind, one.details["concern"]) == ("flag_missing", concern)
    sure = "" if not one.details["strength"] else "known_or_presumed"
    assert kinds(classes=[a_class(name, statement)], flags=[a_flag(concern, sure)]) == []


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        pytest.param(a_flag(), None, id="stands"),
        pytest.param(a_flag(strength="suspected"), "flag_missing", id="less sure"),
        pytest.param(
            a_flag(authority="authority_assessment", of_list="x", rule="x/1"), "flag_missing", id="not by law"
        ),
        pytest.param(a_flag(until=DAY), "flag_missing", id="ended today"),
        pytest.param(a_flag(until=DAY + dt.timedelta(1)), None, id="ends tomorrow"),
        pytest.param(a_flag("mutagenic"), "flag_missing", id="another concern"),
    ],
)
def test_only_a_flag_by_law_that_is_as_sure_answers_what_law_classifies(flag: Flag, kind: str | None) -> None:
    said = kinds(
        classes=[a_class(), a_class("Muta. 1B", "H340")], flags=[flag, a_flag("mutagenic")], named=[named("x")]
    )
    assert said == ([kind] if kind else [])


def test_a_class_that_ended_demands_nothing_and_two_of_one_rule_are_told_once() -> None:
    assert kinds(classes=[a_class(until=DAY)]) == []
    assert kinds(classes=[a_class(), a_class("Carc. 1A")]) == ["flag_missing"]


def test_a_list_that_states_less_than_it_classifies_is_told_though_others_flag_the_substance() -> None:
    row = Place(uuid.uuid4(), 3)
    own = a_flag("pbt_vpvb", "", authority="screening_list", rule="sin/pbt-vpvb", of_list="sin-list", place=row)
    law = [a_class(), a_class(of_list="sin-list", place=row)]
    assert kinds(classes=law, flags=[a_flag(), own], named=[named("sin-list")]) == ["list_states_less"]
    states = dataclasses.replace(own, concern="carcinogenic", rule="sin/carcinogenic")
    assert kinds(classes=law, flags=[a_flag(), own, states], named=[named("sin-list")]) == []


def test_a_flag_stands_on_a_class_or_a_row_or_a_proposal() -> None:
    listed = a_flag(rule="reach-57/57a", authority="authority_assessment", of_list="reach-candidate-list")
    assert kinds(flags=[a_flag()]) == ["flag_unfounded"]
    assert kinds(flags=[listed]) == ["flag_unfounded"]
    assert kinds(flags=[listed], named=[named("reach-candidate-list")]) == []
    assert kinds(flags=[listed], named=[named("reach-candidate-list", until=DAY)]) == ["flag_unfounded"]
    assert kinds(flags=[a_flag(by_people=True, of_list="")]) == []


def test_a_flag_of_the_starter_stands_on_the_row_it_cites_until_its_list_is_imported() -> None:
    cited = a_flag("pbt_vpvb", rule="eu-pbt/pbt", authority="authority_assessment", of_list="eu-pbt-assessment")
    assert kinds(flags=[cited]) == []
    released = dataclasses.replace(cited, place=Place(uuid.uuid4(), 3))
    assert kinds(flags=[released]) == ["flag_unfounded"]


def test_a_statement_belongs_to_its_class() -> None:
    assert kinds(classes=[a_class("Self-heat. 1", "H252")]) == ["statement_of_another_class"]
    assert kinds(classes=[a_class("Self-heat. 1", "H251"), a_class("Unheard of 9", "H999")]) == []


@pytest.mark.parametrize(
    ("scheme", "value", "fails"),
    [
        ("cas", "80-05-7", False),
        ("cas", "80-05-8", True),
        ("ec", "400-130-2", True),
        ("dtxsid", "DTXSID7020182", False),
    ],
)
def test_an_identifier_fails_by_its_check_digit(scheme: str, value: str, fails: bool) -> None:
    assert kinds(claims=[Claim(1, scheme, value, "made")]) == (["identifier_fails"] if fails else [])


def test_two_skeletons_are_a_dispute_and_one_of_two_sources_is_none() -> None:
    assert kinds(skeletons={"A" * 14: ["one"], "B" * 14: ["two"]}) == ["structure_disputed"]
    assert kinds(skeletons={"A" * 14: ["one", "two"]}) == []


def a_group(how: str, **more: Any) -> Grouped:
    return dataclasses.replace(Grouped("bisphenols", "Bisphenols", how, has_rule=True), **more)


def test_a_label_without_the_structure_is_told_only_where_the_rule_was_asked() -> None:
    assert kinds(groups=[a_group("as_member")], was_asked=True) == ["group_labelled_only"]
    assert kinds(groups=[a_group("as_member")]) == []
    assert kinds(groups=[a_group("as_member", fulfils=True)], was_asked=True) == []
    assert kinds(groups=[a_group("by_name", has_rule=False)], was_asked=True) == []


@pytest.mark.parametrize(
    ("labels", "said"),
    [((), ["group_by_structure_only"]), (("Bis-phenols",), []), (("Other",), ["group_by_structure_only"]), (None, [])],
)
def test_a_list_that_knows_the_group_and_does_not_label_the_member_is_told(labels: Any, said: list[str]) -> None:
    assert kinds(groups=[a_group("inferred")], named=[named("sin-list", labels=labels)]) == said


def test_a_list_that_does_not_know_the_group_says_nothing_of_it() -> None:
    pfas = a_group("inferred", slug="pfas", name="PFAS")
    assert kinds(groups=[pfas], named=[named("sin-list", labels=())]) == []


def test_a_rules_own_non_member_is_told() -> None:
    assert kinds(slug="near-miss", groups=[a_group("inferred")]) == ["non_member_matched"]


@pytest.mark.parametrize(
    ("status", "since", "is_behind"),
    [
        ("ongoing", dt.date(2026, 1, 1), True),
        ("ongoing", dt.date(2025, 12, 31), False),  # listed before: the process is about something else
        ("closed", dt.date(2026, 1, 1), False),
    ],
)
def test_a_process_is_behind_where_its_list_names_the_substance_after_its_stage(
    status: str, since: dt.date, is_behind: bool
) -> None:
    process = named("svhc-identification", effect="work-list", status=status, stage_on=dt.date(2026, 1, 1))
    listed = named("reach-candidate-list", since=since)
    assert kinds(named=[process, listed]) == (["process_still_open"] if is_behind else [])


def test_an_entry_that_ended_needs_a_successor_unless_its_list_takes_back() -> None:
    ended = named(CLP, effect="classification", until=DAY)
    assert kinds(named=[ended]) == ["ended_without_successor"]
    assert kinds(named=[ended, named(CLP, effect="classification", since=DAY)]) == []
    assert kinds(named=[named("proposition-65", until=DAY)]) == []


@pytest.mark.parametrize(("printed", "said"), [("Registered", ["status_behind"]), ("Candidate List", []), ("", [])])
def test_a_status_that_says_less_than_the_candidate_list_is_behind(printed: str, said: list[str]) -> None:
    rows = [named("sin-list", reach_status=printed), named("reach-candidate-list", since=DAY)]
    assert kinds(named=rows) == said


def holder(number: int, **more: Any) -> Holder:
    return Holder(uuid.UUID(int=number), f"made {number}", **{key: frozenset(value) for key, value in more.items()})


@pytest.mark.parametrize(
    ("scheme", "one", "other", "said"),
    [
        ("cas", {}, {}, ["identifier_shared"]),
        ("cas", {"skeletons": "A"}, {"skeletons": "B"}, ["cas_of_two_structures"]),
        ("cas", {"skeletons": "A"}, {"skeletons": "AB"}, ["identifier_shared"]),
        ("dtxsid", {"skeletons": "A"}, {"skeletons": "B"}, ["identifier_shared"]),
        ("ec", {"cas": ["1"]}, {"cas": ["2"]}, []),  # forms of one entry of EINECS
        ("ec", {"cas": ["1"]}, {}, ["identifier_shared"]),
        ("index", {}, {}, []),  # an index number covers all members of an entry
    ],
)
def test_what_it_means_that_two_substances_claim_a_number(
    scheme: str, one: dict[str, Any], other: dict[str, Any], said: list[str]
) -> None:
    told = list(shared_number(scheme, "x", [holder(2, **other), holder(1, **one)]))
    assert [row.kind for row in told] == said
    assert all((row.substance, row.other) == (uuid.UUID(int=1), uuid.UUID(int=2)) for row in told)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"cas": ["1"]}, {"cas": ["2"]}, ["name_shared"]),
        ({"skeletons": "A"}, {"skeletons": "B"}, ["name_shared"]),
        ({"cas": ["1"]}, {}, ["same_name"]),
        ({"cas": ["1"], "ec": ["3"]}, {"cas": ["2"], "ec": ["3"]}, []),  # forms of one entry share their name
    ],
)
def test_what_it_means_that_two_substances_have_a_name(
    one: dict[str, Any], other: dict[str, Any], said: list[str]
) -> None:
    assert [row.kind for row in shared_name("X", "x", [holder(1, **one), holder(2, **other)])] == said


def test_an_entry_that_comes_back_reworded_is_told_and_another_of_the_day_is_not() -> None:
    then = dt.date(2019, 7, 16)
    gone = Listed(uuid.UUID(int=1), "TNPP", "Tris(4-nonylphenyl) phosphite (TNPP)", then, "57f-ed-env")
    new = Listed(uuid.UUID(int=2), "TNPP II", "Tris(4-nonylphenyl, branched) phosphite (TNPP)", then, "57f-ed-env")
    others = [
        Listed(uuid.UUID(int=3), "x", "HFPO-DA and its salts", then, "57f-ed-env"),
        Listed(uuid.UUID(int=4), "y", new.words, then, "57c"),
        Listed(uuid.UUID(int=5), "z", new.words, DAY, "57f-ed-env"),
    ]
    assert [one.other for one in renamed("l", DAY, [gone], [new, *others])] == [new.substance]


def test_problems_of_rows_become_findings_with_the_row_they_are_about() -> None:
    release, substance = uuid.uuid4(), uuid.uuid4()
    told: list[dict[str, object]] = [
        {"sheet": "s", "line": 4, "code": "tonnage_not_understood", "message": "'lots' is no tonnage"},
        {"line": 5, "code": "ec_check_digit", "message": "EC 487-120-5 fails"},
        {"line": 5, "code": "cas_repaired", "message": "blanks left out"},
        {"line": None, "code": "starter_claim_not_found", "message": "no row names it"},
    ]
    rows = list(problems("l", release, told, {("s", 4): Row(9, substance), ("t", 4): Row(10, None)}))
    assert [row.kind for row in rows] == ["tonnage_not_understood", "printed_number_fails", "starter_and_list_differ"]
    assert (rows[0].place, rows[0].substance) == (Place(release, 9), substance)
    assert (rows[1].place, rows[1].substance) == (Place(release, None), None)


def test_every_kind_that_is_found_is_described_and_its_sentence_can_be_filled() -> None:
    assert set(KIND_OF_PROBLEM.values()) <= set(KINDS)
    (one,) = found(classes=[a_class()])
    assert KINDS[one.kind].sentence(one.details).startswith("clp-annex-vi classifies it as Carc. 1B, H350.")
    assert KINDS[one.kind].sentence({}).startswith("– classifies it as –.")
