"""The scenes, in order. Each does one thing through a real door, lets it come to rest, and compares with the outside."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec

from rms.alerts.moves import DecisionKind
from rms.dates import PartialDate
from rms.db.database import Database
from rms.followup import actions
from rms.plans.model import LimitChange, Override
from rms.plans.moves import sign_off
from rms.plans.store import protocol_by_key, signed_protocols
from rms.plans.suggest import suggest
from rms.questionnaires.moves import sign_off as sign_questionnaire_off
from rms.questionnaires.store import version_by_key
from rms.rehearsal.laboratory import Sample, oru
from rms.rehearsal.people import died, story_people
from rms.rehearsal.register_files import bundle
from rms.rehearsal.story.answering import Answerer
from rms.rehearsal.story.clockwork import Clockwork
from rms.rehearsal.story.expected import Meaning, Value, meanings
from rms.rehearsal.story.expected_letters import Step, at_start, in_range, not_in_range, on_day
from rms.rehearsal.story.look import check, link_in, taken_by_provider, taken_by_register
from rms.rehearsal.story.performance import BEGINS, PROTOCOL, QUESTIONNAIRE, Performance
from rms.rehearsal.story.stage import FACILITY, Trust

PROTOCOLS_LIMIT = "0.2"  # ug/L, where nobody set one of his own


class Story(Performance):
    """The scenes of one performance, in order."""

    async def play(self) -> None:
        """Play everything. Difference, with a sentence, at the first thing outside that is not as it should be."""
        self.clock = Clockwork(self.owner)
        async with Database(self.stage.server.url("rms_web"), name="nurse", size=2) as self.web:
            await self.clock.morning_of(BEGINS)
            await self.the_register_sends_people()
            await self.the_nurse_starts_a_plan()
            await self.another_trust_follows_him_too()
            for value, meaning in meanings(self.values):
                await self.until_the_sample(value)
                await self.a_result_arrives(value, meaning)
            await self.the_trusts_see_their_own_part()
            await self.he_dies()
        await self.owner.close()

    async def the_register_sends_people(self) -> None:
        """The register's bundle is staged, seen, and approved; a second time nothing changes."""
        for code, name, phone in (
            ("RXN", "North Madeup Hospital", "01632 960100"),
            ("RXS", "South Madeup Hospital", "01632 960200"),
        ):
            self.trusts.append(await self.stage.found_trust(code=code, name=name, phone=phone))
        people = self.stage.home / "register-1.json"
        people.write_bytes(msgspec.json.encode(bundle(story_people(today=BEGINS))))
        await self.rms("peer", "add", "north-lab", "--organisation", "RXN", "--organisation", "RXS",
                        "--facility", FACILITY)  # fmt: skip
        await self.rms("import", "register", str(people), "--organisation", "RXN", "--approve")
        again = msgspec.json.decode(
            await self.rms("import", "register", str(people), "--organisation", "RXN", "--json")
        )
        check(not _would_change(again), f"A second import of the same people would change something: {again}.")
        await self.line("register", f"sends {len(story_people(today=BEGINS))} people with diagnosis and treatment",
                        "approved by the trust; a second import changes nothing")  # fmt: skip

    async def the_nurse_starts_a_plan(self) -> None:
        """She takes the suggested protocol, changes one thing with a reason, sees every date, and starts."""
        trust = self.home_trust
        plan_id = await self._start(trust, change=True)
        await self.clock.quiet()
        rows = await self.owner.fetch(
            "select due_on, title from occurrence where plan_id = $1 and state = 'open' order by due_on", plan_id
        )
        dates = ", ".join(f"{row['title']} {row['due_on']:%d %b %Y}" for row in rows)
        await self.line("nurse", "starts his plan", f"his own limit {self.values.limit} ug/L; next: {dates}")
        sent = taken_by_provider(self.stage.notify_log, to=self.mobile)
        check(len(sent) == 1, f"He should have one welcome text and has {len(sent)}.")
        first = (await self.steps(trust))[0]
        await self.print_letters(at_start(self.sheet(trust), limit=self.values.limit, first=first))
        await self.compare()

    async def _start(self, trust: Trust, *, change: bool) -> int:
        org = trust.organisation_id
        await self.door(lambda: self._sign_off(trust))
        async with self.web.transaction(organisation_id=org) as tx:
            protocol = await protocol_by_key(tx, organisation_id=org, key=PROTOCOL)
            offered = [one.protocol for one in await signed_protocols(tx, organisation_id=org)]
            row = await tx.fetchrow(
                "select p.id, c.id as case_id, c.source_ref from patient p join register_case c on c.patient_id = p.id"
                " where p.nhs_number = $1",
                str(self.man.person.nhs_number),
            )
        assert protocol is not None
        assert row is not None
        suggested = suggest(offered, diagnosis=self.man.diagnoses[0], treatments=self.man.treatments)
        check(
            bool(suggested) and suggested[0].protocol.key == PROTOCOL,
            "The protocol after prostatectomy is not suggested.",
        )
        anchors: dict[str, tuple[date, str]] = {
            str(anchor): (on, "register") for anchor, on in suggested[0].anchors.items()
        }
        today = await self.clock.today()
        limit = Override(
            change=LimitChange(rule="psa-above-limit", value=Decimal(self.values.limit), unit="ug/L"),
            reason="Positive margin: the team wants to know earlier.", author=trust.nurse.name, made_on=today,
            review_on=today + timedelta(days=365),
        )  # fmt: skip
        await self.door(
            lambda: actions.start_plan(
                self.web, organisation_id=org, patient_id=row["id"], case_id=row["case_id"], team_id=trust.team_id,
                nurse_staff_id=trust.nurse.id, protocol_version_id=protocol.id, anchors=anchors,
                overrides=(limit,) if change else (), by=trust.nurse,
            )
        )  # fmt: skip
        plan_id: int = await self.owner.fetchval("select max(id) from plan where patient_id = $1", row["id"])
        self.patient_ids.append(row["id"])
        self.plan_ids.append(plan_id)
        return plan_id

    async def _sign_off(self, trust: Trust) -> None:
        """The team's lead answers for the protocol and the questionnaire, for demonstration only."""
        org = trust.organisation_id
        async with self.web.transaction(organisation_id=org) as tx:
            protocol = await protocol_by_key(tx, organisation_id=org, key=PROTOCOL)
            questions = await version_by_key(tx, organisation_id=org, key=QUESTIONNAIRE)
            assert protocol is not None
            assert questions is not None
            await sign_off(tx, organisation_id=org, protocol_version_id=protocol.id, note="For the rehearsal.",
                           for_demonstration_only=True, by=trust.lead)  # fmt: skip
            await sign_questionnaire_off(tx, organisation_id=org, questionnaire_version_id=questions.id,
                                         note="For the rehearsal.", for_demonstration_only=True, by=trust.lead)  # fmt: skip

    async def another_trust_follows_him_too(self) -> None:
        """A second trust has him on its own register and watches the same PSA with the protocol's own limit."""
        people = self.stage.home / "register-2.json"
        people.write_bytes(msgspec.json.encode(bundle([self.man])))
        await self.rms("import", "register", str(people), "--organisation", "RXS", "--approve")
        # There he is reached by letter, so that his telephone stays with the trust that treated him.
        await self.owner.execute(
            "update patient set prefers = 'letter' where organisation_id = $1", self.trusts[1].organisation_id
        )
        await self._start(self.trusts[1], change=False)
        await self.clock.quiet()
        await self.line("other trust", "follows him too", "with its own plan, its own limit and its own nurse")
        first = (await self.steps(self.trusts[1]))[0]
        await self.print_letters((), at_start(self.sheet(self.trusts[1]), limit=PROTOCOLS_LIMIT, first=first))

    async def until_the_sample(self, value: Value) -> None:
        """Days pass until a sample is taken; he answers what he is asked, and is chased when he does not come."""
        answered = Answerer(self)
        while (today := await self.clock.today()) < value.sampled_on:
            before = len(taken_by_provider(self.stage.notify_log, to=self.mobile))
            alerts = await self.open_chases()
            steps = [await self.steps(trust) for trust in self.trusts]
            await self.clock.pass_days_until(today + timedelta(days=1))
            sent = taken_by_provider(self.stage.notify_log, to=self.mobile)
            for message in sent[before:]:
                await self.line("rms", f"texts him: {message['body'][:70]}…")
                # Other texts lead to his own pages, where nothing is asked.
                if "/r/" in message["body"] and any(word in message["body"] for word in (" questions", " answers")):
                    await answered.answer(link_in(message))
            if await self.open_chases() > alerts:
                sentence = await self.owner.fetchval(
                    "select sentence from alert where plan_id = $1 and kind = 'chase' order by id desc limit 1",
                    self.plan_ids[0],
                )
                await self.line("rms", "asks the team to chase", sentence)
            await self._prints_what_the_day_brought(steps)
        await self.compare()

    async def _prints_what_the_day_brought(self, steps: list[list[Step]]) -> None:
        today = await self.clock.today()
        home, other = self.trusts
        await self.print_letters(
            on_day(self.sheet(home), today=today, steps=steps[0], by_letter=False),
            on_day(self.sheet(other), today=today, steps=steps[1], by_letter=True),
        )

    async def a_result_arrives(self, value: Value, meaning: Meaning) -> None:
        """The laboratory sends it; it is acknowledged, matched, judged as expected; the nurse acts on what she is shown."""
        self._orders += 1
        sample = Sample(sampled_on=value.sampled_on, value=value.value, order=f"N{self._orders:06}")
        message = oru(
            self.man, sample, sent_at=datetime.combine(value.sampled_on, datetime.min.time(), UTC), facility=FACILITY
        )
        answer = await self.send(message)
        check(answer == "AA", f"The laboratory's message was answered with {answer}.")
        await self.clock.quiet()
        results = [await self.result(org.organisation_id, sample.order) for org in self.trusts]
        mine = results[0]
        check(mine["patient_id"] == self.patient_ids[0], "The result was filed to somebody else.")
        alert = await self.alert_of(mine["current_version_id"])
        await self.line("laboratory", f"sends PSA {value.value} ug/L", f"acknowledged, filed at both trusts, {meaning}")
        expected = {Meaning.IN_RANGE: None, Meaning.FIRST_BREACH: "look_soon", Meaning.CONFIRMED: "act_today",
                    Meaning.CANNOT_TELL: "look_soon"}[meaning]  # fmt: skip
        found = alert["kind"] if alert else None
        check(
            found == expected, f"PSA {value.value} should raise {expected or 'no alert'} and raised {found or 'none'}."
        )
        if alert:
            await self.line("rms", f"alert: {alert['kind'].replace('_', ' ')}", alert["sentence"])
        await self._nurse_decides(mine["id"], value, meaning)

    async def _nurse_decides(self, result_id: int, value: Value, meaning: Meaning) -> None:
        """What she does about it, and what leaves a quarter of an hour later."""
        kind, note = {
            Meaning.IN_RANGE: (DecisionKind.IN_RANGE, None),
            Meaning.FIRST_BREACH: (DecisionKind.REPEAT, "Asked for a repeat in six weeks; no infection."),
            Meaning.CONFIRMED: (DecisionKind.RECURRENCE, "Biochemical recurrence, told by phone, referred to the MDT."),
            Meaning.CANNOT_TELL: (
                DecisionKind.REPEAT,
                "The laboratory's limit is too high to tell; asked for a repeat.",
            ),
        }[meaning]
        texts = len(taken_by_provider(self.stage.notify_log, to=self.mobile))
        await self.door(lambda: actions.decide(
            self.web, organisation_id=self.home_trust.organisation_id, subject_kind="result", subject_id=result_id,
            kind=kind, note=note, by=self.home_trust.nurse,
        ))  # fmt: skip
        await self.clock.quiet()
        check(len(taken_by_provider(self.stage.notify_log, to=self.mobile)) == texts,
              "Something left before the quarter of an hour in which she can undo it was over.")  # fmt: skip
        await self.clock.pass_minutes(16)
        sent = taken_by_provider(self.stage.notify_log, to=self.mobile)[texts:]
        told = "he is told by text" if sent else "he is told by phone"
        await self.line("nurse", f"decides: {kind.replace('_', ' ')}", f"{told}; the register is told once")
        if meaning is Meaning.IN_RANGE:
            check(len(sent) == 1, "He was not told that his result is in range.")
        sheet = self.sheet(self.home_trust)
        was_in_range = kind is DecisionKind.IN_RANGE
        told_on_paper = in_range(sheet, value=value) if was_in_range else not_in_range(sheet, kind=kind, value=value)
        await self.print_letters(told_on_paper)
        await self.compare()

    async def the_trusts_see_their_own_part(self) -> None:
        """Inside one trust's scope there is nothing of the other's."""
        for trust, patient_id in zip(self.trusts, self.patient_ids, strict=True):
            await self.door(partial(self._sees_its_own_part, trust, patient_id))
        decided = await self.owner.fetchval(
            "select count(*) from decision where organisation_id = $1", self.trusts[1].organisation_id
        )
        check(decided == 0, "A decision of one trust reached the other.")
        await self.line("both trusts", "see their own part and nothing else")

    async def _sees_its_own_part(self, trust: Trust, patient_id: int) -> None:
        async with self.web.transaction(organisation_id=trust.organisation_id) as tx:
            for table in ("patient", "plan", "occurrence", "result", "alert", "message", "decision", "event"):
                rows = await tx.fetch(f"select distinct organisation_id from {table}")
                only_ours = {row[0] for row in rows} <= {trust.organisation_id}
                check(only_ours, f"{trust.name} sees another trust's rows of {table}.")
            found = await tx.fetchval("select count(*) from patient where id = $1", patient_id)
            check(found == 1, f"{trust.name} does not see its own man.")

    async def he_dies(self) -> None:
        """The register says he died: nothing more leaves, both plans are held, a nurse confirms and ends hers."""
        today = await self.clock.today()
        path = self.stage.home / "register-3.json"
        path.write_bytes(msgspec.json.encode(bundle([died(self.man, on=PartialDate.of(today), formal=True)])))
        await self.rms("import", "register", str(path), "--organisation", "RXN", "--approve")
        await self.clock.quiet()
        states = await self.owner.fetch("select state from plan where id = any($1)", self.plan_ids)
        check({row["state"] for row in states} == {"held"}, "A plan runs on although he died.")
        await self.line("register", "says that he died", "sending stops at once, the plan is held at both trusts")
        texts = len(taken_by_provider(self.stage.notify_log, to=self.mobile))
        await self.clock.pass_days_until(today + timedelta(days=60))
        check(
            len(taken_by_provider(self.stage.notify_log, to=self.mobile)) == texts, "He was written to after his death."
        )
        for trust, plan_id in zip(self.trusts, self.plan_ids, strict=True):
            await actions.end_after_death(
                self.web, organisation_id=trust.organisation_id, plan_id=plan_id, by=trust.nurse
            )
        await self.clock.quiet()
        await self.line("nurse", "confirms the death and ends the plan", "the register is told once by each trust")
        await self.compare()
        await self.print_letters()
        await self.nobody_was_asked_to_print()
        outcomes = taken_by_register(self.stage.register_log)
        check(any(one["resourceType"] == "CarePlan" for one in outcomes), "The register holds no plan of his.")

    async def _end(self, trust: Trust, plan_id: int) -> None:
        await self.door(
            lambda: actions.end_after_death(
                self.web, organisation_id=trust.organisation_id, plan_id=plan_id, by=trust.nurse
            )
        )


def _would_change(staged: object) -> bool:
    """Whether a staged batch holds anything but people who are the same."""
    text = msgspec.json.encode(staged).decode()
    return '"add":0' not in text.replace(" ", "") and '"change":0' not in text.replace(" ", "")
