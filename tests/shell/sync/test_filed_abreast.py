"""Messages about different people are filed abreast: the record is that of filing each alone, and a bad one holds up no other."""

from typing import Any

import pytest

from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust
from tests.database import World
from tests.followed import followed
from tests.laboratory import a_peer, arrive, obx, oru

MEN = 6
SAMPLED = "202603020915"


async def a_following_trust(world: World, code: str, facility: str) -> Trust:
    """Six men whose first PSA is due on 2 March 2026, the day on which the laboratory's samples are taken."""
    await world.as_owner("update database_state set civil_offset = timestamptz '2026-03-02 15:00Z' - clock_timestamp()")
    trust = await a_trust(world, code=code, name=f"Hospital {code}")
    for serial in range(1, MEN + 1):
        await followed(world, trust=trust, serial=serial, operated_days_ago=90)
    await a_peer(world, trust, facility=facility, name=f"Laboratory {code}")
    return trust


def letters(facility: str) -> list[bytes]:
    """Of all sorts, some about the same man or the same order, one a copy of another."""
    men = [a_person(serial) for serial in range(1, MEN + 1)]
    stranger = a_person(77, family="Nobody", given="Known")
    number = iter(range(1000))

    def one(man: Any, *seen: str, order: str, sampled: str = SAMPLED, reported: str = "202603021400") -> bytes:
        return oru(man, *seen, filler=order, control=f"{facility}{next(number)}", sampled=sampled, reported=reported,
                   facility=facility)  # fmt: skip

    plain = one(men[0], obx("0.05"), order="A")
    return [
        plain,
        one(men[1], obx("0.31"), order="B"),
        one(men[2], obx("0.07"), obx("140", code="NA^Sodium^L", unit="mmol/L", number=2), order="C"),
        one(men[3], obx("7", unit="furlongs"), order="D"),
        one(stranger, obx("0.05"), order="E"),
        plain,
        one(men[1], obx("0.35", status="C"), order="B", reported="202603021500"),
        one(men[4], obx("0.05", status="P"), order="F"),
        one(men[5], obx("0.02"), order="A"),
        one(men[5], obx("<0.01"), order="G", sampled="202602010915"),
        one(men[2], obx("", sort="TX", code="NOTE^Note^L"), order="H"),
        one(men[0], obx("0.44"), order="I", sampled="202603011200"),
    ]


WRITTEN = {
    "inbox": "select state, state_reason, kind from inbox i join peer p on p.id = i.peer_id"
             " join peer_organisation o on o.peer_id = p.id where o.organisation_id = $1 order by i.id",
    "inbox_filing": "select f.state, f.reason, m.nhs_number, f.alert_id is null from inbox_filing f"
                    " left join patient m on m.id = f.patient_id where f.organisation_id = $1 order by f.inbox_id",
    "result": "select m.nhs_number, r.analyte, r.sample_at, r.review_state, o.step_key, o.number, r.plan_id is null, v.number,"
              " v.status, v.value_text from result r join patient m on m.id = r.patient_id"
              " join result_version v on v.id = r.current_version_id left join occurrence o on o.id = r.occurrence_id"
              " where r.organisation_id = $1 order by r.source_key, r.sample_at",
    "version": "select m.nhs_number, v.number, v.status, v.reported_at from result_version v join result r on r.id = v.result_id"
               " join patient m on m.id = r.patient_id where v.organisation_id = $1 order by 1, 2, 3, 4",
    "occurrence": "select m.nhs_number, o.step_key, o.number, o.state, o.state_reason, o.done_on, o.due_on, o.stages, c.act_on,"
                  " c.stage from occurrence o join patient m on m.id = o.patient_id left join calendar c"
                  " on c.occurrence_id = o.id where o.organisation_id = $1 order by 1, 2, 3",
    "history": "select m.nhs_number, o.step_key, o.number, e.what, e.detail from occurrence_event e join occurrence o"
               " on o.id = e.occurrence_id join patient m on m.id = o.patient_id where e.organisation_id = $1"
               " order by 1, 2, 3, e.id",
    "evaluation": "select m.nhs_number, e.rule_key, e.outcome, regexp_replace(e.sentence, ' \\d+$', '') from rule_evaluation e"
                  " join patient m on m.id = e.patient_id where e.organisation_id = $1 order by m.nhs_number, e.id",
    "alert": "select m.nhs_number, a.kind, a.state, regexp_replace(a.rule_key, ':\\d+:', ':'), a.episode, a.sentence,"
             " (select count(*) from alert_cause c"
             " where c.alert_id = a.id) from alert a left join patient m on m.id = a.patient_id where a.organisation_id = $1"
             " order by 1, 2, 4, 6",
    "audit": "select m.nhs_number, e.verb, e.actor_kind, regexp_replace(e.details::text, 'code:\\d+:', 'code:') from audit_entry e left join patient m"
             " on m.id = e.patient_id where e.organisation_id = $1 and e.actor_kind <> 'staff' order by 1, 2, 4",
}  # fmt: skip


