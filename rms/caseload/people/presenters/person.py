"""The page of one person: who, where they stand, what comes next, and everything we hold about them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from rms.alerts.model import AlertKind
from rms.caseload.helpline.presenters import OnPersonPage
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.notes.presenters import NoteLine, present_notes
from rms.caseload.notes.store import NoteOnFile
from rms.caseload.particulars.presenters import help_words, needs_since, number_words
from rms.caseload.particulars.store import HelperOnFile, Keys
from rms.caseload.people.presenters.answers import AskedBlock, present_asked
from rms.caseload.people.presenters.contact import ContactBlock, present_contact
from rms.caseload.people.presenters.history import HistoryLine, present_history
from rms.caseload.people.presenters.messages import MessageLine, present_messages
from rms.caseload.people.presenters.plans import PlanBlock, present_plan, stands
from rms.caseload.people.presenters.results import Context, TestBlock, present_tests, waiting_result
from rms.caseload.people.status import Button, PersonStands, Referral, Status, status_of
from rms.caseload.people.store import (
    AskedOf,
    ContactEver,
    FiledResult,
    Happened,
    Needs,
    NotAsked,
    OpenAlert,
    PlanAround,
    SentMessage,
)
from rms.caseload.words import STATES, day, kind_words, moment
from rms.followup.moves.referring import RULE as REFERRED
from rms.people.access import Asker
from rms.people.languages import language_words
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.plans.store import OccurrenceOnFile, PlanOnFile

SECTIONS = (
    ("results", "Results"),
    ("plan", "Plan"),
    ("questionnaires", "Questionnaires"),
    ("messages", "Messages"),
    ("notes", "Notes"),
    ("helpline", "Helpline contacts"),
    ("contact", "How we contact them"),
    ("history", "History"),
)

_URGENT = (AlertKind.ACT_TODAY, AlertKind.LOOK_SOON)
#: Older notes stand behind an opener.
NOTES_SHOWN = 3


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read about one person, before it is put into words."""

    person: PersonOnFile
    contacts: Sequence[ContactEver]
    needs: Needs
    plans: Sequence[PlanOnFile]
    around: Mapping[int, PlanAround]
    dates: Mapping[int, Sequence[OccurrenceOnFile]]
    arranged: Mapping[int, str]
    cases: Sequence[Mapping[str, Any]]
    treatments: Sequence[Mapping[str, Any]]
    alerts: Sequence[OpenAlert]
    results: Sequence[FiledResult]
    questionnaires: Sequence[AskedOf]
    not_asked: Sequence[NotAsked]
    messages: Sequence[SentMessage]
    notes: Sequence[NoteOnFile]
    helper: HelperOnFile | None
    keys: Keys
    helpline: tuple[OnPersonPage, ...]
    history: Sequence[Happened]
    happened: int


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that waits."""

    href: str
    kind: str
    sentence: str
    state: str
    wanted: str


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/person.html`. `mind`: known before one speaks to them; `all_history`: None when all is shown."""

    bar: IdentityBar
    status: Status
    sections: tuple[tuple[str, str], ...]
    mind: str
    alerts: tuple[AlertLine, ...]
    tests: tuple[TestBlock, ...]
    plans: tuple[PlanBlock, ...]
    print_dates: str | None
    questionnaires: tuple[AskedBlock, ...]
    by_telephone: tuple[Button, ...]
    messages: tuple[MessageLine, ...]
    notes: tuple[NoteLine, ...]
    older_notes: tuple[NoteLine, ...]
    write_note: str | None
    helpline: tuple[OnPersonPage, ...]
    log_call: str | None
    contact: ContactBlock
    history: tuple[HistoryLine, ...]
    all_history: str | None
    happened: int
    links: tuple[Button, ...]


def _by_telephone(all_of_it: Everything, *, asks: Asker) -> tuple[Button, ...]:
    """What can be filled in now though nobody has asked it yet; nothing for somebody who has died."""
    if all_of_it.person.death_state is not None or not asks.may(Permission.ANSWERS_ENTER):
        return ()
    return tuple(Button(text=f"{one.title}, due {day(one.due_on)}", href=f"/steps/{one.ref}/by-telephone")
                 for one in all_of_it.not_asked)  # fmt: skip


def present_person(all_of_it: Everything, *, asks: Asker, today: date) -> PersonPage:
    """The whole page for the one who asks; what they may not do is not offered."""
    person = all_of_it.person
    notes = present_notes(all_of_it.notes, asks=asks)
    context = Context(plans=tuple(all_of_it.plans), treatments=tuple(all_of_it.treatments), today=today)
    return PersonPage(
        bar=identity_bar(person, today=today),
        status=status_of(_stands(all_of_it, asks=asks, today=today), may=asks.may, today=today),
        sections=SECTIONS,
        mind=_mind(all_of_it),
        alerts=tuple(_alert(one, today) for one in all_of_it.alerts),
        tests=present_tests(all_of_it.results, context=context),
        plans=tuple(
            present_plan(
                plan,
                rows=all_of_it.dates[plan.id],
                around=all_of_it.around[plan.id],
                asks=asks,
                today=today,
                arranged=all_of_it.arranged,
                is_dead=person.death_state is not None,
            )
            for plan in sorted(all_of_it.plans, key=lambda plan: (plan.state == "ended", -plan.id))
        ),
        print_dates=_print_dates(all_of_it),
        questionnaires=present_asked(all_of_it.questionnaires, may_fill_in=asks.may(Permission.ANSWERS_ENTER)),
        by_telephone=_by_telephone(all_of_it, asks=asks),
        messages=present_messages(all_of_it.messages),
        notes=notes[:NOTES_SHOWN],
        older_notes=notes[NOTES_SHOWN:],
        write_note=f"/people/{person.ref}/note" if asks.may(Permission.NOTE_WRITE) else None,
        contact=_contact(all_of_it),
        helpline=all_of_it.helpline,
        log_call=f"/people/{person.ref}/helpline" if asks.may(Permission.ALERT_OWN) else None,
        history=present_history(all_of_it.history),
        all_history=f"/people/{person.ref}/history" if all_of_it.happened > len(all_of_it.history) else None,
        happened=all_of_it.happened,
        links=_links(person, asks=asks),
    )


