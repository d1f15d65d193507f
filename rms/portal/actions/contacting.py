"""The doors of how a person is reached: what they prefer and need, and a new number that a code has proved to be theirs."""

from rms.alerts.model import AlertKind
from rms.audit.moves import record
from rms.dates import PartialDate
from rms.db.database import Database
from rms.people.model import ContactPoint, ContactSource
from rms.people.moves import set_contact, set_needs, set_preference
from rms.people.sign_in.codes import CodeOutcome, CodePurpose, NewContact, TriedCode, try_code
from rms.people.store import lock_people
from rms.portal.access import Visit
from rms.portal.actions.seeing import CHANNELS, Sending, note_look, note_try, queue_code
from rms.portal.actions.telling import Told, raise_told
from rms.portal.behind import whose
from rms.portal.forms_contact import HelperTyped, NeedsTyped, needs_after
from rms.portal.own_contact import OwnContact, own_contact_of


async def see_contact(database: Database, *, visit: Visit) -> OwnContact:
    """How the person is reached, for their own page of it."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await note_look(tx, visit=visit, of=of, at="contact")
        return await own_contact_of(tx, of)


async def prefer(database: Database, *, visit: Visit, prefers: str) -> None:
    """How the person wants to hear from us."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        await set_preference(tx, organisation_id=visit.organisation_id, patient_id=of.person.id, prefers=prefers,
                             by=visit.actor(of.person.id))  # fmt: skip


async def say_needs(database: Database, *, visit: Visit, said: NeedsTyped) -> None:
    """Language and needs, as the person says them; needs that are not on our list stay."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        before = await own_contact_of(tx, of)
        await set_needs(
            tx, organisation_id=visit.organisation_id, patient_id=of.person.id, language=said.language or before.language,
            interpreter_needed=said.interpreter, needs=needs_after(before.needs, ticked=said.needs), said_by="person",
            by=visit.actor(of.person.id),
        )  # fmt: skip


async def name_helper(database: Database, *, visit: Visit, helper: HelperTyped) -> None:
    """Who helps: staff ask the person what may be said to them before anything is."""
    who = ", ".join(filter(None, (helper.name, helper.relation, helper.phone)))
    told = Told(
        rule_key="names-helper", kind=AlertKind.FIX_DATA,
        sentence=f"Says that somebody helps them: {who}. Ask the person what may be said to them, and record it.",
    )  # fmt: skip
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        await raise_told(tx, visit=visit, of=of, told=told)


async def send_code_to_new(database: Database, *, visit: Visit, new: NewContact) -> Sending:
    """Send a code to a number or address that is not on file; until it is typed nothing changes."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        if not of.welcome:
            return Sending.NO_WAY
        return await queue_code(
            tx, visit=visit, of=of, purpose=CodePurpose.CONTACT, channel=CHANNELS[new.kind], proves=new
        )


async def prove_new(database: Database, *, visit: Visit, typed: str) -> TriedCode:
    """Put the new number or address in force when its code is right; the one before ends today."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        tried = await try_code(tx, organisation_id=visit.organisation_id, patient_id=of.person.id,
                               purpose=CodePurpose.CONTACT, token=visit.token, typed=typed)  # fmt: skip
        await note_try(tx, visit=visit, of=of, outcome=tried.outcome)
        if tried.outcome is CodeOutcome.RIGHT and tried.proved is not None:
            by = visit.actor(of.person.id)
            contact = ContactPoint(kind=tried.proved.kind, value=tried.proved.value, source=ContactSource.PERSON,
                                   as_of=PartialDate.of(tx.today))  # fmt: skip
            await set_contact(tx, organisation_id=visit.organisation_id, patient_id=of.person.id, contact=contact, by=by,
                              now=tx.now)  # fmt: skip
            await record(tx, by=by, verb="contact.said", subject_kind="patient", subject_id=of.person.id,
                         patient_id=of.person.id, reason="Said by: the person. Proved with a code.")  # fmt: skip
        return tried
