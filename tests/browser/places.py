"""What the {names} of `pages.txt` stand for: a query each, asked for the organisation ($1) and the teams ($2) of who looks."""

from datetime import date
from typing import Final

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER, Actor, ActorKind
from rms.caseload.worklist.asked import ROWS_A_PAGE
from rms.rehearsal.people import story_people
from rms.rehearsal.register_files import csv_file
from rms.sync.imports import actions
from rms.sync.imports.files import Upload
from rms.sync.imports.model import ImportKind
from rms.sync.jobs import file_inbox
from tests.asked import Followed
from tests.browser.demo import STAFF, Member, member_called
from tests.cast import Trust, a_person
from tests.database import World
from tests.laboratory import a_peer, arrive, obx, oru
from tests.own_pages import link_to_pages
from tests.pages.review_stage import review_refs

_HERE = "organisation_id = $1 and team_id = any($2)"
_THEIRS = f"patient_id in (select patient_id from plan where {_HERE})"
_ON_A_PLAN = f"select patient_id from plan where {_HERE} and state = 'active'"
#: Somebody with a chart, a late test and messages: everything there is about one person.
_FULL = (
    f"select p.patient_id from plan p where p.{_HERE.replace('team_id', 'p.team_id')} and p.state = 'active'"
    " order by (select count(*) from result r where r.patient_id = p.patient_id) desc,"
    " (select count(*) from message m where m.patient_id = p.patient_id) desc, p.id limit 1"
)
_LAST = f"select greatest(1, ceil(count(*) / {ROWS_A_PAGE}.0))::int from"

PLACES: Final = {
    "alert": f"select ref from alert where {_HERE} and state = 'open' and kind = 'look_soon' order by id limit 1",
    "last of alerts": f"{_LAST} alert where {_HERE} and state <> 'closed'",
    "last of late": f"{_LAST} occurrence where {_HERE} and state = 'open' and due_on < now()::date",
    "call": f"select ref from helpline_contact where {_HERE} order by id limit 1",
    "late": f"select ref from occurrence where {_HERE} and state = 'open' and kind = 'test' and due_on < now()::date - 1"
            f" and patient_id in ({_ON_A_PLAN}) order by due_on limit 1",
    "letter": "select m.ref from letter l join message m on m.id = l.message_id where m.organisation_id = $1"
              " and m.team_id = any($2) order by l.id limit 1",
    "message": f"select ref from message where {_HERE} and state = 'delivered' and recipient = 'person' order by id limit 1",
    "failed message": f"select ref from message where {_HERE} and state = 'failed' order by id limit 1",
    "person": f"select ref from patient where id = ({_FULL})",
    "without a plan": "select ref from patient p where organisation_id = $1 and $2::bigint[] is not null and not exists"
                      " (select from plan where patient_id = p.id) and exists (select from register_case c where c.patient_id"
                      " = p.id and c.tumour_site = (select tumour_site from team where id = ($2::bigint[])[1]))"
                      " order by id limit 1",
    "paused": f"select ref from patient where id = (select patient_id from plan where {_HERE} and state = 'paused'"
              " order by id limit 1)",
    "dead": f"select ref from patient where death_state is not null and id in (select patient_id from plan where {_HERE})"
            " order by id limit 1",
    "ended": f"select ref from patient where id = (select patient_id from plan where {_HERE} and state = 'ended'"
             " order by id limit 1)",
    "texts stopped": f"select ref from patient where messages_stopped_at is not null and id in ({_ON_A_PLAN})"
                     " order by id limit 1",
    "plan": f"select ref from plan where {_HERE} and patient_id = ({_FULL})",
    "plan held": f"select ref from plan where {_HERE} and state = 'held' order by id limit 1",
    "plan paused": f"select ref from plan where {_HERE} and state = 'paused' order by id limit 1",
    "plan suspended": f"select ref from plan where {_HERE} and state = 'suspended' order by id limit 1",
    "result": f"select ref from result where organisation_id = $1 and patient_id = ({_FULL}) order by sample_at desc limit 1",
    "asked": f"select ref from assignment where {_HERE} and state in ('asked', 'opened') order by id limit 1",
    "case": f"select r.ref from result r where r.{_THEIRS} and r.organisation_id = $1"
            " and r.review_state = 'to_review' and exists (select from alert a where a.patient_id = r.patient_id"
            " and a.state <> 'closed') order by r.id limit 1",
    "sitting": "select ref from review_session where organisation_id = $1 and $2::bigint[] is not null order by id limit 1",
    "ten": "select ref from review_page where organisation_id = $1 and $2::bigint[] is not null order by id limit 1",
    "peer": "select p.id from peer p join peer_organisation o on o.peer_id = p.id where o.organisation_id = $1"
            " and $2::bigint[] is not null order by 1 limit 1",
    "batch": "select ref from import_batch where organisation_id = $1 and $2::bigint[] is not null order by id limit 1",
    "colleague": "select ref from staff where organisation_id = $1 and $2::bigint[] is not null and display_name = 'Sam Wren'",
    "ready": "select c.ref from register_case c where c.organisation_id = $1 and c.tumour_site ="
             " (select tumour_site from team where id = ($2::bigint[])[1])"
             " and not exists (select from plan where case_id = c.id)"
             " and not exists (select from plan_draft where case_id = c.id)"
             " and not exists (select from follow_up_choice where case_id = c.id) order by c.id limit 1",
    "dated draft": "select c.ref from plan_draft d join register_case c on c.id = d.case_id where d.organisation_id = $1"
                   " and $2::bigint[] is not null order by length(d.content::text) desc limit 1",
    "code": f"select ref from alert where {_HERE} and subject_kind = 'peer' and rule_key ^@ 'inbox-code:' and state <> 'closed'"
            " order by id desc limit 1",
    "unmatched": f"select a.ref from alert a join inbox_filing f on f.alert_id = a.id where a.{_HERE} and f.state = 'waiting'"
                 " order by a.id limit 1",
}  # fmt: skip


