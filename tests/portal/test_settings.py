"""What settings make of the environment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from portal import env


def read_with(**variables: str) -> str:
    """What a process with these variables promises browsers: seconds, subdomains, preload."""
    script = "from portal import settings as s; "
    script += "print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


@pytest.mark.parametrize(
    ("variables", "promised"),
    [
        pytest.param({}, "0 False False", id="without TLS nothing"),
        pytest.param({"BENIGNA_HTTPS": "1"}, "31536000 False False", id="this host"),
        pytest.param(
            {"BENIGNA_HTTPS": "1", "BENIGNA_HSTS_SUBDOMAINS": "1"}, "31536000 True False", id="and all below it"
        ),
        pytest.param(
            {"BENIGNA_HTTPS": "1", "BENIGNA_HSTS_SUBDOMAINS": "1", "BENIGNA_HSTS_PRELOAD": "1"},
            "31536000 True True",
            id="and in the list of browsers",
        ),
    ],
)
def test_https_is_promised_for_what_the_operator_names_alone(variables: dict[str, str], promised: str) -> None:
    assert read_with(**variables) == promised


def test_a_promise_that_browsers_do_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENIGNA_HSTS_PRELOAD", "1")
    with pytest.raises(env.SettingError, match="set BENIGNA_HSTS_SUBDOMAINS=1"):
        env.hsts()