def _print_dates(all_of_it: Everything) -> str | None:
    """Where their dates come out on paper; None when nothing is ahead of them."""
    person = all_of_it.person
    ahead = person.death_state is None and any(plan.state != "ended" for plan in all_of_it.plans)
    return f"/people/{person.ref}/dates/pdf" if ahead else None


def _mind(all_of_it: Everything) -> str:
    """What to know before one speaks or writes to them; empty when nothing is recorded."""
    language = all_of_it.person.language
    needs = all_of_it.needs
    speaks = "" if language is None or language.partition("-")[0] == "en" else f"Speaks {language_words(language)}"
    said = (speaks, "Needs an interpreter" if needs.interpreter_needed else "", *needs.needs)
    helps = all_of_it.helper
    if helps is not None and helps.helper.may_be_told:
        said = (*said, f"Helped by {helps.helper.name}")
    return ". ".join(filter(None, said))


def _contact(all_of_it: Everything) -> ContactBlock:
    """How to reach them, with who helps and who spoke about their needs."""
    block = present_contact(all_of_it.person, contacts=all_of_it.contacts, needs=all_of_it.needs)
    more = (("Last asked about needs", needs_since(all_of_it.keys)), ("Helped by", help_words(all_of_it.helper)),
            ("Hospital numbers", number_words(all_of_it.keys)))  # fmt: skip
    return msgspec.structs.replace(block, facts=(*block.facts, *more))


def _stands(all_of_it: Everything, *, asks: Asker, today: date) -> PersonStands:
    person = all_of_it.person
    referred = [one for one in all_of_it.alerts if one.rule_key == REFERRED]
    urgent = next((one for one in all_of_it.alerts if one.kind in _URGENT), None)
    late = next((one for one in all_of_it.alerts if one.kind is AlertKind.CHASE and one not in referred), None)
    return PersonStands(
        ref=person.ref, death_state=person.death_state, died_on=person.died_on,
        plans=tuple(stands(plan, rows=all_of_it.dates[plan.id], around=all_of_it.around[plan.id], asks=asks)
                    for plan in all_of_it.plans),
        urgent_alert=f"/alerts/{urgent.ref}" if urgent else None, late_alert=f"/alerts/{late.ref}" if late else None,
        urgent=tuple(f"{_kind(one, today)}: {one.sentence}" for one in all_of_it.alerts if one.kind in _URGENT),
        referrals=tuple(map(_referral, referred)),
        to_review=waiting_result(all_of_it.results), start=_start(all_of_it),
    )  # fmt: skip


def _referral(one: OpenAlert) -> Referral:
    owner = one.owner or f"nobody yet, so the whole team ({one.team})"
    return Referral(href=f"/alerts/{one.ref}", said=one.sentence, owner=owner, wanted=moment(one.respond_by))


def _start(all_of_it: Everything) -> str | None:
    """Where follow-up of the latest cancer without a running plan is begun."""
    running = {plan.case_id for plan in all_of_it.plans if plan.state != "ended"}
    free = [case for case in all_of_it.cases if case["id"] not in running]
    return f"/starting/{free[-1]['ref']}" if free else None


def _kind(one: OpenAlert, today: date) -> str:
    return kind_words(one.kind, respond_by=one.respond_by, today=today)


def _alert(one: OpenAlert, today: date) -> AlertLine:
    state = STATES[one.state] if one.owner is None else f"{STATES[one.state]}: {one.owner}"
    return AlertLine(href=f"/alerts/{one.ref}", kind=_kind(one, today), sentence=one.sentence, state=f"{state}, {one.team}",
                     wanted=moment(one.respond_by))  # fmt: skip


def _links(person: PersonOnFile, *, asks: Asker) -> tuple[Button, ...]:
    here, found = f"/people/{person.ref}", []
    if asks.may(Permission.CONTACT_CHANGE):
        found.append(Button(text="Change how we contact them", href=f"{here}/contact"))
        found.append(Button(text="Language, needs and help", href=f"{here}/needs"))
        if person.messages_stopped_at is None and person.death_state is None:
            found.append(Button(text="Stop all messages", href=f"{here}/messages/stop"))
        elif person.death_state is None:
            found.append(Button(text="Start messages again", href=f"{here}/messages/start"))
    if asks.may(Permission.PERSON_ADD):
        found.append(Button(text="Put right name, birth date or practice", href=f"{here}/correct"))
    if asks.may(Permission.DEATH_CONFIRM):
        if person.death_state != "formal":
            found.append(Button(text="Record a death", href=f"{here}/death"))
        if person.death_state is not None:
            found.append(Button(text="Take the recorded death back", href=f"{here}/death/reverse"))
    return tuple(found)
