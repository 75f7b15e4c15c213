"""Reads one file by one importer, as a process of its own, and prints by how many MB its memory rose at most.

`python -m tests.substances.read_in_a_child SLUG GOOD_FILE FILE`: the good file is read first, so that what every
reading needs is there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """The rise in MB and what came of the file, on one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from substances.importers.base import WrongFile
    from substances.importers.registry import IMPORTERS

    importer = IMPORTERS[sys.argv[1]]
    for _row in importer.parse(Path(sys.argv[2])):
        pass
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # from here on the peak is counted anew
    before = _kb("VmRSS")
    try:
        said = str(sum(1 for _row in importer.parse(Path(sys.argv[3]))))
    except WrongFile as error:
        said = f"refused: {error}"
    print((_kb("VmHWM") - before) // 1024, said[:200])  # noqa: T201  # read by the test
    return 0


def _kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    sys.exit(main())
