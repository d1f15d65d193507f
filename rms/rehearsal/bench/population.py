"""Made-up trusts, teams and people as rows to COPY, table by table. Pure; the ids are counted here, from where they begin.

The same number of people and the same day give the same rows. Numbers, telephones and addresses are from the ranges that
belong to nobody (`rms/rehearsal/people.py`).
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from random import Random

import msgspec

from rms.people.model import PersonName
from rms.people.names import search_key
from rms.plans.model import Course, Occurrence
from rms.plans.protocol import Protocol
from rms.plans.protocol.language import StepKind
from rms.rehearsal.bulk.planned import RETURNS_AFTER, PlannedRow, planned_rows
from rms.rehearsal.bulk.rows import COLUMNS, Ids, Rows
from rms.rehearsal.people import nhs_numbers
from rms.results.model import ObservationStatus
from rms.results.versions import STATUS_RANK

#: People a team follows, and teams of a trust.
CASELOAD, TEAMS = 1_000, 10
MOST_PEOPLE = 900_000
_GIVEN = ("Arthur", "Bernard", "Cyril", "Derek", "Edwin", "Frank", "Gordon", "Harold", "Ivor", "Kenneth", "Leonard")
_FIRST_HALF = ("Ash", "Birt", "Caw", "Dun", "Ent", "Far", "Gled", "Heb", "Ib", "Jes", "Ker", "Lum", "Mot", "Nut", "Og")
_SECOND_HALF = ("bourne", "by", "dale", "den", "field", "ford", "ham", "ley", "more", "thorne", "ton", "wick", "worth")
_FIVE_YEARS = 5 * 365
_HISTORY = 2
#: Nobody was followed here for longer than this; what lies before came as history.
HERE_FOR = timedelta(days=180)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A team and the nurse who starts its plans."""

    organisation_id: int
    team_id: int
    nurse_id: int


