"""Who was shown what, and when: one sitting of a nurse, its pages, their rows, and who holds what at this moment.

A page's reference is the token of its form: it can be used once. Times of showing and holding are the real clock's, told
by the database, so that no machine and no moved calendar can shorten them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.followup.review.model import Candidate, Place, RowOutcome, Shown, Subject

#: A claim ends by itself: nobody's coffee break keeps a result from a colleague.
CLAIM_MINUTES = 15
#: A sitting goes on when the next page comes within an hour.
SITTING_MINUTES = 60


class RowOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was shown, and what became of it."""

    id: int
    subject: Subject
    patient_id: int
    fingerprint: bytes
    shown: Shown
    reason: str | None
    outcome: RowOutcome | None
    outcome_why: str | None
    decision_id: int | None


class PageOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `seconds`: how long ago it was shown. `is_used`: its form was taken."""

    id: int
    ref: UUID
    session_id: int
    session_ref: UUID
    place: Place
    shown_at: datetime
    seconds: float
    is_used: bool
    rows: tuple[RowOnFile, ...]


async def sitting(tx: Tx, *, organisation_id: int, staff_id: int) -> tuple[int, UUID]:
    """The sitting that goes on, or a new one: its id and reference."""
    row = await tx.fetchrow(
        "update review_session set last_used_at = clock_timestamp() where organisation_id = $1 and id = ("
        "  select id from review_session where organisation_id = $1 and staff_id = $2"
        "     and last_used_at > clock_timestamp() - make_interval(mins => $3) order by id desc limit 1)"
        " returning id, ref",
        organisation_id, staff_id, SITTING_MINUTES,
    )  # fmt: skip
    if row is None:
        row = await tx.fetchrow(
            "insert into review_session (organisation_id, staff_id, started_at) values ($1, $2, $3) returning id, ref",
            organisation_id, staff_id, tx.now,
        )  # fmt: skip
    assert row is not None
    return row["id"], row["ref"]


_CLAIM: Final = """
insert into review_claim (organisation_id, subject_kind, subject_id, staff_id, until)
select $1, s.kind, s.id, $4, clock_timestamp() + make_interval(mins => $5)
  from unnest($2::text[], $3::bigint[]) as s (kind, id) order by s.kind, s.id
on conflict (organisation_id, subject_kind, subject_id) do update set staff_id = excluded.staff_id, until = excluded.until
 where review_claim.until <= clock_timestamp() or review_claim.staff_id = excluded.staff_id
returning subject_kind, subject_id
"""


async def claim(tx: Tx, *, organisation_id: int, staff_id: int, subjects: Collection[Subject]) -> set[Subject]:
    """Hold things for a quarter of an hour; returns those that nobody else holds."""
    rows = await tx.fetch(_CLAIM, organisation_id, [one.kind for one in subjects], [one.id for one in subjects], staff_id,
                          CLAIM_MINUTES)  # fmt: skip
    return {Subject(row["subject_kind"], row["subject_id"]) for row in rows}


async def let_go(tx: Tx, *, organisation_id: int, staff_id: int, subjects: Collection[Subject]) -> None:
    """Hold them no longer."""
    await tx.execute(
        "delete from review_claim c using unnest($2::text[], $3::bigint[]) as s (kind, id)"
        " where c.organisation_id = $1 and c.subject_kind = s.kind and c.subject_id = s.id and c.staff_id = $4",
        organisation_id, [one.kind for one in subjects], [one.id for one in subjects], staff_id,
    )  # fmt: skip


async def holder(tx: Tx, *, organisation_id: int, staff_id: int, subject: Subject) -> str | None:
    """The name of somebody else who holds it at this moment."""
    name: str | None = await tx.fetchval(
        "select s.display_name from review_claim c join staff s on s.organisation_id = c.organisation_id and s.id = c.staff_id"
        " where c.organisation_id = $1 and c.subject_kind = $2 and c.subject_id = $3 and c.staff_id <> $4"
        " and c.until > clock_timestamp()",
        organisation_id, subject.kind, subject.id, staff_id,
    )  # fmt: skip
    return name


async def open_page(
    tx: Tx, *, organisation_id: int, session_id: int, place: Place, rows: Sequence[tuple[Candidate, str | None]]
) -> UUID:
    """Keep what is shown; returns the page's reference. Of each row also why it is looked at one by one."""
    page = await tx.fetchrow(
        "insert into review_page (organisation_id, session_id, place) values ($1, $2, $3) returning id, ref",
        organisation_id, session_id, place,
    )  # fmt: skip
    assert page is not None
    await tx.executemany(
        "insert into review_row (organisation_id, page_id, position, subject_kind, subject_id, patient_id, fingerprint, shown,"
        " reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (organisation_id, page["id"], number, one.subject.kind, one.subject.id, one.patient_id, one.fingerprint,
             msgspec.to_builtins(one.shown), reason)
            for number, (one, reason) in enumerate(rows, start=1)
        ],
    )  # fmt: skip
    ref: UUID = page["ref"]
    return ref


