"""Many messages in one transaction; a bad one holds up no other and is not tried for ever.

Messages about different people are filed abreast, in one savepoint. When anything goes wrong with one of them, all of them
are filed one by one, each in a savepoint of its own, and so is what was read before. The effects of a message and its new
state are committed together: a worker that dies has done all of it or nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from rms.db.abreast import Way, abreast
from rms.db.engine import Tx
from rms.errors import DatabaseAway
from rms.log import get_log
from rms.people.store import lock_people
from rms.results.matching import Matched
from rms.sync.filing.asking import Settled, ask
from rms.sync.filing.one import settle_one
from rms.sync.filing.opening import Letter, open_letters
from rms.sync.filing.rows import in_rows
from rms.sync.senders import Peer
from rms.sync.store import Claimed, peers, same_messages, settle, still_held, try_again

#: Tries of a message before a person is asked, and the wait after the first, which doubles.
MOST_TRIES = 5
FIRST_WAIT = timedelta(seconds=5)

log = get_log(__name__)
Earlier = tuple[int, str]
_WAY = Way()


async def file_batch(tx: Tx, claimed: Sequence[Claimed], *, real_now: datetime) -> int:
    """File what was claimed and is still held; how many messages came to their end."""
    held = await still_held(tx, claimed)
    mine = [one for one in claimed if one.id in held]
    known = dict(await same_messages(tx, mine))
    letters = await open_letters(tx, mine)
    await lock_people(tx, [w.match.person for one in letters for w in one.whose if isinstance(w.match, Matched)])
    done = 0
    for row in in_rows(letters):
        for letter, settled in await _file_row(tx, row, known=known, real_now=real_now):
            if settled is not None:
                done += 1
                _remember(known, letter, settled, among=letters)
    return done


def _remember(
    known: dict[tuple[int, int | None], Earlier], letter: Letter, settled: Settled, *, among: list[Letter]
) -> None:
    """Later copies in this batch are copies of this one."""
    if settled.state in ("filed", "waiting", "not_for_us"):
        for other in among:
            if other.copy_of == letter.copy_of:
                known[other.claimed.id, other.peer_id] = (letter.claimed.id, settled.state)


async def _file_row(
    tx: Tx, row: Sequence[Letter], *, known: Mapping[tuple[int, int | None], Earlier], real_now: datetime
) -> list[tuple[Letter, Settled | None]]:
    """File messages that have nothing to do with each other: those that nothing is wrong with abreast, else one by one."""
    plain = [one for one in row if one.failure is None and (one.claimed.id, one.peer_id) not in known]
    settled = dict(zip((one.claimed.id for one in plain), await _file_abreast(tx, plain), strict=False))
    return [
        (one, settled.get(one.claimed.id) or await _file_safely(tx, one, earlier=known.get((one.claimed.id, one.peer_id)),
                                                                real_now=real_now))
        for one in row
    ]  # fmt: skip


async def _file_abreast(tx: Tx, letters: Sequence[Letter]) -> list[Settled]:
    """What became of each; nothing when one of them failed, whichever it was: then each is filed by itself."""
    if len(letters) < 2:
        return []
    await tx.execute("savepoint many_messages")
    try:
        settled = await abreast(tx, [partial(_settled, letter=one) for one in letters], way=_WAY)
    except DatabaseAway:
        raise
    except Exception as error:
        await tx.execute("rollback to savepoint many_messages")
        log.warning("filed_one_by_one", count=len(letters), exc_info=error)
        return []
    await tx.execute("release savepoint many_messages")
    for letter, one in zip(letters, settled, strict=True):
        log.info("message_parsed", inbox_id=letter.claimed.id, state=one.state)
    return settled


async def _settled(tx: Tx, letter: Letter, *, earlier: Earlier | None = None) -> Settled:
    """File one message and note what became of it."""
    settled = await _file_unless_known(tx, letter, earlier=earlier)
    kind = "^".join(part for part in (letter.message.type, letter.message.event) if part) or None
    await settle(
        tx, inbox_id=letter.claimed.id, state=settled.state, reason=settled.reason, kind=kind and kind[:40],
        duplicate_of=settled.duplicate_of, peer_id=letter.peer.id if letter.peer else letter.claimed.peer_id,
    )  # fmt: skip
    return settled


async def _file_safely(tx: Tx, letter: Letter, *, earlier: Earlier | None, real_now: datetime) -> Settled | None:
    await tx.execute("savepoint one_message")
    try:
        if letter.failure is not None:
            raise letter.failure
        settled = await _settled(tx, letter, earlier=earlier)
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
