"""Who may sign in, as pages: added, changed, ended, taken back; codes given to those who were made sure of, and by whom."""

import re
from uuid import UUID

import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import COOKIE, Site, a_member

CODE = re.compile(r"[A-Z2-9]{5}(?:-[A-Z2-9]{5}){3}")


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def admin(world: World, site: Site, trust: Trust) -> httpx.AsyncClient:
    staff_id = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    return await site.signed_in(trust.organisation_id, staff_id)


async def ref_of(world: World, staff_id: int) -> UUID:
    [row] = await world.as_owner("select ref from staff where id = $1", staff_id)
    ref: UUID = row["ref"]
    return ref


async def test_somebody_is_added_with_their_team_and_gets_a_code_once(site: Site, world: World, trust, admin):
    sent = {
        "display_name": "Zoë O’Hara",
        "sign_in_name": "zoe@example.org",
        "role": "nurse_specialist",
        "team-urology": "deputy",
    }
    page = await site.post(admin, "/set-up/people/add", sent)
    assert page.status_code == 200
    assert len(CODE.findall(page.text)) == 1
    [row] = await world.as_owner(
        "select m.is_deputy, m.is_lead from staff s join staff_team m on m.staff_id = s.id"
        " where s.sign_in_name = 'zoe@example.org'"
    )
    assert (row["is_deputy"], row["is_lead"]) == (True, False)
    listed = (await admin.get("/set-up/people?state=never")).text
    assert "Zoë O’Hara" in listed
    assert "The code works until" in listed
    assert CODE.search(listed) is None
    again = await site.post(admin, "/set-up/people/add", sent)
    assert again.status_code == 422
    assert "is taken. Names are never given twice." in again.text


async def test_every_fault_is_said_at_once_and_nothing_is_lost(site: Site, admin, trust):
    page = await site.post(admin, "/set-up/people/add", {"display_name": "Zoë", "team-urology": "lead"})
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    for words in ("Enter a sign-in name", "Choose a role", 'value="Zoë"', '<option value="lead" selected>'):
        assert words in page.text, words
    page = await site.post(
        admin, "/set-up/people/add", {"display_name": "A", "sign_in_name": "abc", "role": "nurse_specialist"}
    )
    assert "Choose at least one team: without a team this role sees nobody" in page.text


async def test_a_change_of_role_ends_the_sessions_and_the_audit_keeps_the_teams(site: Site, world: World, trust, admin):
    theirs = await site.signed_in(trust.organisation_id, trust.nurse.id or 0)
    ref = await ref_of(world, trust.nurse.id or 0)
    done = await site.post(admin, f"/set-up/people/{ref}", {"display_name": "Nora N.", "role": "auditor"})
    assert done.headers["location"] == "/set-up/people?done=changed"
    assert (await theirs.get("/today")).status_code in (302, 303)
    told = await world.as_owner(
        "select verb, details from audit_entry where verb in ('staff.rename', 'staff.teams', 'staff.role') order by id"
    )
    assert [row["verb"] for row in told] == ["staff.rename", "staff.teams", "staff.role"]
    assert told[1]["details"] == {"before": {str(trust.team_id): "member"}, "after": {}}


async def test_the_last_administrator_can_neither_be_changed_nor_ended(site: Site, world: World, trust, admin):
    [row] = await world.as_owner("select ref from staff where sign_in_name = 'ada'")
    page = await site.post(admin, f"/set-up/people/{row['ref']}", {"display_name": "Ada", "role": "auditor"})
    assert page.status_code == 422
    assert "Nobody would be left who can give access" in page.text
    page = await site.post(admin, f"/set-up/people/{row['ref']}/end")
    assert "Nobody ends their own access" in page.text
    [still] = await world.as_owner("select role, ended_at from staff where sign_in_name = 'ada'")
    assert (still["role"], still["ended_at"]) == ("administrator", None)


async def test_a_new_code_needs_to_say_how_the_identity_was_checked_and_ends_every_session(
    site: Site, world: World, trust, admin
):
    theirs = await site.signed_in(trust.organisation_id, trust.nurse.id or 0)
    ref = await ref_of(world, trust.nurse.id or 0)
    page = await site.post(admin, f"/set-up/people/{ref}/code", {})
    assert (page.status_code, "Choose how you made sure who asks" in page.text) == (422, True)
    assert (await theirs.get("/today")).status_code == 200
    page = await site.post(admin, f"/set-up/people/{ref}/code", {"checked": "in_person", "note": "At the desk."})
    assert len(CODE.findall(page.text)) == 1
    assert (await theirs.get("/today")).status_code in (302, 303)
    [row] = await world.as_owner("select actor_name, reason from audit_entry where verb = 'staff.set_up_again'")
    assert row["reason"] == "I saw them, and I know them or saw their badge. At the desk."
    assert row["actor_name"] == "Some administrator"


