"""People on file: admitted, changed and reached, one or thousands at a time, and never one for another."""

from collections.abc import Sequence
from datetime import date

import msgspec
import pytest

from rms.dates import PartialDate
from rms.errors import Conflict, NotFound
from rms.people.model import (
    ContactKind,
    ContactPoint,
    ContactSource,
    Diagnosis,
    GpPractice,
    HospitalNumber,
    Need,
    Person,
    RegisterPerson,
    Treatment,
    TreatmentKind,
    TumourSite,
)
from rms.people.moves import (
    Admission,
    CaseToPut,
    add_identifier,
    add_people,
    add_person,
    change_person,
    mark_alive,
    mark_contact_dead,
    mark_dead,
    put_case,
    put_cases,
    put_treatment,
    set_contact,
    set_preference,
    stop_messages,
)
from rms.people.store import cases_of, contacts_in_force, person, records_of, treatments_of
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


def with_(one: Person, **fields: object) -> Person:
    return msgspec.structs.replace(one, **fields)


def mobile(last: str, source: ContactSource = ContactSource.REGISTER) -> ContactPoint:
    return ContactPoint(kind=ContactKind.MOBILE, value=f"+447700900{last}", source=source)


C61 = Diagnosis(ref="C61:2026-01-02", site=TumourSite.UROLOGY, icd10="C61", diagnosed_on=PartialDate.parse("2026-01"))


async def test_everything_said_of_a_person_comes_back_as_it_was_said(world: World, trust: Trust) -> None:
    one = with_(
        a_person(), born_on=PartialDate(year=1950, month=4), language="cy", interpreter_needed=True, restricted=True,
        needs=(Need(text="large print", code="1"), Need(text="BSL")), gp=GpPractice(code=None, name="Mill Lane"),
        contacts=(ContactPoint(kind=ContactKind.EMAIL, value="p@example.org", as_of=PartialDate(year=2026)),),
    )  # fmt: skip
    treatment = Treatment(
        ref="t1", kind=TreatmentKind.SURGERY, diagnosis_ref=C61.ref, started_on=PartialDate.of(date(2026, 3, 1)),
        ended_on=PartialDate.of(date(2026, 3, 1)), code="M61.1", text="Removal",
    )  # fmt: skip
    said = RegisterPerson(ref="Patient/1", person=one, diagnoses=(C61,), treatments=(treatment,))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        mine = trust.organisation_id
        patient_id = await add_person(tx, organisation_id=mine, person=one, register_ref=said.ref, by=trust.nurse,
                                      now=tx.now)  # fmt: skip
        case_id = await put_case(tx, organisation_id=mine, patient_id=patient_id, diagnosis=C61, source="register",
                                 by=trust.nurse)  # fmt: skip
        await put_treatment(tx, organisation_id=mine, patient_id=patient_id, case_id=case_id, treatment=treatment,
                            source="register", by=trust.nurse)  # fmt: skip
        (found,) = await records_of(tx, organisation_id=mine, people=[said])
    assert (found.patient_id, found.record) == (patient_id, said)


async def test_thousands_are_admitted_in_order_and_each_with_their_own(world: World, trust: Trust) -> None:
    people = [a_person(serial * 3, family=f"Number{serial}") for serial in range(1, 2_201)]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        ids = await add_people(tx, organisation_id=trust.organisation_id, people=[Admission(person=p) for p in people],
                               by=trust.nurse, now=tx.now)  # fmt: skip
    rows = await world.as_owner(
        "select p.id, p.nhs_number, i.value, c.value as mobile from patient p join patient_identifier i on i.patient_id = p.id"
        " join contact_point c on c.patient_id = p.id and c.kind = 'mobile'"
    )
    on_file = {row["id"]: (row["nhs_number"], row["value"], row["mobile"]) for row in rows}
    assert [on_file[i] for i in ids] == [
        (str(p.nhs_number), p.hospital_numbers[0].value, p.contacts[0].value) for p in people
    ]
    assert (await world.as_owner("select count(*) from audit_entry where verb = 'person.add'"))[0][0] == 2_200


