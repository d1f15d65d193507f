"""Reviews over real rows: ten in range held by one nurse, confirmed once, and everything that changed falls out by name."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionKind, raise_alert
from rms.audit.model import WORKER, Actor, ActorKind
from rms.errors import Conflict, NotFound, Refused
from rms.followup import actions
from rms.followup.review.cases import Changed, decide_case, show_case
from rms.followup.review.likeness import Stray
from rms.followup.review.model import Subject
from rms.followup.review.queue import counts, in_range, next_one
from rms.followup.review.sittings import PageOnFile
from rms.followup.review.tens import TooFast, UsedAlready, confirm_ten, show_ten
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import file_psa, the
from tests.waiting_results import LATER, SPOILT_COPIES, asking, copies, look_long, waiting_men


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def dan(world: World) -> Actor:
    staff_id = await the(world, "select id from staff where display_name = 'Dan Deputy'")
    return Actor(kind=ActorKind.STAFF, name="Dan Deputy", id=staff_id)


async def shown(world: World, trust: Trust, *, staff_id: int | None = None) -> UUID | None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await show_ten(tx, asking(trust, staff_id=staff_id))


async def confirm(world: World, trust: Trust, ref: UUID, *, left_out: tuple[UUID, ...] = ()) -> PageOnFile:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await confirm_ten(tx, asking(trust), ref=ref, left_out=left_out, by=trust.nurse, now=tx.now)


async def results_on(world: World, ref: UUID) -> list[int]:
    rows = await world.as_owner("select r.subject_id from review_row r join review_page p on p.id = r.page_id"
                                " where p.ref = $1 order by r.position", ref)  # fmt: skip
    return [row["subject_id"] for row in rows]


async def reason_of(world: World, trust: Trust, result_id: int, **more: tuple[Stray, ...]) -> str:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await in_range(tx, asking(trust, **more), at_most=10) == []
        ref = await tx.fetchval("select ref from result where id = $1", result_id)
        return (await show_case(tx, asking(trust, **more), ref=ref, to_decide=True)).reason


async def test_ten_oldest_are_shown_and_confirmed_with_everything_that_was_on_the_screen(world, trust):
    men = await waiting_men(world, trust, how_many=12)
    ref = await shown(world, trust)
    assert await results_on(world, ref) == [one.result_id for one in men[:10]]
    await look_long(world)
    page = await confirm(world, trust, ref)
    assert [row.outcome for row in page.rows] == ["decided"] * 10
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 2
    assert await the(world, "select count(*) from message where cause_kind = 'decision' and purpose = 'result_in_range_gp'"
                            " and cause_id = any($1)", [row.decision_id for row in page.rows]) == 10  # fmt: skip
    told = await the(world, "select details from audit_entry where verb = 'review.confirm' order by id limit 1")
    assert told["value"] == "0.04 ug/L"
    assert [one["value"] for one in told["past"]] == ["0.03 ug/L"]
    assert told["limits"] == [{"rule": "psa-above-limit", "words": "above 0.2 ug/L", "personal": False}]
    assert told["rules"]["alert"] == 2
    assert told["protocol"].startswith("prostate-after-prostatectomy")
    assert told["told"] == "text, and a letter"


async def test_a_page_that_still_waits_is_shown_again_and_not_a_second_one(world, trust):
    await waiting_men(world, trust, how_many=2)
    assert await shown(world, trust) == await shown(world, trust)


async def test_two_nurses_at_once_get_different_results(world, trust):
    await waiting_men(world, trust, how_many=13)
    other = await dan(world)
    mine, theirs = await asyncio.gather(shown(world, trust), shown(world, trust, staff_id=other.id))
    first, second = await results_on(world, mine), await results_on(world, theirs)
    assert set(first) & set(second) == set()
    assert len({*first, *second}) == 13
    assert await shown(world, trust, staff_id=trust.lead.id) is None


async def test_a_claim_ends_after_a_quarter_of_an_hour(world, trust):
    await waiting_men(world, trust, how_many=1)
    ref = await shown(world, trust)
    other = await dan(world)
    assert await shown(world, trust, staff_id=other.id) is None
    await world.as_owner("update review_claim set until = until - interval '15 minutes'")
    assert await shown(world, trust, staff_id=other.id) is not None
    await look_long(world)
    page = await confirm(world, trust, ref)
    assert [(row.outcome, row.outcome_why) for row in page.rows] == [("stale", "A colleague is looking at it.")]
    assert await the(world, "select count(*) from decision where decided_at > now() + interval '80 days'") == 0


async def test_too_fast_does_nothing_and_says_how_long_to_look(world, trust):
    await waiting_men(world, trust, how_many=3)
    ref = await shown(world, trust)
    with pytest.raises(TooFast, match="You confirmed 3 results in 1 second, and nothing was done"):
        await confirm(world, trust, ref)
    await look_long(world, seconds=2)
    with pytest.raises(TooFast):
        await confirm(world, trust, ref)
    assert await the(world, "select count(*) from result where review_state = 'reviewed'") == 3
    await look_long(world, seconds=1)
    assert [row.outcome for row in (await confirm(world, trust, ref)).rows] == ["decided"] * 3


async def test_a_second_submit_changes_nothing_and_says_so(world, trust):
    await waiting_men(world, trust, how_many=2)
    ref = await shown(world, trust)
    await look_long(world)
    first, second = await asyncio.gather(confirm(world, trust, ref), confirm(world, trust, ref), return_exceptions=True)
    assert {type(first), type(second)} == {PageOnFile, UsedAlready}
    assert await the(world, "select count(*) from decision") == 4


async def test_only_the_one_it_was_shown_to_confirms_a_page(world, trust):
    await waiting_men(world, trust, how_many=1)
    ref = await shown(world, trust)
    other = await dan(world)
    with pytest.raises(NotFound):
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            await confirm_ten(tx, asking(trust, staff_id=other.id), ref=ref, left_out=(), by=other, now=tx.now)


async def test_what_changed_after_it_was_shown_falls_out_with_the_reason_and_the_others_go_through(world, trust):
    men = await waiting_men(world, trust, how_many=5)
    ref = await shown(world, trust)
    await look_long(world)
    on = men[0].man.today + timedelta(days=LATER)
    await file_psa(world, men[0].man, "0.5", on=on, order="news")
    await world.as_owner("update contact_point set value = '1 Other Lane' where patient_id = $1", men[1].man.patient_id)
    await world.as_owner("update patient set messages_stopped_at = now(), messages_stopped_by = 'x',"
                         " messages_stopped_why = 'x' where id = $1", men[1].man.patient_id)  # fmt: skip
    await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="result",
                         subject_id=men[2].result_id, kind=DecisionKind.CALL, by=await dan(world))  # fmt: skip
    await world.as_owner("update patient set family_name = 'Other' where id = $1", men[3].man.patient_id)
    page = await confirm(world, trust, ref)
    assert [row.outcome for row in page.rows] == ["stale", "stale", "stale", "stale", "decided"]
    why = [row.outcome_why or "" for row in page.rows]
    assert "0.5 ug/L" in why[0]
    assert why[1] == "Messages to this person are stopped."
    assert why[2] == "Somebody has decided about it meanwhile."
    assert why[3] == "Something about it changed after it was shown."
    assert await the(world, "select count(*) from audit_entry where verb = 'review.stale'") == 4
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await in_range(tx, asking(trust), at_most=10) == []


async def test_what_is_left_out_or_undone_is_looked_at_alone_afterwards(world, trust):
    men = await waiting_men(world, trust, how_many=2)
    ref = await shown(world, trust)
    await look_long(world)
    left = await the(world, "select ref from result where id = $1", men[0].result_id)
    page = await confirm(world, trust, ref, left_out=(left,))
    assert [row.outcome for row in page.rows] == ["left_out", "decided"]
    assert await reason_of(world, trust, men[0].result_id) == "It was left out of a page of ten by Nora Nurse."
    await actions.undo(
        world.web, organisation_id=trust.organisation_id, decision_id=page.rows[1].decision_id, by=trust.nurse
    )
    assert await reason_of(world, trust, men[1].result_id) == "Nora Nurse undid what was decided about it."


SPOILT = {
    "update contact_point set dead_at = now(), dead_why = 'x' where kind = 'post'": "no postal address is known that works",
    "update patient set prefers = 'phone'": "told by telephone only",
    "update plan_override set made_at = now() + interval '85 days' where content->>'kind' = 'limit'": "A limit of this plan",
    "update treatment set recorded_at = now() + interval '85 days'": "A treatment was recorded",
    "update treatment set started_on = current_date + 80": "A treatment was recorded",
    "update plan set state = 'paused', state_reason = 'x', still_since = current_date": "The plan is paused.",
    "update result set occurrence_id = null": "It was not expected",
    "update patient set flags = '[\"nhs_number_not_verified\"]'": "not verified",
    "update patient set flags = '[\"secondary_recorded\"]'": "secondary cancer",
    "update decision set undone_at = now(), undone_by_staff_id = decided_by_staff_id; update result set review_state ="
    " 'not_needed' where review_state = 'reviewed'": "Nobody has looked at a result of this plan before.",
    "update result_version set method = 'Other' where id = (select max(id) from result_version)": "by another method",
    "update result_version set entered_by_staff_id = (select min(id) from staff)": "nobody else has checked it",
    "update result_version set notes = 'Haemolysed.' where id = (select max(id) from result_version)": "wrote beside it",
    "update patient set nhs_number = null": "no NHS number",
}


@pytest.mark.parametrize("spoil", SPOILT)
async def test_whatever_is_not_as_it_should_be_is_looked_at_alone_with_the_reason(world, trust, spoil):
    [one] = await waiting_men(world, trust, how_many=1)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert len(await in_range(tx, asking(trust), at_most=10)) == 1
    await world.as_owner(
        "insert into plan_override (organisation_id, plan_id, content, reason, author_name, review_on, made_at)"
        ' select organisation_id, id, \'{"kind": "limit", "rule": "psa-above-limit", "value": 0.3, "unit": "ug/L"}\', \'x\','
        " 'x', current_date, now() - interval '1 day' from plan"
    )
    await world.behind_triggers(*spoil.split("; "))
    assert SPOILT[spoil] in await reason_of(world, trust, one.result_id)


async def test_beside_an_open_alert_nothing_is_in_range(world, trust):
    [one] = await waiting_men(world, trust, how_many=1)
    async with world.worker.transaction() as tx:
        await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=AlertKind.CHASE, subject_kind="patient",
            subject_id=one.man.patient_id, rule_key="x", sentence="Please phone him.", cause_kind="x", cause_id=1,
            patient_id=one.man.patient_id, plan_id=None, by=WORKER, now=tx.now,
        )  # fmt: skip
    assert await reason_of(world, trust, one.result_id) == "An alert is open: Please phone him."


async def test_an_unmatched_message_that_may_be_about_him_keeps_a_result_alone(world, trust):
    [one] = await waiting_men(world, trust, how_many=1)
    for stray in (Stray(name_key="ashdown p"), Stray(nhs_number=(await him(world, one.man.patient_id))["nhs_number"]),
                  Stray(born_on=(await him(world, one.man.patient_id))["born_on"])):  # fmt: skip
        assert "may be about this person" in await reason_of(world, trust, one.result_id, strays=(stray,))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await in_range(tx, asking(trust, strays=(Stray(), Stray(name_key="ash p"))), at_most=10)


async def him(world: World, patient_id: int):
    return (await world.as_owner("select ref, nhs_number, born_on from patient where id = $1", patient_id))[0]


async def test_an_unanswered_or_changed_questionnaire_keeps_a_result_alone(world, trust):
    [one] = await waiting_men(world, trust, how_many=1)
    await world.as_owner(
        "insert into assignment (organisation_id, patient_id, plan_id, occurrence_id, team_id, questionnaire_version_id, state,"
        " asked_on, closes_on) select o.organisation_id, o.patient_id, o.plan_id, o.id, o.team_id, v.id, 'asked', current_date,"
        " current_date from occurrence o, questionnaire_version v where o.kind = 'questionnaire' and v.key = 'symptom-check-prostate'"
        " order by o.id limit 1"
    )
    assert await reason_of(world, trust, one.result_id) == "Not answered: Symptom check."
    await world.as_owner("update assignment set state = 'submitted', submitted_at = now(), review_state = 'to_review',"
                         " score = '[]'")  # fmt: skip
    assert "nobody has looked: Symptom check" in await reason_of(world, trust, one.result_id)
    await world.as_owner("update assignment set review_state = 'reviewed'")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await in_range(tx, asking(trust), at_most=10)


async def test_a_first_an_out_of_range_and_a_preliminary_result_each_say_why(world, trust):
    [one] = await waiting_men(world, trust, how_many=1, value="0.31")
    assert "0.31 ug/L" in await reason_of(world, trust, one.result_id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        seen = await counts(tx, asking(trust))
    assert (seen.in_range, seen.one_by_one) == (0, 1)


async def decided(
    world: World, trust: Trust, *, ref: UUID, token: UUID, kind: DecisionKind, by: Actor | None = None, **words
):
    by = by or trust.nurse
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await decide_case(tx, asking(trust, staff_id=by.id), ref=ref, token=token, kind=kind, note=words.get("note"),
                          until_on=words.get("until_on"), by=by, now=tx.now)  # fmt: skip


async def opened(world: World, trust: Trust, ref: UUID, *, staff_id: int | None = None):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await show_case(tx, asking(trust, staff_id=staff_id), ref=ref, to_decide=True)


async def ref_of(world: World, result_id: int) -> UUID:
    return await the(world, "select ref from result where id = $1", result_id)


async def test_a_case_is_held_by_one_decided_once_and_never_as_in_range_against_a_rule(world, trust):
    [one] = await waiting_men(world, trust, how_many=1, value="0.31")
    ref, other = await ref_of(world, one.result_id), await dan(world)
    case = await opened(world, trust, ref)
    assert "A rule objects" in case.first_choice_refused
    theirs = await opened(world, trust, ref, staff_id=other.id)
    assert (theirs.token, theirs.held_by) == ("", "Nora Nurse")
    token = UUID(case.token)
    with pytest.raises(NotFound):
        await decided(world, trust, ref=ref, token=token, kind=DecisionKind.CALL, note="He is well.", by=other)
    with pytest.raises(Refused, match="A rule objects"):
        await decided(world, trust, ref=ref, token=token, kind=DecisionKind.IN_RANGE)
    await decided(world, trust, ref=ref, token=token, kind=DecisionKind.CALL, note="Called him.")
    with pytest.raises(Conflict, match="second time"):
        await decided(world, trust, ref=ref, token=token, kind=DecisionKind.CALL, note="Called him.")
    assert await the(world, "select count(*) from decision where kind = 'call'") == 1
    assert (await opened(world, trust, ref)).token == ""
    told = await the(world, "select details from audit_entry where verb = 'review.decide'")
    assert (told["value"], told["kind"]) == ("0.31 ug/L", "call")


async def test_a_case_that_changed_while_it_was_open_is_not_decided(world, trust):
    [one] = await waiting_men(world, trust, how_many=1, value="0.31")
    ref = await ref_of(world, one.result_id)
    case = await opened(world, trust, ref)
    await file_psa(world, one.man, "0.4", on=one.man.today + timedelta(days=LATER), order="news")
    with pytest.raises(Changed, match="Look again"):
        await decided(world, trust, ref=ref, token=UUID(case.token), kind=DecisionKind.CALL, note="He is well.")
    again = await opened(world, trust, ref)
    assert again.token != case.token
    assert (await opened(world, trust, ref)).token == again.token
    await decided(world, trust, ref=ref, token=UUID(again.token), kind=DecisionKind.REFER, note="To the meeting.")


async def test_set_aside_comes_back_on_its_day_before_the_others(world, trust):
    men = await waiting_men(world, trust, how_many=2, value="0.31")
    refs = [await ref_of(world, one.result_id) for one in men]
    case = await opened(world, trust, refs[1])
    until = men[0].man.today + timedelta(days=LATER + 5)
    with pytest.raises(Refused, match="Say why"):
        await decided(world, trust, ref=refs[1], token=UUID(case.token), kind=DecisionKind.SET_ASIDE, until_on=until)
    await decided(world, trust, ref=refs[1], token=UUID(case.token), kind=DecisionKind.SET_ASIDE, note="A letter is awaited.",
                  until_on=until)  # fmt: skip
    # An alert to act on today would come first whatever is due back.
    await world.as_owner("update alert set kind = 'look_soon'")
    for days, (subject, due_back, later) in ((0, (men[0], 0, 1)), (5, (men[1], 1, 0))):
        await world.move_civil_clock(days)
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            following = await next_one(tx, asking(trust))
            seen = await counts(tx, asking(trust))
        assert following is not None
        assert following.subject == Subject("result", subject.result_id)
        assert (seen.due_back, seen.later) == (due_back, later)


async def test_another_team_finds_nothing(world, trust):
    [one] = await waiting_men(world, trust, how_many=1)
    ref = await ref_of(world, one.result_id)
    nobody = asking(trust).__class__(organisation_id=trust.organisation_id, team_ids=(), staff_id=trust.nurse.id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await in_range(tx, nobody, at_most=10) == []
        with pytest.raises(NotFound):
            await show_case(tx, nobody, ref=ref, to_decide=True)


async def test_of_a_thousand_waiting_results_no_doubtful_one_is_ever_offered_with_others(world, trust):
    await waiting_men(world, trust, how_many=1)
    await copies(world, how_many=1000)
    newest = "r.review_state = 'to_review' and (r.id / 10000) % 25 = "
    await world.behind_triggers(*(statement.format(f"{newest}{rest}") for rest, statement in SPOILT_COPIES.items()))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        offered = await in_range(tx, asking(trust), at_most=2000)
    ids = {one.subject.id for one in offered}
    # The oracle asks the rows themselves, with SQL of its own.
    doubtful = await world.as_owner(
        "select r.id from result r join result_version v on v.id = r.current_version_id where r.review_state = 'to_review'"
        " and (v.number is null or v.number > 0.2 or v.comparator <> '' or v.status <> 'F' or r.occurrence_id is null"
        "  or exists (select from alert a where a.patient_id = r.patient_id and a.state <> 'closed')"
        "  or not exists (select from contact_point c where c.patient_id = r.patient_id and c.dead_at is null))"
    )
    assert len(doubtful) == 8 * 40
    assert ids & {row["id"] for row in doubtful} == set()
    assert len(ids) == 1001 - len(doubtful)


async def test_of_one_persons_results_the_one_an_alert_is_about_comes_first(world, trust):
    [one] = await waiting_men(world, trust, how_many=1)
    beyond = await file_psa(world, one.man, "0.3", on=one.man.today + timedelta(days=LATER), order="beyond")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        first = await next_one(tx, asking(trust))
        assert first is not None
        second = await next_one(tx, asking(trust), after_patient=one.man.patient_id, but=first.subject)
    assert second is not None
    assert (first.subject.id, second.subject.id) == (beyond.result_id, one.result_id)
