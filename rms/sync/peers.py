"""Systems that may send to us: which organisations each may speak for. A peer without an organisation may send nothing."""

import ipaddress
from collections.abc import Sequence

import msgspec

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
    """Admit a peer (as the owner). BadInput for an address that is none, Conflict for a name that is taken."""
    if not organisation_ids:
        raise BadInput("A peer needs at least one organisation that it may send for.")
    if await tx.fetchval("select id from peer where name = $1", name) is not None:
        raise Conflict(f"There is a peer named {name} already.")
    peer_id: int = await tx.fetchval(
        "insert into peer (name, sending_application, sending_facility, addresses) values ($1, $2, $3, $4) returning id",
        name, application, facility, [_address(one) for one in addresses],
    )  # fmt: skip
    await tx.executemany("insert into peer_organisation (peer_id, organisation_id) values ($1, $2)",
                         [(peer_id, organisation_id) for organisation_id in sorted(set(organisation_ids))])  # fmt: skip
    for organisation_id in sorted(set(organisation_ids)):
        await record(tx, by=by, verb="peer.add", subject_kind="peer", subject_id=peer_id,
                     organisation_id=organisation_id)  # fmt: skip
    return peer_id


def _address(text: str) -> str:
    """One address or network as it is kept: `10.1.2.3`, `10.1.0.0/16`."""
    try:
        return str(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))
    except ValueError:
        raise BadInput(f"{text} is no address and no network, such as 10.1.2.3 or 10.1.0.0/16.") from None
