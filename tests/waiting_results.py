"""Men whose second result waits for a look: the first was looked at three months ago and was in range."""

from datetime import timedelta

import msgspec

from rms.alerts.moves import DecisionKind
from rms.followup import actions
from rms.followup.review.likeness import Stray
from rms.followup.review.queue import Asking
from tests.cast import Trust
from tests.database import World
from tests.followed import Followed, file_psa, followed

#: From the first test to the second, in days.
LATER = 90


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """A man and the result of his that waits."""

    man: Followed
    result_id: int


async def waiting_men(world: World, trust: Trust, *, how_many: int, value: str = "0.04") -> list[Waits]:
    """So many men, the one whose result came first first."""
    men = [await followed(world, trust=trust, serial=3 * n + 1, operated_days_ago=80) for n in range(how_many)]
    for man in men:
        first = await file_psa(world, man, "0.03", on=man.today, order=f"{man.patient_id}-1")
        await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="result",
                             subject_id=first.result_id, kind=DecisionKind.IN_RANGE, by=trust.nurse)  # fmt: skip
    await world.move_civil_clock(LATER)
    filed = [
        await file_psa(world, man, value, on=man.today + timedelta(days=LATER), order=f"{man.patient_id}-2")
        for man in men
    ]
    return [Waits(man=man, result_id=one.result_id) for man, one in zip(men, filed, strict=True)]


def asking(trust: Trust, *, staff_id: int | None = None, strays: tuple[Stray, ...] = ()) -> Asking:
    """The nurse, or another member of staff of the team."""
    staff_id = staff_id or trust.nurse.id
    assert staff_id is not None
    return Asking(organisation_id=trust.organisation_id, team_ids=(trust.team_id,), staff_id=staff_id, strays=strays)


async def look_long(world: World, *, seconds: float = 60) -> None:
    """Let the nurse look at what is on her screen: the real clock cannot be moved, so the showing is."""
    await world.as_owner("update review_page set shown_at = shown_at - make_interval(secs => $1)", seconds)


#: Everything about a man that decides where his result is looked at, in the order in which rows may be copied.
_COPIED = {
    "patient": {"id": "patient_id", "ref": "ref", "nhs_number": "null", "register_ref": "null"},
    "contact_point": {"id": "id", "patient_id": "patient_id"},
    "register_case": {"id": "case_id", "ref": "ref", "patient_id": "patient_id"},
    "treatment": {"id": "id", "patient_id": "patient_id", "case_id": "case_id"},
    "plan": {"id": "plan_id", "ref": "ref", "patient_id": "patient_id", "case_id": "case_id"},
    "plan_anchor": {"plan_id": "plan_id"},
    "occurrence": {"id": "id", "ref": "ref", "patient_id": "patient_id", "plan_id": "plan_id"},
    "result_version": {"id": "id", "result_id": "result_id"},
    "result": {"id": "id", "ref": "ref", "patient_id": "patient_id", "plan_id": "plan_id", "occurrence_id": "occurrence_id",
               "current_version_id": "current_version_id", "source_key": "source_key"},
    "decision": {"id": "id", "ref": "ref", "patient_id": "patient_id", "plan_id": "plan_id", "subject_id": "subject_id",
                 "alert_id": "null"},
}  # fmt: skip
_KEYS = {"id", "patient_id", "case_id", "plan_id", "occurrence_id", "result_id", "current_version_id", "subject_id"}


async def copies(world: World, *, how_many: int) -> None:
    """The only man on file so many times more, by plain SQL: each key is moved up by 10,000 for each copy.

    A copy has an NHS number that no register ever gave, made from its key.
    """
    for table, changed in _COPIED.items():
        columns = [
            row["column_name"]
            for row in await world.as_owner(
                "select column_name from information_schema.columns where table_name = $1 order by ordinal_position",
                table,
            )
        ]
        values = [_copied(table, column, column in changed) for column in columns]
        await world.as_owner(
            "do $$ begin perform set_config('session_replication_role', 'replica', true);"
            f" insert into {table} ({', '.join(columns)}) select {', '.join(values)} from {table} t"
            f" cross join generate_series(1, {how_many}) n; end $$"
        )
    await world.as_owner("analyze")


def _copied(table: str, column: str, is_changed: bool) -> str:
    if not is_changed:
        return f"t.{column}"
    if column in _KEYS:
        return f"t.{column} + n * 10000"
    words = {"ref": "gen_random_uuid()", "source_key": "t.source_key || n", "nhs_number": "(9991000000 + n)::text"}
    return words.get(column, "null")


#: What is done to the copies whose number leaves this rest, when divided by 25.
SPOILT_COPIES = {
    1: "update result_version v set number = 0.21 + (random() * 5)::numeric(6, 2) from result r"
    " where r.id = v.result_id and {}",
    2: "update result_version v set comparator = '<', number = 0.5 from result r where r.id = v.result_id and {}",
    3: "update result_version v set comparator = '>', number = 0.1 from result r where r.id = v.result_id and {}",
    4: "update result_version v set number = null, unit = null from result r where r.id = v.result_id and {}",
    5: "update result_version v set status = 'P' from result r where r.id = v.result_id and {}",
    6: "insert into alert (organisation_id, patient_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence,"
    " opened_at, respond_by, next_escalation_at) select r.organisation_id, r.patient_id, r.team_id, 'chase', 'patient',"
    " r.patient_id, 'x', 1, 'Phone him.', now(), now(), now() from result r where {}",
    7: "update result r set occurrence_id = null where {}",
    8: "update contact_point c set dead_at = now(), dead_why = 'x' from result r where r.patient_id = c.patient_id and {}",
}
