"""Connections say whether they work, a test really tests, and a trust adds a sender without reaching into another's."""

import asyncio
from datetime import timedelta

import httpx
import msgspec
import pytest

from rms.people.model import Role
from rms.sync.probes import look_at_listener, look_at_register
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member

PATH = "/set-up/connections"
LAB = {"name": "Pathology", "application": "LAB", "facility": "NORTH", "addresses": "10.1.2.3\n10.2.0.0/16"}


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def admin(world: World, site: Site, trust: Trust) -> httpx.AsyncClient:
    staff_id = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    return await site.signed_in(trust.organisation_id, staff_id)


async def add_peer(site: Site, world: World, browser: httpx.AsyncClient, **fields: str) -> int:
    assert (await site.post(browser, f"{PATH}/add", {**LAB, **fields})).headers["location"] == f"{PATH}?done=added"
    [row] = await world.as_owner("select id from peer where name = $1", fields.get("name", "Pathology"))
    return int(row["id"])


async def came_in(world: World, peer_id: int, *, ago: timedelta, state: str = "filed") -> None:
    await world.as_owner(
        "insert into inbox (peer_id, peer_address, raw, sha256, answered, received_at, received_civil_at, state, state_reason,"
        " handled_at) values ($1, '10.1.2.3', 'MSH|', 'z', 'AA', now() - $2::interval, now() - $2::interval, $3,"
        " nullif($4, ''), case when $3 <> 'received' then now() end)",
        peer_id, ago, state, "" if state in ("filed", "received") else "No such code.",
    )  # fmt: skip


async def test_a_sender_is_added_for_this_trust_only_and_its_silence_is_named(site: Site, world: World, trust, admin):
    peer_id = await add_peer(site, world, admin)
    rows = await world.as_owner("select organisation_id from peer_organisation where peer_id = $1", peer_id)
    assert [row["organisation_id"] for row in rows] == [trust.organisation_id]
    assert "It has sent nothing yet." in (await admin.get(PATH)).text
    await came_in(world, peer_id, ago=timedelta(hours=30))
    assert "Looks fine, but silent" in (await admin.get(PATH)).text
    await came_in(world, peer_id, ago=timedelta(minutes=1))
    page = (await admin.get(PATH)).text
    assert "1 in 24 hours, 2 in 7 days" in page
    assert "Looks fine, but silent" not in page.split("listener")[0]
    other = await a_trust(world, code="RBB", name="South Hospital")
    theirs = await site.signed_in(other.organisation_id, other.lead.id or 0)
    assert "Pathology" not in (await theirs.get(PATH)).text


async def test_messages_that_nobody_reads_and_that_wait_are_said(site: Site, world: World, trust, admin):
    peer_id = await add_peer(site, world, admin)
    [row] = await world.as_owner("select clock_timestamp() as at")
    site.hands.at = row["at"]
    await came_in(world, peer_id, ago=timedelta(hours=2, minutes=5), state="received")
    await came_in(world, peer_id, ago=timedelta(hours=1), state="waiting")
    page = (await admin.get(PATH)).text
    for words in (
        "Not working",
        "nobody reads them",
        "1 message unread, the oldest for 2 hours",
        "1 message waits for a person",
    ):
        assert words in page, words


async def test_a_sender_that_could_not_be_told_from_another_trusts_is_refused(site: Site, world: World, trust, admin):
    await add_peer(site, world, admin)
    other = await a_trust(world, code="RBB", name="South Hospital")
    bob = await a_member(world, other.organisation_id, role=Role.ADMINISTRATOR, name="bob")
    theirs = await site.signed_in(other.organisation_id, bob)
    page = await site.post(theirs, f"{PATH}/add", {**LAB, "name": "Ours", "addresses": "10.2.3.4"})
    assert (page.status_code, "nobody could tell them apart" in page.text) == (422, True)
    done = await site.post(theirs, f"{PATH}/add", {**LAB, "name": "Ours", "addresses": "10.9.9.9"})
    assert done.status_code == 303