@pytest.mark.parametrize(
    ("role", "here", "words"),
    [
        (Role.NURSE_SPECIALIST, True, None),
        (Role.CONSULTANT, True, None),
        (Role.ADMINISTRATOR, True, "Only an administrator may give a code"),
        (Role.TEAM_LEAD, True, "Only an administrator may give a code"),
        (Role.NURSE_SPECIALIST, False, "404"),
    ],
)
async def test_a_team_lead_gives_codes_only_within_their_team_and_below_their_rights(
    site: Site, world: World, trust, role: Role, here: bool, words: str | None
):
    lead = await site.signed_in(trust.organisation_id, trust.lead.id or 0)
    staff_id = await a_member(
        world, trust.organisation_id, role=role, team_id=trust.team_id if here else None, name="other"
    )
    path = f"/set-up/people/{await ref_of(world, staff_id)}/code"
    page = await site.post(lead, path, {"checked": "called_back"})
    assert (CODE.search(page.text) is not None) is (words is None)
    if words == "404":
        assert page.status_code == 404
    elif words:
        assert (page.status_code, words in page.text) == (422, True)


async def test_several_who_left_come_back_at_once_each_with_a_code(site: Site, world: World, trust, admin):
    ids = [
        await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name=name)
        for name in ("one", "two")
    ]
    refs = [str(await ref_of(world, staff_id)) for staff_id in ids]
    for ref in refs:
        assert (await site.post(admin, f"/set-up/people/{ref}/end")).headers["location"] == "/set-up/people?done=ended"
    assert "one" not in (await admin.get("/set-up/people")).text.split("<tbody")[1].split("</tbody")[0].split()
    sent = [("chosen", ref) for ref in refs] + [("what", "back"), ("csrf_token", site.csrf(admin))]
    page = await admin.post("/set-up/people/several", content=httpx.QueryParams(sent).__str__(),
                            headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert page.status_code == 200
    assert len(set(CODE.findall(page.text))) == 2
    assert [row["ended_at"] for row in await world.as_owner("select ended_at from staff where id = any($1)", ids)] == [
        None,
        None,
    ]


async def test_codes_for_several_are_refused_whole_when_one_has_an_account(site: Site, world: World, trust, admin):
    await world.as_owner("update staff set totp_confirmed_at = now() where id = $1", trust.nurse.id)
    refs = [str(await ref_of(world, one)) for one in (trust.nurse.id or 0, trust.lead.id or 0)]
    sent = [("chosen", ref) for ref in refs] + [("what", "codes"), ("csrf_token", site.csrf(admin))]
    page = await admin.post("/set-up/people/several", content=str(httpx.QueryParams(sent)),
                            headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert (page.status_code, "Nora Nurse has set up their account" in page.text) == (422, True)
    assert await world.as_owner("select id from staff where set_up_code_hash is not null") == []


async def test_a_name_that_is_html_or_arabic_is_shown_as_it_is(site: Site, admin, trust):
    name = "<b>أحمد</b> O’Neill-" + "x" * 50
    await site.post(admin, "/set-up/people/add", {"display_name": name, "sign_in_name": "ahmed", "role": "auditor"})
    page = (await admin.get("/set-up/people")).text
    assert "&lt;b&gt;أحمد&lt;/b&gt;" in page
    assert "<b>أحمد" not in page


async def test_the_last_sign_in_is_shown(site: Site, world: World, trust, admin):
    await world.as_owner("update staff set last_signed_in_at = '2027-03-01T09:30:00Z' where id = $1", trust.nurse.id)
    assert "1 March 2027, 9:30am" in (await admin.get("/set-up/people")).text


async def test_whoever_cannot_sign_in_gets_a_plain_answer_and_no_form(site: Site):
    page = (await site.browser().get("/sign-in/help")).text
    assert "They make sure that it is you." in page
    assert "<form" not in page
    assert "/sign-in/help" in (await site.browser().get("/sign-in")).text


async def test_nobody_of_another_trust_is_found(site: Site, world: World, trust, admin):
    other = await a_trust(world, code="RBB", name="South Hospital")
    ref = await ref_of(world, other.nurse.id or 0)
    sent = {"chosen": str(ref), "what": "team", "team": "urology"}
    assert (await site.post(admin, "/set-up/people/several", sent)).status_code == 422
    assert (await site.post(admin, f"/set-up/people/{ref}/end")).status_code == 404
    assert admin.cookies.get(COOKIE)
