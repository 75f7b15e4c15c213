"""Pages about groups: rule, members, who could be next, processes, uses, tonnage, makers, replacements, files."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.companies.models import Company, Production
from substances.models import (
    ChemicalList,
    ConcernFlag,
    GroupListing,
    GroupMembership,
    GroupPortrait,
    GroupRuleVersion,
    Substance,
    SubstanceGroup,
)
from substances.services.catalogue import load_catalogue
from substances.services.lists import publish_release
from substitution.models import Alternative, Replacement, TechnicalFunction
from tests.build import a_source, a_substance
from tests.portal.test_pages_queries import queries_of
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, a_row, cas

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY = dt.date(2026, 4, 15)
TODAY = dt.date(2020, 1, 1)
FACT: dict[str, Any] = {"checked": "text"}


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


def imported(folder: Path, slug: str, effect: str, **more: object) -> None:
    """A list of that effect that names substance 1 with these facts."""
    source = a_source()
    ChemicalList.objects.get_or_create(
        slug=slug, defaults={"name": slug, "publisher": "-", "effect": effect, "source": source}
    )
    path = folder / f"{slug}.csv"
    path.write_text(slug)
    publish_release(importer=Made([a_row(1, **more)], list_slug=slug, slug=slug), path=path, published_on=DAY)


def made(number: int) -> Substance:
    """The substance of row `number`, made where nobody has imported it."""
    found = Substance.objects.filter(identifiers__scheme="cas", identifiers__value=cas(10000 + number)).first()
    return found or a_substance(name=f"made {number}", cas=cas(10000 + number))


@pytest.fixture
def group(tmp_path: Path) -> SubstanceGroup:
    """As `a_group_of_three`."""
    return a_group_of_three(tmp_path)


def a_group_of_three(folder: Path) -> SubstanceGroup:
    """Three members: 1 is on the Candidate List, 2 inferred and on no list, 3 named and flagged by a screening list."""
    imported(folder, "reach-candidate-list", "concern")
    group = SubstanceGroup.objects.create(
        slug="mades", name="Mades", definition="Made up.", rule={"elements": ["F"]}, source=a_source(), **FACT
    )
    for number, how in ((1, "as_member"), (2, "inferred"), (3, "by_name")):
        version = 1 if how == "inferred" else None
        GroupMembership.objects.create(
            group=group, substance=made(number), how=how, rule_version=version, source=a_source(), **FACT
        )
    flag = {"concern": "carcinogenic", "authority": "screening_list", "legal_basis": "a screening list"}
    ConcernFlag.objects.create(substance=made(3), source=a_source(), **flag, **FACT)
    return group


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def page(client: Client, query: str = "") -> str:
    return text_of(client, reverse("web:group", args=["mades"]) + query)


def section(said: str, name: str) -> str:
    return said.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def named(said: str) -> list[int]:
    rows = section(said, "members")
    return [number for number in (1, 2, 3) if f">made {number}</a>" in rows]


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(reverse("web:group-file", args=["mades", "csv"]) + query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed answer
    return list(csv.DictReader(io.StringIO(text)))


def test_all_groups_are_listed_with_their_members_counted(client: Client, group: SubstanceGroup) -> None:
    said = text_of(client, reverse("web:groups"))
    row = said.partition(">Mades</a>")[2].partition("</tr>")[0]
    assert [cell.partition("<")[0] for cell in row.split('">')[1:6]][:4] == ["3", "1", "1", "2"]


def test_the_rule_is_said_in_words(client: Client, group: SubstanceGroup) -> None:
    assert "contains F" in section(page(client), "rule")


def test_words_and_drawings_come_before_the_patterns_which_stand_folded(client: Client, group: SubstanceGroup) -> None:
    rule = {"all_of": ["c1ccccc1"], "none_of": ["[Cl]C=O", "[Br]C=O"], "elements": ["F"]}
    SubstanceGroup.objects.filter(pk=group.pk).update(rule=rule)
    drawn = a_substance(name="drawn", smiles="Fc1ccccc1")
    others = [{"substance": str(made(2).pk), "name": "made 2", "svg": '<svg class="mol" id="second"></svg>'}]
    GroupPortrait.objects.create(
        group=group,
        made_of="x",
        structure=drawn.shown_structure,
        svg='<svg class="mol" id="first"></svg>',
        others=others,
    )
    before, _, exact = section(page(client), "rule").partition("<details")
    assert "contains F" in before
    assert "has the part that is marked in the drawings" in before
    assert before.count("has no part that would make it something else") == 1
    assert before.index("contains F") < before.index('id="first"') < before.index('id="second"')
    assert reverse("web:substance", args=[made(2).pk]) in before
    assert "c1ccccc1" not in before
    assert "c1ccccc1" in exact


def test_a_group_says_which_entries_of_lists_name_it(client: Client, group: SubstanceGroup) -> None:
    candidates = ChemicalList.objects.get(slug="reach-candidate-list")
    said = {"words": "Mades and their salts", "differs": "salts, too", "locator": "entry 5"}
    GroupListing.objects.create(group=group, chemical_list=candidates, source=a_source(), **said, **FACT)
    rule = section(page(client), "rule")
    assert "Mades and their salts" in rule
    assert "entry 5" in rule


def test_a_rule_that_is_being_evaluated_is_told_with_the_versions(client: Client, group: SubstanceGroup) -> None:
    when = timezone.now()
    version = {"group": group, "rule": {}, "fingerprint": "x", "definition": "-"}
    GroupRuleVersion.objects.create(version=1, state="answering", answered_from=when, members_count=1, **version)
    GroupRuleVersion.objects.create(version=2, state="waiting", **version)
    rule = section(page(client), "rule")
    assert "Version 2 of the rule is being evaluated." in rule
    assert "Versions of the rule" in rule


def test_an_exemption_stands_with_the_member(client: Client, group: SubstanceGroup) -> None:
    exempt = [{"on": "cwc-schedules", "smiles": "C", "reason": "named as exempt"}]
    SubstanceGroup.objects.filter(pk=group.pk).update(rule={"elements": ["F"], "exempt": exempt})
    GroupMembership.objects.filter(group=group, how="inferred").update(exempt=[0])
    assert section(page(client), "members").count("named as exempt") == 1


def test_members_are_shown_with_badge_concern_and_lists(client: Client, group: SubstanceGroup) -> None:
    rows = section(page(client), "members")
    for word in ("Listed by name", "Listed as a member", "Inferred by structure rule", "no list that we hold"):
        assert word in rows
    assert named(page(client)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?how=inferred", [2]),
        ("?how=inferred&how=by_name", [2, 3]),
        ("?listed=yes", [1]),
        ("?listed=no", [2, 3]),
        ("?listed=yes&listed=no", [1, 2, 3]),
        ("?flagged=yes", [1, 3]),
        ("?registered=no", []),
        ("?list=reach-candidate-list", [1]),
        ("?listed=no&flagged=yes", [3]),
        ("?how=as_member&listed=no", []),
    ],
)
def test_filters_leave_the_same_members_on_the_page_and_in_the_file(
    client: Client, group: SubstanceGroup, query: str, expected: list[int]
) -> None:
    assert named(page(client, query)) == expected
    assert [row["name"] for row in rows_of(client, query)] == [f"made {number}" for number in expected]


def test_a_choice_nobody_knows_is_told(client: Client, group: SubstanceGroup) -> None:
    assert "We do not know some of these choices" in page(client, "?list=nope&how=xx")


@pytest.mark.parametrize(("sort", "first"), [("name", 1), ("how", 1), ("lists", 1), ("nonsense", 1)])
def test_members_can_be_sorted(client: Client, group: SubstanceGroup, sort: str, first: int) -> None:
    rows = section(page(client, f"?sort={sort}&limit=1"), "members")
    assert f">made {first}</a>" in rows


def test_members_come_in_pages_in_every_order(client: Client, group: SubstanceGroup) -> None:
    for sort in ("name", "how", "lists"):
        address: str | None = reverse("web:group", args=["mades"]) + f"?limit=1&sort={sort}"
        seen: list[int] = []
        while address:
            said = page(client, "?" + address.partition("?")[2])
            seen += named(said)
            following = said.partition('rel="next" href="')[2].partition('"')[0]
            address = following or None
        assert sorted(seen) == [1, 2, 3], sort


def test_members_that_nobody_lists_are_counted_and_one_link_away(client: Client, group: SubstanceGroup) -> None:
    said = section(page(client), "unlisted")
    assert "2 members are named by no list of concern and flagged by no authority." in said
    assert 'href="?listed=no#members"' in said


def test_near_neighbours_that_are_listed_today_are_not_shown(client: Client, group: SubstanceGroup) -> None:
    near, listed = a_substance(name="Near one"), a_substance(name="Listed one")
    flag = {"concern": "carcinogenic", "authority": "harmonised", "legal_basis": "law"}
    ConcernFlag.objects.create(substance=listed, source=a_source(), **flag, **FACT)
    rows = [{"substance": str(one.pk), "member": str(made(1).pk), "shared": 6, "united": 8} for one in (listed, near)]
    GroupPortrait.objects.create(group=group, made_of="x", near=rows, members_compared=1)
    said = section(page(client), "unlisted")
    assert "Near one" in said
    assert "0.75" in said
    assert "Listed one" not in said


@pytest.mark.parametrize(
    ("compared", "words"), [(None, "Not compared yet"), (0, "Not computable"), (2, "That is not a finding of safety")]
)
def test_no_neighbours_says_why(client: Client, group: SubstanceGroup, compared: int | None, words: str) -> None:
    if compared is not None:
        GroupPortrait.objects.create(group=group, made_of="x", members_compared=compared)
    assert words in section(page(client), "unlisted")


def event(stage: str, **more: object) -> dict[str, object]:
    facts = {"event": stage, "stage": stage, "stage_on": "2026-02-01", "status": "ongoing"} | more
    return {"reasons": (stage,), "facts": facts, "listed_on": dt.date(2026, 2, 1)}


def test_open_processes_are_shown_with_the_next_day_told(client: Client, group: SubstanceGroup, tmp_path: Path) -> None:
    imported(tmp_path, "clh-process", "work-list", **event("consultation", comments_until=["2000-01-01", "2099-03-01"]))
    said = section(page(client), "processes")
    assert "consultation" in said
    assert "1 Mar 2099" in said
    assert reverse("web:substance-timeline", args=[made(1).pk]) in said


def test_a_closed_process_is_not_open(client: Client, group: SubstanceGroup, tmp_path: Path) -> None:
    imported(tmp_path, "clh-process", "work-list", **event("opinion", status="closed"))
    assert "has an open process about a member" in section(page(client), "processes")


def test_tonnage_is_summed_with_who_is_left_out(client: Client, group: SubstanceGroup, tmp_path: Path) -> None:
    told = {"tonnages": [{"status": "band", "min_tonnes_per_year": 100, "max_tonnes_per_year": 1000}]}
    imported(tmp_path, "sin-list", "concern", facts=told | {"use_descriptors": ["SU10", "PC9a"]})
    said = section(page(client), "uses")
    assert "100 to 1,000 t/year together" in said
    assert "without 2 members whose band is not told" in said
    assert "Registered uses are told of 1 of 3 members" in said
    (first, *_others) = rows_of(client)
    assert (first["tonnes_per_year_min"], first["use_descriptors"]) == ("100", "SU10; PC9a")


def test_tonnage_that_nobody_tells_is_not_nothing(client: Client, group: SubstanceGroup) -> None:
    said = section(page(client), "uses")
    assert "It is not known, not nothing." in said
    assert "The registrations are not imported here." in said


def test_who_was_registered_on_a_day_of_which_no_registrations_are_held_is_not_known(
    client: Client, group: SubstanceGroup, tmp_path: Path
) -> None:
    imported(tmp_path, "reach-registrations", "inventory", listed_on=None)
    today, then = page(client), page(client, "?as_of=2019-01-01")
    assert "no registrations of that day are held here" not in today
    assert "no registrations of that day are held here" in then
    assert "No registrations of that day are held here." in section(then, "uses")
    api = client.get("/api/v1/groups/mades/").json()["members"]
    assert (api["registered"], api["not_registered"]) == (1, 2)


def test_makers_and_replacements_of_members_are_shown(client: Client, group: SubstanceGroup) -> None:
    company = Company.objects.create(slug="maker", name="Maker")
    own = {"role": "importer", "year": 2025, "tonnes_per_year_min": 10.0, "source": a_source()}
    Production.objects.create(company=company, substance=made(2), **own, **FACT)
    function = TechnicalFunction.objects.create(
        slug="solvent", name="Solvent", level="chemical_function", source=a_source(), **FACT
    )
    water = a_substance(name="water")
    for by, replaces in ((water, made(1)), (made(2), water)):
        other = Alternative.objects.create(
            slug=f"with-{by.pk}", kind="substance", name=f"with {by.name}", candidate=by, status="proposed",
            source=a_source(), **FACT
        )  # fmt: skip
        Replacement.objects.create(alternative=other, replaces=replaces, function=function, status="proposed")
    said = page(client)
    assert "Importer" in section(said, "makers")
    assert "10 or more" in section(said, "makers")
    by_others, _, by_members = section(said, "replaced").partition("Where a member took another’s place")
    assert "with water" in by_others
    assert "with made 2" in by_members
    assert "Solvent" in section(said, "uses")
    assert {row["name"]: row["makers"] for row in rows_of(client)}["made 2"] == "Maker"


def test_cells_of_the_file_are_no_formulas(client: Client, group: SubstanceGroup) -> None:
    Substance.objects.filter(pk=made(2).pk).update(name="=1+1")
    assert "'=1+1" in {row["name"] for row in rows_of(client)}


def test_the_json_file_says_what_the_group_is(client: Client, group: SubstanceGroup) -> None:
    answer = client.get(reverse("web:group-file", args=["mades", "json"]))
    told = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]  # a streamed answer
    assert (told["group"], told["rule_in_words"], json.loads(told["rule"])) == ("mades", "contains F", group.rule)
    assert [(row["name"], row["how"], row["listed"]) for row in told["substances"]] == [
        ("made 1", "as_member", "yes"),
        ("made 2", "inferred", "no"),
        ("made 3", "by_name", "no"),
    ]


def rest(client: Client, query: str = "") -> Any:
    return client.get(reverse("api:group-members", args=["mades"]) + query)


def test_rest_gives_the_group_in_words_and_figures(client: Client, group: SubstanceGroup) -> None:
    told = client.get(reverse("api:group", args=["mades"])).json()
    assert told["rule_words"] == ["contains F"]
    assert (told["members"]["total"], told["members"]["listed"], told["members"]["inferred"]) == (3, 1, 1)
    assert [(one["slug"], one["count"]) for one in told["lists"]] == [("reach-candidate-list", 1)]


@pytest.mark.parametrize("query", ["", "?listed=no", "?how=inferred&how=by_name", "?list=reach-candidate-list"])
def test_rest_gives_the_members_of_the_page(client: Client, group: SubstanceGroup, query: str) -> None:
    told = rest(client, query).json()["results"]
    assert [row["name"] for row in told] == [row["name"] for row in rows_of(client, query)]


@pytest.mark.parametrize("query", ["?how=xx", "?list=nope", "?listed=maybe"])
def test_rest_refuses_a_choice_it_does_not_know(client: Client, group: SubstanceGroup, query: str) -> None:
    assert rest(client, query).status_code == 400


def test_rest_gives_members_in_pages(client: Client, group: SubstanceGroup) -> None:
    first = rest(client, "?limit=2").json()
    second = client.get(first["next"]).json()
    assert [row["name"] for row in [*first["results"], *second["results"]]] == ["made 1", "made 2", "made 3"]


def test_merged_and_staged_substances_are_no_members(client: Client, group: SubstanceGroup) -> None:
    Substance.objects.filter(pk=made(3).pk).update(merged_into=made(1))
    assert named(page(client)) == [1, 2]


def test_a_group_without_members_says_so(client: Client) -> None:
    SubstanceGroup.objects.create(slug="mades", name="Mades", definition="-", source=a_source(), **FACT)
    said = page(client)
    assert "We know no member yet" in said
    assert "members are named one by one" in said


def test_the_queries_do_not_grow_with_members_and_stay_within_twelve(
    client: Client, group: SubstanceGroup, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create(email="r@example.org", name="Reader"))
    rows = [{"substance": str(made(9).pk), "member": str(made(1).pk), "shared": 6, "united": 8}]
    GroupPortrait.objects.create(group=group, made_of="x", near=rows, members_compared=1)
    address = reverse("web:group", args=["mades"])
    few, few_filtered = (
        queries_of(client, address),
        queries_of(client, f"{address}?listed=no&list=reach-candidate-list"),
    )
    for number in range(20, 90):
        GroupMembership.objects.create(group=group, substance=made(number), how="by_name", source=a_source(), **FACT)
    assert queries_of(client, address) == few <= 12
    assert queries_of(client, f"{address}?listed=no&list=reach-candidate-list") == few_filtered <= 12
