"""A message that a person must look at: an alert for a team, with the reason in a sentence and the raw message behind it."""

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.model import TumourSite
from rms.people.store import attended_team, cases_of, team_for_site
from rms.plans.store import plans_of
from rms.results.matching import Matched
from rms.sync.filing.opening import Letter, Whose
from rms.sync.store import note_filing, was_asked_before


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message: a state of the inbox with its reason."""

    state: str
    reason: str | None = None
    duplicate_of: int | None = None


class NobodyToAsk(Refused):
    """An organisation that has no team yet cannot be given a task."""


async def ask(
    tx: Tx, *, organisation_id: int, inbox_id: int, epoch: int, patient_id: int | None, sentence: str
) -> None:
    """Give a message to the team that looks after the person, else to the organisation's first. NobodyToAsk without any.

    A message that was read again, after a person closed its alert, is news: its alert opens again.
    """
    team_id = await team_of(tx, organisation_id=organisation_id, patient_id=patient_id)
    again = await was_asked_before(tx, organisation_id=organisation_id, inbox_id=inbox_id)
    alert_id = await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.FIX_DATA, subject_kind="inbox",
        subject_id=inbox_id, rule_key="inbox", sentence=sentence, cause_kind=f"inbox:{epoch}" if again else "inbox",
        cause_id=inbox_id, patient_id=patient_id, by=WORKER, now=tx.now,
    )  # fmt: skip
    await note_filing(tx, organisation_id=organisation_id, inbox_id=inbox_id, patient_id=patient_id, alert_id=alert_id,
                      state="waiting", reason=sentence, now=tx.now)  # fmt: skip


async def team_of(tx: Tx, *, organisation_id: int, patient_id: int | None) -> int:
    """The team of the person's plan (an open one first), else of their tumour site, else the organisation's first.

    About nobody in particular: a team in which somebody sees it, when there is one.
    """
    site = None
    if patient_id is None:
        attended = await attended_team(tx, organisation_ids=[organisation_id])
        if attended is not None:
            return attended.team_id
    if patient_id is not None:
        plans = await plans_of(tx, organisation_id=organisation_id, patient_id=patient_id)
        if plans:
            return ([plan for plan in plans if plan.state != "ended"] or plans)[-1].team_id
        cases = await cases_of(tx, organisation_id=organisation_id, patient_id=patient_id)
        site = next((TumourSite(case["tumour_site"]) for case in cases if case["tumour_site"]), None)
    team = await team_for_site(tx, organisation_id=organisation_id, site=site)
    if team is None:
        raise NobodyToAsk("The organisation has no team yet that could be asked. Add one with `rms team add`.")
    return team.id


async def ask_nearest(tx: Tx, letter: Letter, because: str) -> Settled:
    """Ask the organisation whose people come nearest; the sender's first when none does."""
    nearest = letter.nearest
    organisation_id = nearest.organisation_id if nearest else letter.asked[0]
    letter = letter.read_for(organisation_id)
    patient_id = nearest.match.person if nearest and isinstance(nearest.match, Matched) else None
    sentence = f"A message from {letter.sender}{letter.understanding.names}: {because}"
    await ask(tx, organisation_id=organisation_id, inbox_id=letter.claimed.id, epoch=letter.claimed.epoch,
              patient_id=patient_id, sentence=sentence)  # fmt: skip
    return Settled(state="waiting", reason=because)


async def ask_for(tx: Tx, letter: Letter, whose: Whose, because: str) -> str:
    """Ask the organisation of one answer, about its person when it is known who that is; gives the reason back."""
    letter = letter.read_for(whose.organisation_id)
    patient_id = whose.match.person if isinstance(whose.match, Matched) else None
    sentence = f"A message from {letter.sender}{letter.understanding.names}: {because}"
    await ask(tx, organisation_id=whose.organisation_id, inbox_id=letter.claimed.id, epoch=letter.claimed.epoch,
              patient_id=patient_id, sentence=sentence)  # fmt: skip
    return because
