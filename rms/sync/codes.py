"""What a sender's code means, said once by a named person: from then on, and for all messages that wait for that answer."""

from rms.alerts.analytes import ANALYTES
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import BadInput, NotFound
from rms.sync.store import NOT_FOLLOWED, read_again

#: What a code may be said to mean.
MEANINGS = (*(key for key, one in ANALYTES.items() if one.unit is not None), NOT_FOLLOWED)

_WAIT_FOR_IT = """
select distinct i.ref from inbox i
  join inbox_filing f on f.inbox_id = i.id and f.state = 'waiting'
  join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id
 where i.peer_id = $1 and a.subject_kind = 'peer' and a.subject_id = $1 and i.state = 'waiting'
   and substring(a.rule_key from '^inbox-code:[0-9]+:(.*)$') = $2
"""


async def say_what_a_code_means(tx: Tx, *, peer_name: str, code: str, means: str, by: Actor) -> int:
    """Write a line of the sender's map (as the owner) and have what waited for it read again; how many messages.

    BadInput for a meaning that is none, or when the code means something else already.
    """
    peer_id = await tx.fetchval("select id from peer where name = $1 and ended_at is null", peer_name)
    if peer_id is None:
        raise NotFound(f"There is no peer named {peer_name}. `rms peer list` shows them.")
    if means not in MEANINGS:
        raise BadInput(f"A code means one of: {', '.join(MEANINGS)}.")
    known = await tx.fetchval(
        "select analyte from code_map where peer_id = $1 and upper(local_code) = upper($2) and valid_until is null",
        peer_id, code,
    )  # fmt: skip
    if known is not None and known != means:
        raise BadInput(
            f"This code means {known} for {peer_name} already. Results are filed by it, so it is not replaced here."
        )
    if known is None:
        await tx.execute(
            "insert into code_map (peer_id, local_code, analyte, valid_from, made_by) values ($1, $2, $3, '2000-01-01', $4)",
            peer_id, code, means, by.name,
        )  # fmt: skip
        for row in await tx.fetch("select organisation_id as id from peer_organisation where peer_id = $1", peer_id):
            await record(tx, by=by, verb="code_map.add", subject_kind="peer", subject_id=peer_id,
                         organisation_id=row["id"], details={"code": code, "means": means})  # fmt: skip
    refs = [row["ref"] for row in await tx.fetch(_WAIT_FOR_IT, peer_id, code.casefold()[:200])]
    return len(await read_again(tx, refs))
