"""A message leaves once, to the right person, at a decent hour; or somebody is told why it did not (cases 25 to 29)."""

from datetime import UTC, datetime, timedelta

import anyio
import msgspec
import pytest

from rms.audit.model import WORKER
from rms.messages.jobs import Outbox
from rms.messages.model import Channel, MessageState, Purpose, Recipient
from rms.messages.moves import (
    hold_for_patient,
    release_for_patient,
    stop,
    void_for_cause,
    void_for_patient,
    void_for_plan,
)
from rms.messages.store import locked_message
from rms.people.model import ContactKind, ContactPoint
from rms.people.moves import mark_dead, set_contact, set_preference, stop_messages
from rms.people.store import lock_people
from tests.cast import a_person, on_file
from tests.contracts.conftest import notify_gateway
from tests.shell.messages.post_office import MORNING, PostOffice, an_outbox, at_once, set_civil_clock


async def test_a_text_leaves_once_with_the_words_of_the_catalogue(office: PostOffice) -> None:
    message_id = await office.queue()
    assert await office.queue() is None
    assert (await office.send(), await office.send()) == (1, 0)
    row = await office.message(message_id)
    assert office.sent() == [("+447700900001", str(row["ref"]))]
    assert (row["state"], row["provider"], row["template_key"]) == ("accepted", "govuk-notify", "test_reminder_1.sms")
    assert row["provider_ref"] == office.stand_in.book.taken[0].id
    assert "01632 960001" in office.stand_in.book.taken[0].body
    history = await office.world.as_owner("select kind from message_event order by id")
    assert [line["kind"] for line in history] == ["claimed", "answered"]
    assert await office.alerts() == []


async def test_many_messages_leave_in_one_go(office: PostOffice) -> None:
    for cause in range(120):
        await office.queue(cause)
    assert await office.send() == 120
    assert len({reference for _, reference in office.sent()}) == 120


@pytest.mark.parametrize(
    ("prefers", "channel"), [("sms", "sms"), ("email", "email"), ("letter", "letter"), ("phone", None)]
)
async def test_people_are_reached_as_they_prefer(office: PostOffice, prefers: str, channel: str | None) -> None:
    email = ContactPoint(kind=ContactKind.EMAIL, value="peter@example.org")
    async with office.world.worker.transaction() as tx:
        of = {"organisation_id": office.trust.organisation_id, "patient_id": office.patient_id}
        await set_contact(tx, **of, contact=email, by=WORKER, now=tx.now)
        await set_preference(tx, **of, prefers=prefers, by=WORKER)
    message_id = await office.queue()
    await office.send()
    if channel is None:
        assert message_id is None
        assert await office.alerts() == [
            "Please phone this person (that a test is due): they are reached by telephone only."
        ]
        await office.queue()
        assert len(await office.alerts()) == 1
    else:
        row = await office.message(message_id)
        assert (row["channel"], row["state"]) == (channel, "accepted")
        assert len(office.sent()) == (0 if channel == "letter" else 1)


async def test_a_changed_preference_does_not_send_the_same_twice(office: PostOffice) -> None:
    await office.queue()
    async with office.world.worker.transaction() as tx:
        await set_preference(tx, organisation_id=office.trust.organisation_id, patient_id=office.patient_id,
                             prefers="letter", by=WORKER)  # fmt: skip
    assert await office.queue() is None
    assert await office.states() == ["queued"]


async def test_somebody_whose_details_are_all_dead_is_phoned(office: PostOffice) -> None:
    await office.world.as_owner("update contact_point set dead_at = now(), dead_why = 'returned'")
    assert await office.queue() is None
    assert "no mobile number, email or postal address is known that works" in (await office.alerts())[0]


async def test_a_detail_that_died_after_queueing_holds_the_message(office: PostOffice) -> None:
    await office.queue()
    await office.world.as_owner("update contact_point set dead_at = now(), dead_why = 'returned'")
    await office.send()
    assert (await office.states(), office.sent()) == (["held"], [])
    assert "No mobile number is known that works" in (await office.alerts())[0]


async def test_the_number_of_the_day_of_sending_is_used(office: PostOffice) -> None:
    await office.queue()
    async with office.world.worker.transaction() as tx:
        new = ContactPoint(kind=ContactKind.MOBILE, value="+447700900777")
        await set_contact(tx, organisation_id=office.trust.organisation_id, patient_id=office.patient_id, contact=new,
                          by=WORKER, now=tx.now)  # fmt: skip
    await office.send()
    assert [to for to, _ in office.sent()] == ["+447700900777"]