async def test_what_also_sends_for_others_is_changed_by_nobody_here(site: Site, world: World, trust, admin):
    peer_id = await add_peer(site, world, admin)
    other = await a_trust(world, code="RBB", name="South Hospital")
    await world.as_owner(
        "insert into peer_organisation (peer_id, organisation_id) values ($1, $2)", peer_id, other.organisation_id
    )
    assert "also sends for other trusts" in (await admin.get(f"{PATH}/{peer_id}")).text
    assert (await site.post(admin, f"{PATH}/{peer_id}", {**LAB, "name": "Mine now"})).status_code == 422
    assert (await site.post(admin, f"{PATH}/{peer_id}/end")).status_code == 422
    [row] = await world.as_owner("select name, ended_at from peer where id = $1", peer_id)
    assert tuple(row) == ("Pathology", None)


async def test_a_sender_is_changed_and_ended_and_another_trusts_is_not_there(site: Site, world: World, trust, admin):
    peer_id = await add_peer(site, world, admin)
    other = await a_trust(world, code="RBB", name="South Hospital")
    bob = await a_member(world, other.organisation_id, role=Role.ADMINISTRATOR, name="bob")
    theirs = await site.signed_in(other.organisation_id, bob)
    assert (await theirs.get(f"{PATH}/{peer_id}")).status_code == 404
    assert (await site.post(theirs, f"{PATH}/{peer_id}/end")).status_code == 404
    assert (await site.post(admin, f"{PATH}/{peer_id}", {**LAB, "name": "Pathology North"})).status_code == 303
    assert (await site.post(admin, f"{PATH}/{peer_id}/end")).status_code == 303
    assert "Pathology North" not in (await admin.get(PATH)).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"addresses": "10.1.2.300"}, "is no address and no network"),
        ({"application": "", "facility": "", "addresses": ""}, "Give at least one of"),
        ({"name": ""}, "Enter a name for people"),
    ],
)
async def test_what_no_sender_can_be_known_by_is_refused(site: Site, world: World, trust, admin, fields, words: str):
    page = await site.post(admin, f"{PATH}/add", {**LAB, **fields})
    assert (page.status_code, words in page.text) == (422, True)
    assert await world.as_owner("select id from peer") == []


async def test_a_test_of_the_listener_really_connects_and_is_noted(site: Site, world: World, trust, admin):
    page = await site.post(admin, f"{PATH}/test", {"what": "listener"})
    assert page.status_code == 200
    assert "The test" in page.text
    assert (await site.post(admin, f"{PATH}/test", {"what": "register"})).text.count("it is not set up.") == 1
    rows = await world.as_owner("select details from audit_entry where verb = 'connection.test' order by id")
    told = [row["details"]["what"] for row in rows]
    assert told == ["listener", "register"]
    assert (await site.post(admin, f"{PATH}/test", {"what": "the moon"})).status_code == 422


async def test_the_probe_tells_a_listener_that_stays_open_from_one_that_closes_and_from_nobody():
    async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.close()

    found = []
    for take in (stay, leave):
        server = await asyncio.start_server(take, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found.append((await look_at_listener("127.0.0.1", port)).ok)
        server.close()
        await server.wait_closed()
    found.append((await look_at_listener("127.0.0.1", port)).ok)
    assert found == [True, False, False]


async def test_the_probe_of_the_register_reads_its_statement_and_never_follows_elsewhere():
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
    answers = {"ok": (200, statement), "moved": (302, statement), "other": (200, {"x": 1})}
    found = {}
    for name, (status, body) in answers.items():
        raw = msgspec.json.encode(body)

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status=status, raw=raw) -> None:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(raw)}\r\nconnection: close\r\nlocation: /\r\n\r\n"
            writer.write(head.encode() + raw)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(take, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found[name] = (await look_at_register(f"http://127.0.0.1:{port}")).ok
        server.close()
        await server.wait_closed()
    assert found == {"ok": True, "moved": False, "other": False}


async def test_who_may_not_manage_sees_states_and_no_buttons(site: Site, world: World, trust):
    lead = await site.signed_in(trust.organisation_id, trust.lead.id or 0)
    page = (await lead.get(PATH)).text
    assert "Our listener for laboratories" in page
    assert "<button" not in page.split("<main")[1]
