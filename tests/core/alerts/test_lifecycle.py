"""Legal moves, limits on putting off and closing, merging, episodes, and a month in which nobody acts."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.alerts.lifecycle import (
    MOVES,
    OUTCOMES,
    AlertMove,
    AlertOutcome,
    EpisodeStep,
    Ladder,
    Rung,
    after_acting,
    after_move,
    episode_step,
    escalate,
    merged,
    opening,
    snoozed_clock,
    why_not_close,
    why_not_snooze,
)
from rms.alerts.model import AlertKind, AlertState, FindingOutcome
from rms.errors import Refused

NOW = datetime(2027, 3, 3, 10, tzinfo=UTC)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
kinds = st.sampled_from(AlertKind)
people = st.none() | st.integers(1, 4)


def test_what_is_not_in_the_table_is_refused_in_words() -> None:
    for state, move in product(AlertState, AlertMove):
        if (state, move) in MOVES:
            assert after_move(state, move) is MOVES[state, move]
        else:
            with pytest.raises(Refused, match=f"An alert that is {state}"):
                after_move(state, move)


def test_a_closed_alert_can_only_be_opened_again() -> None:
    assert [move for state, move in MOVES if state is AlertState.CLOSED] == [AlertMove.REOPEN]


def test_only_closing_ends_an_alert() -> None:
    assert {move for (_, move), after in MOVES.items() if after is AlertState.CLOSED} == {AlertMove.CLOSE}


@given(kind=kinds, now=instants)
def test_a_clock_always_runs_ahead(kind: AlertKind, now: datetime) -> None:
    clock = opening(kind, now=now)
    assert now < clock.next_escalation_at <= clock.respond_by


@given(
    kind=kinds,
    now=instants,
    ladder=st.builds(
        Ladder, **{name: st.none() | st.integers(1, 4) for name in ("owner", "deputy", "team_lead", "service_manager")}
    ),
    on_leave=st.frozensets(st.integers(1, 4)),
)
def test_nobody_acting_always_climbs_and_never_stops(
    kind: AlertKind, now: datetime, ladder: Ladder, on_leave: frozenset[int]
) -> None:
    rung, at = Rung.TEAM, opening(kind, now=now).next_escalation_at
    for _ in range(6):
        told = escalate(kind, rung=rung, ladder=ladder, now=at, on_leave=on_leave)
        assert told.next_escalation_at > at
        assert told.rung >= rung
        assert told.staff_id is None or told.staff_id not in on_leave
        assert told.staff_id is not None or not any(
            ladder.on(higher) not in {None, *on_leave} for higher in Rung if higher > rung
        )
        rung, at = told.rung, told.next_escalation_at


def test_the_reason_names_who_was_passed_over() -> None:
    told = escalate(
        AlertKind.ACT_TODAY, rung=Rung.TEAM, ladder=Ladder(deputy=2, team_lead=3), now=NOW, on_leave=frozenset({2})
    )
    assert told.sentence == (
        "Nobody acted in time, so the team lead is told now: nobody has taken it and the deputy is on leave."
    )


def test_act_today_is_not_put_off_past_its_day() -> None:
    late_today, tomorrow = NOW.replace(hour=23, minute=30), NOW.replace(day=4, hour=0)
    assert why_not_snooze(AlertKind.ACT_TODAY, until=late_today, reason="In clinic", now=NOW) is None
    refused = why_not_snooze(AlertKind.ACT_TODAY, until=tomorrow, reason="In clinic", now=NOW)
    assert refused == "An alert to act on today cannot be set aside past today."


@pytest.mark.parametrize(("days", "allowed"), [(1, True), (14, True), (15, False), (-1, False)])
def test_others_can_be_put_off_for_a_while(days: int, allowed: bool) -> None:
    until = NOW + timedelta(days=days)
    assert (why_not_snooze(AlertKind.LOOK_SOON, until=until, reason="Repeat booked", now=NOW) is None) is allowed
    assert why_not_snooze(AlertKind.LOOK_SOON, until=until, reason=" ", now=NOW) == "Say why it is set aside."


def test_an_alert_set_aside_rings_when_it_comes_back() -> None:
    clock = opening(AlertKind.LOOK_SOON, now=NOW)
    aside = snoozed_clock(clock, until=NOW + timedelta(days=2))
    assert (aside.respond_by, aside.next_escalation_at) == (clock.respond_by, NOW + timedelta(days=2))


def test_acting_starts_the_climb_again_and_keeps_the_target() -> None:
    clock = opening(AlertKind.ACT_TODAY, now=NOW)
    acted = after_acting(AlertKind.ACT_TODAY, clock=clock, now=NOW + timedelta(hours=2))
    assert acted.respond_by == clock.respond_by
    assert acted.next_escalation_at == clock.next_escalation_at + timedelta(hours=2)


def close(kind: AlertKind, **words: object) -> str | None:
    asked = {"state": AlertState.TAKEN, "outcome": AlertOutcome.PERSON_CALLED, "by_staff_id": 7, **words}
    return why_not_close(kind, **asked)  # type: ignore[arg-type]


def test_only_a_named_person_s_outcome_closes() -> None:
    for kind in AlertKind:
        assert close(kind) is None
        assert close(kind, by_staff_id=None) == "Only a named member of staff can close an alert."
        assert close(kind, outcome=None) == "Choose an outcome."
        assert close(kind, state=AlertState.CLOSED) == "It is closed already."
        assert close(kind, outcome=AlertOutcome.NO_ACTION_NEEDED) == "Say why nothing more is needed."
        assert close(kind, outcome=AlertOutcome.NO_ACTION_NEEDED, note="Seen in clinic") is None
    assert close(AlertKind.ACT_TODAY, outcome=AlertOutcome.DATA_CORRECTED) is not None


def test_every_outcome_belongs_to_some_kind() -> None:
    assert set().union(*OUTCOMES.values()) == set(AlertOutcome)


def test_merging_keeps_the_higher_kind_and_the_earlier_clock() -> None:
    chase = opening(AlertKind.CHASE, now=NOW)
    today = opening(AlertKind.ACT_TODAY, now=NOW)
    assert merged(AlertKind.CHASE, clock=chase, new_kind=AlertKind.ACT_TODAY, now=NOW) == (AlertKind.ACT_TODAY, today)
    assert merged(AlertKind.ACT_TODAY, clock=today, new_kind=AlertKind.CHASE, now=NOW) == (AlertKind.ACT_TODAY, today)


@pytest.mark.parametrize(
    ("outcome", "latest", "ended", "expected"),
    [
        (FindingOutcome.BREACH, None, False, EpisodeStep.RAISE),
        (FindingOutcome.BREACH, AlertState.OPEN, False, EpisodeStep.JOIN),
        (FindingOutcome.BREACH, AlertState.SNOOZED, False, EpisodeStep.JOIN),
        (FindingOutcome.BREACH, AlertState.CLOSED, False, EpisodeStep.REOPEN),
        (FindingOutcome.BREACH, AlertState.CLOSED, True, EpisodeStep.RAISE),
        (FindingOutcome.CANNOT_TELL, None, False, EpisodeStep.RAISE),
        (FindingOutcome.CANNOT_TELL, AlertState.CLOSED, False, EpisodeStep.REOPEN),
        (FindingOutcome.CLEAR, None, False, EpisodeStep.NOTHING),
        (FindingOutcome.CLEAR, AlertState.TAKEN, False, EpisodeStep.NOTHING),
        (FindingOutcome.CLEAR, AlertState.CLOSED, False, EpisodeStep.END_EPISODE),
        (FindingOutcome.CLEAR, AlertState.CLOSED, True, EpisodeStep.NOTHING),
    ],
)
def test_episodes(outcome: FindingOutcome, latest: AlertState | None, ended: bool, expected: EpisodeStep) -> None:
    assert episode_step(outcome, latest=latest, episode_ended=ended) is expected
