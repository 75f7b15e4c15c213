"""Why two structures are alike: asked once, worked out by a worker, as private as what was asked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.jobs.models import Job
from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.chemistry.sandbox_client import Sandbox, SandboxTimeout
from substances.explaining.asking import ask_of_hit, ask_of_substances, request_explanation
from substances.explaining.telling import told
from substances.models import Explanation, StructureSearch, Substance
from substances.searches.request import request_search, token_hash
from substances.services.search_terms import rebuild_for
from substances.services.similarity_neighbours import NotComputable
from tests.build import a_person, a_substance
from tests.substances.test_similarity import named_by
from tests.substances.test_structure_search import BPA, BPS

pytestmark = [pytest.mark.django_db, pytest.mark.services]

TYPED = "CC(C)(c1ccc(O)cc1)c1ccc(OC)cc1"


@pytest.fixture
def two() -> tuple[Substance, Substance]:
    """Bisphenols A and S, S listed; phenol and benzene, both listed."""
    a = a_substance(name="bisphenol A", cas="80-05-7", smiles=BPA)
    s = named_by("some-list", a_substance(name="bisphenol S", smiles=BPS))
    named_by("some-list", a_substance(name="phenol", smiles="Oc1ccccc1"))
    named_by("some-list", a_substance(name="bisphenol F", smiles="Oc1ccc(Cc2ccc(O)cc2)cc1"))
    rebuild_for(Substance.objects.all())
    return a, s


def worked_out(explanation: Explanation) -> Explanation:
    assert explanation.job is not None
    run_job(explanation.job.pk)
    return Explanation.objects.select_related("job").get(pk=explanation.pk)


def a_search(text: str = TYPED, access: str = "") -> StructureSearch:
    search = request_search(by=None, session_key="a-session", access_token=access, text=text, format="smiles")
    assert search.job is not None
    run_job(search.job.pk)
    return StructureSearch.objects.get(pk=search.pk)


def test_two_substances_are_explained(two: tuple[Substance, Substance]) -> None:
    answer = worked_out(request_explanation(first=two[0], second=two[1]))
    said = told(answer)
    assert said.differences == [("C(CH₃)₂", "SO₂")]
    assert (said.common_atoms, said.heavy_atoms) == (14, (17, 17))
    assert (said.elements[0].symbol, said.elements[0].first, said.elements[0].second) == ("C", 15, 12)
    ranked = said.ranks[0]
    assert (ranked.rank, ranked.among) == (2, 3)
    assert ranked.score == pytest.approx(66 / 126)
    assert all('class="hl"' in svg for svg in (answer.first_svg, answer.second_svg))


def test_an_explanation_is_worked_out_once(two: tuple[Substance, Substance]) -> None:
    assert ask_of_substances(*two) is None
    answer = worked_out(request_explanation(first=two[0], second=two[1]))
    assert ask_of_substances(*two) == answer
    assert Job.objects.filter(name="substances.similarity.explain").count() == 1


@pytest.mark.django_db(transaction=True)  # PostgreSQL renews the mark of the data when it commits
def test_it_is_worked_out_again_when_the_data_are_others(two: tuple[Substance, Substance]) -> None:
    first = worked_out(request_explanation(first=two[0], second=two[1]))
    a_substance(name="another", smiles="CCO")
    assert ask_of_substances(*two) is None
    again = worked_out(request_explanation(first=two[0], second=two[1]))
    assert (again.pk, again.data_release == first.data_release) == (first.pk, False)


def test_a_structure_of_somebodys_own_is_explained_and_goes_with_its_search(two: tuple[Substance, Substance]) -> None:
    search = a_search()
    answer = worked_out(request_explanation(first=search, second=two[0]))
    said = told(answer)
    assert said.differences == [("CH₃", "")]
    assert said.ranks[0].among == 4
    assert ask_of_hit(search, two[0]) == answer
    search.delete()
    assert not Explanation.objects.exists()


def test_a_search_for_a_substance_we_know_shares_its_explanation(two: tuple[Substance, Substance]) -> None:
    answer = worked_out(request_explanation(first=two[0], second=two[1]))
    search = request_search(by=None, session_key="a-session", text="80-05-7")
    assert ask_of_hit(search, two[1]) == answer


@pytest.mark.parametrize(
    ("smiles", "kind", "code"),
    [
        pytest.param(None, "polymer", "no_structure", id="a polymer"),
        pytest.param(None, "uvcb", "no_structure", id="of varying composition"),
        pytest.param("CCCC[Sn](Cl)(Cl)CCCC", "discrete", "parent_metal", id="an organometallic"),
        pytest.param("O=S(=O)(O)O", "discrete", "parent_inorganic", id="an inorganic acid"),
    ],
)
def test_what_cannot_be_compared_is_not_computable(
    two: tuple[Substance, Substance], smiles: str | None, kind: str, code: str
) -> None:
    other = a_substance(name="other", smiles=smiles, kind=kind)
    if smiles:
        other.structures.update(parent_smiles=None, parent_inchikey=None, parent_reason=code)
    with pytest.raises(NotComputable) as raised:
        request_explanation(first=two[0], second=other)
    assert raised.value.code == code


def test_a_common_part_that_takes_too_long_leaves_the_rest(
    two: tuple[Substance, Substance], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Sandbox.call

    def hurried(box: Sandbox, op: str, timeout_s: float = 5.0, **args: object) -> dict[str, object]:
        if op == "share":
            raise SandboxTimeout(timeout_s)
        return asked(box, op, timeout_s, **args)

    monkeypatch.setattr(Sandbox, "call", hurried)
    answer = worked_out(request_explanation(first=two[0], second=two[1]))
    said = told(answer)
    assert said.common_atoms is None
    assert (said.ranks[0].rank, said.elements[0].symbol) == (2, "C")
    assert answer.first_svg.startswith("<svg")


def test_a_restricted_chemical_is_explained_to_nobody(two: tuple[Substance, Substance], client: Client) -> None:
    named_by("cwc-schedules", two[1], reason="schedule 1A(1)")
    with pytest.raises(NotComputable):
        request_explanation(first=two[0], second=two[1])
    for name in ("web:substances-alike", "api:substances-alike"):
        assert client.get(reverse(name, args=[two[0].pk, two[1].pk])).status_code == 404


# --- Pages and REST -----------------------------------------------------------------------------------------------


def test_the_page_asks_waits_and_answers(two: tuple[Substance, Substance], client: Client) -> None:
    address = reverse("web:substances-alike", args=[two[0].pk, two[1].pk])
    assert "Waiting for a worker" in client.get(address).content.decode()
    run_job(Job.objects.get().pk)
    page = client.get(address).content.decode()
    assert "14 atoms are common" in page
    assert "SO₂" in page
    assert "no. 2 of 3" in page
    assert client.get(address, headers={"HX-Request": "true"}).content.decode().startswith('\n<div id="job"')


def test_another_persons_search_explains_nothing(two: tuple[Substance, Substance], client: Client) -> None:
    search = a_search()
    for name in ("web:structure-search-hit", "api:search-hit-explanation"):
        assert client.get(reverse(name, args=[search.pk, 1])).status_code == 404
    client.force_login(a_person(name="Stefan"))
    assert client.get(reverse("web:structure-search-hit", args=[search.pk, 1])).status_code == 404


def test_rest_answers_202_and_then_the_whole(two: tuple[Substance, Substance], client: Client) -> None:
    address = reverse("api:substances-alike", args=[two[0].pk, two[1].pk])
    waiting = client.get(address)
    assert (waiting.status_code, waiting.json()["status"], waiting["Retry-After"]) == (202, "running", "1")
    run_job(Job.objects.get().pk)
    answer = client.get(address).json()
    assert answer["differences"] == [{"first": "C(CH₃)₂", "second": "SO₂"}]
    assert answer["fingerprints"][0] | {"score": None} == {
        "fingerprint": "atompair-r0-2048-counts",
        "score": None,
        "rank": 2,
        "among": 3,
    }


def test_rest_explains_a_hit_to_who_holds_the_search(two: tuple[Substance, Substance], client: Client) -> None:
    search = a_search(access="a-token")
    assert search.access_sha256 == token_hash("a-token")
    address = reverse("api:search-hit-explanation", args=[search.pk, 1])
    assert client.get(f"{address}?access=a-token").status_code == 202
    assert client.get(f"{address}?access=other").status_code == 404


def test_rest_says_why_nothing_is_computable(two: tuple[Substance, Substance], client: Client) -> None:
    polymer = a_substance(name="a polymer", kind="polymer")
    answer = client.get(reverse("api:substances-alike", args=[two[0].pk, polymer.pk]))
    assert (answer.status_code, answer.json()["code"]) == (422, "no_structure")
