"""One question about a sender, however many messages wait for its answer: a code nobody knows, a rehearsal on a live line.

A laboratory that changes a code sends hundreds of messages a day with it. A task for each would bury the others, and one
answer settles them all. So they hang on one alert a sender, team and question; it says how many wait, and the page of the
message deals with all of them. Each message keeps its own line with its own person.
"""

from typing import Final

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.sync.code_sent import code_key
from rms.sync.store import note_filing, was_asked_before

#: What the alert is about: a sender, by the id of the peer.
SUBJECT: Final = "peer"
REHEARSAL: Final = "inbox-rehearsal"
#: More waiting messages than these are not counted out.
MOST_COUNTED: Final = 1000


def about_code(code: str, *, team_id: int) -> str:
    """The key of the question what a code of a sender means, for one team: a team sees its own people's messages only."""
    return f"inbox-code:{team_id}:{code_key(code)}"


_WAITING = """
select count(*) from (
  select from inbox_filing f
    join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id and a.subject_kind = 'peer'
     and a.subject_id = $2 and a.rule_key = $3
   where f.organisation_id = $1 and f.state = 'waiting' and f.inbox_id <> $4 limit $5) waiting
"""


async def ask_once(
    tx: Tx, *, organisation_id: int, team_id: int, peer_id: int, sender: str, inbox_id: int, epoch: int,
    patient_id: int | None, rule_key: str, because: str,
) -> None:  # fmt: skip
    """Hang a message on the one question of its sender; the question is asked when it is the first."""
    others: int = await tx.fetchval(_WAITING, organisation_id, peer_id, rule_key, inbox_id, MOST_COUNTED)
    again = await was_asked_before(tx, organisation_id=organisation_id, inbox_id=inbox_id)
    alert_id = await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.FIX_DATA, subject_kind=SUBJECT,
        subject_id=peer_id, rule_key=rule_key, sentence=f"{_so_many(others + 1)} from {sender}: {because}",
        cause_kind=f"inbox:{epoch}" if again else "inbox", cause_id=inbox_id, by=WORKER, now=tx.now,
    )  # fmt: skip
    await note_filing(tx, organisation_id=organisation_id, inbox_id=inbox_id, patient_id=patient_id, alert_id=alert_id,
                      state="waiting", reason=because, now=tx.now)  # fmt: skip


def _so_many(count: int) -> str:
    if count > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} messages"
    return "A message" if count == 1 else f"{count:,} messages"
