"""The examples of docs/rest.md that need a session run as they stand there, one behind the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import ListUpload, Release, StructureUpload
from tests.build import a_person
from tests.substances.made_workbooks import a_workbook

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "curator@example.org", "long-enough-for-an-example"


def examples() -> Iterator[list[str]]:
    """The words of each curl that carries a session."""
    text = (Path(settings.BASE_DIR) / "docs" / "rest.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines = (line for line in block.splitlines() if line.startswith("curl") and " jar " in line)
        yield from map(shlex.split, lines)


def said(client: Client, words: list[str], known: dict[str, str], files: dict[str, bytes]) -> Any:
    """What the portal answers to one curl."""
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
    for name, value in {**known, "TOKEN": token, "BASE": ""}.items():
        words = [word.replace(f"${name}", value) for word in words]
    options = [(word, after) for word, after in pairwise(words) if word.startswith("-")]
    headers = dict(after.split(": ", 1) for word, after in options if word == "-H")
    form: dict[str, Any] = dict(after.split("=", 1) for word, after in options if word == "-F")
    if form:
        sent = {name: value[1:] for name, value in form.items() if value.startswith("@")}
        form |= {name: SimpleUploadedFile(file, files[file]) for name, file in sent.items()}
        return client.post(words[-1], form, headers=headers)
    if "-d" in words:
        return client.post(words[-1], dict(parse_qsl(words[words.index("-d") + 1])), headers=headers)
    return getattr(client, "post" if "-X" in words else "get")(words[-1], headers=headers)


def test_a_list_and_structures_are_sent_as_the_examples_say(catalogue: None, tmp_path: Path) -> None:
    a_person(email=EMAIL, password=PASSWORD, is_curator=True)
    files = {"list.xlsx": a_workbook(tmp_path / "l.xlsx").read_bytes(), "structures.csv": b"cas,smiles\n64-17-5,CCO\n"}
    client, known, statuses = Client(enforce_csrf_checks=True), {"EMAIL": EMAIL, "PASSWORD": PASSWORD}, []
    for words in examples():
        answer = said(client, words, known, files)
        statuses.append(answer.status_code)
        if "-F" in words and "list-uploads" in words[-1]:
            upload = ListUpload.objects.get()
            known["UPLOAD"] = str(upload.pk)
            run_job(upload.job_id)
    assert statuses == [200, 302, 202, 200, 202, 202]
    run_job(ListUpload.objects.get().job_id)
    assert Release.objects.exists()
    assert StructureUpload.objects.get().source == "A lookup, 2026"