async def place(world: World, name: str, who: Member) -> str:
    """What stands for a name in an address."""
    rows = await world.as_owner(PLACES[name], who.organisation_id, list(who.team_ids))
    assert rows, f"The demo has nothing for {{{name}}}: look at tests/browser/places.py."
    return str(rows[0][0])


async def what_the_demo_lacks(world: World) -> None:
    """A note, a call, a colleague away, a file that waits, a sitting: what a small demo does not play, once."""
    if await world.as_owner("select 1 from review_session limit 1"):
        return
    nora = await member_called(STAFF["nurse"])(world)
    lena = await member_called(STAFF["lead"])(world)
    [full] = await world.as_owner(_FULL, nora.organisation_id, list(nora.team_ids))
    await world.as_owner(
        "insert into note (organisation_id, patient_id, words, written_at, written_by_staff_id, for_staff_id)"
        " values ($1, $2, 'Please call her on Thursday.', now(), $3, $4)",
        nora.organisation_id, full["patient_id"], lena.staff_id, nora.staff_id,
    )  # fmt: skip
    await world.as_owner(
        "insert into staff_leave (organisation_id, staff_id, from_on, until_on, created_by)"
        " values ($1, $2, now()::date, now()::date + 5, 'Lena Kestrel')", nora.organisation_id, nora.staff_id,
    )  # fmt: skip
    [result] = await world.as_owner("select ref from result where organisation_id = $1 and review_state = 'to_review' limit 1",
                                    nora.organisation_id)  # fmt: skip
    await review_refs(world, result=result["ref"], staff_id=lena.staff_id)
    await _a_call(world, nora, patient_id=full["patient_id"])
    await _a_file(world, lena)
    await _a_code(world, lena)


async def _a_call(world: World, nora: Member, *, patient_id: int) -> None:
    """Somebody rang about a symptom, and a nurse was asked."""
    async with world.worker.transaction() as tx:
        alert_id = await raise_alert(
            tx, organisation_id=nora.organisation_id, team_id=nora.team_ids[0], kind=AlertKind.LOOK_SOON, subject_id=1,
            subject_kind="helpline", rule_key="helpline", sentence="Rang the helpline about pain in the back.",
            cause_kind="helpline", cause_id=1, patient_id=patient_id, by=WORKER, now=tx.now,
        )  # fmt: skip
    await world.as_owner(
        "insert into helpline_contact (organisation_id, patient_id, team_id, caller, reason, details, outcome, taken_at,"
        " taken_by_staff_id, alert_id) values ($1, $2, $3, 'person', 'symptom', 'Pain in the back.', 'nurse_asked', now(), $4,"
        " $5)",
        nora.organisation_id, patient_id, nora.team_ids[0], nora.staff_id, alert_id,
    )  # fmt: skip


