"""The same reports in any order, with any copies, end in the same record (I-4)."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from rms.alerts.model import Comparator
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.results.model import Code, Observation, ObservationStatus, Quantity
from rms.results.moves import Filed, OnFileOtherwise, file_observation, place_result, set_review_state
from rms.results.store import readings_of, result_on_file, results_of, results_to_review
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World

Report = tuple[Observation, datetime]
S = ObservationStatus


def at(hour: int, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def psa(value: str | None, status: S = S.FINAL, *, hour: int = 10, comparator: Comparator = Comparator.EXACT) -> Report:
    quantity = None if value is None else Quantity(number=Decimal(value), unit="ug/L", comparator=comparator)
    return (
        Observation(
            analyte="psa", sampled_on=date(2026, 3, 2), sampled_at=at(9), status=status, code=Code(code="2857-1"),
            value_as_sent=value or "", unit_as_sent="ug/L", quantity=quantity, reference_range="0.0 - 4.0",
        ),
        at(hour),
    )  # fmt: skip


async def file(tx: Tx, trust: Trust, patient_id: int, report: Report, *, key: str = "k", arrives: int = 12) -> Filed:
    return await file_observation(
        tx, organisation_id=trust.organisation_id, patient_id=patient_id, team_id=trust.team_id, observation=report[0],
        source_key=key, received_at=at(arrives), reported_at=report[1],
    )  # fmt: skip


RECORD = """
select r.source_key, r.patient_id, r.analyte, r.sample_at, v.digest, v.number, v.status, v.comparator, v.value_text,
       (select array_agg(a.digest order by a.digest) from result_version a where a.result_id = r.id) as versions
  from result r join result_version v on v.id = r.current_version_id where r.organisation_id = $1 and r.source_key = $2
