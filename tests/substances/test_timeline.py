"""What happened to a substance, on one line: states and points in, sorted and merged happenings out."""

from __future__ import annotations

import datetime as dt
import uuid

from substances.timeline import Happening, ListRef, Precision, ReleaseRef, SourceRef, State, Timeline, What, timeline_of

TODAY = dt.date(2026, 11, 1)
SVHC = ListRef("svhc", "Candidate List", "concern")
CLP = ListRef("clp", "Annex VI", "classification")
DUTY = ListRef("duty", "Authorisation List", "duty")
SOURCE = SourceRef("made", "Made for a test")
OLD, MIDDLE, NEW = (ReleaseRef(uuid.UUID(int=n), dt.date(2020 + n, 6, 1)) for n in (1, 2, 3))
RELEASES = {"svhc": [OLD, MIDDLE, NEW], "clp": [OLD, MIDDLE, NEW], "duty": [NEW]}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def listed(text: str, start: str | None, *releases: ReleaseRef, end: str | None = None) -> list[State]:
    return _states(What.LISTED, SVHC, text, start, releases, end)


def classified(text: str, start: str | None, *releases: ReleaseRef, end: str | None = None) -> list[State]:
    return _states(What.CLASSIFIED, CLP, text, start, releases, end)


def _states(
    what: What, of: ListRef, text: str, start: str | None, releases: tuple[ReleaseRef, ...], end: str | None
) -> list[State]:
    begins, ends = day(start) if start else None, day(end) if end else None
    return [State(what, of, release, text, begins, ends, SOURCE) for release in releases]


def point(what: What, on: str | None, of: ListRef | None = SVHC, *details: str, **more: object) -> Happening:
    when = day(on) if on else None
    return Happening(what, when, Precision.DAY, SOURCE, details, list=of, **more)  # type: ignore[arg-type]  # as given


def told(*given: State | Happening) -> Timeline:
    states = [one for one in given if isinstance(one, State)]
    points = [one for one in given if isinstance(one, Happening)]
    return timeline_of(states, points, RELEASES, today=TODAY)


def said(line: Timeline) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(one.day), one.what.value, one.details) for one in line.happenings]


def test_what_every_release_says_is_told_once_by_the_newest() -> None:
    line = told(*listed("57a", "2019-01-15", OLD, MIDDLE, NEW))
    assert said(line) == [("2019-01-15", "listed", ("57a",))]
    assert line.happenings[0].release == NEW


def test_reasons_of_one_day_are_one_listing() -> None:
    line = told(*listed("57a", "2019-01-15", NEW), *listed("57b", "2019-01-15", NEW))
    assert said(line) == [("2019-01-15", "listed", ("57a", "57b"))]


def test_a_later_reason_is_added_not_listed_again() -> None:
    line = told(*listed("57a", "2019-01-15", NEW), *listed("57f-ed-hh", "2021-02-01", NEW))
    assert said(line) == [("2019-01-15", "listed", ("57a",)), ("2021-02-01", "reason_added", ("57f-ed-hh",))]


def test_what_a_later_release_no_longer_says_ended_by_its_day() -> None:
    line = told(*listed("57a", "2019-01-15", OLD))
    gone = line.happenings[-1]
    assert (gone.what, gone.day, gone.precision) == (What.LEFT, MIDDLE.published_on, Precision.OR_EARLIER)
    assert gone.release == MIDDLE


def test_a_reason_that_a_later_release_leaves_out_ends_while_the_substance_stays() -> None:
    line = told(*listed("57a", "2019-01-15", OLD, MIDDLE, NEW), *listed("57b", "2019-01-15", OLD, MIDDLE))
    assert said(line)[-1] == ("2023-06-01", "reason_ended", ("57b",))


def test_a_substance_that_came_back_is_listed_again() -> None:
    line = told(*listed("57a", "2010-01-01", NEW, end="2012-01-01"), *listed("57b", "2015-01-01", NEW))
    assert [what for _, what, _ in said(line)] == ["listed", "left", "listed"]


