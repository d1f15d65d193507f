"""`rms organisation | team | user | peer`, as an operator types them: answers, exit codes, audit."""

import getpass

from rms.people.sign_in import actions
from tests.accounts import HERE, PASSWORD
from tests.command import answer, run
from tests.database import World

ORGANISATION = ("organisation", "add", "raa", "--name", "North Hospital", "--phone", "01632 960000")
TEAM = (
    "team",
    "add",
    "urology",
    "--organisation",
    "RAA",
    "--name",
    "Urology",
    "--phone",
    "01632 960001",
    "--site",
    "urology",
)


async def test_from_nothing_to_a_nurse_who_signs_in(world: World, means, hands) -> None:
    assert await answer(world, *ORGANISATION) == {"code": "RAA", "name": "North Hospital"}
    assert await answer(world, *TEAM) == {"key": "urology", "organisation": "RAA"}
    admin = await answer(world, "user", "add", "anna", "--organisation", "RAA", "--first-administrator")
    assert set(admin) == {"set_up_at", "set_up_code", "sign_in_name"}
    nurse = await answer(world, "user", "add", "nina", "--organisation", "RAA", "--role", "nurse_specialist", "--team",
                         "urology", "--name", "Nina New", "--lead")  # fmt: skip
    assert await actions.set_up(means, name="nina", code=nurse["set_up_code"], password=PASSWORD, visitor=HERE)

    assert (await answer(world, "organisation", "list"))["organisations"] == [
        {"code": "RAA", "name": "North Hospital", "phone": "01632 960000", "address": None}
    ]
    assert (await answer(world, "team", "list", "--organisation", "RAA"))["teams"] == [
        {"key": "urology", "name": "Urology", "phone": "01632 960001", "tumour_site": "urology"}
    ]
    users = (await answer(world, "user", "list", "--organisation", "RAA"))["users"]
    assert users[1] == {"sign_in_name": "nina", "name": "Nina New", "role": "nurse_specialist", "teams": ["urology"],
                        "is_set_up": False, "ended_at": None}  # fmt: skip

    rows = await world.as_owner("select verb, actor_kind, actor_name, organisation_id is null as nowhere from audit_entry"
                                " where verb <> 'sign_in.set_up' order by id")  # fmt: skip
    assert [row["verb"] for row in rows] == ["organisation.add", "team.add", "staff.add", "staff.add"]
    assert {(row["actor_kind"], row["actor_name"], row["nowhere"]) for row in rows} == {
        ("operator", getpass.getuser(), False)
    }


async def test_what_cannot_be_done_is_said_in_one_sentence_with_its_code(world: World) -> None:
    await answer(world, *ORGANISATION)
    await answer(world, "user", "add", "anna", "--organisation", "RAA", "--first-administrator")
    in_raa = ("--organisation", "RAA")
    refused = {
        ORGANISATION: 3,
        ("organisation", "add", "?!", "--name", "x", "--phone", "1"): 3,
        ("team", "list", "--organisation", "ZZZ"): 3,
        ("user", "add", "bert", *in_raa, "--first-administrator"): 3,
        ("user", "add", "anna", *in_raa, "--role", "auditor"): 3,
        ("user", "add", "bert", *in_raa, "--role", "auditor", "--team", "none"): 3,
        ("user", "add", "bert", *in_raa): 2,
        ("user", "end", "nobody", *in_raa): 3,
        ("peer", "add", "lab", *in_raa, "--address", "not an address"): 3,
        ("peer", "add", "lab", "--organisation", "ZZZ"): 3,
    }
    for words, code in refused.items():
        got, out, said = await run(world, *words)
        assert (got, out, said.count("\n")) == (code, "", 1), (words, said)
    assert (await run(world, "user", "add", "bert", *in_raa, "--role", "emperor"))[0] == 2


async def test_who_has_left_or_lost_a_telephone(world: World) -> None:
    await answer(world, *ORGANISATION)
    await answer(world, "user", "add", "nina", "--organisation", "RAA", "--role", "auditor")
    again = await answer(world, "user", "set-up-again", "NINA", "--organisation", "RAA")
    assert again["set_up_code"]
    assert await answer(world, "user", "end", "nina", "--organisation", "RAA") == {
        "ended": True,
        "sign_in_name": "nina",
    }
    assert (await run(world, "user", "set-up-again", "nina", "--organisation", "RAA"))[0] == 3
    [left] = (await answer(world, "user", "list", "--organisation", "RAA"))["users"]
    assert left["ended_at"].startswith("20")


async def test_a_peer_speaks_for_named_organisations(world: World) -> None:
    await answer(world, *ORGANISATION)
    await answer(world, "organisation", "add", "RBB", "--name", "South", "--phone", "01632 960011")
    await answer(world, "peer", "add", "lab", "--organisation", "RAA", "--organisation", "RBB", "--application", "LAB",
                 "--facility", "NORTH", "--address", "10.1.2.3", "--address", "10.2.0.0/16")  # fmt: skip
    assert (await answer(world, "peer", "list"))["peers"] == [
        {"name": "lab", "organisations": ["RAA", "RBB"], "application": "LAB", "facility": "NORTH",
         "addresses": ["10.1.2.3", "10.2.0.0/16"]}
    ]  # fmt: skip
    assert len(await world.as_owner("select 1 from audit_entry where verb = 'peer.add'")) == 2
    again = await run(world, "peer", "add", "second lab", "--organisation", "RBB", "--application", "LAB", "--facility", "NORTH",
                      "--address", "10.2.7.1")  # fmt: skip
    assert (again[0], "nobody could tell what comes from which" in again[2]) == (3, True)


async def test_a_database_that_is_away_is_said_so(world: World) -> None:
    nowhere = "postgresql://rms_web:x@127.0.0.1:9/rms"
    code, _, said = await run(world, "organisation", "list", RMS_DATABASE_URL_WEB=nowhere)
    assert (code, said.count("\n")) == (4, 1)
    assert "database" in said
