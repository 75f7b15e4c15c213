"""What the documents say is there: links, commands, terms, addresses, columns, tests."""

from __future__ import annotations

import csv
import importlib
import json
import re
import shlex
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve

from portal.api.root import NothingHere
from substances.models import Substance
from tests.architecture.repository import CODE, ROOT, functions_of, name_of, tracked_files

MEASURE_IN_TEXT = re.compile(r"`make bench(?:-similarity)?`: ([^|]+?) \|")
README, REST, QUALITY = ROOT / "README.md", ROOT / "docs" / "rest.md", ROOT / "docs" / "quality.md"
DOCUMENTS = sorted(path for path in tracked_files() if path.suffix == ".md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# What every app may have inside; all else under a package is a room of its own.
ANATOMY = {"api", "management", "migrations", "models", "services", "templatetags", "web", "locale", "static"}
PATH_IN_TEXT = re.compile(r"`((?:portal|substances|substitution|templates|tests|docs)/[\w./-]+\.\w+)`")
TEST_IN_TEXT = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
TERM_IN_CODE = re.compile(r"`([a-z_.]+):([\w.]+)`")
LOCAL = "http://127.0.0.1:8000"
FILLED_IN = {
    **dict.fromkeys(("{id}", "{other}", "$ID", "$UPLOAD"), "00000000-0000-0000-0000-000000000000"),
    "{slug}": "some",
    "{key}": "some",
    "{rank}": "1",
}
# Words of the place where something is written, not of the thing; in pieces, so that this file does not find itself.
WORDS_OF_A_WORKPLACE = re.compile(
    r"\biss" r"ue [A-Z]\b|design fol" r"der|shared/(?:de" r"sign|da" r"ta)|fou" r"nder|\bsub-?ag" r"ent"
)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _headings(path: Path) -> set[str]:
    """The anchors of a document's headings, as they are made where repositories are shown."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", _text(path)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _broken_links(path: Path) -> Iterator[str]:
    for link in LINK.findall(FENCE.sub("", _text(path))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.is_file() or (anchor and anchor not in _headings(target)):
            yield link


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_inside_the_repository_leads_somewhere(path: Path) -> None:
    assert list(_broken_links(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    assert [name for name in PATH_IN_TEXT.findall(_text(path)) if not (ROOT / name).is_file()] == []


def test_no_document_speaks_of_the_place_where_it_was_written() -> None:
    assert [
        (name_of(path), found[0]) for path in DOCUMENTS if (found := WORDS_OF_A_WORKPLACE.findall(_text(path)))
    ] == []


def test_the_readme_names_the_two_commands_and_shows_the_portal() -> None:
    text = _text(README)
    assert "make up" in text
    assert "make test" in text
    assert [name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text) if (ROOT / name).stat().st_size <= 200_000]


def test_every_command_of_make_that_a_document_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"`(?:PORT=\d+ )?make ([a-z-]+)", _text(path))}
    assert named - targets == set()


def _rooms() -> set[Path]:
    rooms = {ROOT / "templates", ROOT / "tests"}
    for path in tracked_files():
        parts = path.relative_to(ROOT).parts
        if parts[0] not in CODE:
            continue
        rooms.add(ROOT / parts[0])
        if path.name == "apps.py" or (len(parts) > 2 and parts[1] not in ANATOMY):
            rooms.add(ROOT.joinpath(*parts[:2]) if len(parts) > 2 else path.parent)
        if path.name == "parse.py" and "importers" in parts:
            rooms.add(path.parent)
    return rooms


def test_each_room_says_what_it_is() -> None:
    assert sorted(name_of(room) for room in _rooms() if not (room / "README.md").is_file()) == []


def _in_code(module: str, name: str) -> bool:
    try:
        reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        return False
    return True


def test_each_term_of_the_glossary_is_a_name_of_the_code() -> None:
    terms = TERM_IN_CODE.findall(_text(ROOT / "docs" / "glossary.md"))
    assert len(terms) > 50
    assert [f"{module}:{name}" for module, name in terms if not _in_code(module, name)] == []


def test_each_promise_names_a_test_that_is_there() -> None:
    named = TEST_IN_TEXT.findall(_text(QUALITY))
    assert len(named) > 30
    there = {
        file: {function.name for function in functions_of(ROOT / file)} for file, _ in named if (ROOT / file).is_file()
    }
    assert [f"{file}::{test}" for file, test in named if test not in there.get(file, set())] == []


def test_each_promise_is_shown_or_said_not_to_be() -> None:
    rows = [line for line in _text(QUALITY).splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    shown = [row for row in rows if TEST_IN_TEXT.search(row) or MEASURE_IN_TEXT.search(row)]
    assert [row for row in rows if row not in shown and "not yet shown" not in row] == []


def test_each_promise_that_is_measured_names_a_line_of_the_benchmark() -> None:
    benchmark = "".join(_text(path) for path in (ROOT / "tests" / "bench").glob("*.py"))
    measures = [name for row in MEASURE_IN_TEXT.findall(_text(QUALITY)) for name in row.split("; ")]
    assert len(measures) > 5
    assert [name for name in measures if f'"{name}' not in benchmark] == []


def test_columns_of_the_catalogues_are_those_of_their_files() -> None:
    told, folder = {}, ROOT
    for line in _text(ROOT / "docs" / "catalogue.md").splitlines():
        if found := re.match(r"\| file in `([\w/]+)`", line):
            folder = ROOT / found[1]
        elif (found := re.match(r"\| `(\w+\.csv)` \| (.+) \|$", line)) and found[2] != "as above":
            told[folder / found[1]] = [column.partition(" (")[0] for column in found[2].split(", ")]
    assert len(told) > 10
    assert {name_of(path): columns for path, columns in told.items() if columns != _header(path)} == {}


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _addresses() -> set[str]:
    """Every address of the portal that the README and the REST document name, placeholders filled in."""
    text = _text(REST) + _text(README)
    found = re.findall(rf"(?:\$BASE|{LOCAL})(/[^\s\"'?]*)", text) + re.findall(r"`(/api/v1/[^`?]*)`", text)
    return {reduce(lambda path, pair: path.replace(*pair), FILLED_IN.items(), address) for address in found}


@pytest.mark.parametrize("address", sorted(_addresses()))
def test_an_address_that_a_document_names_leads_to_a_view(address: str) -> None:
    assert getattr(resolve(address).func, "cls", None) is not NothingHere


def _curls() -> Iterator[list[str]]:
    """The words of each curl in a document's examples, without what a shell would have to work out."""
    for path in (README, REST):
        for block in re.findall(r"^```sh\n(.*?)^```", _text(path), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("curl") and "$ETAG" not in line and " jar " not in line:
                    yield shlex.split(line)


def test_the_examples_run(catalogue: None, client: Client) -> None:
    examples, unexpected = list(_curls()), {}
    bisphenol_a = Substance.objects.get(slug="bisphenol-a").pk
    for words in examples:
        address = words[-1].replace("$BASE", "").replace(LOCAL, "").replace("$ID", str(bisphenol_a))
        body = words[words.index("-d") + 1] if "-d" in words else None
        answer = client.post(address, json.loads(body), "application/json") if body else client.get(address)
        # A search is accepted, or given back with its two readings where the example is about that.
        if answer.status_code not in ({202, 422} if body else {200}):
            unexpected[" ".join(words[1:])] = answer.status_code
    assert len(examples) > 10
    assert unexpected == {}
