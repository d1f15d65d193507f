"""An organisation's own words: two people answer for them, they go out, and the standard ones when they cannot be filled."""

from typing import Any

import asyncpg
import pytest

from rms.audit.model import Actor
from rms.errors import Conflict, Refused
from rms.messages.catalogue import load
from rms.messages.letters import letter_catalogue
from rms.messages.model import Channel, Purpose
from rms.messages.moves.wording import approve_wording, discard_draft, draft_wording, withdraw_wording
from rms.messages.own import wordings, words_in_force
from rms.messages.own_proof import Sender
from rms.messages.places import Words
from rms.rehearsal import pdf_text
from tests.cast import Trust, a_trust
from tests.database import World
from tests.shell.messages.post_office import PostOffice

STANDARD = load()[Purpose.TEST_REMINDER_1, Channel.SMS]
BODY = "{{ opening }}your {{ test }} is due on {{ due_on }}. Ring {{ phone }}. {{ organisation_name }}"
SENDERS = [Sender(organisation_name="North Hospital", team_name="Urology follow-up team", phone="01632 960001",
                  phone_hours=None, portal_url="https://followup.example.org")]  # fmt: skip
USE: dict[str, Any] = {"purpose": Purpose.TEST_REMINDER_1, "channel": Channel.SMS}


async def draft(world: World, trust: Trust, body: str = BODY, *, by: Actor | None = None) -> int:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await draft_wording(tx, organisation_id=trust.organisation_id, standard=STANDARD, senders=SENDERS,
                                   words=Words(subject=None, body=body), by=by or trust.nurse)  # fmt: skip


async def approve(world: World, trust: Trust, version: int, *, by: Actor | None = None) -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await approve_wording(tx, organisation_id=trust.organisation_id, standard=STANDARD, version=version,
                              senders=SENDERS, by=by or trust.lead)  # fmt: skip


async def discard(world: World, trust: Trust, version: int) -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await discard_draft(
            tx, organisation_id=trust.organisation_id, standard=STANDARD, version=version, by=trust.nurse
        )


async def withdraw(world: World, trust: Trust, version: int, why: str = "It is misread.") -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await withdraw_wording(tx, organisation_id=trust.organisation_id, standard=STANDARD, version=version, why=why,
                               by=trust.lead)  # fmt: skip


async def in_force(world: World, trust: Trust) -> int | None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        found = await words_in_force(tx, organisation_id=trust.organisation_id, **USE)
        return None if found is None else found.version


async def test_words_go_out_once_a_second_person_has_approved_them(office: PostOffice) -> None:
    version = await draft(office.world, office.trust)
    first = await office.queue(1)
    await office.send()
    assert (await office.message(first))["template_key"] == "test_reminder_1.sms"
    await approve(office.world, office.trust, version)
    second = await office.queue(2)
    await office.send()
    row = await office.message(second)
    assert (row["template_key"], row["template_version"]) == ("test_reminder_1.sms.own", version)
    assert office.stand_in.book.taken[-1].body.endswith("is due on 13 April. Ring 01632 960001. North Hospital")
    await withdraw(office.world, office.trust, version)
    third = await office.queue(3)
    await office.send()
    assert (await office.message(third))["template_key"] == "test_reminder_1.sms"
    verbs = await office.world.as_owner(
        "select verb, actor_name, reason from audit_entry where verb like 'wording.%' order by id"
    )
    assert [tuple(row) for row in verbs] == [
        ("wording.draft", "Nora Nurse", None), ("wording.approve", "Lena Lead", None),
        ("wording.withdraw", "Lena Lead", "It is misread."),
    ]  # fmt: skip


async def test_words_that_cannot_be_filled_give_way_to_the_standard_and_the_team_is_told_once_a_day(
    office: PostOffice,
) -> None:
    """The team's telephone has no hours, which the words ask for: everybody is reminded all the same."""
    version = await draft(office.world, office.trust, BODY + " {{ phone_hours }}")
    await approve(office.world, office.trust, version)
    messages = [await office.queue(one) for one in (1, 2)]
    await office.send()
    for message_id in messages:
        row = await office.message(message_id)
        assert (row["template_key"], row["state"]) == ("test_reminder_1.sms", "accepted")
        notes = await office.world.as_owner(
            "select detail from message_event where message_id = $1 and kind = 'standard words'", message_id
        )
        assert "phone_hours" in notes[0]["detail"]
    [alert] = await office.alerts()
    assert "could not be filled, so the standard one was sent" in alert
    assert "phone_hours" in alert


async def test_nobody_approves_what_they_wrote(world: World) -> None:
    trust = await a_trust(world)
    version = await draft(world, trust, by=trust.lead)
    with pytest.raises(Refused, match="You wrote this draft"):
        await approve(world, trust, version, by=trust.lead)
    assert await in_force(world, trust) is None
    with pytest.raises(asyncpg.CheckViolationError, match="wording_four_eyes"):
        await world.as_owner("update wording set approved_at = now(), approved_by_staff_id = drafted_by_staff_id")


