"""What holds for every route of the whole application: headers, forgery, a policy, and who looked."""

from collections.abc import Mapping

import pytest
from litestar import Request, get
from litestar.di import NamedDependency

from rms.app import create_app
from rms.caseload.looking import looking
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.model import Role
from rms.people.permissions import Permission
from rms.people.sign_in.passwords import QUICK
from rms.web.csrf import MACHINE
from rms.web.guard import RouteWithoutPolicy, assert_every_route_has_a_policy, policy_of
from rms.web.headers import KEPT_FOR_A_DAY, KEPT_FOR_EVER, NEVER_KEPT, SECURITY_HEADERS
from tests.cast import a_person, a_trust, on_file
from tests.database import World
from tests.pages.site import Site, a_site, settings_in
from tests.pages.stage import Line, Stage, handlers, verdict

ABOUT_PEOPLE = (
    "/today",
    "/people/{ref",
    "/alerts",
    "/late",
    "/messages",
    "/unmatched",
    "/letters",
    "/plans/",
    "/results/",
)


@get("/forgotten", sync_to_thread=False)
def forgotten() -> str:
    return "secret"


async def test_a_route_that_names_no_policy_stops_the_start(site: Site, world: World, tmp_path):
    app = create_app(settings_in(tmp_path), database=world.web, demo=False, hasher=QUICK)
    assert_every_route_has_a_policy(app)
    app.register(forgotten)
    with pytest.raises(RouteWithoutPolicy, match="forgotten"):
        assert_every_route_has_a_policy(app)
    with pytest.raises((RouteWithoutPolicy, ExceptionGroup)):
        async with app.lifespan():
            pass


async def test_nothing_describes_the_application_to_strangers(site: Site):
    assert site.app.openapi_config is None
    assert not site.app.debug


async def test_every_route_answers_with_every_security_header(stage: Stage):
    for (method, path), handler in handlers(stage.site):
        for actor in ("nobody", Role.NURSE_SPECIALIST):
            line = Line(method=method, path=path, policy="", relation="own_team", verdicts=())
            answer = await stage.ask(line, actor, handler=handler)
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers.get(name) == value, (method, path, name)
            kept = answer.headers["cache-control"]
            assert kept in ((KEPT_FOR_EVER, KEPT_FOR_A_DAY) if path.startswith("/assets") else (NEVER_KEPT,)), path


async def test_every_unsafe_route_refuses_forgeries(stage: Stage):
    """No token, another session's token, another origin: nobody can make a signed-in browser act."""
    asked = 0
    for (method, path), handler in handlers(stage.site):
        if method != "POST" or handler.opt.get("csrf") == MACHINE:
            continue
        policy = policy_of(handler)
        assert policy is not None
        actor = {"portal": "person", "portal: with a code": "person", "half way in": "half_way"}.get(
            policy.name, Role.TEAM_LEAD
        )
        for forgery in ("no token", "another token", "another origin", "another site"):
            assert await stage.forged(path, actor, handler=handler, forgery=forgery) == 403, (path, forgery)
            asked += 1
    assert asked > 40


async def test_a_page_about_people_leaves_one_line_about_who_looked(stage: Stage, world: World):
    """As many lines as pages that were shown, by the one who asked, and none for a page that was refused."""
    shown = refused = pages = 0
    by_route = dict(handlers(stage.site))
    for (method, path), handler in by_route.items():
        about_people = path.startswith(ABOUT_PEOPLE) or (method, path) == ("POST", "/people")
        if not about_people or (method == "POST" and path != "/people"):
            continue
        pages += 1
        for relation in ("own_team", "other_team"):
            for role in (Role.NURSE_SPECIALIST, Role.AUDITOR):
                before = await looks(world)
                line = Line(method=method, path=path, policy="", relation=relation, verdicts=())
                answer = await stage.ask(line, role, handler=handler)
                added = (await looks(world))[len(before) :]
                if answer.status_code == 200:
                    shown += 1
                    assert [row["actor_id"] for row in added] == [stage.staff[role, relation][1]], path
                else:
                    refused += 1
                    assert (verdict(answer), added) in (("no", []), ("404", [])), path
    # A list is shown to both teams' nurses, a person's page to one; the auditor sees neither.
    assert shown + refused == 4 * pages
    assert pages > 15
    assert shown > pages


async def looks(world: World) -> list[Mapping[str, object]]:
    rows = await world.as_owner(
        "select actor_id, verb, details from audit_entry where verb like '%.look' or verb like '%.search' order by id"
    )
    return [dict(row) for row in rows]


async def test_a_list_names_the_people_it_showed(site: Site, world: World):
    trust = await a_trust(world)
    found = [await on_file(world, trust, a_person(serial, family="Ashdown")) for serial in (1, 20)]
    await on_file(world, trust, a_person(40, family="Brook"))
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id or 0)
    answer = await site.post(browser, "/people", {"wanted": "ASH"})
    assert "ASHDOWN" in answer.text
    assert "BROOK" not in answer.text
    assert (await looks(world))[-1]["details"] == {"shown": sorted(found)}


async def test_when_the_line_cannot_be_written_nothing_is_shown(site: Site, world: World):
    trust = await a_trust(world)
    await on_file(world, trust, a_person(1, family="Ashdown"))
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id or 0)
    await world.as_owner("alter table audit_entry add constraint refuse_all check (verb <> 'people.search') not valid")
    try:
        answer = await site.post(browser, "/people", {"wanted": "ash"})
    finally:
        await world.as_owner("alter table audit_entry drop constraint refuse_all")
    assert answer.status_code == 500
    assert "ASHDOWN" not in answer.text


@get("/unseen", opt={"policy": may_do(Permission.PERSON_VIEW)})
async def unseen(request: Request, database: NamedDependency[Database]) -> str:
    async with looking(request, database) as look:
        return str(await look.tx.fetchval("select min(family_name) from patient"))


async def test_a_page_that_forgets_the_line_shows_nothing(world: World, tmp_path):
    trust = await a_trust(world)
    await on_file(world, trust, a_person(1, family="Ashdown"))
    async with a_site(world.web, home=tmp_path) as site:
        site.app.register(unseen)
        answer = await (await site.signed_in(trust.organisation_id, trust.nurse.id or 0)).get("/unseen")
    assert (answer.status_code, "Ashdown" in answer.text) == (500, False)


async def test_health_says_whether_pages_can_be_served_and_nothing_else(site: Site, tmp_path):
    assert (await site.browser().get("/health")).json() == {"status": "ok"}
    assert (await site.browser().get("/health")).status_code == 200


async def test_another_host_name_is_not_answered(site: Site):
    browser = site.browser()
    answer = await browser.get("/sign-in", headers={"host": "evil.example.com"})
    assert answer.status_code == 400
