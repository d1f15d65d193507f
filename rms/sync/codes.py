"""What a sender's code means, said once by a named person: from then on, and for all messages that wait for that answer."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from rms.alerts.analytes import ANALYTES
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict, NotFound
from rms.sync.code_sent import code_key
from rms.sync.store import NOT_FOLLOWED

#: What a code may be said to mean.
MEANINGS = (*(key for key, one in ANALYTES.items() if one.unit is not None), NOT_FOLLOWED)
#: The same in words.
IN_WORDS: Mapping[str, str] = MappingProxyType(
    {key: ANALYTES[key].name for key in MEANINGS if key != NOT_FOLLOWED} | {NOT_FOLLOWED: "not one of ours"}
)


class CodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a sender's map. `words` stood beside the code; `own`: it counts for this organisation alone.

    `may_take_back`: it says that the code is none of ours.
    """

    id: int
    own: bool
    code: str
    words: str | None
    analyte: str
    made_by: str
    made_at: datetime

    @property
    def may_take_back(self) -> bool:
        """Results are filed by any other line, so only this one can go."""
        return self.analyte == NOT_FOLLOWED


async def peer_named(tx: Tx, name: str) -> int:
    """The sender with a name; NotFound without one."""
    peer_id: int | None = await tx.fetchval("select id from peer where name = $1 and ended_at is null", name)
    if peer_id is None:
        raise NotFound(f"There is no peer named {name}. `rms peer list` shows them.")
    return peer_id


async def say_what_a_code_means(
    tx: Tx, *, peer_id: int, code: str, means: str, words: str | None = None, only_here: bool = False, by: Actor
) -> int:
    """Write a line of the sender's map and have what waited for it read again; how many messages.

    `only_here`: for the transaction's organisation alone, Conflict when the sender does not send for it; else for all, as the
    owner. BadInput for a meaning that is none, or when the code means something else already.
    """
    if means not in MEANINGS:
        raise BadInput(f"A code means one of: {', '.join(MEANINGS)}.")
    say = "peer_code_say_here" if only_here else "peer_code_say"
    said = await tx.fetchrow(f"select stands, again from {say}($1, $2, $3, $4, $5, $6)", peer_id, code, code_key(code), words,
                             means, by.name)  # fmt: skip
    if said is None:
        raise Conflict("This system does not send for this trust any more.")
    if said["stands"] != means:
        raise BadInput(f"This code means {said['stands']} for this sender already. Results are filed by it, so it is not"
                       " replaced here.")  # fmt: skip
    here = (
        None
        if only_here
        else await tx.fetch("select organisation_id from peer_organisation where peer_id = $1", peer_id)
    )
    for organisation_id in [None] if here is None else [row["organisation_id"] for row in here]:
        await record(tx, by=by, verb="code_map.add", subject_kind="peer", subject_id=peer_id,
                     organisation_id=organisation_id, details={"code": code, "means": means})  # fmt: skip
    again: int = said["again"]
    return again


async def codes_said(tx: Tx, *, peer_id: int) -> list[CodeLine]:
    """Every line that counts here, by code: this organisation's own answers and those for all. Whoever asks has made sure
    that the sender is theirs.
    """
    rows = await tx.fetch(
        "select id, own, code, words, analyte, made_by, made_at from ("
        " select id, true as own, local_code as code, local_text as words, analyte, made_by, made_at from code_map_own"
        "  where peer_id = $1 and taken_back_at is null"
        " union all select id, false, local_code, local_text, analyte, made_by, made_at from code_map"
        "  where peer_id = $1 and taken_back_at is null and valid_until is null) said"
        " order by analyte = $2 desc, code, own desc, id",
        peer_id, NOT_FOLLOWED,
    )  # fmt: skip
    return [CodeLine(**dict(row)) for row in rows]


async def take_back_not_ours(tx: Tx, *, peer_id: int, line_id: int, own: bool, by: Actor) -> None:
    """That a code is none of ours was a mistake: the next message with it is a question again."""
    if not await tx.fetchval("select peer_code_take_back_here($1, $2, $3, $4)", peer_id, line_id, own, by.name):
        raise Conflict(
            "It was taken back already, or it was said for all trusts that this system sends for: then ask whoever runs the"
            " server."
        )
    await record(
        tx, by=by, verb="code_map.take_back", subject_kind="peer", subject_id=peer_id, details={"line": line_id}
    )