async def test_a_draft_that_was_replaced_is_not_approved(world: World) -> None:
    trust = await a_trust(world)
    old = await draft(world, trust)
    new = await draft(world, trust, BODY + " Thank you.")
    assert (old, new) == (1, 2)
    with pytest.raises(Conflict, match="changed this wording meanwhile"):
        await approve(world, trust, old)
    await approve(world, trust, new)
    assert await in_force(world, trust) == 2
    # The next one takes its place, with the reason on the old one.
    await approve(world, trust, await draft(world, trust, BODY + " Bye."))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        known = await wordings(tx, organisation_id=trust.organisation_id)
    assert [(one.version, one.in_force, one.withdrawn_why) for one in known] == [
        (3, True, None), (2, False, "Version 3 took its place."), (1, False, "A newer draft took its place."),
    ]  # fmt: skip


async def test_faulty_words_are_never_saved(world: World) -> None:
    trust = await a_trust(world)
    with pytest.raises(Refused, match=r"'cancer' tells a stranger.*|\{\{ phone \}\} is missing"):
        await draft(world, trust, BODY + " About your cancer.")
    assert await world.as_owner("select id from wording") == []


@pytest.mark.parametrize(
    "change", ["body = 'x'", "version = 9", "purpose = 'helpline'", "drafted_at = now()", "withdrawn_why = 'other'",
               "withdrawn_at = null, withdrawn_by_staff_id = null, withdrawn_why = null"],
)  # fmt: skip
async def test_a_version_stays_as_it_was_written(world: World, change: str) -> None:
    trust = await a_trust(world)
    version = await draft(world, trust)
    await approve(world, trust, version)
    await withdraw(world, trust, version)
    with pytest.raises(asyncpg.RaiseError, match="stays as it was written"):
        await world.as_owner(f"update wording set {change}")
    with pytest.raises(asyncpg.RaiseError, match="stays as it was written"):
        await world.as_owner("delete from wording")


async def test_another_trust_sees_and_uses_none_of_it(world: World) -> None:
    trust, other = await a_trust(world), await a_trust(world, code="RBB", name="South Hospital")
    await approve(world, trust, await draft(world, trust))
    assert await in_force(world, other) is None
    async with world.web.transaction(organisation_id=other.organisation_id) as tx:
        assert await wordings(tx, organisation_id=trust.organisation_id) == []


async def test_a_draft_is_thrown_away_and_what_is_in_force_stays(world: World) -> None:
    trust = await a_trust(world)
    first = await draft(world, trust)
    await approve(world, trust, first)
    second = await draft(world, trust, BODY + " Bye.")
    with pytest.raises(Conflict):
        await discard(world, trust, first)
    with pytest.raises(Conflict):
        await withdraw(world, trust, second)
    await discard(world, trust, second)
    assert await in_force(world, trust) == first


LETTER = letter_catalogue()[Purpose.HELPLINE, Channel.LETTER]


async def own_letter(office: PostOffice, body: str) -> int:
    trust = office.trust
    async with office.world.web.transaction(organisation_id=trust.organisation_id) as tx:
        about: dict[str, Any] = {"organisation_id": trust.organisation_id, "standard": LETTER, "senders": SENDERS}
        version = await draft_wording(tx, **about, words=Words(subject=None, body=body), by=trust.nurse)
        await approve_wording(tx, **about, version=version, by=trust.lead)
        return version


async def a_letter(office: PostOffice, cause_id: int) -> tuple[tuple[str, int, str], str]:
    """A letter queued and made: what its message says of it, and the words on it."""
    message_id = await office.queue(cause_id, purpose=Purpose.HELPLINE, channel=Channel.LETTER)
    await office.send()
    row = await office.message(message_id)
    [kept] = await office.world.as_owner("select pdf from letter where message_id = $1", message_id)
    text = pdf_text.text_of(kept["pdf"]).replace("\N{NO-BREAK SPACE}", " ")
    return (row["template_key"], row["template_version"], row["state"]), text


async def test_a_letter_is_made_in_their_own_words_and_says_in_which(office: PostOffice) -> None:
    use, text = await a_letter(office, 1)
    assert use == ("helpline.letter", LETTER.version, "accepted")
    version = await own_letter(office, "[closed]\nIn the evening call *01632 960999*.\n[sign_off]\nBest wishes")
    # What lies in the print queue stays as it is.
    [first] = await office.world.as_owner("select pdf from letter")
    assert pdf_text.text_of(first["pdf"]).replace("\N{NO-BREAK SPACE}", " ") == text
    use, text = await a_letter(office, 2)
    assert use == ("helpline.letter.own", version, "accepted")
    assert "01632 960999" in text
    assert "Best wishes" in text


async def test_a_letter_whose_own_words_cannot_be_filled_is_the_standard_one_and_the_team_is_told(
    office: PostOffice,
) -> None:
    await own_letter(office, "[closed]\nWe are here {{ phone_hours }}.\n[sign_off]\nBest wishes")
    use, text = await a_letter(office, 1)
    assert use == ("helpline.letter", LETTER.version, "accepted")
    assert "Yours sincerely" in text
    [alert] = await office.alerts()
    assert "phone_hours" in alert
