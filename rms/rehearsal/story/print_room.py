"""The print room: a nurse at her team's print queue reads what lies there, has it compared, and prints it.

She goes through the doors that the page of the letters goes through, so that she sees her team's queue and leaves a line
in the audit for each look.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import msgspec

from rms.caseload.doors import letter_printed
from rms.caseload.letters.store import WaitingLetter, letter_file, waiting_letters
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.surroundings import scope_of, surroundings
from rms.db.database import Database
from rms.people.access import Asker
from rms.people.model import Role
from rms.rehearsal.pdf_text import text_of
from rms.rehearsal.story.expected_letters import Found, Paper, differences
from rms.rehearsal.story.look import check
from rms.rehearsal.story.stage import Trust

Door = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One letter in the queue, with the reference by which it is printed."""

    ref: UUID
    letter: Found


class PrintRoom:
    """The printers of all trusts; `door` tries again when the database went away."""

    def __init__(self, web: Database, *, door: Door) -> None:
        self._web = web
        self._door = door

    async def print_all(self, trust: Trust, expected: Sequence[Paper]) -> None:
        """Print what waits. Difference when it is not exactly what should be there, or when something stays behind."""
        waiting = await self._queue(trust)
        wrong = differences(expected, [one.letter for one in waiting])
        check(not wrong, f"At {trust.name} {'; '.join(wrong)}.")
        for one in waiting:
            await self._door(partial(letter_printed, self._web, asks=_nurse(trust), ref=one.ref))
        check(not await self._queue(trust), f"At {trust.name} a letter that was printed still waits to be printed.")

    async def _queue(self, trust: Trust) -> list[Waiting]:
        found: list[Waiting] = []

        async def read() -> None:
            found[:] = await self._read(trust)

        await self._door(read)
        return found

    async def _read(self, trust: Trust) -> list[Waiting]:
        """What the nurse sees when she opens the list and then each file."""
        async with self._web.transaction(organisation_id=trust.organisation_id) as tx:
            look = Look(tx, asks=_nurse(trust))
            around = await surroundings(look)
            letters = await waiting_letters(look, scope_of(look, Asked(), around), Asked())
            await look.at(verb="letters.look", subject_kind="list", shown=[one.patient_id for one in letters])
            check(all(one.total == len(letters) for one in letters), f"{trust.name}'s queue goes on on another page.")
            return [Waiting(ref=one.ref, letter=await _open(look, one)) for one in letters]


async def _open(look: Look, one: WaitingLetter) -> Found:
    check(one.held_because is None, f"The letter {one.purpose} is held in the print queue: {one.held_because}")
    file = await letter_file(look, ref=one.ref)
    await look.at(verb="letter.look", subject_kind="letter", subject_id=file.id, patient_id=file.patient_id)
    words = text_of(file.pdf).replace("\N{NO-BREAK SPACE}", " ")
    return Found(purpose=one.purpose, to=one.recipient, words=words)


def _nurse(trust: Trust) -> Asker:
    assert trust.nurse.id is not None
    return Asker(staff_id=trust.nurse.id, organisation_id=trust.organisation_id, name=trust.nurse.name,
                 role=Role.NURSE_SPECIALIST, team_ids=(trust.team_id,))  # fmt: skip
