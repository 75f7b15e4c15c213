"""Typed readers of the environment: the one place where the process environment is read."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit


class SettingError(RuntimeError):
    """A value in the environment that we cannot use; the message names the variable and what would be right."""


def text(name: str, default: str = "") -> str:
    """The variable `name`, stripped, or `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """The variable `name` read as yes or no.

    Raises:
        SettingError: the value is neither.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name}={value!r}: write 1 or 0.")


def hsts() -> tuple[bool, bool]:
    """Whether HTTPS is promised for every subdomain too, and whether browsers may ship with that promise.

    Source: RFC 6797 section 6.1.2 (includeSubDomains); hstspreload.org takes no domain without it.

    Raises:
        SettingError: the second is asked for without the first.
    """
    subdomains, preload = flag("BENIGNA_HSTS_SUBDOMAINS"), flag("BENIGNA_HSTS_PRELOAD")
    if preload and not subdomains:
        raise SettingError("BENIGNA_HSTS_PRELOAD=1 is taken for all subdomains only: set BENIGNA_HSTS_SUBDOMAINS=1.")
    return subdomains, preload


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """The variable `name` read as a whole number of at least `minimum`.

    Raises:
        SettingError: it is not a whole number, or too small.
    """
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or int(value) < minimum:
        raise SettingError(f"{name}={value!r}: write a whole number of at least {minimum}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """The variable `name` split at commas, blanks removed."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """The folder named by the variable `name`, made (mode 0700) when it is missing."""
    path = Path(text(name, str(default))).expanduser().resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def storage(name: str) -> dict[str, object]:
    """Django's settings for a storage that several machines reach, from the variable `name`; {} where it is unset.

    A folder (absolute), or a class such as storages.backends.s3.S3Storage with its options, as a JSON object, in the
    variable `name`_OPTIONS.

    Raises:
        SettingError: it is neither, or the options are no object.
    """
    value, options = text(name), text(f"{name}_OPTIONS", "{}")
    if not value:
        return {}
    if value.startswith("/"):
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": value}}
    try:
        told = json.loads(options)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not all(part.isidentifier() for part in value.split(".")):
        raise SettingError(f"{name}: write an absolute folder, or a class and in {name}_OPTIONS a JSON object.")
    return {"BACKEND": value, "OPTIONS": told}


def storages(*, data_dir: Path) -> dict[str, dict[str, object]]:
    """Django's settings for where files are kept; "indexes" only where several machines hand them on."""
    kept: dict[str, dict[str, object]] = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": data_dir / "media"},
        },
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    indexes = storage("BENIGNA_INDEX_STORAGE")
    return kept | {"indexes": indexes} if indexes else kept


def database(url: str, *, data_dir: Path) -> dict[str, object]:
    """Django's settings for one database, from a URL.

    Args:
        url: `postgresql://user:password@host:port/name`, `sqlite:///absolute/path`, or "" for SQLite in `data_dir`.
        data_dir: where the embedded database lives.

    Raises:
        SettingError: another scheme, or no database name.
    """
    if not url or url.startswith("sqlite:///"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(unquote(url.removeprefix("sqlite://"))) if url else data_dir / "benigna.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000;",
            },
            # A file, not memory: the tests' worker and server are other processes.
            "TEST": {"NAME": data_dir / "test.sqlite3"},
        }
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise SettingError(
            "DATABASE_URL must read postgresql://user:password@host:port/name or sqlite:///absolute/path."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 2},
    }


def secret_key(*, data_dir: Path) -> str:
    """The signing key: `BENIGNA_SECRET_KEY`, or one made on first start in `data_dir` (mode 0600).

    Raises:
        SettingError: the given key is shorter than 50 characters.
    """
    given = text("BENIGNA_SECRET_KEY")
    if given:
        if len(given) < 50:
            raise SettingError("BENIGNA_SECRET_KEY is too short: write at least 50 random characters.")
        return given
    path = data_dir / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text(encoding="ascii").strip()
        if len(key) < 50:
            raise SettingError(f"{path} is damaged: delete it and start again (everyone is signed out).") from None
        return key
    key = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def email(url: str) -> dict[str, object]:
    """Django's mail settings from `smtp://user:password@host:port`, `smtps://…` for implicit TLS.

    Raises:
        SettingError: another scheme, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SettingError("EMAIL_URL must read smtp://user:password@host:port or smtps://….")
    implicit = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if implicit else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit,
        "EMAIL_TIMEOUT": 10,
    }
