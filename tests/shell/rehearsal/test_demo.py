"""The demo's people are such as the real doors would have left them: the invariants hold, and every list has somebody."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from rms.clock import SystemClock
from rms.db.database import Database
from rms.errors import Refused
from rms.messages.model import Channel
from rms.messages.notify import NotifyGateway
from rms.rehearsal.demo.cast import FEWEST
from rms.rehearsal.demo.loading import fill
from rms.rehearsal.demo.weeks import Weeks
from rms.rehearsal.notify_server.app import REHEARSAL_KEY, Options, running
from rms.rehearsal.notify_server.script import PRESETS
from rms.settings import read_settings
from rms.worker import Outside, run_dry, timetable
from tests.database import World

PEOPLE = 170


def silent(_: str) -> None:
    """Nobody reads progress here."""


@pytest.fixture(scope="module")
async def filled(pools: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A small demo, loaded and played once for all tests of this file."""
    await pools.owner.empty()
    made = await fill(pools.url(), web_url=pools.url("rms_web"), people=PEOPLE, say=silent)
    owner = await asyncpg.connect(pools.url())
    settings = read_settings({"RMS_HOME": str(tmp_path_factory.mktemp("demo"))})
    async with running(Options(receipts=PRESETS["lost"])) as provider:
        notify = NotifyGateway(base_url=provider.url, api_key=REHEARSAL_KEY, template_sms="1", template_email="2")
        outer = Outside(gateways={Channel.SMS: notify, Channel.EMAIL: notify}, register=None)
        duties = timetable(pools.worker, settings=settings, outer=outer, clock=SystemClock(), tick=1.0)

        async def settle() -> None:
            await run_dry(duties)

        try:
            await Weeks(made, owner=owner, web=pools.web, settle=settle, say=silent).play()
        finally:
            await notify.aclose()
            await owner.close()
    yield pools
    await pools.owner.empty()


async def counted(world: World, sql: str) -> int:
    [row] = await world.as_owner(sql)
    return int(row[0])


async def test_every_reference_leads_somewhere(filled: World) -> None:
    keys = await filled.as_owner(
        "select conrelid::regclass::text as child, confrelid::regclass::text as parent,"
        " (select array_agg(attname order by place) from unnest(conkey) with ordinality as k (number, place)"
        "   join pg_attribute on attrelid = conrelid and attnum = number) as mine,"
        " (select array_agg(attname order by place) from unnest(confkey) with ordinality as k (number, place)"
        "   join pg_attribute on attrelid = confrelid and attnum = number) as theirs"
        " from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0"
    )
    for key in keys:
        pairs = list(zip(key["mine"], key["theirs"], strict=True))
        given = " and ".join(f"c.{mine} is not null" for mine, _ in pairs)
        same = " and ".join(f"p.{theirs} = c.{mine}" for mine, theirs in pairs)
        lost = await counted(
            filled,
            f"select count(*) from {key['child']} c where {given} and not exists (select from {key['parent']} p where {same})",
        )
        assert lost == 0, f"{key['child']} {key['mine']} leads nowhere"


#: What must always hold (docs/invariants.md), as what must not be found.
NEVER = {
    "I-1 a due step of a running plan that nobody looks at": "select count(*) from occurrence o join plan p on p.id = o.plan_id"
    " where p.state = 'active' and o.state = 'open' and (select count(*) from calendar c where c.occurrence_id = o.id) <> 1",
    "I-1 a look at something that is not open": "select count(*) from calendar c where not exists"
    " (select from occurrence o where o.id = c.occurrence_id and o.state = 'open')",
    "I-2 two messages of one cause": "select count(*) from (select 1 from message group by organisation_id, cause_kind, cause_id,"
    " purpose, recipient, channel, attempt having count(*) > 1) s",
    "I-5 something left for somebody who had died": "select count(*) from message m join patient p on p.id = m.patient_id"
    " where p.death_state = 'formal' and m.recipient = 'person' and m.accepted_at > p.death_recorded_at",
    "I-5 something left for somebody who wants nothing": "select count(*) from message m join patient p on p.id = m.patient_id"
    " where p.messages_stopped_at is not null and m.recipient = 'person' and m.accepted_at is not null",
    "I-6 a breach without an alert": "select count(*) from rule_evaluation where outcome <> 'clear' and alert_id is null",
    "I-6 a numeric result of a running plan that no rule was asked about": "select count(*) from result r"
    " join result_version v on v.id = r.current_version_id where not r.is_history and v.number is not null and not exists"
    " (select from rule_evaluation e where e.cause_kind = 'result_version' and e.cause_id = v.id)",
    "I-7 an open alert without a clock": "select count(*) from alert where state <> 'closed' and next_escalation_at is null",
    "a step that was done by nothing": "select count(*) from occurrence o where o.state = 'done' and not exists"
    " (select from result r where o.closed_by_kind = 'result' and r.id = o.closed_by_id and r.patient_id = o.patient_id)"
    " and not exists (select from assignment a where o.closed_by_kind = 'response' and a.id = o.closed_by_id"
    " and a.occurrence_id = o.id)",
    "a reviewed result that nobody decided about": "select count(*) from result r where r.review_state = 'reviewed' and not exists"
    " (select from decision d where d.subject_kind = 'result' and d.subject_id = r.id)",
    # It would keep every result of theirs out of the review in tens.
    "a treatment that was told after the plan began": "select count(*) from treatment t join plan p on p.case_id = t.case_id"
    " where t.recorded_at > p.started_at",
    "a real telephone number": "select count(*) from contact_point where kind = 'mobile' and value !~ '^[+]447700900[0-9]{3}$'",
    "a real NHS number": "select count(*) from patient where nhs_number !~ '^999'",
    "two people with one mobile": "select count(*) from (select 1 from contact_point c join patient p on p.id = c.patient_id"
    " where kind = 'mobile' group by value having count(distinct p.nhs_number) > 1) s",
}  # fmt: skip


