"""Work of this room that is done outside the request. Only workers and the scheduler import it."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_process_init

from portal.jobs.registry import every, interrupts, work
from portal.jobs.running import Work
from substances.batches.answering import run_part
from substances.batches.asking import BATCH_WORK
from substances.chemistry.sandbox_client import interrupt_sandbox, sandbox
from substances.explaining.asking import EXPLAIN_WORK
from substances.explaining.working import run_explanation
from substances.registry_check.when import CHECK_WORK, request_check_when_due, run_check
from substances.searches.answer import run_search
from substances.searches.keeping import delete_old_searches
from substances.searches.request import SEARCH_WORK
from substances.searches.shards import SHARDS_WORK, help_with_shards
from substances.services.group_evaluation import GROUPS_WORK, is_anything_owed, request_evaluation, run_evaluation
from substances.services.group_portraits import PORTRAITS_WORK, request_portraits, run_portraits
from substances.services.list_news import NEWS_WORK, run_news
from substances.services.list_publication import finish_what_was_published
from substances.services.list_uploads import IMPORT_WORK, run_import
from substances.services.lists import sweep_dead_imports
from substances.services.structure_uploads import STRUCTURES_WORK, run_structure_import
from substances.services.uploads import delete_old_uploads
from substances.similarity.asking import INDEX_WORK
from substances.similarity.due import ask_for_what_is_due, run_index


@worker_process_init.connect  # type: ignore[untyped-decorator]  # celery ships no types
def start_sandbox_ahead_of_need(**_signal: Any) -> None:
    """Each worker child starts its sandbox at once: RDKit takes longer to load than a search takes."""
    sandbox()


@interrupts
def end_what_is_asked_of_the_sandbox() -> None:
    """Of a job that was called off; the next one finds another."""
    interrupt_sandbox()


@work(SEARCH_WORK)
def search(task: Work) -> None:
    """Answers one structure search; see `run_search`."""
    run_search(task)


@work(SHARDS_WORK)
def search_shards(task: Work) -> None:
    """Takes a part in a search over a large library; see `help_with_shards`."""
    help_with_shards(task)


@work(EXPLAIN_WORK)
def explain(task: Work) -> None:
    """Works out why two structures are alike; see `run_explanation`."""
    run_explanation(task)


@work(BATCH_WORK)
def answer_part_of_a_batch(task: Work) -> None:
    """Answers some rows of a batch; see `run_part`."""
    run_part(task)


@work(NEWS_WORK)
def tell_news(task: Work) -> None:
    """Tells what a release means for others; see `run_news`."""
    run_news(task)


@work(GROUPS_WORK)
def evaluate_groups(task: Work) -> None:
    """Puts the rules of groups to structures; see `run_evaluation`."""
    run_evaluation(task)


@every(60)
def evaluate_what_is_owed() -> None:
    """Whatever gave a substance a structure, or took it away: within a minute the rules are asked."""
    if is_anything_owed():
        request_evaluation()


@work(PORTRAITS_WORK)
def portraits(task: Work) -> None:
    """Draws members of groups and finds what resembles them; see `run_portraits`."""
    run_portraits(task)


@every(3600)
def portray_groups_that_changed() -> None:
    """A group whose rule, members or structures changed is drawn anew within the hour."""
    request_portraits()


@work(CHECK_WORK)
def check_the_registry(task: Work) -> None:
    """Finds what the registry contradicts itself in; see `run_check`."""
    run_check(task)


@every(60)
def check_the_registry_when_it_is_due() -> None:
    """After releases, and every night."""
    request_check_when_due()


@work(IMPORT_WORK)
def import_list(task: Work) -> None:
    """Tries or publishes the file of a list that a curator sent; see `run_import`."""
    run_import(task)


@work(STRUCTURES_WORK)
def import_structures(task: Work) -> None:
    """Tries or publishes a file of structures that a curator sent; see `run_structure_import`."""
    run_structure_import(task)


@every(600)
def delete_uploads_nobody_came_back_for() -> None:
    """Files are kept for a day, or until the job that needs one has ended."""
    delete_old_uploads()


@every(600)
def delete_anonymous_searches() -> None:
    """A search is a trade secret: one that belongs to nobody is gone after a day."""
    while delete_old_searches():
        pass


@every(600)
def sweep_imports_that_died() -> None:
    """What a killed import staged was never visible; an hour later it is gone. What it published is made findable."""
    sweep_dead_imports()
    finish_what_was_published()


@work(INDEX_WORK)
def build_index(task: Work) -> None:
    """Publishes the indexes of fingerprints that are due; see `run_index`."""
    run_index(task)


@every(60)
def build_indexes_that_are_due() -> None:
    """Whatever is missing, damaged or far behind is published anew."""
    ask_for_what_is_due()