async def _a_code(world: World, lena: Member) -> None:
    """A laboratory of this trust alone sends a code that nobody knows; another of its codes was said to be none of ours."""
    [team] = await world.as_owner("select organisation_id, id from team where id = $1", lena.team_ids[0])
    nobody = Actor(kind=ActorKind.STAFF, name="-", id=None)
    trust = Trust(organisation_id=team["organisation_id"], code="-", team_id=team["id"], nurse=nobody, lead=nobody)
    await a_peer(world, trust, facility="HARBOUR", name="Harbour Laboratory")
    stranger = a_person(77, family="Newcomer")
    await arrive(world, oru(stranger, obx("0.3", code="HK2^Prostate specific Ag^L"), facility="HARBOUR", control="HK2"))
    await file_inbox(world.worker)
    await world.as_owner(
        "update alert set team_id = $1 where rule_key ^@ 'inbox-code:' and rule_key like '%:hk2'", team["id"]
    )
    await world.as_owner(
        "insert into code_map (peer_id, local_code, local_text, analyte, valid_from, made_by) select id, 'ESR-X',"
        " 'Sedimentation', 'not-followed', '2000-01-01', 'Lena Kestrel' from peer"
    )


async def _a_file(world: World, lena: Member) -> None:
    """A file of the register was checked and waits for somebody to approve it; one of its rows has faults."""
    here = {"organisation_id": lena.organisation_id}
    raw = csv_file(story_people(today=date(2026, 3, 1))) + b'"x",,\r\n'
    incoming = await actions.read(
        world.web, **here, source=Upload(name="register.csv", raw=raw), kind=ImportKind.REGISTER
    )
    by = Actor(kind=ActorKind.STAFF, name=STAFF["lead"], id=lena.staff_id)
    await actions.stage(world.web, **here, incoming=incoming, by=by)


async def somebody_asked(world: World, *, state: str) -> tuple[int, int]:
    """The organisation and the assignment of somebody who was asked and has begun (`opened`) or sent (`submitted`)."""
    [row] = await world.as_owner(
        "select a.organisation_id, a.id from assignment a join questionnaire_version v on v.id = a.questionnaire_version_id"
        " where a.state = $1 and v.key = 'symptom-check-prostate' order by a.id limit 1", state,
    )  # fmt: skip
    return row["organisation_id"], row["id"]


async def somebody_told(world: World) -> tuple[int, int, str]:
    """The organisation, a person whose result a nurse released, and that result."""
    [row] = await world.as_owner(
        "select r.organisation_id, r.patient_id, r.ref from decision d join result r on r.id = d.subject_id"
        " join plan p on p.patient_id = r.patient_id and p.state = 'active' join team t on t.id = p.team_id"
        " where d.subject_kind = 'result' and d.kind = 'in_range' and d.undone_at is null and d.takes_effect_at < now()"
        " and t.tumour_site = 'urology' and r.review_state = 'reviewed' order by r.id desc limit 1"
    )
    return row["organisation_id"], row["patient_id"], str(row["ref"])


async def a_locator(world: World) -> str:
    """A link as it would stand in a message to somebody."""
    organisation_id, patient_id, _ = await somebody_told(world)
    [plan] = await world.as_owner("select id, team_id from plan where patient_id = $1", patient_id)
    nobody = Actor(kind=ActorKind.STAFF, name="-", id=None)
    trust = Trust(organisation_id=organisation_id, code="-", team_id=plan["team_id"], nurse=nobody, lead=nobody)
    him = Followed(patient_id=patient_id, plan_id=plan["id"], occurrence_id=0, due_on=date(2026, 1, 1))
    return await link_to_pages(world, trust, him)
