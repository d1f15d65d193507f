"""One message: word for word what it says, and sent again by another way, once, by a named person."""

from uuid import UUID

import httpx
import pytest

from rms.messages.letters import letter_catalogue
from rms.messages.model import Channel, Purpose
from rms.messages.moves.wording import approve_wording, draft_wording, withdraw_wording
from rms.messages.places import Words, start_from
from rms.rehearsal.pdf_text import text_of
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.pages.site import Site
from tests.worklists import nurse, other_team, stopped_message


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def patient_id(world: World, trust: Trust) -> int:
    return await on_file(world, trust, a_person(7))


@pytest.fixture
async def here(world: World, trust: Trust, patient_id: int) -> str:
    message_id = await stopped_message(world, trust, patient_id, reason="The provider reported 'permanent-failure'.")
    await world.as_owner("update message set facts = $2 where id = $1", message_id,
                         {"test": "blood test", "due_on": "2027-05-02"})  # fmt: skip
    ref: UUID = await the(world, "select ref from message where id = $1", message_id)
    return f"/messages/{ref}"


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


async def test_it_says_word_for_word_what_was_sent_and_why_it_did_not_arrive(browser, here):
    listed = (await browser.get("/messages")).text
    assert f'href="{here}"' in listed
    page = (await browser.get(here)).text
    assert "Not delivered: the number or address does not work" in page
    assert "North Hospital" in page.split("What it says")[1]
    assert "1 text." in page
    assert "Open the alert" in page


async def test_it_is_sent_again_by_letter_once_however_often_the_button_is_pressed(
    site, world, browser, here, patient_id
):
    assert "Letter to 1 Mill Lane, Townham, TO1 1AA" in (await browser.get(here)).text
    places = {(await site.post(browser, f"{here}/resend", {"way": "letter"})).headers["location"] for _ in range(2)}
    assert len(places) == 1
    rows = await world.as_owner("select channel, attempt, state, purpose from message order by id")
    assert [(row["channel"], row["attempt"], row["state"]) for row in rows] == [
        ("sms", 1, "failed"),
        ("letter", 2, "queued"),
    ]
    assert rows[0]["purpose"] == rows[1]["purpose"]
    assert "Waiting to be sent" in (await browser.get(places.pop())).text
    old = (await browser.get(here)).text
    assert "It was sent again" in old
    assert "Send it again" not in old
    ref = await the(world, "select ref from patient where id = $1", patient_id)
    assert "Message sent again" in (await browser.get(f"/people/{ref}")).text


@pytest.mark.parametrize(
    ("prepare", "way", "says"),
    [
        ("select 1", "", "Choose how it is sent again"),
        ("select 1", "email", "There is no number or address for this way that works."),
        ("update message set state = 'delivered'", "letter", "Only a message to the person that did not arrive"),
        ("update patient set messages_stopped_at = now(), messages_stopped_by = 'x', messages_stopped_why = 'x'", "letter",
         "Nothing is sent to this person"),
        ("update patient set death_state = 'informal', death_recorded_at = now()", "letter", "Nothing is sent to this person"),
    ],
)  # fmt: skip
async def test_what_cannot_go_is_refused_in_words_and_nothing_is_queued(site, world, browser, here, prepare, way, says):
    await world.as_owner(prepare)
    answer = await site.post(browser, f"{here}/resend", {"way": way})
    assert (answer.status_code, says in answer.text) == (422, True)
    assert await the(world, "select count(*) from message") == 1


async def test_another_teams_message_is_not_there(site, world, trust, here):
    _, bea = await other_team(world, trust)
    hers = await site.signed_in(trust.organisation_id, bea)
    assert (await hers.get(here)).status_code == 404
    assert (await site.post(hers, f"{here}/resend", {"way": "letter"})).status_code == 404
    assert await the(world, "select count(*) from message") == 1


async def test_a_letter_can_be_read_before_it_leaves_and_says_that_it_must_not_be_posted(site, world, browser, here):
    to = (await site.post(browser, f"{here}/resend", {"way": "letter"})).headers["location"]
    await world.as_owner("update message set facts = $1 where channel = 'letter'",
                         {"test": "blood test", "test_name": "PSA blood test", "due_on": "2027-05-02"})  # fmt: skip
    page = (await browser.get(to)).text
    assert f'href="{to}/letter"' in page
    assert "The standard wording." in page
    answer = await browser.get(f"{to}/letter")
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(text_of(answer.content).split())
    assert "Preview: not sent yet, do not post" in text
    assert "1 Mill Lane" in text
    assert await the(world, "select count(*) from audit_entry where verb = 'letter.look'") == 1
    assert await the(world, "select count(*) from letter") == 0
    await world.as_owner("update message set state = 'void', state_reason = 'x' where channel = 'letter'")
    assert (await browser.get(f"{to}/letter")).status_code == 404
    assert "before it leaves" not in (await browser.get(to)).text


async def test_a_letter_says_whose_words_it_is_in_before_it_is_made_and_ever_after(site, world, trust, browser, here):
    to = (await site.post(browser, f"{here}/resend", {"way": "letter"})).headers["location"]
    await world.as_owner("update message set facts = $1 where channel = 'letter'",
                         {"test": "blood test", "test_name": "PSA blood test", "due_on": "2027-05-02"})  # fmt: skip
    purpose = Purpose(await the(world, "select purpose from message where channel = 'letter'"))
    standard = letter_catalogue()[purpose, Channel.LETTER]
    body = start_from(standard).body.replace("Yours sincerely", "With best wishes")
    about = {"organisation_id": trust.organisation_id, "standard": standard, "senders": ()}
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await draft_wording(tx, **about, words=Words(subject=None, body=body), by=trust.nurse)
        await approve_wording(tx, **about, version=1, by=trust.lead)
    assert "Your own wording, version 1." in (await browser.get(to)).text
    preview = " ".join(text_of((await browser.get(f"{to}/letter")).content).split())
    assert "With best wishes" in preview
    await world.as_owner("update message set template_key = $1, template_version = 1, state = 'accepted', accepted_at = now()"
                         " where channel = 'letter'", f"{purpose}.letter.own")  # fmt: skip
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await withdraw_wording(tx, organisation_id=trust.organisation_id, standard=standard, version=1, why="x",
                               by=trust.lead)  # fmt: skip
    assert "Your own wording, version 1." in (await browser.get(to)).text
