"""Finding substances by text. Marked `services`: the same questions get the same ranked answers on every database."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from substances.models import ConcernFlag, Identifier, Name, SearchTerm, Structure, Substance
from substances.services import search_candidates
from substances.services.search import SearchAnswer, question_of, search_substances
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Authority, Checked, Concern, IdentifierScheme, NameKind
from tests.build import a_source, a_substance

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BPA_SMILES = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
BPA_INCHIKEY = "IISBACLAFKSPIT-UHFFFAOYSA-N"


def flagged(substance: Substance, *, until: dt.date | None = None) -> Substance:
    ConcernFlag.objects.create(
        substance=substance,
        concern=Concern.REPROTOXIC,
        authority=Authority.HARMONISED,
        legal_basis="made up",
        source=a_source(),
        checked=Checked.MADE_UP,
        until=until,
    )
    return substance


def called(substance: Substance, text: str, *, language: str = "en", kind: str = NameKind.SYNONYM) -> Substance:
    Name.objects.create(
        substance=substance, text=text, language=language, kind=kind, source=a_source(), checked=Checked.MADE_UP
    )
    return substance


def drawn(substance: Substance, *, smiles: str, inchikey: str, formula: str) -> Substance:
    """With a structure as stored, made without RDKit."""
    Structure.objects.create(
        substance=substance,
        as_reported=smiles,
        smiles=smiles,
        inchikey=inchikey,
        formula=formula,
        svg="<svg/>",
        standardiser="made up",
        source=a_source(),
        checked=Checked.MADE_UP,
    )
    return substance


@pytest.fixture
def some_substances() -> None:
    """Bisphenols A and S flagged, B not; acetone; dibutyl phthalate; lindane; a salt of lead."""
    bpa = flagged(a_substance(name="bisphenol A", cas="80-05-7", ec="201-245-8", synonyms=("Diphenylolpropane",)))
    called(called(bpa, "bisfenol A", language="pl", kind=NameKind.PREFERRED), "BPA", kind=NameKind.ABBREVIATION)
    drawn(bpa, smiles=BPA_SMILES, inchikey=BPA_INCHIKEY, formula="C15H16O2")
    flagged(a_substance(name="bisphenol S", cas="80-09-1"))
    a_substance(name="bisphenol B", cas="77-40-7")
    a_substance(name="acetone", cas="67-64-1")
    flagged(a_substance(name="dibutyl phthalate", cas="84-74-2", synonyms=("DBP",)))
    called(a_substance(name="lindane", cas="58-89-9"), "γ-HCH")
    called(a_substance(name="lead di(acetate)", cas="301-04-2"), "octan ołowiu(II)", language="pl")
    drawn(a_substance(name="methanol", cas="67-56-1"), smiles="CO", inchikey="A" * 14, formula="CH4O")
    rebuild_for(Substance.objects.all())


def names(answer: SearchAnswer) -> list[str]:
    return [result.substance.name for result in answer.results]


@pytest.mark.usefixtures("some_substances")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("80-05-7", "bisphenol A", id="CAS"),
        pytest.param("80057", "bisphenol A", id="CAS without dashes"),
        pytest.param("CAS: 80‑05‑7 ", "bisphenol A", id="CAS as pasted"),
        pytest.param("201-245-8", "bisphenol A", id="EC"),
        pytest.param("2012458", "bisphenol A", id="EC without dashes"),
        pytest.param(BPA_INCHIKEY, "bisphenol A", id="InChIKey"),
        pytest.param(BPA_INCHIKEY.lower(), "bisphenol A", id="InChIKey in small letters"),
        pytest.param(BPA_INCHIKEY[:14], "bisphenol A", id="its first block"),
        pytest.param(BPA_SMILES, "bisphenol A", id="stored SMILES"),
        pytest.param("C15H16O2", "bisphenol A", id="formula"),
        pytest.param("bpa", "bisphenol A", id="abbreviation"),
        pytest.param("bisphenl", "bisphenol A", id="a letter missing"),
        pytest.param("bisfenol", "bisphenol A", id="Polish, cut short"),
        pytest.param("biphsenol a", "bisphenol A", id="letters swapped"),
        pytest.param("BISPHÉNOL A", "bisphenol A", id="capitals and accent"),
        pytest.param("diphenylol", "bisphenol A", id="beginning of a synonym"),
        pytest.param("acetnoe", "acetone", id="letters swapped in a short word"),
        pytest.param("tyl phth", "dibutyl phthalate", id="fragment over a blank"),
        pytest.param("phthalate dibutyl", "dibutyl phthalate", id="words in another order"),
        pytest.param("gamma-hch", "lindane", id="Greek letter written out"),
        pytest.param("olowiu", "lead di(acetate)", id="Polish without its letters"),
        pytest.param("li", "lindane", id="two characters"),
        pytest.param("CO", "methanol", id="a SMILES that is also a formula"),
    ],
)
def test_what_people_type_finds_the_substance_first(text: str, first: str) -> None:
    assert names(search_substances(text))[:1] == [first]


@pytest.mark.usefixtures("some_substances")
@pytest.mark.parametrize(
    ("text", "ranked"),
    [
        pytest.param("bisphenol", ["bisphenol A", "bisphenol S", "bisphenol B"], id="flagged first, then by name"),
        pytest.param("bisphenol b", ["bisphenol B"], id="the whole name"),
        pytest.param("bisphenl", ["bisphenol A", "bisphenol S", "bisphenol B"], id="the same for a slip"),
        pytest.param("di", ["bisphenol A", "dibutyl phthalate"], id="two characters: beginnings only, shorter first"),
        pytest.param("80-0", ["bisphenol A", "bisphenol S"], id="numbers by their beginning"),
        pytest.param("xyzzyplugh", [], id="nothing"),
    ],
)
def test_every_database_ranks_alike(text: str, ranked: list[str]) -> None:
    assert names(search_substances(text)) == ranked


@pytest.mark.usefixtures("some_substances")
@pytest.mark.parametrize(
    "text",
    [
        '"',
        "*",
        "bisphenol*",
        '"bisphenol" OR "',
        "NEAR(a b)",
        "folded:bis",
        "-",
        "^bis",
        "a AND NOT b",
        "%",
        "_",
        "\\",
        "50%_\\'",
        "\x00",
        "bis\x00phenol",
        "\ud800",
        "😀😀😀",
        "ﷺ",
        "...",
        "'; DROP TABLE substances_substance; --",
        " ",
        "",
        "\n\r\t",
        "a" * 5_000,
        "bisphenol " * 500,
        '"' * 5_000,
        "😀" * 5_000,
        "1" * 5_000,
        "C" * 5_000,
        "(" * 5_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_no_text_is_an_error(text: str) -> None:
    assert search_substances(text).problem is None


@pytest.mark.usefixtures("some_substances")
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from(string.printable + "éłα′–\x00\ud800😀"), max_size=40))
def test_any_text_is_answered(text: str) -> None:
    assert len(search_substances(text).results) <= 100


@pytest.mark.parametrize("text", ["%", "_", "100%", "a_b"])
def test_signs_of_sql_are_letters_like_others(text: str) -> None:
    wanted, _other = a_substance(name="x 100% a_b"), a_substance(name="x 1000 aab")
    rebuild_for(Substance.objects.all())
    assert {result.substance for result in search_substances(f"x {text}").results} <= {wanted}


@pytest.mark.usefixtures("some_substances")
def test_a_wrong_check_digit_is_told_with_the_right_one_and_what_was_perhaps_meant() -> None:
    problem = search_substances("80-05-8").problem
    assert problem is not None
    assert problem.expected == "7"
    assert "80-05-8" in problem.message
    assert [(near.value, near.substance.name) for near in problem.matches] == [("80-05-7", "bisphenol A")]


@pytest.mark.usefixtures("some_substances")
def test_neighbours_swapped_in_a_number_are_offered() -> None:
    problem = search_substances("80-50-7").problem
    assert problem is not None
    assert problem.near == ["80-05-7"]


@pytest.mark.usefixtures("some_substances")
@pytest.mark.parametrize(
    "text",
    [pytest.param("８０-０５-７", id="full width"), pytest.param("٨٠-٠٥-٧", id="Arabic-Indic")],
)
def test_digits_of_other_scripts_are_refused_with_the_reason(text: str) -> None:
    answer = search_substances(text)
    assert answer.results == []
    assert answer.problem is not None
    assert "Character 1" in answer.problem.message
    assert answer.problem.near == ["80-05-7"]


@pytest.mark.parametrize("text", ["1979-06-01", "6/1/1979", "1-Jun-79", "1979-06-01 00:00:00"])
def test_a_number_that_a_spreadsheet_made_a_date_is_recognised(text: str) -> None:
    a_substance(name="acrylamide", cas="79-06-1")
    problem = search_substances(text).problem
    assert problem is not None
    assert problem.near == ["79-06-1"]


@pytest.mark.usefixtures("some_substances")
def test_a_right_number_we_do_not_have_is_unknown_and_no_problem() -> None:
    answer = search_substances("50-00-0")
    assert (answer.results, answer.problem) == ([], None)


def test_a_number_a_publisher_printed_wrong_is_found_as_printed() -> None:
    wanted = a_substance(name="misprinted", cas="80-05-8")
    rebuild_for([wanted])
    assert [result.substance for result in search_substances("80-05-8").results] == [wanted]


def test_a_bare_number_is_not_read_as_a_cid() -> None:
    substance = a_substance(name="bisphenol A")
    Identifier.objects.create(
        substance=substance, scheme=IdentifierScheme.CID, value="66230", source=a_source(), checked=Checked.MADE_UP
    )
    rebuild_for([substance])
    assert search_substances("66230").results == []
    assert names(search_substances("CID 66230")) == ["bisphenol A"]


def test_a_flag_that_has_ended_brings_nothing_forward() -> None:
    flagged(a_substance(name="thing B"), until=dt.date(2020, 1, 1))
    a_substance(name="thing A")
    rebuild_for(Substance.objects.all())
    assert names(search_substances("thing")) == ["thing A", "thing B"]


def test_what_was_merged_is_found_under_what_stands() -> None:
    stands = a_substance(name="bisphenol A")
    a_substance(name="bisphenol-A (doublet)", cas="80-05-7")
    middle = a_substance(name="dian")
    Substance.objects.filter(name__contains="doublet").update(merged_into=middle)
    Substance.objects.filter(pk=middle.pk).update(merged_into=stands)
    rebuild_for(Substance.objects.filter(name="dian"))
    assert [result.substance for result in search_substances("80-05-7").results] == [stands]


def test_a_substance_merged_after_its_terms_were_made_is_not_shown() -> None:
    stands, gone = a_substance(name="stands"), a_substance(name="gone")
    rebuild_for([stands, gone])
    Substance.objects.filter(pk=gone.pk).update(merged_into=stands)
    assert search_substances("gone").results == []


def test_a_name_taken_away_is_found_no_longer() -> None:
    substance = a_substance(name="one", synonyms=("another",))
    rebuild_for([substance])
    Name.objects.filter(text="another").delete()
    rebuild_for([substance])
    assert search_substances("anoth").results == []
    assert search_substances("anotehr").results == []


def test_terms_made_twice_are_the_same() -> None:
    substance = a_substance(name="bisphenol A", cas="80-05-7", synonyms=("Bisphenol-A", "BISPHENOL A"))
    assert rebuild_for([substance]) == rebuild_for([substance]) == SearchTerm.objects.count() == 3


def test_a_very_long_name_is_found_by_its_beginning() -> None:
    substance = a_substance(name="reaction mass of " + "ö" * 480, synonyms=("水" * 1000,))
    rebuild_for([substance])
    assert names(search_substances("reaction mass of")) == names(search_substances("水水水")) == [substance.name]


def test_at_most_a_hundred_rows_are_ranked() -> None:
    Substance.objects.bulk_create(Substance(name=f"thing {number:03}") for number in range(150))
    rebuild_for(Substance.objects.all())
    assert len(search_substances("thing", limit=1000).results) <= 100


def test_at_most_two_hundred_candidates_are_fetched() -> None:
    Substance.objects.bulk_create(Substance(name=f"thing something {number:03}") for number in range(300))
    rebuild_for(Substance.objects.all())
    for text in ("thing something 001", "thing", "hing", "smoething"):
        question = question_of(text)
        assert len(search_candidates.matching(question)) <= 200
        assert len(search_candidates.resembling(question)) <= 200


def test_an_exact_name_is_found_among_thousands_that_hold_it() -> None:
    Substance.objects.bulk_create(Substance(name=f"{prefix} {n:03}") for prefix in ("tin", "a tin") for n in range(300))
    exact = a_substance(name="Tin")
    rebuild_for(Substance.objects.all())
    assert search_substances("tin").results[0].substance == exact


@pytest.mark.usefixtures("some_substances")
@pytest.mark.parametrize(("text", "most"), [("bisphenol", 10), ("bisphenl", 13), ("80-05-8", 10)])
def test_statements_do_not_grow_with_results(
    text: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(most):
        for result in search_substances(text).results:
            shown = result.substance
            assert [shown.cas_rn, shown.shown_structure, *shown.flags.all()]


@pytest.mark.usefixtures("some_substances")
def test_the_index_of_the_database_is_used() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO substances_searchterm_fts(substances_searchterm_fts) VALUES ('integrity-check')"
            )
            cursor.execute("SELECT count(*) FROM substances_searchterm_fts WHERE substances_searchterm_fts MATCH 'bis'")
            assert cursor.fetchone()[0] > 0
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM substances_searchterm t WHERE t.folded LIKE '%%bis%%'"
            " AND t.kind NOT IN ('formula', 'inchi', 'smiles')"
        )
        assert "search_term_trigrams" in str(cursor.fetchall())
