"""From a claimed message and the people it is about to the text or letter that leaves. No query, no network."""

from datetime import date

import msgspec

from rms.errors import BadInput
from rms.messages.catalogue import Catalogue
from rms.messages.compose import Facts, Rendered, compose
from rms.messages.letters import Letter, LetterFacts, letter_catalogue, render_letter
from rms.messages.model import Channel, Recipient, TestWord
from rms.messages.own import OwnWords
from rms.messages.store import MessageOnFile
from rms.people.model import PersonName
from rms.people.store import Contact, OrganisationOnFile, PersonOnFile, TeamOnFile


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message is about and who sends it, as read in the transaction that claims it."""

    person: PersonOnFile
    organisation: OrganisationOnFile
    team: TeamOnFile
    address: Contact | None
    link: str | None
    code: str | None = None
    large_print: bool = False


def text_of(
    message: MessageOnFile, about: About, *, catalogue: Catalogue, portal_url: str, own: OwnWords | None = None
) -> Rendered:
    """The text or email, in an organisation's `own` words when given. BadInput or Refused when it cannot be written."""
    template = catalogue.get((message.purpose, message.channel))
    if template is None:
        raise BadInput(f"There is no wording for {message.purpose} by {message.channel}.")
    if own is not None:
        template = own.template(template)
    test = message.facts.get("test")
    facts = Facts(
        organisation_name=about.organisation.name, phone=about.team.phone, phone_hours=about.team.phone_hours,
        first_name=about.person.name.given[0] if about.person.name.given else None,
        test=TestWord(test) if test else None, due_on=_day(message, "due_on"), link=about.link,
        code=about.code,
    )  # fmt: skip
    return compose(template, facts, our_links=(portal_url,))


def addressed(name: PersonName) -> str:
    """How a letter speaks to somebody: title and family name, without a title the first name and no other given name."""
    return f"{name.prefix or ''.join(name.given[:1])} {name.family}".strip()


def letter_of(
    message: MessageOnFile, about: About, *, written_on: date, preview: bool = False, own: OwnWords | None = None
) -> Letter:
    """The letter to the person or to their practice, in `own` words when given. BadInput when a fact is missing."""
    them, name = about.person, " ".join(filter(None, (about.person.name.prefix, *about.person.name.given)))
    whole = f"{name} {them.name.family}".strip()
    gp = message.recipient is Recipient.GP_PRACTICE
    head = about.team.letterhead or about.organisation.address or about.organisation.name
    address = tuple(head.splitlines())
    symptoms = message.facts.get("symptom_list") or {}
    facts = LetterFacts(
        organisation_name=about.organisation.name, organisation_address=address, phone=about.team.phone,
        phone_hours=about.team.phone_hours,
        to=_practice(them) if gp else (whole, *(about.address.value.splitlines() if about.address else ())),
        salutation_name=addressed(them.name),
        signed_by=about.team.name,
        reference=str(message.ref)[:8], person_name=whole, born_on=them.born_on, nhs_number=them.nhs_number,
        plan_name=message.facts.get("plan_name"), test_name=message.facts.get("test_name"),
        next_test_name=message.facts.get("next_test_name"), taken_on=_day(message, "taken_on"),
        due_on=_day(message, "due_on"), result=message.facts.get("result"), range=message.facts.get("range"),
        link=about.link, booked_by_hospital=bool(message.facts.get("booked_by_hospital")),
        place=message.facts.get("place"), nurse=message.facts.get("nurse"), ways=tuple(message.facts.get("ways") or ()),
        symptoms_today=tuple((asks, do) for asks, do in symptoms.get("today", ())),
        symptoms_soon=tuple(symptoms.get("soon", ())),
        limits=tuple(message.facts.get("limits") or ()), ended_because=message.facts.get("ended_because"),
    )  # fmt: skip
    standard = letter_catalogue().get((message.purpose, Channel.LETTER))
    words = standard if own is None or standard is None else own.template(standard)
    return render_letter(message.purpose, facts, written_on=written_on, large_print=about.large_print,
                         preview=preview, words=words)  # fmt: skip


def _practice(them: PersonOnFile) -> tuple[str, ...]:
    if not them.gp_name and not them.gp_code:
        raise BadInput("No GP practice is known for this person.")
    return tuple(filter(None, ("The GP practice", them.gp_name, them.gp_code)))


def _day(message: MessageOnFile, name: str) -> date | None:
    found = message.facts.get(name)
    return None if found is None else date.fromisoformat(found)