_PAGE: Final = """
select p.id, p.ref, p.session_id, e.ref as session_ref, p.place, p.shown_at, p.used_at is not null as is_used,
       extract(epoch from clock_timestamp() - p.shown_at)::float8 as seconds
  from review_page p join review_session e on e.organisation_id = p.organisation_id and e.id = p.session_id
 where p.organisation_id = $1 and e.staff_id = $2
"""


async def page_on_file(tx: Tx, *, organisation_id: int, staff_id: int, ref: UUID, lock: bool = False) -> PageOnFile:
    """One page of this member of staff; NotFound for anybody else's."""
    row = await tx.fetchrow(
        f"{_PAGE} and p.ref = $3 {'for update of p' if lock else ''}", organisation_id, staff_id, ref
    )
    if row is None:
        raise NotFound("There is no such page.")
    return await _page(tx, organisation_id=organisation_id, row=row)


async def unused_page(
    tx: Tx, *, organisation_id: int, staff_id: int, place: Place, subject: Subject | None = None
) -> PageOnFile | None:
    """The page that was shown last and still waits for its answer, while its claims hold; of one subject when named."""
    row = await tx.fetchrow(
        f"{_PAGE} and p.place = $3 and p.used_at is null and p.shown_at > clock_timestamp() - make_interval(mins => $4)"
        " and ($5::text is null or exists (select from review_row r where r.organisation_id = p.organisation_id"
        " and r.page_id = p.id and r.subject_kind = $5 and r.subject_id = $6)) order by p.id desc limit 1",
        organisation_id, staff_id, place, CLAIM_MINUTES, subject.kind if subject else None, subject.id if subject else None,
    )  # fmt: skip
    return None if row is None else await _page(tx, organisation_id=organisation_id, row=row)


async def _page(tx: Tx, *, organisation_id: int, row: Mapping[str, Any]) -> PageOnFile:
    rows = await tx.fetch(
        "select id, subject_kind, subject_id, patient_id, fingerprint, shown, reason, outcome, outcome_why, decision_id"
        " from review_row where organisation_id = $1 and page_id = $2 order by position",
        organisation_id, row["id"],
    )  # fmt: skip
    return PageOnFile(**{**dict(row), "place": Place(row["place"])}, rows=tuple(map(_row, rows)))


def _row(row: Mapping[str, Any]) -> RowOnFile:
    return RowOnFile(
        id=row["id"], subject=Subject(row["subject_kind"], row["subject_id"]), patient_id=row["patient_id"],
        fingerprint=row["fingerprint"], shown=msgspec.convert(row["shown"], Shown), reason=row["reason"],
        outcome=RowOutcome(row["outcome"]) if row["outcome"] else None, outcome_why=row["outcome_why"],
        decision_id=row["decision_id"],
    )  # fmt: skip


async def note_row(
    tx: Tx,
    *,
    organisation_id: int,
    row_id: int,
    outcome: RowOutcome,
    why: str | None = None,
    decision_id: int | None = None,
) -> None:
    """What became of a row."""
    await tx.execute(
        "update review_row set outcome = $3, outcome_why = $4, decision_id = $5 where organisation_id = $1 and id = $2",
        organisation_id, row_id, outcome, why, decision_id,
    )  # fmt: skip


async def note_used(tx: Tx, *, organisation_id: int, page_id: int) -> None:
    """The page's form was taken; a second time it changes nothing."""
    await tx.execute("update review_page set used_at = clock_timestamp() where organisation_id = $1 and id = $2",
                     organisation_id, page_id)  # fmt: skip
