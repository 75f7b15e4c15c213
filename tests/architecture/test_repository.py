"""What the repository itself promises: reasons, bounds, no trace of one machine, a README one can read."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, name_of, project, tracked_files

TEXT_SUFFIXES = {".py", ".md", ".toml", ".yml", ".yaml", ".html", ".css", ".js", ".json", ".sh", ".cfg", ".txt", ""}
# Home folders and work folders of somebody's machine, spelt in pieces so that this file does not find itself.
MACHINE_PATHS = re.compile(r"/(?:wo" r"rk|ho" r"me|ro" r"ot|Us" r"ers)/[\w.]+|\.\./sha" r"red")
SETS_THE_REFERENCE_FOLDER = {".ci/run"}
README_LINES = 120


def _tracked_texts() -> list[Path]:
    return [path for path in tracked_files() if path.suffix in TEXT_SUFFIXES and path.name != "uv.lock"]


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in _tracked_texts()
        if name_of(path) not in SETS_THE_REFERENCE_FOLDER
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def _dependencies() -> list[str]:
    """What the project needs, what it can use, and what its own work needs."""
    of_project = project()["project"]
    more = [*of_project["optional-dependencies"].values(), *project()["dependency-groups"].values()]
    return [*of_project["dependencies"], *chain.from_iterable(more)]


def _dependency_lines() -> list[str]:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    names = _dependencies()
    return [line for line in lines if any(f'"{name}"' in line for name in names)]


@pytest.mark.parametrize("line", _dependency_lines(), ids=lambda line: line.split('"')[1])
def test_each_dependency_has_a_reason_and_an_upper_bound(line: str) -> None:
    _, requirement, after = line.split('"', 2)
    assert "<" in requirement
    assert re.search(r"#\s*\w+", after)


def test_every_dependency_stands_on_a_line_of_its_own() -> None:
    assert len(_dependency_lines()) == len(_dependencies())


def test_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    avoided = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)|unittest\.(?:mock|skip)")
    found = [
        f"{name_of(path)}:{number}"
        for path in tracked_files()
        if path.suffix == ".py" and name_of(path).startswith("tests/") and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if avoided.search(line)
    ]
    assert found == []


def test_top_level_holds_only_what_the_architecture_names() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked_files() if len(path.relative_to(ROOT).parts) > 1}
    assert folders <= {"portal", "substances", "substitution", "templates", "tests", "docs", ".ci"}
