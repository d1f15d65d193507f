"""Senders added, changed, ended; tests noted. Each in one transaction; nothing outside is called inside of one."""

from rms.audit.moves import record
from rms.caseload.set_up.connections.forms import PeerTyped, TakenBack
from rms.db.database import Database
from rms.people.access import Asker
from rms.sync.codes import take_back_not_ours
from rms.sync.finding import Finding
from rms.sync.peers import add_peer_here, change_peer_here, end_peer_here


async def add(database: Database, *, asks: Asker, peer: PeerTyped) -> None:
    """A new sender for this organisation."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await add_peer_here(tx, name=peer.name, application=peer.application, facility=peer.facility,
                            addresses=peer.lines, by=asks.actor)  # fmt: skip


async def change(database: Database, *, asks: Asker, peer_id: int, peer: PeerTyped) -> None:
    """By what it is known from now on."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await change_peer_here(tx, peer_id=peer_id, name=peer.name, application=peer.application, facility=peer.facility,
                               addresses=peer.lines, by=asks.actor)  # fmt: skip


async def end(database: Database, *, asks: Asker, peer_id: int) -> None:
    """It sends no more."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await end_peer_here(tx, peer_id=peer_id, by=asks.actor)


async def note_test(database: Database, *, asks: Asker, what: str, found: Finding) -> None:
    """Who tested what, and what came of it."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await record(tx, by=asks.actor, verb="connection.test", subject_kind="connection",
                     details={"what": what, "ok": found.ok})  # fmt: skip


async def take_back(database: Database, *, asks: Asker, peer_id: int, line: TakenBack) -> None:
    """That a code of it is not ours was a mistake."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await take_back_not_ours(tx, peer_id=peer_id, line_id=line.number, own=line.is_own, by=asks.actor)
