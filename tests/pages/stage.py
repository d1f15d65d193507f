"""The man, what there is about him, and every kind of actor around him: who asks for what, and what the answer means."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.people.model import Role
from rms.people.sign_in.sessions import SessionKind
from rms.web.csrf import token_for
from rms.web.guard import policy_of
from tests.asked import asked, assignment_id_of
from tests.cast import Trust
from tests.database import World
from tests.pages.review_stage import review_refs
from tests.pages.set_up_stage import SET_UP_FIELDS, as_it_was, set_up_refs
from tests.pages.site import COOKIE, NOTIFY_TOKEN, Site, a_member
from tests.pages.starting.cast import waiting
from tests.pages.worklists_stage import WORKLIST_FIELDS, wait_again, worklist_refs

ACTORS = ("nobody", "half_way", "person", "peer", *Role)
RELATIONS = ("own_team", "other_team", "other_organisation")
PERSON_COOKIE = "__Host-rms-person"
VISIT = "a visit of a browser without a session"

#: What is put into the places of an address; `{ref:uuid}` depends on what the route is about.
PLACES = {"{item:str}": "wellbeing", "{locator:str}": "x" * 22, "{file_path:path}": "manifest.json",
          "{key:str}": "urology", "{protocol:str}": "prostate-after-prostatectomy", "{version:int}": "1", "{peer:int}": "1",
          "{questionnaire:str}": "symptom-check-prostate", "{kind:str}": "mobile",
          "{purpose:str}": "test_reminder_1", "{channel:str}": "letter",
          "{result:uuid}": "00000000-0000-4000-8000-000000000000",
          "{assignment:uuid}": "00000000-0000-4000-8000-000000000000"}  # fmt: skip
#: What a form sends when an empty one would be a fault of the form and tell nothing about who may send it.
FIELDS = {
    "/alerts/{ref:uuid}/close": {"outcome": "person_called", "note": "She is well."},
    "/people": {"wanted": "ash"},
    "/questions/q/{item:str}": {"answer": "well"},
    "/questionnaires/{ref:uuid}": {"q-wellbeing": "well", "do": "save"},
    "/sign-in/demo": {"who": "nurse_specialist.own_team"},
    **WORKLIST_FIELDS,
    **SET_UP_FIELDS,
}
RECEIPT = {"id": "n-1", "reference": "00000000-0000-4000-8000-000000000000", "status": "delivered",
           "to": "+447700900001", "completed_at": "2027-03-01T09:00:00.000000Z"}  # fmt: skip


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: what each actor gets."""

    method: str
    path: str
    policy: str
    relation: str
    verdicts: tuple[str, ...]


