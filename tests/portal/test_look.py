"""The look holds its promises: contrast, nothing inline, every text translatable, every component shown."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from portal.web import words
from portal.web.design import samples
from portal.web.templatetags import look
from substances.vocabulary import Authority, Concern, How

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "portal" / "web" / "static" / "web"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))

# --- Colour -------------------------------------------------------------------------------------------------------

_PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_PLAIN = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
COLOURS = {name: (light, dark) for name, light, dark in _PAIR.findall(TOKENS)}

PAPER = ["canvas", "surface", "sunken"]
SOFT = ["accent-soft", "info-soft", "caution-soft", "stop-soft", "done-soft"]
LEVELS = ["vl", "l", "m", "h", "vh", "gap"]
#: What stands on what, and the ratio it needs: 4.5 for text, 3 for lines, shapes and atoms (WCAG 2.2, 1.4.3, 1.4.11).
CONTRAST: list[tuple[str, list[str], float]] = [
    ("ink", [*PAPER, *SOFT], 4.5),
    ("ink-2", [*PAPER, *SOFT], 4.5),
    ("ink-3", [*PAPER, "accent-soft"], 4.5),
    ("accent", [*PAPER, *SOFT], 4.5),
    ("accent-hover", [*PAPER, *SOFT], 4.5),
    ("on-accent", ["accent", "accent-hover"], 4.5),
    ("accent-ink", ["accent-soft"], 4.5),
    ("info", [*PAPER, "info-soft"], 4.5),
    ("caution", [*PAPER, "caution-soft"], 4.5),
    ("stop", [*PAPER, "stop-soft"], 4.5),
    ("done", [*PAPER, "done-soft"], 4.5),
    ("surface", ["ink"], 4.5),
    ("line-strong", PAPER, 3),
    ("focus", [*PAPER, *SOFT], 3),
    *[(f"hz-{level}-ink", [f"hz-{level}"], 4.5) for level in LEVELS],
    *[(f"hz-{level}-line", PAPER, 3.0) for level in LEVELS],
    *[(f"atom-{atom}", ["surface", "mol-common"], 3.0) for atom in ("o", "n", "s", "x", "f", "br")],
    ("ink", ["mol-common"], 3),
    *[(f"c{n}", PAPER, 3.0) for n in (1, 2, 3, 4)],
]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, in [0, 1] (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", [pytest.param(0, id="light"), pytest.param(1, id="dark")])
@pytest.mark.parametrize(("ink", "grounds", "needed"), CONTRAST)
def test_a_token_can_be_read_on_every_ground_it_stands_on(
    ink: str, grounds: list[str], needed: float, mode: int
) -> None:
    ratios = {ground: round(contrast(COLOURS[ink][mode], COLOURS[ground][mode]), 2) for ground in grounds}
    assert {ground: ratio for ground, ratio in ratios.items() if ratio < needed} == {}


def test_browsers_without_light_dark_get_the_light_values() -> None:
    before = dict(_PLAIN.findall(TOKENS.partition("@supports")[0]))
    assert {name: before[name] for name in COLOURS} == {name: light for name, (light, _dark) in COLOURS.items()}


def test_colours_stand_in_the_tokens_only() -> None:
    """White paper under the drawing aid and white words on the darkest band are the two exceptions."""
    found = {
        (path.name, colour)
        for path in STATIC.glob("*.css")
        if path.name != "tokens.css"
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", path.read_text(encoding="utf-8"))
    }
    assert found <= {("components.css", "#fff"), ("facts.css", "#fff")}


def test_the_verdict_band_carries_white_words_in_both_modes() -> None:
    assert min(contrast("#ffffff", colour) for colour in COLOURS["verdict-1"]) >= 4.5


# --- Templates ----------------------------------------------------------------------------------------------------

_CODE = re.compile(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.S)
_SPOKEN = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S)
_MARKS = re.compile(r"{%.*?%}|{{.*?}}", re.S)
_READ_OUT = re.compile(r"\b(?:aria-label|placeholder|title|alt)=(\"[^\"]*\"|'[^']*')")
_WORD = re.compile(r"[A-Za-zĀ-ž]{2,}")
#: Names that are the same in every language.
NAMES = {
    *("Benigna", "RDKit", "OpenChemLib", "PubChem", "REST", "API", "OpenAPI", "JSON", "CSV", "ETag", "Atom"),
    *("CAS", "EC", "InChI", "InChIKey", "SMILES", "DTXSID", "CID", "UVCB", "ISIN", "LEI", "SHA", "mol", "Da"),
    *("nbsp", "middot", "shy"),
}


def markup(path: Path) -> str:
    """A template without its comments."""
    return _CODE.sub("", path.read_text(encoding="utf-8"))


def untranslated(source: str) -> list[str]:
    """Words a reader would meet that do not go through gettext."""
    plain = _MARKS.sub(" ", _SPOKEN.sub(" ", source))
    spoken = " ".join(_READ_OUT.findall(plain))
    visible = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", plain, flags=re.S)
    visible = re.sub(r"<[^>]*>", " ", visible)
    return [word for word in _WORD.findall(f"{visible} {spoken}") if word not in NAMES]


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT / "templates")) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    tags = re.findall(r"<[a-zA-Z][^>]*>", markup(path))
    inline = [tag for tag in tags if re.search(r"\s(style|on[a-z]+)\s*=|javascript:|<style|\shx-on", tag)]
    inline += [tag for tag in tags if tag.startswith("<script") and "src=" not in tag and "application/json" not in tag]
    assert inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_every_text_of_a_template_goes_through_gettext(path: Path) -> None:
    assert untranslated(markup(path)) == []


def test_the_search_for_untranslated_text_finds_some() -> None:
    assert untranslated('<p>Hello {{ name }}</p><a aria-label="Close">{% translate "Shut" %}</a>') == ["Hello", "Close"]


@pytest.mark.parametrize("path", COMPONENTS, ids=ids(COMPONENTS))
def test_a_component_says_what_it_takes(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


def included(template: str, seen: set[str] | None = None) -> set[str]:
    """Components that a template shows, also through other components and its base."""
    seen = set() if seen is None else seen
    source = markup(ROOT / "templates" / template)
    for name in re.findall(r"{%\s*(?:include|extends)\s+[\"']([\w/.-]+)[\"']", source):
        if name not in seen:
            seen.add(name)
            included(name, seen)
    return seen


def test_every_component_is_shown_on_the_design_page() -> None:
    assert {f"components/{path.name}" for path in COMPONENTS} - included("web/design.html") == set()


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    used = {name for path in TEMPLATES for name in re.findall(r"{%\s*icon\s+[\"']([\w-]+)", markup(path))}
    used |= {f"v-{n}" for n in range(1, 6)} | {f"e-{says}" for says in words.SAYS}
    assert used - drawn == set()


def test_what_a_page_loads_stays_light() -> None:
    own = sum(path.stat().st_size for path in STATIC.iterdir())
    assert own <= 80_000  # unpacked; a page may weigh 150 kB over the wire, htmx and content included


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_a_static_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


# --- Pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_design_page_renders_in_both_languages(language: str) -> None:
    with translation.override(language):
        page = render_to_string("web/design.html", samples())
    assert f'<html lang="{language}">' in page
    assert "{{" not in page
    assert "{%" not in page


def test_the_design_page_uses_no_id_twice() -> None:
    found = re.findall(r'\sid="([^"]+)"', render_to_string("web/design.html", samples()))
    assert {name for name in found if found.count(name) > 1} == set()


@pytest.mark.parametrize("name", ["400", "403", "404", "500"])
def test_an_error_page_needs_no_request(name: str) -> None:
    assert "<h1>" in render_to_string(f"{name}.html")


def test_the_navigation_leaves_out_rooms_that_are_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "ROOMS", [("web:no-such-room", "Nowhere")])
    assert look.rooms(Context({})) == []


# --- Words and figures --------------------------------------------------------------------------------------------


def test_every_concern_has_its_tile() -> None:
    assert {concern.name: look.concern_code(concern) for concern in Concern} == {
        "CARCINOGENIC": "C",
        "MUTAGENIC": "M",
        "REPROTOXIC": "R",
        "ENDOCRINE_HH": "ED",
        "ENDOCRINE_ENV": "ED",
        "PBT_VPVB": "PBT",
        "PMT_VPVM": "PMT",
        "EXTREMELY_PERSISTENT": "vP",
        "RESPIRATORY_SENSITISER": "RS",
        "SKIN_SENSITISER": "SS",
        "STOT_RE": "STOT",
        "OZONE_DEPLETING": "O3",
        "EQUIVALENT_CONCERN": "EC",
    }


def test_the_authority_ladder_has_a_step_for_every_level() -> None:
    assert sorted(look.authority_level(level) for level in Authority) == [0, 1, 2, 3, 4, 5]
    assert look.authority_name("ngo_reviewed") == "NGO flag, reviewed"


def test_every_way_onto_a_list_has_its_own_badge() -> None:
    assert {how: look.how_class(how) for how in [*How, "none"]} == {
        How.BY_NAME: "name",
        How.AS_MEMBER: "member",
        How.INFERRED: "rule",
        "none": "none",
    }


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        pytest.param(0.7649, "0.76", id="rounds down"),
        pytest.param(0.666666, "0.67", id="rounds up"),
        pytest.param(0.9999, "0.99", id="nearly the same is not the same"),
        pytest.param(1.0, "1.00", id="the same"),
        pytest.param(0, "0.00", id="nothing shared"),
        pytest.param(None, "–", id="not computed"),
    ],
)
def test_a_similarity_is_shown_to_two_places(score: float | None, shown: str) -> None:
    assert look.similarity(score) == shown


def test_a_similarity_has_a_decimal_comma_in_polish() -> None:
    with translation.override("pl"):
        assert look.similarity(0.5) == "0,50"


def test_a_bar_keeps_its_decimal_point_in_polish_and_stays_inside_its_frame() -> None:
    with translation.override("pl"):
        assert [look.bar_width(share) for share in (0.333, 1.7, -1, "")] == ["33.3", "100.0", "0.0", "0.0"]


def test_a_score_on_its_mark_has_reached_it() -> None:
    assert look.at_least(0.5, 0.5)
    assert not look.at_least(0.4999, 0.5)
    assert not look.at_least(0.9, None)


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("C15H16O2", "C<sub>15</sub>H<sub>16</sub>O<sub>2</sub>"),
        ("C12H25NaO4S", "C<sub>12</sub>H<sub>25</sub>NaO<sub>4</sub>S"),
        ("Ca+2", "Ca<sup>2+</sup>"),
        ("C2H3O2-", "C<sub>2</sub>H<sub>3</sub>O<sub>2</sub><sup>−</sup>"),
        ("<b>H2", "&lt;b&gt;H<sub>2</sub>"),
        ("", ""),
    ],
)
def test_a_formula_lowers_its_counts_and_nothing_else(formula: str, shown: str) -> None:
    assert look.formula(formula) == shown


@pytest.mark.parametrize("number", ["80-05-7", "201-245-8", "604-030-00-0", "1333-82-0", "024-017-00-X"])
def test_a_number_inside_a_text_is_not_broken_by_a_line(number: str) -> None:
    assert look.unbroken(f"row <7>, {number}") == f'row &lt;7&gt;, <span class="cas">{number}</span>'


def test_a_date_inside_a_text_is_no_number() -> None:
    assert look.unbroken("read on 2026-02-04") == "read on 2026-02-04"


def test_a_day_is_unambiguous_and_has_its_iso_form() -> None:
    assert look.day(dt.date(2026, 2, 4)) == '<time class="nowrap" datetime="2026-02-04">4 Feb 2026</time>'
    assert look.day("2026-02-04") == look.day(dt.date(2026, 2, 4))
    assert "UTC" in look.day(dt.datetime(2026, 2, 6, 9, 14, tzinfo=dt.UTC))


def test_a_date_that_is_only_words_is_shown_as_printed() -> None:
    assert look.day("spring 2014 <") == "spring 2014 &lt;"


def test_thousands_are_set_apart() -> None:
    assert look.figure(1048617) == "1,048,617"
    assert look.figure(Decimal("228.291"), 2) == "228.29"
    assert look.figure(None) == "–"


def test_an_unknown_verdict_is_never_better_than_not_enough_known() -> None:
    assert look.verdict_name("splendid") == "Not enough known"
    assert look.verdict_number("better_on_what_is_known") == 5


def test_an_unknown_level_reads_as_no_data() -> None:
    assert (look.hazard_letter("splendid"), look.hazard_name("splendid")) == ("?", "No data")


def test_an_unknown_authority_stands_on_the_lowest_step() -> None:
    assert look.authority_level("somebody") == 0


def test_progress_is_announced_by_quarters() -> None:
    assert [look.quarter(look.percent_of(done, 400)) for done in (0, 99, 100, 399, 400)] == [0, 0, 25, 75, 100]
    assert look.percent_of(5, None) is None


def test_a_field_with_an_error_names_it_to_the_control() -> None:
    class Form(forms.Form):
        cas = forms.CharField(help_text="As printed.")

    page = render_to_string("components/form.html", {"form": Form({"cas": ""})})
    said = [
        'aria-describedby="id_cas_helptext id_cas_error"',
        'id="id_cas_error"',
        'href="#id_cas"',
        'aria-invalid="true"',
    ]
    assert [text for text in said if text not in page] == []


def test_a_name_in_a_component_is_escaped() -> None:
    page = render_to_string("components/flag.html", {"flag": {"concern": "skin_sensitiser", "label": "<script>"}})
    assert "<script>" not in page


def test_a_scroller_is_a_named_region_one_can_reach() -> None:
    page = Template('{% load look %}{% scroller label="Levels" %}<table></table>{% endscroller %}').render(Context())
    assert page == '<div class="scroller" role="region" aria-label="Levels" tabindex="0"><table></table></div>'
