"""Many messages in one transaction, each in a savepoint of its own: a bad one holds up no other and is not tried for ever.

The effects of a message and its new state are committed together: a worker that dies has done all of it or nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rms.db.engine import Tx
from rms.errors import DatabaseAway
from rms.log import get_log
from rms.people.store import lock_people
from rms.results.matching import Matched
from rms.sync.filing.asking import ask
from rms.sync.filing.one import Settled, settle_one
from rms.sync.filing.opening import Letter, open_letters
from rms.sync.senders import Peer
from rms.sync.store import Claimed, peers, same_messages, settle, still_held, try_again

#: Tries of a message before a person is asked, and the wait after the first, which doubles.
MOST_TRIES = 5
FIRST_WAIT = timedelta(seconds=5)

log = get_log(__name__)
Earlier = tuple[int, str]


async def file_batch(tx: Tx, claimed: Sequence[Claimed], *, real_now: datetime) -> int:
    """File what was claimed and is still held; how many messages came to their end."""
    held = await still_held(tx, claimed)
    mine = [one for one in claimed if one.id in held]
    same = await same_messages(tx, mine)
    letters = await open_letters(tx, mine)
    await lock_people(tx, [w.match.person for one in letters for w in one.whose if isinstance(w.match, Matched)])
    in_batch: dict[tuple[bytes, int | None], Earlier] = {}
    done = 0
    for letter in letters:
        one, peer_id = letter.claimed, letter.peer.id if letter.peer else None
        earlier = in_batch.get((one.sha256, peer_id)) or same.get((one.id, peer_id))
        settled = await _file_safely(tx, letter, earlier=earlier, real_now=real_now)
        if settled is not None:
            done += 1
            if settled.state in ("filed", "waiting", "not_for_us"):
                in_batch[one.sha256, peer_id] = (one.id, settled.state)
    return done


async def _file_safely(tx: Tx, letter: Letter, *, earlier: Earlier | None, real_now: datetime) -> Settled | None:
    await tx.execute("savepoint one_message")
    try:
        if letter.failure is not None:
            raise letter.failure
        settled = await _file_unless_known(tx, letter, earlier=earlier)
        kind = "^".join(part for part in (letter.message.type, letter.message.event) if part) or None
        await settle(
            tx, inbox_id=letter.claimed.id, state=settled.state, reason=settled.reason, kind=kind and kind[:40],
            duplicate_of=settled.duplicate_of, peer_id=letter.peer.id if letter.peer else letter.claimed.peer_id,
        )  # fmt: skip
    except DatabaseAway:
        raise
    except Exception as error:
        await tx.execute("rollback to savepoint one_message")
        log.error("message_set_aside", inbox_id=letter.claimed.id, attempts=letter.claimed.attempts, exc_info=error)
        return await put_off(tx, letter.claimed, peer=letter.peer, error=error, real_now=real_now)
    await tx.execute("release savepoint one_message")
    log.info("message_parsed", inbox_id=letter.claimed.id, state=settled.state)
    return settled


async def _file_unless_known(tx: Tx, letter: Letter, *, earlier: Earlier | None) -> Settled:
    """A copy of what was filed changes nothing; any other copy is tried, since what the first one lacked may have come."""
    if earlier is None:
        return await settle_one(tx, letter)
    number, state = earlier
    if state != "filed":
        settled = await settle_one(tx, letter)
        if settled.state == "filed" or (state == "not_for_us" and settled.state == "waiting"):
            return settled
        await tx.execute("rollback to savepoint one_message")
    words = {"filed": "was filed", "waiting": "waits for a person", "not_for_us": "was not for us"}[state]
    return Settled(state="duplicate", reason=f"The very same message {words} already.", duplicate_of=number)


async def put_off(
    tx: Tx, one: Claimed, *, peer: Peer | None = None, error: Exception, real_now: datetime
) -> Settled | None:
    """After a failure that nobody foresaw: try again later, and after the last try ask a person. None: it will be tried."""
    if one.attempts < MOST_TRIES:
        await try_again(tx, inbox_id=one.id, at=real_now + FIRST_WAIT * 2 ** (one.attempts - 1))
        return None
    because = f"RMS failed to read this message {one.attempts} times ({type(error).__name__}). It is kept as it came."
    peer = peer or next((known for known in await peers(tx) if known.id == one.peer_id), None)
    settled = Settled(state="set_aside", reason=because)
    if peer is not None and peer.organisations:
        await tx.execute("savepoint asking")
        try:
            await ask(
                tx,
                organisation_id=peer.organisations[0],
                inbox_id=one.id,
                epoch=one.epoch,
                patient_id=None,
                sentence=because,
            )
            settled = Settled(state="waiting", reason=because)
        except DatabaseAway:
            raise
        except Exception as failure:  # then an operator sees it, in the log and among what is set aside
            await tx.execute("rollback to savepoint asking")
            log.error("message_set_aside", inbox_id=one.id, attempts=one.attempts, exc_info=failure)
    await settle(tx, inbox_id=one.id, state=settled.state, reason=settled.reason, kind=None, duplicate_of=None,
                 peer_id=peer.id if peer else None)  # fmt: skip
    return settled