class Population:
    """Makes people for some teams, round and round, so that every team gets its caseload."""

    def __init__(self, *, protocol: Protocol, version_id: int, places: list[Place], ids: Ids, today: date) -> None:
        self._version_id = version_id
        self._places = places
        self._ids = ids
        self._today = today
        self._random = Random(len(places))  # noqa: S311 - made-up people, not secrets
        self._numbers = nhs_numbers()
        self._planned = cache(lambda day, back: _plan_of(protocol, operated_on=day, today=today, comes_back=back))

    def people(self, first: int, count: int) -> Rows:
        """The rows of `count` people, by table; `first` counts the people made before."""
        rows: Rows = {table: [] for table in COLUMNS}
        for index in range(first, first + count):
            self._person(rows, index=index)
        return rows

    def _person(self, rows: Rows, *, index: int) -> None:
        random, place = self._random, self._places[index % len(self._places)]
        org, patient_id, case_id, plan_id = (
            place.organisation_id,
            *map(self._ids.take, ("patient", "register_case", "plan")),
        )
        family, given = random.choice(_FIRST_HALF) + random.choice(_SECOND_HALF), random.choice(_GIVEN)
        born_on = date(1938, 1, 1) + timedelta(days=random.randrange(10_000))
        operated_on = self._today - timedelta(days=random.randrange(30, _FIVE_YEARS))
        diagnosed_on = operated_on - timedelta(days=61)
        prefers = random.choices(("sms", "email", "letter"), weights=(70, 18, 12))[0]
        rows["patient"].append(
            (patient_id, org, str(next(self._numbers)), family, given, _key(family, given), born_on, born_on.isoformat(),
             "male", False, "[]", False, "[]", f"Z{99000 + index % 900:05}", f"Made-up Surgery {index % 900}", prefers,
             "bench")
        )  # fmt: skip
        for kind, value in _contacts(index, family=family):
            rows["contact_point"].append((org, patient_id, kind, value, "register", diagnosed_on, "bench"))
        rows["register_case"].append((case_id, org, patient_id, "register", f"bench-{index}", "urology", "C61",
                                      diagnosed_on, diagnosed_on.isoformat()))  # fmt: skip
        rows["treatment"].append((org, patient_id, case_id, "register", f"bench-{index}", "surgery", "curative",
                                  operated_on, operated_on.isoformat()))  # fmt: skip
        began = _at(started_on(operated_on, today=self._today))
        rows["plan"].append((plan_id, org, patient_id, case_id, place.team_id, place.nurse_id, self._version_id, "urology",
                             "active", began, place.nurse_id, began, place.nurse_id))  # fmt: skip
        rows["plan_anchor"].append((org, plan_id, "surgery", operated_on, "register"))
        for planned in self._planned(operated_on, random.random() > 0.125):
            self._occurrence(rows, planned, place=place, patient_id=patient_id, plan_id=plan_id)
        for number in range(_HISTORY):
            sampled_on = operated_on - timedelta(days=20 + 90 * number)
            self._result(
                rows, place=place, patient_id=patient_id, plan_id=None, occurrence_id=None, sampled_on=sampled_on
            )
        in_team = index // len(self._places)
        if in_team % 25 == 0:
            self._alert(rows, place=place, patient_id=patient_id, plan_id=plan_id, number=in_team // 25)

    def _occurrence(self, rows: Rows, row: PlannedRow, *, place: Place, patient_id: int, plan_id: int) -> None:
        occurrence_id, org = self._ids.take("occurrence"), place.organisation_id
        closed_at, by_kind, by_id, state, why = None, None, None, "open", None
        if row.look is not None:
            rows["calendar"].append((row.look.act_on, org, occurrence_id, row.look.stage))
        elif row.done_on is not None:
            by_id = self._result(rows, place=place, patient_id=patient_id, plan_id=plan_id, occurrence_id=occurrence_id,
                                 sampled_on=row.done_on)  # fmt: skip
            closed_at, by_kind, state = _at(row.done_on), "result", "done"
        else:
            closed_at, by_kind, state, why = (
                _at(row.latest_on),
                "system",
                "missed",
                "Made-up people answer no questions.",
            )
        rows["occurrence"].append(
            (occurrence_id, org, plan_id, patient_id, place.team_id, row.step, row.number, row.kind, row.analyte,
             row.questionnaire, row.title, row.facts, row.earliest_on, row.due_on, row.latest_on, row.stages,
             row.stages_on, state, why, closed_at, by_kind, by_id, row.done_on, 1, _at(self._today))
        )  # fmt: skip

    def _result(
        self, rows: Rows, *, place: Place, patient_id: int, plan_id: int | None, occurrence_id: int | None, sampled_on: date
    ) -> int:  # fmt: skip
        result_id, version_id, org = self._ids.take("result"), self._ids.take("result_version"), place.organisation_id
        at, key = _at(sampled_on), f"bench|{result_id}"
        number = Decimal(self._random.randrange(1, 15)) / 100
        rows["result"].append(
            (result_id, org, patient_id, key, "psa", "83112-3", at, occurrence_id, plan_id, place.team_id, version_id,
             "reviewed" if occurrence_id else "not_needed", occurrence_id is None, at)
        )  # fmt: skip
        rows["result_version"].append(
            (version_id, org, result_id, hashlib.sha256(key.encode()).digest(), ObservationStatus.FINAL,
             STATUS_RANK[ObservationStatus.FINAL], at, str(number), number, "", "ug/L",
             "ug/L", at)
        )  # fmt: skip
        return result_id

    def _alert(self, rows: Rows, *, place: Place, patient_id: int, plan_id: int, number: int) -> None:
        """One person in twenty-five waits for somebody: most to be chased, some for more."""
        alert_id, opened_at = self._ids.take("alert"), _at(self._today - timedelta(days=number % 20 + 1))
        kind = "act_today" if number % 20 == 0 else "look_soon" if number % 5 == 0 else "chase"
        sentence = "PSA blood test has not come back (22 days late)."
        rows["alert"].append(
            (alert_id, place.organisation_id, patient_id, plan_id, place.team_id, kind, "plan", plan_id, "bench", 1,
             sentence, opened_at, opened_at + timedelta(days=3), _at(self._today + timedelta(days=400)))
        )  # fmt: skip
        rows["alert_cause"].append((place.organisation_id, alert_id, "bench", plan_id, sentence, opened_at))


def started_on(operated_on: date, *, today: date) -> date:
    """When the plan began here: a month after the operation, or when the caseload was taken over."""
    return max(operated_on + timedelta(days=30), today - HERE_FOR)


def _plan_of(protocol: Protocol, *, operated_on: date, today: date, comes_back: bool) -> tuple[PlannedRow, ...]:
    """Every row of a plan. `comes_back`: the last test was taken; else it is late, as one in eight is."""

    def done_on(one: Occurrence) -> date | None:
        is_back = one.kind is StepKind.TEST and (comes_back or one.latest_on < today)
        return one.due_on + RETURNS_AFTER if is_back else None

    course = Course(anchors={"surgery": operated_on}, started_on=started_on(operated_on, today=today))
    return planned_rows(protocol, course=course, today=today, done_on=done_on)


def _at(on: date) -> datetime:
    return datetime.combine(on, time(9), UTC)


@cache
def _key(family: str, given: str) -> str:
    return search_key(PersonName(family=family, given=(given,)))


def _contacts(index: int, *, family: str) -> Iterator[tuple[str, str]]:
    """Four in five have a mobile number, half an email address, everybody somewhere to write to."""
    if index % 5:
        yield "mobile", f"+447700900{index % 1000:03}"
    if index % 2:
        yield "email", f"person.{index}@example.org"
    yield "post", f"{index % 200 + 1} Alder Street\nMadeup {family}\nZZ99 3WZ"
