"""Answers given on the telephone: kept one by one as on the person's own page, and sent when nothing is missing."""

from uuid import UUID

from rms.caseload.answers.forms import Given, missing_of, read_given
from rms.caseload.answers.store import Sheet, sheet_behind
from rms.caseload.late.store import step_behind
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.followup.moves import save_answer, submit_answers
from rms.people.access import Asker
from rms.people.store import known_dead, lock_people
from rms.questionnaires.moves import ask_now
from rms.questionnaires.store.answers import plain
from rms.web.forms import FieldErrors
from rms.web.submitted import Submitted


async def answers_by_telephone(
    database: Database, *, asks: Asker, ref: UUID, sent: Submitted, send: bool
) -> FieldErrors:
    """Keep what can be read, whatever else is wrong: a red flag is known now. Send when asked to and nothing is missing.

    Returns what is wrong or missing. Refused when the answers are not taken any more, or the person may have died.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        sheet = await _locked(tx, asks=asks, ref=ref)
        definition, kept = sheet.assignment.definition, plain(sheet.kept)
        given = read_given(definition, kept=kept, sent=sent)
        await _keep(tx, asks=asks, sheet=sheet, given=given)
        if not send:
            return given.errors
        missing = missing_of(definition, answers={**kept, **dict(given.new)})
        errors = FieldErrors(
            all=(*given.errors.all, *(one for one in missing.all if given.errors.of(one.field) is None))
        )
        if not errors:
            await submit_answers(tx, organisation_id=asks.organisation_id, assignment_id=sheet.assignment.id,
                                 mode="telephone", by=asks.actor, now=tx.now)  # fmt: skip
        return errors


async def begin_by_telephone(database: Database, *, asks: Asker, step: UUID) -> UUID:
    """Ask what was not asked yet, for the person who is on the telephone; the address of the form.

    Refused when the person has died or may have, or the plan does not ask for it now; a second press opens the same form.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        patient_id = (await step_behind(tx, asks=asks, ref=step)).patient_id
        await lock_people(tx, [patient_id])
        if await known_dead(tx, organisation_id=asks.organisation_id, patient_id=patient_id) is not None:
            raise Refused("The person has died, or may have died. Nothing is asked of them any more.")
        found = await step_behind(tx, asks=asks, ref=step)
        asked = await ask_now(
            tx, organisation_id=asks.organisation_id, occurrence_id=found.id, by=asks.actor, now=tx.now
        )
        return asked.ref


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> Sheet:
    patient_id = (await sheet_behind(tx, asks=asks, ref=ref)).assignment.patient_id
    await lock_people(tx, [patient_id])
    if await known_dead(tx, organisation_id=asks.organisation_id, patient_id=patient_id) is not None:
        raise Refused("The person has died, or may have died. Nothing is answered for them any more.")
    sheet = await sheet_behind(tx, asks=asks, ref=ref)
    if not sheet.assignment.takes_answers:
        raise Refused("Answers are not taken any more: they were sent meanwhile, or the time for them is over.")
    return sheet


async def _keep(tx: Tx, *, asks: Asker, sheet: Sheet, given: Given) -> None:
    for item, answer in given.new:
        await save_answer(tx, organisation_id=asks.organisation_id, assignment_id=sheet.assignment.id, item=item,
                          value=answer, by=asks.actor, now=tx.now)  # fmt: skip
