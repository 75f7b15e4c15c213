"""Polish beside English: the catalogue is whole and compiled, pages in Polish are Polish, names follow the reader."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.common.named import named
from portal.companies.models import Company
from portal.web.templatetags.look import day, figure
from substances.models import Name, Substance, SubstanceGroup
from tests.build import a_substance
from tests.portal.page_text import pieces_of

FOLDER = Path(settings.LOCALE_PATHS[0]) / "pl" / "LC_MESSAGES"
PLACES = re.compile(r"%\(\w+\)[sd]")
#: As gettext keeps a message that has a context.
CONTEXT_ENDS = "\x04"

Message = dict[str, str]


def messages() -> Iterator[Message]:
    """Every message of django.po as its keywords and texts: msgctxt, msgid, msgstr or msgstr[0] …, and its flags."""
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        message: Message = {"flags": ""}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#"):
                message["flags"] += line[2:] if line.startswith("#,") else ""
                continue
            if not line.startswith('"'):
                keyword, _, line = line.partition(" ")
                message[keyword] = ""
            message[keyword] += ast.literal_eval(line)
        if message.get("msgid"):
            yield message


def forms_of(message: Message) -> list[str]:
    """What a message is in Polish: one text, or one for each plural form."""
    return [text for keyword, text in message.items() if keyword.startswith("msgstr")]


def compiled() -> dict[str, str]:
    """What the compiled catalogue says: by message (context first), with `msgid/0` … for plural forms."""
    with (FOLDER / "django.mo").open("rb") as file:
        said: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # not in the stubs
    return {key if isinstance(key, str) else f"{key[0]}/{key[1]}": text for key, text in said.items() if key != ""}


def test_the_compiled_catalogue_says_what_the_written_one_does() -> None:
    written: dict[str, str] = {}
    for message in messages():
        key = (message["msgctxt"] + CONTEXT_ENDS if "msgctxt" in message else "") + message["msgid"]
        forms = forms_of(message)
        written |= (
            {f"{key}/{n}": text for n, text in enumerate(forms)} if "msgid_plural" in message else {key: forms[0]}
        )
    assert compiled() == written


def test_every_message_has_a_translation_that_nobody_has_to_look_at_again() -> None:
    assert [m["msgid"] for m in messages() if not all(forms_of(m)) or "fuzzy" in m["flags"]] == []


def test_every_translation_keeps_the_places_of_its_message() -> None:
    strayed = [
        text
        for message in messages()
        for text in forms_of(message)
        if set(PLACES.findall(text)) != set(PLACES.findall(message["msgid"] + message.get("msgid_plural", "")))
    ]
    assert strayed == []


def test_every_message_with_a_plural_has_the_three_of_polish() -> None:
    counted = [m for m in messages() if "msgid_plural" in m]
    assert counted
    assert [m["msgid"] for m in counted if len(forms_of(m)) != 3] == []


def test_no_line_ends_with_a_word_of_one_letter() -> None:
    torn = re.compile(r"(?<![\w%(<])[aiouwzAIOUWZ] ")
    assert [t for m in messages() if "format" not in m.get("msgctxt", "") for t in forms_of(m) if torn.search(t)] == []


def test_nothing_is_called_safe() -> None:
    said = [text for message in messages() for text in forms_of(message)]
    verdicts = re.compile(r"\bbezpieczn[aye]\b", re.IGNORECASE)
    assert [text for text in said if verdicts.search(text) and "Nigdy „bezpieczna”" not in text] == []


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(1, "1 lista", id="one"),
        pytest.param(2, "2 listy", id="few"),
        pytest.param(5, "5 list", id="many"),
        pytest.param(12, "12 list", id="teens are many"),
        pytest.param(22, "22 listy", id="few again"),
    ],
)
def test_polish_counts_in_three_ways(count: int, said: str) -> None:
    with translation.override("pl"):
        assert translation.ngettext("%(n)s list", "%(n)s lists", count) % {"n": count} == said


def test_figures_and_days_are_written_the_polish_way() -> None:
    with translation.override("pl"):
        assert figure(1234567) == "1\xa0234\xa0567"
        assert figure("0.25", 2) == "0,25"
        assert day("2026-02-04") == '<time class="nowrap" datetime="2026-02-04">4 lutego 2026</time>'


@pytest.mark.parametrize(("language", "name"), [("pl", "Bisfenole"), ("en", "Bisphenols"), ("de", "Bisphenols")])
def test_a_group_is_named_in_the_readers_language(language: str, name: str) -> None:
    with translation.override(language):
        assert named(SubstanceGroup(name="Bisphenols", name_pl="Bisfenole")) == name


def test_a_group_without_a_polish_name_keeps_its_english_one() -> None:
    with translation.override("pl"):
        assert named(SubstanceGroup(name="Bisphenols")) == "Bisphenols"


@pytest.mark.django_db
def test_the_other_names_of_a_substance_begin_with_the_polish_ones(client: Client) -> None:
    substance = a_substance(name="Bisphenol A", synonyms=("4,4'-isopropylidenediphenol",))
    claim = substance.names.first()
    assert claim
    Name.objects.create(
        substance=substance, text="bisfenol A", language="pl", source=claim.source, checked=claim.checked
    )
    page = in_polish(client, reverse("web:substance", args=[substance.pk]))
    assert page.index("bisfenol A") < page.index("4,4&#x27;-isopropylidenediphenol")


def in_polish(client: Client, address: str) -> str:
    """The page as somebody reads it whose browser asks for Polish."""
    answer = client.get(address, headers={"accept-language": "pl"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def telling_parts() -> set[str]:
    """Of every message that is not the same in Polish: its longest part without places, if that is a phrase."""
    parts = set()
    for message in messages():
        for english in (message["msgid"], message.get("msgid_plural", "")):
            longest = max(PLACES.split(english), key=len).strip(" .:;,“”").replace("%%", "%")
            if len(longest) > 12 and longest.count(" ") > 1 and english not in forms_of(message) and "<" not in longest:
                parts.add(longest)
    return parts


PAGES: dict[str, Callable[[], str]] = {
    "home": lambda: reverse("web:home"),
    "substance": lambda: reverse("web:substance", args=[Substance.objects.get(slug="bisphenol-a").pk]),
    "search": lambda: reverse("web:search") + "?q=bisfenol",
    "browse": lambda: reverse("web:substances"),
    "function": lambda: reverse("web:function", args=["thermal-paper-developer"]),
    "structure search": lambda: reverse("web:structure-search"),
    "company": lambda: reverse("web:company", args=[Company.objects.all()[0].slug]),
    "method": lambda: reverse("web:method"),
    "sign in": lambda: reverse("account_login"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asked_for_in_polish_speaks_no_english_of_ours(catalogue: None, client: Client, page: str) -> None:
    html = in_polish(client, PAGES[page]())
    assert '<html lang="pl">' in html
    # What the sources say in English is marked as English.
    said = "\n".join(piece.text for piece in pieces_of(html) if piece.language != "en")
    assert [part for part in telling_parts() if part in said] == []
