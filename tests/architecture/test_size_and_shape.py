"""Files and functions stay small, rooms have honest names, public things are documented."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.repository import CODE, ROOT, functions_of, name_of, python_files, tracked_files, tree_of

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 50
ROOMS_WITHOUT_A_SUBJECT = {"utils", "util", "helpers", "helper", "selectors", "signals", "managers", "misc"}
DOCUMENTED_FOLDERS = {"services", "chemistry", "engine", "similarity"}
PEOPLE_READ_THESE = {".py", ".html", ".css", ".js", ".sh", ".yaml", ".yml", ".md"}


def test_every_file_stays_within_400_lines() -> None:
    read = [
        path
        for path in tracked_files()
        if path.suffix in PEOPLE_READ_THESE
        and not {"migrations", "docs"} & set(path.relative_to(ROOT).parts)
        and path.name != "CHANGELOG.md"
        and "catalogue" not in path.relative_to(ROOT).parts
    ]
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in read}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE_LINES} == {}


def test_every_function_stays_within_50_lines() -> None:
    lengths = {
        f"{name_of(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in python_files(*CODE, "tests")
        for function in functions_of(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION_LINES} == {}


def test_no_module_is_named_after_nothing() -> None:
    found = [name_of(path) for path in python_files(*CODE) if path.stem in ROOMS_WITHOUT_A_SUBJECT]
    found += [name_of(path) for path in python_files(*CODE) if ROOMS_WITHOUT_A_SUBJECT & set(path.parts)]
    assert found == []


def test_nothing_is_imported_by_a_star() -> None:
    starred = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(*CODE, "tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert starred == []


@pytest.mark.parametrize("folder", sorted(DOCUMENTED_FOLDERS))
def test_public_names_of_services_and_kernels_are_documented(folder: str) -> None:
    silent = [
        f"{name_of(path)}:{node.name}"
        for path in python_files(*CODE)
        if folder in path.relative_to(ROOT).parts or path.stem == folder
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in python_files(*CODE) if _has_code(path) and not ast.get_docstring(tree_of(path))]
    assert silent == []


def _has_code(path: Path) -> bool:
    return path.name not in {"__init__.py", "apps.py", "admin.py"} and bool(tree_of(path).body)