"""


async def record_of(tx: Tx, trust: Trust, key: str) -> list[object]:
    row = await tx.fetchrow(RECORD, trust.organisation_id, key)
    assert row is not None
    return list(row)[1:]


def message_set(chance: random.Random) -> list[Report]:
    """What a laboratory may say about one sample: preliminary, final, corrected, withdrawn, with copies."""
    said = [
        psa(str(chance.randint(1, 3)), chance.choice(list(S)), hour=chance.randint(10, 13))
        for _ in range(chance.randint(2, 4))
    ]
    return [*said, *chance.choices(said, k=chance.randint(0, 2))]


async def test_a_thousand_shuffles_of_message_sets_give_one_record_each(world: World) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    chance = random.Random(4)
    for number in range(250):
        reports = message_set(chance)
        records = []
        async with world.worker.transaction() as tx:
            for shuffle in range(4):
                chance.shuffle(reports)
                for arrives, report in enumerate(reports):
                    await file(tx, trust, patient_id, report, key=f"{number}:{shuffle}", arrives=arrives)
                records.append(await record_of(tx, trust, f"{number}:{shuffle}"))
        assert all(record == records[0] for record in records), reports


@pytest.mark.parametrize(
    ("reports", "number", "counts"),
    [
        ([psa("0.1"), psa("0.1")], "0.1", True),
        ([psa("0.1", S.PRELIMINARY), psa("0.2")], "0.2", True),
        ([psa("0.2"), psa("0.1", S.PRELIMINARY, hour=12)], "0.2", True),
        ([psa("0.2"), psa("0.3", S.CORRECTED, hour=11)], "0.3", True),
        ([psa("0.3", S.CORRECTED, hour=11), psa("0.2")], "0.3", True),
        ([psa("0.3", S.CORRECTED, hour=11), psa("0.4", S.CORRECTED, hour=12)], "0.4", True),
        ([psa("0.2"), psa(None, S.DELETED, hour=11)], None, False),
        ([psa(None, S.WRONG, hour=11), psa("0.2")], None, False),
        ([psa("0.2", S.PRELIMINARY)], "0.2", False),
    ],
)
async def test_which_report_holds(world: World, reports: Sequence[Report], number: str | None, counts: bool) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    async with world.worker.transaction() as tx:
        for report in reports:
            filed = await file(tx, trust, patient_id, report)
        readings = await readings_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
    assert filed.counts is counts
    quantity = filed.observation.quantity
    assert (quantity and str(quantity.number)) == number
    assert [str(reading.number) for reading in readings] == ([number] if counts else [])


async def test_what_changed_is_said_and_a_copy_is_no_change(world: World) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    async with world.worker.transaction() as tx:
        first = await file(tx, trust, patient_id, psa("0.2"))
        copy = await file(tx, trust, patient_id, psa("0.2"))
        sent_again = await file(tx, trust, patient_id, psa("0.2", hour=13))
        corrected = await file(tx, trust, patient_id, psa("0.3", S.CORRECTED, hour=14))
        withdrawn = await file(tx, trust, patient_id, psa(None, S.DELETED, hour=15))
    assert (first.is_new, first.changed, first.counts, first.previously_final) == (True, True, True, False)
    assert (copy.is_new, copy.changed, copy.version_id) == (False, False, first.version_id)
    assert (sent_again.changed, corrected.changed, corrected.previously_final) == (False, True, True)
    assert (withdrawn.changed, withdrawn.counts, withdrawn.previously_final) == (True, False, True)
    rows = await world.as_owner("select value_text from result_version order by id")
    assert [row["value_text"] for row in rows] == ["0.2", "0.2", "0.3", ""]


async def test_a_comparator_a_unit_and_the_upper_limit_are_kept(world: World) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    async with world.worker.transaction() as tx:
        await file(tx, trust, patient_id, psa("0.1", comparator=Comparator.BELOW))
        [reading] = await readings_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id, analyte="psa")
        assert await readings_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id, analyte="cea") == ()
    assert (reading.comparator, reading.unit, reading.upper_limit) == (Comparator.BELOW, "ug/L", Decimal("4.0"))
    assert reading.sample_on == date(2026, 3, 2)


async def test_a_number_of_another_person_or_another_test_is_refused_and_changes_nothing(world: World) -> None:
    trust = await a_trust(world)
    one, two = await on_file(world, trust), await on_file(world, trust, a_person(2, family="Marlow"))
    async with world.worker.transaction() as tx:
        filed = await file(tx, trust, one, psa("0.2"))
        with pytest.raises(OnFileOtherwise, match="another person"):
            await file(tx, trust, two, psa("9.9"))
        other_test = (msgspec.structs.replace(psa("9.9")[0], analyte="cea"), at(10))
        with pytest.raises(OnFileOtherwise, match="as PSA, not as CEA"):
            await file(tx, trust, one, other_test)
        found = await result_on_file(tx, organisation_id=trust.organisation_id, result_id=filed.result_id)
    assert (found.patient_id, found.versions, str(found.observation.quantity)) == (one, 1, "0.2 ug/L")


async def test_what_was_kept_as_words_becomes_a_reading_once_its_code_is_known(world: World) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    words = (msgspec.structs.replace(psa("0.2")[0], analyte="", quantity=None), at(10))
    async with world.worker.transaction() as tx:
        await file(tx, trust, patient_id, words)
        assert await readings_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id) == ()
        assert (await file(tx, trust, patient_id, psa("0.2"))).changed
        [reading] = await readings_of(tx, organisation_id=trust.organisation_id, patient_id=patient_id)
    assert reading.analyte == "psa"


async def test_review_states_and_the_list_of_a_team(world: World) -> None:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    organisation_id = trust.organisation_id
    async with world.web.transaction(organisation_id=organisation_id) as tx:
        filed = await file(tx, trust, patient_id, psa("0.2"))
        assert await results_to_review(tx, organisation_id=organisation_id, team_id=trust.team_id) == []
        await set_review_state(tx, organisation_id=organisation_id, result_id=filed.result_id, state="to_review")
        [waiting] = await results_to_review(tx, organisation_id=organisation_id, team_id=trust.team_id)
        assert waiting.id == filed.result_id
        assert [one.id for one in await results_of(tx, organisation_id=organisation_id, patient_id=patient_id)] == [
            waiting.id
        ]
        await place_result(
            tx,
            organisation_id=organisation_id,
            result_id=filed.result_id,
            occurrence_id=None,
            plan_id=None,
            state="to_review",
        )
        with pytest.raises(NotFound):
            await set_review_state(tx, organisation_id=organisation_id, result_id=999_999, state="reviewed")
        with pytest.raises(ValueError, match="no_such"):
            await set_review_state(tx, organisation_id=organisation_id, result_id=filed.result_id, state="no_such")