def test_a_row_that_begins_where_another_ends_leaves_nothing() -> None:
    rows = [
        *classified("Carc. 2, H351", "2010-12-01", NEW, end="2020-05-01"),
        *classified("Carc. 1B, H350", "2020-05-01", NEW),
        *classified("Acute Tox. 4, H302", "2010-12-01", NEW, end="2020-05-01"),
        *classified("Acute Tox. 4, H302", "2020-05-01", NEW),
    ]
    assert said(told(*rows)) == [
        ("2010-12-01", "classified", ("Carc. 2, H351", "Acute Tox. 4, H302")),
        ("2020-05-01", "classified", ("Carc. 1B, H350",)),
        ("2020-05-01", "declassified", ("Carc. 2, H351",)),
    ]


def test_what_has_no_day_stands_apart_and_gets_none() -> None:
    line = told(*listed("57a", None, OLD, MIDDLE, NEW), point(What.CONCLUDED, None))
    assert line.happenings == ()
    assert {one.what for one in line.undated} == {What.LISTED, What.CONCLUDED}
    assert all(one.day is None for one in line.undated)


def test_what_an_older_release_did_not_say_came_by_the_day_of_the_first_that_does() -> None:
    (came,) = told(*listed("57a", None, MIDDLE, NEW)).happenings
    assert (came.day, came.precision, came.release) == (MIDDLE.published_on, Precision.OR_EARLIER, MIDDLE)


def test_an_older_release_does_not_move_what_a_newer_one_dates() -> None:
    line = told(*listed("57a", "2018-01-01", OLD), *listed("57a", "2019-01-15", MIDDLE, NEW))
    assert said(line) == [("2019-01-15", "listed", ("57a",))]


def test_a_listing_after_its_deadlines_is_told_as_no_later_than_printed() -> None:
    row = State(What.LISTED, DUTY, NEW, "57c", day("2021-11-23"), None, SOURCE)
    line = told(row, point(What.SUNSET, "2015-02-21", DUTY))
    assert [(one.what, one.precision) for one in line.happenings] == [
        (What.SUNSET, Precision.DAY),
        (What.LISTED, Precision.OR_EARLIER),
    ]


def test_reasons_of_an_entry_amended_since_are_told_as_todays() -> None:
    line = told(*listed("57c", "2008-10-28", NEW), point(What.AMENDED, "2017-07-07"))
    assert [one.as_amended for one in line.happenings] == [True, False]


def test_a_day_to_come_is_told_as_coming() -> None:
    line = told(point(What.SUNSET, "2026-11-01"), point(What.SUNSET, "2026-11-02"))
    assert [one.coming for one in line.happenings] == [False, True]


def test_a_deadline_for_comments_is_told_only_while_it_is_to_come() -> None:
    line = told(point(What.COMMENTS_UNTIL, "2026-11-01"), point(What.COMMENTS_UNTIL, "2026-11-02"))
    assert [str(one.day) for one in line.happenings] == ["2026-11-02"]


def test_a_concern_stands_with_the_listing_that_states_it() -> None:
    flag = point(What.FLAGGED, "2019-01-15", SVHC, "Article 57(a)", concerns=("carcinogenic",))
    line = told(*listed("57a", "2019-01-15", NEW), flag)
    assert said(line) == [("2019-01-15", "listed", ("57a",))]
    assert line.happenings[0].concerns == ("carcinogenic",)


def test_a_concern_that_no_list_states_is_told_by_itself() -> None:
    flag = point(What.FLAGGED, "2019-01-15", None, "a study", concerns=("carcinogenic",))
    assert said(told(*listed("57a", "2019-01-15", NEW), flag))[-1] == ("2019-01-15", "flagged", ("a study",))


def test_what_is_repeated_by_rows_of_a_process_is_told_once() -> None:
    line = told(point(What.STEP, "2020-01-01", SVHC, "intention"), point(What.STEP, "2020-01-01", SVHC, "intention"))
    assert said(line) == [("2020-01-01", "step", ("intention",))]


def test_the_line_runs_from_the_oldest_day_on() -> None:
    line = told(point(What.STEP, "2022-01-01"), point(What.STEP, "2020-01-01"), *listed("57a", "2021-01-01", NEW))
    assert [str(one.day) for one in line.happenings] == ["2020-01-01", "2021-01-01", "2022-01-01"]