@pytest.mark.parametrize("what", NEVER)
async def test_what_must_never_be_found_is_not(filled: World, what: str) -> None:
    assert await counted(filled, NEVER[what]) == 0


#: What the demo is there to show: each must be found at least so often.
SHOWN = {
    "plans in every state": "select count(distinct state) - 4 from plan",
    "alerts of every kind": "select count(distinct kind) - 3 from alert where state in ('open', 'taken')",
    "alerts in hand": "select count(*) from alert where state = 'taken'",
    "results to review": "select count(*) from result where review_state = 'to_review'",
    "results that may be confirmed in tens": "select count(*) from result r where r.review_state = 'to_review'"
    " and r.occurrence_id is not null and not exists (select from alert a where a.patient_id = r.patient_id and"
    " a.state <> 'closed' and a.rule_key <> 'unreviewed') and not exists (select from assignment m where"
    " m.patient_id = r.patient_id and (m.review_state = 'to_review' or m.state in ('asked', 'opened')))",
    "notes to read": "select count(*) from note where for_staff_id is not null",
    "calls": "select count(*) from helpline_contact",
    "away": "select count(*) from staff_leave where cover_staff_id is not null",
    "results set aside": "select count(*) from result where review_state = 'set_aside'",
    "answers to review": "select count(*) from assignment where review_state = 'to_review'",
    "questionnaires begun": "select count(*) from assignment where state = 'opened'",
    "questionnaires asked": "select count(*) from assignment where state = 'asked'",
    "messages sent": "select count(*) from message where state in ('accepted', 'delivered')",
    "messages waiting": "select count(*) from message where state = 'queued'",
    "messages held": "select count(*) from message where state = 'held'",
    "unmatched": "select count(*) from inbox_filing where state = 'waiting'",
    "plans that came to their end": "select count(*) from plan p where p.state = 'active' and not exists"
    " (select from occurrence o where o.plan_id = p.id and o.state = 'open')",
    "drafts": "select count(*) from plan_draft",
    "left out": "select count(*) from follow_up_choice",
    "letters": "select count(*) from letter",
    "late tests": "select count(*) from occurrence where state = 'open' and kind = 'test' and due_on < current_date - 3",
    "ten years": "select (max(sample_at) - min(sample_at) > interval '8 years')::integer from result",
    "missed": "select count(*) from occurrence where state = 'missed'",
    "followed at both": "select count(*) from (select 1 from patient group by nhs_number having count(*) = 2) s",
}


@pytest.mark.parametrize("what", SHOWN)
async def test_every_list_has_somebody(filled: World, what: str) -> None:
    assert await counted(filled, SHOWN[what]) > 0


async def test_the_civil_clock_is_the_real_one_again(filled: World) -> None:
    assert await counted(filled, "select extract(epoch from civil_offset)::integer from database_state") == 0


async def test_a_second_load_too_few_people_and_a_live_database_are_refused(
    filled: World, live_database: tuple[str, Database]
) -> None:
    with pytest.raises(Refused, match="already"):
        await fill(filled.url(), web_url=filled.url("rms_web"), people=PEOPLE, say=silent)
    with pytest.raises(Refused, match="between"):
        await fill(filled.url(), web_url=filled.url("rms_web"), people=FEWEST - 1, say=silent)
    with pytest.raises(Refused, match="live"):
        await fill(live_database[0], web_url=live_database[0], people=PEOPLE, say=silent)
