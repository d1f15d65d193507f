"""Six figures sent to a person before anything of theirs is shown, or before a new number of theirs is used.

A code is asked for by a page and drawn when its message leaves: until then nobody knows it, afterwards only its hash is
kept. It works in the visit that asked for it, for ten minutes by the real clock. A try is counted in the statement that
finds the code, so that no race gives a sixth; a new code ends the one before.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.people.model import ContactKind
from rms.people.sign_in.sessions import token_hash

LIVES: Final = timedelta(minutes=10)
TRIES: Final = 5
AN_HOUR: Final = 5
"""Codes a person can be sent within an hour, whoever asks."""
A_DAY: Final = 12
_FIGURES: Final = 6


class CodePurpose(StrEnum):
    """What a code is for: to see what is the person's, or to prove a new number or email address."""

    SEE = "see"
    CONTACT = "contact"


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """A number or email address that is not on file yet."""

    kind: ContactKind
    value: str


class AskedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was asked for. `ended` are the earlier ones that died with it: their messages are no longer wanted."""

    id: int
    ended: tuple[int, ...]


class CodeOutcome(StrEnum):
    """What became of a try. NO_CODE: there is none that could be right any more. LAST_WRONG: this try ended it."""

    RIGHT = "right"
    WRONG = "wrong"
    LAST_WRONG = "last_wrong"
    NO_CODE = "no_code"


class TriedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A try, and what the code proved when it was right."""

    outcome: CodeOutcome
    proved: NewContact | None = None


_END = """
update one_time_code set ended_at = clock_timestamp()
 where organisation_id = $1 and patient_id = $2 and id <> $3 and used_at is null and ended_at is null returning id
"""
_ASK = """
insert into one_time_code (organisation_id, patient_id, purpose, session_hash, contact_kind, contact_value)
select $1, $2, $3, $4, $5, $6
 where (select count(*) from one_time_code where organisation_id = $1 and patient_id = $2
         and asked_at > clock_timestamp() - interval '1 hour') < $7
   and (select count(*) from one_time_code where organisation_id = $1 and patient_id = $2
         and asked_at > clock_timestamp() - interval '1 day') < $8
returning id
"""
# Only a code that somebody still waits for is drawn; drawn again (the provider did not take the message), it is another.
_DRAW = """
update one_time_code set code_hash = $3, expires_at = clock_timestamp() + $4::interval, tries = 0
 where organisation_id = $1 and id = $2 and used_at is null and ended_at is null
   and asked_at > clock_timestamp() - $4::interval
returning id
"""
_TRY = """
update one_time_code set tries = tries + 1
 where organisation_id = $1 and patient_id = $2 and purpose = $3 and session_hash = $4 and used_at is null
   and ended_at is null and expires_at > clock_timestamp() and tries < $5
returning id, code_hash, tries, contact_kind, contact_value
"""


async def ask_for_code(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    purpose: CodePurpose,
    token: str,
    proves: NewContact | None = None,
) -> AskedCode | None:
    """Note that a visit asks for a code; None when so many were sent that no more are. The caller holds the person's lock."""
    made = await tx.fetchval(
        _ASK, organisation_id, patient_id, purpose, token_hash(token), proves.kind if proves else None,
        proves.value if proves else None, AN_HOUR, A_DAY,
    )  # fmt: skip
    if made is None:
        return None
    before = await tx.fetch(_END, organisation_id, patient_id, made)
    return AskedCode(id=made, ended=tuple(row["id"] for row in before))


async def draw_code(tx: Tx, *, organisation_id: int, code_id: int) -> str | None:
    """Draw the figures of a code whose message is about to leave; None when nobody waits for it any more."""
    code = f"{secrets.randbelow(10**_FIGURES):0{_FIGURES}}"
    drawn = await tx.fetchval(_DRAW, organisation_id, code_id, _hash(code, code_id=code_id), LIVES)
    return code if drawn is not None else None


async def try_code(
    tx: Tx, *, organisation_id: int, patient_id: int, purpose: CodePurpose, token: str, typed: str
) -> TriedCode:
    """Count a try and judge it. The caller commits whatever comes of it."""
    row = await tx.fetchrow(_TRY, organisation_id, patient_id, purpose, token_hash(token), TRIES)
    if row is None:
        return TriedCode(outcome=CodeOutcome.NO_CODE)
    if not hmac.compare_digest(bytes(row["code_hash"]), _hash(typed, code_id=row["id"])):
        return TriedCode(outcome=CodeOutcome.LAST_WRONG if row["tries"] >= TRIES else CodeOutcome.WRONG)
    await tx.execute("update one_time_code set used_at = clock_timestamp() where organisation_id = $1 and id = $2",
                     organisation_id, row["id"])  # fmt: skip
    proved = None
    if row["contact_kind"] is not None:
        proved = NewContact(kind=ContactKind(row["contact_kind"]), value=row["contact_value"])
    return TriedCode(outcome=CodeOutcome.RIGHT, proved=proved)


def _hash(code: str, *, code_id: int) -> bytes:
    # A million hashes are soon tried by whoever reads the table: what protects a code is that it is over in ten minutes.
    return hashlib.sha256(f"{code_id}:{code}".encode()).digest()