@pytest.mark.parametrize("away", [timedelta(days=15), timedelta(days=30), timedelta(days=730)])
async def test_a_message_that_became_too_old_is_a_task_and_never_leaves(office: PostOffice, away: timedelta) -> None:
    await office.queue()
    await set_civil_clock(office.world, MORNING + away)
    await office.send()
    assert (await office.states(), office.sent()) == (["expired"], [])
    assert "It became too old to be sent." in (await office.alerts())[0]


async def test_what_becomes_too_old_while_sending_is_off_is_a_task_as_well(office: PostOffice) -> None:
    await office.queue(1)
    await office.queue(2, not_after=MORNING + timedelta(hours=1))
    await office.world.as_owner("update database_state set sending = 'off', sending_reason = 'restored'")
    assert await office.send() == 0
    await set_civil_clock(office.world, MORNING + timedelta(hours=2))
    await office.send()
    assert (await office.states(), office.sent()) == (["queued", "expired"], [])
    assert len(await office.alerts()) == 1


async def test_a_channel_without_a_provider_waits(office: PostOffice) -> None:
    await office.queue()
    without = msgspec.structs.replace(office, outbox=an_outbox({}))
    assert await without.send() == 0
    assert await office.states() == ["queued"]
    assert await office.send() == 1


async def test_a_database_that_is_not_live_reaches_nobody(office: PostOffice) -> None:
    """Case 32: a live key in a demo database; nothing is listening at this address, and nothing is tried."""
    message_id = await office.queue()
    letter = await office.queue(2, channel=Channel.LETTER)
    real = notify_gateway("https://api.notifications.invalid")
    assert real.reaches_people
    await msgspec.structs.replace(office, outbox=an_outbox({Channel.SMS: real})).send()
    row = await office.message(message_id)
    assert (row["state"], row["epoch"], row["called_at"]) == ("queued", 0, None)
    assert (await office.message(letter))["provider"] == "print queue"


async def test_a_formal_death_voids_and_an_informal_one_holds(office: PostOffice) -> None:
    for formal, state in ((False, "held"), (True, "void")):
        await office.queue(formal)
        async with office.world.worker.transaction() as tx:
            await mark_dead(tx, organisation_id=office.trust.organisation_id, patient_id=office.patient_id,
                            formal=formal, died_on=None, by=WORKER, now=tx.now)  # fmt: skip
        await office.send()
        assert (await office.states())[-1] == state
    assert office.sent() == []


async def test_a_death_told_to_another_trust_stops_ours(office: PostOffice) -> None:
    await office.queue()
    await office.world.as_owner("select record_death_fact(nhs_number, 'formal', null, 'register', now()) from patient")
    await office.send()
    assert (await office.states(), office.sent()) == (["void"], [])


async def test_somebody_who_wants_no_messages_gets_none_and_the_team_knows(office: PostOffice) -> None:
    await office.queue()
    async with office.world.worker.transaction() as tx:
        await stop_messages(tx, organisation_id=office.trust.organisation_id, patient_id=office.patient_id,
                            why="STOP", by=WORKER, now=tx.now)  # fmt: skip
    await office.send()
    assert (await office.states(), office.sent()) == (["held"], [])
    assert "The person wants no messages." in (await office.alerts())[0]


async def test_a_text_waits_for_the_morning_and_a_letter_does_not(office: PostOffice) -> None:
    night = datetime(2026, 3, 2, 23, tzinfo=UTC)
    await set_civil_clock(office.world, night)
    text = await office.queue(1)
    letter = await office.queue(2, channel=Channel.LETTER)
    await office.send()
    assert ((await office.message(text))["state"], (await office.message(letter))["state"]) == ("queued", "accepted")
    assert (await office.message(text))["not_before"] == datetime(2026, 3, 3, 8, tzinfo=UTC)
    await set_civil_clock(office.world, datetime(2026, 3, 3, 8, 1, tzinfo=UTC))
    await office.send()
    assert len(office.sent()) == 1


async def test_a_practice_gets_a_letter_in_the_print_queue(office: PostOffice) -> None:
    facts = {"plan_name": "follow-up after prostate surgery"}
    message_id = await office.queue(recipient=Recipient.GP_PRACTICE, purpose=Purpose.PLAN_STARTED_GP, facts=facts)
    await office.send()
    row = await office.message(message_id)
    assert (row["state"], row["provider"]) == ("accepted", "print queue"), row["state_reason"]
    (letter,) = await office.world.as_owner("select pdf, printed_at from letter")
    assert (letter["pdf"][:5], letter["printed_at"]) == (b"%PDF-", None)


