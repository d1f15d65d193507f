"""A result arrives: kept, matched to its step, judged, and its alert raised, in one transaction.

Rules judge every result of a watched analyte, expected or not, in every state of a plan. When no plan that runs watches
it, the rules and the team of the last ended plan that does judge it. A result that is not final is kept and judged by
nobody yet; when a final one is taken back, the rules are asked about what is left.
"""

from datetime import date, datetime

import msgspec

from rms.alerts.model import FindingOutcome
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.followup.moves.arriving import say_result_came, say_result_went
from rms.followup.moves.judging import Judged, judge
from rms.followup.moves.overtaking import decide_anew
from rms.followup.watching import about_analyte
from rms.people.store import PersonOnFile, team_for_site
from rms.plans.model import FIRST_ADDED
from rms.plans.moves import close_occurrence, reopen_occurrence
from rms.plans.store import (
    OccurrenceOnFile,
    PlanOnFile,
    closed_by_result,
    open_occurrences,
    open_plans_of,
    plans_of,
)
from rms.results.matching import Closes, OpenOccurrence, match_step
from rms.results.model import Observation
from rms.results.moves import Filed, file_observation, place_result, set_review_state
from rms.results.reviewing import look_by


class FiledResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one observation. `changed` is False for a copy of what was known."""

    result_id: int
    version_id: int
    is_new: bool
    changed: bool
    occurrence_id: int | None
    because: str
    judged: tuple[Judged, ...]


async def file_result(
    tx: Tx,
    *,
    organisation_id: int,
    person: PersonOnFile,
    observation: Observation,
    source_key: str,
    inbox_id: int | None,
    reported_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> FiledResult:
    """File one observation about a person of one organisation. The caller has locked the person."""
    plans = await open_plans_of(tx, organisation_id=organisation_id, patient_id=person.id)
    judging = await _judges(tx, person=person, plans=plans, analyte=observation.analyte)
    team_id = await _team(tx, organisation_id=organisation_id, plans=judging, analyte=observation.analyte)
    filed = await file_observation(
        tx, organisation_id=organisation_id, patient_id=person.id, team_id=team_id, observation=observation,
        source_key=source_key, inbox_id=inbox_id, received_at=now, reported_at=reported_at,
    )  # fmt: skip
    if not filed.changed:
        return _outcome(filed, occurrence_id=None, because="It is known already.", judged=())
    await record(tx, by=by, verb="result.file", subject_kind="result", subject_id=filed.result_id, patient_id=person.id,
                 organisation_id=organisation_id, details={"new": filed.is_new})  # fmt: skip
    if not filed.is_new:
        await decide_anew(tx, filed=filed, team_id=team_id, by=by, now=now)
    placed = await _place(tx, filed=filed, plans=plans, judging=judging, by=by, now=now)
    judged: list[Judged] = []
    for plan in judging:
        rules = about_analyte(plan.effective.rules, observation.analyte)
        if filed.counts or filed.previously_final:
            own_day = filed.observation.sampled_on if filed.counts else None
            judged += await judge(tx, plan=plan, rules=rules, cause_kind="result_version", cause_id=filed.version_id,
                                  sampled_on=own_day, by=by, now=now)  # fmt: skip
    understood = any(one.finding.outcome is FindingOutcome.CLEAR for one in judged)
    await _note_place(tx, filed=filed, placed=placed, watched=bool(_watching(judging, observation.analyte)),
                      due_on=look_by(tx.today, understood=understood))  # fmt: skip
    return _outcome(filed, occurrence_id=placed.occurrence_id, because=placed.because, judged=tuple(judged))


def _outcome(filed: Filed, *, occurrence_id: int | None, because: str, judged: tuple[Judged, ...]) -> FiledResult:
    return FiledResult(result_id=filed.result_id, version_id=filed.version_id, is_new=filed.is_new, changed=filed.changed,
                       occurrence_id=occurrence_id, because=because, judged=judged)  # fmt: skip


async def _judges(tx: Tx, *, person: PersonOnFile, plans: list[PlanOnFile], analyte: str) -> list[PlanOnFile]:
    """Whose rules are asked: the plans that have not ended, and when none of those watches it the last ended one that does."""
    if any(about_analyte(plan.effective.rules, analyte) for plan in plans):
        return plans
    known = await plans_of(tx, organisation_id=person.organisation_id, patient_id=person.id)
    ended = [plan for plan in known if plan.state == "ended"]
    watching = _watching(ended, analyte)
    return [*plans, *(watching or ([] if plans else ended))[-1:]]


def _watching(plans: list[PlanOnFile], analyte: str) -> list[PlanOnFile]:
    """The plans with a rule about an analyte."""
    return [plan for plan in plans if about_analyte(plan.effective.rules, analyte)]


async def _team(tx: Tx, *, organisation_id: int, plans: list[PlanOnFile], analyte: str) -> int:
    """Whose result it is: the plan that watches the analyte, else any plan of the person, else the organisation's team."""
    watching = _watching(plans, analyte)
    if watching or plans:
        return (watching or plans)[-1].team_id
    team = await team_for_site(tx, organisation_id=organisation_id, site=None)
    assert team is not None, "an organisation without a team has nobody on file"
    return team.id


