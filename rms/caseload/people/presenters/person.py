"""The page of one person: who, where they stand, what comes next, and everything we hold about them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from rms.alerts.model import AlertKind
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.people.presenters.answers import AskedBlock, present_asked
from rms.caseload.people.presenters.contact import ContactBlock, present_contact
from rms.caseload.people.presenters.history import HistoryLine, present_history
from rms.caseload.people.presenters.messages import MessageLine, present_messages
from rms.caseload.people.presenters.plans import PlanBlock, present_plan, stands
from rms.caseload.people.presenters.results import Context, TestBlock, present_tests, waiting_result
from rms.caseload.people.status import Button, PersonStands, Status, status_of
from rms.caseload.people.store import (
    AskedOf,
    ContactEver,
    FiledResult,
    Happened,
    Needs,
    OpenAlert,
    PlanAround,
    SentMessage,
)
from rms.caseload.words import KINDS, STATES, moment
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.plans.store import OccurrenceOnFile, PlanOnFile

SECTIONS = (
    ("results", "Results"),
    ("plan", "Plan"),
    ("questionnaires", "Questionnaires"),
    ("messages", "Messages"),
    ("contact", "How we contact them"),
    ("history", "History"),
)


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read about one person, before it is put into words."""

    person: PersonOnFile
    contacts: Sequence[ContactEver]
    needs: Needs
    plans: Sequence[PlanOnFile]
    around: Mapping[int, PlanAround]
    dates: Mapping[int, Sequence[OccurrenceOnFile]]
    cases: Sequence[Mapping[str, Any]]
    treatments: Sequence[Mapping[str, Any]]
    alerts: Sequence[OpenAlert]
    results: Sequence[FiledResult]
    questionnaires: Sequence[AskedOf]
    messages: Sequence[SentMessage]
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
    """`caseload/people/person.html`. `links` are what else can be done; `all_history` is None when everything is shown."""

    bar: IdentityBar
    status: Status
    sections: tuple[tuple[str, str], ...]
    alerts: tuple[AlertLine, ...]
    tests: tuple[TestBlock, ...]
    plans: tuple[PlanBlock, ...]
    questionnaires: tuple[AskedBlock, ...]
    messages: tuple[MessageLine, ...]
    contact: ContactBlock
    history: tuple[HistoryLine, ...]
    all_history: str | None
    happened: int
    links: tuple[Button, ...]


def present_person(all_of_it: Everything, *, asks: Asker, today: date) -> PersonPage:
    """The whole page for the one who asks; what they may not do is not offered."""
    person = all_of_it.person
    context = Context(plans=tuple(all_of_it.plans), treatments=tuple(all_of_it.treatments), today=today)
    return PersonPage(
        bar=identity_bar(person, today=today),
        status=status_of(_stands(all_of_it, asks=asks), may=asks.may, today=today),
        sections=SECTIONS,
        alerts=tuple(map(_alert, all_of_it.alerts)),
        tests=present_tests(all_of_it.results, context=context),
        plans=tuple(
            present_plan(plan, rows=all_of_it.dates[plan.id], around=all_of_it.around[plan.id], asks=asks, today=today)
            for plan in sorted(all_of_it.plans, key=lambda plan: (plan.state == "ended", -plan.id))
        ),
        questionnaires=present_asked(all_of_it.questionnaires),
        messages=present_messages(all_of_it.messages),
        contact=present_contact(person, contacts=all_of_it.contacts, needs=all_of_it.needs),
        history=present_history(all_of_it.history),
        all_history=f"/people/{person.ref}/history" if all_of_it.happened > len(all_of_it.history) else None,
        happened=all_of_it.happened,
        links=_links(person, asks=asks),
    )


def _stands(all_of_it: Everything, *, asks: Asker) -> PersonStands:
    person = all_of_it.person
    urgent = next((one for one in all_of_it.alerts if one.kind in (AlertKind.ACT_TODAY, AlertKind.LOOK_SOON)), None)
    late = next((one for one in all_of_it.alerts if one.kind is AlertKind.CHASE), None)
    return PersonStands(
        ref=person.ref, death_state=person.death_state, died_on=person.died_on,
        plans=tuple(stands(plan, rows=all_of_it.dates[plan.id], around=all_of_it.around[plan.id], asks=asks)
                    for plan in all_of_it.plans),
        urgent_alert=f"/alerts/{urgent.ref}" if urgent else None, late_alert=f"/alerts/{late.ref}" if late else None,
        to_review=waiting_result(all_of_it.results), start=_start(all_of_it),
    )  # fmt: skip


def _start(all_of_it: Everything) -> str | None:
    """Where follow-up of the latest cancer without a running plan is begun."""
    running = {plan.case_id for plan in all_of_it.plans if plan.state != "ended"}
    free = [case for case in all_of_it.cases if case["id"] not in running]
    return f"/starting/{free[-1]['ref']}" if free else None


def _alert(one: OpenAlert) -> AlertLine:
    state = STATES[one.state] if one.owner is None else f"{STATES[one.state]}: {one.owner}"
    return AlertLine(href=f"/alerts/{one.ref}", kind=KINDS[one.kind], sentence=one.sentence, state=f"{state}, {one.team}",
                     wanted=moment(one.respond_by))  # fmt: skip


def _links(person: PersonOnFile, *, asks: Asker) -> tuple[Button, ...]:
    here, found = f"/people/{person.ref}", []
    if asks.may(Permission.CONTACT_CHANGE):
        found.append(Button(text="Change how we contact them", href=f"{here}/contact"))
        if person.messages_stopped_at is None and person.death_state is None:
            found.append(Button(text="Stop all messages", href=f"{here}/messages/stop"))
        elif person.death_state is None:
            found.append(Button(text="Start messages again", href=f"{here}/messages/start"))
    if asks.may(Permission.DEATH_CONFIRM):
        if person.death_state != "formal":
            found.append(Button(text="Record a death", href=f"{here}/death"))
        if person.death_state is not None:
            found.append(Button(text="Take the recorded death back", href=f"{here}/death/reverse"))
    return tuple(found)
