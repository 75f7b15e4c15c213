"""No container engine runs here: docker-compose.yml is held to the settings and commands it names by reading both."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from portal import env
from tests.architecture.repository import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
THEIRS = sorted(set(SERVICES) - set(OURS))
READ_BY_US = re.compile(r"env\.(?:text|flag|integer|words|folder)\(\s*\"(\w+)\"|(?:text|flag)\(\"(\w+)\"\)")


def variables_read() -> set[str]:
    """Every variable that settings or `up` read from the environment."""
    sources = ["portal/settings.py", "portal/env.py", "portal/management/commands/up.py"]
    text = "\n".join((ROOT / source).read_text(encoding="utf-8") for source in sources)
    return {first or second for first, second in READ_BY_US.findall(text)}


def test_the_portals_services_are_those_of_the_architecture() -> None:
    assert OURS == ["prepare", "scheduler", "web", "worker"]
    assert THEIRS == ["postgres", "rabbitmq"]


@pytest.mark.parametrize("service", OURS)
def test_every_variable_a_service_sets_is_one_that_settings_read(service: str) -> None:
    assert set(SERVICES[service]["environment"]) <= variables_read()


@pytest.mark.parametrize("service", OURS)
def test_every_service_has_the_same_settings(service: str) -> None:
    assert SERVICES[service]["environment"] == SERVICES["web"]["environment"]


@pytest.mark.parametrize("variable", sorted(variables_read()))
def test_every_variable_is_told_to_operators(variable: str) -> None:
    assert f"`{variable}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("secret", ["BENIGNA_SECRET_KEY", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"])
def test_no_secret_has_a_default(secret: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    uses = re.findall(rf"\$\{{{secret}([^}}]*)\}}", text)
    assert uses
    assert all(use.startswith(":?") for use in uses)


def test_the_database_address_is_one_that_settings_accept() -> None:
    url = re.sub(r"\$\{POSTGRES_PASSWORD[^}]*\}", "secret", SERVICES["web"]["environment"]["DATABASE_URL"])
    read = env.database(url, data_dir=ROOT)
    assert read["ENGINE"] == "django.db.backends.postgresql"
    assert (read["HOST"], read["PORT"], read["PASSWORD"]) == ("postgres", "5432", "secret")
    assert read["NAME"] == SERVICES["postgres"]["environment"]["POSTGRES_DB"]
    assert read["USER"] == SERVICES["postgres"]["environment"]["POSTGRES_USER"]


def test_the_broker_address_names_the_broker_of_the_file() -> None:
    url = SERVICES["web"]["environment"]["CELERY_BROKER_URL"]
    assert url.startswith(f"amqp://{SERVICES['rabbitmq']['environment']['RABBITMQ_DEFAULT_USER']}:")
    assert "@rabbitmq:5672" in url


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists(service: str) -> None:
    command = SERVICES[service]["command"]
    if command[0] == "python":
        assert (ROOT / command[1]).is_file()
        assert command[2] in get_commands()
    else:
        assert command[0] in {"gunicorn", "celery"}


@pytest.mark.parametrize("service", THEIRS)
def test_foreign_images_are_pinned_to_a_full_version(service: str) -> None:
    assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", SERVICES[service]["image"])


@pytest.mark.parametrize("service", [*THEIRS, "web"])
def test_what_others_wait_for_has_a_health_check(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


def test_the_image_is_pinned_and_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert all(re.search(r":\d+\.\d+\.\d+", line) for line in lines if line.startswith("FROM "))
    assert [line for line in lines if line.startswith("USER ")] == ["USER benigna"]


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").split() if line.startswith("!")}
    assert {"manage.py", "portal", "substances", "substitution", "templates", "pyproject.toml", "uv.lock"} <= kept
    assert all((ROOT / name).exists() for name in kept - {"README.md", "LICENSE"})
