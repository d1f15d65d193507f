"""A version is signed off for an organisation, in one transaction; in a demo it counts for demonstration only."""

from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import Asker
from rms.plans.moves import sign_off as sign_protocol
from rms.plans.moves import withdraw_sign_off as withdraw_protocol
from rms.plans.store import protocol_by_key
from rms.questionnaires.moves.versions import sign_off as sign_questionnaire_version
from rms.questionnaires.moves.versions import withdraw_sign_off as withdraw_questionnaire
from rms.questionnaires.store import version_by_key


async def sign_protocol_off(database: Database, *, asks: Asker, key: str, version: int, note: str) -> None:
    """A protocol: plans may start with it from now on."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await protocol_by_key(tx, organisation_id=asks.organisation_id, key=key, version=version)
        if found is None:
            raise NotFound("There is no such protocol version.")
        await sign_protocol(tx, organisation_id=asks.organisation_id, protocol_version_id=found.id, note=note,
                            for_demonstration_only=not tx.live, by=asks.actor)  # fmt: skip


async def sign_questionnaire_off(database: Database, *, asks: Asker, key: str, version: int, note: str) -> None:
    """A questionnaire: people may be asked it from now on."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await version_by_key(tx, organisation_id=asks.organisation_id, key=key, version=version)
        if found is None:
            raise NotFound("There is no such questionnaire version.")
        await sign_questionnaire_version(tx, organisation_id=asks.organisation_id, questionnaire_version_id=found.id, note=note,
                                         for_demonstration_only=not tx.live, by=asks.actor)  # fmt: skip


async def withdraw_protocol_sign_off(database: Database, *, asks: Asker, key: str, version: int, why: str) -> None:
    """A protocol: no plan starts with it any more."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await protocol_by_key(tx, organisation_id=asks.organisation_id, key=key, version=version)
        if found is None:
            raise NotFound("There is no such protocol version.")
        await withdraw_protocol(tx, organisation_id=asks.organisation_id, protocol_version_id=found.id, why=why,
                                by=asks.actor)  # fmt: skip


async def withdraw_questionnaire_sign_off(database: Database, *, asks: Asker, key: str, version: int, why: str) -> None:
    """A questionnaire: nobody is asked it any more."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await version_by_key(tx, organisation_id=asks.organisation_id, key=key, version=version)
        if found is None:
            raise NotFound("There is no such questionnaire version.")
        await withdraw_questionnaire(tx, organisation_id=asks.organisation_id, questionnaire_version_id=found.id, why=why,
                                     by=asks.actor)  # fmt: skip