async def record(world: World, trust: Trust, facility: str) -> dict[str, list[Any]]:
    """Everything that filing writes, without the numbers that a database counts by."""
    rows = {what: await world.as_owner(sql, trust.organisation_id) for what, sql in WRITTEN.items()}
    return {
        what: [
            tuple(str(value).replace(facility, "LAB").replace(trust.code, "TRUST") for value in row) for row in found
        ]
        for what, found in rows.items()
    }


async def test_the_record_is_that_of_filing_each_alone(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    alone = await a_following_trust(world, "RAA", "MLL")
    together = await a_following_trust(world, "RBB", "QRS")
    await arrive(world, *letters("MLL"))
    assert await file_inbox(world.worker, at_most=1) == 12
    await arrive(world, *letters("QRS"))
    assert await file_inbox(world.worker, at_most=50) == 12
    assert "filed_one_by_one" not in capsys.readouterr().out
    one_by_one, abreast = await record(world, alone, "MLL"), await record(world, together, "QRS")
    for what in WRITTEN:
        assert abreast[what] == one_by_one[what], what
    assert {what: len(rows) for what, rows in one_by_one.items() if not rows} == {}
    assert {row[0] for row in one_by_one["inbox"]} == {"filed", "waiting", "duplicate"}
    assert {row[1] for row in one_by_one["alert"]} == {"look_soon", "fix_data"}


async def test_those_that_can_be_asked_of_nobody_in_particular_are_asked_abreast_too(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_following_trust(world, "RAA", "MLL")
    strangers = [a_person(serial, family="Nobody", given="Known") for serial in range(70, 74)]
    await arrive(world, *(oru(who, filler=f"N{n}", control=f"N{n}") for n, who in enumerate(strangers)))
    assert await file_inbox(world.worker) == 4
    assert "filed_one_by_one" not in capsys.readouterr().out


async def savepoints(world: World) -> int:
    """How many savepoints wrote what became of the messages: one for all that were filed abreast."""
    rows = await world.as_owner("select distinct xmin::text from inbox where state = 'filed'")
    return len(rows)


async def test_those_about_different_people_share_one_savepoint_and_those_about_one_keep_their_order(
    world: World,
) -> None:
    await a_following_trust(world, "RAA", "MLL")
    men = [a_person(serial) for serial in range(1, MEN + 1)]
    first = [oru(man, obx("0.05"), filler=f"S{n}", control=f"S{n}") for n, man in enumerate(men)]
    again = oru(men[0], obx("0.06", status="C"), filler="S0", control="S9", reported="202603021500")
    await arrive(world, *first, again)
    assert await file_inbox(world.worker) == MEN + 1
    assert await savepoints(world) == 2
    versions = await world.as_owner("select number::text, inbox_id from result_version order by id")
    assert len(versions) == MEN + 1
    assert versions[-1]["number"] == "0.06"


POISON = "if new.value_text = '6.66' then raise exception 'poison'; end if; return new;"


async def test_one_that_fails_among_others_holds_up_nobody(world: World) -> None:
    await a_following_trust(world, "RAA", "MLL")
    men = [a_person(serial) for serial in range(1, MEN + 1)]
    await arrive(world, *(oru(man, obx("6.66" if n == 3 else f"0.0{n}"), filler=f"P{n}", control=f"P{n}")
                          for n, man in enumerate(men)))  # fmt: skip
    async with world.trigger("poison", on="before insert on result_version", body=POISON):
        assert await file_inbox(world.worker) == MEN - 1
    states = [row["state"] for row in await world.as_owner("select state from inbox order by id")]
    assert states == ["filed", "filed", "filed", "received", "filed", "filed"]
    assert len(await world.as_owner("select from result")) == MEN - 1
    assert len(await world.as_owner("select from audit_entry where verb = 'result.file'")) == MEN - 1
    assert await savepoints(world) == MEN - 1  # each of the others was filed by itself
