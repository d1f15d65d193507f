"""What the made-up laboratory sends in the last weeks: in range, beyond a limit, undecidable, and about nobody known."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import asyncpg
import msgspec

from rms.rehearsal.demo.cast import Part
from rms.rehearsal.demo.courses import beyond
from rms.rehearsal.demo.loading import Filled
from rms.rehearsal.demo.people import Someone
from rms.rehearsal.laboratory import CALLED, FACILITY, Sample, oru_about

_ADD = """
insert into inbox (peer_id, peer_address, raw, sha256, control_id, answered, received_civil_at)
select $1, '127.0.0.1', $2, $3, $4, 'AA', clock_timestamp() + civil_offset from database_state
"""
_AS_BEFORE = frozenset({Part.WAITING, Part.LOOKED_AT, Part.SET_ASIDE, Part.DUE_BACK, Part.ANSWERS, Part.RED_FLAG,
                        Part.HALF_WAY, Part.UNMATCHED})  # fmt: skip
_TWICE = frozenset({Part.CONFIRMED, Part.RECURRENCE})


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message and the day from which on it is sent."""

    on: date
    control_id: str
    raw: bytes


class Post:
    """Every message of the weeks, delivered as the days come; each once."""

    def __init__(self, filled: Filled, *, today: date) -> None:
        self._filled = filled
        self._today = today
        self._random = Random(7)  # noqa: S311 - made-up values, not secrets
        seen: set[str] = set()
        self._letters: list[_Letter] = []
        for one in filled.everybody:
            if one.identity.nhs_number not in seen:  # one sample of a person, whoever follows them
                seen.add(one.identity.nhs_number)
                self._letters += self._about(one)

    async def deliver(self, owner: asyncpg.Connection, *, day: date) -> None:
        """Put what has come by a day into the inbox, as the listener does."""
        due = [letter for letter in self._letters if letter.on <= day]
        self._letters = [letter for letter in self._letters if letter.on > day]
        await owner.executemany(
            _ADD,
            [(self._filled.founded.peer_id, one.raw, hashlib.sha256(one.raw).digest(), one.control_id) for one in due],
        )

    def _about(self, one: Someone) -> Iterator[_Letter]:
        due_on = one.dates.next_due_on
        if one.course.analyte not in CALLED or due_on is None:
            return
        if one.part is Part.UNMATCHED:
            yield self._unmatched(one, on=due_on + timedelta(days=2))
        elif one.part in _AS_BEFORE:
            yield self._letter(one, on=due_on + timedelta(days=2), value=self._filled.last_values[one.patient_id])
        elif one.part in (Part.BREACH, Part.CANNOT_TELL, *_TWICE):
            for weeks in (0, 4) if one.part in _TWICE else (0,):
                value = beyond(one.protocol, how=one.part, random=self._random)
                yield self._letter(one, on=due_on + timedelta(days=1, weeks=weeks), value=value)

    def _letter(self, one: Someone, *, on: date, value: str) -> _Letter:
        sample = Sample(sampled_on=on, value=value, order=f"D{one.patient_id:06}{on:%m%d}", analyte=one.course.analyte)
        return self._sent(one, sample=sample)

    def _unmatched(self, one: Someone, *, on: date) -> _Letter:
        """The wrong day of birth, or a unit that nobody knows."""
        order = f"U{one.patient_id:06}"
        value = self._filled.last_values[one.patient_id]
        if one.patient_id % 2:
            wrong = msgspec.structs.replace(
                one.identity, born_on=one.identity.born_on.replace(day=one.identity.born_on.day % 28 + 1)
            )
            other = msgspec.structs.replace(one, identity=wrong)
            return self._sent(other, sample=Sample(sampled_on=on, value=value, order=order, analyte=one.course.analyte))
        return self._sent(
            one, sample=Sample(sampled_on=on, value=value, order=order, unit="kU/pint", analyte=one.course.analyte)
        )

    def _sent(self, one: Someone, *, sample: Sample) -> _Letter:
        sent_at = datetime.combine(sample.sampled_on + timedelta(days=1), datetime.min.time(), UTC)
        raw = oru_about(one.person, sample, sent_at=sent_at, facility=FACILITY)
        return _Letter(on=sample.sampled_on + timedelta(days=1), control_id=sample.order, raw=raw)