async def test_a_person_without_an_nhs_number_is_flagged_until_they_have_one(world: World, trust: Trust) -> None:
    patient_id = await on_file(world, trust, with_(a_person(), nhs_number=None))
    flags = "select flags from patient where id = $1"
    assert (await world.as_owner(flags, patient_id))[0][0] == ["no_nhs_number"]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await change_person(tx, organisation_id=trust.organisation_id, patient_id=patient_id, person=a_person(),
                            by=trust.nurse, now=tx.now)  # fmt: skip
    assert (await world.as_owner(flags, patient_id))[0][0] == []


async def test_a_change_takes_no_number_away_and_keeps_a_practice_whole(world: World, trust: Trust) -> None:
    patient_id = await on_file(world, trust)
    newer = with_(a_person(), nhs_number=None, hospital_numbers=(), gp=GpPractice(code="B82001"))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await change_person(tx, organisation_id=trust.organisation_id, patient_id=patient_id, person=newer, by=trust.nurse,
                            now=tx.now)  # fmt: skip
        now = await person(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
        await change_person(tx, organisation_id=trust.organisation_id, patient_id=patient_id, person=with_(newer, gp=None),
                            by=trust.nurse, now=tx.now)  # fmt: skip
        later = await person(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
    assert now.nhs_number == str(a_person().nhs_number)
    assert (now.gp_code, now.gp_name) == (later.gp_code, later.gp_name) == ("B82001", None)


async def test_a_hospital_number_never_moves_to_another_person(world: World, trust: Trust) -> None:
    await on_file(world, trust, a_person(1))
    other = await on_file(world, trust, a_person(7, family="Other"))
    taken = HospitalNumber(system="RAA", value="H000001")
    with pytest.raises(Conflict, match="another person"):
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            await add_identifier(tx, organisation_id=trust.organisation_id, patient_id=other, number=taken)


async def test_two_men_with_the_same_code_and_day_keep_their_own_cancers(world: World, trust: Trust) -> None:
    men = [await on_file(world, trust, a_person(serial)) for serial in (1, 7)]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        cases = [CaseToPut(patient_id=man, diagnosis=C61, source="register") for man in men]
        first = await put_cases(tx, organisation_id=trust.organisation_id, cases=cases, by=trust.nurse)
        again = await put_cases(tx, organisation_id=trust.organisation_id, cases=cases, by=trust.nurse)
    assert first == again
    assert len(set(first.values())) == 2
    assert {row["patient_id"] for row in await world.as_owner("select patient_id from register_case")} == set(men)


async def test_a_case_entered_by_hand_becomes_the_registers_and_keeps_its_id(world: World, trust: Trust) -> None:
    patient_id = await on_file(world, trust)
    mine = trust.organisation_id
    by_hand = msgspec.structs.replace(C61, ref="by-hand", icd10=None, diagnosed_on=None)
    known = msgspec.structs.replace(C61, ref="Condition/1", site=None)
    async with world.web.transaction(organisation_id=mine) as tx:
        case_id = await put_case(tx, organisation_id=mine, patient_id=patient_id, diagnosis=by_hand, source="staff",
                                 by=trust.nurse)  # fmt: skip
        taken = CaseToPut(patient_id=patient_id, diagnosis=known, source="register", case_id=case_id)
        assert await put_cases(tx, organisation_id=mine, cases=[taken], by=trust.nurse) == {
            (patient_id, "Condition/1"): case_id
        }
        (case,) = await cases_of(tx, organisation_id=mine, patient_id=patient_id)
    assert (case["id"], case["source"], case["icd10"], case["tumour_site"]) == (case_id, "register", "C61", "urology")


async def _mobiles(world: World, patient_id: int) -> Sequence[tuple[str, bool, bool]]:
    rows = await world.as_owner(
        "select value, valid_until is null as in_force, dead_at is not null as dead from contact_point"
        " where patient_id = $1 and kind = 'mobile' order by id", patient_id,
    )  # fmt: skip
    return [(row["value"][-3:], row["in_force"], row["dead"]) for row in rows]


async def test_a_new_number_ends_the_old_one_and_the_same_again_does_nothing(world: World, trust: Trust) -> None:
    patient_id = await on_file(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for last in ("002", "002"):
            await set_contact(tx, organisation_id=trust.organisation_id, patient_id=patient_id, contact=mobile(last),
                              by=trust.nurse, now=tx.now)  # fmt: skip
    assert await _mobiles(world, patient_id) == [("001", False, False), ("002", True, False)]


@pytest.mark.parametrize(
    ("source", "revived"), [(ContactSource.REGISTER, False), (ContactSource.STAFF, True), (ContactSource.PERSON, True)]
)
async def test_a_dead_number_lives_again_only_when_somebody_here_says_so(
    world: World, trust: Trust, source: ContactSource, revived: bool
) -> None:
    patient_id = await on_file(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        held = await contacts_in_force(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
        dead = next(contact for contact in held if contact.kind is ContactKind.MOBILE)
        assert await mark_contact_dead(tx, organisation_id=trust.organisation_id, contact_id=dead.id, why="not in use",
                                       by=trust.nurse, now=tx.now) == patient_id  # fmt: skip
        await set_contact(tx, organisation_id=trust.organisation_id, patient_id=patient_id, contact=mobile("001", source),
                          by=trust.nurse, now=tx.now)  # fmt: skip
        held = await contacts_in_force(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
    assert [c.value[-3:] for c in held if c.kind is ContactKind.MOBILE] == (["001"] if revived else [])


async def test_somebody_who_could_not_be_reached_prefers_what_there_is_now(world: World, trust: Trust) -> None:
    unreached = await on_file(world, trust, with_(a_person(), contacts=()))
    chose = await on_file(world, trust, a_person(7))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        mine = trust.organisation_id
        await set_preference(tx, organisation_id=mine, patient_id=chose, prefers="phone", by=trust.nurse)
        for patient_id in (unreached, chose):
            await set_contact(tx, organisation_id=mine, patient_id=patient_id, contact=mobile("009"), by=trust.nurse,
                              now=tx.now)  # fmt: skip
        reached = [await person(tx, organisation_id=mine, patient_id=one) for one in (unreached, chose)]
    assert [one.prefers for one in reached] == ["sms", "phone"]


async def test_a_death_is_noted_never_weakened_and_taken_back(world: World, trust: Trust) -> None:
    patient_id = await on_file(world, trust)
    mine = trust.organisation_id
    async with world.web.transaction(organisation_id=mine) as tx:
        for formal, died_on in ((True, PartialDate(year=2026, month=2)), (False, None)):
            await mark_dead(tx, organisation_id=mine, patient_id=patient_id, formal=formal, died_on=died_on, by=trust.nurse,
                            now=tx.now)  # fmt: skip
        dead = await person(tx, organisation_id=mine, patient_id=patient_id)
        await mark_alive(
            tx, organisation_id=mine, patient_id=patient_id, why="Another person was meant.", by=trust.nurse
        )
        alive = await person(tx, organisation_id=mine, patient_id=patient_id)
    assert (dead.death_state, dead.died_on, alive.death_state, alive.died_on) == ("formal", "2026-02", None, None)


async def test_another_trusts_person_is_not_found_and_nothing_is_audited(world: World, trust: Trust) -> None:
    theirs = await a_trust(world, code="RBB", name="South Hospital")
    patient_id = await on_file(world, theirs)
    before = (await world.as_owner("select count(*) from audit_entry"))[0][0]
    mine = {"organisation_id": trust.organisation_id, "patient_id": patient_id, "by": trust.nurse}
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for attempt in (
            lambda: change_person(tx, person=a_person(), now=tx.now, **mine),
            lambda: mark_dead(tx, formal=True, died_on=None, now=tx.now, **mine),
            lambda: mark_alive(tx, why="", **mine),
            lambda: set_preference(tx, prefers="sms", **mine),
            lambda: stop_messages(tx, why="", now=tx.now, **mine),
        ):
            with pytest.raises(NotFound):
                await attempt()
        assert await treatments_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id) == []
    assert (await world.as_owner("select count(*) from audit_entry"))[0][0] == before
