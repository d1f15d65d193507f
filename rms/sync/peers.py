"""Systems that may send to us: which organisations each may speak for. A peer without an organisation may send nothing."""

import ipaddress
from collections.abc import Sequence

import msgspec

from rms.alerts.moves import raise_alert
from rms.alerts.store import locked_alert
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict


class PeerOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One peer. `addresses` are addresses or networks it may connect from; empty: from anywhere."""

    id: int
    name: str
    sending_application: str | None
    sending_facility: str | None
    addresses: tuple[str, ...]
    organisations: tuple[str, ...]


_PEERS = """
select p.id, p.name, p.sending_application, p.sending_facility, p.addresses,
       array(select o.code from peer_organisation m join organisation o on o.id = m.organisation_id
              where m.peer_id = p.id order by o.code) as organisations
  from peer p where p.ended_at is null order by p.name
"""


async def peers(tx: Tx) -> list[PeerOnFile]:
    """Every peer that has not ended, by name."""
    return [msgspec.convert(dict(row), PeerOnFile) for row in await tx.fetch(_PEERS)]


async def add_peer(
    tx: Tx,
    *,
    name: str,
    organisation_ids: Sequence[int],
    application: str | None,
    facility: str | None,
    addresses: Sequence[str],
    by: Actor,
) -> int:
    """Admit a peer (as the owner). BadInput for an address that is none, Conflict for a clash."""
    if not organisation_ids:
        raise BadInput("A peer needs at least one organisation that it may send for.")
    if await tx.fetchval("select id from peer where name = $1", name) is not None:
        raise Conflict(f"There is a peer named {name} already.")
    known_from = [_address(one) for one in addresses]
    if await tx.fetchval("select peer_clashes(null, $1, $2, $3)", application, facility, known_from):
        raise Conflict(
            "Another peer is known by the same names and addresses: nobody could tell what comes from which."
        )
    peer_id: int = await tx.fetchval(
        "insert into peer (name, sending_application, sending_facility, addresses) values ($1, $2, $3, $4) returning id",
        name, application, facility, known_from,
    )  # fmt: skip
    await tx.executemany("insert into peer_organisation (peer_id, organisation_id) values ($1, $2)",
                         [(peer_id, organisation_id) for organisation_id in sorted(set(organisation_ids))])  # fmt: skip
    for organisation_id in sorted(set(organisation_ids)):
        await record(tx, by=by, verb="peer.add", subject_kind="peer", subject_id=peer_id,
                     organisation_id=organisation_id)  # fmt: skip
    await tx.execute("select from inbox_strangers_read_again()")  # the owner has no name in a trust to say it under
    return peer_id


def _address(text: str) -> str:
    """One address or network as it is kept: `10.1.2.3`, `10.1.0.0/16`."""
    try:
        return str(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))
    except ValueError:
        raise BadInput(f"{text} is no address and no network, such as 10.1.2.3 or 10.1.0.0/16.") from None


async def add_peer_here(
    tx: Tx, *, name: str, application: str | None, facility: str | None, addresses: Sequence[str], by: Actor
) -> int:
    """Admit a peer for the transaction's organisation only. BadInput for an address that is none, Conflict for a clash."""
    _must_be_known_by_something(application, facility, addresses)
    peer_id: int | None = await tx.fetchval("select peer_add_here($1, $2, $3, $4)", name, application, facility,
                                            [_address(one) for one in addresses])  # fmt: skip
    if peer_id is None:
        raise Conflict(_CLASH)
    await record(tx, by=by, verb="peer.add", subject_kind="peer", subject_id=peer_id)
    await _read_strangers_again(tx, peer_id=peer_id, because=f"{name} was added to the connections", by=by)
    return peer_id


async def change_peer_here(
    tx: Tx,
    *,
    peer_id: int,
    name: str,
    application: str | None,
    facility: str | None,
    addresses: Sequence[str],
    by: Actor,
) -> None:
    """By what a peer is known from now on. Conflict for a clash, and for a peer that also sends for other trusts."""
    _must_be_known_by_something(application, facility, addresses)
    done = await tx.fetchval("select peer_change_here($1, $2, $3, $4, $5)", peer_id, name, application, facility,
                             [_address(one) for one in addresses])  # fmt: skip
    if not done:
        raise Conflict(_CLASH)
    await record(tx, by=by, verb="peer.change", subject_kind="peer", subject_id=peer_id)
    await _read_strangers_again(tx, peer_id=peer_id, because=f"{name} was changed in the connections", by=by)


async def _read_strangers_again(tx: Tx, *, peer_id: int, because: str, by: Actor) -> None:
    """What nobody knew the sender of may have one now: it is read again, and the alerts about it say so.

    What a person has said is not ours stays where it is; what is still a stranger's is set aside once more.
    """
    for row in await tx.fetch("select * from inbox_strangers_read_again() where alert_id is not null"):
        alert = await locked_alert(tx, organisation_id=tx.organisation, alert_id=row["alert_id"])
        count = "A message was" if row["again"] == 1 else f"{row['again']:,} messages were"
        await raise_alert(
            tx, organisation_id=alert.organisation_id, team_id=alert.team_id, kind=alert.kind,
            subject_kind=alert.subject_kind, subject_id=alert.subject_id, rule_key=alert.rule_key,
            sentence=f"{count} kept and not filed, and {'is' if row['again'] == 1 else 'are'} read again because {because}.",
            cause_kind="read-again", cause_id=peer_id, by=by, now=tx.now,
        )  # fmt: skip


async def end_peer_here(tx: Tx, *, peer_id: int, by: Actor) -> None:
    """A peer sends no more: what comes from it is a stranger's, kept, and a person is asked."""
    if not await tx.fetchval("select peer_end_here($1)", peer_id):
        raise Conflict("This system also sends for other trusts, or has ended already. Ask whoever runs the server.")
    await record(tx, by=by, verb="peer.end", subject_kind="peer", subject_id=peer_id)


_CLASH = (
    "The name is taken, or another system is known by the same names and addresses, so that nobody could tell them apart. "
    "A system that also sends for other trusts is changed by whoever runs the server."
)


def _must_be_known_by_something(application: str | None, facility: str | None, addresses: Sequence[str]) -> None:
    if application is None and facility is None and not addresses:
        raise BadInput("Give at least one of: what it calls itself, where it says it is, where it connects from.")
