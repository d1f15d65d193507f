"""How a person is reached and what they need, as it stands on file; for their own page of it."""

import msgspec

from rms.db.engine import Tx
from rms.people.model import Need
from rms.people.store import Contact, contacts_in_force
from rms.portal.behind import Whose

_STANDS = "select language, interpreter_needed, needs from patient where organisation_id = $1 and id = $2"


class OwnContact(msgspec.Struct, frozen=True, kw_only=True):
    """The contact details in force, the latest first, and needs."""

    whose: Whose
    contacts: tuple[Contact, ...]
    language: str | None
    interpreter_needed: bool
    needs: tuple[Need, ...]


async def own_contact_of(tx: Tx, of: Whose) -> OwnContact:
    """Read it."""
    ids = (of.person.organisation_id, of.person.id)
    row = await tx.fetchrow(_STANDS, *ids)
    assert row is not None  # the person was just read
    contacts = await contacts_in_force(tx, organisation_id=ids[0], patient_id=ids[1])
    return OwnContact(
        whose=of, contacts=tuple(contacts), language=row["language"], interpreter_needed=row["interpreter_needed"],
        needs=tuple(msgspec.convert(row["needs"], list[Need])),
    )  # fmt: skip
