"""An organisation's own wording: written by one person, approved by another, in force until somebody withdraws it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER, Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, Refused
from rms.messages.catalogue import Template
from rms.messages.own import OwnWords, WordingOnFile, wordings
from rms.messages.own_proof import Sender, own_findings
from rms.messages.places import Words
from rms.messages.store import MessageOnFile, note

_CHANGED: Final = "Somebody has changed this wording meanwhile. Read it again."
# Two workers that find the same fault wait here: the team gets one alert. Nothing else is locked behind it.
_ONE_AT_A_TIME: Final = "select pg_advisory_xact_lock(hashtextextended('wording that cannot be filled', 0))"
_DRAFT: Final = """
insert into wording (organisation_id, purpose, channel, version, standard_version, subject, body, drafted_at,
                     drafted_by_staff_id)
select $1::smallint, $2::text, $3::text,
       coalesce((select max(version) from wording where organisation_id = $1 and purpose = $2 and channel = $3), 0) + 1,
       $4::integer, $5::text, $6::text, $7::timestamptz, $8::bigint
returning id, version
"""
_WITHDRAW: Final = """
update wording set withdrawn_at = $3, withdrawn_by_staff_id = $4, withdrawn_why = $5
 where organisation_id = $1 and id = any($2) and withdrawn_at is null
"""


async def draft_wording(
    tx: Tx, *, organisation_id: int, standard: Template, words: Words, senders: Sequence[Sender], by: Actor
) -> int:
    """A new version that waits for a second person; it takes the place of a draft that nobody approved. Its number."""
    staff_id = _staff_id(by)
    _check(words, standard=standard, senders=senders)
    known = await _locked(tx, organisation_id=organisation_id, standard=standard)
    await _end(tx, organisation_id=organisation_id, those=[one for one in known if one.is_draft],
               why="A newer draft took its place.", staff_id=staff_id)  # fmt: skip
    row = await tx.fetchrow(
        _DRAFT, organisation_id, standard.purpose, standard.channel, standard.version, words.subject, words.body, tx.now,
        staff_id,
    )  # fmt: skip
    assert row is not None
    await record(tx, by=by, verb="wording.draft", subject_kind="wording", subject_id=row["id"],
                 organisation_id=organisation_id, details=_details(standard, row["version"]))  # fmt: skip
    version: int = row["version"]
    return version


async def approve_wording(
    tx: Tx, *, organisation_id: int, standard: Template, version: int, senders: Sequence[Sender], by: Actor
) -> None:
    """Messages go out in these words from now on. Refused to the one who wrote them: two people answer for a wording."""
    staff_id = _staff_id(by)
    known = await _locked(tx, organisation_id=organisation_id, standard=standard)
    draft = next((one for one in known if one.is_draft and one.version == version), None)
    if draft is None:
        raise Conflict(_CHANGED)
    if draft.drafted_by_staff_id == staff_id:
        raise Refused("You wrote this draft. Somebody else must approve it.")
    _check(draft.words, standard=standard, senders=senders)
    await _end(tx, organisation_id=organisation_id, those=[one for one in known if one.in_force],
               why=f"Version {version} took its place.", staff_id=staff_id)  # fmt: skip
    await tx.execute("update wording set approved_at = $3, approved_by_staff_id = $4 where organisation_id = $1 and id = $2",
                     organisation_id, draft.id, tx.now, staff_id)  # fmt: skip
    await record(tx, by=by, verb="wording.approve", subject_kind="wording", subject_id=draft.id,
                 organisation_id=organisation_id, details=_details(standard, version))  # fmt: skip


async def withdraw_wording(
    tx: Tx, *, organisation_id: int, standard: Template, version: int, why: str, by: Actor
) -> None:
    """Back to the standard wording, with the reason."""
    if not why.strip():
        raise Refused("Say why.")
    await _take_back(tx, organisation_id=organisation_id, standard=standard, version=version, why=why.strip(), by=by,
                     approved=True)  # fmt: skip


async def discard_draft(tx: Tx, *, organisation_id: int, standard: Template, version: int, by: Actor) -> None:
    """A draft thrown away. One that was approved meanwhile stays: that is for those who may approve."""
    await _take_back(tx, organisation_id=organisation_id, standard=standard, version=version,
                     why="Thrown away before it was approved.", by=by, approved=False)  # fmt: skip


async def _take_back(
    tx: Tx, *, organisation_id: int, standard: Template, version: int, why: str, by: Actor, approved: bool
) -> None:
    staff_id = _staff_id(by)
    known = await _locked(tx, organisation_id=organisation_id, standard=standard)
    one = next((one for one in known if one.version == version and (one.in_force if approved else one.is_draft)), None)
    if one is None:
        raise Conflict(_CHANGED)
    await _end(tx, organisation_id=organisation_id, those=[one], why=why, staff_id=staff_id)
    verb = "wording.withdraw" if approved else "wording.discard"
    await record(tx, by=by, verb=verb, subject_kind="wording", subject_id=one.id, reason=why,
                 organisation_id=organisation_id, details=_details(standard, version))  # fmt: skip


async def tell_of_unfilled(tx: Tx, *, message: MessageOnFile, own: OwnWords, why: str, now: datetime) -> None:
    """The standard words go out instead of their own: said in the message's history, and to its team once a day."""
    what = f"{message.purpose.replace('_', ' ')}, by {message.channel}"
    await note(tx, message=message, kind="standard words", detail=f"Your own words could not be filled: {why}", now=now)
    await tx.execute(_ONE_AT_A_TIME)
    await raise_alert(
        tx, organisation_id=message.organisation_id, team_id=message.team_id, kind=AlertKind.FIX_DATA, subject_kind="team",
        subject_id=message.team_id, rule_key=f"wording:{message.purpose}.{message.channel}",
        cause_kind=f"wording:{tx.today.isoformat()}", cause_id=own.id, by=WORKER, now=now,
        sentence=f"Your own wording ({what}, version {own.version}) could not be filled, so the standard one was sent: {why}"
        " Change the wording, or what is not known.",
    )  # fmt: skip


def _staff_id(by: Actor) -> int:
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff can do this.")
    return by.id


def _check(words: Words, *, standard: Template, senders: Sequence[Sender]) -> None:
    findings = own_findings(words, standard=standard, senders=senders)
    if findings:
        raise Refused(" ".join(finding.sentence for finding in findings))


async def _locked(tx: Tx, *, organisation_id: int, standard: Template) -> list[WordingOnFile]:
    """Every version of one wording; whoever else changes it waits, the first version of all included."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))",
                     f"wording {organisation_id} {standard.purpose} {standard.channel}")  # fmt: skip
    return await wordings(tx, organisation_id=organisation_id, purpose=standard.purpose, channel=standard.channel)


async def _end(tx: Tx, *, organisation_id: int, those: Sequence[WordingOnFile], why: str, staff_id: int) -> None:
    if those:
        await tx.execute(_WITHDRAW, organisation_id, [one.id for one in those], tx.now, staff_id, why)


def _details(standard: Template, version: int) -> dict[str, object]:
    return {"purpose": standard.purpose, "channel": standard.channel, "version": version}