class Stage:
    """The man, what there is about him, and the actors around him."""

    def __init__(self, world: World, site: Site, trust: Trust, *, other: Trust) -> None:
        self.world, self.site, self.trust, self.other = world, site, trust, other
        self.staff: dict[tuple[str, str], tuple[int, int]] = {}
        self.refs: dict[str, UUID] = {}
        self.assignment_id = 0

    async def fill(self) -> None:
        breast = await self.world.as_owner(
            "insert into team (organisation_id, key, name, phone) values ($1, 'breast', 'Breast', '1') returning id",
            self.trust.organisation_id,
        )  # fmt: skip
        places = {
            "own_team": (self.trust.organisation_id, self.trust.team_id),
            "other_team": (self.trust.organisation_id, breast[0]["id"]),
            "other_organisation": (self.other.organisation_id, self.other.team_id),
        }
        for relation, (organisation_id, team_id) in places.items():
            for role in Role:
                staff_id = await a_member(self.world, organisation_id, role=role, team_id=team_id,
                                          name=f"{role}.{relation}")  # fmt: skip
                self.staff[role, relation] = (organisation_id, staff_id)
        await self._about_the_man()

    async def _about_the_man(self) -> None:
        man = await asked(self.world, self.trust)
        self.assignment_id = await assignment_id_of(self.world, man)
        organisation_id = self.trust.organisation_id
        async with self.world.worker.transaction() as tx:
            alert_id = await raise_alert(
                tx, organisation_id=organisation_id, team_id=self.trust.team_id, kind=AlertKind.CHASE,
                subject_kind="patient", subject_id=man.patient_id, rule_key="silence", sentence="No test came back.",
                cause_kind="test", cause_id=1, patient_id=man.patient_id, by=WORKER, now=tx.now,
            )  # fmt: skip
        message = await self.world.as_owner(
            "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel,"
            " state, not_before, not_after, queued_at) values ($1, $2, $3, 'person', 'test', 1, 'test_reminder_1',"
            " 'letter', 'accepted', now(), now(), now()) returning id, ref",
            organisation_id, man.patient_id, self.trust.team_id,
        )  # fmt: skip
        await self.world.as_owner(
            "insert into letter (organisation_id, message_id, pdf, made_at) values ($1, $2, '%PDF', now())",
            organisation_id, message[0]["id"],
        )  # fmt: skip
        alert = await self.world.as_owner("select ref from alert where id = $1", alert_id)
        person = await self.world.as_owner("select ref from patient where id = $1", man.patient_id)
        plan = await self.world.as_owner("select ref from plan where patient_id = $1", man.patient_id)
        self.refs = {"alerts": alert[0]["ref"], "people": person[0]["ref"], "letters": message[0]["ref"],
                     "messages": message[0]["ref"],
                     "plans": plan[0]["ref"], "results": await self._result(man.patient_id)}  # fmt: skip
        self.refs["starting"] = (await waiting(self.world, self.trust, serial=300, family="Waiting")).ref
        nurse = self.staff[Role.NURSE_SPECIALIST, "own_team"][1]
        note = await self.world.as_owner(
            "insert into note (organisation_id, patient_id, words, written_at, written_by_staff_id, for_staff_id)"
            " values ($1, $2, 'Call him.', now(), $3, $3) returning ref", organisation_id, man.patient_id, nurse,
        )  # fmt: skip
        self.refs["notes"] = note[0]["ref"]
        made = await self.world.as_owner(
            "insert into downtime_list (organisation_id, team_id, for_on, is_nightly, made_at, made_by, shown, lines, pdf)"
            " values ($1, $2, current_date, true, now(), 'worker', $3, 1, '%PDF') returning ref",
            organisation_id, self.trust.team_id, [man.patient_id],
        )  # fmt: skip
        form = await self.world.as_owner(
            "select a.ref, o.ref as step from assignment a join occurrence o on o.id = a.occurrence_id where a.id = $1",
            self.assignment_id,
        )
        self.refs |= {"downtime": made[0]["ref"], "questionnaires": form[0]["ref"], "steps": form[0]["step"]}
        self.refs |= await worklist_refs(self.world, self.trust, plan=plan[0]["ref"])
        self.refs |= await set_up_refs(self.world, self.trust)
        self.refs |= await review_refs(self.world, result=self.refs["results"], staff_id=nurse)

    async def _result(self, patient_id: int) -> UUID:
        """A result of his with the message that it came in."""
        inbox = await self.world.as_owner(
            "insert into inbox (peer_address, raw, sha256, answered, received_civil_at)"
            " values ('10.0.0.1', 'MSH|', 'x', 'AA', now()) returning id"
        )
        where = (self.trust.organisation_id, inbox[0]["id"])
        await self.world.as_owner("insert into inbox_filing (organisation_id, inbox_id, state, at)"
                                  " values ($1, $2, 'filed', now())", *where)  # fmt: skip
        result = await self.world.as_owner(
            "insert into result (organisation_id, patient_id, source_key, analyte, sample_at, team_id, review_state, filed_at)"
            " values ($1, $2, 'LAB|1', 'psa', now(), $3, 'to_review', now()) returning id, ref",
            self.trust.organisation_id, patient_id, self.trust.team_id,
        )  # fmt: skip
        await self.world.as_owner(
            "with made as (insert into result_version (organisation_id, result_id, digest, status, status_rank, reported_at,"
            " value_text, number, comparator, unit_sent, unit, inbox_id, received_at)"
            " values ($1, $3, 'd', 'F', 5, now(), '0.02', 0.02, '', 'ug/L', 'ug/L', $2, now()) returning id)"
            " update result set current_version_id = made.id from made where result.id = $3",
            *where, result[0]["id"],
        )  # fmt: skip
        found: UUID = result[0]["ref"]
        return found

    async def ask(self, line: Line, actor: str, *, handler: HTTPRouteHandler) -> httpx.Response:
        """One request of one actor, in a fresh browser and with a fresh session."""
        if line.path.endswith("/close"):
            await self.world.as_owner(
                "update alert set state = 'open', closed_at = null, closed_by_staff_id = null, outcome = null,"
                " next_escalation_at = now() where state = 'closed'"
            )
        if line.path.endswith("/take"):
            await self.world.as_owner(
                "update alert set state = 'open', owner_staff_id = null where owner_staff_id is not null"
            )
        if line.path.startswith("/unmatched"):
            await wait_again(self.world, about_a_code="/code" in line.path)
        if line.path.startswith("/set-up"):
            await as_it_was(self.world)
        # Nobody's tries may count against the next actor.
        await self.world.as_owner("delete from door_sign_in_try")
        browser = self.site.browser()
        browser.cookies.set("__Host-rms-visit", VISIT, domain="rms.example.org")
        await self._dress(browser, actor, relation=line.relation)
        path = self._address(line.path)
        if line.method != "POST":
            return await browser.request(line.method, path)
        if line.path.startswith("/callbacks"):
            return await browser.post(path, json=RECEIPT)
        form = {**FIELDS.get(line.path, {}), "csrf_token": self._token(browser, handler)}
        return await browser.post(path, data=form)

    async def forged(self, path: str, actor: str, *, handler: HTTPRouteHandler, forgery: str) -> int:
        """The status of a form that somebody else's page sends, or ours without the right token."""
        browser = self.site.browser()
        browser.cookies.set("__Host-rms-visit", VISIT, domain="rms.example.org")
        await self._dress(browser, actor, relation="own_team")
        right = self._token(browser, handler)
        form = {"no token": {}, "another token": {"csrf_token": token_for("rms-staff:x", secret=b"s" * 32)}}
        headers = {
            "another origin": {"origin": "https://evil.example.com"},
            "another site": {"sec-fetch-site": "cross-site"},
        }
        answer = await browser.post(self._address(path), data=form.get(forgery, {"csrf_token": right}),
                                    headers=headers.get(forgery, {}))  # fmt: skip
        return answer.status_code

    async def _dress(self, browser: httpx.AsyncClient, actor: str, *, relation: str) -> None:
        relation = "own_team" if relation == "none" else relation
        if actor == "peer":
            browser.headers["authorization"] = f"Bearer {NOTIFY_TOKEN}"
        elif actor == "person":
            value = await self.site.session(self.trust.organisation_id, self.assignment_id, kind=SessionKind.ANSWERING)
            # The person's value in the staff's cookie as well: it must open nothing there.
            browser.cookies.set(PERSON_COOKIE, value, domain="rms.example.org")
            browser.cookies.set(COOKIE, value, domain="rms.example.org")
        elif actor == "half_way":
            organisation_id, staff_id = self.staff[Role.NURSE_SPECIALIST, relation]
            value = await self.site.session(organisation_id, staff_id, kind=SessionKind.HALF_WAY, second_factor=False)
            browser.cookies.set(COOKIE, value, domain="rms.example.org")
        elif actor != "nobody":
            value = await self.site.session(*self.staff[Role(actor), relation])
            browser.cookies.set(COOKIE, value, domain="rms.example.org")
            browser.cookies.set(PERSON_COOKIE, value, domain="rms.example.org")

    def _address(self, path: str) -> str:
        for place, value in PLACES.items():
            path = path.replace(place, value)
        first, _, second = path[1:].partition("/")
        ref = self.refs.get(f"{first}/{second.partition('/')[0]}") or self.refs.get(first, "")
        return path.replace("{ref:uuid}", str(ref))

    def _token(self, browser: httpx.AsyncClient, handler: HTTPRouteHandler) -> str:
        policy = policy_of(handler)
        name = str(policy.cookie) if policy is not None and policy.cookie is not None else "rms-visit"
        value = browser.cookies.get(f"__Host-{name}")
        bound_to = f"{name}:{value}" if value else f"rms-visit:{VISIT}"
        return token_for(bound_to, secret=self.site.app.state["web_config"].secret)


def verdict(answer: httpx.Response) -> str:
    """What an answer says about who may: in, sent on, sent to sign in, not allowed, not there, a fault in the form."""
    to_sign_in = answer.headers.get("location") == "/sign-in" and "clear-site-data" not in answer.headers
    if answer.status_code == 401 or to_sign_in:
        return "sign-in"
    words = {403: "no", 404: "404", 422: "form"}
    return words.get(answer.status_code) or {2: "ok", 3: "go"}.get(answer.status_code // 100, str(answer.status_code))


def handlers(site: Site) -> Iterator[tuple[tuple[str, str], HTTPRouteHandler]]:
    """Every handler by method and path, without the automatic OPTIONS."""
    for route in site.app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in set(handler.http_methods) - {"OPTIONS"}:
                    yield (str(method), route.path), handler
