"""Everything the three pages need about one cancer of one person, read together. Must not decide or render."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.looking import Look
from rms.caseload.starting.model import Choice, Draft
from rms.caseload.starting.offers import Offer, Offers, offers_for
from rms.caseload.starting.store import CaseInHand, Namable, case_behind, who_may_be_named
from rms.people.access import Asker
from rms.people.model import ContactKind
from rms.people.store import Contact, PersonOnFile, contacts_in_force, known_dead, person
from rms.plans.model import Course
from rms.plans.overlap import Beside, in_words, shared_tests
from rms.plans.schedule import effective
from rms.plans.store import latest_birthday, plans_of, protocol_versions

#: Which contact detail a way of reaching somebody needs; a telephone call needs none, because a nurse finds one.
NEEDS: Final[Mapping[str, ContactKind | None]] = {
    "sms": ContactKind.MOBILE,
    "email": ContactKind.EMAIL,
    "letter": ContactKind.POST,
    "phone": None,
}
ON_PAPER: Final = ("letter", "phone")


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """One plan that is being built, with whoever asks."""

    case: CaseInHand
    person: PersonOnFile
    contacts: tuple[Contact, ...]
    offers: Offers
    nurses: tuple[Namable, ...]
    has_died: bool
    others: tuple[Beside, ...]
    bar: IdentityBar
    asks: Asker
    today: date

    @property
    def draft(self) -> Draft | None:
        """What was saved so far."""
        return self.case.draft.draft if self.case.draft else None

    @property
    def revision(self) -> int:
        """How often it was saved."""
        return self.case.draft.revision if self.case.draft else 0

    @property
    def offer(self) -> Offer | None:
        """The protocol that was chosen, while it may still be used."""
        return self.offers.of(self.draft.protocol_version_id) if self.draft else None

    def contact(self, way: str) -> Contact | None:
        """The detail in force for a way of reaching them."""
        kind = NEEDS[way]
        return next((one for one in self.contacts if one.kind is kind), None)

    @property
    def ways(self) -> tuple[str, ...]:
        """How they can be reached under the plan as it was saved."""
        return self.ways_for(self.draft)

    def shared(self, draft: Draft, offer: Offer) -> tuple[str, ...]:
        """The tests that another plan of this person asks for as well, as far as the dates are known."""
        course = Course(anchors={anchor: one.on for anchor, one in draft.anchors.items()}, started_on=self.today,
                        born_on=latest_birthday(self.person.born_text))  # fmt: skip
        plan = effective(offer.protocol, overrides=draft.changes)
        return in_words(shared_tests(plan, course=course, others=self.others, today=self.today))

    def ways_for(self, draft: Draft | None) -> tuple[str, ...]:
        """How they can be reached: by what there is a detail for, on paper only when they want nothing digital."""
        paper = draft is not None and draft.choice is Choice.DIGITAL_DECLINED
        return tuple(
            way
            for way, kind in NEEDS.items()
            if (kind is None or self.contact(way) is not None) and (not paper or way in ON_PAPER)
        )


async def building(look: Look, *, ref: UUID) -> Building:
    """Read it all and write who looked. NotFound outside the scope of the one who asks."""
    tx, asks = look.tx, look.asks
    case = await case_behind(tx, asks=asks, ref=ref)
    who = {"organisation_id": asks.organisation_id, "patient_id": case.patient_id}
    them = await person(tx, **who)
    versions = await protocol_versions(tx, organisation_id=asks.organisation_id)
    found = Building(
        case=case, person=them, asks=asks, today=tx.today, bar=identity_bar(them, today=tx.today),
        contacts=tuple(await contacts_in_force(tx, **who)),
        offers=offers_for(versions, diagnosis=case.diagnosis, treatments=case.treatments, live=tx.live),
        nurses=tuple(await who_may_be_named(tx, organisation_id=asks.organisation_id, team_id=case.team_id,
                                            staff_id=asks.staff_id)),
        has_died=await known_dead(tx, **who) is not None,
        others=tuple(Beside(plan=plan.effective, course=plan.course) for plan in await plans_of(tx, **who)
                     if plan.state != "ended"),
    )  # fmt: skip
    await look.at(verb="plan.build", subject_kind="register_case", subject_id=case.id, patient_id=case.patient_id)
    return found
