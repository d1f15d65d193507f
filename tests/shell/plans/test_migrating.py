"""A plan moves to another version in one transaction, and back while that is harmless: nothing lost, nothing sent twice."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from rms.errors import Refused
from rms.plans.model import Move
from rms.plans.moves import migrate_plan, override, pause, resume, stay_on_version, undo_migration
from rms.plans.protocol import Protocol
from rms.plans.protocol.language import Window
from rms.plans.store import plan_on_file
from tests.shell.plans.following import Followed, start_plan, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong
from tests.shell.plans.test_changes import done
from tests.shell.plans.versions import second, stored, the_first, with_months

PSA = the_first().steps[0]


async def move(man: Followed, version_id: int, *, ticked: bool = True, revision: int | None = None, why: str = "agreed",
               by: Any = None) -> int:  # fmt: skip
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
        return await migrate_plan(
            tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, protocol_version_id=version_id,
            revision=plan.revision if revision is None else revision, reason=why, ticked=ticked,
            by=by or man.trust.lead, now=tx.now,
        )  # fmt: skip


async def undo(man: Followed) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
        await undo_migration(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, revision=plan.revision,
                             why="the wrong man", by=man.trust.lead, now=tx.now)  # fmt: skip


async def meaning(man: Followed) -> list[tuple[Any, ...]]:
    """What the open and done rows ask for, and when each is looked at next."""
    rows = await man.rows(
        "select o.id, o.step_key, o.number, o.state, o.due_on, o.earliest_on, o.latest_on, o.done_on, o.title, o.facts,"
        " c.act_on, c.stage from occurrence o left join calendar c on c.occurrence_id = o.id and o.kind = 'test'"
        " where o.plan_id = $1 and o.state <> 'skipped' order by o.id"
    )
    return [tuple(row.values()) for row in rows]


async def in_two_years(man: Followed) -> Followed:
    """He has had the tests of months 3 and 6, and stands in month 7."""
    for number in (1, 2):
        await man.world.move_civil_clock(60 if number == 1 else 91)
        await done(man, number)
    await man.world.move_civil_clock(30)
    return man


async def test_the_rows_follow_and_what_was_done_keeps_its_place(man: Followed) -> None:
    await in_two_years(man)
    async with stored(man.world, man.trust, second(with_months(PSA, 2, 4, 6, 11, 18, 24))) as version:
        await move(man, version)
        plan = (await man.rows("select * from plan where id = $1"))[0]
        assert (plan["protocol_version_id"], plan["protocol_since"]) == (version, await today_of(man.world))
        psa = {row["number"]: row for row in await man.occurrences()}
        assert [number for number, row in psa.items() if row["state"] == "done"] == [-1, 3]  # month 3; month 6
        assert [number for number, row in psa.items() if row["state"] == "open"] == [4, 5]
        assert len([row for row in psa.values() if row["done_on"]]) == 2
        assert await what_is_wrong(man.world) == []
        [line] = await man.world.as_owner(
            "select actor_name, reason, details from audit_entry where verb = 'plan.migrate'"
        )
        assert (line["actor_name"], line["reason"]) == ("Lena Lead", "agreed")
        assert line["details"] == {"from_version": 1, "to_version": 2, "answered_for": 1}
        await man.world.move_civil_clock(400)
        await sweep(man.world)
        assert await what_is_wrong(man.world) == []
        numbers = [row["number"] for row in await man.occurrences() if row["state"] == "open"]
        assert set(numbers) <= {4, 5, 6}  # nothing of the years before is made up for


async def test_what_is_queued_is_void_with_a_note_and_asked_for_again_once(man: Followed) -> None:
    await man.world.move_civil_clock(60)
    await sweep(man.world)
    before = await man.reminded()
    assert len(before) == 1
    async with stored(
        man.world, man.trust, second(msgspec.structs.replace(PSA, title="Blood test for PSA"))
    ) as version:
        await move(man, version)
        [message] = await man.rows("select * from message where plan_id = $1 and cause_kind = 'occurrence'")
        assert message["state"] == "void"
        assert message["state_reason"] == "The plan moved to version 2 of its protocol."
        assert (await man.occurrence(1))["title"] == "Blood test for PSA"
        await sweep(man.world)
        await sweep(man.world)
        rows = await man.rows("select state, plan_revision from message where plan_id = $1 and cause_kind = 'occurrence'"
                              " order by id")  # fmt: skip
        assert [row["state"] for row in rows] == ["void", "queued"]
        assert rows[1]["plan_revision"] > rows[0]["plan_revision"]


async def test_undo_gives_back_exactly_what_was(man: Followed) -> None:
    await in_two_years(man)
    await sweep(man.world)
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await override(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                       change=Move(step="psa", number=4, due_on=tx.today + timedelta(days=140)), reason="holiday",
                       review_on=tx.today + timedelta(days=90), by=man.trust.nurse, now=tx.now)  # fmt: skip
    before, changes = await meaning(man), await man.rows("select * from plan_override where plan_id = $1")
    scan = with_months(PSA, 8, 20, key="another-psa", title="Another blood test")
    async with stored(man.world, man.trust, second(with_months(PSA, 6, 12, 14, 24), scan)) as version:
        await move(man, version)
        assert await meaning(man) != before
        assert (await man.occurrence(2))["due_on"] == await today_of(man.world) + timedelta(
            days=140
        )  # still his own day
        await sweep(man.world)
        await undo(man)
        assert await meaning(man) == before
        assert await man.rows("select * from plan_override where plan_id = $1") == changes
        assert (await man.rows("select protocol_since, protocol_version_id from plan where id = $1"))[0] == {
            "protocol_since": None, "protocol_version_id": man.version_id}  # fmt: skip
        assert await what_is_wrong(man.world) == []
        await man.world.move_civil_clock(60)
        await sweep(man.world)
        live = await man.rows("select cause_id, purpose, count(*) from message where plan_id = $1 and state <> 'void'"
                              " and cause_kind = 'occurrence' group by 1, 2 having count(*) > 1")  # fmt: skip
        assert live == []
        assert any(number == 3 for number, _ in await man.reminded())
        with pytest.raises(Refused, match="no move to take back"):
            await undo(man)


async def test_a_reminder_that_undo_brings_back_is_sent_again_and_one_that_left_is_not(man: Followed) -> None:
    await man.world.move_civil_clock(25)
    await sweep(man.world)
    await man.world.as_owner("update message set state = 'delivered' where cause_kind = 'occurrence'")
    await man.world.move_civil_clock(25)
    await sweep(man.world)
    assert [purpose for _, purpose in await man.reminded()] == ["test_reminder_1", "test_reminder_2"]
    before = await meaning(man)
    async with stored(man.world, man.trust, second(with_months(PSA, 4, 6, 9, 12))) as version:
        await move(man, version)
        await undo(man)
        assert [row[:9] for row in await meaning(man)] == [row[:9] for row in before]
        await sweep(man.world)
        rows = await man.rows("select purpose, state from message where plan_id = $1 and cause_kind = 'occurrence'"
                              " order by queued_at, id")  # fmt: skip
        assert [tuple(row.values()) for row in rows] == [
            ("test_reminder_1", "delivered"), ("test_reminder_2", "void"), ("test_reminder_2", "queued")]  # fmt: skip


@pytest.mark.parametrize("happened", ["sent", "done", "changed"])
async def test_undo_is_refused_once_something_happened(man: Followed, happened: str) -> None:
    await man.world.move_civil_clock(60)
    async with stored(man.world, man.trust, second(with_months(PSA, 3, 6, 9, 12))) as version:
        await move(man, version)
        match happened:
            case "sent":
                await sweep(man.world)
                await man.world.as_owner("update message set state = 'delivered' where cause_kind = 'occurrence'")
            case "done":
                await done(man, 1)
            case _:
                async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
                    await pause(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, reason="ill",
                                until=tx.today + timedelta(days=9), by=man.trust.nurse, now=tx.now)  # fmt: skip
        shape = await man.shape()
        words = {"sent": "A message", "done": "Something was done", "changed": "The plan was changed"}[happened]
        with pytest.raises(Refused, match=words):
            await undo(man)
        assert await man.shape() == shape


async def test_without_the_tick_what_asks_for_less_is_refused_and_nothing_is_written(man: Followed) -> None:
    async with stored(man.world, man.trust, second(with_months(PSA, 6, 12))) as version:
        before, shape = await meaning(man), await man.shape()
        with pytest.raises(Refused, match="answer for it"):
            await move(man, version, ticked=False)
        assert (await meaning(man), await man.shape()) == (before, shape)
        await move(man, version)
        [row] = await man.rows("select answered_for from plan_migration where plan_id = $1")
        assert any("fall away" in one for one in row["answered_for"])


async def test_refused_for_an_unsigned_version_another_revision_a_machine_and_an_ended_plan(man: Followed) -> None:
    another: Protocol = second(with_months(PSA, 3, 6, 9, 12, 15))
    async with stored(man.world, man.trust, another, signed=False) as version:
        with pytest.raises(Refused, match="not signed off here"):
            await move(man, version)
    async with stored(man.world, man.trust, another) as version:
        with pytest.raises(Refused, match="changed since you opened"):
            await move(man, version, revision=99)
        with pytest.raises(Refused, match="named member of staff"):
            await move(man, version, by=msgspec.structs.replace(man.trust.lead, kind="worker", id=None))
        with pytest.raises(Refused, match="Say why"):
            await move(man, version, why=" ")
        with pytest.raises(Refused, match="on this version already"):
            await move(man, man.version_id)
        await man.world.as_owner("update plan set state = 'ended', ended_at = now(), ended_by_staff_id = $2, outcome = 'other'"
                                 " where id = $1", man.plan_id, man.trust.lead.id)  # fmt: skip
        with pytest.raises(Refused, match="This plan is ended"):
            await move(man, version)


async def test_open_alerts_stay_open_and_an_overdue_test_is_still_waited_for(man: Followed) -> None:
    await man.world.move_civil_clock(110)
    await sweep(man.world)
    before = await man.alerts()
    assert [one["state"] for one in before] == ["open"]
    async with stored(man.world, man.trust, second(with_months(PSA, 3, 7, 12))) as version:
        await move(man, version)
        assert await man.alerts() == before
        assert (await man.occurrence(1))["state"] == "open"
        assert await what_is_wrong(man.world) == []


async def test_a_step_that_is_gone_is_left_out_and_a_new_one_comes_in(world: Any) -> None:
    man = await start_plan(world, surgery_on=await today_of(world) - timedelta(days=30))
    gone = msgspec.structs.replace(PSA, key="psa-anew")
    async with stored(man.world, man.trust, msgspec.structs.replace(second(gone), steps=(gone,))) as version:
        await move(man, version)
        assert {row["state"] for row in await man.occurrences("psa")} == {"skipped"}
        assert [row["state"] for row in await man.occurrences("psa-anew")] == ["open", "open"]
        assert await what_is_wrong(man.world) == []


async def test_a_paused_plan_moves_and_its_rows_follow_when_it_goes_on(man: Followed) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await pause(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, reason="ill",
                    until=tx.today + timedelta(days=9), by=man.trust.nurse, now=tx.now)  # fmt: skip
    async with stored(man.world, man.trust, second(with_months(PSA, 4, 8))) as version:
        await move(man, version)
        assert (
            await man.rows(
                "select c.* from calendar c join occurrence o on o.id = c.occurrence_id where o.plan_id = $1"
            )
            == []
        )
        async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
            await resume(
                tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse, now=tx.now
            )
        assert await what_is_wrong(man.world) == []
        assert [row["state"] for row in await man.occurrences() if row["number"] > 0] == ["open", "open"]


async def test_who_stays_has_a_reason_and_a_day(man: Followed) -> None:
    async with stored(man.world, man.trust, second()) as version:
        async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
            here = {"organisation_id": man.trust.organisation_id, "plan_id": man.plan_id, "protocol_version_id": version,
                    "choice": "later", "by": man.trust.lead, "now": tx.now}  # fmt: skip
            with pytest.raises(Refused, match="Say why"):
                await stay_on_version(tx, **here, reason="", look_again_on=tx.today + timedelta(days=9))
            with pytest.raises(Refused, match="lie ahead"):
                await stay_on_version(tx, **here, reason="in radiotherapy", look_again_on=tx.today)
            await stay_on_version(tx, **here, reason="in radiotherapy", look_again_on=tx.today + timedelta(days=9))
        assert len(await man.rows("select * from plan_version_choice where plan_id = $1")) == 1


async def test_undo_repeats_no_reminder_that_left(man: Followed) -> None:
    await man.world.move_civil_clock(25)
    await sweep(man.world)
    await man.world.as_owner("update message set state = 'delivered' where cause_kind = 'occurrence'")
    for other in (
        with_months(PSA, 4, 7, window=Window(early_days=45, late_days=45, source="RMS-DEFAULT")),
        msgspec.structs.replace(PSA, title="Blood test for PSA"),
    ):
        async with stored(man.world, man.trust, second(other)) as version:
            await move(man, version)
            await undo(man)
            await sweep(man.world)
            assert await man.reminded() == [(1, "test_reminder_1")]


async def test_undo_keeps_what_was_sent_beside_what_was_taken_back(man: Followed) -> None:
    for days in (25, 25):
        await man.world.move_civil_clock(days)
        await sweep(man.world)
        await man.world.as_owner(
            "update message set state = 'delivered' where cause_kind = 'occurrence' and purpose = 'test_reminder_1'"
        )
    async with stored(
        man.world, man.trust, second(msgspec.structs.replace(PSA, title="Blood test for PSA"))
    ) as version:
        await move(man, version)
        await undo(man)
        await sweep(man.world)
        rows = await man.rows(
            "select purpose, state from message where plan_id = $1 and cause_kind = 'occurrence' order by id"
        )
        assert [tuple(row.values()) for row in rows] == [
            ("test_reminder_1", "delivered"), ("test_reminder_2", "void"), ("test_reminder_2", "queued")]  # fmt: skip


async def test_a_reminder_of_the_round_that_was_undone_hides_no_later_one(man: Followed) -> None:
    for days in (25, 25, 21):
        await man.world.as_owner("update message set state = 'delivered' where cause_kind = 'occurrence'")
        await man.world.move_civil_clock(days)
        await sweep(man.world)
    wide = with_months(PSA, 2, 6, 9, window=Window(early_days=45, late_days=45, source="RMS-DEFAULT"))
    async with stored(man.world, man.trust, second(wide)) as version:
        await move(man, version)
        await sweep(man.world)
        await sweep(man.world)  # the first went to the chase, which is due by the earlier date
        await undo(man)
        await sweep(man.world)
        rows = await man.rows("select state from message where plan_id = $1 and purpose = 'test_late' order by id")
        assert [row["state"] for row in rows] == ["void", "void", "queued"]
