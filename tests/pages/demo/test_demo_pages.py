"""The tray, the clock and the laboratory of a demo; and that a live system has none of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from rms.app import create_app
from rms.people.model import Role
from rms.people.sign_in.passwords import QUICK
from rms.rehearsal.notify_server.app import Options, StandIn, running
from rms.rehearsal.notify_server.script import PRESETS
from rms.rehearsal.showing.clock import move_clock
from rms.rehearsal.showing.tray_pages import pieces_of
from rms.sync.mllp import Framer, wrap
from tests.asked import asked
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import COOKIE, Hands, Site, a_member, a_site, settings_in

ROUTES = ("/demo/messages", "/demo/clock", "/demo/laboratory")


class Demo(msgspec.Struct):
    """A demo's application, its provider, and a nurse's browser."""

    site: Site
    trust: Trust
    world: World
    provider: StandIn
    browser: httpx.AsyncClient
    heard: list[bytes]

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.browser.post(path, data={**form, "csrf_token": self.site.csrf(self.browser)})


@pytest.fixture
async def demo(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer = Framer()
        while read := await reader.read(65_536):
            for frame in framer.feed(read):
                heard.append(frame.body)
                writer.write(wrap(b"MSH|^~\\&|RMS|RMS\rMSA|AA|1|\r"))
                await writer.drain()
        writer.close()

    listener = await asyncio.start_server(listen, "127.0.0.1", 0)
    home = tmp_path_factory.mktemp("home")
    async with running(Options(log=home / "log", receipts=PRESETS["none"])) as provider, listener:
        plain = settings_in(home)
        assert plain.notify is not None
        settings = msgspec.structs.replace(
            plain, notify=msgspec.structs.replace(plain.notify, url=provider.url),
            mllp_port=listener.sockets[0].getsockname()[1],
        )  # fmt: skip
        app = create_app(settings, database=world.web, demo=True, hasher=QUICK)
        async with app.lifespan():
            site = Site(app, database=world.web, hands=Hands())
            trust = await a_trust(world)
            nurse = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=trust.team_id)
            browser = await site.signed_in(trust.organisation_id, nurse)
            yield Demo(site, trust, world, provider, browser, heard)


async def a_text_about(demo: Demo, patient_id: int, *, body: str, team_id: int | None = None) -> None:
    [message] = await demo.world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel,"
        " state, not_before, not_after, queued_at) values ($1, $2, $3, 'person', 'test', $4, 'test_reminder_1', 'sms',"
        " 'accepted', now(), now(), now()) returning ref",
        demo.trust.organisation_id, patient_id, team_id or demo.trust.team_id, uuid4().int % 10**9,
    )  # fmt: skip
    demo.provider.book.take(
        provider="notify", channel="sms", to="+447700900001", body=body, reference=str(message["ref"])
    )


async def test_the_tray_shows_what_the_provider_took_with_links_to_open(demo: Demo) -> None:
    man = await asked(demo.world, demo.trust)
    await a_text_about(
        demo, man.patient_id, body="Answer at https://rms.example.org/q/abc. <b>Bye</b> https://x.example.com/a"
    )
    shown = (await demo.browser.get("/demo/messages")).text
    assert '<a href="https://rms.example.org/q/abc">https://rms.example.org/q/abc</a>.' in shown
    assert "&lt;b&gt;Bye&lt;/b&gt;" in shown
    assert 'href="https://x.example.com' not in shown
    [person] = await demo.world.as_owner("select ref from patient where id = $1", man.patient_id)
    assert "Answer at" in (await demo.browser.get(f"/demo/messages?person={person['ref']}")).text
    other = (await demo.browser.get(f"/demo/messages?person={uuid4()}")).text
    assert "Nothing was sent to this person yet" in other
    looks = await demo.world.as_owner(
        "select details from audit_entry where verb = 'demo.tray_look' order by id limit 1"
    )
    assert str(man.patient_id) in str(looks[0]["details"])


async def test_the_tray_shows_nothing_of_another_team_and_says_when_the_provider_is_away(demo: Demo) -> None:
    man = await asked(demo.world, demo.trust)
    [other] = await demo.world.as_owner(
        "insert into team (organisation_id, key, name, phone) values ($1, 'breast', 'Breast', '1') returning id",
        demo.trust.organisation_id,
    )  # fmt: skip
    await a_text_about(demo, man.patient_id, body="Not for you", team_id=other["id"])
    assert "Not for you" not in (await demo.browser.get("/demo/messages")).text


async def test_a_real_provider_is_never_asked_for_a_log(world: World, tmp_path) -> None:
    async with a_site(world.web, home=tmp_path, demo=True) as site:
        trust = await a_trust(world)
        nurse = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=trust.team_id)
        shown = await (await site.signed_in(trust.organisation_id, nurse)).get("/demo/messages")
    assert "is a real one and not the stand-in" in shown.text


def test_a_link_is_opened_without_the_full_stop_behind_it_and_only_when_it_is_ours() -> None:
    text = "See https://a.example/r/x. Or https://b.example/r/y"
    assert [one.href for one in pieces_of(text, own="https://a.example")] == [None, "https://a.example/r/x", None]
    assert "".join(one.text for one in pieces_of(text, own="https://a.example")) == text


async def test_the_clock_moves_a_day_at_a_time_and_every_day_runs_dry(demo: Demo) -> None:
    answer = await demo.post("/demo/clock", days="7")
    assert answer.status_code == 303
    moving = (await demo.browser.get("/demo/clock")).text
    assert '<meta http-equiv="refresh" content="2; url=/demo/clock">' in moving
    assert "0 of 7 days done." in moving
    assert (await demo.post("/demo/clock", days="1")).status_code == 422
    before = await civil(demo.world)
    days: list[datetime] = []

    async def dry() -> int:
        days.append(await civil(demo.world))
        return 0

    assert await move_clock(demo.world.worker, worker=uuid4(), dry=dry, patience_seconds=0) == 7
    assert [round((day - before) / timedelta(days=1)) for day in days] == [0, 1, 2, 3, 4, 5, 6, 7]
    stands = (await demo.browser.get("/demo/clock")).text
    assert "The clock has moved on by 7 days." in stands
    assert "http-equiv" not in stands
    [who] = await demo.world.as_owner("select actor_kind, details from audit_entry where verb = 'demo.clock'")
    assert (who["actor_kind"], who["details"]) in (("staff", {"days": 7}), ("staff", '{"days": 7}'))


async def test_a_worker_that_dies_in_the_middle_of_a_day_leaves_it_to_the_next(demo: Demo) -> None:
    await demo.post("/demo/clock", days="7")
    calls = 0

    async def dies() -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise ConnectionError
        return 0

    with pytest.raises(ConnectionError):
        await move_clock(demo.world.worker, worker=uuid4(), dry=dies, patience_seconds=0)
    days: list[datetime] = []

    async def dry() -> int:
        days.append(await civil(demo.world))
        return 0

    assert await move_clock(demo.world.worker, worker=uuid4(), dry=dry, patience_seconds=0) == 0  # the lease still runs
    assert days == []
    at = await civil(demo.world)
    await demo.world.as_owner("update clock_move set held_until = now()")
    assert await move_clock(demo.world.worker, worker=uuid4(), dry=dry, patience_seconds=0) == 5
    assert abs(days[0] - at) < timedelta(minutes=5), "the day in which it died runs dry before the next"


async def test_a_move_can_be_stopped_and_a_spent_budget_goes_on_at_the_next_look(demo: Demo) -> None:
    await demo.post("/demo/clock", days="182")
    me = uuid4()

    async def dry() -> int:
        return 0

    assert await move_clock(demo.world.worker, worker=me, dry=dry, patience_seconds=0, budget_seconds=0.0) <= 1
    assert (await demo.post("/demo/clock/stop")).status_code == 303
    assert "Stopping after this day" in (await demo.browser.get("/demo/clock")).text
    assert await move_clock(demo.world.worker, worker=me, dry=dry, patience_seconds=0) == 0
    assert "The clock was stopped after" in (await demo.browser.get("/demo/clock")).text


async def civil(world: World) -> datetime:
    [row] = await world.as_owner("select clock_timestamp() + civil_offset as at from database_state")
    return row["at"]


async def test_a_result_goes_over_the_wire_and_the_answer_is_shown(demo: Demo) -> None:
    man = await asked(demo.world, demo.trust)
    [test] = await demo.world.as_owner(
        "update occurrence set earliest_on = current_date, due_on = current_date, analyte = 'psa'"
        " where id = (select max(id) from occurrence where patient_id = $1 and state = 'open' and kind = 'test')"
        " returning ref",
        man.patient_id,
    )  # fmt: skip
    form = {"test": str(test["ref"]), "analyte": "", "value": "<0.1", "unit": "ug/L", "order": "0123456789ab"}
    today = datetime.now(UTC)
    form |= {"on-day": str(today.day), "on-month": str(today.month), "on-year": str(today.year)}
    wrong = await demo.post("/demo/laboratory", **form | {"value": "high", "unit": "a|b"})
    assert wrong.status_code == 422
    assert "The value must be a number" in wrong.text
    assert "without | ^ &amp; ~" in wrong.text
    assert demo.heard == []
    done = await demo.post("/demo/laboratory", **form)
    assert done.status_code == 200
    assert "AA: the listener has kept the message." in done.text
    [raw] = demo.heard
    assert b"|DEMOLAB|" in raw
    assert b"OBX|1|SN|83112-3" in raw
    assert b"|T0123456789ab" in raw
    sent = await demo.world.as_owner("select patient_id from audit_entry where verb = 'demo.laboratory_send'")
    assert [row["patient_id"] for row in sent] == [man.patient_id]


async def test_a_live_system_has_no_demo_page(live_database, tmp_path) -> None:
    url, web = live_database
    owner = await asyncpg.connect(url)
    organisation = await owner.fetchval(
        "insert into organisation (code, name, phone) values ('RAA', 'North', '1') returning id"
    )
    nurse = await owner.fetchval(
        "insert into staff (organisation_id, sign_in_name, display_name, role) values ($1, 'dora', 'Dora', 'nurse_specialist')"
        " returning id", organisation,
    )  # fmt: skip
    await owner.execute(
        "insert into door_session (token_hash, kind, organisation_id, subject_id, idle_seconds, absolute_until,"
        " second_factor_at) values ($1, 'staff', $2, $3, 900, now() + interval '1 hour', now())",
        hashlib.sha256(b"whole").digest(), organisation, nurse,
    )  # fmt: skip
    await owner.close()
    for demo in (False, True):  # whatever the program was told
        async with a_site(web, home=tmp_path / str(demo), demo=demo) as site:
            browser = site.browser()
            browser.cookies.set(COOKIE, "whole", domain="rms.example.org")
            assert (await browser.get("/account")).status_code == 200
            for path in ROUTES:
                assert (await browser.get(path)).status_code == 404, (path, demo)
            for path in ("/demo/clock", "/demo/clock/stop", "/demo/laboratory"):
                sent = await browser.post(path, data={"days": "1", "csrf_token": site.csrf(browser)})
                assert sent.status_code == 404, (path, demo)
    async with a_site(web, home=tmp_path / "mounted") as site:
        assert not [route.path for route in site.app.routes if route.path.startswith("/demo")]


@pytest.mark.parametrize(
    "call",
    ["clock_move_ask(1)", "clock_move_stop()", "clock_move_latest()", "clock_move_take(gen_random_uuid())",
     "clock_move_step(gen_random_uuid(), 1, 0)", "clock_move_end(gen_random_uuid(), 1)"],
)  # fmt: skip
async def test_the_clock_functions_refuse_in_a_live_database(live_database, call: str) -> None:
    url, _ = live_database
    owner = await asyncpg.connect(url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only where everybody is made up"):
            await owner.execute(f"select {call}")
    finally:
        await owner.close()
