"""What people paste instead of a structure: refused by name, or read as exactly what it says, with what was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from substances.chemistry.sandbox_client import Sandbox
from tests.chemistry.bad_input import EVERY, Bad


@pytest.fixture(scope="module")
def child() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.mark.parametrize("bad", [pytest.param(bad, id=bad.id) for bad in EVERY])
def test_a_bad_text_is_refused_by_name_or_read_as_what_it_says(child: Sandbox, bad: Bad) -> None:
    answer = child.call("read", text=bad.text, format=bad.notation, svg=False)
    refused = answer.get("error", {}).get("code", "")
    told = tuple(change["code"] for change in answer.get("changes", ()))
    assert (refused, answer.get("smiles", ""), told) == (bad.refused, bad.read, bad.told)
