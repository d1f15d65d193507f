"""The print queue of a team: asking why letters wait there, and ending the question when they are printed."""

from datetime import datetime
from typing import Final

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, end_episode_if_closed, raise_alert
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.printing import late_sentence
from rms.messages.store import LateLetters, late_letters

#: What such an alert is about (its `subject_id` is the team), and its rule.
PRINT_QUEUE: Final = "print_queue"
RULE: Final = "letters-waiting"


async def ask_for_printing(tx: Tx, *, organisation_id: int, team_id: int, by: Actor, now: datetime) -> bool:
    """Ask a team once a day why letters wait; False when they were printed in the meantime."""
    if await _late(tx, organisation_id=organisation_id, team_id=team_id) is None:
        return False
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.CHASE, subject_kind=PRINT_QUEUE,
        subject_id=team_id, rule_key=RULE, cause_kind="day", cause_id=tx.today.toordinal(), by=by, now=now,
        sentence=late_sentence(),
    )  # fmt: skip
    return True


async def printed(tx: Tx, *, organisation_id: int, team_id: int, by: Actor, now: datetime) -> None:
    """A named person has printed one: when nothing late is left, the question is answered, and a later one is a new one."""
    if await _late(tx, organisation_id=organisation_id, team_id=team_id) is not None:
        return
    about = {"organisation_id": organisation_id, "subject_id": team_id}
    await close_all_about(
        tx, **about, subject_kind=PRINT_QUEUE, rule_key=RULE, outcome=AlertOutcome.NO_ACTION_NEEDED,
        note="Every letter that had waited too long is printed.", by=by, now=now,
    )  # fmt: skip
    await end_episode_if_closed(tx, **about, subject_kind=PRINT_QUEUE, rule_key=RULE, now=now)


async def _late(tx: Tx, *, organisation_id: int, team_id: int) -> LateLetters | None:
    """What is late in one team's queue, under a lock: who asks and who prints the last one wait for each other."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('print queue', $1))", team_id)
    return await late_letters(tx, organisation_id=organisation_id, team_id=team_id)
