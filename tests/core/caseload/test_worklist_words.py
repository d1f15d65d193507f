"""Ages, targets, addresses and pages of worklists: pure, to the minute and the row."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.caseload.worklist.ages import age, counted, target, when
from rms.caseload.worklist.asked import AGES, Asked, address_of, read_asked, read_back
from rms.caseload.worklist.feed import feed_words, foot_words, silent_words, worker_words
from rms.caseload.worklist.paging import paging, titled
from rms.caseload.worklist.surroundings import Feed
from rms.dates.spoken import clock_words
from rms.db.pulse import WorkerSeen

NOW = datetime(2027, 7, 1, 13, 30, tzinfo=UTC)  # 2:30pm in London
KINDS = ("chase", "look_soon")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((6, 42), "7:42am"), ((16, 0), "5pm"), ((11, 0), "midday"), ((23, 0), "midnight"), ((23, 5), "12:05am"),
        ((11, 7), "12:07pm"), ((13, 30), "2:30pm"),
    ],
)  # fmt: skip
def test_the_clock_as_it_is_said_in_london(at: tuple[int, int], words: str) -> None:
    assert clock_words(datetime(2027, 7, 1, *at, tzinfo=UTC)) == words


def test_days_are_near_or_named() -> None:
    assert when(NOW - timedelta(hours=7), now=NOW) == "today at 7:30am"
    assert when(NOW - timedelta(hours=15), now=NOW) == "yesterday at 11:30pm"
    assert when(NOW + timedelta(days=1), now=NOW) == "tomorrow at 2:30pm"
    assert when(NOW - timedelta(days=59), now=NOW) == "on 3 May 2027 at 2:30pm"


def test_a_target_is_ahead_or_over() -> None:
    assert target(NOW + timedelta(hours=2, minutes=30), now=NOW) == "by 5pm today"
    assert target(NOW, now=NOW) == "by 2:30pm today"
    assert target(NOW - timedelta(hours=21, minutes=30), now=NOW) == "was wanted by 5pm yesterday"


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (timedelta(minutes=59), "less than an hour"), (timedelta(hours=1), "1 hour"), (timedelta(hours=23.9), "23 hours"),
        (timedelta(days=1), "1 day"), (timedelta(days=12.9), "12 days"), (timedelta(days=1200), "1,200 days"),
    ],
)  # fmt: skip
def test_how_long_something_waits(waited: timedelta, words: str) -> None:
    assert age(NOW - waited, now=NOW) == words


def test_one_is_one_and_none_is_many() -> None:
    assert [counted(n, "alert") for n in (0, 1, 2, 5000)] == ["0 alerts", "1 alert", "2 alerts", "5,000 alerts"]


@given(
    who=st.sampled_from(("", "me", "nobody", "0b5e0f5e-0000-4000-8000-000000000000")), team=st.sampled_from(("", "urology")),
    kind=st.sampled_from(("", *KINDS)), days=st.sampled_from(("", *AGES)), page=st.integers(1, 99_999),
)  # fmt: skip
def test_an_address_says_again_what_it_was_made_from(who: str, team: str, kind: str, days: str, page: int) -> None:
    asked = Asked(who=who, team=team, kind=kind, age=days, page=page)
    query = urlsplit(address_of("/alerts", asked)).query
    assert read_asked(dict(parse_qsl(query)), kinds=KINDS) == asked
    assert read_back(query, kinds=KINDS) == asked


@given(st.dictionaries(st.sampled_from(("who", "team", "kind", "age", "page", "x")), st.text(max_size=200)))
def test_whatever_an_address_holds_is_a_list(sent: dict[str, str]) -> None:
    asked = read_asked(sent, kinds=KINDS)
    assert asked.page >= 1
    assert asked.kind in ("", *KINDS)
    assert asked.days in (0, 1, 7, 28)
    assert address_of("/alerts", asked).startswith("/alerts")


@pytest.mark.parametrize(
    ("page", "total", "numbers"),
    [
        (1, 50, []), (1, 51, ["1", "2"]), (2, 120, ["1", "2", "3"]), (5, 500, ["1", "3…", "4", "5", "6", "9…", "10"]),
        (1, 500, ["1", "2", "9…", "10"]),
    ],
)  # fmt: skip
def test_the_numbers_below_a_list(page: int, total: int, numbers: list[str]) -> None:
    found = paging("/late", Asked(page=page, kind="test"), total=total, on_page=50)
    assert [one.number if one.href else f"{one.number}…" for one in found.links] == numbers
    assert sum(one.current for one in found.links) == bool(numbers)
    assert (found.before is None) == (page == 1)
    assert all("kind=test" in one.href for one in found.links if one.href)


def test_a_title_has_its_page_when_there_are_several() -> None:
    assert titled("Alerts", Asked(page=2), total=120) == "Alerts (page 2 of 3)"
    assert titled("Alerts", Asked(), total=50) == "Alerts"


def test_a_feed_is_silent_after_a_day_and_is_named_when_there_are_two() -> None:
    fresh, old = Feed(name="A", last_at=NOW - timedelta(hours=24)), Feed(name="B", last_at=NOW - timedelta(hours=25))
    assert feed_words([fresh], now=NOW) == "Last laboratory message received yesterday at 2:30pm."
    assert silent_words([fresh], now=NOW) == ""
    assert feed_words([old], now=NOW) == "The laboratory feed has sent nothing since yesterday at 1:30pm."
    assert feed_words([fresh, old], now=NOW) == "The laboratory feed B has sent nothing since yesterday at 1:30pm."
    assert feed_words([Feed(name="C", last_at=None)], now=NOW) == "The laboratory feed has sent nothing yet."
    assert feed_words([], now=NOW) == "No laboratory feed is connected yet."


def test_the_foot_of_a_page_says_first_that_nothing_happens_by_itself() -> None:
    runs = WorkerSeen(last_at=NOW, is_silent=False)
    assert worker_words(runs, now=NOW) == ""
    assert foot_words([], runs, now=NOW) == "No laboratory feed is connected yet."
    stands = WorkerSeen(last_at=NOW - timedelta(hours=25), is_silent=True)
    said = foot_words([], stands, now=NOW)
    assert said.startswith("RMS has done nothing by itself since yesterday at 1:30pm: no message is sent")
    assert said.endswith("No laboratory feed is connected yet.")
    never = worker_words(WorkerSeen(last_at=None, is_silent=True), now=NOW)
    assert never.startswith("RMS has done nothing by itself: no message is sent")
