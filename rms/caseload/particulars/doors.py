"""Changing what is on file about a person, each in one transaction."""

from uuid import UUID

import asyncpg

from rms.caseload.particulars.forms import Correction, NeedsSaid
from rms.caseload.people.store import person_in_scope
from rms.dates import PartialDate
from rms.db.database import Database
from rms.errors import Conflict, Refused
from rms.people.access import Asker
from rms.people.model import PersonName
from rms.people.moves import Corrected, correct_person, set_helper, set_needs
from rms.people.store import lock_people, organisation, person


async def say_needs(database: Database, *, asks: Asker, ref: UUID, said: NeedsSaid) -> None:
    """Keep what was said about language, needs and help."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        patient_id = await person_in_scope(tx, asks=asks, ref=ref)
        await lock_people(tx, [patient_id])
        who = {"organisation_id": asks.organisation_id, "patient_id": patient_id}
        await set_needs(tx, **who, language=said.language, interpreter_needed=said.interpreter, needs=said.all_needs,
                        said_by=said.said_by, by=asks.actor)  # fmt: skip
        await set_helper(tx, **who, helper=said.helper, said_by=said.said_by, by=asks.actor)


async def correct(database: Database, *, asks: Asker, ref: UUID, to: Correction) -> None:
    """Correct who a person is. Refused when it would make another person of them."""
    try:
        async with database.transaction(organisation_id=asks.organisation_id) as tx:
            patient_id = await person_in_scope(tx, asks=asks, ref=ref)
            await lock_people(tx, [patient_id])
            known = await person(tx, organisation_id=asks.organisation_id, patient_id=patient_id)
            if known.nhs_number is not None and (to.nhs_number is None or str(to.nhs_number) != known.nhs_number):
                raise Refused(
                    "An NHS number on file is not changed here: results are filed by it. If it is another person’s, tell the"
                    " register, and whoever looks after RMS."
                )
            corrected = Corrected(
                name=PersonName(family=to.family, given=tuple((to.given or "").split()), prefix=to.title),
                born_on=PartialDate.of(to.born), sex=to.sex, gp_name=to.gp_name, gp_code=to.gp_code,
                nhs_number=to.nhs_number, hospital_number=to.hospital_number,
                hospital_system=(await organisation(tx, asks.organisation_id)).code,
            )  # fmt: skip
            await correct_person(tx, organisation_id=asks.organisation_id, patient_id=patient_id, to=corrected, why=to.why,
                                 by=asks.actor)  # fmt: skip
    except asyncpg.UniqueViolationError as error:
        raise Conflict("Somebody else here has this NHS number. Search for them: it may be the same person.") from error
