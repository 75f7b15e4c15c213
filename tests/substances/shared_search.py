"""Work of tests: a search over a made-up library, shared out; what it found stands in the search."""

from __future__ import annotations

import os
import random

from portal.jobs.registry import work
from portal.jobs.running import Work
from substances.models import StructureSearch
from substances.searches.shards import nearest_in_library
from substances.similarity.due import await_library
from tests.substances.made_library import FAMILY, some_bits

SHARED_WORK = "tests.shared_search"
ASKED = some_bits(random.Random(7))


@work(SHARED_WORK)
def shared_search(task: Work) -> None:
    """Finds what of the library resembles what is asked."""
    search = StructureSearch.objects.get(pk=task.arguments["search"])
    StructureSearch.objects.filter(pk=search.pk).update(versions={"answered by": os.getpid()})
    index = await_library(task, "made-up", FAMILY)
    found = nearest_in_library(task, search, index, ASKED.to_bytes(256, "little"), family=FAMILY, limit=None)
    with task.finishing():
        told = [[one.structure_id, one.shared, one.united] for one in found]
        StructureSearch.objects.filter(pk=search.pk).update(read_as={"found": told})