async def test_one_message_that_cannot_be_written_holds_up_nobody(office: PostOffice) -> None:
    await office.queue(1, facts={"test": "a test nobody knows", "due_on": "2026-04-13"})
    await office.queue(2, facts={"test": "blood test", "due_on": "soon"})
    await office.queue(3, channel=Channel.LETTER, facts={"due_on": 7})
    await office.queue(4)
    await office.send()
    assert await office.states() == ["held", "held", "held", "accepted"]
    assert len(await office.alerts()) == 1  # one about the person, with three causes
    (causes,) = await office.world.as_owner("select count(*) from alert_cause")
    assert causes["count"] == 3


async def test_a_person_who_is_busy_holds_up_nobody_else(office: PostOffice) -> None:
    other = await on_file(office.world, office.trust, a_person(2))
    await office.queue(1)
    await office.queue(2, patient_id=other)
    busy, sent = anyio.Event(), anyio.Event()

    async def somebody_changes_the_person() -> None:
        async with office.world.web.transaction(organisation_id=office.trust.organisation_id) as tx:
            await lock_people(tx, [office.patient_id])
            busy.set()
            await sent.wait()

    async def the_worker_sends() -> None:
        await busy.wait()
        assert await office.send() == 1
        sent.set()

    with anyio.fail_after(10):
        await at_once(somebody_changes_the_person, the_worker_sends)
    assert [to for to, _ in office.sent()] == ["+447700900002"]
    await office.send()
    assert len(office.sent()) == 2


async def test_reasons_that_arise_take_back_what_has_not_left(office: PostOffice) -> None:
    of = {"organisation_id": office.trust.organisation_id}
    await office.queue(1)
    letter = await office.queue(2, channel=Channel.LETTER, not_before=MORNING - timedelta(minutes=1))
    await office.queue(3, not_before=MORNING + timedelta(days=1))
    await office.send()
    async with office.world.web.transaction(**of) as tx:
        assert await void_for_plan(tx, **of, plan_id=99, reason="changed", now=tx.now) == 0
        void = await void_for_cause(tx, **of, cause_kind="occurrence", cause_id=1, reason="A result came.", now=tx.now)
        assert void == 0
        assert await void_for_patient(tx, **of, patient_id=office.patient_id, reason="Died.", now=tx.now) == 2
    assert await office.states() == ["accepted", "void", "void"]
    assert (await office.message(letter))["state_reason"] == "Died."


async def test_what_is_held_for_somebody_leaves_when_it_is_released(office: PostOffice) -> None:
    of = {"organisation_id": office.trust.organisation_id}
    about = of | {"patient_id": office.patient_id}
    await office.queue()
    async with office.world.web.transaction(**of) as tx:
        assert await hold_for_patient(tx, **about, reason="They may have died.", now=tx.now) == 1
    await office.send()
    assert office.sent() == []
    async with office.world.web.transaction(**of) as tx:
        assert await release_for_patient(tx, **about, reason="They live.", now=tx.now) == 1
    await office.send()
    assert len(office.sent()) == 1


async def test_two_workers_at_once_send_each_message_once(office: PostOffice) -> None:
    people = [await on_file(office.world, office.trust, a_person(serial)) for serial in range(2, 12)]
    for cause in range(60):
        await office.queue(cause, patient_id=people[cause % 10])
    for _ in range(10):
        await at_once(office.send, office.send, office.send)
    references = [reference for _, reference in office.sent()]
    assert (len(references), len(set(references))) == (60, 60)


def test_a_grace_shorter_than_the_lease_is_refused() -> None:
    given = an_outbox({})
    with pytest.raises(ValueError, match="longer than the lease"):
        Outbox(gateways={}, catalogue=given.catalogue, links=given.links, portal_url=given.portal_url,
               lease_seconds=60, grace=timedelta(seconds=60))  # fmt: skip


async def test_a_message_that_fails_after_its_hold_was_dealt_with_is_told_again(office: PostOffice) -> None:
    message_id = await office.queue()
    async with office.world.worker.transaction() as tx:
        message = await locked_message(tx, organisation_id=office.trust.organisation_id, message_id=message_id)
        await stop(tx, message=message, state=MessageState.HELD, reason="Nobody knows.", now=tx.now)
    await office.world.as_owner(
        "update alert set state = 'closed', closed_at = now(), next_escalation_at = null, closed_by_staff_id = $1,"
        " outcome = 'person_called'", office.trust.nurse.id,
    )  # fmt: skip
    await office.world.as_owner(
        "update message set state = 'sending', epoch = 1, called_at = now(), lease_until = now(), address = 'x'"
    )
    async with office.world.worker.transaction() as tx:
        sent = await locked_message(tx, organisation_id=office.trust.organisation_id, message_id=message_id)
        await stop(tx, message=sent, state=MessageState.FAILED, reason="It was refused.", now=tx.now)
    [sentence] = await office.alerts()
    assert "It was refused." in sentence