class _Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The step and the plan that a result belongs to. `moved`: they are not those that it stands with so far."""

    occurrence_id: int | None
    because: str
    plan_id: int | None = None
    moved: bool = True


async def _note_place(tx: Tx, *, filed: Filed, placed: _Placed, watched: bool, due_on: date) -> None:
    """Write down where a result belongs, and that somebody must look at it when a rule watches it or it closed a step."""
    state = "to_review" if watched or placed.occurrence_id is not None else "not_needed"
    if not placed.moved:
        await set_review_state(tx, organisation_id=filed.organisation_id, result_id=filed.result_id, state=state,
                               due_on=due_on)  # fmt: skip
        return
    await place_result(tx, organisation_id=filed.organisation_id, result_id=filed.result_id, state=state, due_on=due_on,
                       occurrence_id=placed.occurrence_id, plan_id=placed.plan_id)  # fmt: skip


async def _place(
    tx: Tx, *, filed: Filed, plans: list[PlanOnFile], judging: list[PlanOnFile], by: Actor, now: datetime
) -> _Placed:
    """Close what the sample closes, in each plan once; a taken-back result opens again what it had closed."""
    if not filed.counts:
        return await _open_again(tx, filed=filed, by=by, now=now)
    if filed.closed_occurrence_id is not None:
        return _Placed(
            occurrence_id=filed.closed_occurrence_id, because="It stays with the step it closed.", moved=False
        )
    observation = filed.observation
    waiting = await open_occurrences(tx, organisation_id=filed.organisation_id, patient_id=filed.patient_id,
                                     analyte=observation.analyte)  # fmt: skip
    closed: _Placed | None = None
    why_none = "Nothing was waiting for it."
    for plan in plans:
        found = match_step(observation.sampled_on, _as_open([one for one in waiting if one.plan_id == plan.id]))
        if isinstance(found, Closes):
            await close_occurrence(
                tx, organisation_id=filed.organisation_id, occurrence_id=found.occurrence, by_kind="result",
                by_id=filed.result_id, done_on=observation.sampled_on, plan=plan, by=by, now=now,
            )  # fmt: skip
            await say_result_came(tx, filed=filed, occurrence_id=found.occurrence, by=by, now=now)
            closed = closed or _Placed(occurrence_id=found.occurrence, plan_id=plan.id, because=found.because)
        else:
            why_none = found.because
    if closed is not None:
        return closed
    # It closes nothing, but it belongs to the plan that watches it: what is decided about it is told there.
    watching = _watching(judging, observation.analyte)
    return _Placed(occurrence_id=None, plan_id=watching[-1].id if watching else None, because=why_none)


async def _open_again(tx: Tx, *, filed: Filed, by: Actor, now: datetime) -> _Placed:
    because = "It is not final, or it was taken back, so it closes nothing."
    if filed.closed_occurrence_id is None:
        return _Placed(occurrence_id=None, because=because, moved=False)
    # One in each plan that shared the test: each of them waits again.
    closed = await closed_by_result(tx, organisation_id=filed.organisation_id, patient_id=filed.patient_id,
                                    result_id=filed.result_id)  # fmt: skip
    for occurrence_id in closed:
        await reopen_occurrence(tx, organisation_id=filed.organisation_id, occurrence_id=occurrence_id,
                                reason="The result that closed it was taken back.", by=by, now=now)  # fmt: skip
        await say_result_went(tx, filed=filed, occurrence_id=occurrence_id, by=by, now=now)
    return _Placed(occurrence_id=None, because=because)


def _as_open(rows: list[OccurrenceOnFile]) -> list[OpenOccurrence]:
    return [
        OpenOccurrence(
            occurrence=row.id, step=row.step_key, number=row.number, earliest=row.earliest_on, due=row.due_on,
            latest=row.latest_on, is_repeat=row.number >= FIRST_ADDED,
        )
        for row in rows
    ]  # fmt: skip
